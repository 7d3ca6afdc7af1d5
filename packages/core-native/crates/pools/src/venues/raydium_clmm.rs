//! Raydium CLMM: `raydium-io/raydium-clmm`. Accounts in `layout`, which tick arrays matter in `bitmap` and `window`, prices from
//! `walk` up to `quote`, the swap instruction here.

mod bitmap;
mod dynamic_fee;
mod layout;
mod quote;
mod span;
mod step;
mod tick_math;
mod walk;
mod window;

use self::bitmap::{Bitmaps, Extension, array_of, flip, is_own};
use self::layout::{decode_config, decode_extension, decode_pool, decode_tick_array};
use self::quote::{Fill, Parts};
use self::window::{Window, WindowArray, extension_address};
use crate::pool::{
    AccountView, Address, DecodeError, Pool, SwapAccount, SwapInstruction, SwapRequest, Watch,
};
use crate::quote::{
    ChainClock, Direction, InstructionSet, Quote, QuoteError, SwapBounds, SwapMode, SwapOrder,
};
use crate::token_account::{SPL_TOKEN_PROGRAM, TOKEN_2022_PROGRAM};
use crate::token_mint::decode_any_mint;
use std::sync::OnceLock;

/// `MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr`
const MEMO_PROGRAM: Address = [
    0x05, 0x4a, 0x53, 0x5a, 0x99, 0x29, 0x21, 0x06, 0x4d, 0x24, 0xe8, 0x71, 0x60, 0xda, 0x38, 0x7c, 0x7c,
    0x35, 0xb5, 0xdd, 0xbc, 0x92, 0xbb, 0x81, 0xe4, 0x1f, 0xa8, 0x40, 0x41, 0x05, 0x44, 0x8d,
];

/// Anchor discriminator of `swap_v2`.
const SWAP_V2: [u8; 8] = [0x2b, 0x04, 0xed, 0x0b, 0x1a, 0xc9, 0x1e, 0x62];

/// Pool, configuration and mints.
const REQUIRED: usize = 4;

/// What swaps take on the program of before dynamic fees (2026-04) with the classic token program, rounded up: the newer program
/// takes less for the same.
mod compute_units {
    /// A swap that ends before the first tick, the longest address search seen included.
    pub const BASE: u32 = 92_000;
    /// Each further tick.
    pub const TICK: u32 = 18_000;
    /// Each further step of a dynamic fee, and each tick's limit orders: less than a tick, which the newer program also writes.
    pub const STEP: u32 = 12_000;
    /// The outer bitmaps, whose address is searched for.
    pub const EXTENSION: u32 = 12_000;
}

/// A Raydium CLMM pool.
#[derive(Clone, Debug)]
pub struct RaydiumClmm {
    parts: Box<Parts>,
}

impl RaydiumClmm {
    fn apply_pool(&mut self, account: AccountView<'_>) -> Result<Watch, DecodeError> {
        let (identity, state) = decode_pool(account)?;
        if identity != self.parts.identity {
            return Err(DecodeError::RelationMismatch);
        }
        self.parts.state = state;
        Ok(self.follow())
    }

    /// Looks which arrays are in reach now, and works out what follows from them.
    fn follow(&mut self) -> Watch {
        let Parts { state, window, identity, extension, .. } = &mut *self.parts;
        let watch = window.follow(&Bitmaps::new(identity, state, extension), identity, state.tick);
        self.parts.settle();
        watch
    }

    fn apply_tick_array(&mut self, account: AccountView<'_>) -> Result<(), DecodeError> {
        let Parts { window, identity, .. } = &mut *self.parts;
        let position = window.position(identity, account.address).ok_or(DecodeError::RelationMismatch)?;
        let (start, known) = window.known_of(position, identity).ok_or(DecodeError::RelationMismatch)?;
        // An array that the pool's bitmap tells of exists; where it is read as absent, one of the two is older.
        let ticks = if account.is_absent() {
            None
        } else {
            Some(decode_tick_array(account, identity, start, known)?)
        };
        window.set_array(position, identity, ticks);
        self.parts.settle();
        Ok(())
    }

    fn apply_extension(&mut self, account: AccountView<'_>) -> Result<Watch, DecodeError> {
        self.parts.extension = if account.is_absent() {
            Extension::Absent
        } else {
            Extension::Present(decode_extension(account, &self.parts.identity.address)?)
        };
        Ok(self.follow())
    }

