//! Signing keys, held by one process-global registry so that every worker thread can sign.
//!
//! No copy of a secret key is made on our side of the library: its bytes go straight from the caller's memory into
//! aws-lc, which cleanses what it frees (`OPENSSL_free` in `crypto/mem.c`).

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};

use crate::Address;
use crate::error::WireError;

/// Identifies a held key.
pub type SignerId = u32;

/// A key that can sign but not be read.
pub struct Signer {
    pair: Ed25519KeyPair,
    address: Address,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Signer").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Signer {
    /// Returns the public key.
    #[must_use]
    pub const fn address(&self) -> &Address {
        &self.address
    }

    /// Returns the Ed25519 signature of the bytes.
    ///
    /// # Errors
    /// `SignatureInvalid` when the library refuses.
    pub fn sign(&self, message: &[u8]) -> Result<[u8; 64], WireError> {
        let signature = self.pair.try_sign(message).map_err(|_| WireError::SignatureInvalid)?;
        <[u8; 64]>::try_from(signature.as_ref()).map_err(|_| WireError::SignatureInvalid)
    }
}

struct Registry {
    next: SignerId,
    signers: BTreeMap<SignerId, Arc<Signer>>,
}

static REGISTRY: RwLock<Registry> = RwLock::new(Registry { next: 1, signers: BTreeMap::new() });

/// Takes a 64-byte secret key (seed and public key) and returns its id.
///
/// # Errors
/// `SecretKeyInvalid` when the length is another or the halves do not belong together, `SignersExceeded` after
/// four billion keys.
pub fn create_signer(secret_key: &[u8]) -> Result<SignerId, WireError> {
    let secret_key = <&[u8; 64]>::try_from(secret_key).map_err(|_| WireError::SecretKeyInvalid)?;
    let (seed, public_key) = secret_key.split_at(32);
    let pair = Ed25519KeyPair::from_seed_and_public_key(seed, public_key)
        .map_err(|_| WireError::SecretKeyInvalid)?;
    let address = Address::try_from(pair.public_key().as_ref()).map_err(|_| WireError::SecretKeyInvalid)?;
    let mut registry = REGISTRY.write().unwrap_or_else(PoisonError::into_inner);
    let id = registry.next;
    registry.next = id.checked_add(1).ok_or(WireError::SignersExceeded)?;
    registry.signers.insert(id, Arc::new(Signer { pair, address }));
    Ok(id)
}

/// Returns a held key.
///
/// # Errors
/// `SignerNotFound` for an id that was never given out or is dropped.
pub fn find_signer(id: SignerId) -> Result<Arc<Signer>, WireError> {
    let registry = REGISTRY.read().unwrap_or_else(PoisonError::into_inner);
    registry.signers.get(&id).cloned().ok_or(WireError::SignerNotFound)
}

/// Forgets a key; its id is never given out again.
///
/// # Errors
/// `SignerNotFound` for an id that was never given out or is dropped already.
pub fn drop_signer(id: SignerId) -> Result<(), WireError> {
    let mut registry = REGISTRY.write().unwrap_or_else(PoisonError::into_inner);
    registry.signers.remove(&id).map(drop).ok_or(WireError::SignerNotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 8032, section 7.1, test 1.
    const SEED: [u8; 32] = [
        0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44,
        0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
    ];
    const PUBLIC_KEY: [u8; 32] = [
        0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e,
        0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a,
    ];

    #[test]
    fn a_signature_is_the_one_of_the_standard() {
        let id = create_signer(&[SEED, PUBLIC_KEY].concat()).unwrap();
        let signer = find_signer(id).unwrap();
        let expected = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b";
        let hex = signer.sign(b"").unwrap().map(|byte| format!("{byte:02x}")).concat();
        assert_eq!(hex, expected);
    }

    #[test]
    fn a_key_whose_halves_do_not_belong_together_is_refused() {
        let mut other = PUBLIC_KEY;
        other[0] ^= 1;
        assert_eq!(create_signer(&[SEED, other].concat()), Err(WireError::SecretKeyInvalid));
        assert_eq!(create_signer(&SEED), Err(WireError::SecretKeyInvalid));
        assert_eq!(create_signer(&[]), Err(WireError::SecretKeyInvalid));
    }

    #[test]
    fn a_dropped_key_is_gone_and_its_id_is_not_given_out_again() {
        let secret_key = [SEED, PUBLIC_KEY].concat();
        let id = create_signer(&secret_key).unwrap();
        drop_signer(id).unwrap();
        assert_eq!(find_signer(id).map(|_| ()), Err(WireError::SignerNotFound));
        assert_eq!(drop_signer(id), Err(WireError::SignerNotFound));
        assert_ne!(create_signer(&secret_key), Ok(id));
    }

    #[test]
    fn a_signer_never_prints_its_secret() {
        let id = create_signer(&[SEED, PUBLIC_KEY].concat()).unwrap();
        let printed = format!("{:?}", find_signer(id).unwrap());
        assert!(printed.starts_with("Signer { address: [215, 90,") && printed.ends_with(".. }"), "{printed}");
    }
}
