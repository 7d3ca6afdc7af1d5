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
    /// An instruction to the compute-budget program cannot become a value of a v1 message.
    #[error(
        "instruction {at}, to the compute-budget program, is unknown, malformed, out of range or given twice"
    )]
    ComputeBudgetInvalid {
        /// Its position.
        at: usize,
    },
    /// No instruction sets the compute-unit limit, which a v1 message takes for zero.
    #[error("a v1 message needs an instruction that sets its compute-unit limit")]
    ComputeLimitMissing,
    /// A v1 message has no lookup tables, and names at most so many accounts.
    #[error("the instructions name {count} accounts; a v1 message holds {limit}")]
    AddressesExceeded {
        /// Accounts named, the payer among them.
        count: usize,
        /// Accounts allowed.
        limit: usize,
    },
    /// A v1 message holds fewer instructions.
    #[error("there are {count} instructions; a v1 message holds {limit}")]
    InstructionsExceeded {
        /// Instructions besides those that set the compute budget.
        count: usize,
        /// Instructions allowed.
        limit: usize,
    },
    /// A v1 message asks for fewer signatures.
    #[error("the instructions need {count} signatures; a v1 message asks for {limit} at most")]
    SignaturesExceeded {
        /// Signatures needed.
        count: usize,
        /// Signatures allowed.
        limit: usize,
    },
    /// The message is of another version, or cut off.
    #[error("the bytes are neither a v0 nor a v1 message")]
    MessageInvalid,
    /// The transaction is larger than its version may be.
    #[error("the transaction would take {bytes} bytes; its version allows {limit}")]
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
            Self::ComputeBudgetInvalid { .. } => "WIRE_COMPUTE_BUDGET_INVALID",
            Self::ComputeLimitMissing => "WIRE_COMPUTE_LIMIT_MISSING",
            Self::AddressesExceeded { .. } => "WIRE_ADDRESSES_EXCEEDED",
            Self::InstructionsExceeded { .. } => "WIRE_INSTRUCTIONS_EXCEEDED",
            Self::SignaturesExceeded { .. } => "WIRE_SIGNATURES_EXCEEDED",
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
