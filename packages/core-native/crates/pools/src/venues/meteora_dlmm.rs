//! Meteora DLMM (`lb_clmm` 0.12.0, with limit orders and fees in Y only). Accounts in `layout`, the arrays in reach in
//! `window` and `bitmap`, one bin in `bin` and `fee`, whole swaps in `quote`, the instruction in `instruction`,
//! what it takes in `compute_units`.

mod bin;
mod bitmap;
mod compute_units;
mod fee;
mod instruction;
mod layout;
mod quote;
mod window;

use self::bin::Bin;
use self::fee::{Volatility, signed_seconds};
use self::layout::{decode_extension, decode_pair};
use self::quote::Parts;
use self::window::{Window, extension_address};
use crate::pool::{AccountView, Address, DecodeError, Pool, SwapInstruction, SwapRequest, Watch};
use crate::quote::{
    ChainClock, Direction, InstructionSet, Quote, QuoteError, SwapBounds, SwapMode, SwapOrder,
};
use crate::token_account::TOKEN_2022_PROGRAM;
use crate::token_mint::{MintTerms, decode_mint};

/// A Meteora DLMM pool.
#[derive(Clone, Debug)]
pub struct MeteoraDlmm {
    parts: Box<Parts>,
}

impl MeteoraDlmm {
    fn apply_pair(&mut self, account: AccountView<'_>) -> Result<Watch, DecodeError> {
        let parts = self.parts.as_mut();
        let (identity, state) = decode_pair(account)?;
        if identity != parts.identity {
            return Err(DecodeError::RelationMismatch);
        }
        parts.state = state;
        parts.refresh();
        Ok(self.follow())
    }

    fn apply_extension(&mut self, account: AccountView<'_>) -> Result<Watch, DecodeError> {
        let extension = if account.is_absent() {
            None
        } else {
            Some(Box::new(decode_extension(account, &self.parts.identity.address)?))
        };
        self.parts.extension = extension;
        Ok(self.follow())
    }

    fn follow(&mut self) -> Watch {
        let parts = self.parts.as_mut();
        if parts.window.follow(&parts.identity, &parts.state, parts.extension.as_deref()) {
            Watch::Changed
        } else {
            Watch::Same
        }
    }
}

impl Pool for MeteoraDlmm {
    /// `LBUZKhRxPF3XUpBCjp4YzTKgLccjZhTSDM9YuVaPwxo`
    const PROGRAM: Address = [
        0x04, 0xe9, 0xe1, 0x2f, 0xbc, 0x84, 0xe8, 0x26, 0xc9, 0x32, 0xcc, 0xe9, 0xe2, 0x64, 0x0c, 0xce, 0x15,
        0x59, 0x0c, 0x1c, 0x62, 0x73, 0xb0, 0x92, 0x57, 0x08, 0xba, 0x3b, 0x85, 0x20, 0xb0, 0xbc,
    ];

    fn decode(account: AccountView<'_>) -> Result<Self, DecodeError> {
        let (identity, state) = decode_pair(account)?;
        // A classic mint changes nothing about a swap, so it is not waited for.
        let mints = identity
            .token_programs
            .map(|program| if program == TOKEN_2022_PROGRAM { None } else { Some(MintTerms::default()) });
        let parts = Parts {
            gate: None,
            state,
            transfer_fees: [None; 2],
            window: Window::default(),
            extension_address: extension_address(&identity.address).ok_or(DecodeError::FieldInvalid)?,
            identity,
            mints,
            extension: None,
        };
        let mut pool = Self { parts: Box::new(parts) };
        pool.parts.refresh();
        pool.follow();
        Ok(pool)
    }

    fn watched(&self) -> Vec<Address> {
        let parts = &self.parts;
        let mut watched = vec![parts.identity.address];
        watched.extend(parts.extended_mints());
        watched.push(parts.extension_address);
        watched.extend(parts.window.addresses());
        watched
    }

    fn required(&self) -> usize {
        self.parts.extended_mints().count().saturating_add(1)
    }

