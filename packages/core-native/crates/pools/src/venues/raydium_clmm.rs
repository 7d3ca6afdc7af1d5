//! Raydium CLMM: `raydium-io/raydium-clmm`.

use crate::pool::{AccountView, Address, DecodeError, Pool, SwapInstruction, SwapRequest, Watch};
use crate::quote::{ChainClock, Direction, Quote, QuoteError, SwapBounds, SwapMode, SwapOrder};

/// A pool of this venue.
#[derive(Clone, Debug)]
pub struct RaydiumClmm {
    address: Address,
}

impl Pool for RaydiumClmm {
    /// `CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK`
    const PROGRAM: Address = [
        0xa5, 0xd5, 0xca, 0x9e, 0x04, 0xcf, 0x5d, 0xb5, 0x90, 0xb7, 0x14, 0xba, 0x2f, 0xe3, 0x2c, 0xb1, 0x59,
        0x13, 0x3f, 0xc1, 0xc1, 0x92, 0xb7, 0x22, 0x57, 0xfd, 0x07, 0xd3, 0x9c, 0xb0, 0x40, 0x1e,
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
