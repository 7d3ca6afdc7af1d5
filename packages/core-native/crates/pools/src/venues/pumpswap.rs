//! `PumpSwap` (`pump_amm`): accounts in `layout` and `fee_schedule`, prices in `quote`, the swap instruction here.
//!
//! Two sets of instructions trade: `buy`, `buy_exact_quote_in` and `sell` (23 accounts and more, which no transaction of two
//! such swaps has room for), and the same with `_v2` (17 accounts, two thirds of the compute units), which is the current set.
//! They differ in what of the fees stays in the vault, in what the older set does with accounts that a trade turns out not to
//! need, and in that only the older set knows cashback coins.

mod addresses;
mod fee_schedule;
mod layout;
mod quote;
mod transition;

use self::addresses::{
    EVENT_AUTHORITY, FEE_CONFIG, GLOBAL_CONFIG, Origin, SYSTEM_PROGRAM, associated_account,
    user_volume_accumulator,
};
use self::fee_schedule::FeeSchedule;
use self::layout::{decode_config, decode_pool, decode_pool_vault};
use self::quote::{Parts, Terms, Trade};
use crate::pool::{
    AccountView, Address, DecodeError, Pool, SwapAccount, SwapInstruction, SwapRequest, Watch,
};
use crate::quote::{
    ChainClock, Direction, InstructionSet, Quote, QuoteError, SwapBounds, SwapMode, SwapOrder,
};
use crate::token_account::SPL_TOKEN_PROGRAM;
use crate::token_mint::decode_any_mint;

/// Anchor discriminators of `sell_v2`, `buy_exact_quote_in_v2` and `buy_v2`.
const SELL: [u8; 8] = [0x5d, 0xf6, 0x82, 0x3c, 0xe7, 0xe9, 0x40, 0xb2];
const SPEND: [u8; 8] = [0xc2, 0xab, 0x1c, 0x46, 0x68, 0x4d, 0x5b, 0x2f];
const BUY: [u8; 8] = [0xb8, 0x17, 0xee, 0x61, 0x67, 0xc5, 0xd3, 0x3d];

/// Compute units of the dearest `_v2` swap on the dump (`buy_exact_quote_in_v2`) without what follows, three transfers of the
/// classic token program in it, and the volume account that a wallet's first swap makes.
const BASE_COMPUTE_UNITS: u32 = 47_700 + 3 * 6_100 + 3_000;
const COMPUTE_UNITS_PER_TIER: u32 = 60;
/// A first `_v2` swap lengthens a pool account that is older than them.
const SHORT_POOL_COMPUTE_UNITS: u32 = 3_000;
/// Each try of an address search. The pool authority's are known; the wallet's volume account may take so many.
const COMPUTE_UNITS_PER_TRY: u32 = 1_500;
const WALLET_TRIES: u32 = 10;

/// A `PumpSwap` pool: base is A, quote is B.
#[derive(Clone, Debug)]
pub struct Pumpswap {
    terms: Box<Terms>,
    parts: Box<Parts>,
}

impl Pumpswap {
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
        if *account.address == GLOBAL_CONFIG {
            parts.config = Some(decode_config(account)?);
            return Ok(());
        }
        if *account.address == FEE_CONFIG {
            parts.schedule = Some(FeeSchedule::decode(account)?);
            return Ok(());
        }
        let sides = identity.vaults.iter().zip(&identity.mints);
        for ((vault, mint), (vault_slot, mint_slot)) in
            sides.zip(parts.vaults.iter_mut().zip(&mut parts.mints))
        {
            if account.address == vault {
                let decoded = decode_pool_vault(account, &identity.address, mint)?;
                if mint_slot.is_some_and(|mint| mint.token_program != decoded.0) {
                    return Err(DecodeError::RelationMismatch);
                }
                *vault_slot = Some(decoded);
                return Ok(());
            }
            if account.address == mint {
                let decoded = decode_any_mint(account)?;
                if vault_slot.is_some_and(|(program, _)| program != decoded.token_program) {
                    return Err(DecodeError::RelationMismatch);
                }
                *mint_slot = Some(decoded);
                return Ok(());
            }
        }
        Err(DecodeError::RelationMismatch)
    }

    /// Derives what is missing of the addresses once every account is there, and computes the terms.
    fn settle(&mut self) {
        let parts = &mut self.parts;
        if let (Some(config), Some(_), [Some(_), Some(quote_mint)]) =
            (&parts.config, &parts.schedule, &parts.mints)
        {
            let recipient = config.buyback_recipient;
            if parts.origin.is_none() {
                parts.origin = Some(Origin::find(&parts.identity));
            }
            if parts.buyback.is_none_or(|(known, _)| known != recipient) {
                let [_, mint] = &parts.identity.mints;
                let account = associated_account(&recipient, &quote_mint.token_program, mint);
                parts.buyback = Some((recipient, account.unwrap_or_default()));
            }
        }
        *self.terms = parts.terms();
    }

    #[inline]
    fn trade(&self, direction: Direction, mode: SwapMode, amount: u64) -> Result<Trade, QuoteError> {
        match (direction, mode) {
            (Direction::AToB, SwapMode::ExactIn) => self.terms.sell(amount),
            (Direction::BToA, SwapMode::ExactIn) => self.terms.spend(amount),
            (Direction::BToA, SwapMode::ExactOut) => self.terms.buy(amount),
            // No instruction sells for a fixed output or takes a part of an amount.
            (Direction::AToB, SwapMode::ExactOut) | (_, SwapMode::PartialFill) => {
                Err(QuoteError::FeatureUnsupported)
            }
        }
    }

    #[inline]
    fn quote_of(direction: Direction, trade: &Trade) -> Result<Quote, QuoteError> {
        let (amount_in, amount_out) = match direction {
            Direction::AToB => (Some(trade.base), trade.received()),
            Direction::BToA => (trade.paid(), Some(trade.base)),
        };
        match (amount_in, amount_out) {
            (Some(amount_in), Some(amount_out)) => Ok(Quote { amount_in, amount_out }),
            _ => Err(QuoteError::MathOverflow),
        }
    }
}

