//! One swap, from its limits to the transfers and the pool's counters.

use crate::amm_error::AmmError;
use crate::amm_info::{book, AmmInfo, Booking, Direction, Generation};
use crate::swap_accounts::{SwapAccounts, SwapState};
use crate::swap_math::{exact_in, exact_out, SwapAmounts};
use pinocchio::cpi::{Seed, Signer};
use pinocchio::error::ProgramError;
use pinocchio::sysvars::{clock::Clock, Sysvar};
use pinocchio::{Address, ProgramResult};
use pinocchio_token::instructions::Transfer;
use program_frame::{or_stop, u64_at};

const AUTHORITY_SEED: &[u8] = b"amm authority";

/// Which side of a swap is fixed, and the trader's limit on the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Pays `amount_in` for at least `minimum_out`.
    ExactIn {
        /// What the trader pays.
        amount_in: u64,
        /// The least they accept.
        minimum_out: u64,
    },
    /// Receives `amount_out` for at most `maximum_in`.
    ExactOut {
        /// The most they pay.
        maximum_in: u64,
        /// What the trader receives.
        amount_out: u64,
    },
}

/// Decodes an instruction: a tag and two amounts.
///
/// # Errors
///
/// `InvalidInstructionData` for any other instruction and for data that ends early.
#[inline(always)]
pub fn decode(data: &[u8]) -> Result<(Generation, Order), ProgramError> {
    let invalid = |_| ProgramError::InvalidInstructionData;
    let first = u64_at(data, 1).map_err(invalid)?;
    let second = u64_at(data, 9).map_err(invalid)?;
    let base_in = Order::ExactIn {
        amount_in: first,
        minimum_out: second,
    };
    let base_out = Order::ExactOut {
        maximum_in: first,
        amount_out: second,
    };
    match data.first() {
        Some(9) => Ok((Generation::Legacy, base_in)),
        Some(11) => Ok((Generation::Legacy, base_out)),
        Some(16) => Ok((Generation::V2, base_in)),
        Some(17) => Ok((Generation::V2, base_out)),
        _ => Err(ProgramError::InvalidInstructionData),
    }
}

/// Executes a swap.
///
/// # Errors
///
/// The code of the first rule that the swap breaks.
#[inline(always)]
pub fn swap(
    program_id: &Address,
    accounts: &mut SwapAccounts,
    generation: Generation,
    order: Order,
) -> ProgramResult {
    if !accounts.amm.owned_by(program_id) {
        return Err(AmmError::InvalidOwner.into());
    }
    let clock = Clock::get()?;
    let info = AmmInfo::decode(&accounts.amm.try_borrow()?)?;
    info.check_open(generation, clock.unix_timestamp)?;
    let state = accounts.check(&info)?;
    let amounts = fill(order, &state, &info)?;
    transfer(accounts, &info, state.direction, amounts)?;
    let booking = Booking {
        direction: state.direction,
        amount_in: amounts.amount_in,
        amount_out: amounts.amount_out,
        fee: amounts.fee,
        epoch: clock.epoch,
    };
    let mut pool = accounts.amm.try_borrow_mut()?;
    book(&mut pool, &booking)
}

/// Returns the amounts of an order that the pool accepts; the checks stand in the order of the real program.
#[inline(always)]
fn fill(order: Order, state: &SwapState, info: &AmmInfo) -> Result<SwapAmounts, AmmError> {
    let amounts = match order {
        Order::ExactIn {
            amount_in,
            minimum_out,
        } => {
            if state.source_amount < amount_in {
                return Err(AmmError::InsufficientFunds);
            }
            let amounts = or_stop(exact_in(amount_in, state.reserves, info.fee));
            if amounts.amount_out < minimum_out {
                return Err(AmmError::ExceededSlippage);
            }
            amounts
        }
        Order::ExactOut {
            maximum_in,
            amount_out,
        } => {
            let amounts = or_stop(exact_out(amount_out, state.reserves, info.fee));
            if state.source_amount < amounts.amount_in {
                return Err(AmmError::InsufficientFunds);
            }
            if amounts.amount_in > maximum_in {
                return Err(AmmError::ExceededSlippage);
            }
            amounts
        }
    };
    if amounts.amount_in == 0 || amounts.amount_out == 0 {
        return Err(AmmError::InvalidInput);
    }
    if amounts.amount_out >= state.reserves.output {
        return Err(AmmError::InsufficientFunds);
    }
    Ok(amounts)
}

#[inline(always)]
fn transfer(
    accounts: &SwapAccounts,
    info: &AmmInfo,
    direction: Direction,
    amounts: SwapAmounts,
) -> ProgramResult {
    let (vault_in, vault_out) = match direction {
        Direction::CoinToPc => (accounts.coin_vault, accounts.pc_vault),
        Direction::PcToCoin => (accounts.pc_vault, accounts.coin_vault),
    };
    Transfer::new(accounts.source, vault_in, accounts.owner, amounts.amount_in).invoke()?;
    let nonce = [info.nonce];
    let seeds = [Seed::from(AUTHORITY_SEED), Seed::from(&nonce)];
    Transfer::new(
        vault_out,
        accounts.destination,
        accounts.authority,
        amounts.amount_out,
    )
    .invoke_signed(&[Signer::from(&seeds)])
}
