//! The pair account: 904 bytes (IDL of `@meteora-ag/dlmm` 1.9.14, `LbPair`).

use crate::dlmm_error::DlmmError;
use crate::volatility::Volatility;
use pinocchio::{error::ProgramError, Address};
use program_frame::{address_at, bytes_at, put_u64, stop, u64_at, u8_at};

const LENGTH: usize = 904;
const DISCRIMINATOR: [u8; 8] = [0x21, 0x0b, 0x31, 0x62, 0xb5, 0x65, 0xb1, 0x0d];
const BASE_FACTOR: usize = 8;
const FILTER_PERIOD: usize = 10;
const DECAY_PERIOD: usize = 12;
const REDUCTION_FACTOR: usize = 14;
const VARIABLE_FEE_CONTROL: usize = 16;
const MAX_VOLATILITY_ACCUMULATOR: usize = 20;
const MIN_BIN_ID: usize = 24;
const MAX_BIN_ID: usize = 28;
const PROTOCOL_SHARE: usize = 32;
const BASE_FEE_POWER: usize = 34;
const FUNCTION_TYPE: usize = 35;
const COLLECT_FEE_MODE: usize = 36;
const VOLATILITY_ACCUMULATOR: usize = 40;
const VOLATILITY_REFERENCE: usize = 44;
const INDEX_REFERENCE: usize = 48;
const LAST_UPDATE: usize = 56;
/// Where the type of the pair stands.
pub const PAIR_TYPE: usize = 75;
const ACTIVE_ID: usize = 76;
const BIN_STEP: usize = 80;
/// Where the mints of X and Y stand.
pub const MINTS: usize = 88;
const RESERVES: usize = 152;
const PROTOCOL_FEES: usize = 216;
const REWARD_MINTS: [usize; 2] = [264, 408];
const ORACLE: usize = 552;
/// Where the bitmap of the bin arrays −512 to 511 stands.
pub const BITMAP: usize = 584;

/// Which token goes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// X goes in, Y comes out, and the active bin moves down.
    XToY,
    /// Y goes in, X comes out, and the active bin moves up.
    YToX,
}

/// The side of a swap from which the fee is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeeSide {
    /// Before the swap.
    Input,
    /// After the swap.
    Output,
}

/// One of the two tokens of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// X, whose price the bins state.
    X,
    /// Y, in which the price is stated.
    Y,
}

impl Direction {
    /// Returns the token on a side of the swap.
    #[inline(always)]
    #[must_use]
    pub const fn token(self, side: FeeSide) -> Token {
        match (self, side) {
            (Self::XToY, FeeSide::Input) | (Self::YToX, FeeSide::Output) => Token::X,
            (Self::XToY, FeeSide::Output) | (Self::YToX, FeeSide::Input) => Token::Y,
        }
    }
}

impl Token {
    /// Returns this token's field of a pair of 64-bit numbers.
    #[inline(always)]
    #[must_use]
    pub const fn of_pair(self, offset: usize) -> usize {
        match self {
            Self::X => offset,
            Self::Y => offset.saturating_add(8),
        }
    }
}

/// The rates and bounds that the protocol sets for a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// The base fee rate is `base_factor · bin_step · 10 · 10^base_fee_power` parts of 10^9.
    pub base_factor: u16,
    /// Seconds under which a swap belongs to the one before it.
    pub filter_period: u16,
    /// Seconds after which the volatility is forgotten.
    pub decay_period: u16,
    /// What is kept of the volatility between the two, in basis points.
    pub reduction_factor: u16,
    /// The weight of the volatility in the fee.
    pub variable_fee_control: u32,
    /// The cap of the volatility.
    pub max_volatility_accumulator: u32,
    /// The lowest bin that a swap may enter.
    pub min_bin_id: i32,
    /// The highest bin that a swap may enter.
    pub max_bin_id: i32,
    /// The protocol's part of a fee, in basis points.
    pub protocol_share: u16,
    /// The power of ten of the base fee.
    pub base_fee_power: u8,
    /// The width of a bin, in basis points.
    pub bin_step: u16,
}

/// The fields of a pair that a swap reads, and those that it moves.
pub struct LbPair {
    /// Rates and bounds.
    pub parameters: Parameters,
    /// The volatility, which a swap moves.
    pub volatility: Volatility,
    /// The bin in which the price stands, which a swap moves.
    pub active_id: i32,
}

/// The accounts that a pair names.
pub struct PairAddresses {
    /// The reserves of X and Y.
    pub reserves: [Address; 2],
    /// The mints of X and Y.
    pub mints: [Address; 2],
    /// The price history.
    pub oracle: Address,
}