impl Pool for Pumpswap {
    /// `pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA`
    const PROGRAM: Address = [
        0x0c, 0x14, 0xde, 0xfc, 0x82, 0x5e, 0xc6, 0x76, 0x94, 0x25, 0x08, 0x18, 0xbb, 0x65, 0x40, 0x65, 0xf4,
        0x29, 0x8d, 0x31, 0x56, 0xd5, 0x71, 0xb4, 0xd4, 0xf8, 0x09, 0x0c, 0x18, 0xe9, 0xa8, 0x63,
    ];

    fn decode(account: AccountView<'_>) -> Result<Self, DecodeError> {
        let (identity, state) = decode_pool(account)?;
        let parts = Parts {
            identity,
            state,
            config: None,
            schedule: None,
            vaults: [None; 2],
            mints: [None; 2],
            origin: None,
            buyback: None,
        };
        Ok(Self { terms: Box::new(parts.terms()), parts: Box::new(parts) })
    }

    fn watched(&self) -> Vec<Address> {
        let identity = &self.parts.identity;
        let ([base_vault, quote_vault], [base_mint, quote_mint]) = (identity.vaults, identity.mints);
        vec![identity.address, base_vault, quote_vault, GLOBAL_CONFIG, FEE_CONFIG, base_mint, quote_mint]
    }

    fn apply(&mut self, account: AccountView<'_>) -> Result<Watch, DecodeError> {
        Self::apply_to_parts(&mut self.parts, account)?;
        self.settle();
        Ok(Watch::Same)
    }

    #[inline]
    fn quote(
        &self,
        direction: Direction,
        mode: SwapMode,
        amount: u64,
        _clock: &ChainClock,
    ) -> Result<Quote, QuoteError> {
        if let Some(gate) = self.terms.gate(direction, InstructionSet::Current) {
            return Err(gate);
        }
        let quote = Self::quote_of(direction, &self.trade(direction, mode, amount)?)?;
        if mode == SwapMode::ExactIn && quote.amount_in != amount {
            // The program would leave a unit unspent.
            return Err(QuoteError::LiquidityExceeded);
        }
        Ok(quote)
    }

    fn swap(&mut self, order: &SwapOrder, _clock: &ChainClock) -> Result<Quote, QuoteError> {
        if order.sqrt_price_limit != 0 {
            return Err(QuoteError::FeatureUnsupported);
        }
        if let Some(gate) = self.terms.gate(order.direction, order.instructions) {
            return Err(gate);
        }
        let trade = self.trade(order.direction, order.mode, order.amount)?;
        // The older instructions take the account that belongs to a creator's fee for the buyback recipient where the fee is
        // zero, and refuse it (`BuybackFeeRecipientNotAuthorized`).
        if order.instructions == InstructionSet::Legacy
            && self.parts.state.has_coin_creator
            && trade.fees.creator == 0
        {
            return Err(QuoteError::FeatureUnsupported);
        }
        let quote = Self::quote_of(order.direction, &trade)?;
        self.parts.book(order.direction, order.instructions, &trade)?;
        *self.terms = self.parts.terms();
        Ok(quote)
    }

