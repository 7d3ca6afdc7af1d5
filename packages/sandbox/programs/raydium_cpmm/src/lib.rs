//! A stand-in for Raydium CPMM in the sandbox: its swap instructions, on its account layout, with its amounts and codes.

#![no_std]

pub mod amm_config;
pub mod cpmm_error;
pub mod pool_state;
pub mod swap;
pub mod swap_accounts;
pub mod swap_math;
pub mod transfer_fee;

use pinocchio::{AccountView, Address, ProgramResult};
use swap_accounts::SwapAccounts;

mod entry {
    pinocchio::program_entrypoint!(super::process_instruction, 16);
    pinocchio::no_allocator!();
}

/// Runs one instruction.
///
/// # Errors
///
/// Anchor's code for an unknown instruction, else the code of the rule that the swap breaks.
#[inline(always)]
pub fn process_instruction(
    program_id: &Address,
    accounts: &mut [AccountView],
    data: &[u8],
) -> ProgramResult {
    let order = swap::decode(data)?;
    let mut accounts = SwapAccounts::pick(accounts)?;
    swap::swap(program_id, &mut accounts, order)
}
