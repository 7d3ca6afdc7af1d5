//! The accounts of `route` and `route_v2` in front of those of the steps (IDL as in `venue_step`), and what must be true of them.

use crate::route_error::RouteError;
use crate::route_order::Generation;
use pinocchio::{error::ProgramError, AccountView, Address};
use program_frame::{address_at, bytes_at, u64_at};

/// Token-2022.
const TOKEN_2022: Address = Address::from_str_const("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb");
/// The router's event authority: its PDA of `__event_authority`.
const EVENT_AUTHORITY: Address =
    Address::from_str_const("D8cy77BBepLMngZx6ZukaTff5hCt1HrWyKk3Hnd9oitf");
const TOKEN_ACCOUNT_LENGTH: usize = 165;

/// The accounts of a route, whichever instruction brought them.
pub struct RouteAccounts<'a> {
    /// The owner of the source.
    pub authority: &'a AccountView,
    /// The token account that pays.
    pub source: &'a AccountView,
    /// The token account that the last step pays into.
    pub destination: &'a AccountView,
    /// Where the result is sent on to; the router's address for nowhere.
    pub receiver: &'a AccountView,
    /// The mint of the result.
    pub destination_mint: &'a AccountView,
    /// The program of that mint.
    pub destination_program: &'a AccountView,
    /// The mint and the token program of the source, where the instruction names them.
    pub source_mint: Option<(&'a AccountView, &'a AccountView)>,
    event_authority: &'a AccountView,
    program: &'a AccountView,
    /// The accounts of the steps.
    pub steps: &'a [AccountView],
}

impl<'a> RouteAccounts<'a> {
    /// Picks the accounts out of an instruction's.
    ///
    /// # Errors
    ///
    /// Anchor's code when there are too few.
    #[inline(always)]
    pub fn pick(accounts: &'a [AccountView], generation: Generation) -> Result<Self, RouteError> {
        match (generation, accounts) {
            (
                Generation::One,
                [token_program, authority, source, destination, receiver, destination_mint, _, event_authority, program, steps @ ..],
            ) => Ok(Self {
                authority,
                source,
                destination,
                receiver,
                destination_mint,
                destination_program: token_program,
                source_mint: None,
                event_authority,
                program,
                steps,
            }),
            (
                Generation::Two,
                [authority, source, destination, source_mint, destination_mint, source_program, destination_program, receiver, event_authority, program, steps @ ..],
            ) => Ok(Self {
                authority,
                source,
                destination,
                receiver,
                destination_mint,
                destination_program,
                source_mint: Some((source_mint, source_program)),
                event_authority,
                program,
                steps,
            }),
            _ => Err(RouteError::AccountNotEnoughKeys),
        }
    }

    /// Checks the accounts against each other.
    ///
    /// # Errors
    ///
    /// The code of the first account that is not what it must be.
    #[inline(always)]
    pub fn check(&self, program_id: &Address) -> Result<(), ProgramError> {
        if !self.authority.is_signer() {
            return Err(RouteError::AccountNotSigner.into());
        }
        if self.event_authority.address() != &EVENT_AUTHORITY {
            return Err(RouteError::ConstraintSeeds.into());
        }
        if self.program.address() != program_id {
            return Err(RouteError::InvalidProgramId.into());
        }
        check_token_program(self.destination_program)?;
        check_mint(self.destination, self.destination_mint)?;
        if let Some((mint, token_program)) = self.source_mint {
            check_token_program(token_program)?;
            check_mint(self.source, mint)?;
            if mint.address() == self.destination_mint.address() {
                return Err(RouteError::SourceAndDestinationMintCannotBeTheSame.into());
            }
        }
        Ok(())
    }
}

/// Returns the balance of a token account of either token program.
///
/// # Errors
///
/// `InvalidTokenAccount` for anything else.
#[inline(always)]
pub fn balance(account: &AccountView) -> Result<u64, ProgramError> {
    let is_token = account.owned_by(&pinocchio_token::ID) || account.owned_by(&TOKEN_2022);
    if !is_token || account.data_len() < TOKEN_ACCOUNT_LENGTH {
        return Err(RouteError::InvalidTokenAccount.into());
    }
    // SPL Token, `state.rs`: mint at 0, owner at 32, amount at 64.
    u64_at(&account.try_borrow()?, 64)
}

/// Returns the decimals of a mint (SPL Token, `state.rs`: at 44).
///
/// # Errors
///
/// `AccountDataTooSmall` when it is none.
#[inline(always)]
pub fn decimals(mint: &AccountView) -> Result<u8, ProgramError> {
    let [decimals] = bytes_at::<1>(&mint.try_borrow()?, 44)?;
    Ok(decimals)
}

#[inline(always)]
fn check_mint(token_account: &AccountView, mint: &AccountView) -> Result<(), ProgramError> {
    balance(token_account)?;
    if &address_at(&token_account.try_borrow()?, 0)? == mint.address() {
        Ok(())
    } else {
        Err(RouteError::InvalidMint.into())
    }
}

#[inline(always)]
fn check_token_program(program: &AccountView) -> Result<(), RouteError> {
    if program.address() == &pinocchio_token::ID || program.address() == &TOKEN_2022 {
        Ok(())
    } else {
        Err(RouteError::IncorrectTokenProgramId)
    }
}
