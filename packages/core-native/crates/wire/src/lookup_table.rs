//! Packed address lookup tables, and the choice of those that make a message smaller.
//!
//! A packed list is one record after the other: `address 32 | count u16 | count x address 32`, little-endian.

use crate::account_keys::AccountKeys;
use crate::error::WireError;
use crate::instruction::decode_instructions;
use crate::{Address, address_of};

/// Addresses a table holds at most (address-lookup-table-interface `LOOKUP_TABLE_MAX_ADDRESSES`).
pub const MAX_TABLE_ADDRESSES: usize = 256;
/// What a table costs in a message: its address and two counts.
const TABLE_OVERHEAD_BYTES: usize = 32 + 1 + 1;
/// What a loaded account saves: its address becomes an index.
const SAVED_BYTES: usize = 32 - 1;

/// A table that borrows from a packed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookupTableView<'a> {
    /// The table's own address.
    pub address: &'a Address,
    /// Its addresses by index.
    pub addresses: &'a [Address],
}

/// Reads a packed list.
///
/// # Errors
/// `LookupTablesInvalid` when a record is cut off or a table is longer than 256.
pub fn decode_lookup_tables(packed: &[u8]) -> Result<Vec<LookupTableView<'_>>, WireError> {
    let mut tables = Vec::with_capacity(4);
    let mut rest = packed;
    while !rest.is_empty() {
        let at = packed.len().saturating_sub(rest.len());
        let (table, after) = split_table(rest).ok_or(WireError::LookupTablesInvalid { at })?;
        tables.push(table);
        rest = after;
    }
    Ok(tables)
}

fn split_table(bytes: &[u8]) -> Option<(LookupTableView<'_>, &[u8])> {
    let (address, rest) = bytes.split_first_chunk::<32>()?;
    let (count, rest) = rest.split_first_chunk::<2>()?;
    let count = usize::from(u16::from_le_bytes(*count));
    if count > MAX_TABLE_ADDRESSES {
        return None;
    }
    let (addresses, rest) = rest.split_at_checked(count.checked_mul(size_of::<Address>())?)?;
    let (addresses, _) = addresses.as_chunks::<32>();
    Some((LookupTableView { address, addresses }, rest))
}

/// Returns the positions of the tables that make the message smaller, the one that saves most first; equal savings
/// keep the order given. Dropping any of them, or adding any other, would not make the message smaller.
///
/// # Errors
/// `PayerInvalid`, `InstructionsInvalid`, `LookupTablesInvalid`, `AccountKeysExceeded`.
pub fn choose_lookup_tables(payer: &[u8], instructions: &[u8], tables: &[u8]) -> Result<Vec<u32>, WireError> {
    let payer = address_of(payer, WireError::PayerInvalid)?;
    let instructions = decode_instructions(instructions)?;
    let tables = decode_lookup_tables(tables)?;
    let (mut keys, _) = AccountKeys::gather(payer, &instructions)?;
    let loadable: Vec<Vec<u8>> = tables.iter().map(|table| loadable_positions(&mut keys, table)).collect();

    let mut covers = [0_u16; 256];
    let mut chosen: Vec<usize> = Vec::new();
    while let Some(best) = most_saving(&loadable, &chosen, &covers) {
        add_cover(&mut covers, loadable.get(best), Cover::Taken);
        chosen.push(best);
    }
    drop_superfluous(&mut chosen, &loadable, &mut covers);
    chosen
        .iter()
        .map(|table| u32::try_from(*table).map_err(|_| WireError::LookupTablesInvalid { at: 0 }))
        .collect()
}

/// Returns the positions of the accounts that the table could load, each once.
fn loadable_positions(keys: &mut AccountKeys<'_>, table: &LookupTableView<'_>) -> Vec<u8> {
    let mut positions: Vec<u8> = table
        .addresses
        .iter()
        .filter_map(|address| {
            let (position, key) = keys.find_mut(address)?;
            key.is_loadable().then_some(position)
        })
        .collect();
    positions.sort_unstable();
    positions.dedup();
    positions
}

/// Returns the table whose accounts, not yet covered, save most; none when no table pays for itself.
fn most_saving(loadable: &[Vec<u8>], chosen: &[usize], covers: &[u16; 256]) -> Option<usize> {
    let mut best = None;
    let mut most = 0;
    for (table, positions) in loadable.iter().enumerate() {
        let fresh = positions.iter().filter(|position| cover_of(covers, **position) == 0).count();
        if fresh > most && pays(fresh) && !chosen.contains(&table) {
            most = fresh;
            best = Some(table);
        }
    }
    best
}

