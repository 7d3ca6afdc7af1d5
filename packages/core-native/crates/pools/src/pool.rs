//! The trait every venue meets and the enum that dispatches on it.

use crate::quote::{ChainClock, Direction, Quote, QuoteError, SwapBounds, SwapMode, SwapOrder};
use crate::venues::meteora_damm_v2::MeteoraDammV2;
use crate::venues::meteora_dlmm::MeteoraDlmm;
use crate::venues::orca_whirlpool::OrcaWhirlpool;
use crate::venues::pumpswap::Pumpswap;
use crate::venues::raydium_amm_v4::RaydiumAmmV4;
use crate::venues::raydium_clmm::RaydiumClmm;
use crate::venues::raydium_cpmm::RaydiumCpmm;

/// A 32-byte account address.
pub type Address = [u8; 32];

/// An account's bytes as the chain gave them.
#[derive(Clone, Copy, Debug)]
pub struct AccountView<'a> {
    /// The account's address.
    pub address: &'a Address,
    /// The program that owns it.
    pub owner: &'a Address,
    /// Its data.
    pub data: &'a [u8],
}

impl AccountView<'_> {
    /// Returns whether this says that no account stands at the address: the system program's, without data.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.data.is_empty() && *self.owner == [0; 32]
    }
}

/// Whether an applied account changed which accounts the pool watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watch {
    /// The pool watches what it did.
    Same,
    /// `Pool::watched` gives another list now.
    Changed,
}

/// One account of a swap instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SwapAccount {
    /// The account's address.
    pub address: Address,
    /// Whether it signs.
    pub is_signer: bool,
    /// Whether it is written.
    pub is_writable: bool,
}

impl SwapAccount {
    /// Returns an account that is read.
    #[must_use]
    pub const fn readonly(address: Address) -> Self {
        Self { address, is_signer: false, is_writable: false }
    }

    /// Returns an account that is written.
    #[must_use]
    pub const fn writable(address: Address) -> Self {
        Self { address, is_signer: false, is_writable: true }
    }

    /// Returns an account that signs and is read.
    #[must_use]
    pub const fn signer(address: Address) -> Self {
        Self { address, is_signer: true, is_writable: false }
    }
}

/// An instruction with owned accounts and data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwapInstruction {
    /// The program called.
    pub program: Address,
    /// Accounts in the program's order.
    pub accounts: Vec<SwapAccount>,
    /// Instruction data.
    pub data: Vec<u8>,
}

/// What a swap instruction is built from.
#[derive(Clone, Copy, Debug)]
pub struct SwapRequest<'a> {
    /// Which way.
    pub direction: Direction,
    /// Which side is fixed.
    pub mode: SwapMode,
    /// Exact in: the input. Exact out: the output.
    pub amount: u64,
    /// Exact in: the minimum output. Exact out: the maximum input.
    pub limit: u64,
    /// The wallet that signs.
    pub owner: &'a Address,
    /// Its token account that pays.
    pub source: &'a Address,
    /// Its token account that receives.
    pub destination: &'a Address,
}

/// Why an account is not a pool, or not part of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The owner is no known venue program.
    #[error("the account's owner is not a program of a known venue")]
    OwnerMismatch,
    /// The discriminator or the kind of account is another one.
    #[error("the account is not of the expected kind")]
    DiscriminatorMismatch,
    /// The account is shorter than its layout.
    #[error("the account is shorter than its layout")]
    TooShort,
    /// A mint or vault does not belong to the pool that names it.
    #[error("the account does not belong to the pool that names it")]
    RelationMismatch,
    /// A field has a value the program never writes.
    #[error("a field of the account has an impossible value")]
    FieldInvalid,
}

impl DecodeError {
    /// Returns the stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::OwnerMismatch => "POOL_ACCOUNT_OWNER_MISMATCH",
            Self::DiscriminatorMismatch => "POOL_ACCOUNT_DISCRIMINATOR_MISMATCH",
            Self::TooShort => "POOL_ACCOUNT_TOO_SHORT",
            Self::RelationMismatch => "POOL_ACCOUNT_RELATION_MISMATCH",
            Self::FieldInvalid => "POOL_ACCOUNT_FIELD_INVALID",
        }
    }
}

