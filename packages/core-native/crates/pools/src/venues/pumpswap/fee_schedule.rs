//! The fee schedules of the pump fees program: account `FeeConfig` (IDL `pump_fees.json` of the crate `pump-rust-client` 0.5.0).

use super::addresses::{FEE_PROGRAM, STABLE_MINT, is_sol_like};
use super::layout::Identity;
use crate::account_reader::AccountReader;
use crate::pool::{AccountView, DecodeError};
use tandem_math::fee::TEN_THOUSANDTHS;

const CONFIG_DISCRIMINATOR: [u8; 8] = [0x8f, 0x34, 0x92, 0xbb, 0xdb, 0x7b, 0x4c, 0x9b];
const FLAT_FEES_OFFSET: usize = 41;
const FEE_TIERS_OFFSET: usize = 65;
const TIER_LENGTH: usize = 40;
const TIER_FEES_OFFSET: usize = 16;
/// Below this the program refuses the account (`FeeConfigTooShort`); below the others it takes the later schedules for unset.
/// Measured on the program: it goes by the account's length, whatever follows the tiers.
const LENGTH: usize = 2_512;
const STABLE_LENGTH: usize = 4_073;
const EXOTIC_LENGTH: usize = 4_097;

/// Fee rates in ten-thousandths of the quote amount before fees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct FeeRates {
    pub(super) lp: u64,
    pub(super) protocol: u64,
    pub(super) creator: u64,
}

/// Rates from a market capitalization on.
#[derive(Clone, Copy, Debug)]
struct FeeTier {
    threshold: u128,
    rates: FeeRates,
}

/// Every schedule of the account.
#[derive(Clone, Debug)]
pub(super) struct FeeSchedule {
    flat: FeeRates,
    sol_tiers: Vec<FeeTier>,
    stable_tiers: Vec<FeeTier>,
    exotic: FeeRates,
}

/// Which schedule a pool pays by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Schedule {
    Flat,
    SolTiers,
    StableTiers,
    Exotic,
}

impl Schedule {
    /// Returns the schedule of a pool: flat unless the pump program made it, else by its quote mint
    /// (pump fees, `FeeConfig::fees_for_quote_mint`).
    pub(super) fn of(identity: &Identity, is_canonical: bool) -> Self {
        let [_, quote_mint] = &identity.mints;
        match quote_mint {
            _ if !is_canonical => Self::Flat,
            mint if is_sol_like(mint) => Self::SolTiers,
            mint if *mint == STABLE_MINT => Self::StableTiers,
            _ => Self::Exotic,
        }
    }
}

impl FeeSchedule {
    pub(super) fn decode(account: AccountView<'_>) -> Result<Self, DecodeError> {
        if *account.owner != FEE_PROGRAM {
            return Err(DecodeError::OwnerMismatch);
        }
        let reader = AccountReader::new(account.data);
        if reader.bytes::<8>(0)? != CONFIG_DISCRIMINATOR {
            return Err(DecodeError::DiscriminatorMismatch);
        }
        if reader.len() < LENGTH {
            return Err(DecodeError::TooShort);
        }
        let (sol_tiers, stable_at) = decode_tiers(reader, FEE_TIERS_OFFSET)?;
        let (stable_tiers, exotic_at) = decode_tiers(reader, stable_at)?;
        let exotic = if reader.len() >= EXOTIC_LENGTH {
            decode_rates(reader, exotic_at)?
        } else {
            FeeRates::default()
        };
        Ok(Self {
            flat: decode_rates(reader, FLAT_FEES_OFFSET)?,
            sol_tiers,
            stable_tiers: if reader.len() >= STABLE_LENGTH { stable_tiers } else { Vec::new() },
            exotic,
        })
    }

    /// Returns the rates at a market capitalization in quote units; `None` for an empty tier table, which the program refuses.
    pub(super) fn rates(&self, schedule: Schedule, market_cap: u128) -> Option<FeeRates> {
        match schedule {
            Schedule::Flat => Some(self.flat),
            Schedule::SolTiers => tier_rates(&self.sol_tiers, market_cap),
            Schedule::StableTiers => tier_rates(&self.stable_tiers, market_cap),
            Schedule::Exotic if self.exotic == FeeRates::default() => Some(self.flat),
            Schedule::Exotic => Some(self.exotic),
        }
    }

    /// Returns the number of tiers, each of which costs the program compute units to read.
    pub(super) const fn tier_count(&self) -> usize {
        self.sol_tiers.len().saturating_add(self.stable_tiers.len())
    }
}

/// The last tier whose threshold is reached, else the first.
fn tier_rates(tiers: &[FeeTier], market_cap: u128) -> Option<FeeRates> {
    let reached = tiers.iter().rev().find(|tier| market_cap >= tier.threshold);
    reached.or_else(|| tiers.first()).map(|tier| tier.rates)
}

/// Returns the tiers of a Borsh vector and the offset behind it.
fn decode_tiers(reader: AccountReader<'_>, at: usize) -> Result<(Vec<FeeTier>, usize), DecodeError> {
    let count = usize::try_from(reader.u32(at)?).map_err(|_| DecodeError::TooShort)?;
    let first = at.saturating_add(4);
    let end = count.saturating_mul(TIER_LENGTH).saturating_add(first);
    if end > reader.len() {
        return Err(DecodeError::TooShort);
    }
    let tiers = (first..end).step_by(TIER_LENGTH).map(|tier| {
        let rates = decode_rates(reader, tier.saturating_add(TIER_FEES_OFFSET))?;
        Ok(FeeTier { threshold: reader.u128(tier)?, rates })
    });
    Ok((tiers.collect::<Result<_, DecodeError>>()?, end))
}

fn decode_rates(reader: AccountReader<'_>, at: usize) -> Result<FeeRates, DecodeError> {
    let rate = |field: usize| reader.u64(at.saturating_add(field));
    let rates = FeeRates { lp: rate(0)?, protocol: rate(8)?, creator: rate(16)? };
    // The fees program keeps each schedule's sum within the whole (`InvalidFeeTotal`).
    let total = rates.lp.saturating_add(rates.protocol).saturating_add(rates.creator);
    if total > TEN_THOUSANDTHS { Err(DecodeError::FieldInvalid) } else { Ok(rates) }
}
