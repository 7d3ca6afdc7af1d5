//! One swap, from its limits through the bins to the transfers and the pair's counters.

use crate::bin_array::{array_of, bin_mut, book, check_type, index_for, layers};
use crate::bitmap::skip_empty_arrays;
use crate::dlmm_error::DlmmError;
use crate::fill::{exact_in, exact_out, split_fee, FeeSplit, FeeTerms, Fill, Layers};
use crate::lb_pair::{
    check_open, fee_side, has_limit_orders, Direction, FeeSide, LbPair, PairAddresses, PairSeeds,
};
use crate::order::{HookAccounts, Order};
use crate::swap_accounts::{check_writable, given, SwapAccounts, TokenAccounts, TOKEN_2022};
use crate::transfer_fee::{has_hook, TransferFee};
use crate::volatility::{base_fee_rate, fee_rate};
use pinocchio::cpi::{Seed, Signer};
use pinocchio::error::ProgramError;
use pinocchio::sysvars::{clock::Clock, Sysvar};
use pinocchio::{AccountView, Address, ProgramResult};
use pinocchio_token::instructions::TransferChecked;
use wide_math::{mul_div, Rounding, Wide};

const BASIS_POINTS: u64 = 10_000;
/// The host's part of the protocol's fee, in basis points.
const HOST_FEE_SHARE: u64 = 2_000;

/// The transfer fees of both mints.
struct TransferFees {
    input: TransferFee,
    output: TransferFee,
}

/// What does not change from bin to bin.
struct Terms<'a> {
    direction: Direction,
    fee_side: FeeSide,
    has_limit_orders: bool,
    is_hosted: bool,
    base_rate: Wide,
    extension: Option<&'a AccountView>,
}

/// What is still to be traded, and what was.
struct Progress {
    /// What may still be paid.
    left_in: u64,
    /// What is still wanted, when the output is fixed.
    wanted: Option<u64>,
    /// Whether a bin gave the rest of a fixed output; nothing of it is reached without a bin, not even zero.
    is_reached: bool,
    paid: u64,
    received: u64,
    protocol_fee: u64,
    host_fee: u64,
}

impl Progress {
    #[inline(always)]
    fn is_open(&self) -> bool {
        self.left_in > 0 && !self.is_reached
    }

    /// Counts a fill; one that took nothing (at a price of zero) is not counted, although its bin gave.
    #[inline(always)]
    fn count(&mut self, fill: &Fill) -> Result<(), DlmmError> {
        self.is_reached = self.wanted == Some(fill.received);
        if fill.paid == 0 {
            return Ok(());
        }
        self.left_in = less(self.left_in, fill.paid)?;
        self.paid = more(self.paid, fill.paid)?;
        self.received = more(self.received, fill.received)?;
        if let Some(wanted) = self.wanted {
            self.wanted = Some(less(wanted, fill.received)?);
        }
        Ok(())
    }
}

/// Executes a swap; `hooks` says which remaining accounts are for transfer hooks.
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
    let user = accounts.user.address();
    check_open(
        &accounts.pair.try_borrow()?,
        user,
        clock.slot,
        clock.unix_timestamp,
    )?;
    let hooks = match slices {
        Some(data) => HookAccounts::decode(data, remaining.len())?,
        None => HookAccounts::default(),
    };
    let transfer_fees = TransferFees {
        input: transfer_fee(
            accounts.of(direction.token(FeeSide::Input)).mint,
            clock.epoch,
        )?,
        output: transfer_fee(
            accounts.of(direction.token(FeeSide::Output)).mint,
            clock.epoch,
        )?,
    };
    let mut progress = start(order, &transfer_fees)?;
    let side = trade(
        program_id,
        accounts,
        remaining,
        &hooks,
        direction,
        &clock,
        &mut progress,
    )?;
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
    settle(
        program_id, accounts, &hooks, direction, side, sent, &progress,
    )?;
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
    Ok(Progress {
        left_in: less(sent, transfer_fees.input.on(sent))?,
        wanted,
        is_reached: false,
        paid: 0,
        received: 0,
        protocol_fee: 0,
        host_fee: 0,
    })
}

