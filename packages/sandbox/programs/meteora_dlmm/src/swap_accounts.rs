//! The 15 or 16 accounts of a swap (IDL of `@meteora-ag/dlmm` 1.9.14, `swap` and `swap2`), checked as Anchor does: first
//! every account's type, then every account's constraints.

use crate::bitmap::{check_extension_type, EXTENSION_PAIR};
use crate::dlmm_error::DlmmError;
use crate::lb_pair::{check_discriminator, check_type, Direction, PairAddresses, Token};
use pinocchio::{error::ProgramError, AccountView, Address};
use program_frame::{address_at, u8_at};

/// Token-2022.
pub const TOKEN_2022: Address =
    Address::from_str_const("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb");
const MEMO: Address = Address::from_str_const("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr");
/// Derived from "`__event_authority`".
const EVENT_AUTHORITY: Address =
    Address::from_str_const("D1ZN9Wj1fRSUQfCjhvnu1hqDMT7hzjzBBpi12nVniYD6");
const SYSTEM_PROGRAM: Address = Address::new_from_array([0; 32]);
const ORACLE_DISCRIMINATOR: [u8; 8] = [0x8b, 0xc2, 0x83, 0xb3, 0x8c, 0xb3, 0xe5, 0xf4];
const BASE_ACCOUNT_LENGTH: usize = 165;
const BASE_MINT_LENGTH: usize = 82;

/// Which accounts an instruction takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// Without memo program, for the classic token program alone.
    Legacy,
    /// With memo program, for both token programs.
    Two,
}

/// The accounts of a swap, by role.
pub struct SwapAccounts<'a> {
    /// The pair, which owns both reserves.
    pub pair: &'a mut AccountView,
    /// The bitmap beyond the pair's own; the program id stands for none.
    pub extension: &'a AccountView,
    /// The user's token account that pays.
    pub user_in: &'a AccountView,
    /// The user's token account that is paid.
    pub user_out: &'a AccountView,
    /// The accounts of X.
    pub x: TokenAccounts<'a>,
    /// The accounts of Y.
    pub y: TokenAccounts<'a>,
    /// The price history, which is checked and left as it is.
    pub oracle: &'a mut AccountView,
    /// Who shares in the protocol's fee; the program id stands for nobody.
    pub host: &'a AccountView,
    /// The owner of the paying account.
    pub user: &'a AccountView,
    /// The memo program, where the instruction takes it.
    pub memo: Option<&'a AccountView>,
    /// The authority of the program's events.
    pub event_authority: &'a AccountView,
    /// The program itself.
    pub program: &'a AccountView,
}

/// The accounts of one of the two tokens.
pub struct TokenAccounts<'a> {
    /// The pair's token account.
    pub reserve: &'a AccountView,
    /// The mint.
    pub mint: &'a AccountView,
    /// The token program.
    pub program: &'a AccountView,
}

impl<'a> SwapAccounts<'a> {
    /// Gives the accounts of an instruction their roles, and returns those that remain.
    ///
    /// # Errors
    ///
    /// `AccountNotEnoughKeys` when there are too few.
    #[inline(always)]
    pub fn pick(
        accounts: &'a mut [AccountView],
        version: Version,
    ) -> Result<(Self, &'a mut [AccountView]), DlmmError> {
        let [pair, extension, reserve_x, reserve_y, user_in, user_out, mint_x, mint_y, oracle, host, user, program_x, program_y, rest @ ..] =
            accounts
        else {
            return Err(DlmmError::AccountNotEnoughKeys);
        };
        let (memo, event_authority, program, remaining) = match (version, rest) {
            (Version::Legacy, [event_authority, program, rest @ ..]) => {
                (None, event_authority, program, rest)
            }
            (Version::Two, [memo, event_authority, program, rest @ ..]) => {
                (Some(&*memo), event_authority, program, rest)
            }
            _ => return Err(DlmmError::AccountNotEnoughKeys),
        };
        let x = TokenAccounts {
            reserve: reserve_x,
            mint: mint_x,
            program: program_x,
        };
        let y = TokenAccounts {
            reserve: reserve_y,
            mint: mint_y,
            program: program_y,
        };
        let accounts = Self {
            pair,
            extension,
            user_in,
            user_out,
            x,
            y,
            oracle,
            host,
            user,
            memo,
            event_authority,
            program,
        };
        Ok((accounts, remaining))
    }

