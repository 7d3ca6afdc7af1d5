//! Raydium CPMM: `raydium-io/raydium-cp-swap`. Accounts in `layout`, prices in `quote`, the swap instruction here.

mod layout;
mod quote;
mod transition;

use self::layout::{decode_config, decode_pool};
use self::quote::{Parts, Terms};
use crate::pool::{
    AccountView, Address, DecodeError, Pool, SwapAccount, SwapInstruction, SwapRequest, Watch,
};
use crate::quote::{
    ChainClock, Direction, InstructionSet, Quote, QuoteError, SwapBounds, SwapMode, SwapOrder,
};
use crate::token_account::{TOKEN_2022_PROGRAM, VaultRelation, decode_vault};
use crate::token_mint::{MintTerms, decode_mint};

/// `GpMZbSM2GgvTKHJirzeGfMFoaZ8UR2X7F4v8vHTvxFbL`, the PDA of seed `vault_and_lp_mint_auth_seed`.
const AUTHORITY: Address = [
    0xeb, 0x00, 0xd9, 0xf5, 0xb2, 0x92, 0xb4, 0x21, 0x4a, 0xc7, 0xd0, 0x37, 0xb4, 0xd6, 0xf0, 0x64, 0x50,
    0xb9, 0x64, 0x60, 0x0d, 0xf3, 0x73, 0x05, 0x2b, 0xb5, 0xe8, 0x4f, 0x2f, 0x8e, 0x9a, 0x67,
];

/// Anchor discriminators of `swap_base_input` and `swap_base_output`.
const SWAP_BASE_INPUT: [u8; 8] = [0x8f, 0xbe, 0x5a, 0xda, 0xc4, 0x1e, 0x33, 0xde];
const SWAP_BASE_OUTPUT: [u8; 8] = [0x37, 0xd9, 0x62, 0x56, 0xa3, 0x4a, 0xb4, 0xad];

/// Largest cost seen with the classic token program or Token-2022 transfer fees on either side, and a tenth for longer
/// address searches.
const COMPUTE_UNITS: u32 = 36_000;

/// A Raydium CPMM pool.
#[derive(Clone, Debug)]
pub struct RaydiumCpmm {
    terms: Terms,
    parts: Box<Parts>,
}

impl RaydiumCpmm {
    /// Returns the output of an exact-in swap of an open pool without Token-2022; `None` leaves everything else to `quote`.
    #[inline]
    pub(crate) fn plain_output(&self, direction: Direction, amount: u64, clock: &ChainClock) -> Option<u64> {
        let terms = &self.terms;
        if terms.gate.is_some() || terms.extended.is_some() || clock.unix_timestamp < terms.open_time {
            return None;
        }
        terms.plain_output(direction, amount)
    }

    fn apply_to_parts(parts: &mut Parts, account: AccountView<'_>) -> Result<(), DecodeError> {
        let identity = &parts.identity;
        if *account.address == identity.address {
            let (new_identity, state) = decode_pool(account)?;
            if new_identity != *identity {
                return Err(DecodeError::RelationMismatch);
            }
            parts.state = state;
            return Ok(());
        }
        if *account.address == identity.config {
            parts.config = Some(decode_config(account)?);
            return Ok(());
        }
        let sides = identity.vaults.iter().zip(&identity.mints).zip(&identity.token_programs);
        let slots = parts.vaults.iter_mut().zip(&mut parts.mints);
        for (((vault, mint), token_program), (vault_slot, mint_slot)) in sides.zip(slots) {
            if account.address == vault {
                let relation = VaultRelation { token_program, mint, authority: &AUTHORITY };
                *vault_slot = Some(decode_vault(account, relation)?);
                return Ok(());
            }
            if account.address == mint && *token_program == TOKEN_2022_PROGRAM {
                *mint_slot = Some(decode_mint(account)?);
                return Ok(());
            }
        }
        Err(DecodeError::RelationMismatch)
    }
}

impl Pool for RaydiumCpmm {
    /// `CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C`
    const PROGRAM: Address = [
        0xa9, 0x2a, 0x5a, 0x8b, 0x4f, 0x29, 0x59, 0x52, 0x84, 0x25, 0x50, 0xaa, 0x93, 0xfd, 0x5b, 0x95, 0xb5,
        0xac, 0xe6, 0xa8, 0xeb, 0x92, 0x0c, 0x93, 0x94, 0x2e, 0x43, 0x69, 0x0c, 0x20, 0xec, 0x73,
    ];

    fn decode(account: AccountView<'_>) -> Result<Self, DecodeError> {
        let (identity, state) = decode_pool(account)?;
        // A classic mint changes nothing about a swap, so it is not waited for.
        let mints = identity
            .token_programs
            .map(|program| if program == TOKEN_2022_PROGRAM { None } else { Some(MintTerms::default()) });
        let parts = Parts { identity, state, config: None, vaults: [None; 2], mints };
        Ok(Self { terms: parts.terms(), parts: Box::new(parts) })
    }