/// Checks that an account is a pair.
///
/// # Errors
///
/// An Anchor code when the account is of another type.
#[inline(always)]
pub fn check_type(data: &[u8]) -> Result<(), DlmmError> {
    check_discriminator(data, DISCRIMINATOR)?;
    if data.len() < LENGTH {
        // The real program maps the account without looking at its length, and panics.
        stop();
    }
    Ok(())
}

/// Checks the first eight bytes of an account as Anchor does.
///
/// # Errors
///
/// The Anchor code for an account without a discriminator, or with another one.
#[inline(always)]
pub fn check_discriminator(data: &[u8], wanted: [u8; 8]) -> Result<(), DlmmError> {
    match bytes_at::<8>(data, 0) {
        Ok(found) if found == wanted => Ok(()),
        Ok(_) => Err(DlmmError::AccountDiscriminatorMismatch),
        Err(_) => Err(DlmmError::AccountDiscriminatorNotFound),
    }
}

impl PairAddresses {
    /// Decodes the addresses that a pair names.
    ///
    /// # Errors
    ///
    /// `AccountDataTooSmall` when the account is shorter than a pair.
    #[inline(always)]
    pub fn decode(data: &[u8]) -> Result<Self, ProgramError> {
        Ok(Self {
            reserves: both_at(data, RESERVES)?,
            mints: both_at(data, MINTS)?,
            oracle: address_at(data, ORACLE)?,
        })
    }
}

#[inline(always)]
fn both_at(data: &[u8], offset: usize) -> Result<[Address; 2], ProgramError> {
    Ok([
        address_at(data, offset)?,
        address_at(data, offset.saturating_add(32))?,
    ])
}

impl LbPair {
    /// Decodes the fields that a swap computes with.
    ///
    /// # Errors
    ///
    /// `AccountDataTooSmall` when the account is shorter than a pair.
    #[inline(always)]
    pub fn decode(data: &[u8]) -> Result<Self, ProgramError> {
        let u16_at = |offset| bytes_at(data, offset).map(u16::from_le_bytes);
        let u32_at = |offset| bytes_at(data, offset).map(u32::from_le_bytes);
        let i32_at = |offset| bytes_at(data, offset).map(i32::from_le_bytes);
        Ok(Self {
            parameters: Parameters {
                base_factor: u16_at(BASE_FACTOR)?,
                filter_period: u16_at(FILTER_PERIOD)?,
                decay_period: u16_at(DECAY_PERIOD)?,
                reduction_factor: u16_at(REDUCTION_FACTOR)?,
                variable_fee_control: u32_at(VARIABLE_FEE_CONTROL)?,
                max_volatility_accumulator: u32_at(MAX_VOLATILITY_ACCUMULATOR)?,
                min_bin_id: i32_at(MIN_BIN_ID)?,
                max_bin_id: i32_at(MAX_BIN_ID)?,
                protocol_share: u16_at(PROTOCOL_SHARE)?,
                base_fee_power: u8_at(data, BASE_FEE_POWER)?,
                bin_step: u16_at(BIN_STEP)?,
            },
            volatility: Volatility {
                accumulator: u32_at(VOLATILITY_ACCUMULATOR)?,
                reference: u32_at(VOLATILITY_REFERENCE)?,
                index_reference: i32_at(INDEX_REFERENCE)?,
                last_update: bytes_at(data, LAST_UPDATE).map(i64::from_le_bytes)?,
            },
            active_id: i32_at(ACTIVE_ID)?,
        })
    }

    /// Moves the active bin one step in the direction of the swap.
    ///
    /// # Errors
    ///
    /// `PairInsufficientLiquidity` outside the range of the pair.
    #[inline(always)]
    pub fn advance(&mut self, direction: Direction) -> Result<(), DlmmError> {
        let next = match direction {
            Direction::XToY => self.active_id.checked_sub(1),
            Direction::YToX => self.active_id.checked_add(1),
        }
        .ok_or(DlmmError::MathOverflow)?;
        if next < self.parameters.min_bin_id || next > self.parameters.max_bin_id {
            return Err(DlmmError::PairInsufficientLiquidity);
        }
        self.active_id = next;
        Ok(())
    }

    /// Writes what a swap moved, and adds the protocol's fee to what the pair owes.
    ///
    /// # Errors
    ///
    /// `MathOverflow` when the pair owes too much; `AccountDataTooSmall` when the account is shorter than a pair.
    #[inline(always)]
    pub fn book(&self, data: &mut [u8], token: Token, fee: u64) -> Result<(), ProgramError> {
        let Volatility {
            accumulator,
            reference,
            index_reference,
            last_update,
        } = self.volatility;
        put(data, VOLATILITY_ACCUMULATOR, accumulator.to_le_bytes())?;
        put(data, VOLATILITY_REFERENCE, reference.to_le_bytes())?;
        put(data, INDEX_REFERENCE, index_reference.to_le_bytes())?;
        put(data, LAST_UPDATE, last_update.to_le_bytes())?;
        put(data, ACTIVE_ID, self.active_id.to_le_bytes())?;
        let owed = token.of_pair(PROTOCOL_FEES);
        let sum = u64_at(data, owed)?.checked_add(fee);
        put_u64(data, owed, sum.ok_or(DlmmError::MathOverflow)?)
    }
}

