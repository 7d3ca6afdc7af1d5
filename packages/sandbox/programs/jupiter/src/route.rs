//! One route: step after step, each with what the ones before really gave, and the minimum at the end.

use crate::route_accounts::{balance, decimals, RouteAccounts};
use crate::route_error::RouteError;
use crate::route_order::{read_step, RouteOrder};
use crate::slot_ledger::SlotLedger;
use crate::venue_call::StepAccounts;
use crate::venue_data::VenueData;
use pinocchio::cpi::set_return_data;
use pinocchio::{Address, ProgramResult};
use pinocchio_token::instructions::TransferChecked;

/// Executes a route and returns its output as return data.
///
/// # Errors
///
/// The code of the first rule that the route breaks; a venue's own error ends the transaction before.
#[inline(always)]
pub fn execute(
    program_id: &Address,
    accounts: &RouteAccounts<'_>,
    order: &RouteOrder<'_>,
) -> ProgramResult {
    let last_slot = SlotLedger::check(order)?;
    if balance(accounts.source)? < order.in_amount {
        return Err(RouteError::InsufficientFunds.into());
    }
    let mut ledger = SlotLedger::new(order.in_amount);
    let mut reader = order.plan;
    let mut left = accounts.steps;
    for _ in 0..order.step_count {
        let step = read_step(&mut reader, order.generation)?;
        let shape = step.swap.shape();
        let called = StepAccounts::take(left, &shape, program_id)?;
        left = called.rest;
        let source = called.at(shape.source)?;
        let destination = called.at(shape.destination)?;
        if step.input_slot == 0 && source.address() != accounts.source.address() {
            return Err(RouteError::InvalidTokenAccount.into());
        }
        if step.output_slot == last_slot && destination.address() != accounts.destination.address()
        {
            return Err(RouteError::InvalidOutputTokenAccount.into());
        }
        let amount = ledger.take(step.input_slot, step.bps)?;
        let before = balance(destination)?;
        if !called.call(&VenueData::spend(&step.swap, amount)?) {
            return Err(RouteError::InvalidCalculation.into());
        }
        let received = balance(destination)?
            .checked_sub(before)
            .ok_or(RouteError::InvalidCalculation)?;
        ledger.give(step.output_slot, received)?;
    }
    let result = ledger.received(last_slot);
    if result < order.minimum_out {
        return Err(RouteError::SlippageToleranceExceeded.into());
    }
    send_on(program_id, accounts, result)?;
    set_return_data(&result.to_le_bytes());
    Ok(())
}

/// Sends the result on where the instruction names another account for it.
#[inline(always)]
fn send_on(program_id: &Address, accounts: &RouteAccounts<'_>, result: u64) -> ProgramResult {
    let RouteAccounts {
        receiver,
        destination,
        destination_mint,
        ..
    } = accounts;
    if receiver.address() == program_id || receiver.address() == destination.address() {
        return Ok(());
    }
    let decimals = decimals(destination_mint)?;
    TransferChecked::new(
        destination,
        destination_mint,
        receiver,
        accounts.authority,
        result,
        decimals,
    )
    .invoke_with_unverified_program(accounts.destination_program.address())
}
