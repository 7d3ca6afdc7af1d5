//! Orca Whirlpool: `orca-so/whirlpools`, commit 630c0e0. Accounts in `layout` and `tick_array`, the arrays within reach in `window`,
//! prices in `tick_math`, `swap_step`, `adaptive_fee`, `walk` and `quote`, limits and costs in `reach`, the swap instruction
//! here.

mod adaptive_fee;
mod layout;
mod quote;
mod reach;
mod swap_step;
mod tick_array;
mod tick_math;
mod walk;
mod window;

use self::layout::{decode_oracle, decode_pool};
use self::quote::Parts;
use self::tick_array::{ArrayRelation, decode_tick_array};
use self::window::Window;
use crate::pool::{
    AccountView, Address, DecodeError, Pool, SwapAccount, SwapInstruction, SwapRequest, Watch,
};
use crate::quote::{
    ChainClock, Direction, InstructionSet, Quote, QuoteError, SwapBounds, SwapMode, SwapOrder,
};
use crate::token_account::TOKEN_2022_PROGRAM;
use crate::token_mint::decode_any_mint;
use std::sync::OnceLock;

/// `MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr`: notes a transfer where the receiver asks for it.
const MEMO_PROGRAM: Address = [
    0x05, 0x4a, 0x53, 0x5a, 0x99, 0x29, 0x21, 0x06, 0x4d, 0x24, 0xe8, 0x71, 0x60, 0xda, 0x38, 0x7c, 0x7c,
    0x35, 0xb5, 0xdd, 0xbc, 0x92, 0xbb, 0x81, 0xe4, 0x1f, 0xa8, 0x40, 0x41, 0x05, 0x44, 0x8d,
];

/// Anchor discriminator of `swap_v2`.
const SWAP_V2: [u8; 8] = [0x2b, 0x04, 0xed, 0x0b, 0x1a, 0xc9, 0x1e, 0x62];

/// An Orca Whirlpool pool.
#[derive(Clone, Debug)]
pub struct OrcaWhirlpool {
    parts: Box<Parts>,
}

impl OrcaWhirlpool {
    fn apply_tick_array(&mut self, account: AccountView<'_>) -> Result<(), DecodeError> {
        let Parts { identity, state, window, .. } = &mut *self.parts;
        let pool = &identity.address;
        let (position, start) = window.find(pool, account.address).ok_or(DecodeError::RelationMismatch)?;
        let known = window.ticks_of(position);
        let relation = ArrayRelation { pool, start, tick_spacing: identity.tick_spacing, known };
        let ticks = decode_tick_array(account, relation)?;
        window.set(position, ticks, state.tick, state.sqrt_price);
        Ok(())
    }

    fn apply_pool(&mut self, account: AccountView<'_>) -> Result<Watch, DecodeError> {
        let parts = &mut *self.parts;
        let (identity, state) = decode_pool(account)?;
        if identity != parts.identity {
            return Err(DecodeError::RelationMismatch);
        }
        parts.state = state;
        let has_moved = parts.window.move_to(state.tick, state.sqrt_price);
        Ok(if has_moved { Watch::Changed } else { Watch::Same })
    }
}

impl Pool for OrcaWhirlpool {
    /// `whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc`
    const PROGRAM: Address = [
        0x0e, 0x03, 0x68, 0x5f, 0x8e, 0x90, 0x90, 0x53, 0xe4, 0x58, 0x12, 0x1c, 0x66, 0xf5, 0xa7, 0x6a, 0xed,
        0xc7, 0x70, 0x6a, 0xa1, 0x1c, 0x82, 0xf8, 0xaa, 0x95, 0x2a, 0x8f, 0x2b, 0x78, 0x79, 0xa9,
    ];

    fn decode(account: AccountView<'_>) -> Result<Self, DecodeError> {
        let (identity, state) = decode_pool(account)?;
        let mut parts = Parts {
            state,
            window: Window::new(identity.tick_spacing, state.tick, state.sqrt_price),
            oracle: None,
            transfer_fees: [None; 2],
            gate: None,
            mints: [None; 2],
            identity,
            oracle_address: OnceLock::new(),
            depth: OnceLock::new(),
        };
        parts.settle();
        Ok(Self { parts: Box::new(parts) })
    }

    fn watched(&self) -> Vec<Address> {
        let Parts { identity, window, .. } = &*self.parts;
        let [mint_a, mint_b] = identity.mints;
        let mut watched = vec![identity.address, mint_a, mint_b];
        if identity.is_adaptive {
            watched.push(self.parts.oracle_address().address);
        }
        watched.extend(window.addresses(&identity.address));
        watched
    }

    fn required(&self) -> usize {
        if self.parts.identity.is_adaptive { 4 } else { 3 }
    }