/// What one venue's pool does. A pool starts from its own account and becomes quotable as its dependencies are applied.
pub trait Pool: Sized {
    /// The venue's program.
    const PROGRAM: Address;

    /// Decodes a pool account that `PROGRAM` owns.
    ///
    /// # Errors
    /// `DecodeError` when the account is not a pool of this venue.
    fn decode(account: AccountView<'_>) -> Result<Self, DecodeError>;

    /// Returns the accounts a quote depends on: the pool's own first, then the others that no quote can do without (there are
    /// `required` of both), then those that only widen the range that can be quoted, such as tick arrays.
    fn watched(&self) -> Vec<Address>;

    /// Returns how many of the watched accounts no quote can do without.
    fn required(&self) -> usize {
        self.watched().len()
    }

    /// Applies newer bytes of the pool itself or of a watched account. An account that does not exist is applied as an absent
    /// one (`AccountView::is_absent`): a venue that can trade without it takes that for an answer.
    ///
    /// # Errors
    /// `DecodeError` when the bytes cannot be what the pool says they are; the state before stays.
    fn apply(&mut self, account: AccountView<'_>) -> Result<Watch, DecodeError>;

    /// Quotes a swap against the applied state. Exact in spends the whole amount or is refused, also where the program would
    /// take a part of it; exact out gives the whole amount or is refused.
    ///
    /// # Errors
    /// `QuoteError` where the program would refuse.
    fn quote(
        &self,
        direction: Direction,
        mode: SwapMode,
        amount: u64,
        clock: &ChainClock,
    ) -> Result<Quote, QuoteError>;

    /// Quotes an order and leaves the pool as the program would after it; a refused order changes nothing. Where the program
    /// stops at a price limit or at the end of its range, the quote says what it took.
    ///
    /// # Errors
    /// `QuoteError` where the program would refuse; `FeatureUnsupported` for what the venue's instruction cannot say.
    fn swap(&mut self, order: &SwapOrder, clock: &ChainClock) -> Result<Quote, QuoteError>;

    /// Returns what no swap in this direction can pass; `None` when none can be quoted.
    fn bounds(&self, direction: Direction, clock: &ChainClock) -> Option<SwapBounds>;

    /// Returns why no swap can succeed whatever its amount; `None` too while an account is missing.
    fn disabled(&self, clock: &ChainClock) -> Option<QuoteError>;

    /// Returns the swap instruction with its accounts.
    fn swap_instruction(&self, request: &SwapRequest<'_>) -> SwapInstruction;

    /// Returns the mints, A first.
    fn mints(&self) -> [Address; 2];

    /// Returns the token programs of the mints, A first.
    fn token_programs(&self) -> [Address; 2];

    /// Returns the tradable reserves, A first; `None` while an account is missing.
    fn reserves(&self) -> Option<[u64; 2]>;

    /// Returns the compute units a swap that stays within one price range may take on the real program.
    fn compute_units(&self) -> u32;

    /// Returns the compute units this swap may take on the real program.
    fn swap_compute_units(
        &self,
        direction: Direction,
        mode: SwapMode,
        amount: u64,
        clock: &ChainClock,
    ) -> u32 {
        let _ = (direction, mode, amount, clock);
        self.compute_units()
    }

    /// Returns whether a larger swap may get a better price again: behind the cap of a transfer fee, or where a volatility fee falls
    /// towards its reference.
    fn price_may_recover(&self) -> bool;
}

/// The venues, by the numbers that cross the boundary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Venue {
    /// Raydium CPMM (cp-swap).
    RaydiumCpmm = 0,
    /// Raydium AMM v4.
    RaydiumAmmV4 = 1,
    /// Raydium CLMM.
    RaydiumClmm = 2,
    /// Orca Whirlpool.
    OrcaWhirlpool = 3,
    /// Meteora DLMM.
    MeteoraDlmm = 4,
    /// Meteora DAMM v2 (cp-amm).
    MeteoraDammV2 = 5,
    /// `PumpSwap`.
    Pumpswap = 6,
}

impl Venue {
    /// Returns the stem of the venue's files.
    #[must_use]
    pub const fn stem(self) -> &'static str {
        match self {
            Self::RaydiumCpmm => "raydium_cpmm",
            Self::RaydiumAmmV4 => "raydium_amm_v4",
            Self::RaydiumClmm => "raydium_clmm",
            Self::OrcaWhirlpool => "orca_whirlpool",
            Self::MeteoraDlmm => "meteora_dlmm",
            Self::MeteoraDammV2 => "meteora_damm_v2",
            Self::Pumpswap => "pumpswap",
        }
    }
}

/// A pool of any venue: the only place that dispatches on it. It fits one cache line, so that a batch over many pools reads one
/// line a quote; a venue whose terms do not fit keeps them in a box.
#[derive(Clone, Debug)]
pub enum AnyPool {
    /// Raydium CPMM (cp-swap).
    RaydiumCpmm(RaydiumCpmm),
    /// Raydium AMM v4.
    RaydiumAmmV4(RaydiumAmmV4),
    /// Raydium CLMM.
    RaydiumClmm(RaydiumClmm),
    /// Orca Whirlpool.
    OrcaWhirlpool(OrcaWhirlpool),
    /// Meteora DLMM.
    MeteoraDlmm(MeteoraDlmm),
    /// Meteora DAMM v2 (cp-amm).
    MeteoraDammV2(MeteoraDammV2),
    /// `PumpSwap`.
    Pumpswap(Pumpswap),
}

const _: () = assert!(size_of::<AnyPool>() <= 64, "a pool fits one cache line");

/// Evaluates an expression on the pool inside an `AnyPool`.
macro_rules! each_venue {
    ($any:expr, $pool:ident => $body:expr) => {
        match $any {
            AnyPool::RaydiumCpmm($pool) => $body,
            AnyPool::RaydiumAmmV4($pool) => $body,
            AnyPool::RaydiumClmm($pool) => $body,
            AnyPool::OrcaWhirlpool($pool) => $body,
            AnyPool::MeteoraDlmm($pool) => $body,
            AnyPool::MeteoraDammV2($pool) => $body,
            AnyPool::Pumpswap($pool) => $body,
        }
    };
}

impl AnyPool {
    /// Decodes a pool account of any known venue.
    ///
    /// # Errors
    /// `DecodeError` when the account is not a pool of a known venue.
    pub fn decode(account: AccountView<'_>) -> Result<Self, DecodeError> {
        match *account.owner {
            RaydiumCpmm::PROGRAM => RaydiumCpmm::decode(account).map(Self::RaydiumCpmm),
            RaydiumAmmV4::PROGRAM => RaydiumAmmV4::decode(account).map(Self::RaydiumAmmV4),
            RaydiumClmm::PROGRAM => RaydiumClmm::decode(account).map(Self::RaydiumClmm),
            OrcaWhirlpool::PROGRAM => OrcaWhirlpool::decode(account).map(Self::OrcaWhirlpool),
            MeteoraDlmm::PROGRAM => MeteoraDlmm::decode(account).map(Self::MeteoraDlmm),
            MeteoraDammV2::PROGRAM => MeteoraDammV2::decode(account).map(Self::MeteoraDammV2),
            Pumpswap::PROGRAM => Pumpswap::decode(account).map(Self::Pumpswap),
            _ => Err(DecodeError::OwnerMismatch),
        }
    }

