//! The accounts of a swap (orca-so/whirlpools 630c0e0, `instructions/swap.rs` and `instructions/v2/swap.rs`), checked as
//! Anchor does: first every account's type, then every account's constraints.

use crate::order::Version;
use crate::whirlpool::Whirlpool;
use crate::whirlpool_error::WhirlpoolError;
use pinocchio::{error::ProgramError, AccountView, Address};
use program_frame::{address_at, or_stop, u8_at};

/// Token-2022.
pub const TOKEN_2022: Address =
    Address::from_str_const("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb");
const MEMO_PROGRAM: Address =
    Address::from_str_const("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr");
const SYSTEM_PROGRAM: Address = Address::new_from_array([0; 32]);
const ORACLE_SEED: &[u8] = b"oracle";
const BASE_ACCOUNT_LENGTH: usize = 165;
const BASE_MINT_LENGTH: usize = 82;

/// The accounts of a swap, by role.
pub struct SwapAccounts<'a> {
    /// The owner of the paying account.
    pub authority: &'a AccountView,
    /// The pool.
    pub pool: &'a AccountView,
    /// The accounts of token A and token B.
    pub tokens: [TokenAccounts<'a>; 2],
    /// The tick arrays that every swap has.
    pub tick_arrays: [&'a AccountView; 3],
    /// The oracle.
    pub oracle: &'a AccountView,
    /// The memo program; `swap` has none.
    pub memo: Option<&'a AccountView>,
    /// The accounts behind these.
    pub remaining: &'a [AccountView],
}

/// The accounts of one of the two tokens.
pub struct TokenAccounts<'a> {
    /// The trader's token account.
    pub owner: &'a AccountView,
    /// The pool's token account.
    pub vault: &'a AccountView,
    /// The token program.
    pub program: &'a AccountView,
    /// The mint; `swap` has none.
    pub mint: Option<&'a AccountView>,
}

impl<'a> SwapAccounts<'a> {
    /// Gives the accounts of an instruction their roles.
    ///
    /// # Errors
    ///
    /// `AccountNotEnoughKeys` below 11 accounts, or 15 of `swap_v2`.
    #[inline(always)]
    pub fn pick(accounts: &'a [AccountView], version: Version) -> Result<Self, WhirlpoolError> {
        match version {
            Version::Legacy => Self::pick_legacy(accounts),
            Version::Two => Self::pick_two(accounts),
        }
    }

    #[inline(always)]
    fn pick_legacy(accounts: &'a [AccountView]) -> Result<Self, WhirlpoolError> {
        let [program, authority, pool, owner_a, vault_a, owner_b, vault_b, first, second, third, oracle, remaining @ ..] =
            accounts
        else {
            return Err(WhirlpoolError::AccountNotEnoughKeys);
        };
        let token = |owner, vault| TokenAccounts {
            owner,
            vault,
            program,
            mint: None,
        };
        Ok(Self {
            authority,
            pool,
            tokens: [token(owner_a, vault_a), token(owner_b, vault_b)],
            tick_arrays: [first, second, third],
            oracle,
            memo: None,
            remaining,
        })
    }

    #[inline(always)]
    fn pick_two(accounts: &'a [AccountView]) -> Result<Self, WhirlpoolError> {
        let [program_a, program_b, memo, authority, pool, mint_a, mint_b, owner_a, vault_a, owner_b, vault_b, first, second, third, oracle, remaining @ ..] =
            accounts
        else {
            return Err(WhirlpoolError::AccountNotEnoughKeys);
        };
        let tokens = [
            TokenAccounts {
                owner: owner_a,
                vault: vault_a,
                program: program_a,
                mint: Some(mint_a),
            },
            TokenAccounts {
                owner: owner_b,
                vault: vault_b,
                program: program_b,
                mint: Some(mint_b),
            },
        ];
        Ok(Self {
            authority,
            pool,
            tokens,
            tick_arrays: [first, second, third],
            oracle,
            memo: Some(memo),
            remaining,
        })
    }