    /// Returns the accounts of a token.
    #[inline(always)]
    #[must_use]
    pub const fn of(&self, token: Token) -> &TokenAccounts<'a> {
        match token {
            Token::X => &self.x,
            Token::Y => &self.y,
        }
    }

    /// Checks the type of every account.
    ///
    /// # Errors
    ///
    /// The Anchor code of the first account that is of another type.
    #[inline(always)]
    pub fn check_types(&self, program_id: &Address) -> Result<(), ProgramError> {
        check_owner(self.pair, program_id)?;
        check_type(&self.pair.try_borrow()?)?;
        if let Some(extension) = given(self.extension, program_id) {
            check_owner(extension, program_id)?;
            check_extension_type(&extension.try_borrow()?)?;
        }
        for account in [self.x.reserve, self.y.reserve, self.user_in, self.user_out] {
            check_token_account(account)?;
        }
        check_mint(self.x.mint)?;
        check_mint(self.y.mint)?;
        check_owner(self.oracle, program_id)?;
        check_discriminator(&self.oracle.try_borrow()?, ORACLE_DISCRIMINATOR)?;
        if let Some(host) = given(self.host, program_id) {
            check_token_account(host)?;
        }
        if !self.user.is_signer() {
            return Err(DlmmError::AccountNotSigner.into());
        }
        for token in [&self.x, &self.y] {
            let address = token.program.address();
            let is_legacy = address == &pinocchio_token::ID;
            if !is_legacy && (self.memo.is_none() || address != &TOKEN_2022) {
                return Err(DlmmError::InvalidProgramId.into());
            }
        }
        if self.memo.is_some_and(|memo| memo.address() != &MEMO) {
            return Err(DlmmError::InvalidProgramId.into());
        }
        Ok(())
    }

    /// Checks every account against the pair and returns the direction of the swap.
    ///
    /// # Errors
    ///
    /// The code of the first constraint that does not hold.
    #[inline(always)]
    pub fn check(
        &self,
        pair: &PairAddresses,
        program_id: &Address,
    ) -> Result<Direction, ProgramError> {
        check_writable(self.pair)?;
        for (named, account) in [
            (&pair.reserves[0], self.x.reserve),
            (&pair.reserves[1], self.y.reserve),
            (&pair.mints[0], self.x.mint),
            (&pair.mints[1], self.y.mint),
            (&pair.oracle, &*self.oracle),
        ] {
            if account.address() != named {
                return Err(DlmmError::ConstraintHasOne.into());
            }
        }
        if let Some(extension) = given(self.extension, program_id) {
            check_writable(extension)?;
            if &address_at(&extension.try_borrow()?, EXTENSION_PAIR)? != self.pair.address() {
                return Err(DlmmError::ConstraintHasOne.into());
            }
        }
        check_writable(self.x.reserve)?;
        check_writable(self.y.reserve)?;
        let direction = self.check_user_accounts(pair)?;
        check_writable(self.oracle)?;
        if let Some(host) = given(self.host, program_id) {
            check_writable(host)?;
        }
        if self.event_authority.address() != &EVENT_AUTHORITY {
            return Err(DlmmError::ConstraintSeeds.into());
        }
        if self.program.address() != program_id {
            return Err(DlmmError::ConstraintAddress.into());
        }
        Ok(direction)
    }

    #[inline(always)]
    fn check_user_accounts(&self, pair: &PairAddresses) -> Result<Direction, ProgramError> {
        let [mint_x, mint_y] = &pair.mints;
        let mint_in = address_at(&self.user_in.try_borrow()?, 0)?;
        let mint_out = address_at(&self.user_out.try_borrow()?, 0)?;
        check_writable(self.user_in)?;
        if mint_in == mint_out || (&mint_in != mint_x && &mint_in != mint_y) {
            return Err(DlmmError::InvalidTokenMint.into());
        }
        check_writable(self.user_out)?;
        if &mint_out != mint_x && &mint_out != mint_y {
            return Err(DlmmError::InvalidTokenMint.into());
        }
        Ok(if &mint_out == mint_y {
            Direction::XToY
        } else {
            Direction::YToX
        })
    }
}