    /// Returns the venue.
    #[must_use]
    pub const fn venue(&self) -> Venue {
        match self {
            Self::RaydiumCpmm(_) => Venue::RaydiumCpmm,
            Self::RaydiumAmmV4(_) => Venue::RaydiumAmmV4,
            Self::RaydiumClmm(_) => Venue::RaydiumClmm,
            Self::OrcaWhirlpool(_) => Venue::OrcaWhirlpool,
            Self::MeteoraDlmm(_) => Venue::MeteoraDlmm,
            Self::MeteoraDammV2(_) => Venue::MeteoraDammV2,
            Self::Pumpswap(_) => Venue::Pumpswap,
        }
    }

    /// Returns the accounts a quote depends on: the required ones first, the pool's own before all.
    #[must_use]
    pub fn watched(&self) -> Vec<Address> {
        each_venue!(self, pool => pool.watched())
    }

    /// Returns how many of the watched accounts no quote can do without.
    #[must_use]
    pub fn required(&self) -> usize {
        each_venue!(self, pool => pool.required())
    }

    /// Applies newer bytes of the pool itself or of a watched account.
    ///
    /// # Errors
    /// `DecodeError` when the bytes cannot be what the pool says they are; the state before stays.
    pub fn apply(&mut self, account: AccountView<'_>) -> Result<Watch, DecodeError> {
        each_venue!(self, pool => pool.apply(account))
    }

