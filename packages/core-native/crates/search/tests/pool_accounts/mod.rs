//! Encodes the accounts of pools, field by field, for tests of the store and the search. Offsets: cp-swap `states/pool.rs` and
//! `states/config.rs`, raydium-amm `state.rs`, SPL Token `state.rs`.

use tandem_pools::pool::{Address, Pool};
use tandem_pools::token_account::SPL_TOKEN_PROGRAM;
use tandem_pools::venues::raydium_amm_v4::RaydiumAmmV4;
use tandem_pools::venues::raydium_cpmm::RaydiumCpmm;

/// `GpMZbSM2GgvTKHJirzeGfMFoaZ8UR2X7F4v8vHTvxFbL`
const CPMM_AUTHORITY: Address = [
    0xeb, 0x00, 0xd9, 0xf5, 0xb2, 0x92, 0xb4, 0x21, 0x4a, 0xc7, 0xd0, 0x37, 0xb4, 0xd6, 0xf0, 0x64, 0x50,
    0xb9, 0x64, 0x60, 0x0d, 0xf3, 0x73, 0x05, 0x2b, 0xb5, 0xe8, 0x4f, 0x2f, 0x8e, 0x9a, 0x67,
];
/// `5Q544fKrFoe6tsEbD7S8EmxGTJYAKtTVhAW5Q5pge4j1`
const AMM_V4_AUTHORITY: Address = [
    0x41, 0x57, 0xb0, 0x58, 0x0f, 0x31, 0xc5, 0xfc, 0xe4, 0x4a, 0x62, 0x58, 0x2d, 0xbc, 0xf9, 0xd7, 0x8e,
    0xe7, 0x59, 0x43, 0xa0, 0x84, 0xa3, 0x93, 0xb3, 0x50, 0x36, 0x8d, 0x22, 0x89, 0x93, 0x08,
];

/// The venue of a sketch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Venue {
    Cpmm,
    AmmV4,
}

/// A pool as a test describes it.
#[derive(Clone, Debug)]
pub struct PoolSketch {
    pub venue: Venue,
    pub name: String,
    pub mints: [String; 2],
    pub reserves: [u64; 2],
    pub fee_millionths: u64,
    pub slot: u64,
}

/// One account of a sketch.
#[derive(Clone, Debug)]
pub struct Account {
    pub address: Address,
    pub owner: Address,
    pub slot: u64,
    pub data: Vec<u8>,
}

/// Returns the address a name stands for: its letters, then zeros.
pub fn address_of(name: &str) -> Address {
    let mut address = [0; 32];
    address[..name.len()].copy_from_slice(name.as_bytes());
    address
}

/// Packs accounts as a batch.
pub fn batch_of(accounts: &[Account]) -> Vec<u8> {
    let mut batch = Vec::new();
    for account in accounts {
        batch.extend_from_slice(&account.address);
        batch.extend_from_slice(&account.owner);
        batch.extend_from_slice(&account.slot.to_le_bytes());
        batch.extend_from_slice(&u32::try_from(account.data.len()).unwrap().to_le_bytes());
        batch.extend_from_slice(&account.data);
    }
    batch
}

impl PoolSketch {
    /// Returns the pool's accounts, its own first.
    pub fn accounts(&self) -> Vec<Account> {
        let mut accounts = match self.venue {
            Venue::Cpmm => vec![self.cpmm_account(), self.config()],
            Venue::AmmV4 => vec![self.amm_v4_account()],
        };
        // What is owed to others lies in the vault beside the reserve.
        let owed = if self.venue == Venue::Cpmm { 6 } else { 4 };
        accounts.extend([0, 1].map(|side| self.vault(side, self.reserves[side] + owed, self.slot)));
        accounts
    }

    /// Returns one side's vault with a balance.
    pub fn vault(&self, side: usize, amount: u64, slot: u64) -> Account {
        let authority = if self.venue == Venue::Cpmm { CPMM_AUTHORITY } else { AMM_V4_AUTHORITY };
        let mut data = vec![0; 165];
        data[..32].copy_from_slice(&address_of(&self.mints[side]));
        data[32..64].copy_from_slice(&authority);
        write_u64(&mut data, 64, amount);
        data[108] = 1;
        Account { address: address_of(&self.vault_name(side)), owner: SPL_TOKEN_PROGRAM, slot, data }
    }

    fn vault_name(&self, side: usize) -> String {
        format!("{}-vault-{side}", self.name)
    }

    fn config(&self) -> Account {
        let mut data = vec![0; 236];
        data[..8].copy_from_slice(&[0xda, 0xf4, 0x21, 0x68, 0xcb, 0xcb, 0x2b, 0x6f]);
        write_u64(&mut data, 12, self.fee_millionths);
        let address = address_of(&format!("config-{}", self.fee_millionths));
        Account { address, owner: RaydiumCpmm::PROGRAM, slot: self.slot, data }
    }

    fn cpmm_account(&self) -> Account {
        let mut data = vec![0; 637];
        data[..8].copy_from_slice(&[0xf7, 0xed, 0xe3, 0xf5, 0xd7, 0xc3, 0xde, 0x46]);
        data[8..40].copy_from_slice(&self.config().address);
        for side in [0, 1] {
            data[72 + 32 * side..][..32].copy_from_slice(&address_of(&self.vault_name(side)));
            data[168 + 32 * side..][..32].copy_from_slice(&address_of(&self.mints[side]));
            data[232 + 32 * side..][..32].copy_from_slice(&SPL_TOKEN_PROGRAM);
            write_u64(&mut data, 341 + 8 * side, 3);
            write_u64(&mut data, 357 + 8 * side, 2);
            write_u64(&mut data, 397 + 8 * side, 1);
        }
        Account { address: address_of(&self.name), owner: RaydiumCpmm::PROGRAM, slot: self.slot, data }
    }

    fn amm_v4_account(&self) -> Account {
        let mut data = vec![0; 752];
        let fields = [(0, 6), (176, self.fee_millionths), (184, 1_000_000), (192, 4), (200, 4)];
        for (offset, value) in fields {
            write_u64(&mut data, offset, value);
        }
        for side in [0, 1] {
            data[336 + 32 * side..][..32].copy_from_slice(&address_of(&self.vault_name(side)));
            data[400 + 32 * side..][..32].copy_from_slice(&address_of(&self.mints[side]));
        }
        Account { address: address_of(&self.name), owner: RaydiumAmmV4::PROGRAM, slot: self.slot, data }
    }
}

fn write_u64(data: &mut [u8], offset: usize, value: u64) {
    data[offset..offset + 8].copy_from_slice(&value.to_le_bytes());
}