    fn apply(&mut self, account: AccountView<'_>) -> Result<Watch, DecodeError> {
        let identity = self.parts.identity;
        let mut watch = Watch::Same;
        if *account.address == identity.address {
            watch = self.apply_pool(account)?;
        } else if let Some(side) = identity.mints.iter().position(|mint| mint == account.address) {
            let mint = decode_any_mint(account)?;
            if let Some(slot) = self.parts.mints.get_mut(side) {
                *slot = Some(mint);
            }
        } else if identity.is_adaptive && *account.address == self.parts.oracle_address().address {
            self.parts.oracle = Some(decode_oracle(account, &identity)?);
        } else {
            self.apply_tick_array(account)?;
        }
        self.parts.settle();
        Ok(watch)
    }

    #[inline]
    fn quote(
        &self,
        direction: Direction,
        mode: SwapMode,
        amount: u64,
        clock: &ChainClock,
    ) -> Result<Quote, QuoteError> {
        let walked = self.parts.quote(&SwapOrder::new(direction, mode, amount), clock)?;
        // Exact in, the program keeps what the whole range of prices cannot take with the user.
        if walked.walk.remaining > 0 { Err(QuoteError::LiquidityExceeded) } else { Ok(walked.quote) }
    }

    fn swap(&mut self, order: &SwapOrder, clock: &ChainClock) -> Result<Quote, QuoteError> {
        // The older instruction knows the classic token program alone; otherwise it answers as the newer one.
        let is_older = order.instructions == InstructionSet::Legacy;
        if is_older && self.token_programs().contains(&TOKEN_2022_PROGRAM) {
            return Err(QuoteError::FeatureUnsupported);
        }
        self.parts.swap(order, clock)
    }

    fn bounds(&self, direction: Direction, clock: &ChainClock) -> Option<SwapBounds> {
        self.parts.bounds(direction, clock)
    }

    fn disabled(&self, clock: &ChainClock) -> Option<QuoteError> {
        self.parts.refusal(clock).filter(|refusal| *refusal != QuoteError::AccountMissing)
    }

    fn swap_instruction(&self, request: &SwapRequest<'_>) -> SwapInstruction {
        let identity = &self.parts.identity;
        let mut data = SWAP_V2.to_vec();
        data.extend_from_slice(&request.amount.to_le_bytes());
        data.extend_from_slice(&request.limit.to_le_bytes());
        data.extend_from_slice(&0_u128.to_le_bytes()); // no price limit
        data.push(u8::from(request.mode != SwapMode::ExactOut));
        data.push(u8::from(request.direction == Direction::AToB));
        data.push(0); // no remaining accounts
        let [program_a, program_b] = self.token_programs();
        let [mint_a, mint_b] = identity.mints;
        let [vault_a, vault_b] = identity.vaults;
        let (owned_a, owned_b) = request.direction.input_output([*request.source, *request.destination]);
        let mut accounts = vec![
            SwapAccount::readonly(program_a),
            SwapAccount::readonly(program_b),
            SwapAccount::readonly(MEMO_PROGRAM),
            SwapAccount::signer(*request.owner),
            SwapAccount::writable(identity.address),
            SwapAccount::readonly(mint_a),
            SwapAccount::readonly(mint_b),
            SwapAccount::writable(owned_a),
            SwapAccount::writable(vault_a),
            SwapAccount::writable(owned_b),
            SwapAccount::writable(vault_b),
        ];
        let arrays = self.parts.tick_arrays(request.direction, request.mode, request.amount);
        accounts.extend(arrays.into_iter().map(SwapAccount::writable));
        accounts.push(SwapAccount::writable(self.parts.oracle_address().address));
        SwapInstruction { program: Self::PROGRAM, accounts, data }
    }

    fn mints(&self) -> [Address; 2] {
        self.parts.identity.mints
    }

    /// Zeros for a mint that has not been applied: the pool account does not name them.
    fn token_programs(&self) -> [Address; 2] {
        self.parts.mints.map(|mint| mint.map_or([0; 32], |mint| mint.token_program))
    }

    fn reserves(&self) -> Option<[u64; 2]> {
        (self.parts.gate != Some(QuoteError::AccountMissing)).then(|| self.parts.depth())
    }

    fn compute_units(&self) -> u32 {
        self.parts.least_compute_units()
    }

    fn swap_compute_units(
        &self,
        direction: Direction,
        mode: SwapMode,
        amount: u64,
        clock: &ChainClock,
    ) -> u32 {
        self.parts.swap_compute_units(direction, mode, amount, clock)
    }

    fn price_may_recover(&self) -> bool {
        self.parts.transfer_fees.iter().any(Option::is_some) || self.parts.identity.is_adaptive
    }
}
