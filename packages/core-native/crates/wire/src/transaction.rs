//! Signed transactions: one signature, the message, and the proof that both fit a packet.

use crate::Address;
use crate::error::WireError;
use crate::message::{V0_PREFIX, split_length};
use crate::signer::{SignerId, find_signer};

/// Bytes a transaction may have: the IPv6 minimum of 1280 less 48 bytes of headers (solana-packet `PACKET_DATA_SIZE`).
pub const PACKET_BYTES: usize = 1_232;
const SIGNATURE_BYTES: usize = 64;

/// Returns the size of a transaction with this many signatures (fewer than 128, whose count takes one byte).
#[must_use]
pub const fn transaction_bytes(signatures: usize, message_bytes: usize) -> usize {
    signatures.saturating_mul(SIGNATURE_BYTES).saturating_add(1).saturating_add(message_bytes)
}

/// Signs a v0 message for which the signer's is the only required signature and returns the whole transaction.
///
/// # Errors
/// `SignerNotFound`; `MessageInvalid` when the bytes are no v0 message; `SignerMismatch` when it needs other
/// signatures; `TransactionTooLarge` when the transaction does not fit a packet.
pub fn sign_transaction(signer: SignerId, message: &[u8]) -> Result<Vec<u8>, WireError> {
    let signer = find_signer(signer)?;
    let (required, payer) = read_signers(message).ok_or(WireError::MessageInvalid)?;
    if required != 1 || payer != signer.address() {
        return Err(WireError::SignerMismatch { required });
    }
    let bytes = transaction_bytes(1, message.len());
    if bytes > PACKET_BYTES {
        return Err(WireError::TransactionTooLarge { bytes, limit: PACKET_BYTES });
    }
    let mut transaction = Vec::with_capacity(bytes);
    transaction.push(1);
    transaction.extend_from_slice(&signer.sign(message)?);
    transaction.extend_from_slice(message);
    Ok(transaction)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instruction::{Instruction, encode_instructions, transfer_lamports};
    use crate::message::compile_message;
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
