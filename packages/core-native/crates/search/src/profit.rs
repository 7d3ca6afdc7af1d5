//! The only definition of profit: gross = out - in; cost = base fee + priority fee + tip + rent; net = gross - cost.
//!
//! Every rounding goes against us: fees, tips and their conversion round up, and the lamports a profit is worth round down.

use crate::error::SearchError;

/// The runtime's ceiling of a transaction's compute units (agave, `MAX_COMPUTE_UNIT_LIMIT`).
pub const MAX_COMPUTE_UNITS: u32 = 1_400_000;

const BPS: u128 = 10_000;
const MICRO_LAMPORTS_PER_LAMPORT: u128 = 1_000_000;

/// Every cost of one transaction that does not depend on the route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CostModel {
    /// Base fee.
    pub base_fee_lamports: u64,
    /// Compute-unit price.
    pub compute_unit_price_micro_lamports: u64,
    /// Compute units besides the swaps.
    pub overhead_compute_units: u32,
    /// What the requested limit is above the expected units, basis points.
    pub compute_unit_margin_bps: u32,
    /// Fixed tip.
    pub tip_lamports: u64,
    /// Share of a positive gross profit that is tipped on top, basis points, at most 10,000.
    pub tip_share_bps: u32,
    /// Most that both parts of the tip may be together.
    pub max_tip_lamports: u64,
    /// Rent of the accounts that the transaction creates.
    pub rent_lamports: u64,
}

/// The price of one lamport in raw units of the base mint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LamportPrice {
    /// Raw units ...
    pub numerator: u64,
    /// ... for so many lamports.
    pub denominator: u64,
}

/// What one transaction earns and costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profit {
    /// Out minus in, base mint raw units.
    pub gross: i128,
    /// Base fee.
    pub base_fee_lamports: u64,
    /// Fee that the requested units cost.
    pub priority_fee_lamports: u64,
    /// Fixed tip plus the share of the gross profit, at most the cap.
    pub tip_lamports: u64,
    /// Rent of created accounts.
    pub rent_lamports: u64,
    /// All of it in base mint raw units, rounded up.
    pub cost: u64,
    /// Gross minus cost.
    pub net: i128,
    /// The limit that the priority fee was reckoned with.
    pub compute_unit_limit: u32,
}

/// The costs of one route, ready to price many sizes of it.
#[derive(Clone, Copy, Debug)]
pub struct RouteCosts {
    costs: CostModel,
    price: LamportPrice,
    compute_unit_limit: u32,
    priority_fee_lamports: u64,
}

/// Returns the compute-unit limit to request:
/// `ceil((route + overhead) * (10_000 + margin) / 10_000)`, at most the runtime's ceiling.
#[must_use]
pub fn compute_unit_limit(route_compute_units: u32, costs: &CostModel) -> u32 {
    // Two sums of 33 bits: the product has at most 66.
    let units = u128::from(route_compute_units).saturating_add(u128::from(costs.overhead_compute_units));
    let factor = BPS.saturating_add(u128::from(costs.compute_unit_margin_bps));
    let limit = units.saturating_mul(factor).div_ceil(BPS);
    u32::try_from(limit).map_or(MAX_COMPUTE_UNITS, |limit| limit.min(MAX_COMPUTE_UNITS))
}

/// Returns whether one transaction can hold the swaps of a route and what stands beside them.
#[must_use]
pub const fn fits_transaction(route_compute_units: u32, costs: &CostModel) -> bool {
    route_compute_units.saturating_add(costs.overhead_compute_units) <= MAX_COMPUTE_UNITS
}

impl LamportPrice {
    /// Returns the raw units that lamports cost, rounded up.
    fn raw_units(self, lamports: u128) -> Option<u64> {
        let product = lamports.checked_mul(u128::from(self.numerator))?;
        u64::try_from(product.div_ceil(u128::from(self.denominator))).ok()
    }

    /// Returns the lamports that raw units are worth, rounded up: for what we pay by them.
    fn lamports_up(self, raw_units: u128) -> Option<u128> {
        Some(raw_units.checked_mul(u128::from(self.denominator))?.div_ceil(u128::from(self.numerator)))
    }

    /// Returns the lamports that a net profit is worth, rounded down; `None` unless it is positive and fits.
    #[must_use]
    pub fn lamports_down(self, net: i128) -> Option<u128> {
        let net = u128::try_from(net).ok().filter(|net| *net > 0)?;
        net.checked_mul(u128::from(self.denominator))?.checked_div(u128::from(self.numerator))
    }
}