    fn watched(&self) -> Vec<Address> {
        let identity = &self.parts.identity;
        let [vault_0, vault_1] = identity.vaults;
        let mut watched = vec![identity.address, identity.config, vault_0, vault_1];
        for (mint, program) in identity.mints.iter().zip(&identity.token_programs) {
            if *program == TOKEN_2022_PROGRAM {
                watched.push(*mint);
            }
        }
        watched
    }

    fn apply(&mut self, account: AccountView<'_>) -> Result<Watch, DecodeError> {
        Self::apply_to_parts(&mut self.parts, account)?;
        self.terms = self.parts.terms();
        Ok(Watch::Same)
    }

    #[inline]
    fn quote(
        &self,
        direction: Direction,
        mode: SwapMode,
        amount: u64,
        clock: &ChainClock,
    ) -> Result<Quote, QuoteError> {
        let terms = &self.terms;
        if let Some(gate) = terms.gate {
            return Err(gate);
        }
        if clock.unix_timestamp < terms.open_time {
            return Err(QuoteError::NotOpen);
        }
        match mode {
            SwapMode::ExactIn => {
                let amount_out = terms.exact_in(direction, amount, clock.epoch)?;
                Ok(Quote { amount_in: amount, amount_out })
            }
            SwapMode::ExactOut => {
                let amount_in = terms.exact_out(direction, amount, clock.epoch)?;
                Ok(Quote { amount_in, amount_out: amount })
            }
            SwapMode::PartialFill => Err(QuoteError::FeatureUnsupported),
        }
    }

    fn swap(&mut self, order: &SwapOrder, clock: &ChainClock) -> Result<Quote, QuoteError> {
        if order.sqrt_price_limit != 0 || order.instructions != InstructionSet::Current {
            return Err(QuoteError::FeatureUnsupported);
        }
        let quote = self.quote(order.direction, order.mode, order.amount, clock)?;
        self.parts.book(&self.terms, order.direction, order.mode, quote, clock.epoch)?;
        self.terms = self.parts.terms();
        Ok(quote)
    }

    fn bounds(&self, direction: Direction, clock: &ChainClock) -> Option<SwapBounds> {
        if self.terms.gate.is_some() || clock.unix_timestamp < self.terms.open_time {
            return None;
        }
        self.terms.bounds(direction)
    }

    fn disabled(&self, clock: &ChainClock) -> Option<QuoteError> {
        match self.terms.gate {
            Some(QuoteError::AccountMissing) => None,
            None if clock.unix_timestamp < self.terms.open_time => Some(QuoteError::NotOpen),
            gate => gate,
        }
    }

    fn swap_instruction(&self, request: &SwapRequest<'_>) -> SwapInstruction {
        let identity = &self.parts.identity;
        let (discriminator, first, second) = match request.mode {
            SwapMode::ExactIn | SwapMode::PartialFill => (SWAP_BASE_INPUT, request.amount, request.limit),
            SwapMode::ExactOut => (SWAP_BASE_OUTPUT, request.limit, request.amount),
        };
        let mut data = discriminator.to_vec();
        data.extend_from_slice(&first.to_le_bytes());
        data.extend_from_slice(&second.to_le_bytes());
        let (input_vault, output_vault) = request.direction.input_output(identity.vaults);
        let (input_program, output_program) = request.direction.input_output(identity.token_programs);
        let (input_mint, output_mint) = request.direction.input_output(identity.mints);
        let accounts = vec![
            SwapAccount::signer(*request.owner),
            SwapAccount::readonly(AUTHORITY),
            SwapAccount::readonly(identity.config),
            SwapAccount::writable(identity.address),
            SwapAccount::writable(*request.source),
            SwapAccount::writable(*request.destination),
            SwapAccount::writable(input_vault),
            SwapAccount::writable(output_vault),
            SwapAccount::readonly(input_program),
            SwapAccount::readonly(output_program),
            SwapAccount::readonly(input_mint),
            SwapAccount::readonly(output_mint),
            SwapAccount::writable(identity.observation),
        ];
        SwapInstruction { program: Self::PROGRAM, accounts, data }
    }

    fn mints(&self) -> [Address; 2] {
        self.parts.identity.mints
    }

    fn token_programs(&self) -> [Address; 2] {
        self.parts.identity.token_programs
    }

    fn reserves(&self) -> Option<[u64; 2]> {
        if self.terms.gate == Some(QuoteError::AccountMissing) {
            return None;
        }
        self.parts.reserves()
    }

    fn compute_units(&self) -> u32 {
        COMPUTE_UNITS
    }

    fn price_may_recover(&self) -> bool {
        let extended = self.terms.extended.as_ref();
        extended.is_some_and(|extended| extended.transfer_fees.iter().any(Option::is_some))
    }
}
