//! What holds for every Whirlpool quote, over pools written here: random positions, spacings, prices and fees, both formats of tick
//! arrays, arrays that do not exist, adaptive and transfer fees.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test stops where its material is broken"
)]

mod whirlpool_accounts;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use tandem_math::wide::wide_mul_u128;
use tandem_pools::pool::{AccountView, Address, AnyPool, SwapRequest, Watch};
use tandem_pools::quote::{ChainClock, Direction, InstructionSet, QuoteError, SwapMode, SwapOrder};
use whirlpool_accounts::{Adaptive, POOL, Whirlpool};

const CLOCK: ChainClock = ChainClock { slot: 1, epoch: 1, unix_timestamp: 100_000 };

fn adaptive(tick_spacing: u16, tick: i32) -> impl Strategy<Value = Option<Adaptive>> {
    let group_size = prop::sample::select(vec![1_u16, 2, 4, 8, 16, 64]);
    let times = (0..700_u64, 0..700_u64).prop_map(|(first, second)| [100_000 - first, 100_000 - second]);
    let fields = (group_size, 0..99_999_u32, 1..500_000_u32, 0..10_000_u16, times, -40..40_i32, 0..100_u32);
    let some = fields.prop_map(move |(size, control, max, reduction, times, away, share)| {
        let size = if tick_spacing.is_multiple_of(size) { size } else { 1 };
        let volatility = u32::try_from(u64::from(max) * u64::from(share) / 100).expect("a share");
        let group = (tick.div_euclid(i32::from(size)) + away)
            .clamp((-443_637_i32).div_euclid(i32::from(size)), 443_636_i32.div_euclid(i32::from(size)));
        Some(Adaptive {
            periods: [30, 600, reduction],
            limits: [control, max],
            ticks: [size, tick_spacing.min(64)],
            times,
            volatility: [volatility / 2, volatility],
            group,
        })
    });
    prop_oneof![2 => Just(None), 1 => some]
}

/// Positions around the price and over the whole range: bounds in arrays before, at and behind the current one, and beyond reach.
fn positions(tick_spacing: u16, tick: i32) -> impl Strategy<Value = Vec<(i32, i32, u128)>> {
    let spacing = i32::from(tick_spacing);
    let usable = move |away: i32| {
        let edge = 443_636 / spacing;
        (tick.div_euclid(spacing) + away).clamp(-edge, edge) * spacing
    };
    let near = (-200..200_i32, 1..150_i32, 10..90_u32).prop_map(move |(from, length, bits)| {
        let (lower, upper) = (usable(from), usable(from + length));
        (lower, upper, (1_u128 << bits) / 7 + 1)
    });
    let whole = (20..60_u32).prop_map(move |bits| (usable(-900_000), usable(900_000), 1_u128 << bits));
    prop::collection::vec(prop_oneof![8 => near, 1 => whole], 1..12)
        .prop_map(|all| all.into_iter().filter(|(lower, upper, _)| lower < upper).collect())
}

fn transfer_fee() -> impl Strategy<Value = Option<(u16, u64)>> {
    let fee = prop_oneof![
        8 => (0..3_000_u16, 0..1_000_000_000_u64),
        1 => (Just(10_000), 0..1_000_u64),
        1 => (0..10_000_u16, Just(u64::MAX))
    ];
    prop_oneof![4 => Just(None), 1 => fee.prop_map(Some)]
}

fn whirlpool() -> impl Strategy<Value = Whirlpool> {
    let spacing = prop::sample::select(vec![1_u16, 2, 4, 8, 64, 128, 256, 32_896]);
    let tick = prop_oneof![6 => -200_000..200_000_i32, 1 => -443_636..443_635_i32];
    (spacing, tick).prop_flat_map(|(tick_spacing, tick)| {
        let fees = (0..60_001_u16, [transfer_fee(), transfer_fee()]);
        (positions(tick_spacing, tick), adaptive(tick_spacing, tick), fees, any::<bool>()).prop_map(
            move |(positions, adaptive, (fee_rate, transfer_fees), is_dynamic)| Whirlpool {
                tick_spacing,
                fee_rate,
                tick,
                positions,
                is_dynamic,
                adaptive,
                transfer_fees,
            },
        )
    })
}

fn amount() -> impl Strategy<Value = u64> {
    (0..64_u32, any::<u64>()).prop_map(|(bits, value)| (value >> bits).max(1))
}

