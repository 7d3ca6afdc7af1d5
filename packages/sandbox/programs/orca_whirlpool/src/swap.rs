//! One swap, from its accounts to the transfers and the pool's new state.

use crate::fee_rate::AdaptiveFee;
use crate::oracle::{self, Oracle};
use crate::order::{find_supplement, Direction, Order, SwapMode};
use crate::swap_accounts::{SwapAccounts, TOKEN_2022};
use crate::swap_loop::{limit_of, SwapLoop, Wish};
use crate::tick_sequence::{ArrayOwner, GivenArrays, TickSequence};
use crate::token_extension::TransferFee;
use crate::transfers::{pay_in, pay_out};
use crate::whirlpool::{book, PoolChange, Whirlpool};
use crate::whirlpool_error::WhirlpoolError;
use pinocchio::error::ProgramError;
use pinocchio::sysvars::{clock::Clock, Sysvar};
use pinocchio::{AccountView, Address, ProgramResult};

/// What a swap sends each way, transfer fees included.
#[derive(Clone, Copy)]
struct Fill {
    sent_in: u64,
    sent_out: u64,
}

/// The transfer fees of both mints.
struct TransferFees {
    input: TransferFee,
    output: TransferFee,
}

/// Executes a swap; `data` is the instruction's, for its slices of remaining accounts.
///
/// # Errors
///
/// The code of the first rule that the swap breaks.
#[inline(always)]
pub fn swap(
    program_id: &Address,
    accounts: &SwapAccounts,
    order: &Order,
    data: &[u8],
) -> ProgramResult {
    let mut pool = accounts.load(program_id)?;
    accounts.check(&pool, program_id)?;
    let clock = Clock::get()?;
    let now = u64::try_from(clock.unix_timestamp)
        .map_err(|_| WhirlpoolError::InvalidTimestampConversion)?;
    let arrays = find_arrays(program_id, accounts, &pool, order, data)?;
    let oracle = open_oracle(program_id, accounts, now)?;
    let fees = TransferFees::of(accounts, order.direction, clock.epoch)?;
    let wish = fees.set_aside(order)?;
    let limit = limit_of(&wish, pool.sqrt_price)?;
    pool.update_rewards(&accounts.pool.try_borrow()?, now)?;
    let adaptive = match oracle {
        Some(Oracle {
            constants,
            variables,
            ..
        }) => Some(AdaptiveFee::begin(
            order.direction,
            pool.tick,
            now,
            constants,
            variables,
        )?),
        None => None,
    };
    let mut state = SwapLoop::begin(&pool, &arrays, adaptive, &wish, limit);
    state.run()?;
    if state.remaining > 0 && order.mode == SwapMode::ExactOut && order.sqrt_price_limit == 0 {
        return Err(WhirlpoolError::PartialFillError.into());
    }
    if let Some(adaptive) = &mut state.adaptive {
        adaptive.note_major_swap(pool.sqrt_price, state.sqrt_price, now)?;
    }
    let traded = wish.amount.wrapping_sub(state.remaining);
    let fill = fees.add_to(order, &wish, traded, state.calculated)?;
    fees.check_threshold(order, fill)?;
    store(accounts, &pool, &state, now)?;
    pay_in(accounts, order.direction, fill.sent_in)?;
    pay_out(accounts, &pool, order.direction, fill.sent_out)
}

/// Reads the oracle and holds the time at which the pool opens against the clock.
#[inline(always)]
fn open_oracle(
    program_id: &Address,
    accounts: &SwapAccounts,
    now: u64,
) -> Result<Option<Oracle>, ProgramError> {
    let oracle = Oracle::load(accounts.oracle, accounts.pool.address(), program_id)?;
    if oracle.is_some_and(|oracle| oracle.trade_enable_timestamp > now) {
        return Err(WhirlpoolError::TradeIsNotEnabled.into());
    }
    Ok(oracle)
}

