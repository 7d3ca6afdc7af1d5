//! Finds, sizes and ranks the cycles through the touched pools.

use std::cmp::Reverse;

use tandem_math::wide::{U256, wide_mul_u128};
use tandem_pools::pool::{Address, AnyPool};
use tandem_pools::quote::{ChainClock, Direction, Quote, QuoteError, SwapMode};

use crate::cycle_finder::{Cycle, CycleFinder};
use crate::error::SearchError;
use crate::pool_store::{PoolIndex, PoolStore};
use crate::profit::{CostModel, LamportPrice, Profit, RouteCosts, fits_transaction};
use crate::size_optimizer::{Leg, SizeOptimizer, SizedCycle};
use crate::token_graph::Edge;

/// Halvings of a size that is too large for a transaction before the cycle is given up.
const MOST_SIZINGS: usize = 12;

/// A mint cycles start and end in, with the bounds of its trades.
#[derive(Clone, Copy, Debug)]
pub struct BaseMint {
    /// The mint.
    pub mint: Address,
    /// Largest input, raw units.
    pub max_amount_in: u64,
    /// Smallest net profit worth returning, raw units.
    pub min_net_profit: u64,
    /// What a lamport costs.
    pub lamport_price: LamportPrice,
}

/// What to search.
#[derive(Clone, Copy, Debug)]
pub struct SearchRequest<'a> {
    /// The pools whose cycles are searched, in any order; all pools when `None`.
    pub touched: Option<&'a [PoolIndex]>,
    /// The clock quotes are made against.
    pub clock: ChainClock,
    /// The base mints.
    pub base_mints: &'a [BaseMint],
    /// The costs of a transaction.
    pub costs: CostModel,
    /// Pools older than this slot are not used.
    pub oldest_slot: u64,
    /// Longest list to return.
    pub max_candidates: usize,
}

/// One leg of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CandidateLeg {
    /// The pool.
    pub pool: PoolIndex,
    /// Which way through it.
    pub direction: Direction,
    /// Paid into it.
    pub amount_in: u64,
    /// Received from it.
    pub amount_out: u64,
    /// Compute units the swap may take.
    pub compute_units: u32,
}

/// A sized cycle with a positive expected net profit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Position of the base mint in the request.
    pub base_mint_index: usize,
    /// Out of the base mint and back.
    pub legs: [CandidateLeg; 2],
    /// What it earns.
    pub profit: Profit,
    /// Slot of the oldest pool used.
    pub oldest_slot: u64,
    /// Net profit in lamports, rounded down: what candidates are ranked by.
    pub net_lamports: u128,
}

struct PoolLeg<'a> {
    pool: &'a AnyPool,
    direction: Direction,
    clock: &'a ChainClock,
}

impl PoolLeg<'_> {
    fn swap_compute_units(&self, amount: u64) -> u32 {
        self.pool.swap_compute_units(self.direction, SwapMode::ExactIn, amount, self.clock)
    }

    /// Returns whether the marginal rates of the two legs multiply to more than one. Every quote stays below its rate.
    fn can_gain_with(&self, second: &Self) -> bool {
        let bounds = |leg: &Self| leg.pool.bounds(leg.direction, leg.clock);
        let (Some(first), Some(second)) = (bounds(self), bounds(second)) else { return false };
        wide_mul_u128(first.rate_x64, second.rate_x64) > U256 { high: 1, low: 0 }
    }
}

impl Leg for PoolLeg<'_> {
    #[inline]
    fn quote(&self, mode: SwapMode, amount: u64) -> Result<Quote, QuoteError> {
        self.pool.quote(self.direction, mode, amount, self.clock)
    }

    fn price_may_recover(&self) -> bool {
        self.pool.price_may_recover()
    }
}

