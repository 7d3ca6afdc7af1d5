//! Raydium AMM v4: `raydium-io/raydium-amm`, `program/src/{state,math,processor,instruction}.rs`, release without the
//! order book: reserves are the vaults less the profit not taken yet.

use crate::account_reader::AccountReader;
use crate::constant_product::{input_for, marginal_rate_x64, output_for};
use crate::pool::{
    AccountView, Address, DecodeError, Pool, SwapAccount, SwapInstruction, SwapRequest, Watch,
};
use crate::quote::{
    ChainClock, Direction, InstructionSet, Quote, QuoteError, SwapBounds, SwapMode, SwapOrder,
};
use crate::token_account::{SPL_TOKEN_PROGRAM, VaultBalance, VaultRelation, decode_vault};
use tandem_math::fee::{TEN_THOUSANDTHS, amount_before_fee, fee_amount};

/// `5Q544fKrFoe6tsEbD7S8EmxGTJYAKtTVhAW5Q5pge4j1`, the authority of every pool.
const AUTHORITY: Address = [
    0x41, 0x57, 0xb0, 0x58, 0x0f, 0x31, 0xc5, 0xfc, 0xe4, 0x4a, 0x62, 0x58, 0x2d, 0xbc, 0xf9, 0xd7, 0x8e,
    0xe7, 0x59, 0x43, 0xa0, 0x84, 0xa3, 0x93, 0xb3, 0x50, 0x36, 0x8d, 0x22, 0x89, 0x93, 0x08,
];

/// `AmmInfo`, `state.rs`: `repr(C, packed)` without a discriminator; coin before pc.
mod offset {
    pub const STATUS: usize = 0;
    pub const SWAP_FEE_NUMERATOR: usize = 176;
    pub const SWAP_FEE_DENOMINATOR: usize = 184;
    pub const NEED_TAKE_PNL: [usize; 2] = [192, 200];
    pub const POOL_OPEN_TIME: usize = 224;
    pub const VAULTS: [usize; 2] = [336, 368];
    pub const MINTS: [usize; 2] = [400, 432];
    /// The program owns other kinds of account; its pools are told by their exact length.
    pub const LENGTH: usize = 752;
}

/// `AmmStatus`: the two in which the instructions without market accounts swap. Status 1 swaps through the order book
/// only, which those instructions refuse.
const STATUS_SWAP_ONLY: u64 = 6;
const STATUS_WAITING_TRADE: u64 = 7;
const STATUS_MAX: u64 = STATUS_WAITING_TRADE;

/// Instruction tags `SwapBaseInV2` and `SwapBaseOutV2`.
const TAG_SWAP_BASE_IN_V2: u8 = 16;
const TAG_SWAP_BASE_OUT_V2: u8 = 17;

/// Largest cost seen with the classic token program, and a few percent.
const COMPUTE_UNITS: u32 = 29_000;

/// The fields of the pool account that change.
#[derive(Clone, Copy, Debug)]
struct PoolState {
    status: u64,
    open_time: u64,
    fee_numerator: u64,
    fee_denominator: u64,
    need_take_pnl: [u64; 2],
}

/// The fields of the pool account that never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity {
    address: Address,
    vaults: [Address; 2],
    mints: [Address; 2],
}

/// What was decoded, from which `Terms` follow.
#[derive(Clone, Debug)]
struct Parts {
    identity: Identity,
    state: PoolState,
    vaults: [Option<VaultBalance>; 2],
}

/// What a quote reads: small, so that a batch over many pools stays in the cache.
#[derive(Clone, Copy, Debug)]
struct Terms {
    /// Why there is no quote whatever the amount and the time.
    gate: Option<QuoteError>,
    /// First second of trading; zero once the status says it has begun.
    open_time: u64,
    reserves: [u64; 2],
    fee_numerator: u64,
    fee_denominator: u64,
}

/// A Raydium AMM v4 pool.
#[derive(Clone, Debug)]
pub struct RaydiumAmmV4 {
    terms: Terms,
    parts: Box<Parts>,
}

fn decode_pool(account: AccountView<'_>) -> Result<(Identity, PoolState), DecodeError> {
    if *account.owner != RaydiumAmmV4::PROGRAM {
        return Err(DecodeError::OwnerMismatch);
    }
    let reader = AccountReader::new(account.data);
    if reader.len() < offset::LENGTH {
        return Err(DecodeError::TooShort);
    }
    if reader.len() > offset::LENGTH {
        return Err(DecodeError::DiscriminatorMismatch);
    }
    let pair = |[first, second]: [usize; 2]| Ok([reader.address(first)?, reader.address(second)?]);
    let identity =
        Identity { address: *account.address, vaults: pair(offset::VAULTS)?, mints: pair(offset::MINTS)? };
    let [pnl_coin, pnl_pc] = offset::NEED_TAKE_PNL;
    let state = PoolState {
        status: reader.u64(offset::STATUS)?,
        open_time: reader.u64(offset::POOL_OPEN_TIME)?,
        fee_numerator: reader.u64(offset::SWAP_FEE_NUMERATOR)?,
        fee_denominator: reader.u64(offset::SWAP_FEE_DENOMINATOR)?,
        need_take_pnl: [reader.u64(pnl_coin)?, reader.u64(pnl_pc)?],
    };
    let [coin_mint, pc_mint] = identity.mints;
    let [coin_vault, pc_vault] = identity.vaults;
    let is_fee_valid = state.fee_denominator != 0 && state.fee_numerator <= state.fee_denominator;
    if coin_mint == pc_mint || coin_vault == pc_vault || state.status > STATUS_MAX || !is_fee_valid {
        return Err(DecodeError::FieldInvalid);
    }
    Ok((identity, state))
}

