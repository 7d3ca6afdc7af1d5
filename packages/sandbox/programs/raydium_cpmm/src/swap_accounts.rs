//! The 13 accounts of a swap (raydium-cp-swap 609780f, `instructions/swap_base_input.rs`, `Swap`), checked as Anchor does:
//! first every account's type, then every account's constraints.

use crate::amm_config::AmmConfig;
use crate::cpmm_error::CpmmError;
use crate::pool_state::{PoolState, Side};
use pinocchio::{error::ProgramError, AccountView, Address};
use program_frame::{address_at, bytes_at, stop, u64_at, u8_at};

/// The authority of the vaults of every pool: derived from "`vault_and_lp_mint_auth_seed`".
pub const AUTHORITY: Address =
    Address::from_str_const("GpMZbSM2GgvTKHJirzeGfMFoaZ8UR2X7F4v8vHTvxFbL");
/// Token-2022.
pub const TOKEN_2022: Address =
    Address::from_str_const("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb");
const SYSTEM_PROGRAM: Address = Address::new_from_array([0; 32]);
const OBSERVATION_DISCRIMINATOR: [u8; 8] = [0x7a, 0xae, 0xc5, 0x35, 0x81, 0x09, 0xa5, 0x84];
const OBSERVATION_LENGTH: usize = 4075;
const BASE_ACCOUNT_LENGTH: usize = 165;
const BASE_MINT_LENGTH: usize = 82;

/// The accounts of a swap, by role.
pub struct SwapAccounts<'a> {
    /// The owner of the paying account.
    pub payer: &'a AccountView,
    /// The owner of both vaults.
    pub authority: &'a AccountView,
    /// The configuration with the rates.
    pub amm_config: &'a AccountView,
    /// The pool.
    pub pool_state: &'a mut AccountView,
    /// The token that goes in.
    pub input: TokenAccounts<'a>,
    /// The token that comes out.
    pub output: TokenAccounts<'a>,
    /// The price history, which is checked and left as it is.
    pub observation: &'a AccountView,
}

/// The accounts of one of the two tokens.
pub struct TokenAccounts<'a> {
    /// The trader's token account.
    pub user: &'a AccountView,
    /// The pool's token account.
    pub vault: &'a AccountView,
    /// The token program.
    pub program: &'a AccountView,
    /// The mint.
    pub mint: &'a AccountView,
}

impl<'a> SwapAccounts<'a> {
    /// Gives the accounts of an instruction their roles.
    ///
    /// # Errors
    ///
    /// `AccountNotEnoughKeys` below 13 accounts.
    #[inline(always)]
    pub fn pick(accounts: &'a mut [AccountView]) -> Result<Self, CpmmError> {
        let [payer, authority, amm_config, pool_state, input_user, output_user, input_vault, output_vault, input_program, output_program, input_mint, output_mint, observation, ..] =
            accounts
        else {
            return Err(CpmmError::AccountNotEnoughKeys);
        };
        let (user, vault, program, mint) = (input_user, input_vault, input_program, input_mint);
        let input = TokenAccounts {
            user,
            vault,
            program,
            mint,
        };
        let (user, vault, program, mint) = (output_user, output_vault, output_program, output_mint);
        let output = TokenAccounts {
            user,
            vault,
            program,
            mint,
        };
        Ok(Self {
            payer,
            authority,
            amm_config,
            pool_state,
            input,
            output,
            observation,
        })
    }

    /// Checks the type of every account and reads the pool and its configuration.
    ///
    /// # Errors
    ///
    /// The Anchor code of the first account that is of another type.
    #[inline(always)]
    pub fn load(&self, program_id: &Address) -> Result<(PoolState, AmmConfig), ProgramError> {
        if !self.payer.is_signer() {
            return Err(CpmmError::AccountNotSigner.into());
        }
        if !self.amm_config.owned_by(program_id) {
            return Err(wrong_owner(self.amm_config).into());
        }
        let config = AmmConfig::decode(&self.amm_config.try_borrow()?)?;
        if !self.pool_state.owned_by(program_id) {
            return Err(CpmmError::AccountOwnedByWrongProgram.into());
        }
        let pool = PoolState::decode(&self.pool_state.try_borrow()?)?;
        for account in [
            self.input.user,
            self.output.user,
            self.input.vault,
            self.output.vault,
        ] {
            check_token_account(account)?;
        }
        for program in [self.input.program, self.output.program] {
            if !is_token_program(program.address()) {
                return Err(CpmmError::InvalidProgramId.into());
            }
        }
        check_mint(self.input.mint)?;
        check_mint(self.output.mint)?;
        if !self.observation.owned_by(program_id) {
            return Err(CpmmError::AccountOwnedByWrongProgram.into());
        }
        if bytes_at(&self.observation.try_borrow()?, 0) != Ok(OBSERVATION_DISCRIMINATOR) {
            return Err(CpmmError::AccountDiscriminatorMismatch.into());
        }
        Ok((pool, config))
    }

    /// Checks every account against the pool and returns the token that goes in.
    ///
    /// # Errors
    ///
    /// The code of the first constraint that does not hold.
    #[inline(always)]
    pub fn check(&self, pool: &PoolState) -> Result<Side, ProgramError> {
        if self.authority.address() != &AUTHORITY {
            return Err(CpmmError::ConstraintSeeds.into());
        }
        if self.amm_config.address() != &pool.amm_config {
            return Err(CpmmError::ConstraintAddress.into());
        }
        for account in [&*self.pool_state, self.input.user, self.output.user] {
            check_writable(account)?;
        }
        for vault in [self.input.vault, self.output.vault] {
            check_writable(vault)?;
            if vault.address() != &pool.vaults[0] && vault.address() != &pool.vaults[1] {
                return Err(CpmmError::ConstraintRaw.into());
            }
        }
        for token in [&self.input, &self.output] {
            if token.mint.address() != &address_at(&token.vault.try_borrow()?, 0)? {
                return Err(CpmmError::ConstraintAddress.into());
            }
        }
        check_writable(self.observation)?;
        if self.observation.address() != &pool.observation_key {
            return Err(CpmmError::ConstraintAddress.into());
        }
        if self.observation.data_len() < OBSERVATION_LENGTH {
            // Mapped without looking at its length, like the pool.
            stop();
        }
        if self.input.vault.address() == self.output.vault.address() {
            return Err(CpmmError::InvalidVault.into());
        }
        let is_zero_in = self.input.vault.address() == &pool.vaults[0];
        Ok(if is_zero_in { Side::Zero } else { Side::One })
    }
}

impl TokenAccounts<'_> {
    /// Returns what the vault holds (offset 64 in both token programs).
    ///
    /// # Errors
    ///
    /// `AccountDataTooSmall` when the account ends before.
    #[inline(always)]
    pub fn vault_amount(&self) -> Result<u64, ProgramError> {
        u64_at(&self.vault.try_borrow()?, 64)
    }

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

#[inline(always)]
fn check_writable(account: &AccountView) -> Result<(), CpmmError> {
    if account.is_writable() {
        Ok(())
    } else {
        Err(CpmmError::ConstraintMut)
    }
}

#[inline(always)]
fn is_token_program(address: &Address) -> bool {
    address == &pinocchio_token::ID || address == &TOKEN_2022
}

/// Anchor tells an account that does not exist from one of another program.
#[inline(always)]
fn wrong_owner(account: &AccountView) -> CpmmError {
    if account.lamports() == 0 && account.owned_by(&SYSTEM_PROGRAM) {
        CpmmError::AccountNotInitialized
    } else {
        CpmmError::AccountOwnedByWrongProgram
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
