//! The pool account: 653 packed bytes (orca-so/whirlpools 630c0e0, `state/whirlpool.rs`, `Whirlpool`).

use crate::fields::{i32_at, put_bytes, u128_at, u16_at};
use crate::order::Direction;
use crate::whirlpool_error::WhirlpoolError;
use pinocchio::{error::ProgramError, Address};
use program_frame::{address_at, bytes_at, put_u64, u64_at, u8_at};
use wide_math::{Quad, Rounding};

const LENGTH: usize = 653;
const DISCRIMINATOR: [u8; 8] = [0x3f, 0x95, 0xd1, 0x0c, 0xe1, 0x80, 0x63, 0x09];
const CONFIG: usize = 8;
const BUMP: usize = 40;
const TICK_SPACING: usize = 41;
const FEE_TIER_INDEX_SEED: usize = 43;
const FEE_RATE: usize = 45;
const PROTOCOL_FEE_RATE: usize = 47;
const LIQUIDITY: usize = 49;
const SQRT_PRICE: usize = 65;
const TICK_CURRENT_INDEX: usize = 81;
const PROTOCOL_FEES_OWED: [usize; 2] = [85, 93];
const MINTS: [usize; 2] = [101, 181];
const VAULTS: [usize; 2] = [133, 213];
const FEE_GROWTHS: [usize; 2] = [165, 245];
const REWARDS_UPDATED: usize = 261;
const REWARDS: usize = 269;
const REWARD_LENGTH: usize = 128;
const REWARD_EMISSIONS: usize = 96;
const REWARD_GROWTH: usize = 112;
/// How many rewards a pool can pay.
pub const REWARD_COUNT: usize = 3;

/// The fields of a pool that a swap reads.
pub struct Whirlpool {
    /// The distance between two ticks that can be initialized.
    pub tick_spacing: u16,
    /// The static fee, in millionths.
    pub fee_rate: u16,
    /// The protocol's part of the fee, in ten-thousandths.
    pub protocol_fee_rate: u16,
    /// The liquidity at the current price.
    pub liquidity: u128,
    /// The current price.
    pub sqrt_price: u128,
    /// The current tick.
    pub tick: i32,
    /// The mints of token A and token B.
    pub mints: [Address; 2],
    /// The vaults of token A and token B.
    pub vaults: [Address; 2],
    /// The fees per liquidity of both tokens, since ever.
    pub fee_growths: [u128; 2],
    /// What each reward has grown to now, where it is paid at all.
    pub reward_growths: [Option<u128>; REWARD_COUNT],
    /// What signs for the vaults.
    pub signer: SignerSeeds,
}

/// What the pool's address is derived from.
pub struct SignerSeeds {
    /// The configuration.
    pub config: [u8; 32],
    /// The index of the fee tier.
    pub fee_tier_index: [u8; 2],
    /// The bump.
    pub bump: [u8; 1],
}

/// What a swap leaves in a pool.
pub struct PoolChange {
    /// Which token went in, and so pays the fee.
    pub direction: Direction,
    /// The liquidity at the new price.
    pub liquidity: u128,
    /// The new price.
    pub sqrt_price: u128,
    /// The new tick.
    pub tick: i32,
    /// The fees per liquidity of the token that went in.
    pub fee_growth: u128,
    /// The protocol's part of the fees.
    pub protocol_fee: u64,
    /// When the swap was.
    pub now: u64,
}