impl Parts {
    fn terms(&self) -> Terms {
        let state = &self.state;
        let mut terms = Terms {
            gate: self.gate(),
            open_time: if state.status == STATUS_WAITING_TRADE { state.open_time } else { 0 },
            reserves: [0; 2],
            fee_numerator: state.fee_numerator,
            fee_denominator: state.fee_denominator,
        };
        let [Some(coin), Some(pc)] = self.vaults else { return terms };
        let [pnl_coin, pnl_pc] = state.need_take_pnl;
        terms.reserves = [coin.amount.saturating_sub(pnl_coin), pc.amount.saturating_sub(pnl_pc)];
        terms
    }

    /// Moves the vaults by a swap: the whole fee stays in them, and a pool that waited for its time is open from then on.
    fn book(&mut self, direction: Direction, quote: Quote) -> Result<(), QuoteError> {
        let [Some(coin), Some(pc)] = &mut self.vaults else { return Err(QuoteError::AccountMissing) };
        let (vault_in, vault_out) = direction.input_output([coin, pc]);
        // The token program trusts that no supply passes 64 bits, and so does the quote.
        let after_in = vault_in.amount.saturating_add(quote.amount_in);
        let after_out = vault_out.amount.checked_sub(quote.amount_out).ok_or(QuoteError::MathOverflow)?;
        (vault_in.amount, vault_out.amount) = (after_in, after_out);
        if self.state.status == STATUS_WAITING_TRADE {
            self.state.status = STATUS_SWAP_ONLY;
        }
        Ok(())
    }

    fn gate(&self) -> Option<QuoteError> {
        let [Some(coin), Some(pc)] = self.vaults else { return Some(QuoteError::AccountMissing) };
        let is_open = matches!(self.state.status, STATUS_SWAP_ONLY | STATUS_WAITING_TRADE);
        if !is_open || coin.is_frozen || pc.is_frozen {
            return Some(QuoteError::SwapDisabled);
        }
        let [pnl_coin, pnl_pc] = self.state.need_take_pnl;
        match (coin.amount.checked_sub(pnl_coin), pc.amount.checked_sub(pnl_pc)) {
            (Some(0), Some(_)) | (Some(_), Some(0)) => Some(QuoteError::LiquidityExceeded),
            (Some(_), Some(_)) => None,
            (None, _) | (_, None) => Some(QuoteError::MathOverflow),
        }
    }
}

impl Terms {
    #[inline]
    fn exact_in(&self, direction: Direction, amount: u64) -> Result<u64, QuoteError> {
        if amount == 0 {
            return Err(QuoteError::AmountZero);
        }
        // A literal denominator becomes a multiplication; all pools but a few have this one.
        let fee = if self.fee_denominator == TEN_THOUSANDTHS {
            fee_amount(amount, self.fee_numerator, TEN_THOUSANDTHS)
        } else {
            fee_amount(amount, self.fee_numerator, self.fee_denominator)
        };
        let swapped = fee.and_then(|fee| amount.checked_sub(fee)).ok_or(QuoteError::MathOverflow)?;
        let (reserve_in, reserve_out) = direction.input_output(self.reserves);
        let output = output_for(swapped, reserve_in, reserve_out)?;
        if output == 0 { Err(QuoteError::OutputZero) } else { Ok(output) }
    }

    fn exact_out(&self, direction: Direction, amount: u64) -> Result<u64, QuoteError> {
        if amount == 0 {
            return Err(QuoteError::AmountZero);
        }
        let (reserve_in, reserve_out) = direction.input_output(self.reserves);
        let swapped = input_for(amount, reserve_in, reserve_out)?;
        amount_before_fee(swapped, self.fee_numerator, self.fee_denominator).ok_or(QuoteError::MathOverflow)
    }
}

impl RaydiumAmmV4 {
    /// Returns the output of an exact-in swap of an open pool; `None` leaves everything else to `quote`.
    #[inline]
    pub(crate) fn plain_output(&self, direction: Direction, amount: u64, clock: &ChainClock) -> Option<u64> {
        let terms = &self.terms;
        if terms.gate.is_some() || clock.unix_timestamp < terms.open_time {
            return None;
        }
        terms.exact_in(direction, amount).ok()
    }
}

