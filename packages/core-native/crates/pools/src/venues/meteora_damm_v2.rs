//! Meteora DAMM v2: `MeteoraAg/damm-v2` (cp-amm).

use crate::pool::{AccountView, Address, DecodeError, Pool, SwapInstruction, SwapRequest, Watch};
use crate::quote::{ChainClock, Direction, Quote, QuoteError, SwapBounds, SwapMode, SwapOrder};

/// A pool of this venue.
#[derive(Clone, Debug)]
pub struct MeteoraDammV2 {
    address: Address,
}

impl Pool for MeteoraDammV2 {
    /// `cpamdpZCGKUy5JxQXB4dcpGPiikHawvSWAd6mEn1sGG`
    const PROGRAM: Address = [
        0x09, 0x2d, 0x21, 0x35, 0x65, 0x7a, 0x15, 0x9c, 0x2b, 0x87, 0xd4, 0xb6, 0x6a, 0x70, 0xdb, 0x8e, 0x97,
        0x52, 0x38, 0x9f, 0xf7, 0x6a, 0xaf, 0x20, 0x6c, 0xed, 0x06, 0x3a, 0x38, 0xf9, 0x5a, 0xed,
    ];

    fn decode(_account: AccountView<'_>) -> Result<Self, DecodeError> {
        Err(DecodeError::DiscriminatorMismatch)
    }

    fn watched(&self) -> Vec<Address> {
        vec![self.address]
    }

    fn apply(&mut self, _account: AccountView<'_>) -> Result<Watch, DecodeError> {
        Err(DecodeError::RelationMismatch)
    }

    fn quote(
        &self,
        _direction: Direction,
        _mode: SwapMode,
        _amount: u64,
        _clock: &ChainClock,
    ) -> Result<Quote, QuoteError> {
        Err(QuoteError::FeatureUnsupported)
    }

    fn swap(&mut self, _order: &SwapOrder, _clock: &ChainClock) -> Result<Quote, QuoteError> {
        Err(QuoteError::FeatureUnsupported)
    }

    fn bounds(&self, _direction: Direction, _clock: &ChainClock) -> Option<SwapBounds> {
        None
    }

    fn disabled(&self, _clock: &ChainClock) -> Option<QuoteError> {
        None
    }

    fn swap_instruction(&self, _request: &SwapRequest<'_>) -> SwapInstruction {
        SwapInstruction { program: Self::PROGRAM, accounts: Vec::new(), data: Vec::new() }
    }

    fn mints(&self) -> [Address; 2] {
        [[0; 32]; 2]
    }

    fn token_programs(&self) -> [Address; 2] {
        [[0; 32]; 2]
    }

    fn reserves(&self) -> Option<[u64; 2]> {
        None
    }

    fn compute_units(&self) -> u32 {
        0
    }

    fn has_transfer_fee(&self) -> bool {
        false
    }
}
