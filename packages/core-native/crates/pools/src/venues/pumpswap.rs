//! `PumpSwap`: `pump-fun/pump-public-docs` (`pump_amm`).

use crate::pool::{AccountView, Address, DecodeError, Pool, SwapInstruction, SwapRequest, Watch};
use crate::quote::{ChainClock, Direction, Quote, QuoteError, SwapBounds, SwapMode, SwapOrder};

/// A pool of this venue.
#[derive(Clone, Debug)]
pub struct Pumpswap {
    address: Address,
}

impl Pool for Pumpswap {
    /// `pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA`
    const PROGRAM: Address = [
        0x0c, 0x14, 0xde, 0xfc, 0x82, 0x5e, 0xc6, 0x76, 0x94, 0x25, 0x08, 0x18, 0xbb, 0x65, 0x40, 0x65, 0xf4,
        0x29, 0x8d, 0x31, 0x56, 0xd5, 0x71, 0xb4, 0xd4, 0xf8, 0x09, 0x0c, 0x18, 0xe9, 0xa8, 0x63,
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