fn direction() -> impl Strategy<Value = Direction> {
    prop_oneof![Just(Direction::AToB), Just(Direction::BToA)]
}

fn output(pool: &AnyPool, direction: Direction, amount: u64) -> Option<u64> {
    pool.quote(direction, SwapMode::ExactIn, amount, &CLOCK).ok().map(|quote| quote.amount_out)
}

fn input(pool: &AnyPool, direction: Direction, amount: u64) -> Option<u64> {
    pool.quote(direction, SwapMode::ExactOut, amount, &CLOCK).ok().map(|quote| quote.amount_in)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

    #[test]
    fn gives_no_less_for_more(whirlpool in whirlpool(), way in direction(), amount in amount(), more in amount()) {
        let pool = whirlpool.load();
        let larger = amount.saturating_add(more);
        if let (Some(less), Some(more)) = (output(&pool, way, amount), output(&pool, way, larger)) {
            prop_assert!(less <= more);
        }
        if let (Some(less), Some(more)) = (input(&pool, way, amount), input(&pool, way, larger)) {
            prop_assert!(less <= more);
        }
    }

    #[test]
    fn asks_an_input_that_gives_the_output(whirlpool in whirlpool(), way in direction(), amount in amount()) {
        let pool = whirlpool.load();
        if let Some(asked) = input(&pool, way, amount)
            && let Some(given) = output(&pool, way, asked)
        {
            prop_assert!(given >= amount, "{asked} gives {given}");
        }
    }

    #[test]
    fn gains_nothing_from_a_round_trip(whirlpool in whirlpool(), way in direction(), amount in amount()) {
        let mut pool = whirlpool.load();
        let back = if way == Direction::AToB { Direction::BToA } else { Direction::AToB };
        if let Ok(there) = pool.swap(&SwapOrder::new(way, SwapMode::ExactIn, amount), &CLOCK) {
            prop_assert!(there.amount_in <= amount);
            if let Some(home) = output(&pool, back, there.amount_out) {
                prop_assert!(home <= there.amount_in);
            }
        }
    }

    #[test]
    fn stays_within_bounds_and_reserves(whirlpool in whirlpool(), way in direction(), amount in amount()) {
        let pool = whirlpool.load();
        let reserves = pool.reserves().expect("every account is known");
        let (_, most) = way.input_output(reserves);
        for mode in [SwapMode::ExactIn, SwapMode::ExactOut] {
            if let Ok(quote) = pool.quote(way, mode, amount, &CLOCK) {
                let bounds = pool.bounds(way, &CLOCK).expect("a quote has bounds");
                prop_assert!(quote.amount_out <= bounds.max_out && quote.amount_out <= most);
                let (paid, received) = (u128::from(quote.amount_in), u128::from(quote.amount_out) << 64);
                prop_assert!(wide_mul_u128(paid, bounds.rate_x64) >= received.into(), "{quote:?} {bounds:?}");
            }
        }
    }

    #[test]
    fn swaps_as_it_quotes_and_changes_nothing_when_it_refuses(whirlpool in whirlpool(), way in direction(), amount in amount(), exact_out in any::<bool>()) {
        let mode = if exact_out { SwapMode::ExactOut } else { SwapMode::ExactIn };
        let mut pool = whirlpool.load();
        let before = format!("{pool:?}");
        let quoted = pool.quote(way, mode, amount, &CLOCK);
        match pool.swap(&SwapOrder::new(way, mode, amount), &CLOCK) {
            // Exact in, the end of the range of prices leaves a part with the user: a swap, but no quote.
            Ok(quote) if mode == SwapMode::ExactIn && quote.amount_in < amount => {
                prop_assert_eq!(quoted, Err(QuoteError::LiquidityExceeded));
            }
            Ok(quote) => prop_assert_eq!(quoted, Ok(quote)),
            Err(error) => {
                prop_assert_eq!(quoted, Err(error));
                prop_assert_eq!(before, format!("{pool:?}"));
            }
        }
    }

    #[test]
    fn passes_the_arrays_of_the_swap_in_its_direction(whirlpool in whirlpool(), way in direction(), amount in amount()) {
        let pool = whirlpool.load();
        let watched = pool.watched();
        let arrays = &watched[pool.required()..];
        let passed: Vec<Address> = instruction_arrays(&pool, way, amount);
        prop_assert_eq!(passed.len(), 3);
        let positions: Vec<usize> = passed
            .iter()
            .map(|address| arrays.iter().position(|array| array == address).expect("an array within reach"))
            .collect();
        for pair in positions.windows(2) {
            let (_, steps) = way.input_output([pair[1].wrapping_sub(pair[0]), pair[0].wrapping_sub(pair[1])]);
            prop_assert!(steps <= 1, "{:?}", positions);
        }
    }

    #[test]
    fn quotes_the_same_whether_arrays_are_fixed_or_dynamic(whirlpool in whirlpool(), way in direction(), amount in amount()) {
        let other = Whirlpool { is_dynamic: !whirlpool.is_dynamic, ..whirlpool.clone() };
        let (one, other) = (whirlpool.load(), other.load());
        for mode in [SwapMode::ExactIn, SwapMode::ExactOut] {
            prop_assert_eq!(one.quote(way, mode, amount, &CLOCK), other.quote(way, mode, amount, &CLOCK));
        }
    }

    #[test]
    fn quotes_only_what_it_would_with_every_array_while_some_are_unknown(whirlpool in whirlpool(), way in direction(), amount in amount(), hidden in any::<u8>()) {
        let whole = whirlpool.load();
        let pool = whirlpool.pool();
        let view = AccountView { address: &POOL, owner: &pool.owner, data: &pool.data };
        let mut partial = AnyPool::decode(view).expect("a pool");
        let required = partial.required();
        for (i, account) in whirlpool.others(&whole).iter().enumerate() {
            let is_hidden = i + 1 >= required && hidden >> (i + 1 - required) & 1 == 1;
            if !is_hidden {
                let view = AccountView { address: &account.address, owner: &account.owner, data: &account.data };
                partial.apply(view).expect("an account of the pool");
            }
        }
        match partial.quote(way, SwapMode::ExactIn, amount, &CLOCK) {
            Ok(quote) => prop_assert_eq!(whole.quote(way, SwapMode::ExactIn, amount, &CLOCK), Ok(quote)),
            Err(QuoteError::LiquidityExceeded) => {}
            Err(error) => prop_assert_eq!(whole.quote(way, SwapMode::ExactIn, amount, &CLOCK), Err(error)),
        }
    }

    #[test]
    fn takes_what_a_price_limit_lets_through(whirlpool in whirlpool(), way in direction(), amount in amount(), share in 0..1_000_u32) {
        let pool = whirlpool.load();
        let limit = match way {
            Direction::AToB => whirlpool.sqrt_price() / 1_000 * u128::from(share),
            Direction::BToA => whirlpool.sqrt_price() / 100 * u128::from(share),
        };
        let mut moved = pool.clone();
        let order = SwapOrder { sqrt_price_limit: limit.max(1), ..SwapOrder::new(way, SwapMode::ExactIn, amount) };
        if let Ok(limited) = moved.swap(&order, &CLOCK) {
            prop_assert!(limited.amount_in <= amount);
            if let Some(given) = output(&pool, way, amount) {
                prop_assert!(limited.amount_out <= given);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn trades_as_at_the_last_swap_while_the_clock_is_behind_it(whirlpool in whirlpool(), way in direction(), amount in amount(), first in amount(), behind in 1..100_000_u64) {
        let mut pool = whirlpool.load();
        // The last swap, or the oracle's time without one.
        let now = match pool.swap(&SwapOrder::new(way, SwapMode::ExactIn, first), &CLOCK) {
            Ok(_) => CLOCK.unix_timestamp,
            Err(_) => whirlpool.adaptive.map_or(0, |adaptive| adaptive.times[0].max(adaptive.times[1])),
        };
        let at_last = ChainClock { unix_timestamp: now, ..CLOCK };
        let earlier = ChainClock { unix_timestamp: now.saturating_sub(behind), ..CLOCK };
        prop_assert_eq!(pool.disabled(&earlier), None);
        prop_assert_eq!(pool.bounds(way, &earlier), pool.bounds(way, &at_last));
        for mode in [SwapMode::ExactIn, SwapMode::ExactOut] {
            prop_assert_eq!(pool.quote(way, mode, amount, &earlier), pool.quote(way, mode, amount, &at_last));
            let (mut early, mut late) = (pool.clone(), pool.clone());
            let order = SwapOrder::new(way, mode, amount);
            prop_assert_eq!(early.swap(&order, &earlier), late.swap(&order, &at_last));
            prop_assert_eq!(format!("{early:?}"), format!("{late:?}"));
        }
    }
}

fn instruction_arrays(pool: &AnyPool, direction: Direction, amount: u64) -> Vec<Address> {
    let owner = &[1; 32];
    let mode = SwapMode::ExactIn;
    let request = SwapRequest { direction, mode, amount, limit: 0, owner, source: owner, destination: owner };
    pool.swap_instruction(&request).accounts[11..14].iter().map(|account| account.address).collect()
}

#[test]
fn quotes_enough_of_these_pools_for_the_properties_to_say_something() {
    let (mut quoted, cases) = (0, 2_000);
    let mut runner = TestRunner::new(ProptestConfig { cases, ..ProptestConfig::default() });
    let pools = (whirlpool(), direction(), amount());
    for _ in 0..cases {
        let (whirlpool, way, amount) = pools.new_tree(&mut runner).expect("a pool").current();
        quoted += u32::from(output(&whirlpool.load(), way, amount).is_some_and(|out| out > 0));
    }
    assert!(quoted > cases / 5, "{quoted} of {cases} quoted");
}

/// One position over three arrays of 88 ticks on each side of tick 0.
fn three_arrays() -> Whirlpool {
    Whirlpool {
        tick_spacing: 1,
        fee_rate: 3_000,
        tick: 44,
        positions: vec![(-264, 264, 1 << 60)],
        is_dynamic: false,
        adaptive: None,
        transfer_fees: [None; 2],
    }
}

#[test]
fn passes_no_more_arrays_than_the_swap_can_come_to_and_one_spare() {
    let whirlpool = three_arrays();
    let pool = whirlpool.load();
    let start = |array: &Address| {
        let arrays = &pool.watched()[pool.required()..];
        whirlpool.starts()[arrays.iter().position(|known| known == array).expect("an array within reach")]
    };
    let passed = |direction, amount| {
        instruction_arrays(&pool, direction, amount).iter().map(start).collect::<Vec<_>>()
    };
    let most =
        |direction| pool.reserves().map(|reserves| direction_output(direction, reserves)).expect("reserves");
    assert_eq!(passed(Direction::AToB, 1), [0, -88, -88]);
    assert_eq!(passed(Direction::BToA, 1), [0, 88, 88]);
    assert_eq!(passed(Direction::AToB, most(Direction::AToB) / 2), [0, -88, -176]);
    assert_eq!(passed(Direction::BToA, u64::MAX), [0, 88, 176]);
}

fn direction_output(direction: Direction, reserves: [u64; 2]) -> u64 {
    direction.input_output(reserves).1
}

#[test]
fn refuses_to_come_to_rest_where_an_unknown_array_begins() {
    let whirlpool = three_arrays();
    let limit = 1 << 64; // the price of tick 0, the first of its array
    let order =
        SwapOrder { sqrt_price_limit: limit, ..SwapOrder::new(Direction::AToB, SwapMode::ExactIn, u64::MAX) };
    let mut whole = whirlpool.load();
    assert!(whole.swap(&order, &CLOCK).is_ok());
    let pool = whirlpool.pool();
    let view = AccountView { address: &POOL, owner: &pool.owner, data: &pool.data };
    let mut partial = AnyPool::decode(view).expect("a pool");
    let below = partial.watched()[partial.required() + 1];
    for account in whirlpool.others(&whole).iter().filter(|account| account.address != below) {
        let view = AccountView { address: &account.address, owner: &account.owner, data: &account.data };
        let _ = partial.apply(view);
    }
    assert!(output(&partial, Direction::AToB, 1_000).is_some());
    assert_eq!(partial.swap(&order, &CLOCK), Err(QuoteError::LiquidityExceeded));
}

#[test]
fn starts_upwards_at_the_next_array_from_the_last_tick_of_one() {
    let whirlpool = Whirlpool { tick: 87, ..three_arrays() };
    assert_eq!(whirlpool.starts(), [-176, -88, 0, 88, 176, 264]);
    let pool = whirlpool.load();
    assert_eq!(pool.watched().len(), pool.required() + 6);
    let arrays = &pool.watched()[pool.required()..];
    assert_eq!(instruction_arrays(&pool, Direction::BToA, 1)[0], arrays[3]);
    assert_eq!(instruction_arrays(&pool, Direction::AToB, 1)[0], arrays[2]);
}

#[test]
fn watches_other_arrays_when_the_price_comes_to_another_and_keeps_those_that_stay() {
    let whirlpool = three_arrays();
    let mut pool = whirlpool.load();
    let before = pool.watched();
    let moved = Whirlpool { tick: -1, ..whirlpool.clone() };
    let account = moved.pool();
    let view = |account: &whirlpool_accounts::Account| -> Watch {
        let view = AccountView { address: &account.address, owner: &account.owner, data: &account.data };
        pool.clone().apply(view).expect("the pool's account")
    };
    assert_eq!(view(&whirlpool.pool()), Watch::Same);
    assert_eq!(view(&account), Watch::Changed);
    let data = AccountView { address: &account.address, owner: &account.owner, data: &account.data };
    pool.apply(data).expect("the pool's account");
    let after = pool.watched();
    assert_eq!(after[4..8], before[3..7], "four arrays stay");
    // The one that came into reach is the third downwards, and not known yet.
    let small = output(&pool, Direction::AToB, 1_000).expect("within the known arrays");
    assert_eq!(Some(small), output(&moved.load(), Direction::AToB, 1_000));
}

#[test]
fn opens_at_its_time_by_our_clock_or_by_that_of_the_last_change() {
    let adaptive = Adaptive {
        periods: [30, 600, 5_000],
        limits: [4_000, 350_000],
        ticks: [1, 1],
        ..Adaptive::default()
    };
    let whirlpool = Whirlpool { adaptive: Some(adaptive), ..three_arrays() };
    let mut pool = whirlpool.load();
    let mut oracle = whirlpool.others(&pool).into_iter().nth(2).expect("the oracle follows the mints");
    oracle.data[40..48].copy_from_slice(&CLOCK.unix_timestamp.to_le_bytes());
    let view = AccountView { address: &oracle.address, owner: &oracle.owner, data: &oracle.data };
    pool.apply(view).expect("the oracle");
    let earlier = ChainClock { unix_timestamp: CLOCK.unix_timestamp - 1, ..CLOCK };
    assert_eq!((pool.disabled(&earlier), pool.disabled(&CLOCK)), (Some(QuoteError::NotOpen), None));
    assert_eq!(pool.quote(Direction::AToB, SwapMode::ExactIn, 1_000, &earlier), Err(QuoteError::NotOpen));
    assert_eq!(pool.bounds(Direction::AToB, &earlier), None);
    let mut account = whirlpool.pool();
    account.data[261..269].copy_from_slice(&CLOCK.unix_timestamp.to_le_bytes());
    let view = AccountView { address: &POOL, owner: &account.owner, data: &account.data };
    pool.apply(view).expect("the pool's account");
    assert_eq!(pool.disabled(&earlier), None);
    let quote = pool.quote(Direction::AToB, SwapMode::ExactIn, 1_000, &earlier);
    assert_eq!(quote, pool.quote(Direction::AToB, SwapMode::ExactIn, 1_000, &CLOCK));
    assert!(quote.is_ok());
}

#[test]
fn refuses_a_pool_that_misses_an_account() {
    let whirlpool = three_arrays();
    let own = whirlpool.pool();
    let view = AccountView { address: &POOL, owner: &own.owner, data: &own.data };
    let fresh = AnyPool::decode(view).expect("a pool");
    assert_eq!(fresh.quote(Direction::AToB, SwapMode::ExactIn, 1, &CLOCK), Err(QuoteError::AccountMissing));
    assert_eq!((fresh.disabled(&CLOCK), fresh.reserves()), (None, None));
    assert_eq!(whirlpool.load().disabled(&CLOCK), None);
}

#[test]
fn answers_the_older_instruction_as_the_newer_one_unless_a_mint_is_of_token_2022() {
    for way in [Direction::AToB, Direction::BToA] {
        let newer = SwapOrder::new(way, SwapMode::ExactIn, 1_000);
        let older = SwapOrder { instructions: InstructionSet::Legacy, ..newer };
        let quote = three_arrays().load().swap(&newer, &CLOCK).expect("a swap");
        assert_eq!(three_arrays().load().swap(&older, &CLOCK), Ok(quote));
        for transfer_fees in [[Some((0, 0)), None], [None, Some((0, 0))]] {
            let pool = Whirlpool { transfer_fees, ..three_arrays() }.load();
            assert_eq!(pool.clone().swap(&newer, &CLOCK), Ok(quote));
            assert_eq!(pool.clone().swap(&older, &CLOCK), Err(QuoteError::FeatureUnsupported));
        }
    }
}
