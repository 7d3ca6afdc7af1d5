//! Whirlpool accounts written field by field, from the layouts of `programs/whirlpool/src/state`.

use std::collections::BTreeMap;
use tandem_pools::pool::{AccountView, Address, AnyPool, Pool};
use tandem_pools::token_account::{SPL_TOKEN_PROGRAM, TOKEN_2022_PROGRAM};
use tandem_pools::venues::orca_whirlpool::OrcaWhirlpool;

/// The pool's address.
pub const POOL: Address = [2; 32];
/// Its mints.
pub const MINTS: [Address; 2] = [[6; 32], [7; 32]];

/// An adaptive fee: the oracle's fields in their order.
#[derive(Clone, Copy, Debug, Default)]
pub struct Adaptive {
    /// Filter period, decay period, reduction factor.
    pub periods: [u16; 3],
    /// Control factor and maximum volatility.
    pub limits: [u32; 2],
    /// Tick group size and major swap threshold.
    pub ticks: [u16; 2],
    /// Last reference update and last major swap.
    pub times: [u64; 2],
    /// Volatility reference and volatility.
    pub volatility: [u32; 2],
    /// Reference group.
    pub group: i32,
}

/// What a pool is made of. Liquidity and ticks follow from the positions.
#[derive(Clone, Debug)]
pub struct Whirlpool {
    /// Ticks between two that can be initialized.
    pub tick_spacing: u16,
    /// Millionths.
    pub fee_rate: u16,
    /// Tick of the price; the price lies between it and the next one.
    pub tick: i32,
    /// Lower tick, upper tick and liquidity of each position.
    pub positions: Vec<(i32, i32, u128)>,
    /// Which arrays are written in the dynamic format.
    pub is_dynamic: bool,
    /// The oracle, for a pool whose fee adapts.
    pub adaptive: Option<Adaptive>,
    /// Basis points and cap of the mints' transfer fees.
    pub transfer_fees: [Option<(u16, u64)>; 2],
}

/// An owned account.
pub struct Account {
    /// Its address.
    pub address: Address,
    /// Its owner.
    pub owner: Address,
    /// Its data.
    pub data: Vec<u8>,
}

/// Writes fields over bytes.
pub fn put(data: &mut [u8], fields: &[(usize, &[u8])]) {
    for (offset, bytes) in fields {
        data.iter_mut().skip(*offset).zip(*bytes).for_each(|(target, byte)| *target = *byte);
    }
}

impl Whirlpool {
    /// Square-root price between the tick and the next one: a float is exact enough for that.
    pub fn sqrt_price(&self) -> u128 {
        (1.0001_f64.powf(f64::midpoint(f64::from(self.tick), f64::from(self.tick) + 1.0) / 2.0)
            * 2.0_f64.powi(64)) as u128
    }

    /// Returns the pool account.
    pub fn pool(&self) -> Account {
        let inside = |&&(lower, upper, _): &&(i32, i32, u128)| lower <= self.tick && self.tick < upper;
        let liquidity: u128 = self.positions.iter().filter(inside).map(|position| position.2).sum();
        let fee_tier = if self.adaptive.is_some() { u16::MAX } else { self.tick_spacing };
        let mut data = vec![0; 653];
        put(
            &mut data,
            &[
                (0, &[0x3f, 0x95, 0xd1, 0x0c, 0xe1, 0x80, 0x63, 0x09]),
                (41, &self.tick_spacing.to_le_bytes()),
                (43, &fee_tier.to_le_bytes()),
                (45, &self.fee_rate.to_le_bytes()),
                (49, &liquidity.to_le_bytes()),
                (65, &self.sqrt_price().to_le_bytes()),
                (81, &self.tick.to_le_bytes()),
                (101, &MINTS[0]),
                (133, &[4; 32]),
                (181, &MINTS[1]),
                (213, &[5; 32]),
            ],
        );
        Account { address: POOL, owner: OrcaWhirlpool::PROGRAM, data }
    }

    /// Returns the mints.
    pub fn mints(&self) -> [Account; 2] {
        let mint = |side: usize| match self.transfer_fees[side] {
            None => Account { address: MINTS[side], owner: SPL_TOKEN_PROGRAM, data: mint_data(82) },
            Some((basis_points, maximum)) => {
                let mut data = mint_data(278);
                put(&mut data, &[(165, &[1]), (166, &[1, 0, 108, 0])]);
                for at in [170 + 72, 170 + 90] {
                    put(
                        &mut data,
                        &[(at + 8, &maximum.to_le_bytes()), (at + 16, &basis_points.to_le_bytes())],
                    );
                }
                Account { address: MINTS[side], owner: TOKEN_2022_PROGRAM, data }
            }
        };
        [mint(0), mint(1)]
    }

