//! Search and profit for JavaScript.

use napi::bindgen_prelude::{BigInt, Uint8Array};
use napi_derive::napi;
use tandem_search::candidate_search::{self, BaseMint, Candidate, SearchRequest};
use tandem_search::profit::{CostModel, LamportPrice, Profit, RouteCosts};
use tandem_search::store_registry;

use crate::arguments::{address, number_of, u32_of, u64_of};
use crate::error::{Result, raise};
use crate::pools::NativeClock;

/// Every cost of one transaction.
#[napi(object)]
pub struct NativeCostModel {
    /// Base fee.
    pub base_fee_lamports: BigInt,
    /// Compute-unit price.
    pub compute_unit_price_micro_lamports: BigInt,
    /// Units besides the swaps.
    pub overhead_compute_units: f64,
    /// Margin of the limit.
    pub compute_unit_margin_bps: f64,
    /// Fixed tip.
    pub tip_lamports: BigInt,
    /// Share of the gross profit.
    pub tip_share_bps: f64,
    /// Cap of the tip.
    pub max_tip_lamports: BigInt,
    /// Rent.
    pub rent_lamports: BigInt,
}

impl NativeCostModel {
    fn decode(self) -> Result<CostModel> {
        Ok(CostModel {
            base_fee_lamports: u64_of(&self.base_fee_lamports, "baseFeeLamports")?,
            compute_unit_price_micro_lamports: u64_of(
                &self.compute_unit_price_micro_lamports,
                "computeUnitPriceMicroLamports",
            )?,
            overhead_compute_units: u32_of(self.overhead_compute_units, "overheadComputeUnits")?,
            compute_unit_margin_bps: u32_of(self.compute_unit_margin_bps, "computeUnitMarginBps")?,
            tip_lamports: u64_of(&self.tip_lamports, "tipLamports")?,
            tip_share_bps: u32_of(self.tip_share_bps, "tipShareBps")?,
            max_tip_lamports: u64_of(&self.max_tip_lamports, "maxTipLamports")?,
            rent_lamports: u64_of(&self.rent_lamports, "rentLamports")?,
        })
    }
}

/// A base mint with its bounds.
#[napi(object)]
pub struct NativeBaseMint {
    /// The mint.
    pub mint: Uint8Array,
    /// Largest input.
    pub max_amount_in: BigInt,
    /// Smallest net profit.
    pub min_net_profit: BigInt,
    /// Raw units ...
    pub lamport_price_numerator: BigInt,
    /// ... for so many lamports.
    pub lamport_price_denominator: BigInt,
}

impl NativeBaseMint {
    fn decode(self) -> Result<BaseMint> {
        Ok(BaseMint {
            mint: *address(&self.mint, "mint")?,
            max_amount_in: u64_of(&self.max_amount_in, "maxAmountIn")?,
            min_net_profit: u64_of(&self.min_net_profit, "minNetProfit")?,
            lamport_price: decode_price(&self.lamport_price_numerator, &self.lamport_price_denominator)?,
        })
    }
}

fn decode_price(numerator: &BigInt, denominator: &BigInt) -> Result<LamportPrice> {
    Ok(LamportPrice {
        numerator: u64_of(numerator, "lamportPriceNumerator")?,
        denominator: u64_of(denominator, "lamportPriceDenominator")?,
    })
}

/// What to search; the touched pools are passed beside it.
#[napi(object)]
pub struct NativeSearchRequest {
    /// The clock.
    pub clock: NativeClock,
    /// The base mints.
    pub base_mints: Vec<NativeBaseMint>,
    /// The costs.
    pub costs: NativeCostModel,
    /// Pools older than this slot are left out.
    pub oldest_slot: BigInt,
    /// Longest list.
    pub max_candidates: f64,
}

/// One leg of a candidate.
#[napi(object)]
pub struct NativeCandidateLeg {
    /// The pool.
    pub pool: u32,
    /// `Direction` discriminant.
    pub direction: u32,
    /// Paid into it.
    pub amount_in: BigInt,
    /// Received from it.
    pub amount_out: BigInt,
    /// Compute units the swap may take.
    pub compute_units: u32,
}

