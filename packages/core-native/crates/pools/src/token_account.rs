//! Token accounts as pools use them: vaults. Layout: SPL Token `state.rs` (`Account`, 165 bytes); Token-2022 appends an
//! account-type byte and extensions.

use crate::account_reader::AccountReader;
use crate::pool::{AccountView, Address, DecodeError};

/// SPL Token, `TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA`.
pub const SPL_TOKEN_PROGRAM: Address = [
    0x06, 0xdd, 0xf6, 0xe1, 0xd7, 0x65, 0xa1, 0x93, 0xd9, 0xcb, 0xe1, 0x46, 0xce, 0xeb, 0x79, 0xac, 0x1c,
    0xb4, 0x85, 0xed, 0x5f, 0x5b, 0x37, 0x91, 0x3a, 0x8c, 0xf5, 0x85, 0x7e, 0xff, 0x00, 0xa9,
];

/// Token-2022, `TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb`.
pub const TOKEN_2022_PROGRAM: Address = [
    0x06, 0xdd, 0xf6, 0xe1, 0xee, 0x75, 0x8f, 0xde, 0x18, 0x42, 0x5d, 0xbc, 0xe4, 0x6c, 0xcd, 0xda, 0xb6,
    0x1a, 0xfc, 0x4d, 0x83, 0xb9, 0x0d, 0x27, 0xfe, 0xbd, 0xf9, 0x28, 0xd8, 0xa1, 0x8b, 0xfc,
];

const MINT_OFFSET: usize = 0;
const AUTHORITY_OFFSET: usize = 32;
const AMOUNT_OFFSET: usize = 64;
const STATE_OFFSET: usize = 108;
/// Length of a token account without extensions, and offset of Token-2022's account-type byte.
pub(crate) const BASE_LENGTH: usize = 165;
const ACCOUNT_TYPE_ACCOUNT: u8 = 2;
const STATE_INITIALIZED: u8 = 1;
const STATE_FROZEN: u8 = 2;

/// What a pool says about one of its vaults.
#[derive(Clone, Copy, Debug)]
pub struct VaultRelation<'a> {
    /// The token program that must own the vault.
    pub token_program: &'a Address,
    /// The mint it must hold.
    pub mint: &'a Address,
    /// The venue's authority that must control it.
    pub authority: &'a Address,
}

/// A vault's balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VaultBalance {
    /// Raw units.
    pub amount: u64,
    /// Whether transfers are frozen, so that no swap can succeed.
    pub is_frozen: bool,
}

/// Decodes a pool's vault.
///
/// # Errors
/// `DecodeError` when the account is not the token account the pool says it is.
pub fn decode_vault(
    account: AccountView<'_>,
    relation: VaultRelation<'_>,
) -> Result<VaultBalance, DecodeError> {
    if account.owner != relation.token_program {
        return Err(DecodeError::OwnerMismatch);
    }
    let reader = AccountReader::new(account.data);
    if reader.len() < BASE_LENGTH {
        return Err(DecodeError::TooShort);
    }
    if reader.len() > BASE_LENGTH
        && (*account.owner != TOKEN_2022_PROGRAM || reader.u8(BASE_LENGTH)? != ACCOUNT_TYPE_ACCOUNT)
    {
        return Err(DecodeError::DiscriminatorMismatch);
    }
    if reader.address(MINT_OFFSET)? != *relation.mint
        || reader.address(AUTHORITY_OFFSET)? != *relation.authority
    {
        return Err(DecodeError::RelationMismatch);
    }
    let state = reader.u8(STATE_OFFSET)?;
    if state != STATE_INITIALIZED && state != STATE_FROZEN {
        return Err(DecodeError::FieldInvalid);
    }
    Ok(VaultBalance { amount: reader.u64(AMOUNT_OFFSET)?, is_frozen: state == STATE_FROZEN })
}