/// Drops each table that later choices have made superfluous.
fn drop_superfluous(chosen: &mut Vec<usize>, loadable: &[Vec<u8>], covers: &mut [u16; 256]) {
    chosen.retain(|table| {
        let Some(positions) = loadable.get(*table) else { return false };
        let own = positions.iter().filter(|position| cover_of(covers, **position) == 1).count();
        if !pays(own) {
            add_cover(covers, Some(positions), Cover::Given);
        }
        pays(own)
    });
}

const fn pays(accounts: usize) -> bool {
    accounts.saturating_mul(SAVED_BYTES) > TABLE_OVERHEAD_BYTES
}

/// Whether a table's accounts are counted in or out.
#[derive(Clone, Copy)]
enum Cover {
    Taken,
    Given,
}

fn add_cover(covers: &mut [u16; 256], positions: Option<&Vec<u8>>, cover: Cover) {
    for position in positions.into_iter().flatten() {
        if let Some(count) = covers.get_mut(usize::from(*position)) {
            *count = match cover {
                Cover::Taken => count.saturating_add(1),
                Cover::Given => count.saturating_sub(1),
            };
        }
    }
}

fn cover_of(covers: &[u16; 256], position: u8) -> u16 {
    covers.get(usize::from(position)).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instruction::{AccountMeta, Instruction, encode_instructions};

    const PAYER: Address = [1; 32];

    fn naming(accounts: std::ops::Range<u8>) -> Vec<u8> {
        let accounts =
            accounts.map(|n| AccountMeta { address: [n; 32], is_signer: false, is_writable: true }).collect();
        encode_instructions(&[Instruction { program: [2; 32], accounts, data: vec![] }]).unwrap()
    }

    fn packed(tables: &[&[u8]]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for addresses in tables {
            bytes.extend_from_slice(&[200; 32]);
            bytes.extend_from_slice(&u16::try_from(addresses.len()).unwrap().to_le_bytes());
            for n in *addresses {
                bytes.extend_from_slice(&[*n; 32]);
            }
        }
        bytes
    }

    fn chosen(tables: &[&[u8]]) -> Vec<u32> {
        choose_lookup_tables(&PAYER, &naming(10..30), &packed(tables)).unwrap()
    }

    #[test]
    fn a_table_with_one_account_costs_more_than_it_saves() {
        assert_eq!(chosen(&[&[10]]), Vec::<u32>::new());
        assert_eq!(chosen(&[&[10, 11]]), vec![0]);
        assert_eq!(chosen(&[&[10, 10, 77]]), Vec::<u32>::new());
    }

    #[test]
    fn the_table_that_saves_most_comes_first_and_equal_ones_keep_their_order() {
        assert_eq!(chosen(&[&[10, 11], &[12, 13, 14], &[15, 16]]), vec![1, 0, 2]);
    }

    #[test]
    fn a_table_whose_accounts_others_hold_is_dropped() {
        assert_eq!(chosen(&[&[10, 11, 12], &[10, 11], &[12, 13]]), vec![0]);
        // The widest table is taken first, and superfluous once the two others are in.
        assert_eq!(chosen(&[&[10, 11, 12, 13], &[10, 11, 14, 15], &[12, 13, 16, 17]]), vec![1, 2]);
    }

    #[test]
    fn a_table_is_needed_again_once_a_superfluous_one_is_gone() {
        let widest = &[10, 11, 12, 13, 14, 15, 16, 17];
        let others: [&[u8]; 3] =
            [&[10, 11, 12, 18, 19, 20, 21], &[13, 14, 15, 22, 23, 18, 19], &[16, 17, 24, 25, 20, 21]];
        assert_eq!(chosen(&[widest, others[0], others[1], others[2]]), vec![1, 2, 3]);
    }

    #[test]
    fn signers_and_called_programs_are_never_loaded() {
        assert_eq!(chosen(&[&[1, 2, 10]]), Vec::<u32>::new());
    }

    #[test]
    fn a_cut_list_and_a_table_beyond_256_are_refused() {
        let bytes = packed(&[&[10, 11]]);
        for length in 1..bytes.len() {
            let refusal = decode_lookup_tables(&bytes[..length]);
            assert_eq!(refusal, Err(WireError::LookupTablesInvalid { at: 0 }), "{length}");
        }
        assert!(decode_lookup_tables(&packed(&[&[0; 256]])).is_ok());
        assert!(decode_lookup_tables(&packed(&[&[0; 257]])).is_err());
    }
}
