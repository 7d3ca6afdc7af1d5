//! One swap, from its limits to the transfers and the pool's fee counters.

use crate::amm_config::AmmConfig;
use crate::cpmm_error::CpmmError;
use crate::pool_state::{book, reserve, PoolState, Side};
use crate::swap_accounts::{SwapAccounts, TokenAccounts, TOKEN_2022};
use crate::swap_math::{exact_in, exact_out, CreatorFeeSide, FeeSchedule, Reserves, SwapAmounts};
use crate::transfer_fee::TransferFee;
use pinocchio::cpi::{Seed, Signer};
use pinocchio::error::ProgramError;
use pinocchio::sysvars::{clock::Clock, Sysvar};
use pinocchio::{AccountView, Address, ProgramResult};
use pinocchio_token::instructions::TransferChecked;
use program_frame::{bytes_at, or_stop, stop, u64_at};

const AUTHORITY_SEED: &[u8] = b"vault_and_lp_mint_auth_seed";
const SWAP_BASE_INPUT: [u8; 8] = [0x8f, 0xbe, 0x5a, 0xda, 0xc4, 0x1e, 0x33, 0xde];
const SWAP_BASE_OUTPUT: [u8; 8] = [0x37, 0xd9, 0x62, 0x56, 0xa3, 0x4a, 0xb4, 0xad];

/// Which side of a swap is fixed, and the trader's limit on the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Pays `amount_in` for at least `minimum_out`.
    ExactIn {
        /// What leaves the trader.
        amount_in: u64,
        /// The least that reaches them.
        minimum_out: u64,
    },
    /// Receives `amount_out` for at most `maximum_in`.
    ExactOut {
        /// The most that leaves the trader.
        maximum_in: u64,
        /// What reaches them.
        amount_out: u64,
    },
}

/// What a swap sends each way, transfer fees included, and what the pool makes of it.
struct Fill {
    sent_in: u64,
    sent_out: u64,
    amounts: SwapAmounts,
}

/// The transfer fees of both mints.
struct TransferFees {
    input: TransferFee,
    output: TransferFee,
}

/// Decodes an instruction: a discriminator and two amounts.
///
/// # Errors
///
/// Anchor's codes for an unknown discriminator and for arguments that end early.
#[inline(always)]
pub fn decode(data: &[u8]) -> Result<Order, CpmmError> {
    let discriminator = bytes_at(data, 0).map_err(|_| CpmmError::InstructionFallbackNotFound)?;
    let argument =
        |offset| u64_at(data, offset).map_err(|_| CpmmError::InstructionDidNotDeserialize);
    match discriminator {
        SWAP_BASE_INPUT => Ok(Order::ExactIn {
            amount_in: argument(8)?,
            minimum_out: argument(16)?,
        }),
        SWAP_BASE_OUTPUT => Ok(Order::ExactOut {
            maximum_in: argument(8)?,
            amount_out: argument(16)?,
        }),
        _ => Err(CpmmError::InstructionFallbackNotFound),
    }
}

/// Executes a swap.
///
/// # Errors
///
/// The code of the first rule that the swap breaks.
#[inline(always)]
pub fn swap(program_id: &Address, accounts: &mut SwapAccounts, order: Order) -> ProgramResult {
    let (pool, config) = accounts.load(program_id)?;
    let side = accounts.check(&pool)?;
    let clock = Clock::get()?;
    pool.check_open(clock.unix_timestamp)?;
    let creator = pool.creator_side(side)?;
    let fees = schedule(&pool, config, side == creator);
    let transfer_fees = TransferFees {
        input: transfer_fee(accounts.input.mint, clock.epoch)?,
        output: transfer_fee(accounts.output.mint, clock.epoch)?,
    };
    // The real program looks at the fixed amount before it looks at the vaults.
    let fixed = fixed_amount(order, &transfer_fees)?;
    let reserves = read_reserves(accounts, side)?;
    let amounts = match order {
        Order::ExactIn { .. } => {
            exact_in(fixed, reserves, &fees).ok_or(CpmmError::ZeroTradingTokens)?
        }
        Order::ExactOut { .. } => or_stop(exact_out(fixed, reserves, &fees)),
    };
    if !fees.can_split() {
        return Err(CpmmError::ZeroTradingTokens.into());
    }
    let fill = within_limit(order, amounts, &transfer_fees)?;
    pay_in(accounts, fill.sent_in)?;
    pay_out(accounts, pool.auth_bump, fill.sent_out)?;
    let mut data = accounts.pool_state.try_borrow_mut()?;
    book(&mut data, side, creator, &fill.amounts, clock.epoch)
}

