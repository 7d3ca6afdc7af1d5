//! Writes CLMM pools: `raydium-io/raydium-clmm`, `programs/amm/src/states` (2026-07), so that all kinds of fees, limit orders and
//! bitmaps are there whether or not captured accounts are.

use crate::captured::Account;
use proptest::prelude::*;
use std::collections::BTreeMap;
use tandem_math::program_address::find_program_address;
use tandem_pools::pool::{Address, Pool};
use tandem_pools::token_account::{SPL_TOKEN_PROGRAM, TOKEN_2022_PROGRAM};
use tandem_pools::venues::raydium_clmm::RaydiumClmm;

/// The pool's address, whatever its seeds: only the program signs with them.
pub const POOL: Address = [9; 32];
const CONFIG: Address = [3; 32];
const MINTS: [Address; 2] = [[4; 32], [5; 32]];
const LAST_TICK: i32 = 443_636;

/// A pool to write.
#[derive(Clone, Debug)]
pub struct Spec {
    pub spacing: u16,
    pub tick: i32,
    pub rate: u32,
    pub fee_on: u8,
    /// Control, maximum, reference and accumulator of a dynamic fee.
    pub dynamic: Option<(u32, u32, u32, u32)>,
    /// Spacings below and above the price, and liquidity.
    pub positions: Vec<(i32, i32, u128)>,
    /// Spacings from the price, and unfilled amounts (new and partly filled).
    pub orders: Vec<(i32, u64, u64)>,
    /// Basis points and maximum of the transfer fee on both mints.
    pub transfer_fee: Option<(u16, u64)>,
}

/// Pools of every kind.
pub fn spec() -> impl Strategy<Value = Spec> {
    let place = (prop_oneof![Just(1_u16), Just(10), Just(60), Just(120)], -250_000..250_000_i32);
    let rate = prop_oneof![Just(0_u32), Just(100), Just(2_500), 1..150_000_u32];
    let dynamic = (1..100_000_u32, 10_000..600_000_u32, 0..400_000_u32, 0..400_000_u32);
    let fees = (rate, 0..3_u8, proptest::option::weighted(0.4, dynamic));
    let liquidity = (8..90_u32, any::<u128>()).prop_map(|(bits, value)| (value >> (127 - bits)).max(1));
    let reach = || prop_oneof![0..40_i32, 0..700_i32, Just(40_000)];
    let positions = proptest::collection::vec((reach(), 1..700_i32, liquidity), 1..6);
    let amount = || (0..50_u32, any::<u64>()).prop_map(|(bits, value)| value >> (63 - bits));
    let orders = proptest::collection::vec((-60..60_i32, amount(), amount()), 0..3);
    let transfer_fee = proptest::option::weighted(0.2, (0..2_000_u16, any::<u64>()));
    (place, fees, positions, orders, transfer_fee).prop_map(
        |(place, fees, positions, orders, transfer_fee)| {
            let ((spacing, tick), (rate, fee_on, dynamic)) = (place, fees);
            Spec { spacing, tick, rate, fee_on, dynamic, positions, orders, transfer_fee }
        },
    )
}

#[derive(Clone, Copy, Default)]
struct Tick {
    net: i128,
    gross: u128,
    orders: (u64, u64),
}

struct Bytes(Vec<u8>);

impl Bytes {
    fn new(length: usize, discriminator: [u8; 8]) -> Self {
        Self(vec![0; length]).put(0, &discriminator)
    }

    fn put(mut self, offset: usize, bytes: &[u8]) -> Self {
        self.0[offset..offset + bytes.len()].copy_from_slice(bytes);
        self
    }
}

impl Spec {
    /// Returns the accounts: pool, configuration, mints, outer bitmaps and tick arrays.
    pub fn accounts(&self) -> Vec<Account> {
        let (ticks, liquidity) = self.ticks();
        let span = i32::from(self.spacing) * 60;
        let mut arrays: BTreeMap<i32, BTreeMap<i32, Tick>> = BTreeMap::new();
        for (tick, state) in ticks {
            arrays.entry(tick.div_euclid(span)).or_default().insert(tick, state);
        }
        let own = |address, data: Bytes| Account { address, owner: RaydiumClmm::PROGRAM, data: data.0 };
        let mut accounts = vec![own(POOL, self.pool(liquidity, arrays.keys())), own(CONFIG, self.config())];
        accounts.extend(MINTS.map(|mint| self.mint(mint)));
        accounts
            .push(own(derived(&[b"pool_tick_array_bitmap_extension", &POOL]), outer_bitmaps(arrays.keys())));
        for (number, ticks) in &arrays {
            let start = number * span;
            let address = derived(&[b"tick_array", &POOL, &start.to_be_bytes()]);
            accounts.push(own(address, self.tick_array(start, ticks)));
        }
        accounts
    }

