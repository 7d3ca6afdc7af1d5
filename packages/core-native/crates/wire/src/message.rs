//! Compilation of v0 messages, key order and all as `@solana/web3.js` does it.
//!
//! Layout: solana-sdk `message/src/versions/v0/mod.rs`. Order of keys: web3.js `CompiledKeys` (within each class the
//! first mention comes first; lookup tables are drained one after the other; programs and signers stay static).

use crate::account_keys::{AccountKey, AccountKeys};
use crate::error::WireError;
use crate::instruction::{InstructionView, decode_instructions};
use crate::lookup_table::{LookupTableView, decode_lookup_tables};
use crate::transaction::{PACKET_BYTES, transaction_bytes};
use crate::{Address, address_of};

/// First byte of a v0 message.
pub const V0_PREFIX: u8 = 0x80;

/// Returns the v0 message of packed instructions.
///
/// # Errors
/// `PayerInvalid`, `BlockhashInvalid`, `InstructionsInvalid`, `LookupTablesInvalid` for input that cannot be read,
/// `AccountKeysExceeded` beyond 256 accounts, `TransactionTooLarge` when the message alone overfills a packet.
pub fn compile_message(
    payer: &[u8],
    blockhash: &[u8],
    instructions: &[u8],
    lookup_tables: &[u8],
) -> Result<Vec<u8>, WireError> {
    let payer = address_of(payer, WireError::PayerInvalid)?;
    let blockhash = address_of(blockhash, WireError::BlockhashInvalid)?;
    let instructions = decode_instructions(instructions)?;
    let tables = decode_lookup_tables(lookup_tables)?;
    let (mut keys, mentions) = AccountKeys::gather(payer, &instructions)?;
    for (position, table) in tables.iter().enumerate() {
        drain_into(&mut keys, position, table);
    }
    let ordered = message_order(&keys);
    let mut message = Vec::with_capacity(PACKET_BYTES);
    write_keys(&mut message, &ordered, blockhash)?;
    write_instructions(&mut message, &instructions, &mentions, &indices_of(&ordered));
    write_lookups(&mut message, &ordered, &tables);
    if message.len() > PACKET_BYTES {
        let required = message.get(1).copied().unwrap_or(1);
        let bytes = transaction_bytes(usize::from(required), message.len());
        return Err(WireError::TransactionTooLarge { bytes, limit: PACKET_BYTES });
    }
    Ok(message)
}

/// Loads every account that may be loaded, and is not yet, from the first index of the table that holds it.
fn drain_into(keys: &mut AccountKeys<'_>, position: usize, table: &LookupTableView<'_>) {
    for (index, address) in (0..=u8::MAX).zip(table.addresses) {
        if let Some((_, key)) = keys.find_mut(address)
            && key.is_loadable()
            && key.lookup.is_none()
        {
            key.lookup = Some((position, index));
        }
    }
}

/// An account and its position of first mention.
pub(crate) type Placed<'k, 'a> = (u8, &'k AccountKey<'a>);

/// Returns the accounts in the order of their message indices.
pub(crate) fn message_order<'k, 'a>(keys: &'k AccountKeys<'a>) -> Vec<Placed<'k, 'a>> {
    let mut ordered: Vec<Placed<'k, 'a>> = (0..=u8::MAX).zip(keys.iter()).collect();
    // The position breaks ties, so an unstable sort keeps the order of first mention.
    ordered.sort_unstable_by_key(|(position, key)| (rank(key), *position));
    ordered
}

/// Static: writable signers, signers, writable, readonly. Loaded: writable of every table, then readonly of every table.
fn rank(key: &AccountKey<'_>) -> (u8, usize) {
    match (key.lookup, key.roles.is_signer, key.roles.is_writable) {
        (None, true, true) => (0, 0),
        (None, true, false) => (1, 0),
        (None, false, true) => (2, 0),
        (None, false, false) => (3, 0),
        (Some((table, _)), _, true) => (4, table),
        (Some((table, _)), _, false) => (5, table),
    }
}

/// Writes prefix, header, static keys and blockhash.
fn write_keys(
    message: &mut Vec<u8>,
    ordered: &[Placed<'_, '_>],
    blockhash: &Address,
) -> Result<(), WireError> {
    message.push(V0_PREFIX);
    for count in header_counts(ordered) {
        message.push(u8::try_from(count).map_err(|_| WireError::AccountKeysExceeded)?);
    }
    write_length(message, statics(ordered).count());
    for (_, key) in statics(ordered) {
        message.extend_from_slice(key.address);
    }
    message.extend_from_slice(blockhash);
    Ok(())
}

fn statics<'o, 'k, 'a>(ordered: &'o [Placed<'k, 'a>]) -> impl Iterator<Item = &'o Placed<'k, 'a>> {
    ordered.iter().filter(|(_, key)| key.lookup.is_none())
}

/// Returns what a header counts: required signatures, readonly ones among them, readonly static keys without one.
pub(crate) fn header_counts(ordered: &[Placed<'_, '_>]) -> [usize; 3] {
    let readonly = |is_signer: bool| {
        let wanted = |key: &AccountKey<'_>| key.roles.is_signer == is_signer && !key.roles.is_writable;
        statics(ordered).filter(|(_, key)| wanted(key)).count()
    };
    let signers = ordered.iter().filter(|(_, key)| key.roles.is_signer).count();
    [signers, readonly(true), readonly(false)]
}

/// Returns the message index of each account by its position of first mention.
pub(crate) fn indices_of(ordered: &[Placed<'_, '_>]) -> [u8; 256] {
    let mut indices = [0; 256];
    for (index, (position, _)) in (0..=u8::MAX).zip(ordered) {
        if let Some(slot) = indices.get_mut(usize::from(*position)) {
            *slot = index;
        }
    }
    indices
}

