//! A stand-in for Raydium AMM v4 in the sandbox: its swap instructions, on its account layout, with its amounts and codes.

#![no_std]

pub mod amm_error;
pub mod amm_info;
pub mod swap;
pub mod swap_accounts;
pub mod swap_math;

use pinocchio::{AccountView, Address, ProgramResult};
use swap_accounts::SwapAccounts;

mod entry {
    pinocchio::program_entrypoint!(super::process_instruction, 20);
    pinocchio::no_allocator!();
}

/// Runs one instruction.
///
/// # Errors
///
/// `InvalidInstructionData` for anything but a swap, else the code of the rule that the swap breaks.
#[inline(always)]
pub fn process_instruction(
    program_id: &Address,
    accounts: &mut [AccountView],
    data: &[u8],
) -> ProgramResult {
    let (generation, order) = swap::decode(data)?;
    let mut accounts = SwapAccounts::pick(accounts, generation)?;
    swap::swap(program_id, &mut accounts, generation, order)
}
