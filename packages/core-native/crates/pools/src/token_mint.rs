//! Token-2022 mints: which extensions change a swap. Layout: spl-token-2022 `extension/mod.rs` (type-length-value entries
//! from byte 166) and `extension/transfer_fee/mod.rs`.

use crate::account_reader::AccountReader;
use crate::pool::{AccountView, Address, DecodeError};
use crate::token_account::{BASE_LENGTH, SPL_TOKEN_PROGRAM, TOKEN_2022_PROGRAM};
use tandem_math::fee::TEN_THOUSANDTHS;
use tandem_math::transfer_fee::{TransferFee, TransferFeeConfig};

const SUPPLY_OFFSET: usize = 36;
const IS_INITIALIZED_OFFSET: usize = 45;
/// Length of a mint without extensions.
const MINT_LENGTH: usize = 82;
const ACCOUNT_TYPE_MINT: u8 = 1;
/// First extension: after the padding to an account's length and the account-type byte.
const EXTENSIONS_OFFSET: usize = 166;
const EXTENSION_HEADER_LENGTH: usize = 4;

const UNINITIALIZED: u16 = 0;
const TRANSFER_FEE_CONFIG: u16 = 1;
const TRANSFER_FEE_CONFIG_LENGTH: u16 = 108;
/// Offset of the older fee in the extension, after two authorities and the withheld amount; the newer one follows it.
const OLDER_FEE_OFFSET: usize = 72;
const NEWER_FEE_OFFSET: usize = 90;

/// What a mint does to a swap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MintTerms {
    /// The fee withheld from each transfer.
    pub transfer_fee: Option<TransferFeeConfig>,
    /// Whether an extension can block, hook or take back transfers, so that the pool is not traded.
    pub has_unsupported_extension: bool,
}

/// A mint of either token program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mint {
    /// The token program that owns it.
    pub token_program: Address,
    /// What it does to a swap.
    pub terms: MintTerms,
    /// Raw units in existence.
    pub supply: u64,
}

/// Decodes a mint of the classic token program or of Token-2022.
///
/// # Errors
/// `DecodeError` when the account is not a mint.
pub fn decode_any_mint(account: AccountView<'_>) -> Result<Mint, DecodeError> {
    let reader = AccountReader::new(account.data);
    let terms = if *account.owner == SPL_TOKEN_PROGRAM {
        match reader.len() {
            MINT_LENGTH if reader.u8(IS_INITIALIZED_OFFSET)? == 1 => MintTerms::default(),
            MINT_LENGTH => return Err(DecodeError::FieldInvalid),
            shorter if shorter < MINT_LENGTH => return Err(DecodeError::TooShort),
            _ => return Err(DecodeError::DiscriminatorMismatch),
        }
    } else {
        decode_mint(account)?
    };
    Ok(Mint { token_program: *account.owner, terms, supply: reader.u64(SUPPLY_OFFSET)? })
}

/// Decodes a mint of the Token-2022 program.
///
/// # Errors
/// `DecodeError` when the account is not such a mint.
pub fn decode_mint(account: AccountView<'_>) -> Result<MintTerms, DecodeError> {
    if *account.owner != TOKEN_2022_PROGRAM {
        return Err(DecodeError::OwnerMismatch);
    }
    let reader = AccountReader::new(account.data);
    if reader.len() < MINT_LENGTH {
        return Err(DecodeError::TooShort);
    }
    if reader.u8(IS_INITIALIZED_OFFSET)? != 1 {
        return Err(DecodeError::FieldInvalid);
    }
    if reader.len() == MINT_LENGTH {
        return Ok(MintTerms::default());
    }
    if reader.len() <= BASE_LENGTH || reader.u8(BASE_LENGTH)? != ACCOUNT_TYPE_MINT {
        return Err(DecodeError::DiscriminatorMismatch);
    }
    decode_extensions(reader)
}

fn decode_extensions(reader: AccountReader<'_>) -> Result<MintTerms, DecodeError> {
    let mut terms = MintTerms::default();
    let mut at = EXTENSIONS_OFFSET;
    while let (Ok(kind), Ok(length)) = (reader.u16(at), reader.u16(at.saturating_add(2))) {
        if kind == UNINITIALIZED {
            break;
        }
        let value = at.saturating_add(EXTENSION_HEADER_LENGTH);
        let end = value.saturating_add(usize::from(length));
        if end > reader.len() {
            return Err(DecodeError::TooShort);
        }
        if kind == TRANSFER_FEE_CONFIG {
            if length != TRANSFER_FEE_CONFIG_LENGTH {
                return Err(DecodeError::FieldInvalid);
            }
            terms.transfer_fee = Some(decode_transfer_fee(reader, value)?);
        } else if !leaves_transfers_alone(kind) {
            terms.has_unsupported_extension = true;
        }
        at = end;
    }
    Ok(terms)
}

