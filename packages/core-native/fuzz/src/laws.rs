//! What holds for every pool whatever its bytes.

use crate::accounts::Held;
use crate::seeds::SeedAccount;
use tandem_pools::pool::{AnyPool, SwapRequest};
use tandem_pools::quote::{ChainClock, Direction, Quote, QuoteError, SwapMode, SwapOrder};

/// The laws of a venue, and those that its own program breaks.
#[derive(Clone, Copy)]
pub struct Laws {
    /// Whether paying what a fixed output asks gives at least that output, for a pool of these accounts.
    pub inverts: fn(&[Held]) -> bool,
    /// Whether a swap there and back never gains, for a pool of these accounts that began as these.
    pub keeps: fn(&[Held], &[SeedAccount]) -> bool,
    /// Whether no swap passes the bounds, for a pool of these accounts that began as these.
    pub bounds: fn(&[Held], &[SeedAccount]) -> bool,
}

/// What a pool stands for: its accounts now, and as the fixture had them.
pub(crate) struct Standing<'a> {
    pub(crate) accounts: &'a [Held],
    pub(crate) seed: &'a [SeedAccount],
}

impl Default for Laws {
    fn default() -> Self {
        Self { inverts: |_| true, keeps: |_, _| true, bounds: |_, _| true }
    }
}

impl Laws {
    /// Asks everything of a pool and holds the answers against each other; the pool stays as it is.
    pub(crate) fn hold(&self, pool: &AnyPool, order: &SwapOrder, clock: &ChainClock, stand: &Standing<'_>) {
        let quote = pool.quote(order.direction, order.mode, order.amount, clock);
        hold_swap(pool, order, clock, quote);
        hold_facts(pool, order);
        let Ok(quote) = quote else { return };
        hold_reserves(pool, order, clock, quote);
        if (self.bounds)(stand.accounts, stand.seed) {
            hold_bounds(pool, order.direction, clock, quote);
        }
        if order.mode == SwapMode::ExactOut {
            assert_eq!(quote.amount_out, order.amount, "a part of the output of {pool:?}");
            if (self.inverts)(stand.accounts) {
                hold_inverse(pool, order.direction, clock, quote);
            }
        } else {
            assert!(
                order.mode != SwapMode::ExactIn || quote.amount_in == order.amount,
                "a part of the input of {pool:?}"
            );
            if (self.keeps)(stand.accounts, stand.seed) {
                hold_round_trip(pool, order, clock);
            }
        }
    }
}

/// A swap is what was quoted, and a refused one changes nothing.
fn hold_swap(pool: &AnyPool, order: &SwapOrder, clock: &ChainClock, quote: Result<Quote, QuoteError>) {
    let mut moved = pool.clone();
    let swapped = moved.swap(order, clock);
    if swapped.is_err() {
        assert_eq!(moved.reserves(), pool.reserves(), "a refused swap changed the reserves of {pool:?}");
        assert_eq!(
            moved.quote(order.direction, order.mode, order.amount, clock),
            quote,
            "{order:?} of {pool:?}"
        );
        // All of it takes longer to print than the rest of a case takes, so that some are enough.
        if order.amount.is_multiple_of(16) {
            assert_eq!(format!("{moved:?}"), format!("{pool:?}"), "a refused swap changed the pool");
        }
    }
    if *order != SwapOrder::new(order.direction, order.mode, order.amount) {
        return;
    }
    // A quote refuses where the program would take a part of the input; a swap says what it took.
    let is_whole =
        swapped.is_ok_and(|quote| order.mode != SwapMode::ExactIn || quote.amount_in == order.amount);
    if is_whole || swapped.is_err() {
        assert_eq!(swapped, quote, "{order:?} of {pool:?}");
    } else {
        assert!(quote.is_err(), "{order:?} takes a part, and {quote:?} was quoted of {pool:?}");
    }
}

/// What is said of a pool that cannot be quoted as well.
fn hold_facts(pool: &AnyPool, order: &SwapOrder) {
    let mode = order.mode;
    let (owner, source, destination) = (&[1; 32], &[2; 32], &[3; 32]);
    let SwapOrder { direction, amount, .. } = *order;
    let request = SwapRequest { direction, mode, amount, limit: 0, owner, source, destination };
    let instruction = pool.swap_instruction(&request);
    assert!((8..=64).contains(&instruction.accounts.len()), "{} accounts", instruction.accounts.len());
    assert_eq!(instruction.accounts.iter().filter(|account| account.is_signer).count(), 1);
    assert_ne!(pool.compute_units(), 0);
    let _ = (pool.mints(), pool.token_programs(), pool.price_may_recover());
}

/// No swap passes the reserves, and a pool that swaps is not disabled.
fn hold_reserves(pool: &AnyPool, order: &SwapOrder, clock: &ChainClock, quote: Quote) {
    let SwapOrder { direction, mode, amount, .. } = *order;
    assert_eq!(pool.disabled(clock), None, "a disabled pool quoted: {pool:?}");
    let (_, held) = direction.input_output(pool.reserves().expect("reserves of a pool that quotes"));
    assert!(quote.amount_out <= held, "{quote:?} of {held} in {pool:?}");
    assert!(pool.swap_compute_units(direction, mode, amount, clock) >= 1_000);
}

/// No swap passes the bounds.
fn hold_bounds(pool: &AnyPool, direction: Direction, clock: &ChainClock, quote: Quote) {
    let bounds = pool.bounds(direction, clock).expect("bounds of a pool that quotes");
    assert!(quote.amount_out <= bounds.max_out, "{quote:?} passes {bounds:?} of {pool:?}");
    let most = bounds.rate_x64.checked_mul(u128::from(quote.amount_in)).map_or(u128::MAX, |all| all >> 64);
    assert!(u128::from(quote.amount_out) <= most, "{quote:?} passes {bounds:?} of {pool:?}");
}

/// Paying what was asked gives what was asked for; rounding may carry the whole input past the end of what can be priced.
fn hold_inverse(pool: &AnyPool, direction: Direction, clock: &ChainClock, asked: Quote) {
    match pool.quote(direction, SwapMode::ExactIn, asked.amount_in, clock) {
        Ok(given) => assert!(given.amount_out >= asked.amount_out, "{asked:?} gives {given:?} of {pool:?}"),
        Err(QuoteError::LiquidityExceeded | QuoteError::MathOverflow) => {}
        Err(refused) => panic!("{asked:?} is refused as {refused:?} by {pool:?}"),
    }
}

/// Swapping there and back never gains.
fn hold_round_trip(pool: &AnyPool, order: &SwapOrder, clock: &ChainClock) {
    let mut moved = pool.clone();
    let there = SwapOrder::new(order.direction, order.mode, order.amount);
    let back = match order.direction {
        Direction::AToB => Direction::BToA,
        Direction::BToA => Direction::AToB,
    };
    let Ok(first) = moved.swap(&there, clock) else { return };
    if let Ok(second) = moved.swap(&SwapOrder::new(back, SwapMode::ExactIn, first.amount_out), clock) {
        assert!(second.amount_out <= first.amount_in, "{first:?} and back {second:?} gains of {pool:?}");
    }
}