impl TokenAccounts<'_> {
    /// Returns the decimals of the mint (offset 44 in both token programs).
    ///
    /// # Errors
    ///
    /// `AccountDataTooSmall` when the account ends before.
    #[inline(always)]
    pub fn decimals(&self) -> Result<u8, ProgramError> {
        u8_at(&self.mint.try_borrow()?, 44)
    }
}

/// Returns an optional account: Anchor takes the program id for none.
#[inline(always)]
#[must_use]
pub fn given<'a>(account: &'a AccountView, program_id: &Address) -> Option<&'a AccountView> {
    (account.address() != program_id).then_some(account)
}

/// Checks that an account may be changed.
///
/// # Errors
///
/// `ConstraintMut` when it may not.
#[inline(always)]
pub fn check_writable(account: &AccountView) -> Result<(), DlmmError> {
    if account.is_writable() {
        Ok(())
    } else {
        Err(DlmmError::ConstraintMut)
    }
}

#[inline(always)]
fn check_owner(account: &AccountView, program_id: &Address) -> Result<(), DlmmError> {
    if account.owned_by(program_id) {
        Ok(())
    } else {
        Err(DlmmError::AccountOwnedByWrongProgram)
    }
}

#[inline(always)]
fn is_token_program(address: &Address) -> bool {
    address == &pinocchio_token::ID || address == &TOKEN_2022
}

/// Anchor tells an account that does not exist from one of another program.
#[inline(always)]
fn wrong_owner(account: &AccountView) -> DlmmError {
    if account.lamports() == 0 && account.owned_by(&SYSTEM_PROGRAM) {
        DlmmError::AccountNotInitialized
    } else {
        DlmmError::AccountOwnedByWrongProgram
    }
}

/// An account of either token program: its state stands at 108, and behind 165 bytes the account type 2.
#[inline(always)]
fn check_token_account(account: &AccountView) -> Result<(), ProgramError> {
    if !is_token_program(&account.owner()) {
        return Err(wrong_owner(account).into());
    }
    let data = account.try_borrow()?;
    if data.len() < BASE_ACCOUNT_LENGTH {
        return Err(ProgramError::InvalidAccountData);
    }
    if u8_at(&data, 108)? == 0 {
        return Err(ProgramError::UninitializedAccount);
    }
    if data.len() > BASE_ACCOUNT_LENGTH && u8_at(&data, BASE_ACCOUNT_LENGTH)? != 2 {
        return Err(ProgramError::InvalidAccountData);
    }
    Ok(())
}

/// A mint of either token program: its initialized flag stands at 45, and behind 165 bytes the account type 1.
#[inline(always)]
fn check_mint(account: &AccountView) -> Result<(), ProgramError> {
    if !is_token_program(&account.owner()) {
        return Err(wrong_owner(account).into());
    }
    let data = account.try_borrow()?;
    let is_extended = data.len() > BASE_ACCOUNT_LENGTH && u8_at(&data, BASE_ACCOUNT_LENGTH)? == 1;
    if data.len() != BASE_MINT_LENGTH && !is_extended {
        return Err(ProgramError::InvalidAccountData);
    }
    if u8_at(&data, 45)? == 0 {
        return Err(ProgramError::UninitializedAccount);
    }
    Ok(())
}
