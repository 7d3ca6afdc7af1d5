//! Packed instructions, and the compute-budget and tip instructions.
//!
//! A packed list is one record after the other:
//! `program 32 | accountCount u8 | accountCount x (address 32, flags u8) | dataLength u16 | data`, little-endian.
//! Flag bit 0 is "signs", bit 1 is "is written"; the other bits are zero. 255 accounts are also the runtime's limit.

use crate::Address;
use crate::error::WireError;

/// `ComputeBudget111111111111111111111111111111`.
pub const COMPUTE_BUDGET_PROGRAM: Address = [
    3, 6, 70, 111, 229, 33, 23, 50, 255, 236, 173, 186, 114, 195, 155, 231, 188, 140, 229, 187, 197, 247, 18,
    107, 44, 67, 155, 58, 64, 0, 0, 0,
];
/// `11111111111111111111111111111111`.
pub const SYSTEM_PROGRAM: Address = [0; 32];

const SIGNER_FLAG: u8 = 1;
const WRITABLE_FLAG: u8 = 2;
// Instruction tags: compute-budget-interface `ComputeBudgetInstruction`, system-interface `SystemInstruction`.
pub(crate) const REQUEST_HEAP_FRAME: u8 = 1;
pub(crate) const SET_COMPUTE_UNIT_LIMIT: u8 = 2;
pub(crate) const SET_COMPUTE_UNIT_PRICE: u8 = 3;
pub(crate) const SET_LOADED_ACCOUNTS_DATA_SIZE_LIMIT: u8 = 4;
const SYSTEM_TRANSFER: u32 = 2;

/// One account of an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountMeta {
    /// The account's address.
    pub address: Address,
    /// Whether it signs.
    pub is_signer: bool,
    /// Whether it is written.
    pub is_writable: bool,
}

/// An instruction with owned accounts and data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// The program called.
    pub program: Address,
    /// Accounts in the program's order.
    pub accounts: Vec<AccountMeta>,
    /// Instruction data.
    pub data: Vec<u8>,
}

/// An address and its flags as they stand in a packed record.
pub type PackedAccount = [u8; 33];

/// An instruction that borrows from a packed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InstructionView<'a> {
    /// The program called.
    pub program: &'a Address,
    /// Accounts in the program's order.
    pub accounts: &'a [PackedAccount],
    /// Instruction data.
    pub data: &'a [u8],
}

/// Returns whether the account signs and whether it is written.
#[must_use]
pub const fn account_flags(flags: u8) -> (bool, bool) {
    (flags & SIGNER_FLAG != 0, flags & WRITABLE_FLAG != 0)
}

/// Packs instructions.
///
/// # Errors
/// `InstructionTooLarge` when an instruction has more than 255 accounts or 65,535 bytes of data.
pub fn encode_instructions(instructions: &[Instruction]) -> Result<Vec<u8>, WireError> {
    let mut packed = Vec::new();
    for instruction in instructions {
        let too_large = |_| WireError::InstructionTooLarge {
            accounts: instruction.accounts.len(),
            data: instruction.data.len(),
        };
        packed.extend_from_slice(&instruction.program);
        packed.push(u8::try_from(instruction.accounts.len()).map_err(too_large)?);
        for account in &instruction.accounts {
            packed.extend_from_slice(&account.address);
            let signer = if account.is_signer { SIGNER_FLAG } else { 0 };
            packed.push(signer | if account.is_writable { WRITABLE_FLAG } else { 0 });
        }
        packed.extend_from_slice(&u16::try_from(instruction.data.len()).map_err(too_large)?.to_le_bytes());
        packed.extend_from_slice(&instruction.data);
    }
    Ok(packed)
}

/// Reads a packed list.
///
/// # Errors
/// `InstructionsInvalid` when a record is cut off or a flag is unknown.
pub fn decode_instructions(packed: &[u8]) -> Result<Vec<InstructionView<'_>>, WireError> {
    let mut instructions = Vec::with_capacity(8);
    let mut rest = packed;
    while !rest.is_empty() {
        let at = packed.len().saturating_sub(rest.len());
        let (instruction, after) = split_instruction(rest).ok_or(WireError::InstructionsInvalid { at })?;
        instructions.push(instruction);
        rest = after;
    }
    Ok(instructions)
}