fn decode_transfer_fee(reader: AccountReader<'_>, value: usize) -> Result<TransferFeeConfig, DecodeError> {
    let fee_at = |offset: usize| -> Result<TransferFee, DecodeError> {
        let at = value.saturating_add(offset);
        let basis_points = reader.u16(at.saturating_add(16))?;
        if u64::from(basis_points) > TEN_THOUSANDTHS {
            return Err(DecodeError::FieldInvalid);
        }
        Ok(TransferFee { epoch: reader.u64(at)?, maximum: reader.u64(at.saturating_add(8))?, basis_points })
    };
    Ok(TransferFeeConfig { older: fee_at(OLDER_FEE_OFFSET)?, newer: fee_at(NEWER_FEE_OFFSET)? })
}

/// Whether a plain transfer is the same with this extension. Not among them: 6 default account state, 9 non-transferable,
/// 12 permanent delegate, 14 transfer hook, 26 pausable, 28 permissioned burn, and every number unknown here.
const fn leaves_transfers_alone(kind: u16) -> bool {
    matches!(
        kind,
        3       // mint close authority: closes an empty mint only
        | 4     // confidential transfers: beside the plain ones
        | 10    // interest-bearing: display only
        | 16    // confidential transfer fees
        | 18
            ..=23 // metadata, group and member data
        | 25 // scaled amount: display only
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mint(extensions: &[u8]) -> Vec<u8> {
        let mut data = vec![0; EXTENSIONS_OFFSET];
        data[IS_INITIALIZED_OFFSET] = 1;
        data[BASE_LENGTH] = ACCOUNT_TYPE_MINT;
        data.extend_from_slice(extensions);
        data
    }

    fn decode(data: &[u8]) -> Result<MintTerms, DecodeError> {
        decode_mint(AccountView { address: &[1; 32], owner: &TOKEN_2022_PROGRAM, data })
    }

    #[test]
    fn refuses_to_trade_a_mint_with_a_transfer_hook_or_an_unknown_extension() {
        for kind in [6, 9, 12, 14, 26, 28, 999_u16] {
            let [low, high] = kind.to_le_bytes();
            let terms = decode(&mint(&[low, high, 1, 0, 7])).unwrap();
            assert!(terms.has_unsupported_extension, "extension {kind}");
        }
    }

    #[test]
    fn trades_a_mint_with_metadata_only() {
        let terms = decode(&mint(&[18, 0, 1, 0, 7, 19, 0, 0, 0])).unwrap();
        assert_eq!(terms, MintTerms::default());
    }

    #[test]
    fn refuses_an_extension_that_runs_past_the_account() {
        assert_eq!(decode(&mint(&[18, 0, 5, 0, 7])), Err(DecodeError::TooShort));
    }

    #[test]
    fn refuses_a_transfer_fee_above_the_whole() {
        let mut extension = vec![1, 0, 108, 0];
        extension.extend_from_slice(&[0; 108]);
        extension[4 + NEWER_FEE_OFFSET + 16..4 + NEWER_FEE_OFFSET + 18]
            .copy_from_slice(&10_001_u16.to_le_bytes());
        assert_eq!(decode(&mint(&extension)), Err(DecodeError::FieldInvalid));
    }

    #[test]
    fn reads_program_and_supply_of_a_mint_of_either_program() {
        let mut data = mint(&[]);
        data[SUPPLY_OFFSET..SUPPLY_OFFSET + 8].copy_from_slice(&77_u64.to_le_bytes());
        let of =
            |owner: &Address, data: &[u8]| decode_any_mint(AccountView { address: &[1; 32], owner, data });
        let expected = Mint { token_program: TOKEN_2022_PROGRAM, terms: MintTerms::default(), supply: 77 };
        assert_eq!(of(&TOKEN_2022_PROGRAM, &data), Ok(expected));
        let classic = &data[..MINT_LENGTH];
        let expected = Mint { token_program: SPL_TOKEN_PROGRAM, ..expected };
        assert_eq!(of(&SPL_TOKEN_PROGRAM, classic), Ok(expected));
        assert_eq!(of(&SPL_TOKEN_PROGRAM, &data), Err(DecodeError::DiscriminatorMismatch));
        assert_eq!(of(&SPL_TOKEN_PROGRAM, &classic[..81]), Err(DecodeError::TooShort));
        assert_eq!(of(&[3; 32], classic), Err(DecodeError::OwnerMismatch));
    }

    #[test]
    fn refuses_a_token_account_in_place_of_a_mint() {
        let mut data = mint(&[]);
        data[BASE_LENGTH] = 2;
        assert_eq!(decode(&data), Err(DecodeError::DiscriminatorMismatch));
    }
}
