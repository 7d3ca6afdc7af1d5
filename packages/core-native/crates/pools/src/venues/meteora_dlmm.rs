//! Meteora DLMM (`lb_clmm`).

use crate::pool::{AccountView, Address, DecodeError, Pool, SwapInstruction, SwapRequest, Watch};
use crate::quote::{ChainClock, Direction, Quote, QuoteError, SwapBounds, SwapMode, SwapOrder};

/// A pool of this venue.
#[derive(Clone, Debug)]
pub struct MeteoraDlmm {
    address: Address,
}

impl Pool for MeteoraDlmm {
    /// `LBUZKhRxPF3XUpBCjp4YzTKgLccjZhTSDM9YuVaPwxo`
    const PROGRAM: Address = [
        0x04, 0xe9, 0xe1, 0x2f, 0xbc, 0x84, 0xe8, 0x26, 0xc9, 0x32, 0xcc, 0xe9, 0xe2, 0x64, 0x0c, 0xce, 0x15,
        0x59, 0x0c, 0x1c, 0x62, 0x73, 0xb0, 0x92, 0x57, 0x08, 0xba, 0x3b, 0x85, 0x20, 0xb0, 0xbc,
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