fn split_instruction(bytes: &[u8]) -> Option<(InstructionView<'_>, &[u8])> {
    let (program, rest) = bytes.split_first_chunk::<32>()?;
    let (account_count, rest) = rest.split_first()?;
    let account_bytes = usize::from(*account_count).checked_mul(size_of::<PackedAccount>())?;
    let (accounts, rest) = rest.split_at_checked(account_bytes)?;
    let (accounts, _) = accounts.as_chunks::<33>();
    let known = SIGNER_FLAG | WRITABLE_FLAG;
    if accounts.iter().any(|[_address @ .., flags]| flags & !known != 0) {
        return None;
    }
    let (data_length, rest) = rest.split_first_chunk::<2>()?;
    let (data, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes(*data_length)))?;
    Some((InstructionView { program, accounts, data }, rest))
}

/// Returns the instruction that asks for a compute-unit limit.
#[must_use]
pub fn compute_unit_limit(units: u32) -> Instruction {
    let mut data = vec![SET_COMPUTE_UNIT_LIMIT];
    data.extend_from_slice(&units.to_le_bytes());
    Instruction { program: COMPUTE_BUDGET_PROGRAM, accounts: Vec::new(), data }
}

/// Returns the instruction that bids a price per compute unit.
#[must_use]
pub fn compute_unit_price(micro_lamports: u64) -> Instruction {
    let mut data = vec![SET_COMPUTE_UNIT_PRICE];
    data.extend_from_slice(&micro_lamports.to_le_bytes());
    Instruction { program: COMPUTE_BUDGET_PROGRAM, accounts: Vec::new(), data }
}

/// Returns the instruction that moves lamports from a signing wallet, as a tip does.
#[must_use]
pub fn transfer_lamports(from: Address, to: Address, lamports: u64) -> Instruction {
    let mut data = SYSTEM_TRANSFER.to_le_bytes().to_vec();
    data.extend_from_slice(&lamports.to_le_bytes());
    let accounts = vec![
        AccountMeta { address: from, is_signer: true, is_writable: true },
        AccountMeta { address: to, is_signer: false, is_writable: true },
    ];
    Instruction { program: SYSTEM_PROGRAM, accounts, data }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Vec<Instruction> {
        vec![
            compute_unit_limit(200_000),
            compute_unit_price(7),
            transfer_lamports([1; 32], [2; 32], u64::MAX),
        ]
    }

    #[test]
    fn a_packed_list_reads_back_as_it_was() {
        let packed = encode_instructions(&sample()).unwrap();
        let views = decode_instructions(&packed).unwrap();
        for (view, instruction) in views.iter().zip(sample()) {
            assert_eq!(*view.program, instruction.program);
            assert_eq!(view.data, instruction.data);
            let accounts: Vec<AccountMeta> = view
                .accounts
                .iter()
                .map(|[address @ .., flags]| {
                    let (is_signer, is_writable) = account_flags(*flags);
                    AccountMeta { address: *address, is_signer, is_writable }
                })
                .collect();
            assert_eq!(accounts, instruction.accounts);
        }
        assert_eq!(views.len(), 3);
    }

    #[test]
    fn every_cut_inside_a_record_is_refused_at_the_record_it_cuts() {
        let packed = encode_instructions(&sample()).unwrap();
        let first = 32 + 1 + 2 + 5;
        let second = first + 32 + 1 + 2 + 9;
        for length in 0..packed.len() {
            let at = if length < first {
                0
            } else if length < second {
                first
            } else {
                second
            };
            let expected = if length == at { Ok(()) } else { Err(WireError::InstructionsInvalid { at }) };
            assert_eq!(decode_instructions(&packed[..length]).map(|_| ()), expected, "{length}");
        }
    }

    #[test]
    fn an_unknown_flag_is_refused() {
        let mut packed = encode_instructions(&[transfer_lamports([1; 32], [2; 32], 5)]).unwrap();
        packed[32 + 1 + 32] |= 4;
        assert_eq!(decode_instructions(&packed), Err(WireError::InstructionsInvalid { at: 0 }));
    }

    #[test]
    fn the_256th_account_and_the_65536th_byte_are_refused() {
        let account = AccountMeta { address: [9; 32], is_signer: false, is_writable: false };
        let mut instruction =
            Instruction { program: [1; 32], accounts: vec![account; 255], data: vec![0; 65_535] };
        assert!(encode_instructions(std::slice::from_ref(&instruction)).is_ok());
        instruction.data.push(0);
        let refusal = encode_instructions(std::slice::from_ref(&instruction));
        assert_eq!(refusal, Err(WireError::InstructionTooLarge { accounts: 255, data: 65_536 }));
        instruction.data.clear();
        instruction.accounts.push(account);
        let refusal = encode_instructions(&[instruction]);
        assert_eq!(refusal, Err(WireError::InstructionTooLarge { accounts: 256, data: 0 }));
    }
}