    fn apply(&mut self, account: AccountView<'_>) -> Result<Watch, DecodeError> {
        let parts = self.parts.as_mut();
        if *account.address == parts.identity.address {
            return self.apply_pair(account);
        }
        if let Some(applied) = parts.window.apply(account, &parts.identity, parts.state.active_id) {
            return applied.map(|()| Watch::Same);
        }
        if *account.address == parts.extension_address {
            return self.apply_extension(account);
        }
        let sides = parts.identity.mints.iter().zip(&parts.identity.token_programs).zip(&mut parts.mints);
        for ((mint, program), slot) in sides {
            if account.address == mint && *program == TOKEN_2022_PROGRAM {
                *slot = Some(decode_mint(account)?);
                parts.refresh();
                return Ok(Watch::Same);
            }
        }
        Err(DecodeError::RelationMismatch)
    }

    #[inline]
    fn quote(
        &self,
        direction: Direction,
        mode: SwapMode,
        amount: u64,
        clock: &ChainClock,
    ) -> Result<Quote, QuoteError> {
        self.parts.walk(direction, mode, amount, clock, |_, _| ()).map(|walk| walk.quote)
    }

    fn swap(&mut self, order: &SwapOrder, clock: &ChainClock) -> Result<Quote, QuoteError> {
        let parts = self.parts.as_mut();
        // The older instructions know the classic token program alone; otherwise they answer as the newer ones.
        let is_older = order.instructions == InstructionSet::Legacy;
        if order.sqrt_price_limit != 0
            || (is_older && parts.identity.token_programs.contains(&TOKEN_2022_PROGRAM))
        {
            return Err(QuoteError::FeatureUnsupported);
        }
        let terms = parts.state.terms(order.direction);
        let mut moved: Vec<Bin> = Vec::new();
        let walk = parts.walk(order.direction, order.mode, order.amount, clock, |bin, fill| {
            moved.push(bin.after(terms, fill));
        })?;
        let schedule = parts.schedule(clock)?;
        for bin in moved {
            parts.window.replace(bin);
        }
        let state = &mut parts.state;
        // The time of the last swap is that of the last one which left the active bin.
        let last_update = if walk.last_id == state.active_id {
            state.volatility.last_update
        } else {
            signed_seconds(clock.unix_timestamp)
        };
        state.volatility = Volatility {
            accumulator: schedule.accumulator(walk.last_id),
            reference: schedule.reference,
            index_reference: schedule.index_reference,
            last_update,
        };
        state.active_id = walk.last_id;
        self.follow();
        Ok(walk.quote)
    }

    fn bounds(&self, direction: Direction, clock: &ChainClock) -> Option<SwapBounds> {
        self.parts.bounds(direction, clock)
    }

    fn disabled(&self, clock: &ChainClock) -> Option<QuoteError> {
        self.parts.gate_at(clock).filter(|gate| *gate != QuoteError::AccountMissing)
    }

    fn swap_instruction(&self, request: &SwapRequest<'_>) -> SwapInstruction {
        self.parts.instruction(request)
    }

    fn mints(&self) -> [Address; 2] {
        self.parts.identity.mints
    }

    fn token_programs(&self) -> [Address; 2] {
        self.parts.identity.token_programs
    }

    fn reserves(&self) -> Option<[u64; 2]> {
        let parts = &self.parts;
        let depth = |direction| parts.window.depth(parts.state.terms(direction));
        (parts.gate != Some(QuoteError::AccountMissing))
            .then(|| [depth(Direction::BToA), depth(Direction::AToB)])
    }

    fn compute_units(&self) -> u32 {
        self.parts.base_compute_units()
    }

    fn swap_compute_units(
        &self,
        direction: Direction,
        mode: SwapMode,
        amount: u64,
        clock: &ChainClock,
    ) -> u32 {
        self.parts.compute_units(direction, mode, amount, clock)
    }

    fn price_may_recover(&self) -> bool {
        self.parts.transfer_fees.iter().any(Option::is_some) || self.parts.state.fees.variable_factor != 0
    }
}
