//! Signed transactions: one signature, the message, and the proof that both are no larger than their version allows.
//!
//! Layouts: solana-sdk `transaction/src/versioned/mod.rs`. Of v0 the signatures come first, after their count; of v1
//! they come last, and the message's header is their only count.

use crate::Address;
use crate::error::WireError;
use crate::message::{V0_PREFIX, split_length};
use crate::message_v1::{CONFIG_MASK_BYTES, V1_PREFIX};
use crate::signer::{SignerId, find_signer};

/// Bytes a v0 transaction may have: the IPv6 minimum of 1280 less 48 bytes of headers (solana-packet `PACKET_DATA_SIZE`).
pub const PACKET_BYTES: usize = 1_232;
/// Bytes a v1 transaction may have (SIMD-0296; solana-message `v1::MAX_TRANSACTION_SIZE`).
pub const V1_TRANSACTION_BYTES: usize = 4_096;
const SIGNATURE_BYTES: usize = 64;

/// Returns the size of a v0 transaction with this many signatures (fewer than 128, whose count takes one byte).
#[must_use]
pub const fn transaction_bytes(signatures: usize, message_bytes: usize) -> usize {
    signatures.saturating_mul(SIGNATURE_BYTES).saturating_add(1).saturating_add(message_bytes)
}

/// Returns the size of a v1 transaction with this many signatures, which nothing counts.
#[must_use]
pub const fn v1_transaction_bytes(signatures: usize, message_bytes: usize) -> usize {
    signatures.saturating_mul(SIGNATURE_BYTES).saturating_add(message_bytes)
}

/// Signs a v0 or v1 message for which the signer's is the only required signature and returns the whole transaction.
///
/// # Errors
/// `SignerNotFound`; `MessageInvalid` when the bytes are no such message; `SignerMismatch` when it needs other
/// signatures; `TransactionTooLarge` when the transaction is larger than its version may be.
pub fn sign_transaction(signer: SignerId, message: &[u8]) -> Result<Vec<u8>, WireError> {
    let signer = find_signer(signer)?;
    let is_v1 = message.first() == Some(&V1_PREFIX);
    let signers = if is_v1 { read_v1_signers(message) } else { read_signers(message) };
    let (required, payer) = signers.ok_or(WireError::MessageInvalid)?;
    if required != 1 || payer != signer.address() {
        return Err(WireError::SignerMismatch { required });
    }
    let (bytes, limit) = if is_v1 {
        (v1_transaction_bytes(1, message.len()), V1_TRANSACTION_BYTES)
    } else {
        (transaction_bytes(1, message.len()), PACKET_BYTES)
    };
    if bytes > limit {
        return Err(WireError::TransactionTooLarge { bytes, limit });
    }
    let signature = signer.sign(message)?;
    Ok(if is_v1 { [message, &signature].concat() } else { [&[1], &signature[..], message].concat() })
}

/// Returns how many signatures a v0 message needs, and its fee payer.
fn read_signers(message: &[u8]) -> Option<(u8, &Address)> {
    let ([prefix, required, _readonly_signed, _readonly_unsigned], rest) =
        message.split_first_chunk::<4>()?;
    let (statics, rest) = split_length(rest)?;
    let (keys, rest) = rest.split_at_checked(statics.checked_mul(32)?)?;
    let (_blockhash, _instructions) = rest.split_first_chunk::<32>()?;
    if *prefix != V0_PREFIX || usize::from(*required) > statics {
        return None;
    }
    Some((*required, keys.first_chunk::<32>()?))
}