impl RouteCosts {
    /// Prepares the costs of a route.
    ///
    /// # Errors
    /// `LamportPriceInvalid`, `TipShareOutOfRange`, and `ProfitOutOfRange` when the priority fee does not fit.
    pub fn new(costs: CostModel, price: LamportPrice, route_compute_units: u32) -> Result<Self, SearchError> {
        if price.numerator == 0 || price.denominator == 0 {
            return Err(SearchError::LamportPriceInvalid);
        }
        if u128::from(costs.tip_share_bps) > BPS {
            return Err(SearchError::TipShareOutOfRange);
        }
        let limit = compute_unit_limit(route_compute_units, &costs);
        let micro = u128::from(costs.compute_unit_price_micro_lamports).saturating_mul(u128::from(limit));
        let priority_fee_lamports = u64::try_from(micro.div_ceil(MICRO_LAMPORTS_PER_LAMPORT))
            .map_err(|_| SearchError::ProfitOutOfRange)?;
        Ok(Self { costs, price, compute_unit_limit: limit, priority_fee_lamports })
    }

    /// Returns whether a larger gross profit always is a larger or equal net profit. A tip that is a share of the gross
    /// profit rises in whole lamports, which may take back more than the raw unit that raised it; where the fixed tip alone
    /// meets the cap, no share is left to rise.
    #[must_use]
    pub const fn net_follows_gross(&self) -> bool {
        self.costs.tip_share_bps == 0 || self.costs.tip_lamports >= self.costs.max_tip_lamports
    }

    /// Returns the profit of one size of the route.
    ///
    /// # Errors
    /// `ProfitOutOfRange` when a cost does not fit 64 bits.
    pub fn profit(&self, amount_in: u64, amount_out: u64) -> Result<Profit, SearchError> {
        self.checked_profit(amount_in, amount_out).ok_or(SearchError::ProfitOutOfRange)
    }

    fn checked_profit(&self, amount_in: u64, amount_out: u64) -> Option<Profit> {
        let gross = i128::from(amount_out).checked_sub(i128::from(amount_in))?;
        let tip_lamports = self.tip(gross)?;
        let lamports = [
            self.costs.base_fee_lamports,
            self.priority_fee_lamports,
            tip_lamports,
            self.costs.rent_lamports,
        ]
        .into_iter()
        .try_fold(0_u128, |sum, part| sum.checked_add(u128::from(part)))?;
        let cost = self.price.raw_units(lamports)?;
        Some(Profit {
            gross,
            base_fee_lamports: self.costs.base_fee_lamports,
            priority_fee_lamports: self.priority_fee_lamports,
            tip_lamports,
            rent_lamports: self.costs.rent_lamports,
            cost,
            net: gross.checked_sub(i128::from(cost))?,
            compute_unit_limit: self.compute_unit_limit,
        })
    }

