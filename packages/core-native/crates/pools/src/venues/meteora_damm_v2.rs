//! Meteora DAMM v2: `MeteoraAg/damm-v2` (cp-amm), release 0.2.1. The account in `layout`, prices without fees in `curve`, fees
//! in `base_fee`, `rate_limiter` and `dynamic_fee`, quotes in `quote` and `fill`, the state after a swap in `transition`, the swap
//! instruction here.

mod base_fee;
mod compute_units;
mod curve;
mod dynamic_fee;
mod fill;
mod layout;
mod quote;
mod rate_limiter;
mod square_root;
mod transition;

use self::base_fee::BaseFeeRule;
use self::layout::decode_pool;
use self::quote::{Parts, Terms};
use crate::pool::{
    AccountView, Address, DecodeError, Pool, SwapAccount, SwapInstruction, SwapRequest, Watch,
};
use crate::quote::{
    ChainClock, Direction, InstructionSet, Quote, QuoteError, SwapBounds, SwapMode, SwapOrder,
};
use crate::token_account::TOKEN_2022_PROGRAM;
use crate::token_mint::{MintTerms, decode_mint};

/// `HLnpSz9h2S4hiLQ43rnSD9XkcUThA7B8hQMKmDaiTLcC`, the PDA of seed `pool_authority`.
const POOL_AUTHORITY: Address = [
    0xf2, 0xcc, 0xd5, 0x35, 0xac, 0xa5, 0xf1, 0x73, 0x6a, 0xc8, 0x22, 0xdd, 0x07, 0x73, 0xe4, 0xd9, 0x2f,
    0xbd, 0x8a, 0x59, 0xb2, 0x94, 0x03, 0x50, 0x02, 0x95, 0xa9, 0x01, 0x1c, 0x73, 0xa9, 0xe5,
];

/// `3rmHSu74h1ZcmAisVcWerTCiRDQbUrBKmcwptYGjHfet`, the PDA of seed `__event_authority`.
const EVENT_AUTHORITY: Address = [
    0x2a, 0x76, 0xe7, 0xb3, 0x44, 0x64, 0x0a, 0x1c, 0xfc, 0x59, 0x4c, 0x8b, 0xca, 0xd0, 0xa0, 0x91, 0x01,
    0x1c, 0xac, 0x7d, 0xd1, 0x56, 0xbf, 0x83, 0xa8, 0x33, 0xfb, 0x22, 0x08, 0xeb, 0x77, 0xad,
];

/// `Sysvar1nstructions1111111111111111111111111`, by which a rate limiter sees that it swaps once a transaction.
const INSTRUCTIONS_SYSVAR: Address = [
    0x06, 0xa7, 0xd5, 0x17, 0x18, 0x7b, 0xd1, 0x66, 0x35, 0xda, 0xd4, 0x04, 0x55, 0xfd, 0xc2, 0xc0, 0xc1,
    0x24, 0xc6, 0x8f, 0x21, 0x56, 0x75, 0xa5, 0xdb, 0xba, 0xcb, 0x5f, 0x08, 0x00, 0x00, 0x00,
];

/// Anchor discriminator of `swap2`, which takes any mode.
const SWAP2: [u8; 8] = [0x41, 0x4b, 0x3f, 0x4c, 0xeb, 0x5b, 0x5b, 0x88];

/// A Meteora DAMM v2 pool.
#[derive(Clone, Debug)]
pub struct MeteoraDammV2 {
    terms: Box<Terms>,
    parts: Box<Parts>,
}

impl MeteoraDammV2 {
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
        let sides = identity.mints.iter().zip(&identity.token_programs).zip(&mut parts.mints);
        for ((mint, token_program), mint_slot) in sides {
            if account.address == mint && *token_program == TOKEN_2022_PROGRAM {
                *mint_slot = Some(decode_mint(account)?);
                return Ok(());
            }
        }
        Err(DecodeError::RelationMismatch)
    }

    /// Returns whether the program asks for the instructions sysvar; it ignores one that it does not need.
    fn may_be_limited(&self, direction: Direction) -> bool {
        matches!(self.parts.state.base_fee, BaseFeeRule::Limited(_)) && direction == Direction::BToA
    }
}

impl Pool for MeteoraDammV2 {
    /// `cpamdpZCGKUy5JxQXB4dcpGPiikHawvSWAd6mEn1sGG`
    const PROGRAM: Address = [
        0x09, 0x2d, 0x21, 0x35, 0x65, 0x7a, 0x15, 0x9c, 0x2b, 0x87, 0xd4, 0xb6, 0x6a, 0x70, 0xdb, 0x8e, 0x97,
        0x52, 0x38, 0x9f, 0xf7, 0x6a, 0xaf, 0x20, 0x6c, 0xed, 0x06, 0x3a, 0x38, 0xf9, 0x5a, 0xed,
    ];

