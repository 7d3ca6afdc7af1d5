//! The accounts of the swap instructions (raydium-amm, `program/src/instruction.rs`) and what must be true of them.

use crate::amm_error::AmmError;
use crate::amm_info::{AmmInfo, Direction, Generation};
use crate::swap_math::Reserves;
use pinocchio::{error::ProgramError, AccountView, Address};
use program_frame::{address_at, u64_at, u8_at};

/// The authority of the vaults of every pool: derived from "amm authority" and 254.
pub const AUTHORITY: Address =
    Address::from_str_const("5Q544fKrFoe6tsEbD7S8EmxGTJYAKtTVhAW5Q5pge4j1");
const AUTHORITY_BUMP: u8 = 254;
const TOKEN_ACCOUNT_LENGTH: usize = 165;

/// The accounts that a swap uses, whichever instruction brought them.
pub struct SwapAccounts<'a> {
    /// SPL Token.
    pub token_program: &'a AccountView,
    /// The pool.
    pub amm: &'a mut AccountView,
    /// The owner of both vaults.
    pub authority: &'a AccountView,
    /// The vault of the coin token.
    pub coin_vault: &'a AccountView,
    /// The vault of the pc token.
    pub pc_vault: &'a AccountView,
    /// The token account that pays.
    pub source: &'a AccountView,
    /// The token account that receives.
    pub destination: &'a AccountView,
    /// The owner of the paying account.
    pub owner: &'a AccountView,
}

/// What the accounts say about a swap.
pub struct SwapState {
    /// Which token goes in.
    pub direction: Direction,
    /// The reserves in that direction.
    pub reserves: Reserves,
    /// What the trader holds of the input token.
    pub source_amount: u64,
}

impl<'a> SwapAccounts<'a> {
    /// Picks the accounts of a swap out of an instruction's; the market accounts of a legacy swap are not looked at.
    ///
    /// # Errors
    ///
    /// `NotEnoughAccountKeys` or `WrongAccountsNumber` when their number is wrong.
    #[inline(always)]
    pub fn pick(
        accounts: &'a mut [AccountView],
        generation: Generation,
    ) -> Result<Self, ProgramError> {
        match (generation, accounts) {
            (
                Generation::V2,
                [token_program, amm, authority, coin_vault, pc_vault, source, destination, owner, ..],
            )
            | (
                Generation::Legacy,
                // Open orders stand before the vaults; with 18 accounts, target orders too.
                [token_program, amm, authority, _, coin_vault, pc_vault, _, _, _, _, _, _, _, _, source, destination, owner]
                | [token_program, amm, authority, _, _, coin_vault, pc_vault, _, _, _, _, _, _, _, _, source, destination, owner],
            ) => Ok(Self {
                token_program,
                amm,
                authority,
                coin_vault,
                pc_vault,
                source,
                destination,
                owner,
            }),
            (Generation::V2, _) => Err(ProgramError::NotEnoughAccountKeys),
            (Generation::Legacy, _) => Err(AmmError::WrongAccountsNumber.into()),
        }
    }

    /// Checks the accounts against the pool and reads the balances.
    ///
    /// # Errors
    ///
    /// The code of the first account that is not what the pool wants.
    #[inline(always)]
    pub fn check(&self, info: &AmmInfo) -> Result<SwapState, ProgramError> {
        if !self.owner.is_signer() {
            return Err(AmmError::InvalidSignAccount.into());
        }
        if self.authority.address() != &AUTHORITY || info.nonce != AUTHORITY_BUMP {
            return Err(AmmError::InvalidProgramAddress.into());
        }
        if self.token_program.address() != &pinocchio_token::ID {
            return Err(AmmError::InvalidSplTokenProgram.into());
        }
        if self.coin_vault.address() != &info.coin_vault {
            return Err(AmmError::InvalidCoinVault.into());
        }
        if self.pc_vault.address() != &info.pc_vault {
            return Err(AmmError::InvalidPcVault.into());
        }
        for user in [self.source.address(), self.destination.address()] {
            if user == &info.coin_vault || user == &info.pc_vault {
                return Err(AmmError::InvalidUserToken.into());
            }
        }
        self.read(info)
    }

    #[inline(always)]
    fn read(&self, info: &AmmInfo) -> Result<SwapState, ProgramError> {
        let coin = Holding::read(self.coin_vault)?;
        let pc = Holding::read(self.pc_vault)?;
        let source = Holding::read(self.source)?;
        let destination = Holding::read(self.destination)?;
        let coin_reserve = reserve(coin.amount, info.need_take_pnl_coin)?;
        let pc_reserve = reserve(pc.amount, info.need_take_pnl_pc)?;
        let (direction, reserves) = if source.mint == coin.mint && destination.mint == pc.mint {
            let reserves = Reserves {
                input: coin_reserve,
                output: pc_reserve,
            };
            (Direction::CoinToPc, reserves)
        } else if source.mint == pc.mint && destination.mint == coin.mint {
            let reserves = Reserves {
                input: pc_reserve,
                output: coin_reserve,
            };
            (Direction::PcToCoin, reserves)
        } else {
            return Err(AmmError::InvalidUserToken.into());
        };
        Ok(SwapState {
            direction,
            reserves,
            source_amount: source.amount,
        })
    }
}

#[inline(always)]
fn reserve(vault_amount: u64, need_take_pnl: u64) -> Result<u64, AmmError> {
    vault_amount
        .checked_sub(need_take_pnl)
        .ok_or(AmmError::CheckedSubOverflow)
}

/// The mint and balance of a token account (SPL Token, `state.rs`: mint at 0, amount at 64, state at 108).
struct Holding {
    mint: Address,
    amount: u64,
}

impl Holding {
    #[inline(always)]
    fn read(account: &AccountView) -> Result<Self, ProgramError> {
        if !account.owned_by(&pinocchio_token::ID) {
            return Err(AmmError::InvalidSplTokenProgram.into());
        }
        if account.data_len() != TOKEN_ACCOUNT_LENGTH {
            return Err(AmmError::ExpectedAccount.into());
        }
        let data = account.try_borrow()?;
        if u8_at(&data, 108)? == 0 {
            return Err(AmmError::ExpectedAccount.into());
        }
        Ok(Self {
            mint: address_at(&data, 0)?,
            amount: u64_at(&data, 64)?,
        })
    }
}