    /// Checks the type of every account and reads the pool.
    ///
    /// # Errors
    ///
    /// The Anchor code of the first account that is of another type.
    #[inline(always)]
    pub fn load(&self, program_id: &Address) -> Result<Whirlpool, ProgramError> {
        for token in &self.tokens {
            let is_known = token.program.address() == &pinocchio_token::ID
                || (token.mint.is_some() && token.program.address() == &TOKEN_2022);
            if !is_known {
                return Err(WhirlpoolError::InvalidProgramId.into());
            }
        }
        if self
            .memo
            .is_some_and(|memo| memo.address() != &MEMO_PROGRAM)
        {
            return Err(WhirlpoolError::InvalidProgramId.into());
        }
        if !self.authority.is_signer() {
            return Err(WhirlpoolError::AccountNotSigner.into());
        }
        if !self.pool.owned_by(program_id) {
            return Err(wrong_owner(self.pool).into());
        }
        let pool = Whirlpool::decode(&self.pool.try_borrow()?)?;
        for mint in self.tokens.iter().filter_map(|token| token.mint) {
            check_mint(mint)?;
        }
        for token in &self.tokens {
            let may_extend = token.mint.is_some();
            check_token_account(token.owner, may_extend)?;
            check_token_account(token.vault, may_extend)?;
        }
        Ok(pool)
    }

    /// Checks every account against the pool.
    ///
    /// # Errors
    ///
    /// The code of the first constraint that does not hold.
    #[inline(always)]
    pub fn check(&self, pool: &Whirlpool, program_id: &Address) -> Result<(), ProgramError> {
        for token in &self.tokens {
            if token
                .mint
                .is_some_and(|mint| !mint.owned_by(token.program.address()))
            {
                return Err(WhirlpoolError::ConstraintAddress.into());
            }
        }
        check_writable(self.pool)?;
        for (token, mint) in self.tokens.iter().zip(&pool.mints) {
            if token.mint.is_some_and(|account| account.address() != mint) {
                return Err(WhirlpoolError::ConstraintAddress.into());
            }
        }
        for (index, token) in self.tokens.iter().enumerate() {
            check_writable(token.owner)?;
            if address_at(&token.owner.try_borrow()?, 0)? != pool.mints[index] {
                return Err(WhirlpoolError::ConstraintRaw.into());
            }
            check_writable(token.vault)?;
            if token.vault.address() != &pool.vaults[index] {
                return Err(WhirlpoolError::ConstraintAddress.into());
            }
        }
        for array in self.tick_arrays {
            check_writable(array)?;
        }
        let seeds = [ORACLE_SEED, self.pool.address().as_array()];
        let (oracle, _) = or_stop(Address::derive_program_address(&seeds, program_id));
        if self.oracle.address() != &oracle {
            return Err(WhirlpoolError::ConstraintSeeds.into());
        }
        if self.memo.is_some() {
            // `swap` leaves this to the moment of writing.
            check_writable(self.oracle)?;
        }
        Ok(())
    }
}

#[inline(always)]
fn check_writable(account: &AccountView) -> Result<(), WhirlpoolError> {
    if account.is_writable() {
        Ok(())
    } else {
        Err(WhirlpoolError::ConstraintMut)
    }
}

/// Anchor tells an account that does not exist from one of another program.
#[inline(always)]
fn wrong_owner(account: &AccountView) -> WhirlpoolError {
    if account.lamports() == 0 && account.owned_by(&SYSTEM_PROGRAM) {
        WhirlpoolError::AccountNotInitialized
    } else {
        WhirlpoolError::AccountOwnedByWrongProgram
    }
}

#[inline(always)]
fn is_of_token_program(account: &AccountView, may_extend: bool) -> bool {
    account.owned_by(&pinocchio_token::ID) || (may_extend && account.owned_by(&TOKEN_2022))
}

/// An account of a token program: its state stands at 108, and behind 165 bytes, with extensions, the account type 2.
#[inline(always)]
fn check_token_account(account: &AccountView, may_extend: bool) -> Result<(), ProgramError> {
    if !is_of_token_program(account, may_extend) {
        return Err(wrong_owner(account).into());
    }
    let data = account.try_borrow()?;
    let is_extended =
        may_extend && data.len() > BASE_ACCOUNT_LENGTH && u8_at(&data, BASE_ACCOUNT_LENGTH)? == 2;
    if data.len() != BASE_ACCOUNT_LENGTH && !is_extended {
        return Err(ProgramError::InvalidAccountData);
    }
    if u8_at(&data, 108)? == 0 {
        return Err(ProgramError::UninitializedAccount);
    }
    Ok(())
}

/// A mint of either token program: its initialized flag stands at 45, and behind 165 bytes the account type 1.
#[inline(always)]
fn check_mint(account: &AccountView) -> Result<(), ProgramError> {
    if !is_of_token_program(account, true) {
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