/// Goes through the bins and writes what changed; returns the side on which the fee was taken.
#[inline(always)]
fn trade(
    program_id: &Address,
    accounts: &mut SwapAccounts,
    remaining: &mut [AccountView],
    hooks: &HookAccounts,
    direction: Direction,
    clock: &Clock,
    progress: &mut Progress,
) -> Result<FeeSide, ProgramError> {
    let pair_address = *accounts.pair.address();
    // Held as the real program holds them: neither may come again among the bin arrays.
    let _oracle = accounts.oracle.try_borrow_mut()?;
    let mut data = accounts.pair.try_borrow_mut()?;
    let mut pair = LbPair::decode(&data)?;
    let has_limit_orders = has_limit_orders(&data)?;
    let terms = Terms {
        direction,
        fee_side: fee_side(&data, direction)?,
        has_limit_orders,
        is_hosted: given(accounts.host, program_id).is_some(),
        base_rate: base_fee_rate(&pair.parameters)?,
        extension: given(accounts.extension, program_id),
    };
    let first = pair.active_id;
    pair.volatility
        .start(&pair.parameters, first, clock.unix_timestamp)?;
    let mut arrays = remaining
        .get_mut(hooks.count()..)
        .unwrap_or_default()
        .iter_mut();
    while progress.is_open() {
        pair.active_id = skip_empty_arrays(&data, terms.extension, direction, pair.active_id)?;
        let index = array_of(pair.active_id);
        let account = loop {
            let account = arrays.next().ok_or(DlmmError::AccountNotEnoughKeys)?;
            if find_index(program_id, account, &pair_address)? == i64::from(index) {
                break account;
            }
        };
        let mut bins = account.try_borrow_mut()?;
        while progress.is_open() && array_of(pair.active_id) == index {
            let bin = bin_mut(&mut bins, index, pair.active_id)?;
            let layers = layers(bin, direction, terms.has_limit_orders)?;
            if layers.total() > 0 {
                pair.volatility.enter(&pair.parameters, pair.active_id);
                let mut fee = FeeTerms {
                    rate: 0,
                    side: terms.fee_side,
                    protocol_share: u64::from(pair.parameters.protocol_share),
                };
                let accumulator = pair.volatility.accumulator;
                fee_rate(
                    &pair.parameters,
                    &terms.base_rate,
                    accumulator,
                    &mut fee.rate,
                )?;
                trade_bin(bin, &layers, &fee, &terms, progress)?;
            }
            if progress.is_open() {
                pair.advance(direction)?;
            }
        }
    }
    if pair.active_id != first {
        pair.volatility.last_update = clock.unix_timestamp;
    }
    let owed = less(progress.protocol_fee, progress.host_fee)?;
    pair.book(&mut data, direction.token(terms.fee_side), owed)?;
    Ok(terms.fee_side)
}

/// Checks a bin array and returns its index.
#[inline(always)]
fn find_index(
    program_id: &Address,
    account: &AccountView,
    pair: &Address,
) -> Result<i64, ProgramError> {
    if !account.owned_by(program_id) {
        return Err(DlmmError::AccountOwnedByWrongProgram.into());
    }
    let data = account.try_borrow()?;
    check_type(&data)?;
    check_writable(account)?;
    index_for(&data, pair)
}

/// Trades in one bin.
#[inline(always)]
fn trade_bin(
    bin: &mut crate::bin_array::Bin,
    layers: &Layers,
    fee: &FeeTerms,
    terms: &Terms,
    progress: &mut Progress,
) -> Result<(), DlmmError> {
    let mut fill = Fill::default();
    match progress.wanted {
        None => exact_in(layers, fee, progress.left_in, &mut fill)?,
        Some(wanted) => exact_out(layers, fee, wanted, progress.left_in, &mut fill)?,
    }
    let split = split_fee(fee, &fill)?;
    book(bin, layers, &fill, &split, terms.direction.token(fee.side))?;
    let protocol_fee = more(split.protocol_of_market, split.protocol_of_orders)?;
    let protocol_fee = more(protocol_fee, fill.surplus)?;
    progress.protocol_fee = more(progress.protocol_fee, protocol_fee)?;
    if terms.is_hosted {
        progress.host_fee = more(progress.host_fee, host_share(&split, fee.protocol_share)?)?;
    }
    progress.count(&fill)
}

