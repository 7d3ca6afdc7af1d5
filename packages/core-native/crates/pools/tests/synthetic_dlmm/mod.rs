//! Meteora DLMM pairs written from numbers, so that properties hold on states that no capture covers.

use proptest::prelude::*;
use std::collections::BTreeMap;
use tandem_math::program_address::find_program_address;
use tandem_pools::pool::{AccountView, Address, AnyPool, Pool};
use tandem_pools::token_account::{SPL_TOKEN_PROGRAM, TOKEN_2022_PROGRAM};
use tandem_pools::venues::meteora_dlmm::MeteoraDlmm;

pub const PAIR: Address = [2; 32];
const MINTS: [Address; 2] = [[6; 32], [7; 32]];
pub const NOW: u64 = 1_790_000_000;

/// An owned account.
#[derive(Clone, Debug)]
pub struct Account {
    pub address: Address,
    pub owner: Address,
    pub data: Vec<u8>,
}

impl Account {
    pub fn view(&self) -> AccountView<'_> {
        AccountView { address: &self.address, owner: &self.owner, data: &self.data }
    }
}

/// A transfer fee in basis points with its cap.
pub type TransferFee = Option<(u16, u64)>;

/// A bin: X, Y, open and processed limit orders, and whether they are asks.
pub type Held = (u64, u64, u64, u64, bool);

/// What a pair is written from.
#[derive(Clone, Debug)]
pub struct Numbers {
    pub step: u16,
    pub active: i32,
    pub bins: BTreeMap<i32, Held>,
    pub base_factor: u16,
    pub control: u32,
    pub volatility: (u32, u32, i32, u64),
    pub function_type: u8,
    pub fee_mode: u8,
    pub transfer_fees: [TransferFee; 2],
}

fn put(data: &mut [u8], offset: usize, bytes: &[u8]) {
    data[offset..offset + bytes.len()].copy_from_slice(bytes);
}

/// The price of a bin, Q64.64, as the program stores it (dlmm-sdk fb02e51, `commons/src/math/u64x64_math.rs`).
pub fn price_of(id: i32, step: u16) -> u128 {
    if id == 0 {
        return 1 << 64;
    }
    let mut square = u128::MAX / ((1 << 64) + (u128::from(step) << 64) / 10_000);
    let mut result: u128 = 1 << 64;
    let mut bits = id.unsigned_abs();
    while bits > 0 {
        if bits & 1 == 1 {
            result = (result * square) >> 64;
        }
        square = (square * square) >> 64;
        bits >>= 1;
    }
    if id > 0 { u128::MAX / result } else { result }
}

fn mint(address: Address, fee: TransferFee) -> Account {
    let mut data = vec![0; if fee.is_some() { 278 } else { 82 }];
    data[45] = 1;
    if let Some((basis_points, maximum)) = fee {
        put(&mut data, 165, &[1, 1, 0, 108, 0]);
        for offset in [170 + 72, 170 + 90] {
            put(&mut data, offset + 8, &maximum.to_le_bytes());
            put(&mut data, offset + 16, &basis_points.to_le_bytes());
        }
    }
    Account { address, owner: if fee.is_some() { TOKEN_2022_PROGRAM } else { SPL_TOKEN_PROGRAM }, data }
}

impl Numbers {
    fn indexes(&self) -> Vec<i32> {
        let mut indexes: Vec<i32> = self.bins.keys().map(|id| id.div_euclid(70)).collect();
        indexes.dedup();
        indexes
    }

    fn pair(&self) -> Account {
        let mut data = vec![0; 904];
        put(&mut data, 0, &[0x21, 0x0b, 0x31, 0x62, 0xb5, 0x65, 0xb1, 0x0d]);
        put(&mut data, 8, &self.base_factor.to_le_bytes());
        put(&mut data, 10, &30_u16.to_le_bytes());
        put(&mut data, 12, &600_u16.to_le_bytes());
        put(&mut data, 14, &5_000_u16.to_le_bytes());
        put(&mut data, 16, &self.control.to_le_bytes());
        put(&mut data, 20, &350_000_u32.to_le_bytes());
        put(&mut data, 35, &[self.function_type, self.fee_mode]);
        let (accumulator, reference, index, age) = self.volatility;
        put(&mut data, 40, &accumulator.to_le_bytes());
        put(&mut data, 44, &reference.to_le_bytes());
        put(&mut data, 48, &index.to_le_bytes());
        put(&mut data, 56, &(NOW - age).to_le_bytes());
        put(&mut data, 76, &self.active.to_le_bytes());
        put(&mut data, 80, &self.step.to_le_bytes());
        for (side, mint) in MINTS.iter().enumerate() {
            put(&mut data, 88 + 32 * side, mint);
            put(&mut data, 152 + 32 * side, &[u8::try_from(8 + side).expect("small"); 32]);
            data[880 + side] = u8::from(self.transfer_fees[side].is_some());
        }
        for index in self.indexes() {
            if let Ok(bit) = usize::try_from(index + 512)
                && bit < 1_024
            {
                data[584 + bit / 8] |= 1 << (bit % 8);
            }
        }
        Account { address: PAIR, owner: MeteoraDlmm::PROGRAM, data }
    }