    /// Quotes a swap against the applied state.
    ///
    /// # Errors
    /// `QuoteError` where the program would refuse.
    #[inline]
    pub fn quote(
        &self,
        direction: Direction,
        mode: SwapMode,
        amount: u64,
        clock: &ChainClock,
    ) -> Result<Quote, QuoteError> {
        each_venue!(self, pool => pool.quote(direction, mode, amount, clock))
    }

    /// Returns the output of an exact-in swap where the constant product alone gives it: what `quote` says, in a fraction of its
    /// code. `None` says nothing but that `quote` is to be asked.
    #[inline]
    #[must_use]
    pub fn plain_output(&self, direction: Direction, amount: u64, clock: &ChainClock) -> Option<u64> {
        match self {
            Self::RaydiumCpmm(pool) => pool.plain_output(direction, amount, clock),
            Self::RaydiumAmmV4(pool) => pool.plain_output(direction, amount, clock),
            Self::RaydiumClmm(_)
            | Self::OrcaWhirlpool(_)
            | Self::MeteoraDlmm(_)
            | Self::MeteoraDammV2(_)
            | Self::Pumpswap(_) => None,
        }
    }

    /// Returns whether `plain_output` can give an output of this venue.
    #[inline]
    #[must_use]
    pub const fn has_plain_output(&self) -> bool {
        matches!(self, Self::RaydiumCpmm(_) | Self::RaydiumAmmV4(_))
    }

    /// Quotes an order and leaves the pool as the program would after it; a refused order changes nothing.
    ///
    /// # Errors
    /// `QuoteError` where the program would refuse; `FeatureUnsupported` for what the venue's instruction cannot say.
    pub fn swap(&mut self, order: &SwapOrder, clock: &ChainClock) -> Result<Quote, QuoteError> {
        each_venue!(self, pool => pool.swap(order, clock))
    }

    /// Returns what no swap in this direction can pass; `None` when none can be quoted.
    #[must_use]
    pub fn bounds(&self, direction: Direction, clock: &ChainClock) -> Option<SwapBounds> {
        each_venue!(self, pool => pool.bounds(direction, clock))
    }

    /// Returns why no swap can succeed whatever its amount; `None` too while an account is missing.
    #[must_use]
    pub fn disabled(&self, clock: &ChainClock) -> Option<QuoteError> {
        each_venue!(self, pool => pool.disabled(clock))
    }

    /// Returns the swap instruction with its accounts.
    #[must_use]
    pub fn swap_instruction(&self, request: &SwapRequest<'_>) -> SwapInstruction {
        each_venue!(self, pool => pool.swap_instruction(request))
    }

    /// Returns the mints, A first.
    #[must_use]
    pub fn mints(&self) -> [Address; 2] {
        each_venue!(self, pool => pool.mints())
    }

    /// Returns the token programs of the mints, A first.
    #[must_use]
    pub fn token_programs(&self) -> [Address; 2] {
        each_venue!(self, pool => pool.token_programs())
    }

    /// Returns the tradable reserves, A first; `None` while an account is missing.
    #[must_use]
    pub fn reserves(&self) -> Option<[u64; 2]> {
        each_venue!(self, pool => pool.reserves())
    }

    /// Returns the compute units a swap that stays within one price range may take on the real program.
    #[must_use]
    pub fn compute_units(&self) -> u32 {
        each_venue!(self, pool => pool.compute_units())
    }

    /// Returns the compute units this swap may take on the real program.
    #[must_use]
    pub fn swap_compute_units(
        &self,
        direction: Direction,
        mode: SwapMode,
        amount: u64,
        clock: &ChainClock,
    ) -> u32 {
        each_venue!(self, pool => pool.swap_compute_units(direction, mode, amount, clock))
    }

    /// Returns whether a larger swap may get a better price again: behind the cap of a transfer fee, or where a volatility fee falls
    /// towards its reference.
    #[must_use]
    pub fn price_may_recover(&self) -> bool {
        each_venue!(self, pool => pool.price_may_recover())
    }
}
