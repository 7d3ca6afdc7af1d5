//! Packed accounts: `address 32 | owner 32 | slot u64 | dataLength u32 | data`, little-endian, one after the other.

use tandem_pools::pool::{AccountView, Address};

use crate::error::SearchError;

/// One account of a batch.
#[derive(Clone, Copy, Debug)]
pub struct AccountRecord<'a> {
    /// The account's address.
    pub address: &'a Address,
    /// The program that owns it.
    pub owner: &'a Address,
    /// The slot at which it had these bytes.
    pub slot: u64,
    /// Its data.
    pub data: &'a [u8],
}

impl<'a> AccountRecord<'a> {
    /// Returns the account without its slot.
    pub const fn view(&self) -> AccountView<'a> {
        AccountView { address: self.address, owner: self.owner, data: self.data }
    }

    /// Appends the record to a batch.
    ///
    /// # Errors
    /// `AccountTooLarge` for data beyond 4 GiB.
    pub fn encode(&self, batch: &mut Vec<u8>) -> Result<(), SearchError> {
        let length = u32::try_from(self.data.len()).map_err(|_| SearchError::AccountTooLarge)?;
        batch.extend_from_slice(self.address);
        batch.extend_from_slice(self.owner);
        batch.extend_from_slice(&self.slot.to_le_bytes());
        batch.extend_from_slice(&length.to_le_bytes());
        batch.extend_from_slice(self.data);
        Ok(())
    }
}

/// Reads a whole batch, so that nothing of a malformed one is applied.
///
/// # Errors
/// `AccountBatchInvalid` when the last record is cut off.
pub fn decode_account_batch(batch: &[u8]) -> Result<Vec<AccountRecord<'_>>, SearchError> {
    let mut records = Vec::new();
    let mut rest = batch;
    while !rest.is_empty() {
        let at = batch.len().saturating_sub(rest.len());
        let (record, after) = split_record(rest).ok_or(SearchError::AccountBatchInvalid { at })?;
        records.push(record);
        rest = after;
    }
    Ok(records)
}

fn split_record(bytes: &[u8]) -> Option<(AccountRecord<'_>, &[u8])> {
    let (address, rest) = bytes.split_first_chunk::<32>()?;
    let (owner, rest) = rest.split_first_chunk::<32>()?;
    let (slot, rest) = rest.split_first_chunk::<8>()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let (data, rest) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
    Some((AccountRecord { address, owner, slot: u64::from_le_bytes(*slot), data }, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_reads_back_as_it_was_and_every_cut_is_refused() {
        let mut batch = Vec::new();
        for (seed, data) in [(1_u8, [7_u8; 3].as_slice()), (2, &[])] {
            let record = AccountRecord { address: &[seed; 32], owner: &[9; 32], slot: u64::from(seed), data };
            record.encode(&mut batch).unwrap();
        }
        let first = 76 + 3;
        for length in 0..=batch.len() {
            let whole = length == 0 || length == first || length == batch.len();
            let at = if length < first { 0 } else { first };
            let expected = if whole { Ok(()) } else { Err(SearchError::AccountBatchInvalid { at }) };
            assert_eq!(decode_account_batch(&batch[..length]).map(|_| ()), expected, "{length}");
        }
        let records = decode_account_batch(&batch).unwrap();
        assert_eq!((records[0].slot, records[0].data), (1, [7_u8; 3].as_slice()));
        assert_eq!((records[1].address, records[1].data.len()), (&[2; 32], 0));
    }
}
