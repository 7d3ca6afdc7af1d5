//! A stand-in for Orca Whirlpool in the sandbox: its swap instructions, on its account layouts, with its amounts and codes.

#![no_std]

pub mod fee_rate;
pub mod fields;
pub mod oracle;
pub mod order;
pub mod swap;
pub mod swap_accounts;
pub mod swap_loop;
pub mod swap_step;
pub mod tick_array;
pub mod tick_math;
pub mod tick_sequence;
pub mod token_extension;
pub mod token_math;
pub mod transfers;
pub mod whirlpool;
pub mod whirlpool_error;

use pinocchio::{AccountView, Address, ProgramResult};
use swap_accounts::SwapAccounts;

mod entry {
    pinocchio::program_entrypoint!(super::process_instruction, 32);
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
    let order = order::decode(data)?;
    let accounts = SwapAccounts::pick(accounts, order.version)?;
    swap::swap(program_id, &accounts, &order, data)
}
