//! A stand-in for the Jupiter v6 router in the sandbox: `route` and `route_v2`, on its plan layout and accounts, with its
//! codes. It calls the venue programs with the amounts that the steps before really gave.

#![no_std]

pub mod amount_share;
pub mod plan_reader;
pub mod route;
pub mod route_accounts;
pub mod route_error;
pub mod route_order;
pub mod slot_ledger;
pub mod venue_call;
pub mod venue_data;
pub mod venue_step;

use pinocchio::{AccountView, Address, ProgramResult};
use route_accounts::RouteAccounts;

mod entry {
    pinocchio::program_entrypoint!(super::process_instruction, 128);
    pinocchio::no_allocator!();
}

/// Runs one instruction.
///
/// # Errors
///
/// Anchor's code for an unknown instruction, else the code of the rule that the route breaks.
#[inline(always)]
pub fn process_instruction(
    program_id: &Address,
    accounts: &mut [AccountView],
    data: &[u8],
) -> ProgramResult {
    let order = route_order::decode(data)?;
    let accounts = RouteAccounts::pick(accounts, order.generation)?;
    accounts.check(program_id)?;
    route::execute(program_id, &accounts, &order)
}