/// What one transaction earns and costs.
#[napi(object)]
pub struct NativeProfit {
    /// Base mint raw units.
    pub gross: BigInt,
    /// Base fee.
    pub base_fee_lamports: BigInt,
    /// Priority fee.
    pub priority_fee_lamports: BigInt,
    /// Tip.
    pub tip_lamports: BigInt,
    /// Rent.
    pub rent_lamports: BigInt,
    /// All costs in raw units.
    pub cost: BigInt,
    /// Gross minus cost.
    pub net: BigInt,
    /// The limit to request.
    pub compute_unit_limit: u32,
}

impl From<Profit> for NativeProfit {
    fn from(profit: Profit) -> Self {
        Self {
            gross: BigInt::from(profit.gross),
            base_fee_lamports: BigInt::from(profit.base_fee_lamports),
            priority_fee_lamports: BigInt::from(profit.priority_fee_lamports),
            tip_lamports: BigInt::from(profit.tip_lamports),
            rent_lamports: BigInt::from(profit.rent_lamports),
            cost: BigInt::from(profit.cost),
            net: BigInt::from(profit.net),
            compute_unit_limit: profit.compute_unit_limit,
        }
    }
}

/// A sized cycle.
#[napi(object)]
pub struct NativeCandidate {
    /// Position of the base mint.
    pub base_mint_index: u32,
    /// The legs.
    pub legs: Vec<NativeCandidateLeg>,
    /// What it earns.
    pub profit: NativeProfit,
    /// Slot of the oldest pool.
    pub oldest_slot: BigInt,
}

impl From<Candidate> for NativeCandidate {
    fn from(candidate: Candidate) -> Self {
        let legs = candidate.legs.map(|leg| NativeCandidateLeg {
            pool: leg.pool,
            direction: leg.direction as u32,
            amount_in: BigInt::from(leg.amount_in),
            amount_out: BigInt::from(leg.amount_out),
            compute_units: leg.compute_units,
        });
        Self {
            // A request of more base mints than 32 bits count does not fit memory.
            base_mint_index: u32::try_from(candidate.base_mint_index).unwrap_or(u32::MAX),
            legs: legs.into(),
            profit: candidate.profit.into(),
            oldest_slot: BigInt::from(candidate.oldest_slot),
        }
    }
}

/// Finds, sizes and ranks the cycles through the touched pools.
#[napi(catch_unwind)]
pub fn find_candidates(
    store: f64,
    touched: Option<&[u32]>,
    request: NativeSearchRequest,
) -> Result<Vec<NativeCandidate>> {
    let base_mints =
        request.base_mints.into_iter().map(NativeBaseMint::decode).collect::<Result<Vec<_>>>()?;
    let search = SearchRequest {
        touched,
        clock: request.clock.decode()?,
        base_mints: &base_mints,
        costs: request.costs.decode()?,
        oldest_slot: u64_of(&request.oldest_slot, "oldestSlot")?,
        max_candidates: u32_of(request.max_candidates, "maxCandidates")? as usize,
    };
    let found = store_registry::with_store(number_of(store), |store| {
        candidate_search::find_candidates(store, &search)
    });
    Ok(found.map_err(raise)?.into_iter().map(Into::into).collect())
}

/// What to reckon the profit of.
#[napi(object)]
pub struct NativeProfitRequest {
    /// Paid.
    pub amount_in: BigInt,
    /// Received.
    pub amount_out: BigInt,
    /// Sum of the legs' units.
    pub route_compute_units: f64,
    /// The costs.
    pub costs: NativeCostModel,
    /// Raw units ...
    pub lamport_price_numerator: BigInt,
    /// ... for so many lamports.
    pub lamport_price_denominator: BigInt,
}

/// Reckons the profit of one transaction.
#[napi(catch_unwind)]
pub fn profit(request: NativeProfitRequest) -> Result<NativeProfit> {
    let price = decode_price(&request.lamport_price_numerator, &request.lamport_price_denominator)?;
    let units = u32_of(request.route_compute_units, "routeComputeUnits")?;
    let amount_in = u64_of(&request.amount_in, "amountIn")?;
    let amount_out = u64_of(&request.amount_out, "amountOut")?;
    let costs = RouteCosts::new(request.costs.decode()?, price, units).map_err(raise)?;
    Ok(costs.profit(amount_in, amount_out).map_err(raise)?.into())
}
