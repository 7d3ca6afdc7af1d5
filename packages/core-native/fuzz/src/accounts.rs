//! A pool's accounts and how they are bent.

use crate::seeds::Seed;
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use tandem_pools::pool::{AccountView, Address, AnyPool, Watch};
use tandem_pools::token_account::{SPL_TOKEN_PROGRAM, TOKEN_2022_PROGRAM};

/// More rounds than any pool needs to learn of all it watches; one that wants more watches without end.
const MOST_ACCOUNTS: usize = 256;

/// An account that can be changed.
#[derive(Clone, Debug)]
pub struct Held {
    /// The account's address.
    pub address: Address,
    /// The program that owns it.
    pub owner: Address,
    /// Its data.
    pub data: Vec<u8>,
}

/// One change to an account; positions count from the start again where they pass the end.
#[derive(Arbitrary, Clone, Debug)]
pub enum Change {
    /// One byte.
    Byte { account: u8, offset: u16, value: u8 },
    /// One bit.
    Bit { account: u8, offset: u16, bit: u8 },
    /// Eight bytes.
    Word { account: u8, offset: u16, value: u64 },
    /// Eight or sixteen bytes: a power of two and how far it is from it.
    Near { account: u8, offset: u16, is_wide: bool, power: u8, distance: i8 },
    /// Eight bytes of another place of the same account.
    Copy { account: u8, from: u16, to: u16 },
    /// The end cut off.
    Cut { account: u8, length: u16 },
    /// Another owner.
    Owner { account: u8, program: u8 },
    /// No account at the address.
    Gone { account: u8 },
}

impl Held {
    fn view(&self) -> AccountView<'_> {
        AccountView { address: &self.address, owner: &self.owner, data: &self.data }
    }
}

/// Returns copies of a seed's accounts.
pub fn hold(seed: &Seed) -> Vec<Held> {
    let copy = seed.accounts.iter();
    copy.map(|account| Held { address: account.address, owner: account.owner, data: account.data.to_vec() })
        .collect()
}

fn at<T>(items: &mut [T], position: u8) -> Option<&mut T> {
    let count = items.len();
    items.get_mut(usize::from(position).checked_rem(count)?)
}

fn write(data: &mut [u8], offset: u16, bytes: &[u8]) {
    let Some(start) = usize::from(offset).checked_rem(data.len()) else { return };
    data.iter_mut().skip(start).zip(bytes).for_each(|(target, byte)| *target = *byte);
}

/// Changes the accounts; what does not fit them is left out. Returns the one that was changed.
pub fn bend(accounts: &mut [Held], change: &Change) -> Option<usize> {
    let position = match *change {
        Change::Byte { account, .. }
        | Change::Bit { account, .. }
        | Change::Word { account, .. }
        | Change::Near { account, .. }
        | Change::Copy { account, .. }
        | Change::Cut { account, .. }
        | Change::Owner { account, .. }
        | Change::Gone { account } => account,
    };
    let held = at(accounts, position)?;
    match *change {
        Change::Byte { offset, value, .. } => write(&mut held.data, offset, &[value]),
        Change::Bit { offset, bit, .. } => {
            let start = usize::from(offset).checked_rem(held.data.len())?;
            held.data[start] ^= 1 << (bit % 8);
        }
        Change::Word { offset, value, .. } => write(&mut held.data, offset, &value.to_le_bytes()),
        Change::Near { offset, is_wide, power, distance, .. } => {
            let value = (1_u128 << (power % 128)).wrapping_add_signed(i128::from(distance));
            write(&mut held.data, offset, &value.to_le_bytes()[..if is_wide { 16 } else { 8 }]);
        }
        Change::Copy { from, to, .. } => {
            let start = usize::from(from).checked_rem(held.data.len())?;
            let bytes: Vec<u8> = held.data.iter().skip(start).take(8).copied().collect();
            write(&mut held.data, to, &bytes);
        }
        Change::Cut { length, .. } => held.data.truncate(usize::from(length)),
        Change::Owner { program, .. } => {
            held.owner = [SPL_TOKEN_PROGRAM, TOKEN_2022_PROGRAM, [0; 32], [7; 32]][usize::from(program % 4)];
        }
        Change::Gone { .. } => {
            held.owner = [0; 32];
            held.data.clear();
        }
    }
    Some(usize::from(position) % accounts.len())
}

/// Opens a pool and applies what it watches, as often as that brings other accounts into reach; what there is none of is
/// absent.
pub fn open(accounts: &[Held]) -> Option<AnyPool> {
    let mut pool = AnyPool::decode(accounts.first()?.view()).ok()?;
    let mut applied: Vec<Address> = Vec::new();
    while let Some(next) = pool.watched().into_iter().find(|watched| !applied.contains(watched)) {
        assert!(applied.len() < MOST_ACCOUNTS, "the pool watches without end");
        apply(&mut pool, accounts, &next);
        applied.push(next);
    }
    Some(pool)
}

/// Applies the account of an address, or that there is none, and holds the answer to what `Pool::apply` says. Returns whether
/// the pool took it.
pub fn apply(pool: &mut AnyPool, accounts: &[Held], address: &Address) -> bool {
    let absent = Held { address: *address, owner: [0; 32], data: Vec::new() };
    let held = accounts.iter().find(|held| held.address == *address).unwrap_or(&absent);
    let (watched, reserves) = (pool.watched(), pool.reserves());
    let answer = pool.apply(held.view());
    match answer {
        Ok(Watch::Same) => assert_eq!(pool.watched(), watched, "the list changed without a word"),
        Ok(Watch::Changed) => {}
        Err(_) => {
            assert_eq!(pool.watched(), watched, "a refused account changed what is watched");
            assert_eq!(pool.reserves(), reserves, "a refused account changed the reserves");
        }
    }
    assert!(pool.required() <= pool.watched().len());
    answer.is_ok()
}