/// Returns the best candidates: largest net profit in lamports first, then by the pools of the first and the second leg,
/// then by base mint. Pools that are not ready, are too old or give no quote at this clock are left out, as are cycles
/// whose costs do not fit 64 bits.
///
/// # Errors
/// `PoolNotFound` for an unknown touched pool; `LamportPriceInvalid`, `TipShareOutOfRange` and `ProfitOutOfRange` for costs
/// that are impossible whatever the route.
pub fn find_candidates(
    store: &PoolStore,
    request: &SearchRequest<'_>,
) -> Result<Vec<Candidate>, SearchError> {
    let touched = touched_pools(store, request.touched)?;
    let usable = |pool: PoolIndex| {
        let fresh = store.slot(pool).is_ok_and(|slot| slot >= request.oldest_slot);
        fresh && store.ready_pool(pool).is_some_and(|pool| pool.disabled(&request.clock).is_none())
    };
    let finder = CycleFinder::new(store.graph(), usable);
    let mut candidates = Vec::new();
    for (base_mint_index, base) in request.base_mints.iter().enumerate() {
        RouteCosts::new(request.costs, base.lamport_price, 0)?;
        let Some(mint) = store.graph().find_mint(&base.mint) else { continue };
        finder.visit(mint, &touched, |cycle| {
            candidates.extend(evaluate(store, request, base_mint_index, base, cycle));
        });
    }
    candidates.sort_by_key(|candidate| {
        let pools = candidate.legs.map(|leg| leg.pool);
        (Reverse(candidate.net_lamports), pools, candidate.base_mint_index)
    });
    candidates.truncate(request.max_candidates);
    Ok(candidates)
}

/// Returns the touched pools ascending, each once.
fn touched_pools(store: &PoolStore, touched: Option<&[PoolIndex]>) -> Result<Vec<PoolIndex>, SearchError> {
    let count = u32::try_from(store.pool_count()).map_err(|_| SearchError::PoolNotFound)?;
    let Some(touched) = touched else { return Ok((0..count).collect()) };
    let mut pools = touched.to_vec();
    pools.sort_unstable();
    pools.dedup();
    match pools.last() {
        Some(last) if *last >= count => Err(SearchError::PoolNotFound),
        Some(_) | None => Ok(pools),
    }
}

/// Returns the best size that one transaction can hold, and the compute units of its legs. With the size it is known which price
/// ranges the swaps cross; where they are too many, half of it crosses fewer.
fn size(
    first: &PoolLeg<'_>,
    second: &PoolLeg<'_>,
    max_amount_in: u64,
    costs: &RouteCosts,
    model: &CostModel,
) -> Option<(SizedCycle, [u32; 2])> {
    let mut largest = max_amount_in;
    for _ in 0..MOST_SIZINGS {
        let sized = SizeOptimizer::new(first, second, largest, costs).best()?;
        let units = [first.swap_compute_units(sized.amount_in), second.swap_compute_units(sized.middle)];
        if fits_transaction(units[0].saturating_add(units[1]), model) {
            return Some((sized, units));
        }
        largest = sized.amount_in >> 1;
    }
    None
}

fn evaluate(
    store: &PoolStore,
    request: &SearchRequest<'_>,
    base_mint_index: usize,
    base: &BaseMint,
    cycle: Cycle,
) -> Option<Candidate> {
    let [first, second] = [cycle.first, cycle.second].map(|edge: Edge| {
        let pool = store.ready_pool(edge.pool)?;
        Some(PoolLeg { pool, direction: edge.direction, clock: &request.clock })
    });
    let (first, second) = (first?, second?);
    let units = first.pool.compute_units().saturating_add(second.pool.compute_units());
    let costs = RouteCosts::new(request.costs, base.lamport_price, units).ok()?;
    // No size gains where the two marginal rates together give back no more than went in.
    if !first.can_gain_with(&second) {
        return None;
    }
    let (sized, units) = size(&first, &second, base.max_amount_in, &costs, &request.costs)?;
    let SizedCycle { amount_in, middle, amount_out, .. } = sized;
    let total = units[0].saturating_add(units[1]);
    let profit = RouteCosts::new(request.costs, base.lamport_price, total)
        .and_then(|costs| costs.profit(amount_in, amount_out))
        .ok()?;
    if profit.net <= 0 || profit.net < i128::from(base.min_net_profit) {
        return None;
    }
    let net_lamports = base.lamport_price.lamports_down(profit.net)?;
    let slots = [store.slot(cycle.first.pool).ok()?, store.slot(cycle.second.pool).ok()?];
    let leg = |edge: Edge, amount_in, amount_out, compute_units| CandidateLeg {
        pool: edge.pool,
        direction: edge.direction,
        amount_in,
        amount_out,
        compute_units,
    };
    Some(Candidate {
        base_mint_index,
        legs: [
            leg(cycle.first, amount_in, middle, units[0]),
            leg(cycle.second, middle, amount_out, units[1]),
        ],
        profit,
        oldest_slot: slots.into_iter().min()?,
        net_lamports,
    })
}
