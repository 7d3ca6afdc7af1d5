//! Why bytes cannot be read, compiled or signed.

use thiserror::Error;

/// Every refusal of this crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum WireError {
    /// A packed instruction list is cut off, or a field has an impossible value.
    #[error("the packed instructions are malformed at byte {at}")]
    InstructionsInvalid {
        /// Where the record that cannot be read begins.
        at: usize,
    },
    /// An instruction names more accounts, or carries more data, than an instruction can.
    #[error("an instruction has {accounts} accounts and {data} bytes of data; at most 255 and 65535 fit")]
    InstructionTooLarge {
        /// Accounts named.
        accounts: usize,
        /// Bytes of data.
        data: usize,
    },
    /// A packed list of lookup tables is cut off, or a table is longer than the chain allows.
    #[error("the packed lookup tables are malformed at byte {at}")]
    LookupTablesInvalid {
        /// Where the record that cannot be read begins.
        at: usize,
    },
    /// The payer is not an address.
    #[error("the payer is not a 32-byte address")]
    PayerInvalid,
    /// The blockhash has another length.
    #[error("the blockhash is not 32 bytes long")]
    BlockhashInvalid,
    /// The instructions name more different accounts than one byte can index.
    #[error("the instructions name more than 256 different accounts")]
    AccountKeysExceeded,
    /// The message is not a v0 message.
    #[error("the bytes are not a v0 message")]
    MessageInvalid,
    /// The transaction does not fit a packet.
    #[error("the transaction would take {bytes} bytes; a packet holds {limit}")]
    TransactionTooLarge {
        /// Bytes with signatures.
        bytes: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// The message needs other signatures than this signer's alone.
    #[error("the message needs {required} signatures, or its first key is not the signer's address")]
    SignerMismatch {
        /// Signatures that the message's header asks for.
        required: u8,
    },
    /// The secret key has another length, or its public half does not belong to its seed.
    #[error("the secret key is not a 32-byte seed followed by its 32-byte public key")]
    SecretKeyInvalid,
    /// No key is held under this id.
    #[error("no signer is held under this id")]
    SignerNotFound,
    /// Every id has been given out.
    #[error("no signer id is left")]
    SignersExceeded,
    /// The cryptographic library refused to sign.
    #[error("the cryptographic library refused to sign")]
    SignatureInvalid,
}

impl WireError {
    /// Returns the stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::InstructionsInvalid { .. } => "WIRE_INSTRUCTIONS_INVALID",
            Self::InstructionTooLarge { .. } => "WIRE_INSTRUCTION_TOO_LARGE",
            Self::LookupTablesInvalid { .. } => "WIRE_LOOKUP_TABLES_INVALID",
            Self::PayerInvalid => "WIRE_PAYER_INVALID",
            Self::BlockhashInvalid => "WIRE_BLOCKHASH_INVALID",
            Self::AccountKeysExceeded => "WIRE_ACCOUNT_KEYS_EXCEEDED",
            Self::MessageInvalid => "WIRE_MESSAGE_INVALID",
            Self::TransactionTooLarge { .. } => "WIRE_TRANSACTION_TOO_LARGE",
            Self::SignerMismatch { .. } => "WIRE_SIGNER_MISMATCH",
            Self::SecretKeyInvalid => "WIRE_SECRET_KEY_INVALID",
            Self::SignerNotFound => "WIRE_SIGNER_NOT_FOUND",
            Self::SignersExceeded => "WIRE_SIGNERS_EXCEEDED",
            Self::SignatureInvalid => "WIRE_SIGNATURE_INVALID",
        }
    }
}