/// Returns how many signatures a v1 message needs, and its fee payer.
fn read_v1_signers(message: &[u8]) -> Option<(u8, &Address)> {
    let ([_prefix, required, _readonly_signed, _readonly_unsigned], rest) =
        message.split_first_chunk::<4>()?;
    let (_mask, rest) = rest.split_first_chunk::<CONFIG_MASK_BYTES>()?;
    let (_blockhash, rest) = rest.split_first_chunk::<32>()?;
    let ([_instructions, addresses], rest) = rest.split_first_chunk::<2>()?;
    let (keys, _values) = rest.split_at_checked(usize::from(*addresses).checked_mul(32)?)?;
    if required > addresses {
        return None;
    }
    Some((*required, keys.first_chunk::<32>()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instruction::{Instruction, compute_unit_limit, encode_instructions, transfer_lamports};
    use crate::message::compile_message;
    use crate::message_v1::compile_message_v1;
    use crate::signer::create_signer;
    use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

    fn new_signer(seed: u8) -> (SignerId, Address) {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
        let address = Address::try_from(pair.public_key().as_ref()).unwrap();
        (create_signer(&[[seed; 32], address].concat()).unwrap(), address)
    }

    fn message(payer: Address, instructions: &[Instruction]) -> Vec<u8> {
        compile_message(&payer, &[9; 32], &encode_instructions(instructions).unwrap(), &[]).unwrap()
    }

    #[test]
    fn the_transaction_is_one_verifying_signature_and_the_message() {
        let (signer, address) = new_signer(1);
        let message = message(address, &[transfer_lamports(address, [5; 32], 1)]);
        let transaction = sign_transaction(signer, &message).unwrap();
        assert_eq!(transaction[0], 1);
        assert_eq!(transaction[65..], message);
        UnparsedPublicKey::new(&ED25519, &address).verify(&message, &transaction[1..65]).unwrap();
    }

    fn message_v1(payer: Address, instruction: Instruction) -> Vec<u8> {
        let packed = encode_instructions(&[compute_unit_limit(1), instruction]).unwrap();
        compile_message_v1(&payer, &[9; 32], &packed).unwrap()
    }

    #[test]
    fn a_v1_transaction_is_the_message_and_a_verifying_signature_at_its_end() {
        let (signer, address) = new_signer(5);
        let message = message_v1(address, transfer_lamports(address, [5; 32], 1));
        let transaction = sign_transaction(signer, &message).unwrap();
        let (start, signature) = transaction.split_at(message.len());
        assert_eq!((start, signature.len()), (&message[..], 64));
        UnparsedPublicKey::new(&ED25519, &address).verify(&message, signature).unwrap();
    }

    #[test]
    fn a_v1_message_that_is_cut_off_or_of_others_or_leaves_no_room_is_refused() {
        let (signer, address) = new_signer(6);
        let message = message_v1(address, transfer_lamports(address, [5; 32], 1));
        for length in 0..4 + 4 + 32 + 2 + 3 * 32 {
            let refusal = Err(WireError::MessageInvalid);
            assert_eq!(sign_transaction(signer, &message[..length]), refusal, "{length}");
        }
        let two = message_v1(address, transfer_lamports([5; 32], [6; 32], 1));
        assert_eq!(sign_transaction(signer, &two), Err(WireError::SignerMismatch { required: 2 }));
        let mut long = message;
        long.resize(4_033, 0);
        let refusal = WireError::TransactionTooLarge { bytes: 4_097, limit: 4_096 };
        assert_eq!(sign_transaction(signer, &long), Err(refusal));
    }

    #[test]
    fn a_message_of_another_payer_or_with_two_signatures_is_refused() {
        let (signer, address) = new_signer(2);
        let other = message([5; 32], &[]);
        assert_eq!(sign_transaction(signer, &other), Err(WireError::SignerMismatch { required: 1 }));
        let two = message(address, &[transfer_lamports([5; 32], [6; 32], 1)]);
        assert_eq!(sign_transaction(signer, &two), Err(WireError::SignerMismatch { required: 2 }));
    }

    #[test]
    fn a_message_that_leaves_no_room_for_its_signature_is_refused() {
        let (signer, address) = new_signer(3);
        let filled = |data| {
            message(address, &[Instruction { program: [4; 32], accounts: vec![], data: vec![0; data] }])
        };
        assert_eq!(sign_transaction(signer, &filled(1_060)).unwrap().len(), PACKET_BYTES);
        let refusal = WireError::TransactionTooLarge { bytes: 1_233, limit: 1_232 };
        assert_eq!(sign_transaction(signer, &filled(1_061)), Err(refusal));
    }

    #[test]
    fn bytes_that_are_no_v0_message_are_refused() {
        let (signer, address) = new_signer(4);
        let message = message(address, &[]);
        let mut legacy = message.clone();
        legacy[0] = 1;
        assert_eq!(sign_transaction(signer, &legacy), Err(WireError::MessageInvalid));
        for length in 0..4 + 1 + 32 + 32 {
            assert_eq!(
                sign_transaction(signer, &message[..length]),
                Err(WireError::MessageInvalid),
                "{length}"
            );
        }
        assert_eq!(sign_transaction(u32::MAX, &message), Err(WireError::SignerNotFound));
    }
}