    /// Returns the fixed tip and the share of a positive gross profit, rounded up and then cut to the cap.
    fn tip(&self, gross: i128) -> Option<u64> {
        let worth = self.price.lamports_up(u128::try_from(gross).unwrap_or(0))?;
        // A product beyond 128 bits is a share far beyond any cap, and stays one when it saturates.
        let share = worth.saturating_mul(u128::from(self.costs.tip_share_bps)).div_ceil(BPS);
        let tip = u128::from(self.costs.tip_lamports).saturating_add(share);
        u64::try_from(tip.min(u128::from(self.costs.max_tip_lamports))).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOL: LamportPrice = LamportPrice { numerator: 1, denominator: 1 };

    fn costs() -> CostModel {
        CostModel {
            base_fee_lamports: 5_000,
            compute_unit_price_micro_lamports: 1_001,
            overhead_compute_units: 1_000,
            compute_unit_margin_bps: 1_000,
            tip_lamports: 2_000,
            tip_share_bps: 0,
            max_tip_lamports: u64::MAX,
            rent_lamports: 30,
        }
    }

    #[test]
    fn the_limit_is_the_units_with_their_margin_rounded_up_and_never_above_the_ceiling() {
        assert_eq!(compute_unit_limit(40_000, &costs()), 45_100);
        assert_eq!(compute_unit_limit(1, &CostModel { overhead_compute_units: 0, ..costs() }), 2);
        assert_eq!(compute_unit_limit(1_400_000, &costs()), MAX_COMPUTE_UNITS);
        assert_eq!(compute_unit_limit(u32::MAX, &costs()), MAX_COMPUTE_UNITS);
    }

    #[test]
    fn net_profit_is_what_is_left_of_the_gross_after_every_cost() {
        let profit = RouteCosts::new(costs(), SOL, 40_000).unwrap().profit(1_000_000, 1_010_000).unwrap();
        // ceil(1,001 micro-lamports * 45,100 units / 1,000,000) = ceil(45.1451) = 46
        assert_eq!(profit.priority_fee_lamports, 46);
        assert_eq!((profit.gross, profit.cost, profit.net), (10_000, 5_000 + 46 + 2_000 + 30, 2_924));
    }

    #[test]
    fn the_share_tipped_is_rounded_up_and_is_nothing_of_a_loss() {
        let shared = CostModel { tip_share_bps: 3_333, tip_lamports: 7, ..costs() };
        let route = RouteCosts::new(shared, SOL, 0).unwrap();
        assert_eq!(route.profit(0, 100).unwrap().tip_lamports, 7 + 34);
        assert_eq!(route.profit(100, 0).unwrap().tip_lamports, 7);
    }

    #[test]
    fn costs_in_another_mint_are_rounded_up() {
        // 3 raw units for 2 lamports, 7,031 lamports and a priority fee of ceil(1,001 * 1,100 / 1,000,000) = 2.
        let price = LamportPrice { numerator: 3, denominator: 2 };
        let profit = RouteCosts::new(costs(), price, 0).unwrap().profit(0, 0).unwrap();
        assert_eq!(profit.cost, (7_032_u64 * 3).div_ceil(2));
        let odd = CostModel { rent_lamports: 31, ..costs() };
        assert_eq!(RouteCosts::new(odd, price, 0).unwrap().profit(0, 0).unwrap().cost, 10_550);
    }

    #[test]
    fn a_price_of_nothing_and_a_share_above_the_whole_are_refused() {
        for price in
            [LamportPrice { numerator: 0, denominator: 1 }, LamportPrice { numerator: 1, denominator: 0 }]
        {
            assert_eq!(RouteCosts::new(costs(), price, 0).unwrap_err(), SearchError::LamportPriceInvalid);
        }
        let greedy = CostModel { tip_share_bps: 10_001, ..costs() };
        assert_eq!(RouteCosts::new(greedy, SOL, 0).unwrap_err(), SearchError::TipShareOutOfRange);
    }

    #[test]
    fn a_cost_beyond_64_bits_is_refused_instead_of_wrapped() {
        let dear = CostModel { tip_lamports: u64::MAX, ..costs() };
        assert_eq!(RouteCosts::new(dear, SOL, 0).unwrap().profit(0, 0), Err(SearchError::ProfitOutOfRange));
        let shared = CostModel { tip_share_bps: 10_000, ..costs() };
        let price = LamportPrice { numerator: 2, denominator: u64::MAX };
        let profit = RouteCosts::new(shared, price, 0).unwrap().profit(0, 4).unwrap();
        assert_eq!((profit.tip_lamports, profit.cost), (u64::MAX, 3));
    }

    #[test]
    fn the_tip_is_cut_to_its_cap_and_only_there_the_net_profit_follows_the_gross() {
        let capped = CostModel { tip_share_bps: 5_000, tip_lamports: 7, max_tip_lamports: 50, ..costs() };
        let route = RouteCosts::new(capped, SOL, 0).unwrap();
        let tip = |gross| route.profit(0, gross).unwrap().tip_lamports;
        assert_eq!([tip(85), tip(86), tip(87), tip(u64::MAX)], [50, 50, 50, 50]);
        assert_eq!([tip(83), tip(84)], [49, 49]);
        assert!(!route.net_follows_gross());
        for cap in [7, 6, 0] {
            let route = RouteCosts::new(CostModel { max_tip_lamports: cap, ..capped }, SOL, 0).unwrap();
            assert_eq!(route.profit(0, 1_000).unwrap().tip_lamports, cap);
            assert!(route.net_follows_gross());
        }
    }

    #[test]
    fn the_worth_of_a_net_profit_is_rounded_down_and_absent_for_a_loss() {
        let price = LamportPrice { numerator: 3, denominator: 2 };
        assert_eq!(price.lamports_down(10), Some(6));
        assert_eq!(price.lamports_down(0), None);
        assert_eq!(price.lamports_down(-1), None);
    }
}