    fn bounds(&self, direction: Direction, _clock: &ChainClock) -> Option<SwapBounds> {
        if self.terms.gate(direction, InstructionSet::Current).is_some() {
            return None;
        }
        self.terms.bounds(direction)
    }

    fn disabled(&self, _clock: &ChainClock) -> Option<QuoteError> {
        let gate = |direction| self.terms.gate(direction, InstructionSet::Current);
        match (gate(Direction::AToB), gate(Direction::BToA)) {
            (Some(QuoteError::AccountMissing) | None, _) | (_, None) => None,
            (gate, Some(_)) => gate,
        }
    }

    /// A sale with a fixed output sells the whole limit for at least that output: no instruction does more.
    fn swap_instruction(&self, request: &SwapRequest<'_>) -> SwapInstruction {
        let identity = &self.parts.identity;
        let (discriminator, first, second) = match (request.direction, request.mode) {
            (Direction::AToB, SwapMode::ExactOut) => (SELL, request.limit, request.amount),
            (Direction::AToB, _) => (SELL, request.amount, request.limit),
            (Direction::BToA, SwapMode::ExactOut) => (BUY, request.amount, request.limit),
            // A minimum of zero is refused; one unit says the same, for nothing is never given.
            (Direction::BToA, _) => (SPEND, request.amount, request.limit.max(1)),
        };
        let mut data = discriminator.to_vec();
        data.extend_from_slice(&first.to_le_bytes());
        data.extend_from_slice(&second.to_le_bytes());
        let (base_account, quote_account) = match request.direction {
            Direction::AToB => (request.source, request.destination),
            Direction::BToA => (request.destination, request.source),
        };
        let ([base_vault, quote_vault], [base_mint, quote_mint]) = (identity.vaults, identity.mints);
        let [base_program, quote_program] = self.token_programs();
        let accounts = vec![
            SwapAccount::writable(identity.address),
            SwapAccount { address: *request.owner, is_signer: true, is_writable: true },
            SwapAccount::readonly(GLOBAL_CONFIG),
            SwapAccount::readonly(base_mint),
            SwapAccount::readonly(quote_mint),
            SwapAccount::writable(*base_account),
            SwapAccount::writable(*quote_account),
            SwapAccount::writable(base_vault),
            SwapAccount::writable(quote_vault),
            SwapAccount::readonly(base_program),
            SwapAccount::readonly(quote_program),
            SwapAccount::readonly(SYSTEM_PROGRAM),
            SwapAccount::writable(user_volume_accumulator(request.owner).unwrap_or_default()),
            SwapAccount::readonly(FEE_CONFIG),
            SwapAccount::writable(self.parts.buyback.map(|(_, account)| account).unwrap_or_default()),
            SwapAccount::readonly(EVENT_AUTHORITY),
            SwapAccount::readonly(Self::PROGRAM),
        ];
        SwapInstruction { program: Self::PROGRAM, accounts, data }
    }

    fn mints(&self) -> [Address; 2] {
        self.parts.identity.mints
    }

    /// The pool account names none: until mint or vault is there, the classic one stands in.
    fn token_programs(&self) -> [Address; 2] {
        let [base_mint, quote_mint] = self.parts.mints;
        let [base_vault, quote_vault] = self.parts.vaults;
        [(base_mint, base_vault), (quote_mint, quote_vault)].map(|(mint, vault)| {
            let of_vault = vault.map(|(program, _)| program);
            mint.map(|mint| mint.token_program).or(of_vault).unwrap_or(SPL_TOKEN_PROGRAM)
        })
    }

    fn reserves(&self) -> Option<[u64; 2]> {
        if self.terms.gate(Direction::AToB, InstructionSet::Legacy) == Some(QuoteError::AccountMissing) {
            return None;
        }
        self.parts.reserves()
    }

    fn compute_units(&self) -> u32 {
        let tiers = self.parts.schedule.as_ref().map_or(0, FeeSchedule::tier_count);
        let tiers = u32::try_from(tiers).unwrap_or(u32::MAX).saturating_mul(COMPUTE_UNITS_PER_TIER);
        let tries = self.parts.origin.map_or(0, |origin| u32::from(origin.bump_tries));
        let searches = tries.saturating_add(WALLET_TRIES).saturating_mul(COMPUTE_UNITS_PER_TRY);
        let growth = if self.parts.state.waiting.is_none() { SHORT_POOL_COMPUTE_UNITS } else { 0 };
        BASE_COMPUTE_UNITS.saturating_add(tiers).saturating_add(searches).saturating_add(growth)
    }

    fn price_may_recover(&self) -> bool {
        self.parts.mints.iter().flatten().any(|mint| mint.terms.transfer_fee.is_some())
    }
}