/// Returns the host's part of a bin's fee: its share of what the protocol gets of the providers' part, and of what it
/// would get of the orders' part if that were the providers' too. Everything rounds down: the protocol keeps the remainder.
#[inline(always)]
fn host_share(split: &FeeSplit, protocol_share: u64) -> Result<u64, DlmmError> {
    let share = |whole, part| {
        mul_div(whole, part, BASIS_POINTS, Rounding::Down).ok_or(DlmmError::MathOverflow)
    };
    let of_orders = share(split.paid_by_orders, protocol_share)?;
    let of_market = share(split.protocol_of_market, HOST_FEE_SHARE)?;
    more(of_market, share(of_orders, HOST_FEE_SHARE)?)
}

#[inline(always)]
fn transfer_fee(mint: &AccountView, epoch: u64) -> Result<TransferFee, ProgramError> {
    if !mint.owned_by(&TOKEN_2022) {
        return Ok(TransferFee::NONE);
    }
    Ok(TransferFee::of_mint(&mint.try_borrow()?, epoch))
}

/// Pays the pair, the user and the host.
#[inline(always)]
fn settle(
    program_id: &Address,
    accounts: &SwapAccounts,
    hooks: &HookAccounts,
    direction: Direction,
    side: FeeSide,
    sent: u64,
    progress: &Progress,
) -> ProgramResult {
    for token in [
        direction.token(FeeSide::Input),
        direction.token(FeeSide::Output),
    ] {
        check_hook(accounts.of(token).mint, hooks.of(token))?;
    }
    let TokenAccounts {
        reserve,
        mint,
        program,
    } = accounts.of(direction.token(FeeSide::Input));
    let decimals = accounts.of(direction.token(FeeSide::Input)).decimals()?;
    TransferChecked::new(
        accounts.user_in,
        mint,
        reserve,
        accounts.user,
        sent,
        decimals,
    )
    .invoke_with_unverified_program(program.address())?;
    let output = accounts.of(direction.token(FeeSide::Output));
    pay_out(accounts, output, accounts.user_out, progress.received)?;
    match given(accounts.host, program_id) {
        Some(host) if progress.host_fee > 0 => pay_out(
            accounts,
            accounts.of(direction.token(side)),
            host,
            progress.host_fee,
        ),
        _ => Ok(()),
    }
}

/// No hook is ever called here: a mint that has one is refused, and so are accounts for one.
#[inline(always)]
fn check_hook(mint: &AccountView, given: u8) -> ProgramResult {
    if mint.owned_by(&TOKEN_2022) && has_hook(&mint.try_borrow()?) {
        return Err(DlmmError::MissingRemainingAccountForTransferHook.into());
    }
    if given > 0 {
        return Err(DlmmError::NoTransferHookProgram.into());
    }
    Ok(())
}

/// Pays from a reserve, which the pair owns.
///
/// Called and not inlined: the user and the host are paid, and a frame holds one transfer.
#[inline(never)]
fn pay_out(
    accounts: &SwapAccounts,
    token: &TokenAccounts,
    receiver: &AccountView,
    amount: u64,
) -> ProgramResult {
    let seeds = PairSeeds::decode(&accounts.pair.try_borrow()?)?;
    let (parts, count) = seeds.parts();
    let parts = parts.map(Seed::from);
    let signer = Signer::from(parts.get(..count).unwrap_or_default());
    let TokenAccounts {
        reserve,
        mint,
        program,
    } = token;
    let decimals = token.decimals()?;
    TransferChecked::new(reserve, mint, receiver, accounts.pair, amount, decimals)
        .invoke_signed_with_unverified_program(&[signer], program.address())
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

#[inline(always)]
fn more(a: u64, b: u64) -> Result<u64, DlmmError> {
    a.checked_add(b).ok_or(DlmmError::MathOverflow)
}

#[inline(always)]
fn less(a: u64, b: u64) -> Result<u64, DlmmError> {
    a.checked_sub(b).ok_or(DlmmError::MathOverflow)
}
