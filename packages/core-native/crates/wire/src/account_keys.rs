//! The different accounts of a message in the order they are first named, with merged privileges.

use crate::Address;
use crate::error::WireError;
use crate::instruction::{InstructionView, account_flags};

/// What a message needs an account for; roles of several mentions add up.
#[derive(Clone, Copy, Debug, Default)]
pub struct Roles {
    /// Some instruction needs its signature.
    pub is_signer: bool,
    /// Some instruction writes it.
    pub is_writable: bool,
    /// It is called as a program.
    pub is_invoked: bool,
}

/// One account of a message.
#[derive(Clone, Copy, Debug)]
pub struct AccountKey<'a> {
    /// Its address.
    pub address: &'a Address,
    /// What it is needed for.
    pub roles: Roles,
    /// Position of the lookup table it is loaded from, and its index in that table.
    pub lookup: Option<(usize, u8)>,
}

impl AccountKey<'_> {
    /// Returns whether a lookup table may load it: signers and called programs must be static.
    pub const fn is_loadable(&self) -> bool {
        !self.roles.is_signer && !self.roles.is_invoked
    }
}

const SLOTS: usize = 1024;

/// An insertion-ordered set of at most 256 accounts, so that a position fits a byte.
pub struct AccountKeys<'a> {
    keys: Vec<AccountKey<'a>>,
    /// Open addressing over positions + 1; a quarter full at most, so that a probe nearly always ends at once.
    slots: [u16; SLOTS],
}

impl<'a> AccountKeys<'a> {
    /// Gathers the payer and every account the instructions name. The second value is each mention's position:
    /// per instruction the program, then its accounts.
    pub fn gather(
        payer: &'a Address,
        instructions: &[InstructionView<'a>],
    ) -> Result<(Self, Vec<u8>), WireError> {
        let mut set = Self { keys: Vec::with_capacity(48), slots: [0; SLOTS] };
        let mut mentions = Vec::with_capacity(96);
        set.insert(payer, Roles { is_signer: true, is_writable: true, is_invoked: false })?;
        for instruction in instructions {
            let invoked = Roles { is_invoked: true, ..Roles::default() };
            mentions.push(set.insert(instruction.program, invoked)?);
            for [address @ .., flags] in instruction.accounts {
                let (is_signer, is_writable) = account_flags(*flags);
                mentions.push(set.insert(address, Roles { is_signer, is_writable, is_invoked: false })?);
            }
        }
        Ok((set, mentions))
    }

    /// Returns the accounts in the order they were first named.
    pub fn iter(&self) -> impl Iterator<Item = &AccountKey<'a>> {
        self.keys.iter()
    }

    /// Returns the account of this address and its position.
    pub fn find_mut(&mut self, address: &Address) -> Option<(u8, &mut AccountKey<'a>)> {
        let position = self.probe(address).ok()?;
        let key = self.keys.get_mut(usize::from(position))?;
        Some((position, key))
    }

    fn insert(&mut self, address: &'a Address, roles: Roles) -> Result<u8, WireError> {
        match self.probe(address) {
            Ok(position) => {
                if let Some(key) = self.keys.get_mut(usize::from(position)) {
                    key.roles.is_signer |= roles.is_signer;
                    key.roles.is_writable |= roles.is_writable;
                    key.roles.is_invoked |= roles.is_invoked;
                }
                Ok(position)
            }
            Err(free) => {
                let position = u8::try_from(self.keys.len()).map_err(|_| WireError::AccountKeysExceeded)?;
                self.keys.push(AccountKey { address, roles, lookup: None });
                if let Some(slot) = self.slots.get_mut(free) {
                    *slot = u16::from(position).saturating_add(1);
                }
                Ok(position)
            }
        }
    }

    /// Returns the position of the address, or the free slot where it belongs.
    fn probe(&self, address: &Address) -> Result<u8, usize> {
        let start = slot_of(address);
        // The set never holds more than 256 of 1024 slots, so a free one is always met.
        for slot in (start..SLOTS).chain(0..start) {
            let Some(position) = self.slots.get(slot).and_then(|stored| stored.checked_sub(1)) else {
                return Err(slot);
            };
            if self.keys.get(usize::from(position)).is_some_and(|key| key.address == address) {
                return u8::try_from(position).map_err(|_| slot);
            }
        }
        Err(start)
    }
}

/// Folds all 32 bytes, because well-known programs differ in few of them.
fn slot_of(address: &Address) -> usize {
    let (lanes, _) = address.as_chunks::<2>();
    lanes.iter().fold(0, |folded, lane| folded ^ usize::from(u16::from_le_bytes(*lane))) % SLOTS
}