#[inline(always)]
fn find_arrays<'a>(
    program_id: &Address,
    accounts: &SwapAccounts<'a>,
    pool: &Whirlpool,
    order: &Order,
    data: &[u8],
) -> Result<TickSequence<'a>, ProgramError> {
    let supplement = find_supplement(data, accounts.remaining.len())?;
    let rest = accounts.remaining.get(supplement.start..);
    let supplement = rest
        .and_then(|rest| rest.get(..supplement.count))
        .unwrap_or_default();
    let owner = ArrayOwner {
        pool: accounts.pool.address(),
        program_id,
        tick_spacing: pool.tick_spacing,
    };
    let given = GivenArrays::collect(accounts.tick_arrays, supplement);
    TickSequence::build(given, &owner, pool.tick, order.direction)
}

/// Writes the oracle, then the pool.
#[inline(always)]
fn store(accounts: &SwapAccounts, pool: &Whirlpool, state: &SwapLoop, now: u64) -> ProgramResult {
    if let Some(adaptive) = &state.adaptive {
        oracle::store(accounts.oracle, &adaptive.variables)?;
    }
    let change = PoolChange {
        direction: state.direction,
        liquidity: state.liquidity,
        sqrt_price: state.sqrt_price,
        tick: state.tick,
        fee_growth: state.fee_growth,
        protocol_fee: state.protocol_fee,
        now,
    };
    let mut account = *accounts.pool;
    let mut data = account.try_borrow_mut()?;
    book(&mut data, &change, &pool.reward_growths)
}

impl TransferFees {
    #[inline(always)]
    fn of(accounts: &SwapAccounts, direction: Direction, epoch: u64) -> Result<Self, ProgramError> {
        let [a, b] = &accounts.tokens;
        let (input, output) = match direction {
            Direction::AToB => (a, b),
            Direction::BToA => (b, a),
        };
        Ok(Self {
            input: transfer_fee(input.mint, epoch)?,
            output: transfer_fee(output.mint, epoch)?,
        })
    }

    /// Returns what the pool itself must trade: an input without its fee, an output with it.
    #[inline(always)]
    fn set_aside(&self, order: &Order) -> Result<Wish, WhirlpoolError> {
        let amount = match order.mode {
            SwapMode::ExactIn => self.input.net(order.amount),
            SwapMode::ExactOut => self.output.gross(order.amount)?,
        };
        Ok(Wish {
            amount,
            sqrt_price_limit: order.sqrt_price_limit,
            mode: order.mode,
            direction: order.direction,
        })
    }

    /// Adds the fee to the input; a wholly traded exact input is what the trader said.
    #[inline(always)]
    fn add_to(
        &self,
        order: &Order,
        wish: &Wish,
        traded: u64,
        calculated: u64,
    ) -> Result<Fill, WhirlpoolError> {
        Ok(match order.mode {
            SwapMode::ExactIn => Fill {
                sent_in: if traded == wish.amount {
                    order.amount
                } else {
                    self.input.gross(traded)?
                },
                sent_out: calculated,
            },
            SwapMode::ExactOut => Fill {
                sent_in: self.input.gross(calculated)?,
                sent_out: traded,
            },
        })
    }

    /// Holds what reaches or leaves the trader against their limit.
    #[inline(always)]
    fn check_threshold(&self, order: &Order, fill: Fill) -> Result<(), WhirlpoolError> {
        match order.mode {
            SwapMode::ExactIn if self.output.net(fill.sent_out) < order.threshold => {
                Err(WhirlpoolError::AmountOutBelowMinimum)
            }
            SwapMode::ExactOut if fill.sent_in > order.threshold => {
                Err(WhirlpoolError::AmountInAboveMaximum)
            }
            _ => Ok(()),
        }
    }
}

#[inline(always)]
fn transfer_fee(mint: Option<&AccountView>, epoch: u64) -> Result<TransferFee, ProgramError> {
    match mint {
        Some(mint) if mint.owned_by(&TOKEN_2022) => {
            Ok(TransferFee::of_mint(&mint.try_borrow()?, epoch))
        }
        _ => Ok(TransferFee::NONE),
    }
}