#[inline(always)]
fn read_reserves(accounts: &SwapAccounts, side: Side) -> Result<Reserves, ProgramError> {
    let data = accounts.pool_state.try_borrow()?;
    let input = reserve(&data, side, accounts.input.vault_amount()?)?;
    let output = reserve(&data, side.other(), accounts.output.vault_amount()?)?;
    if input == 0 || output == 0 {
        // The real program divides the reserves by each other for the price history, and panics.
        stop();
    }
    Ok(Reserves { input, output })
}

#[inline(always)]
fn schedule(pool: &PoolState, config: AmmConfig, is_creator_paid_on_input: bool) -> FeeSchedule {
    let creator_fee_rate = if pool.enable_creator_fee {
        config.creator_fee_rate
    } else {
        0
    };
    let creator_side = if is_creator_paid_on_input {
        CreatorFeeSide::Input
    } else {
        CreatorFeeSide::Output
    };
    FeeSchedule {
        rates: AmmConfig {
            creator_fee_rate,
            ..config
        },
        creator_side,
    }
}

#[inline(always)]
fn transfer_fee(mint: &AccountView, epoch: u64) -> Result<TransferFee, ProgramError> {
    if !mint.owned_by(&TOKEN_2022) {
        return Ok(TransferFee::NONE);
    }
    Ok(TransferFee::of_mint(&mint.try_borrow()?, epoch))
}

/// Returns what reaches the pool of a fixed input, or what must leave it for a fixed output.
#[inline(always)]
fn fixed_amount(order: Order, transfer_fees: &TransferFees) -> Result<u64, CpmmError> {
    let fixed = match order {
        Order::ExactIn { amount_in, .. } => {
            amount_in.saturating_sub(transfer_fees.input.on(amount_in))
        }
        Order::ExactOut { amount_out: 0, .. } => 0,
        Order::ExactOut { amount_out, .. } => {
            or_stop(amount_out.checked_add(transfer_fees.output.before(amount_out)?))
        }
    };
    if fixed == 0 {
        return Err(CpmmError::RequireGtViolated);
    }
    Ok(fixed)
}

/// Adds the transfer fees on the side that was not fixed and holds the result against the trader's limit.
#[inline(always)]
fn within_limit(
    order: Order,
    amounts: SwapAmounts,
    transfer_fees: &TransferFees,
) -> Result<Fill, CpmmError> {
    let sent_out = amounts.amount_out;
    match order {
        Order::ExactIn {
            amount_in,
            minimum_out,
        } => {
            let received = sent_out.saturating_sub(transfer_fees.output.on(sent_out));
            if received == 0 {
                return Err(CpmmError::RequireGtViolated);
            }
            if received < minimum_out {
                return Err(CpmmError::ExceededSlippage);
            }
            Ok(Fill {
                sent_in: amount_in,
                sent_out,
                amounts,
            })
        }
        Order::ExactOut { maximum_in, .. } => {
            let withheld = transfer_fees.input.before(amounts.amount_in)?;
            let sent_in = or_stop(amounts.amount_in.checked_add(withheld));
            if sent_in > maximum_in {
                return Err(CpmmError::ExceededSlippage);
            }
            Ok(Fill {
                sent_in,
                sent_out,
                amounts,
            })
        }
    }
}

#[inline(always)]
fn pay_in(accounts: &SwapAccounts, amount: u64) -> ProgramResult {
    let TokenAccounts {
        user,
        vault,
        program,
        mint,
    } = &accounts.input;
    let decimals = accounts.input.decimals()?;
    TransferChecked::new(user, mint, vault, accounts.payer, amount, decimals)
        .invoke_with_unverified_program(program.address())
}

#[inline(always)]
fn pay_out(accounts: &SwapAccounts, auth_bump: u8, amount: u64) -> ProgramResult {
    let TokenAccounts {
        user,
        vault,
        program,
        mint,
    } = &accounts.output;
    let decimals = accounts.output.decimals()?;
    let bump = [auth_bump];
    let seeds = [Seed::from(AUTHORITY_SEED), Seed::from(&bump)];
    TransferChecked::new(vault, mint, user, accounts.authority, amount, decimals)
        .invoke_signed_with_unverified_program(&[Signer::from(&seeds)], program.address())
}
