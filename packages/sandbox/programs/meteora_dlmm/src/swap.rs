//! One swap, from its limits through the bins to the transfers.

use crate::activation::check_open;
use crate::checked::less;
use crate::dlmm_error::DlmmError;
use crate::lb_pair::{FeeSide, PairAddresses};
use crate::order::{HookAccounts, Order};
use crate::settlement::{check_hook, Settlement};
use crate::swap_accounts::{given, SwapAccounts, TOKEN_2022};
use crate::trade::{trade, Market, Progress};
use crate::transfer_fee::TransferFee;
use pinocchio::error::ProgramError;
use pinocchio::sysvars::{clock::Clock, Sysvar};
use pinocchio::{AccountView, Address, ProgramResult};

/// The transfer fees of both mints.
struct TransferFees {
    input: TransferFee,
    output: TransferFee,
}

/// Executes a swap; `slices` is the instruction that names slices of the remaining accounts.
///
/// # Errors
///
/// The code of the first rule that the swap breaks.
#[inline(always)]
pub fn swap(
    program_id: &Address,
    accounts: &mut SwapAccounts,
    remaining: &mut [AccountView],
    order: Order,
    slices: Option<&[u8]>,
) -> ProgramResult {
    accounts.check_types(program_id)?;
    let addresses = PairAddresses::decode(&accounts.pair.try_borrow()?)?;
    let direction = accounts.check(&addresses, program_id)?;
    let clock = Clock::get()?;
    let (slot, now) = (clock.slot, clock.unix_timestamp);
    check_open(
        &accounts.pair.try_borrow()?,
        accounts.user.address(),
        slot,
        now,
    )?;
    let hooks = match slices {
        Some(data) => HookAccounts::decode(data, remaining.len())?,
        None => HookAccounts::default(),
    };
    let (token_in, token_out) = (
        direction.token(FeeSide::Input),
        direction.token(FeeSide::Output),
    );
    let transfer_fees = TransferFees {
        input: transfer_fee(accounts.of(token_in).mint, clock.epoch)?,
        output: transfer_fee(accounts.of(token_out).mint, clock.epoch)?,
    };
    let mut progress = start(order, &transfer_fees)?;
    let market = Market {
        program_id,
        direction,
        now,
    };
    let bin_arrays = remaining.get_mut(hooks.count()..).unwrap_or_default();
    let fee_side = trade(&market, accounts, bin_arrays, &mut progress)?;
    let received = less(
        progress.received,
        transfer_fees.output.on(progress.received),
    )?;
    if received == 0 {
        return Err(DlmmError::InsufficientOutAmount.into());
    }
    let sent = match order {
        Order::ExactIn { amount_in, .. } => amount_in,
        Order::ExactOut { .. } => transfer_fees.input.before(progress.paid)?,
    };
    for token in [token_in, token_out] {
        check_hook(accounts.of(token).mint, hooks.of(token))?;
    }
    let host = given(accounts.host, program_id);
    let settlement = Settlement {
        input: accounts.of(token_in),
        output: accounts.of(token_out),
        sent_in: sent,
        sent_out: progress.received,
        host: host.map(|host| {
            (
                host,
                progress.host_fee,
                accounts.of(direction.token(fee_side)),
            )
        }),
    };
    settlement.pay(accounts)?;
    within_limit(order, sent, received)
}

/// Returns what a swap starts with.
#[inline(always)]
fn start(order: Order, transfer_fees: &TransferFees) -> Result<Progress, DlmmError> {
    let (sent, wanted) = match order {
        Order::ExactIn { amount_in, .. } => (amount_in, None),
        Order::ExactOut {
            maximum_in,
            amount_out,
        } => (maximum_in, Some(amount_out)),
    };
    if sent == 0 {
        return Err(DlmmError::InvalidInput);
    }
    let wanted = match wanted {
        Some(amount_out) => Some(transfer_fees.output.before(amount_out)?),
        None => None,
    };
    Ok(Progress::new(
        less(sent, transfer_fees.input.on(sent))?,
        wanted,
    ))
}

#[inline(always)]
fn transfer_fee(mint: &AccountView, epoch: u64) -> Result<TransferFee, ProgramError> {
    if !mint.owned_by(&TOKEN_2022) {
        return Ok(TransferFee::NONE);
    }
    Ok(TransferFee::of_mint(&mint.try_borrow()?, epoch))
}

/// Holds what a swap moved against the trader's limit: after the transfers, as the real program does.
#[inline(always)]
fn within_limit(order: Order, sent: u64, received: u64) -> ProgramResult {
    match order {
        Order::ExactIn { minimum_out, .. } if received < minimum_out => {
            Err(DlmmError::ExceededAmountSlippageTolerance.into())
        }
        Order::ExactOut { amount_out, .. } if received != amount_out => {
            Err(DlmmError::NotExactAmountOut.into())
        }
        Order::ExactOut { maximum_in, .. } if sent > maximum_in => {
            Err(DlmmError::ExceededAmountSlippageTolerance.into())
        }
        _ => Ok(()),
    }
}