impl Pool for RaydiumAmmV4 {
    /// `675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8`
    const PROGRAM: Address = [
        0x4b, 0xd9, 0x49, 0xc4, 0x36, 0x02, 0xc3, 0x3f, 0x20, 0x77, 0x90, 0xed, 0x16, 0xa3, 0x52, 0x4c, 0xa1,
        0xb9, 0x97, 0x5c, 0xf1, 0x21, 0xa2, 0xa9, 0x0c, 0xff, 0xec, 0x7d, 0xf8, 0xb6, 0x8a, 0xcd,
    ];

    fn decode(account: AccountView<'_>) -> Result<Self, DecodeError> {
        let (identity, state) = decode_pool(account)?;
        let parts = Parts { identity, state, vaults: [None; 2] };
        Ok(Self { terms: parts.terms(), parts: Box::new(parts) })
    }

    fn watched(&self) -> Vec<Address> {
        let identity = &self.parts.identity;
        let [coin_vault, pc_vault] = identity.vaults;
        vec![identity.address, coin_vault, pc_vault]
    }

    fn apply(&mut self, account: AccountView<'_>) -> Result<Watch, DecodeError> {
        let parts = &mut *self.parts;
        let identity = &parts.identity;
        if *account.address == identity.address {
            let (new_identity, state) = decode_pool(account)?;
            if new_identity != *identity {
                return Err(DecodeError::RelationMismatch);
            }
            parts.state = state;
        } else {
            let mut sides = identity.vaults.iter().zip(&identity.mints).zip(&mut parts.vaults);
            let ((_, mint), slot) = sides
                .find(|((vault, _), _)| *vault == account.address)
                .ok_or(DecodeError::RelationMismatch)?;
            let relation = VaultRelation { token_program: &SPL_TOKEN_PROGRAM, mint, authority: &AUTHORITY };
            *slot = Some(decode_vault(account, relation)?);
        }
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
                let amount_out = terms.exact_in(direction, amount)?;
                Ok(Quote { amount_in: amount, amount_out })
            }
            SwapMode::ExactOut => {
                let amount_in = terms.exact_out(direction, amount)?;
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
        self.parts.book(order.direction, quote)?;
        self.terms = self.parts.terms();
        Ok(quote)
    }

    fn bounds(&self, direction: Direction, clock: &ChainClock) -> Option<SwapBounds> {
        let terms = &self.terms;
        if terms.gate.is_some() || clock.unix_timestamp < terms.open_time {
            return None;
        }
        let (reserve_in, reserve_out) = direction.input_output(terms.reserves);
        let kept = terms.fee_denominator.checked_sub(terms.fee_numerator)?;
        let rate_x64 = marginal_rate_x64(reserve_in, reserve_out, kept, terms.fee_denominator)?;
        Some(SwapBounds { rate_x64, max_out: reserve_out })
    }

    fn disabled(&self, clock: &ChainClock) -> Option<QuoteError> {
        match self.terms.gate {
            Some(QuoteError::AccountMissing) => None,
            None if clock.unix_timestamp < self.terms.open_time => Some(QuoteError::NotOpen),
            gate => gate,
        }
    }

    fn swap_instruction(&self, request: &SwapRequest<'_>) -> SwapInstruction {
        let (tag, first, second) = match request.mode {
            SwapMode::ExactIn | SwapMode::PartialFill => (TAG_SWAP_BASE_IN_V2, request.amount, request.limit),
            SwapMode::ExactOut => (TAG_SWAP_BASE_OUT_V2, request.limit, request.amount),
        };
        let mut data = vec![tag];
        data.extend_from_slice(&first.to_le_bytes());
        data.extend_from_slice(&second.to_le_bytes());
        let [coin_vault, pc_vault] = self.parts.identity.vaults;
        // The program tells the direction by the mint of the source account.
        let accounts = vec![
            SwapAccount::readonly(SPL_TOKEN_PROGRAM),
            SwapAccount::writable(self.parts.identity.address),
            SwapAccount::readonly(AUTHORITY),
            SwapAccount::writable(coin_vault),
            SwapAccount::writable(pc_vault),
            SwapAccount::writable(*request.source),
            SwapAccount::writable(*request.destination),
            SwapAccount::signer(*request.owner),
        ];
        SwapInstruction { program: Self::PROGRAM, accounts, data }
    }

    fn mints(&self) -> [Address; 2] {
        self.parts.identity.mints
    }

    fn token_programs(&self) -> [Address; 2] {
        [SPL_TOKEN_PROGRAM; 2]
    }

    fn reserves(&self) -> Option<[u64; 2]> {
        (self.terms.gate != Some(QuoteError::AccountMissing)).then_some(self.terms.reserves)
    }

    fn compute_units(&self) -> u32 {
        COMPUTE_UNITS
    }

    fn price_may_recover(&self) -> bool {
        false
    }
}