#[inline(always)]
fn put<const WIDTH: usize>(
    data: &mut [u8],
    offset: usize,
    bytes: [u8; WIDTH],
) -> Result<(), ProgramError> {
    let field = data
        .get_mut(offset..)
        .and_then(<[u8]>::first_chunk_mut::<WIDTH>)
        .ok_or(ProgramError::AccountDataTooSmall)?;
    *field = bytes;
    Ok(())
}

/// Says whether the bins of a pair hold limit orders: a pair that never decided does while it has no reward.
///
/// # Errors
///
/// `TypeCastFailed` for an unknown function.
#[inline(always)]
pub fn has_limit_orders(data: &[u8]) -> Result<bool, ProgramError> {
    match u8_at(data, FUNCTION_TYPE)? {
        0 => {
            let [first, second] = REWARD_MINTS;
            Ok(address_at(data, first)? == Address::default()
                && address_at(data, second)? == Address::default())
        }
        1 => Ok(false),
        2 => Ok(true),
        _ => Err(DlmmError::TypeCastFailed.into()),
    }
}

/// Returns the side on which a swap pays its fee.
///
/// # Errors
///
/// `InvalidCollectFeeMode` for an unknown mode.
#[inline(always)]
pub fn fee_side(data: &[u8], direction: Direction) -> Result<FeeSide, ProgramError> {
    match (u8_at(data, COLLECT_FEE_MODE)?, direction) {
        (0, _) | (1, Direction::YToX) => Ok(FeeSide::Input),
        (1, Direction::XToY) => Ok(FeeSide::Output),
        _ => Err(DlmmError::InvalidCollectFeeMode.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::{fee_side, has_limit_orders, Direction, DlmmError, FeeSide, LbPair, Token};

    fn pair_with(bytes: &[(usize, u8)]) -> [u8; 904] {
        let mut data = [0; 904];
        for (offset, byte) in bytes {
            data[*offset] = *byte;
        }
        data
    }

    #[test]
    fn holds_limit_orders_by_its_function_or_while_it_has_no_reward() {
        assert_eq!(has_limit_orders(&pair_with(&[])), Ok(true));
        assert_eq!(has_limit_orders(&pair_with(&[(264, 1)])), Ok(false));
        assert_eq!(has_limit_orders(&pair_with(&[(408, 1)])), Ok(false));
        assert_eq!(has_limit_orders(&pair_with(&[(35, 1)])), Ok(false));
        assert_eq!(has_limit_orders(&pair_with(&[(35, 2), (264, 1)])), Ok(true));
        let unknown = has_limit_orders(&pair_with(&[(35, 3)]));
        assert_eq!(unknown, Err(DlmmError::TypeCastFailed.into()));
    }

    #[test]
    fn takes_the_fee_from_the_input_or_always_from_y() {
        let side = |mode, direction| fee_side(&pair_with(&[(36, mode)]), direction);
        assert_eq!(side(0, Direction::XToY), Ok(FeeSide::Input));
        assert_eq!(side(0, Direction::YToX), Ok(FeeSide::Input));
        assert_eq!(side(1, Direction::XToY), Ok(FeeSide::Output));
        assert_eq!(side(1, Direction::YToX), Ok(FeeSide::Input));
        let unknown = side(2, Direction::YToX);
        assert_eq!(unknown, Err(DlmmError::InvalidCollectFeeMode.into()));
    }

    #[test]
    fn advances_within_its_range_and_books_what_it_moved() {
        // Bins −2 to 1, active bin −1.
        let mut data = pair_with(&[(28, 1), (224, 9)]);
        data[24..28].copy_from_slice(&(-2_i32).to_le_bytes());
        data[76..80].copy_from_slice(&(-1_i32).to_le_bytes());
        let decoded = LbPair::decode(&data);
        assert!(decoded.is_ok());
        let Ok(mut pair) = decoded else { return };
        assert_eq!(pair.advance(Direction::XToY), Ok(()));
        let refused = pair.advance(Direction::XToY);
        assert_eq!(refused, Err(DlmmError::PairInsufficientLiquidity));
        pair.volatility.last_update = 77;
        assert_eq!(pair.book(&mut data, Token::Y, 5), Ok(()));
        assert_eq!(data[76..80], (-2_i32).to_le_bytes());
        assert_eq!((data[56], data[216], data[224]), (77, 0, 14));
        data[224..232].fill(0xff);
        let full = pair.book(&mut data, Token::Y, 1);
        assert_eq!(full, Err(DlmmError::MathOverflow.into()));
    }
}