    /// Returns the address of the account with the outer bitmaps, where the spacing leaves room for any.
    fn extension_address(&self) -> Option<&Address> {
        let Parts { extension, identity, extension_address: address, .. } = &*self.parts;
        let is_used = !matches!(extension, Extension::Unused);
        is_used.then(|| address.get_or_init(|| extension_address(&identity.address)))
    }

    /// Returns the arrays that the instruction of an order passes.
    fn route(&self, fill: &Fill) -> Vec<&WindowArray> {
        let Parts { window, identity, state, .. } = &*self.parts;
        window.route(identity, state.tick, fill.direction, self.parts.farthest_tick(fill))
    }

    /// Returns whether a swap comes to an array outside the pool's bitmap, with outer bitmaps to find it in.
    fn needs_extension(&self, route: &[&WindowArray]) -> bool {
        let Parts { identity, state, extension, .. } = &*self.parts;
        let starts_outside = !is_own(array_of(state.tick, identity.array_span()));
        extension.is_present() && (starts_outside || route.iter().any(|array| !is_own(array.array)))
    }

    /// Returns the accounts after the instruction's own: the outer bitmaps where the swap can come to an array outside the
    /// pool's bitmap, then the tick arrays in the order the swap meets them.
    fn remaining_accounts(&self, request: &SwapRequest<'_>) -> Vec<SwapAccount> {
        let Parts { window, identity, state, .. } = &*self.parts;
        let fill = Fill::new(request.direction, request.mode, request.amount);
        let route = match fill {
            Ok(fill) => self.route(&fill),
            Err(_) => window.route(identity, state.tick, request.direction, None),
        };
        let outer = self.extension_address().filter(|_| self.needs_extension(&route));
        let arrays = route.into_iter().map(|array| array.address(identity));
        outer.into_iter().chain(arrays).map(|address| SwapAccount::writable(*address)).collect()
    }
}

impl Pool for RaydiumClmm {
    /// `CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK`
    const PROGRAM: Address = [
        0xa5, 0xd5, 0xca, 0x9e, 0x04, 0xcf, 0x5d, 0xb5, 0x90, 0xb7, 0x14, 0xba, 0x2f, 0xe3, 0x2c, 0xb1, 0x59,
        0x13, 0x3f, 0xc1, 0xc1, 0x92, 0xb7, 0x22, 0x57, 0xfd, 0x07, 0xd3, 0x9c, 0xb0, 0x40, 0x1e,
    ];

    fn decode(account: AccountView<'_>) -> Result<Self, DecodeError> {
        let (identity, state) = decode_pool(account)?;
        let parts = Parts {
            state,
            base_rate: None,
            window: Window::default(),
            mints: [None; 2],
            available: [0; 2],
            extension: Extension::of_spacing(identity.tick_spacing),
            identity,
            extension_address: OnceLock::new(),
        };
        let mut pool = Self { parts: Box::new(parts) };
        pool.follow();
        Ok(pool)
    }

    fn watched(&self) -> Vec<Address> {
        let Parts { identity, window, .. } = &*self.parts;
        let [mint_0, mint_1] = identity.mints;
        let mut watched = vec![identity.address, identity.config, mint_0, mint_1];
        watched.extend(self.extension_address());
        watched.extend(window.arrays().iter().map(|array| array.address(identity)));
        watched
    }

    fn required(&self) -> usize {
        REQUIRED
    }

    fn apply(&mut self, account: AccountView<'_>) -> Result<Watch, DecodeError> {
        let identity = &self.parts.identity;
        if *account.address == identity.address {
            return self.apply_pool(account);
        }
        if *account.address == identity.config {
            self.parts.base_rate = Some(decode_config(account)?);
            return Ok(Watch::Same);
        }
        let slots = self.parts.mints.iter_mut();
        if let Some((_, slot)) = identity.mints.iter().zip(slots).find(|(mint, _)| *mint == account.address) {
            *slot = Some(decode_any_mint(account)?);
            return Ok(Watch::Same);
        }
        if self.extension_address() == Some(account.address) {
            return self.apply_extension(account);
        }
        self.apply_tick_array(account)?;
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
        let fill = Fill::new(direction, mode, amount)?;
        self.parts.fill(&fill, clock, |_, _| {}).map(|(quote, _)| quote)
    }

