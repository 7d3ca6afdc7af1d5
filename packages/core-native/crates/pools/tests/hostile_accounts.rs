//! Whatever bytes an account holds, decoding, applying and quoting give a value or an error and never panic.
#![expect(clippy::expect_used, reason = "a test stops where its material is broken")]

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use std::cell::Cell;
use tandem_pools::pool::{AccountView, Address, AnyPool, Pool, SwapRequest};
use tandem_pools::quote::{ChainClock, Direction, SwapMode, SwapOrder};
use tandem_pools::token_account::{SPL_TOKEN_PROGRAM, TOKEN_2022_PROGRAM};
use tandem_pools::venues::raydium_amm_v4::RaydiumAmmV4;
use tandem_pools::venues::raydium_cpmm::RaydiumCpmm;

const CPMM_POOL: [u8; 8] = [0xf7, 0xed, 0xe3, 0xf5, 0xd7, 0xc3, 0xde, 0x46];
const CPMM_CONFIG: [u8; 8] = [0xda, 0xf4, 0x21, 0x68, 0xcb, 0xcb, 0x2b, 0x6f];
const CPMM_AUTHORITY: &str = "eb00d9f5b292b4214ac7d037b4d6f06450b964600df373052bb5e84f2f8e9a67";
const AMM_V4_AUTHORITY: &str = "4157b0580f31c5fce44a62582dbcf9d78ee75943a084a393b350368d22899308";

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits
        .chunks(2)
        .map(|pair| {
            let pair = std::str::from_utf8(pair).expect("ascii");
            u8::from_str_radix(pair, 16).expect("hexadecimal")
        })
        .collect()
}

/// A byte string with fields written over it; what does not fit is left out, as in a truncated account.
fn with_fields(mut data: Vec<u8>, fields: &[(usize, &[u8])]) -> Vec<u8> {
    for (offset, bytes) in fields {
        if let Some(target) = offset.checked_add(bytes.len()).and_then(|end| data.get_mut(*offset..end)) {
            target.copy_from_slice(bytes);
        }
    }
    data
}

/// Bytes of a seed; mostly of the expected length, else a little off.
fn noise(expected: usize) -> impl Strategy<Value = Vec<u8>> {
    let length = prop_oneof![9 => Just(expected), 1 => expected - 2..expected + 3];
    (length, any::<u64>()).prop_map(|(length, seed)| {
        let mut state = seed | 1;
        std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state.to_be_bytes()[0]
        })
        .take(length)
        .collect()
    })
}

/// Mostly the value that lets a swap through, else another.
fn mostly(usual: u8, others: std::ops::Range<u8>) -> impl Strategy<Value = u8> {
    prop_oneof![9 => Just(usual), 1 => others]
}

fn number() -> impl Strategy<Value = u64> {
    prop_oneof![any::<u64>(), 0..2_000_000_u64, Just(0), Just(u64::MAX), (0..64_u32).prop_map(|bit| 1 << bit)]
}

/// Mostly a plausible rate, else any number.
fn small() -> impl Strategy<Value = u64> {
    prop_oneof![9 => 0..10_000_u64, 1 => any::<u64>()]
}

/// Noise around fields a decoder accepts, so that the code behind the checks is reached as well.
fn cpmm_pool() -> impl Strategy<Value = Vec<u8>> {
    let noise = noise(637);
    (noise, any::<bool>(), any::<bool>(), 0..4_u8, mostly(0, 0..8)).prop_map(
        |(data, extended_0, extended_1, side, status)| {
            let program = |extended: bool| if extended { TOKEN_2022_PROGRAM } else { SPL_TOKEN_PROGRAM };
            with_fields(
                data,
                &[
                    (0, &CPMM_POOL),
                    (8, &[3; 32]),
                    (72, &[4; 32]),
                    (104, &[5; 32]),
                    (168, &[6; 32]),
                    (200, &[7; 32]),
                    (232, &program(extended_0)),
                    (264, &program(extended_1)),
                    (329, &[status]),
                    (341, &[0; 32]),
                    (373, &[0; 8]),
                    (389, &[side]),
                    (397, &[0; 16]),
                ],
            )
        },
    )
}

fn amm_v4_pool() -> impl Strategy<Value = Vec<u8>> {
    let noise = noise(752);
    (noise, mostly(6, 0..9), small(), number(), small()).prop_map(
        |(data, status, numerator, denominator, pnl)| {
            with_fields(
                data,
                &[
                    (0, &u64::from(status).to_le_bytes()),
                    (176, &numerator.to_le_bytes()),
                    (184, &denominator.to_le_bytes()),
                    (192, &pnl.to_le_bytes()),
                    (200, &[0; 8]),
                    (336, &[4; 32]),
                    (368, &[5; 32]),
                    (400, &[6; 32]),
                    (432, &[7; 32]),
                ],
            )
        },
    )
}

fn vault(mint: u8, authority: &'static str) -> impl Strategy<Value = Vec<u8>> {
    (noise(165), number(), mostly(1, 0..4)).prop_map(move |(data, amount, state)| {
        let authority = hex(authority);
        let fields: [(usize, &[u8]); 5] =
            [(0, &[mint; 32]), (32, &authority), (64, &amount.to_le_bytes()), (108, &[state]), (165, &[2])];
        with_fields(data, &fields)
    })
}