impl Whirlpool {
    /// Decodes the fields that a swap reads; the rewards stand as they were last updated.
    ///
    /// # Errors
    ///
    /// An Anchor code when the account is of another type.
    #[inline(always)]
    pub fn decode(data: &[u8]) -> Result<Self, ProgramError> {
        match bytes_at(data, 0) {
            Ok(DISCRIMINATOR) => {}
            Ok(_) => return Err(WhirlpoolError::AccountDiscriminatorMismatch.into()),
            Err(_) => return Err(WhirlpoolError::AccountDiscriminatorNotFound.into()),
        }
        if data.len() < LENGTH {
            return Err(WhirlpoolError::AccountDidNotDeserialize.into());
        }
        let addresses = |[a, b]: [usize; 2]| -> Result<[Address; 2], ProgramError> {
            Ok([address_at(data, a)?, address_at(data, b)?])
        };
        Ok(Self {
            tick_spacing: u16_at(data, TICK_SPACING)?,
            fee_rate: u16_at(data, FEE_RATE)?,
            protocol_fee_rate: u16_at(data, PROTOCOL_FEE_RATE)?,
            liquidity: u128_at(data, LIQUIDITY)?,
            sqrt_price: u128_at(data, SQRT_PRICE)?,
            tick: i32_at(data, TICK_CURRENT_INDEX)?,
            mints: addresses(MINTS)?,
            vaults: addresses(VAULTS)?,
            fee_growths: [
                u128_at(data, FEE_GROWTHS[0])?,
                u128_at(data, FEE_GROWTHS[1])?,
            ],
            reward_growths: [None; REWARD_COUNT],
            signer: SignerSeeds {
                config: bytes_at(data, CONFIG)?,
                fee_tier_index: bytes_at(data, FEE_TIER_INDEX_SEED)?,
                bump: [u8_at(data, BUMP)?],
            },
        })
    }

    /// Lets the rewards grow up to now: by emissions per liquidity and second, rounded down.
    ///
    /// # Errors
    ///
    /// `InvalidTimestamp` when they were updated after `now`.
    #[inline(always)]
    pub fn update_rewards(&mut self, data: &[u8], now: u64) -> Result<(), ProgramError> {
        let elapsed = now
            .checked_sub(u64_at(data, REWARDS_UPDATED)?)
            .ok_or(WhirlpoolError::InvalidTimestamp)?;
        for (index, growth) in self.reward_growths.iter_mut().enumerate() {
            let reward = reward_at(index);
            if bytes_at(data, reward) == Ok([0_u8; 32]) {
                continue;
            }
            let emissions = u128_at(data, reward.wrapping_add(REWARD_EMISSIONS))?;
            let grown = u128_at(data, reward.wrapping_add(REWARD_GROWTH))?;
            // Without liquidity, and above 128 bits, nothing is paid.
            let change = Quad::product(u128::from(elapsed), emissions)
                .to_u128()
                .and_then(|paid| per_liquidity(Quad::from(paid), self.liquidity));
            *growth = Some(grown.wrapping_add(change.unwrap_or(0)));
        }
        Ok(())
    }

    /// Returns the pool's side of a token that goes in: 0 for A, 1 for B.
    #[inline(always)]
    #[must_use]
    pub const fn side_in(direction: Direction) -> usize {
        match direction {
            Direction::AToB => 0,
            Direction::BToA => 1,
        }
    }
}

/// Divides by a liquidity, rounded down; nothing where there is none.
#[inline(always)]
#[must_use]
pub fn per_liquidity(amount: Quad, liquidity: u128) -> Option<u128> {
    amount
        .divided_by(Quad::from(liquidity), Rounding::Down)
        .and_then(Quad::to_u128)
}

/// Writes what a swap changed.
///
/// # Errors
///
/// `AccountDataTooSmall` when the account is shorter than a pool.
#[inline(always)]
pub fn book(
    data: &mut [u8],
    change: &PoolChange,
    rewards: &[Option<u128>; REWARD_COUNT],
) -> Result<(), ProgramError> {
    let side = Whirlpool::side_in(change.direction);
    put_bytes(data, LIQUIDITY, change.liquidity.to_le_bytes())?;
    put_bytes(data, SQRT_PRICE, change.sqrt_price.to_le_bytes())?;
    put_bytes(data, TICK_CURRENT_INDEX, change.tick.to_le_bytes())?;
    put_bytes(data, FEE_GROWTHS[side], change.fee_growth.to_le_bytes())?;
    let owed = u64_at(data, PROTOCOL_FEES_OWED[side])?;
    // The real program is built without overflow checks.
    put_u64(
        data,
        PROTOCOL_FEES_OWED[side],
        owed.wrapping_add(change.protocol_fee),
    )?;
    put_u64(data, REWARDS_UPDATED, change.now)?;
    for (index, growth) in rewards.iter().enumerate() {
        if let Some(growth) = growth {
            let offset = reward_at(index).wrapping_add(REWARD_GROWTH);
            put_bytes(data, offset, growth.to_le_bytes())?;
        }
    }
    Ok(())
}

#[inline(always)]
const fn reward_at(index: usize) -> usize {
    REWARDS.wrapping_add(index.wrapping_mul(REWARD_LENGTH))
}