    /// Returns the oracle's data.
    pub fn oracle(&self) -> Option<Vec<u8>> {
        let adaptive = self.adaptive?;
        let mut data = vec![0; 254];
        let [filter, decay, reduction] = adaptive.periods.map(u16::to_le_bytes);
        let [control, max] = adaptive.limits.map(u32::to_le_bytes);
        let [group_size, threshold] = adaptive.ticks.map(u16::to_le_bytes);
        let [updated, major] = adaptive.times.map(u64::to_le_bytes);
        let [reference, volatility] = adaptive.volatility.map(u32::to_le_bytes);
        put(
            &mut data,
            &[
                (0, &[0x8b, 0xc2, 0x83, 0xb3, 0x8c, 0xb3, 0xe5, 0xf4]),
                (8, &POOL),
                (48, &filter),
                (50, &decay),
                (52, &reduction),
                (54, &control),
                (58, &max),
                (62, &group_size),
                (64, &threshold),
                (82, &updated),
                (90, &major),
                (98, &reference),
                (102, &adaptive.group.to_le_bytes()),
                (106, &volatility),
            ],
        );
        Some(data)
    }

    /// Returns the data of the array that starts at a tick; empty where no position ends in it.
    pub fn tick_array(&self, start: i32) -> Vec<u8> {
        let spacing = i32::from(self.tick_spacing);
        let mut nets: BTreeMap<i32, i128> = BTreeMap::new();
        for &(lower, upper, liquidity) in &self.positions {
            let liquidity = i128::try_from(liquidity).expect("a position");
            *nets.entry(lower).or_default() += liquidity;
            *nets.entry(upper).or_default() -= liquidity;
        }
        nets.retain(|tick, _| (start..start + 88 * spacing).contains(tick));
        if nets.is_empty() {
            return Vec::new();
        }
        let net = |position: i32| nets.get(&(start + position * spacing)).copied();
        if self.is_dynamic { dynamic_array(start, net) } else { fixed_array(start, net) }
    }

    /// Returns the pool with everything that it watches applied.
    pub fn load(&self) -> AnyPool {
        let pool = self.pool();
        let view = AccountView { address: &pool.address, owner: &pool.owner, data: &pool.data };
        let mut pool = AnyPool::decode(view).expect("a pool");
        for account in self.others(&pool) {
            let Account { address, owner, data } = &account;
            pool.apply(AccountView { address, owner, data }).expect("an account of the pool");
        }
        pool
    }

    /// Returns the accounts that a pool watches besides its own.
    pub fn others(&self, pool: &AnyPool) -> Vec<Account> {
        let mut accounts: Vec<Account> = self.mints().into();
        let owner = OrcaWhirlpool::PROGRAM;
        let watched = pool.watched();
        if let Some(data) = self.oracle() {
            accounts.push(Account { address: watched[3], owner, data });
        }
        let arrays = &watched[pool.required()..];
        for (address, start) in arrays.iter().zip(self.starts()) {
            let data = self.tick_array(start);
            let owner = if data.is_empty() { [0; 32] } else { owner };
            accounts.push(Account { address: *address, owner, data });
        }
        accounts
    }

    /// First ticks of the arrays within reach, ascending.
    pub fn starts(&self) -> Vec<i32> {
        let span = 88 * i32::from(self.tick_spacing);
        let base = self.tick.div_euclid(span) * span;
        let above = if self.tick + i32::from(self.tick_spacing) >= base + span { 3 } else { 2 };
        let starts = (-2..=above).map(|offset| base + offset * span);
        starts.filter(|start| *start <= 443_636 && start + span > -443_636).collect()
    }
}

fn mint_data(length: usize) -> Vec<u8> {
    let mut data = vec![0; length];
    put(&mut data, &[(36, &u64::MAX.to_le_bytes()), (44, &[6, 1])]);
    data
}

fn fixed_array(start: i32, net: impl Fn(i32) -> Option<i128>) -> Vec<u8> {
    let mut data = vec![0; 9_988];
    put(
        &mut data,
        &[(0, &[0x45, 0x61, 0xbd, 0xbe, 0x6e, 0x07, 0x42, 0xbb]), (8, &start.to_le_bytes()), (9_956, &POOL)],
    );
    for position in 0..88_u16 {
        if let Some(net) = net(i32::from(position)) {
            let at = 12 + 113 * usize::from(position);
            put(&mut data, &[(at, &[1]), (at + 1, &net.to_le_bytes())]);
        }
    }
    data
}

fn dynamic_array(start: i32, net: impl Fn(i32) -> Option<i128>) -> Vec<u8> {
    let mut data = vec![0; 60];
    let mut bitmap = 0_u128;
    for position in 0..88_u16 {
        let Some(net) = net(i32::from(position)) else {
            data.push(0);
            continue;
        };
        bitmap |= 1 << position;
        data.push(1);
        data.extend_from_slice(&net.to_le_bytes());
        data.extend_from_slice(&[0; 96]);
    }
    put(
        &mut data,
        &[
            (0, &[0x11, 0xd8, 0xf6, 0x8e, 0xe1, 0xc7, 0xda, 0x38]),
            (8, &start.to_le_bytes()),
            (12, &POOL),
            (44, &bitmap.to_le_bytes()),
        ],
    );
    data
}