    fn decode(account: AccountView<'_>) -> Result<Self, DecodeError> {
        let (identity, state) = decode_pool(account)?;
        // A classic mint changes nothing about a swap, so it is not waited for.
        let mints = identity
            .token_programs
            .map(|program| if program == TOKEN_2022_PROGRAM { None } else { Some(MintTerms::default()) });
        let parts = Parts { identity, state, mints };
        Ok(Self { terms: Box::new(parts.terms()), parts: Box::new(parts) })
    }

    fn watched(&self) -> Vec<Address> {
        let identity = &self.parts.identity;
        let mut watched = vec![identity.address];
        for (mint, program) in identity.mints.iter().zip(&identity.token_programs) {
            if *program == TOKEN_2022_PROGRAM {
                watched.push(*mint);
            }
        }
        watched
    }

    fn apply(&mut self, account: AccountView<'_>) -> Result<Watch, DecodeError> {
        Self::apply_to_parts(&mut self.parts, account)?;
        *self.terms = self.parts.terms();
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
        let fill = self.terms.fill(direction, mode, amount, clock)?;
        Ok(Quote { amount_in: fill.paid, amount_out: fill.received })
    }

    fn swap(&mut self, order: &SwapOrder, clock: &ChainClock) -> Result<Quote, QuoteError> {
        if order.sqrt_price_limit != 0 || order.instructions != InstructionSet::Current {
            return Err(QuoteError::FeatureUnsupported);
        }
        let fill = self.terms.fill(order.direction, order.mode, order.amount, clock)?;
        self.parts.book(&self.terms, order.direction, &fill, clock).ok_or(QuoteError::MathOverflow)?;
        *self.terms = self.parts.terms();
        Ok(Quote { amount_in: fill.paid, amount_out: fill.received })
    }

    fn bounds(&self, direction: Direction, clock: &ChainClock) -> Option<SwapBounds> {
        if self.terms.closed(clock).is_some() {
            return None;
        }
        self.terms.bounds(direction, clock)
    }

    fn disabled(&self, clock: &ChainClock) -> Option<QuoteError> {
        self.terms.closed(clock).filter(|&reason| reason != QuoteError::AccountMissing)
    }

    fn swap_instruction(&self, request: &SwapRequest<'_>) -> SwapInstruction {
        let identity = &self.parts.identity;
        let mode = match request.mode {
            SwapMode::ExactIn => 0,
            SwapMode::PartialFill => 1,
            SwapMode::ExactOut => 2,
        };
        let mut data = SWAP2.to_vec();
        data.extend_from_slice(&request.amount.to_le_bytes());
        data.extend_from_slice(&request.limit.to_le_bytes());
        data.push(mode);
        let ([mint_a, mint_b], [vault_a, vault_b]) = (identity.mints, identity.vaults);
        let [program_a, program_b] = identity.token_programs;
        let mut accounts = vec![
            SwapAccount::readonly(POOL_AUTHORITY),
            SwapAccount::writable(identity.address),
            SwapAccount::writable(*request.source),
            SwapAccount::writable(*request.destination),
            SwapAccount::writable(vault_a),
            SwapAccount::writable(vault_b),
            SwapAccount::readonly(mint_a),
            SwapAccount::readonly(mint_b),
            SwapAccount::signer(*request.owner),
            SwapAccount::readonly(program_a),
            SwapAccount::readonly(program_b),
            // No referral: the program's own address stands for none.
            SwapAccount::readonly(Self::PROGRAM),
            SwapAccount::readonly(EVENT_AUTHORITY),
            SwapAccount::readonly(Self::PROGRAM),
        ];
        if self.may_be_limited(request.direction) {
            accounts.push(SwapAccount::readonly(INSTRUCTIONS_SYSVAR));
        }
        SwapInstruction { program: Self::PROGRAM, accounts, data }
    }

    fn mints(&self) -> [Address; 2] {
        self.parts.identity.mints
    }

    fn token_programs(&self) -> [Address; 2] {
        self.parts.identity.token_programs
    }

    fn reserves(&self) -> Option<[u64; 2]> {
        (self.terms.gate != Some(QuoteError::AccountMissing)).then(|| self.terms.held())
    }

    fn compute_units(&self) -> u32 {
        self.parts.compute_units(Direction::BToA, SwapMode::ExactIn)
    }

    fn swap_compute_units(
        &self,
        direction: Direction,
        mode: SwapMode,
        _amount: u64,
        _clock: &ChainClock,
    ) -> u32 {
        self.parts.compute_units(direction, mode)
    }

    fn price_may_recover(&self) -> bool {
        self.terms.transfer_fees.is_some()
    }
}
