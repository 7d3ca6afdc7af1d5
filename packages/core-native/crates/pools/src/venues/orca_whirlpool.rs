//! Orca Whirlpool: `orca-so/whirlpools`.

use crate::pool::{AccountView, Address, DecodeError, Pool, SwapInstruction, SwapRequest, Watch};
use crate::quote::{ChainClock, Direction, Quote, QuoteError, SwapBounds, SwapMode, SwapOrder};

/// A pool of this venue.
#[derive(Clone, Debug)]
pub struct OrcaWhirlpool {
    address: Address,
}

impl Pool for OrcaWhirlpool {
    /// `whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc`
    const PROGRAM: Address = [
        0x0e, 0x03, 0x68, 0x5f, 0x8e, 0x90, 0x90, 0x53, 0xe4, 0x58, 0x12, 0x1c, 0x66, 0xf5, 0xa7, 0x6a, 0xed,
        0xc7, 0x70, 0x6a, 0xa1, 0x1c, 0x82, 0xf8, 0xaa, 0x95, 0x2a, 0x8f, 0x2b, 0x78, 0x79, 0xa9,
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
