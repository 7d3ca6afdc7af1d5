//! Writes the accounts of a `PumpSwap` pool, by the layouts of the IDLs in the crate `pump-rust-client` 0.5.0.

use crate::captured::{Account, base58};
use tandem_math::program_address::find_program_address;
use tandem_pools::token_account::SPL_TOKEN_PROGRAM;

const POOL: [u8; 32] = [2; 32];
const BASE_MINT: [u8; 32] = [3; 32];
const BASE_VAULT: [u8; 32] = [4; 32];
const QUOTE_VAULT: [u8; 32] = [5; 32];
const COIN_CREATOR: [u8; 32] = [6; 32];

/// Fee rates in ten-thousandths: liquidity providers, protocol, creator.
pub type Rates = [u64; 3];

/// What differs between pools.
#[derive(Clone, Debug)]
pub struct PoolSpec {
    /// Vault balances.
    pub base: u64,
    pub quote: u64,
    pub virtual_quote: i128,
    /// Protocol and creator fees that wait in the quote vault.
    pub waiting: (u64, u64),
    pub flat: Rates,
    /// Thresholds and rates of the tiers for SOL.
    pub tiers: Vec<(u128, Rates)>,
    pub is_canonical: bool,
    pub is_mayhem: bool,
    /// The pool's own creator fee, 0 for none.
    pub creator_fee: u64,
    pub supply: u64,
    /// Ten-thousandths of the protocol fee.
    pub buyback: u64,
}

impl Default for PoolSpec {
    fn default() -> Self {
        Self {
            base: 1_000_000_000,
            quote: 200_000_000,
            virtual_quote: 0,
            waiting: (0, 0),
            flat: [25, 5, 0],
            tiers: vec![(0, [20, 5, 95])],
            is_canonical: true,
            is_mayhem: false,
            creator_fee: 0,
            supply: 1_000_000_000_000,
            buyback: 5_000,
        }
    }
}

/// Returns the pool's accounts, its own first.
pub fn accounts(spec: &PoolSpec) -> Vec<Account> {
    let program = base58("pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA");
    let fees = base58("pfeeUxB6jkeY1Hxd7CsFCAjcbHA9rWtchMGdZ6VojVZ");
    let wrapped_sol = base58("So11111111111111111111111111111111111111112");
    let derived =
        |seeds: &[&[u8]], program: &[u8; 32]| find_program_address(seeds, program).expect("an address").0;
    let account = |address, owner, data| Account { address, owner, data };
    vec![
        account(POOL, program, pool(spec, &wrapped_sol)),
        account(BASE_VAULT, SPL_TOKEN_PROGRAM, vault(&BASE_MINT, spec.base)),
        account(QUOTE_VAULT, SPL_TOKEN_PROGRAM, vault(&wrapped_sol, spec.quote)),
        account(derived(&[b"global_config"], &program), program, global_config(spec)),
        account(derived(&[b"fee_config", &program], &fees), fees, fee_config(spec)),
        account(BASE_MINT, SPL_TOKEN_PROGRAM, mint(spec.supply)),
        account(wrapped_sol, SPL_TOKEN_PROGRAM, mint(0)),
    ]
}

fn write(data: &mut [u8], offset: usize, bytes: &[u8]) {
    data[offset..offset + bytes.len()].copy_from_slice(bytes);
}

fn pool(spec: &PoolSpec, quote_mint: &[u8; 32]) -> Vec<u8> {
    let pump = base58("6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P");
    let (authority, _) = find_program_address(&[b"pool-authority", &BASE_MINT], &pump).expect("an address");
    let mut data = vec![0; 301];
    write(&mut data, 0, &[0xf1, 0x9a, 0x6d, 0x04, 0x11, 0xb1, 0x6d, 0xbc]);
    write(&mut data, 11, &if spec.is_canonical { authority } else { [9; 32] });
    write(&mut data, 43, &BASE_MINT);
    write(&mut data, 75, quote_mint);
    write(&mut data, 139, &BASE_VAULT);
    write(&mut data, 171, &QUOTE_VAULT);
    write(&mut data, 211, &COIN_CREATOR);
    write(&mut data, 243, &[u8::from(spec.is_mayhem)]);
    write(&mut data, 245, &spec.virtual_quote.to_le_bytes());
    write(&mut data, 261, &spec.creator_fee.to_le_bytes());
    write(&mut data, 271, &spec.waiting.0.to_le_bytes());
    write(&mut data, 279, &spec.waiting.1.to_le_bytes());
    data
}

fn vault(mint: &[u8; 32], amount: u64) -> Vec<u8> {
    let mut data = vec![0; 165];
    write(&mut data, 0, mint);
    write(&mut data, 32, &POOL);
    write(&mut data, 64, &amount.to_le_bytes());
    data[108] = 1;
    data
}

fn mint(supply: u64) -> Vec<u8> {
    let mut data = vec![0; 82];
    write(&mut data, 36, &supply.to_le_bytes());
    data[45] = 1;
    data
}

fn global_config(spec: &PoolSpec) -> Vec<u8> {
    let mut data = vec![0; 949];
    write(&mut data, 0, &[0x95, 0x08, 0x9c, 0xca, 0xa0, 0xfc, 0xb0, 0xd9]);
    write(&mut data, 643, &[8; 32]);
    write(&mut data, 899, &spec.buyback.to_le_bytes());
    data[940] = 1;
    data
}

fn fee_config(spec: &PoolSpec) -> Vec<u8> {
    let mut data = vec![0; 4_073];
    write(&mut data, 0, &[0x8f, 0x34, 0x92, 0xbb, 0xdb, 0x7b, 0x4c, 0x9b]);
    write_rates(&mut data, 41, spec.flat);
    let count = u32::try_from(spec.tiers.len()).expect("few tiers");
    write(&mut data, 65, &count.to_le_bytes());
    for (at, (threshold, rates)) in (69..).step_by(40).zip(&spec.tiers) {
        write(&mut data, at, &threshold.to_le_bytes());
        write_rates(&mut data, at + 16, *rates);
    }
    data
}

fn write_rates(data: &mut [u8], offset: usize, rates: Rates) {
    for (at, rate) in (offset..).step_by(8).zip(rates) {
        write(data, at, &rate.to_le_bytes());
    }
}
