//! Reads captured swaps: vector files and the account dumps beside them.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use tandem_pools::pool::{AccountView, Address, AnyPool};

/// An owned account.
pub struct Account {
    /// The account's address.
    pub address: Address,
    /// The program that owns it.
    pub owner: Address,
    /// Its data.
    pub data: Vec<u8>,
}

impl Account {
    /// Returns the view the pools take.
    pub fn view(&self) -> AccountView<'_> {
        AccountView { address: &self.address, owner: &self.owner, data: &self.data }
    }
}

/// Returns the folder of captured truth, or `None` when it is not there.
pub fn shared_folder() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../../shared");
    let folder = std::env::var_os("TANDEM_SHARED").map_or_else(beside, PathBuf::from);
    folder.join("vectors").is_dir().then_some(folder)
}

/// Decodes base58 into 32 bytes.
pub fn base58(text: &str) -> Address {
    const ALPHABET: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut bytes = [0_u8; 32];
    for symbol in text.bytes() {
        let mut carry = ALPHABET.iter().position(|&known| known == symbol).expect("a base58 symbol");
        for byte in bytes.iter_mut().rev() {
            carry += usize::from(*byte) * 58;
            *byte = u8::try_from(carry & 0xff).expect("masked");
            carry >>= 8;
        }
    }
    bytes
}

/// Decodes standard base64.
pub fn base64(text: &str) -> Vec<u8> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0_u32);
    for symbol in text.bytes().filter(|&symbol| symbol != b'=') {
        let value = ALPHABET.iter().position(|&known| known == symbol).expect("a base64 symbol");
        bits = (bits << 6) | u32::try_from(value).expect("below 64");
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((bits >> count) & 0xff).expect("masked"));
        }
    }
    bytes
}

/// Reads a JSON file.
pub fn read_json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("a readable file")).expect("a JSON file")
}

/// Reads every account of a folder, in the order of their file names.
pub fn read_accounts(folder: &Path) -> Vec<Account> {
    let mut files: Vec<_> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files.iter().map(|file| account(&read_json(file))).collect()
}

fn account(dump: &Value) -> Account {
    let text = |value: &Value| value.as_str().expect("a string").to_owned();
    Account {
        address: base58(&text(&dump["pubkey"])),
        owner: base58(&text(&dump["account"]["owner"])),
        data: base64(&text(&dump["account"]["data"][0])),
    }
}

/// Returns the pool of a folder with all its accounts applied; those that the folder lacks do not exist.
pub fn load_pool(accounts: &[Account], address: &Address) -> AnyPool {
    let own = accounts.iter().find(|account| account.address == *address).expect("the pool's account");
    let mut pool = AnyPool::decode(own.view()).expect("a pool");
    let mut applied: Vec<Address> = vec![*address];
    // What is applied may bring other accounts into reach.
    while let Some(next) = pool.watched().into_iter().find(|watched| !applied.contains(watched)) {
        applied.push(next);
        match accounts.iter().find(|account| account.address == next) {
            Some(account) => {
                pool.apply(account.view()).expect("an account of the pool");
            }
            // A pool that cannot do without it stays as it is, and refuses its quotes.
            None => drop(pool.apply(AccountView { address: &next, owner: &[0; 32], data: &[] })),
        }
    }
    pool
}