    /// Returns the initialized ticks, and the liquidity at the price.
    fn ticks(&self) -> (BTreeMap<i32, Tick>, u128) {
        let spacing = i32::from(self.spacing);
        let base = self.tick.div_euclid(spacing);
        let last = LAST_TICK / spacing;
        let mut ticks: BTreeMap<i32, Tick> = BTreeMap::new();
        let mut liquidity = 0;
        for &(below, above, amount) in &self.positions {
            let (lower, upper) = ((base - below).max(-last), (base + above).min(last));
            let signed = i128::try_from(amount).expect("below 2^91");
            for (tick, net) in [(lower, signed), (upper, -signed)] {
                let tick = ticks.entry(tick * spacing).or_default();
                tick.net += net;
                tick.gross += amount;
            }
            liquidity += amount;
        }
        for &(away, new, part_filled) in &self.orders {
            ticks.entry((base + away).clamp(-last, last) * spacing).or_default().orders = (new, part_filled);
        }
        ticks.retain(|_, tick| tick.gross != 0 || tick.orders != (0, 0));
        (ticks, liquidity)
    }

    fn pool<'a>(&self, liquidity: u128, arrays: impl Iterator<Item = &'a i32>) -> Bytes {
        let mut bitmap = [0_u8; 128];
        for bit in arrays.filter_map(|array| usize::try_from(array + 512).ok()).filter(|bit| *bit < 1024) {
            bitmap[bit / 8] |= 1 << (bit % 8);
        }
        let pool = Bytes::new(1544, [0xf7, 0xed, 0xe3, 0xf5, 0xd7, 0xc3, 0xde, 0x46])
            .put(9, &CONFIG)
            .put(73, &MINTS[0])
            .put(105, &MINTS[1])
            .put(137, &[6; 32])
            .put(169, &[7; 32])
            .put(201, &[8; 32])
            .put(235, &self.spacing.to_le_bytes())
            .put(237, &liquidity.to_le_bytes())
            .put(253, &price_within(self.tick).to_le_bytes())
            .put(269, &self.tick.to_le_bytes())
            .put(390, &[self.fee_on])
            .put(904, &bitmap);
        let Some((control, max, reference, accumulator)) = self.dynamic else { return pool };
        pool.put(1096, &30_u16.to_le_bytes())
            .put(1098, &600_u16.to_le_bytes())
            .put(1100, &5_000_u16.to_le_bytes())
            .put(1102, &control.to_le_bytes())
            .put(1106, &max.to_le_bytes())
            .put(1110, &self.tick.div_euclid(i32::from(self.spacing)).to_le_bytes())
            .put(1114, &reference.min(max).to_le_bytes())
            .put(1118, &accumulator.min(max).to_le_bytes())
            .put(1122, &1_000_000_u64.to_le_bytes())
    }

    fn config(&self) -> Bytes {
        Bytes::new(117, [0xda, 0xf4, 0x21, 0x68, 0xcb, 0xcb, 0x2b, 0x6f])
            .put(43, &120_000_u32.to_le_bytes())
            .put(47, &self.rate.to_le_bytes())
            .put(53, &40_000_u32.to_le_bytes())
    }

    fn mint(&self, address: Address) -> Account {
        let Some((basis_points, maximum)) = self.transfer_fee else {
            let data = Bytes(vec![0; 82]).put(45, &[1]).0;
            return Account { address, owner: SPL_TOKEN_PROGRAM, data };
        };
        let fee = |bytes: Bytes, at: usize| {
            bytes.put(at + 8, &maximum.to_le_bytes()).put(at + 16, &basis_points.to_le_bytes())
        };
        let data = Bytes(vec![0; 278]).put(45, &[1]).put(165, &[1]).put(166, &[1]).put(168, &[108]);
        Account { address, owner: TOKEN_2022_PROGRAM, data: fee(fee(data, 242), 260).0 }
    }

    fn tick_array(&self, start: i32, ticks: &BTreeMap<i32, Tick>) -> Bytes {
        let mut array = Bytes::new(10_240, [0xc0, 0x9b, 0x55, 0xcd, 0x31, 0xf9, 0x81, 0x2a])
            .put(8, &POOL)
            .put(40, &start.to_le_bytes());
        for (tick, state) in ticks {
            let place = usize::try_from((tick - start) / i32::from(self.spacing)).expect("above the start");
            let at = 44 + 168 * place;
            array = array
                .put(at, &tick.to_le_bytes())
                .put(at + 4, &state.net.to_le_bytes())
                .put(at + 20, &state.gross.to_le_bytes())
                .put(at + 124, &state.orders.0.to_le_bytes())
                .put(at + 132, &state.orders.1.to_le_bytes());
        }
        array
    }
}

fn derived(seeds: &[&[u8]]) -> Address {
    find_program_address(seeds, &RaydiumClmm::PROGRAM).expect("a bump").0
}

fn outer_bitmaps<'a>(arrays: impl Iterator<Item = &'a i32>) -> Bytes {
    let mut bytes = Bytes::new(1832, [0x3c, 0x96, 0x24, 0xdb, 0x61, 0x80, 0x8b, 0x99]).put(8, &POOL);
    for &array in arrays.filter(|array| !(-512..512).contains(*array)) {
        let block = array.div_euclid(512);
        let half = if array < 0 { 936 + 64 * (-block - 2) } else { 40 + 64 * (block - 1) };
        let bit = array.rem_euclid(512);
        let at = usize::try_from(half + bit / 8).expect("within the account");
        bytes.0[at] |= 1 << (bit % 8);
    }
    bytes
}

/// Returns a price between a tick's and the next one's. A double is near enough for that.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the power is above 2^32 and below 2^96"
)]
fn price_within(tick: i32) -> u128 {
    (1.0001_f64.powf(f64::from(tick) / 2.0 + 0.25) * 2_f64.powi(64)) as u128
}
