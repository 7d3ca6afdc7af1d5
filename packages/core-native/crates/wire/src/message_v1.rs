//! Compilation of v1 messages (SIMD-0385): no lookup tables, and the compute budget in the header.
//!
//! Layout: solana-sdk `message/src/versions/v1/mod.rs` and `message/src/versions/v1/config.rs`. Keys stand in the order of
//! our v0 messages without tables.

use crate::account_keys::AccountKeys;
use crate::address_of;
use crate::compute_budget::{TransactionConfig, split_config};
use crate::error::WireError;
use crate::instruction::{InstructionView, decode_instructions};
use crate::message::{header_counts, indices_of, message_order};
use crate::transaction::{V1_TRANSACTION_BYTES, v1_transaction_bytes};

/// First byte of a v1 message.
pub const V1_PREFIX: u8 = 0x81;
/// Width of the mask that says which config values follow the addresses.
pub(crate) const CONFIG_MASK_BYTES: usize = 4;

/// Accounts, instructions and signatures of one message (`v1::MAX_ADDRESSES`, `MAX_INSTRUCTIONS`, `MAX_SIGNATURES`).
const MAX_ADDRESSES: usize = 64;
const MAX_INSTRUCTIONS: usize = 64;
const MAX_SIGNATURES: usize = 12;

// A fee is eight bytes long and has two bits, which are set together; the other values have four bytes and one bit.
const PRIORITY_FEE_BITS: u32 = 0b11;
const COMPUTE_UNIT_LIMIT_BIT: u32 = 0b100;
const LOADED_ACCOUNTS_BIT: u32 = 0b1000;
const HEAP_BIT: u32 = 0b1_0000;

/// Returns the v1 message of packed instructions. Those to the compute-budget program become values of its header.
///
/// # Errors
/// `PayerInvalid`, `BlockhashInvalid`, `InstructionsInvalid` for input that cannot be read, `ComputeBudgetInvalid` and
/// `ComputeLimitMissing` for what the header cannot say, `AccountKeysExceeded`, `AddressesExceeded`,
/// `InstructionsExceeded`, `SignaturesExceeded` and `TransactionTooLarge` for what it cannot hold, checked in this order.
pub fn compile_message_v1(payer: &[u8], blockhash: &[u8], instructions: &[u8]) -> Result<Vec<u8>, WireError> {
    let payer = address_of(payer, WireError::PayerInvalid)?;
    let blockhash = address_of(blockhash, WireError::BlockhashInvalid)?;
    let (config, instructions) = split_config(&decode_instructions(instructions)?)?;
    let (keys, mentions) = AccountKeys::gather(payer, &instructions)?;
    let ordered = message_order(&keys);
    let [signers, readonly_signers, readonly_others] = header_counts(&ordered);
    let count = ordered.len();
    let addresses =
        byte_of(count, MAX_ADDRESSES, WireError::AddressesExceeded { count, limit: MAX_ADDRESSES })?;
    let count = instructions.len();
    let refusal = WireError::InstructionsExceeded { count, limit: MAX_INSTRUCTIONS };
    let instruction_count = byte_of(count, MAX_INSTRUCTIONS, refusal)?;
    let refusal = WireError::SignaturesExceeded { count: signers, limit: MAX_SIGNATURES };
    let mut message = Vec::with_capacity(V1_TRANSACTION_BYTES);
    message.extend([V1_PREFIX, byte_of(signers, MAX_SIGNATURES, refusal)?]);
    message.push(byte_of(readonly_signers, MAX_SIGNATURES, refusal)?);
    message.push(byte_of(readonly_others, MAX_ADDRESSES, refusal)?);
    message.extend(mask_of(&config).to_le_bytes());
    message.extend_from_slice(blockhash);
    message.extend([instruction_count, addresses]);
    for (_, key) in &ordered {
        message.extend_from_slice(key.address);
    }
    write_config(&mut message, &config);
    write_instructions(&mut message, &instructions, &mentions, &indices_of(&ordered));
    let bytes = v1_transaction_bytes(signers, message.len());
    if bytes > V1_TRANSACTION_BYTES {
        return Err(WireError::TransactionTooLarge { bytes, limit: V1_TRANSACTION_BYTES });
    }
    Ok(message)
}

fn byte_of(count: usize, limit: usize, refusal: WireError) -> Result<u8, WireError> {
    u8::try_from(count).ok().filter(|_| count <= limit).ok_or(refusal)
}

const fn mask_of(config: &TransactionConfig) -> u32 {
    let fee = if config.priority_fee_lamports.is_some() { PRIORITY_FEE_BITS } else { 0 };
    let heap = if config.heap_bytes.is_some() { HEAP_BIT } else { 0 };
    fee | COMPUTE_UNIT_LIMIT_BIT | LOADED_ACCOUNTS_BIT | heap
}

