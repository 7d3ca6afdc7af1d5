//! One input of a fuzzer.

use crate::accounts::{Change, apply, bend, hold, open};
use crate::laws::{Laws, Standing};
use crate::seeds;
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use tandem_pools::quote::{ChainClock, Direction, InstructionSet, SwapMode, SwapOrder};

/// The clock that the fixtures were made for.
const FIXTURES: ChainClock = ChainClock { slot: 400_000_000, epoch: 925, unix_timestamp: 1_790_000_000 };

/// A pool, what is bent before it is opened, when that is, and what is done then.
#[derive(Arbitrary, Clone, Debug)]
pub struct Case {
    seed: u8,
    changes: Vec<Change>,
    time: Time,
    steps: Vec<Step>,
}

#[derive(Arbitrary, Clone, Debug)]
enum Time {
    Fixture,
    Near { slots: i16, seconds: i16 },
    Any { slot: u64, epoch: u64, unix_timestamp: u64 },
}

#[derive(Arbitrary, Clone, Debug)]
enum Step {
    /// Asks, and leaves the pool as it is.
    Ask(Order),
    /// Swaps.
    Swap(Order),
    /// An account changes on the chain.
    Change(Change),
    /// Time passes.
    Wait { slots: u16, seconds: u16 },
}

#[derive(Arbitrary, Clone, Debug)]
struct Order {
    is_a_to_b: bool,
    mode: u8,
    amount: u64,
    /// Bits to drop from the amount, so that small ones are as likely as large ones.
    bits: u8,
    sqrt_price_limit: Option<u128>,
    is_legacy: bool,
}

/// Most steps of a case, so that each stays short.
const STEPS: usize = 12;
const CHANGES: usize = 24;

impl Time {
    fn clock(&self) -> ChainClock {
        match *self {
            Self::Fixture => FIXTURES,
            Self::Near { slots, seconds } => ChainClock {
                slot: FIXTURES.slot.saturating_add_signed(i64::from(slots)),
                unix_timestamp: FIXTURES.unix_timestamp.saturating_add_signed(i64::from(seconds)),
                ..FIXTURES
            },
            Self::Any { slot, epoch, unix_timestamp } => ChainClock { slot, epoch, unix_timestamp },
        }
    }
}

impl Order {
    fn swap_order(&self) -> SwapOrder {
        SwapOrder {
            direction: if self.is_a_to_b { Direction::AToB } else { Direction::BToA },
            mode: [SwapMode::ExactIn, SwapMode::ExactOut, SwapMode::PartialFill][usize::from(self.mode % 3)],
            amount: self.amount >> (self.bits % 64),
            sqrt_price_limit: self.sqrt_price_limit.unwrap_or(0),
            instructions: if self.is_legacy { InstructionSet::Legacy } else { InstructionSet::Current },
        }
    }
}

/// Runs a case on a venue.
pub fn run(stem: &str, case: &Case, laws: &Laws) {
    let seeds = seeds::of(stem);
    let seed = &seeds[usize::from(case.seed) % seeds.len()];
    let mut accounts = hold(seed);
    for change in case.changes.iter().take(CHANGES) {
        bend(&mut accounts, change);
    }
    let Some(mut pool) = open(&accounts) else { return };
    let mut clock = case.time.clock();
    for step in case.steps.iter().take(STEPS) {
        match step {
            Step::Ask(order) => {
                let stand = Standing { accounts: &accounts, seed: seed.accounts };
                laws.hold(&pool, &order.swap_order(), &clock, &stand);
            }
            Step::Swap(order) => {
                // Whether it is refused is the pool's to say; that a refused one changes nothing is held where it is asked.
                let _ = pool.swap(&order.swap_order(), &clock);
            }
            Step::Change(change) => {
                let mut changed = accounts.clone();
                let Some(position) = bend(&mut changed, change) else { continue };
                let address = changed[position].address;
                // The laws look at the accounts that the pool stands for.
                if apply(&mut pool, &changed, &address) {
                    accounts = changed;
                }
            }
            Step::Wait { slots, seconds } => {
                clock.slot = clock.slot.saturating_add(u64::from(*slots));
                clock.unix_timestamp = clock.unix_timestamp.saturating_add(u64::from(*seconds));
            }
        }
    }
}