fn config() -> impl Strategy<Value = Vec<u8>> {
    (noise(236), small(), small(), small()).prop_map(|(data, trade, creator, share)| {
        let fields: [(usize, &[u8]); 5] = [
            (0, &CPMM_CONFIG),
            (12, &trade.to_le_bytes()),
            (20, &share.to_le_bytes()),
            (28, &share.to_le_bytes()),
            (108, &creator.to_le_bytes()),
        ];
        with_fields(data, &fields)
    })
}

fn mint() -> impl Strategy<Value = Vec<u8>> {
    (prop_oneof![noise(82), noise(170), noise(278)], mostly(18, 0..30), mostly(4, 0..120)).prop_map(
        |(data, extension, length)| {
            let fields: [(usize, &[u8]); 4] = [
                (45, &[1]),
                (165, &[1]),
                (166, &u16::from(extension).to_le_bytes()),
                (168, &u16::from(length).to_le_bytes()),
            ];
            with_fields(data, &fields)
        },
    )
}

/// Applies accounts, quotes every way and builds instructions; returns whether anything was quoted.
fn exercise(pool: &mut AnyPool, accounts: &[(Address, Address, Vec<u8>)], amount: u64) -> bool {
    for (address, owner, data) in accounts {
        let reserves = pool.reserves();
        if pool.apply(AccountView { address, owner, data }).is_err() {
            assert_eq!(pool.reserves(), reserves, "a refused account changed the state");
        }
    }
    let clock = ChainClock { slot: 1, epoch: amount % 7, unix_timestamp: u64::MAX };
    let mut quoted = false;
    for direction in [Direction::AToB, Direction::BToA] {
        for mode in [SwapMode::ExactIn, SwapMode::ExactOut] {
            let quote = pool.quote(direction, mode, amount, &clock);
            quoted |= quote.is_ok();
            if let (Ok(quote), Some(bounds)) = (quote, pool.bounds(direction, &clock)) {
                assert!(quote.amount_out <= bounds.max_out, "{quote:?} passes {bounds:?}");
            }
            let moved = pool.clone().swap(&SwapOrder::new(direction, mode, amount), &clock);
            assert_eq!(moved, quote, "a swap is what was quoted");
            let owner = &[1; 32];
            let request =
                SwapRequest { direction, mode, amount, limit: 0, owner, source: owner, destination: owner };
            assert!(pool.swap_instruction(&request).accounts.len() >= 8);
        }
    }
    let _ = (pool.disabled(&clock), pool.reserves(), pool.mints(), pool.watched());
    quoted
}

const OWN: Address = [2; 32];
const CASES: u32 = 4_000;

/// Runs a property over many cases and asserts that some of them could be quoted, so that it is not about refusals alone.
fn check<S: Strategy>(strategy: &S, property: impl Fn(S::Value) -> bool) {
    let quoted = Cell::new(0_u32);
    let mut runner = TestRunner::new(ProptestConfig { cases: CASES, ..ProptestConfig::default() });
    let result = runner.run(strategy, |value| {
        quoted.set(quoted.get() + u32::from(property(value)));
        Ok(())
    });
    result.expect("the property to hold");
    assert!(quoted.get() > CASES / 1_000, "only {} of {CASES} cases were quoted", quoted.get());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, ..ProptestConfig::default() })]

    #[test]
    fn refuses_noise_without_a_panic(data in proptest::collection::vec(any::<u8>(), 0..900), venue in 0..3_usize) {
        let owner = [RaydiumCpmm::PROGRAM, RaydiumAmmV4::PROGRAM, [9; 32]][venue];
        if let Ok(mut pool) = AnyPool::decode(AccountView { address: &OWN, owner: &owner, data: &data }) {
            exercise(&mut pool, &[], 1);
        }
    }
}

#[test]
fn survives_every_cpmm_account_however_it_is_bent() {
    let vaults = (vault(6, CPMM_AUTHORITY), vault(7, CPMM_AUTHORITY));
    let strategy = (cpmm_pool(), config(), (mint(), mint()), number(), vaults);
    check(&strategy, |(pool, config, mints, amount, vaults)| {
        let owner = RaydiumCpmm::PROGRAM;
        let Ok(mut decoded) = AnyPool::decode(AccountView { address: &OWN, owner: &owner, data: &pool })
        else {
            return false;
        };
        let [program_a, program_b] = decoded.token_programs();
        let accounts = [
            ([3; 32], owner, config),
            ([4; 32], program_a, vaults.0),
            ([5; 32], program_b, vaults.1),
            ([6; 32], TOKEN_2022_PROGRAM, mints.0),
            ([7; 32], TOKEN_2022_PROGRAM, mints.1),
            (OWN, owner, pool),
        ];
        exercise(&mut decoded, &accounts, amount)
    });
}

#[test]
fn survives_every_amm_v4_account_however_it_is_bent() {
    let vaults = (vault(6, AMM_V4_AUTHORITY), vault(7, AMM_V4_AUTHORITY));
    check(&(amm_v4_pool(), number(), vaults), |(pool, amount, vaults)| {
        let owner = RaydiumAmmV4::PROGRAM;
        let Ok(mut decoded) = AnyPool::decode(AccountView { address: &OWN, owner: &owner, data: &pool })
        else {
            return false;
        };
        let accounts = [
            ([4; 32], SPL_TOKEN_PROGRAM, vaults.0),
            ([5; 32], SPL_TOKEN_PROGRAM, vaults.1),
            (OWN, owner, pool),
        ];
        exercise(&mut decoded, &accounts, amount)
    });
}