    fn swap(&mut self, order: &SwapOrder, clock: &ChainClock) -> Result<Quote, QuoteError> {
        if order.instructions != InstructionSet::Current {
            return Err(QuoteError::FeatureUnsupported);
        }
        let fill = Fill::new(order.direction, order.mode, order.amount)?;
        let fill = Fill { sqrt_price_limit: order.sqrt_price_limit, ..fill };
        let mut matches = Vec::new();
        let (quote, end) =
            self.parts.fill(&fill, clock, |place, unfilled| matches.push((place, unfilled)))?;
        let Parts { state, window, identity, extension, .. } = &mut *self.parts;
        state.sqrt_price = end.sqrt_price;
        state.liquidity = end.liquidity;
        state.tick = end.tick();
        state.dynamic_fee = end.dynamic_fee;
        if !matches.is_empty() {
            let emptied: Vec<i32> = matches
                .iter()
                .filter_map(|&(place, unfilled)| window.set_unfilled(place, unfilled, identity))
                .collect();
            for &array in &emptied {
                flip(array, &mut state.bitmap, extension);
            }
            window.drop_used_up(&emptied);
        }
        self.parts.settle();
        Ok(quote)
    }

    fn bounds(&self, direction: Direction, clock: &ChainClock) -> Option<SwapBounds> {
        self.parts.bounds(direction, clock)
    }

    fn disabled(&self, clock: &ChainClock) -> Option<QuoteError> {
        self.parts.gate_at(clock).filter(|refusal| *refusal != QuoteError::AccountMissing)
    }

    fn swap_instruction(&self, request: &SwapRequest<'_>) -> SwapInstruction {
        let identity = &self.parts.identity;
        let mut data = SWAP_V2.to_vec();
        data.extend_from_slice(&request.amount.to_le_bytes());
        data.extend_from_slice(&request.limit.to_le_bytes());
        // No price limit: then the program takes the whole amount or refuses.
        data.extend_from_slice(&0_u128.to_le_bytes());
        data.push(u8::from(request.mode != SwapMode::ExactOut));
        let (input_vault, output_vault) = request.direction.input_output(identity.vaults);
        let (input_mint, output_mint) = request.direction.input_output(identity.mints);
        let mut accounts = vec![
            SwapAccount::signer(*request.owner),
            SwapAccount::readonly(identity.config),
            SwapAccount::writable(identity.address),
            SwapAccount::writable(*request.source),
            SwapAccount::writable(*request.destination),
            SwapAccount::writable(input_vault),
            SwapAccount::writable(output_vault),
            SwapAccount::writable(identity.observation),
            SwapAccount::readonly(SPL_TOKEN_PROGRAM),
            SwapAccount::readonly(TOKEN_2022_PROGRAM),
            SwapAccount::readonly(MEMO_PROGRAM),
            SwapAccount::readonly(input_mint),
            SwapAccount::readonly(output_mint),
        ];
        accounts.extend(self.remaining_accounts(request));
        SwapInstruction { program: Self::PROGRAM, accounts, data }
    }

    fn mints(&self) -> [Address; 2] {
        self.parts.identity.mints
    }

    /// Zeros for a mint that is not applied yet: the pool account does not name the programs.
    fn token_programs(&self) -> [Address; 2] {
        self.parts.mints.map(|mint| mint.map_or([0; 32], |mint| mint.token_program))
    }

    fn reserves(&self) -> Option<[u64; 2]> {
        (self.parts.gate() != Some(QuoteError::AccountMissing)).then_some(self.parts.available)
    }

    fn compute_units(&self) -> u32 {
        compute_units::BASE
    }

    fn swap_compute_units(
        &self,
        direction: Direction,
        mode: SwapMode,
        amount: u64,
        clock: &ChainClock,
    ) -> u32 {
        let quoted = Fill::new(direction, mode, amount)
            .and_then(|fill| Ok((fill, self.parts.fill(&fill, clock, |_, _| {})?.1)));
        let Ok((fill, end)) = quoted else { return compute_units::BASE };
        let outer = u32::from(self.needs_extension(&self.route(&fill)));
        let steps = end.steps.saturating_sub(end.targets).saturating_add(end.matches);
        compute_units::BASE
            .saturating_add(compute_units::TICK.saturating_mul(end.targets.saturating_sub(1)))
            .saturating_add(compute_units::STEP.saturating_mul(steps))
            .saturating_add(compute_units::EXTENSION.saturating_mul(outer))
    }

    fn price_may_recover(&self) -> bool {
        let has_transfer_fee =
            self.parts.mints.iter().flatten().any(|mint| mint.terms.transfer_fee.is_some());
        has_transfer_fee || self.parts.state.dynamic_fee.is_some()
    }
}
