//! The transfers of a swap.

use crate::dlmm_error::DlmmError;
use crate::pair_seeds::PairSeeds;
use crate::swap_accounts::{SwapAccounts, TokenAccounts, TOKEN_2022};
use crate::transfer_fee::has_hook;
use pinocchio::cpi::{Seed, Signer};
use pinocchio::{AccountView, ProgramResult};
use pinocchio_token::instructions::TransferChecked;

/// What a swap pays to whom.
pub struct Settlement<'a> {
    /// The token that goes in.
    pub input: &'a TokenAccounts<'a>,
    /// The token that comes out.
    pub output: &'a TokenAccounts<'a>,
    /// What leaves the user, the transfer fee included.
    pub sent_in: u64,
    /// What leaves the pair for the user, the transfer fee included.
    pub sent_out: u64,
    /// The host's account with what it gets, and the token of the fee.
    pub host: Option<(&'a AccountView, u64, &'a TokenAccounts<'a>)>,
}

impl Settlement<'_> {
    /// Pays the pair, the user and the host.
    ///
    /// # Errors
    ///
    /// Those of the token programs.
    #[inline(always)]
    pub fn pay(&self, accounts: &SwapAccounts) -> ProgramResult {
        let TokenAccounts {
            reserve,
            mint,
            program,
        } = self.input;
        let (from, owner) = (accounts.user_in, accounts.user);
        let decimals = self.input.decimals()?;
        TransferChecked::new(from, mint, reserve, owner, self.sent_in, decimals)
            .invoke_with_unverified_program(program.address())?;
        pay_out(accounts.pair, self.output, accounts.user_out, self.sent_out)?;
        match self.host {
            Some((account, amount, token)) if amount > 0 => {
                pay_out(accounts.pair, token, account, amount)
            }
            _ => Ok(()),
        }
    }
}

/// No hook is ever called here: a mint that has one is refused, and so are accounts for one.
///
/// # Errors
///
/// `MissingRemainingAccountForTransferHook` for the first, `NoTransferHookProgram` for the second.
#[inline(always)]
pub fn check_hook(mint: &AccountView, given: u8) -> ProgramResult {
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
    pair: &AccountView,
    token: &TokenAccounts,
    receiver: &AccountView,
    amount: u64,
) -> ProgramResult {
    let seeds = PairSeeds::decode(&pair.try_borrow()?)?;
    let (parts, count) = seeds.parts();
    let parts = parts.map(Seed::from);
    let signer = Signer::from(parts.get(..count).unwrap_or_default());
    let TokenAccounts {
        reserve,
        mint,
        program,
    } = token;
    let decimals = token.decimals()?;
    TransferChecked::new(reserve, mint, receiver, pair, amount, decimals)
        .invoke_signed_with_unverified_program(&[signer], program.address())
}