fn write_instructions(
    message: &mut Vec<u8>,
    instructions: &[InstructionView<'_>],
    mentions: &[u8],
    indices: &[u8; 256],
) {
    let index_of = |position: &u8| indices.get(usize::from(*position)).copied().unwrap_or(0);
    let mut mentions = mentions.iter().map(index_of);
    write_length(message, instructions.len());
    for instruction in instructions {
        message.extend(mentions.by_ref().take(1));
        write_length(message, instruction.accounts.len());
        message.extend(mentions.by_ref().take(instruction.accounts.len()));
        write_length(message, instruction.data.len());
        message.extend_from_slice(instruction.data);
    }
}

fn write_lookups(message: &mut Vec<u8>, ordered: &[Placed<'_, '_>], tables: &[LookupTableView<'_>]) {
    let indexes = |table: usize, is_writable: bool| {
        ordered.iter().filter_map(move |(_, key)| {
            key.lookup.filter(|(from, _)| *from == table && key.roles.is_writable == is_writable)
        })
    };
    let is_used =
        |table: usize| ordered.iter().any(|(_, key)| key.lookup.is_some_and(|(from, _)| from == table));
    let used = || tables.iter().enumerate().filter(|(position, _)| is_used(*position));
    write_length(message, used().count());
    for (position, table) in used() {
        message.extend_from_slice(table.address);
        for is_writable in [true, false] {
            write_length(message, indexes(position, is_writable).count());
            message.extend(indexes(position, is_writable).map(|(_, index)| index));
        }
    }
}

/// Writes a compact-u16: 7 bits a byte, low bits first, the high bit says that more follow.
fn write_length(message: &mut Vec<u8>, length: usize) {
    let mut rest = length;
    loop {
        let [low, ..] = rest.to_le_bytes();
        rest >>= 7;
        if rest == 0 {
            message.push(low & 0x7f);
            return;
        }
        message.push(low | 0x80);
    }
}

/// Reads a compact-u16 and what follows it; none when it is cut off, too long or not the shortest form.
pub(crate) fn split_length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    if first & 0x80 == 0 {
        return Some((usize::from(*first), rest));
    }
    let (second, rest) = rest.split_first()?;
    let low = usize::from(first & 0x7f) | (usize::from(second & 0x7f) << 7);
    if second & 0x80 == 0 {
        return (*second != 0).then_some((low, rest));
    }
    let (third, rest) = rest.split_first()?;
    (*third != 0 && *third <= 3).then_some((low | (usize::from(*third) << 14), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instruction::{AccountMeta, Instruction, encode_instructions};

    #[test]
    fn lengths_of_every_width_read_back() {
        for length in 0..=65_535 {
            let mut bytes = Vec::new();
            write_length(&mut bytes, length);
            assert_eq!(
                bytes.len(),
                if length < 128 {
                    1
                } else if length < 16_384 {
                    2
                } else {
                    3
                }
            );
            assert_eq!(split_length(&bytes), Some((length, &[][..])));
        }
        for wrong in [&[0x80][..], &[0x80, 0], &[0xff, 0xff, 4], &[0x80, 0x80, 0], &[]] {
            assert_eq!(split_length(wrong), None, "{wrong:?}");
        }
    }

    fn distinct(accounts: u16) -> Vec<u8> {
        let meta = |n: u16| {
            let mut address = [7; 32];
            address[30..].copy_from_slice(&n.to_le_bytes());
            AccountMeta { address, is_signer: false, is_writable: false }
        };
        let instructions: Vec<Instruction> = (0..accounts)
            .map(|n| Instruction { program: [3; 32], accounts: vec![meta(n)], data: vec![] })
            .collect();
        encode_instructions(&instructions).unwrap()
    }

    #[test]
    fn the_257th_account_is_refused() {
        // Payer, program and 254 others make 256, far too many for a packet; one more cannot be indexed.
        let refusal = compile_message(&[1; 32], &[2; 32], &distinct(254), &[]).unwrap_err();
        assert_eq!(refusal.code(), "WIRE_TRANSACTION_TOO_LARGE");
        let refusal = compile_message(&[1; 32], &[2; 32], &distinct(255), &[]);
        assert_eq!(refusal, Err(WireError::AccountKeysExceeded));
    }

    #[test]
    fn an_oversized_message_is_refused_with_its_size() {
        let instruction = Instruction { program: [3; 32], accounts: vec![], data: vec![0; 1_131] };
        let mut packed = encode_instructions(std::slice::from_ref(&instruction)).unwrap();
        // 4 header, 1 + 64 keys, 32 blockhash, 1 + 1 + 1 + 2 instruction, 1 table count: 107 besides the data.
        let refusal = compile_message(&[1; 32], &[2; 32], &packed, &[]);
        assert_eq!(refusal, Err(WireError::TransactionTooLarge { bytes: 65 + 107 + 1_131, limit: 1_232 }));
        packed = encode_instructions(&[Instruction { data: vec![0; 1_125], ..instruction }]).unwrap();
        assert_eq!(compile_message(&[1; 32], &[2; 32], &packed, &[]).unwrap().len(), 1_232);
    }

    #[test]
    fn a_payer_or_blockhash_of_another_length_is_refused() {
        assert_eq!(compile_message(&[1; 31], &[2; 32], &[], &[]), Err(WireError::PayerInvalid));
        assert_eq!(compile_message(&[1; 32], &[2; 33], &[], &[]), Err(WireError::BlockhashInvalid));
    }
}