    fn array(&self, index: i32) -> Account {
        let number = i64::from(index).to_le_bytes();
        let found = find_program_address(&[b"bin_array", &PAIR, &number], &MeteoraDlmm::PROGRAM);
        let mut data = vec![0; 10_136];
        put(&mut data, 0, &[0x5c, 0x8e, 0x5c, 0xdc, 0x05, 0x94, 0x46, 0xb5]);
        put(&mut data, 8, &number);
        put(&mut data, 24, &PAIR);
        for (id, (x, y, open, processed, is_ask)) in &self.bins {
            if id.div_euclid(70) != index {
                continue;
            }
            let at = 56 + 144 * usize::try_from(id.rem_euclid(70)).expect("below 70");
            put(&mut data, at, &x.to_le_bytes());
            put(&mut data, at + 8, &y.to_le_bytes());
            put(&mut data, at + 16, &price_of(*id, self.step).to_le_bytes());
            put(&mut data, at + 112, &open.to_le_bytes());
            put(&mut data, at + 128, &processed.to_le_bytes());
            data[at + 140] = u8::from(*is_ask);
        }
        Account { address: found.expect("an address").0, owner: MeteoraDlmm::PROGRAM, data }
    }

    /// Writes the bitmap extension of the indexes outside of the pair's own bitmap.
    fn extension(&self) -> Account {
        let found = find_program_address(&[b"bitmap", &PAIR], &MeteoraDlmm::PROGRAM);
        let mut data = vec![0; 1_576];
        put(&mut data, 0, &[0x50, 0x6f, 0x7c, 0x71, 0x37, 0xed, 0x12, 0x05]);
        put(&mut data, 8, &PAIR);
        for index in self.indexes() {
            let (base, number) = if index >= 0 { (40, index - 512) } else { (808, -index - 1 - 512) };
            if let Ok(bit) = usize::try_from(number) {
                data[base + bit / 8] |= 1 << (bit % 8);
            }
        }
        Account { address: found.expect("an address").0, owner: MeteoraDlmm::PROGRAM, data }
    }

    /// Returns every account of the pair, its own first.
    pub fn accounts(&self) -> Vec<Account> {
        let mut accounts = vec![self.pair()];
        for side in [0, 1] {
            if self.transfer_fees[side].is_some() {
                accounts.push(mint(MINTS[side], self.transfer_fees[side]));
            }
        }
        accounts.push(self.extension());
        accounts.extend(self.indexes().into_iter().map(|index| self.array(index)));
        accounts
    }
}

/// Returns the pool of accounts, the pair's own first, with all applied that it watches.
pub fn open(accounts: &[Account]) -> AnyPool {
    let mut pool = AnyPool::decode(accounts[0].view()).expect("a pool");
    for _ in 0..2 {
        for address in pool.watched() {
            if let Some(account) = accounts.iter().find(|account| account.address == address) {
                pool.apply(account.view()).expect("an account of the pool");
            }
        }
    }
    pool
}

fn amount() -> impl Strategy<Value = u64> {
    prop_oneof![3 => 0..3_000_000_000_u64, 1 => 0..50_u64, 1 => 0..(1_u64 << 45)]
}

fn bins(active: i32) -> impl Strategy<Value = BTreeMap<i32, Held>> {
    let offset = prop_oneof![3 => -12..=12_i32, 1 => -300..=300_i32];
    let bin = (
        offset,
        amount(),
        amount(),
        prop_oneof![3 => Just(0), 1 => amount()],
        prop_oneof![4 => Just(0), 1 => amount()],
    );
    proptest::collection::vec(bin, 1..24).prop_map(move |bins| {
        let place = |(offset, x, y, open, processed): (i32, u64, u64, u64, u64)| {
            // Below the price a pair holds Y, above it X, and orders wait on the same side.
            let (x, y) = (if offset < 0 { 0 } else { x }, if offset > 0 { 0 } else { y });
            (active + offset, (x, y, open, processed, offset > 0))
        };
        bins.into_iter().map(place).collect()
    })
}

fn transfer_fee() -> impl Strategy<Value = TransferFee> {
    prop_oneof![4 => Just(None), 1 => (0..=10_000_u16, 0..10_000_000_u64).prop_map(Some)]
}

/// Draws pairs as the program leaves them.
pub fn numbers() -> impl Strategy<Value = Numbers> {
    let active = prop_oneof![4 => -80..80_i32, 1 => 35_700..36_000_i32, 1 => -36_000..-35_700_i32];
    active.prop_flat_map(|active| {
        let step = if active.abs() > 1_000 { 1..=2_u16 } else { 1..=400_u16 };
        let volatility = (0..350_000_u32, 0..350_000_u32, -20..20_i32, 0..700_u64);
        let fees = (0..=20_000_u16, prop_oneof![Just(0), 0..200_000_u32], volatility);
        let kinds = (0..=2_u8, 0..=1_u8, transfer_fee(), transfer_fee());
        (step, bins(active), fees, kinds).prop_map(move |(step, bins, fees, kinds)| {
            let (base_factor, control, (accumulator, reference, distance, age)) = fees;
            let (function_type, fee_mode, fee_x, fee_y) = kinds;
            Numbers {
                step,
                active,
                bins,
                base_factor,
                control,
                volatility: (accumulator, reference, active + distance, age),
                function_type,
                fee_mode,
                transfer_fees: [fee_x, fee_y],
            }
        })
    })
}
