//! A stand-in for Meteora DLMM in the sandbox: its swap instructions, on its account layout, with its amounts and codes.

#![no_std]

pub mod activation;
pub mod bin_array;
pub mod bitmap;
pub mod checked;
pub mod dlmm_error;
pub mod fill;
pub mod lb_pair;
pub mod order;
pub mod pair_seeds;
pub mod settlement;
pub mod swap;
pub mod swap_accounts;
pub mod trade;
pub mod transfer_fee;
pub mod volatility;

use pinocchio::{AccountView, Address, ProgramResult};
use swap_accounts::{SwapAccounts, Version};

mod entry {
    // As many accounts as a transaction can lock.
    pinocchio::program_entrypoint!(super::process_instruction, 64);
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
    let (order, version) = order::decode(data)?;
    let (mut accounts, remaining) = SwapAccounts::pick(accounts, version)?;
    let slices = (version == Version::Two).then_some(data);
    swap::swap(program_id, &mut accounts, remaining, order, slices)
}
