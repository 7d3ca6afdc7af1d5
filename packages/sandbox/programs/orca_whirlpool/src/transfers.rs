//! The two transfers of a swap (orca-so/whirlpools 630c0e0, `util/token.rs` and `util/v2/token.rs`).
//!
//! `swap` sends by `Transfer`, `swap_v2` by `TransferChecked`, after a memo where the trader's account wants one.

use crate::order::Direction;
use crate::swap_accounts::{SwapAccounts, TokenAccounts, TOKEN_2022};
use crate::token_extension::{has_hook, wants_memo};
use crate::whirlpool::Whirlpool;
use crate::whirlpool_error::WhirlpoolError;
use pinocchio::cpi::{invoke_signed, Seed, Signer};
use pinocchio::error::ProgramError;
use pinocchio::instruction::InstructionView;
use pinocchio::{AccountView, ProgramResult};
use pinocchio_token::instructions::{Transfer, TransferChecked};
use program_frame::u8_at;

const SEED: &[u8] = b"whirlpool";
const MEMO: &[u8] = b"Orca Trade";
/// Where both token programs keep the decimals of a mint.
const DECIMALS: usize = 44;

/// One transfer.
struct Payment<'a> {
    token: &'a TokenAccounts<'a>,
    from: &'a AccountView,
    to: &'a AccountView,
    authority: &'a AccountView,
    amount: u64,
}

/// Sends the input from the trader to the vault.
///
/// # Errors
///
/// `NoExtraAccountsForTransferHook` for a mint with a hook, else what the token program answers.
#[inline(always)]
pub fn pay_in(accounts: &SwapAccounts, direction: Direction, amount: u64) -> ProgramResult {
    let [a, b] = &accounts.tokens;
    let token = match direction {
        Direction::AToB => a,
        Direction::BToA => b,
    };
    let payment = Payment {
        token,
        from: token.owner,
        to: token.vault,
        authority: accounts.authority,
        amount,
    };
    send(&payment, &[])
}

/// Sends the output from the vault to the trader.
///
/// # Errors
///
/// `NoExtraAccountsForTransferHook` for a mint with a hook, else what the token and memo programs answer.
#[inline(always)]
pub fn pay_out(
    accounts: &SwapAccounts,
    pool: &Whirlpool,
    direction: Direction,
    amount: u64,
) -> ProgramResult {
    let [a, b] = &accounts.tokens;
    let token = match direction {
        Direction::AToB => b,
        Direction::BToA => a,
    };
    if let Some(memo) = accounts.memo {
        if token.owner.owned_by(&TOKEN_2022) && wants_memo(&token.owner.try_borrow()?) {
            write_memo(memo)?;
        }
    }
    let payment = Payment {
        token,
        from: token.vault,
        to: token.owner,
        authority: accounts.pool,
        amount,
    };
    let [mint_a, mint_b] = &pool.mints;
    let seeds = [
        Seed::from(SEED),
        Seed::from(&pool.signer.config),
        Seed::from(mint_a.as_array()),
        Seed::from(mint_b.as_array()),
        Seed::from(&pool.signer.fee_tier_index),
        Seed::from(&pool.signer.bump),
    ];
    send(&payment, &[Signer::from(&seeds)])
}

#[inline(always)]
fn send(payment: &Payment, signers: &[Signer]) -> ProgramResult {
    let Payment {
        token,
        from,
        to,
        authority,
        amount,
    } = *payment;
    let Some(mint) = token.mint else {
        return Transfer::new(from, to, authority, amount)
            .invoke_signed_with_unverified_program(signers, token.program.address());
    };
    let decimals = decimals_of(mint)?;
    TransferChecked::new(from, mint, to, authority, amount, decimals)
        .invoke_signed_with_unverified_program(signers, token.program.address())
}

/// Reads the decimals of a mint without a hook.
#[inline(always)]
fn decimals_of(mint: &AccountView) -> Result<u8, ProgramError> {
    let data = mint.try_borrow()?;
    if mint.owned_by(&TOKEN_2022) && has_hook(&data) {
        return Err(WhirlpoolError::NoExtraAccountsForTransferHook.into());
    }
    u8_at(&data, DECIMALS)
}

#[inline(always)]
fn write_memo(program: &AccountView) -> ProgramResult {
    let instruction = InstructionView {
        program_id: program.address(),
        data: MEMO,
        accounts: &[],
    };
    invoke_signed::<0, &AccountView>(&instruction, &[], &[])
}