/// Writes the values in the order of their bits.
fn write_config(message: &mut Vec<u8>, config: &TransactionConfig) {
    if let Some(fee) = config.priority_fee_lamports {
        message.extend(fee.to_le_bytes());
    }
    message.extend(config.compute_unit_limit.to_le_bytes());
    message.extend(config.loaded_accounts_bytes.to_le_bytes());
    if let Some(heap) = config.heap_bytes {
        message.extend(heap.to_le_bytes());
    }
}

/// Writes the program and the lengths of every instruction, then the accounts and the data of each.
fn write_instructions(
    message: &mut Vec<u8>,
    instructions: &[InstructionView<'_>],
    mentions: &[u8],
    indices: &[u8; 256],
) {
    let mut payloads = Vec::new();
    let index_of = |position: &u8| indices.get(usize::from(*position)).copied().unwrap_or(0);
    let mut mentions = mentions.iter().map(index_of);
    for instruction in instructions {
        message.extend(mentions.by_ref().take(1));
        // A packed record counts its accounts in one byte and its data in two, as this header does.
        let [accounts, ..] = instruction.accounts.len().to_le_bytes();
        let [low, high, ..] = instruction.data.len().to_le_bytes();
        message.extend([accounts, low, high]);
        payloads.extend(mentions.by_ref().take(instruction.accounts.len()));
        payloads.extend_from_slice(instruction.data);
    }
    message.extend(payloads);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Address;
    use crate::instruction::{
        AccountMeta, Instruction, compute_unit_limit, compute_unit_price, encode_instructions,
        transfer_lamports,
    };

    fn compile(instructions: &[Instruction]) -> Result<Vec<u8>, WireError> {
        compile_message_v1(&[1; 32], &[2; 32], &encode_instructions(instructions).unwrap())
    }

    fn account(n: u8, is_signer: bool) -> AccountMeta {
        AccountMeta { address: [n; 32], is_signer, is_writable: false }
    }

    fn call(accounts: Vec<AccountMeta>, data: usize) -> Instruction {
        Instruction { program: [3; 32], accounts, data: vec![9; data] }
    }

    #[test]
    fn the_message_of_a_tip_is_this_one_byte_for_byte() {
        let tip = transfer_lamports([1; 32], [5; 32], 7);
        let message = compile(&[compute_unit_limit(1_000), compute_unit_price(2_000_000), tip]).unwrap();
        let head = [0x81, 1, 0, 1, 0b1111, 0, 0, 0];
        let keys: [Address; 3] = [[1; 32], [5; 32], [0; 32]];
        // 2,000 lamports, 1,000 units, 64 MiB.
        let values = [0xd0, 7, 0, 0, 0, 0, 0, 0, 0xe8, 3, 0, 0, 0, 0, 0, 4];
        let instruction = [2, 2, 12, 0, 0, 1, 2, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0];
        let expected = [&head[..], &[2; 32], &[1, 3], keys.as_flattened(), &values, &instruction].concat();
        assert_eq!(message, expected);
    }

    #[test]
    fn the_65th_account_is_refused_with_the_count() {
        // Payer and program are two of them.
        let named = |count: u8| {
            compile(&[compute_unit_limit(1), call((10..10 + count).map(|n| account(n, false)).collect(), 0)])
        };
        assert!(named(62).is_ok());
        assert_eq!(named(63), Err(WireError::AddressesExceeded { count: 65, limit: 64 }));
    }

    #[test]
    fn the_65th_instruction_is_refused_and_budget_instructions_do_not_count() {
        let listed = |count: usize| {
            compile(
                &[vec![compute_unit_limit(1), compute_unit_price(1)], vec![call(vec![], 0); count]].concat(),
            )
        };
        assert!(listed(64).is_ok());
        assert_eq!(listed(65), Err(WireError::InstructionsExceeded { count: 65, limit: 64 }));
    }

    #[test]
    fn the_13th_signature_is_refused() {
        let signed = |count: u8| {
            compile(&[compute_unit_limit(1), call((10..10 + count).map(|n| account(n, true)).collect(), 0)])
        };
        assert!(signed(11).is_ok());
        assert_eq!(signed(12), Err(WireError::SignaturesExceeded { count: 13, limit: 12 }));
    }

    #[test]
    fn an_oversized_message_is_refused_with_its_size() {
        // 4 header, 4 mask, 32 blockhash, 2 counts, 2 keys, 8 values, 4 instruction: 118 besides the data.
        let filled = |data| compile(&[compute_unit_limit(1), call(vec![], data)]);
        assert_eq!(filled(4_096 - 64 - 118).unwrap().len(), 4_032);
        let refusal = WireError::TransactionTooLarge { bytes: 4_097, limit: 4_096 };
        assert_eq!(filled(4_096 - 64 - 117), Err(refusal));
    }
}
