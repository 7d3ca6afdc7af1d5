//! Stores and quotes for JavaScript.
#![expect(
    clippy::needless_pass_by_value,
    clippy::too_many_arguments,
    reason = "napi hands over owned integers, and an object around arrays would cost more than the quotes of a small batch"
)]

use napi::bindgen_prelude::{BigInt, BigUint64ArraySlice, Uint8Array, Uint8ArraySlice, Uint32Array};
use napi_derive::napi;
use tandem_pools::pool::{SwapAccount, SwapInstruction, SwapRequest};
use tandem_pools::quote::{ChainClock, Quote, QuoteError, SwapOrder};
use tandem_search::error::SearchError;
use tandem_search::pool_store::{AccountRefusal, PoolDescription, PoolStore};
use tandem_search::quote_batch::QuoteBatch;
use tandem_search::store_registry;
use tandem_wire::instruction::{AccountMeta, Instruction, encode_instructions};

use crate::arguments::{address, direction_of, instruction_set_of, mode_of, number_of, u64_of, u128_of};
use crate::error::{Result, raise};

/// One account that was not taken, and why.
#[napi(object)]
pub struct NativeAccountRefusal {
    /// The account.
    pub address: Uint8Array,
    /// Stable code.
    pub code: String,
    /// What is wrong.
    pub message: String,
}

impl From<AccountRefusal> for NativeAccountRefusal {
    fn from(refusal: AccountRefusal) -> Self {
        Self {
            address: Uint8Array::new(refusal.address.to_vec()),
            code: refusal.error.code().to_owned(),
            message: refusal.error.to_string(),
        }
    }
}

/// What a batch of accounts changed.
#[napi(object)]
pub struct NativeApplyReport {
    /// Pools, ascending.
    pub touched: Uint32Array,
    /// Accounts of no pool.
    pub unknown: u32,
    /// Accounts older than what is held.
    pub stale: u32,
    /// Accounts that were held.
    pub duplicates: u32,
    /// Pools that watch other accounts, ascending.
    pub rewatched: Uint32Array,
    /// Accounts that were refused.
    pub refusals: Vec<NativeAccountRefusal>,
}

/// What became of a batch of pool accounts.
#[napi(object)]
pub struct NativeAddPoolsReport {
    /// By position in the batch.
    pub indices: Uint32Array,
    /// Accounts that are no pools.
    pub refusals: Vec<NativeAccountRefusal>,
}

/// A pool's facts.
#[napi(object, use_nullable = true)]
pub struct NativePoolDescription {
    /// Its index.
    pub index: u32,
    /// Its account.
    pub address: Uint8Array,
    /// Its venue's number.
    pub venue: u32,
    /// Mint A.
    pub mint_a: Uint8Array,
    /// Mint B.
    pub mint_b: Uint8Array,
    /// Token program of mint A.
    pub token_program_a: Uint8Array,
    /// Token program of mint B.
    pub token_program_b: Uint8Array,
    /// Whether it can be quoted.
    pub ready: bool,
    /// Why not, although its accounts are known.
    pub disabled_code: Option<String>,
    /// Tradable reserve of mint A.
    pub reserve_a: BigInt,
    /// Tradable reserve of mint B.
    pub reserve_b: BigInt,
    /// Slot of its newest account.
    pub slot: BigInt,
    /// Compute units of a swap.
    pub compute_units: u32,
}

impl From<PoolDescription> for NativePoolDescription {
    fn from(pool: PoolDescription) -> Self {
        let [mint_a, mint_b] = pool.mints.map(|mint| Uint8Array::new(mint.to_vec()));
        let [token_program_a, token_program_b] =
            pool.token_programs.map(|program| Uint8Array::new(program.to_vec()));
        let [reserve_a, reserve_b] = pool.reserves.map(BigInt::from);
        Self {
            index: pool.index,
            address: Uint8Array::new(pool.address.to_vec()),
            venue: pool.venue as u32,
            mint_a,
            mint_b,
            token_program_a,
            token_program_b,
            ready: pool.is_ready,
            disabled_code: pool.disabled.map(|error| error.code().to_owned()),
            reserve_a,
            reserve_b,
            slot: BigInt::from(pool.slot),
            compute_units: pool.compute_units,
        }
    }
}

/// The cluster's clock.
#[napi(object)]
pub struct NativeClock {
    /// Slot.
    pub slot: BigInt,
    /// Epoch.
    pub epoch: BigInt,
    /// Unix seconds.
    pub unix_timestamp: BigInt,
}

impl NativeClock {
    /// Reads the clock.
    pub fn decode(self) -> Result<ChainClock> {
        Ok(ChainClock {
            slot: u64_of(&self.slot, "clock.slot")?,
            epoch: u64_of(&self.epoch, "clock.epoch")?,
            unix_timestamp: u64_of(&self.unix_timestamp, "clock.unixTimestamp")?,
        })
    }
}

/// The amounts of one leg.
#[napi(object)]
pub struct NativeQuote {
    /// Gross debit.
    pub amount_in: BigInt,
    /// Net credit.
    pub amount_out: BigInt,
}

impl From<Quote> for NativeQuote {
    fn from(quote: Quote) -> Self {
        Self { amount_in: BigInt::from(quote.amount_in), amount_out: BigInt::from(quote.amount_out) }
    }
}

/// One order of a sequence.
#[napi(object)]
pub struct NativeSwapOrder {
    /// `Direction` discriminant.
    pub direction: f64,
    /// `SwapMode` discriminant.
    pub mode: f64,
    /// The fixed side.
    pub amount: BigInt,
    /// Q64.64; none when left out.
    pub sqrt_price_limit: Option<BigInt>,
    /// `InstructionSet` discriminant; the current one when left out.
    pub instructions: Option<f64>,
    /// When.
    pub clock: NativeClock,
}

impl NativeSwapOrder {
    fn decode(self) -> Result<(SwapOrder, ChainClock)> {
        let mut order = SwapOrder::new(
            direction_of(self.direction)?,
            mode_of(self.mode)?,
            u64_of(&self.amount, "amount")?,
        );
        if let Some(limit) = &self.sqrt_price_limit {
            order.sqrt_price_limit = u128_of(limit, "sqrtPriceLimit")?;
        }
        if let Some(instructions) = self.instructions {
            order.instructions = instruction_set_of(instructions)?;
        }
        Ok((order, self.clock.decode()?))
    }
}

/// What became of an order.
#[napi(object, use_nullable = true)]
pub struct NativeOrderOutcome {
    /// The amounts, unless it was refused.
    pub quote: Option<NativeQuote>,
    /// Why it was refused, if so.
    pub code: Option<String>,
}

/// One leg of a swap.
#[napi(object)]
pub struct NativeSwapLeg {
    /// The pool.
    pub pool: f64,
    /// `Direction` discriminant.
    pub direction: f64,
    /// `SwapMode` discriminant.
    pub mode: f64,
    /// The fixed side.
    pub amount: BigInt,
    /// The bound of the other side.
    pub limit: BigInt,
    /// The token account that pays.
    pub source_account: Uint8Array,
    /// The token account that receives.
    pub destination_account: Uint8Array,
}

impl NativeSwapLeg {
    fn decode<'a>(&'a self, owner: &'a [u8; 32]) -> Result<(u32, SwapRequest<'a>)> {
        let request = SwapRequest {
            direction: direction_of(self.direction)?,
            mode: mode_of(self.mode)?,
            amount: u64_of(&self.amount, "amount")?,
            limit: u64_of(&self.limit, "limit")?,
            owner,
            source: address(&self.source_account, "sourceAccount")?,
            destination: address(&self.destination_account, "destinationAccount")?,
        };
        Ok((number_of(self.pool), request))
    }
}

/// Creates an empty store and returns its id.
#[napi(catch_unwind)]
pub fn create_store() -> Result<u32> {
    store_registry::create_store().map_err(raise)
}

/// Drops a store.
#[napi(catch_unwind)]
pub fn drop_store(store: f64) -> Result<()> {
    store_registry::drop_store(number_of(store)).map_err(raise)
}

/// Registers the pools of a packed batch.
#[napi(catch_unwind)]
pub fn add_pools(store: f64, accounts: &[u8]) -> Result<NativeAddPoolsReport> {
    let report =
        store_registry::with_store_mut(number_of(store), |store| store.add_pools(accounts)).map_err(raise)?;
    Ok(NativeAddPoolsReport {
        indices: Uint32Array::new(report.indices),
        refusals: report.refusals.into_iter().map(Into::into).collect(),
    })
}

/// Applies a packed batch of account updates.
#[napi(catch_unwind)]
pub fn apply_accounts(store: f64, accounts: &[u8]) -> Result<NativeApplyReport> {
    let report = store_registry::with_store_mut(number_of(store), |store| store.apply_accounts(accounts))
        .map_err(raise)?;
    Ok(NativeApplyReport {
        touched: Uint32Array::new(report.touched),
        unknown: report.unknown,
        stale: report.stale,
        duplicates: report.duplicates,
        rewatched: Uint32Array::new(report.rewatched),
        refusals: report.refusals.into_iter().map(Into::into).collect(),
    })
}

/// Returns the addresses that the quotes of these pools depend on.
#[napi(catch_unwind)]
pub fn watched_accounts(store: f64, pools: &[u32]) -> Result<Uint8Array> {
    let watched =
        store_registry::with_store(number_of(store), |store| store.watched_accounts(pools)).map_err(raise)?;
    Ok(Uint8Array::new(watched.concat()))
}

/// Returns every account of the store as a packed batch.
#[napi(catch_unwind)]
pub fn export_accounts(store: f64) -> Result<Uint8Array> {
    let batch = store_registry::with_store(number_of(store), PoolStore::export_accounts).map_err(raise)?;
    Ok(Uint8Array::new(batch))
}

/// Returns the number of pools.
#[napi(catch_unwind)]
pub fn pool_count(store: f64) -> Result<u32> {
    store_registry::with_store(number_of(store), |store| {
        u32::try_from(store.pool_count()).map_err(|_| SearchError::PoolsExceeded)
    })
    .map_err(raise)
}

/// Returns the index of a pool, or -1.
#[napi(catch_unwind)]
pub fn find_pool(store: f64, pool: &[u8]) -> Result<i64> {
    let pool = address(pool, "address")?;
    let found =
        store_registry::with_store(number_of(store), |store| Ok(store.find_pool(pool))).map_err(raise)?;
    Ok(found.map_or(-1, i64::from))
}

/// Returns the facts of pools.
#[napi(catch_unwind)]
pub fn describe_pools(store: f64, pools: &[u32]) -> Result<Vec<NativePoolDescription>> {
    let described = store_registry::with_store(number_of(store), |store| {
        pools.iter().map(|pool| store.describe(*pool)).collect::<std::result::Result<Vec<_>, _>>()
    });
    Ok(described.map_err(raise)?.into_iter().map(Into::into).collect())
}

/// Quotes one leg.
#[napi(catch_unwind)]
pub fn quote(
    store: f64,
    pool: f64,
    direction: f64,
    mode: f64,
    amount: BigInt,
    clock: NativeClock,
) -> Result<NativeQuote> {
    let direction = direction_of(direction)?;
    let mode = mode_of(mode)?;
    let amount = u64_of(&amount, "amount")?;
    let clock = clock.decode()?;
    let quote = store_registry::with_store(number_of(store), |store| {
        store.quote(number_of(pool), direction, mode, amount, &clock)
    });
    Ok(quote.map_err(raise)?.into())
}

/// Quotes orders in a row.
#[napi(catch_unwind)]
pub fn quote_sequence(
    store: f64,
    pool: f64,
    orders: Vec<NativeSwapOrder>,
) -> Result<Vec<NativeOrderOutcome>> {
    let orders = orders.into_iter().map(NativeSwapOrder::decode).collect::<Result<Vec<_>>>()?;
    let outcomes =
        store_registry::with_store(number_of(store), |store| store.quote_sequence(number_of(pool), &orders));
    let outcome = |outcome: std::result::Result<Quote, QuoteError>| match outcome {
        Ok(quote) => NativeOrderOutcome { quote: Some(quote.into()), code: None },
        Err(error) => NativeOrderOutcome { quote: None, code: Some(error.code().to_owned()) },
    };
    Ok(outcomes.map_err(raise)?.into_iter().map(outcome).collect())
}

/// Quotes many legs into `out` and `codes`.
#[napi(catch_unwind)]
pub fn quote_batch(
    store: f64,
    pools: &[u32],
    directions: &[u8],
    modes: &[u8],
    amounts: BigUint64ArraySlice<'_>,
    clock: NativeClock,
    mut out: BigUint64ArraySlice<'_>,
    mut codes: Uint8ArraySlice<'_>,
) -> Result<u32> {
    let clock = clock.decode()?;
    let batch = QuoteBatch { pools, directions, modes, amounts: &amounts };
    // SAFETY: JavaScript waits for this call, no other borrow of the two arrays is alive, and the caller's arrays are of
    // its own thread. The contract demands arrays that do not overlap.
    let (out, codes) = unsafe { (out.as_mut(), codes.as_mut()) };
    store_registry::with_store(number_of(store), |store| store.quote_batch(&batch, &clock, out, codes))
        .map_err(raise)
}

/// Returns the swap instructions of legs, packed.
#[napi(catch_unwind)]
pub fn swap_instructions(store: f64, owner: &[u8], legs: Vec<NativeSwapLeg>) -> Result<Uint8Array> {
    let owner = address(owner, "owner")?;
    let requests = legs.iter().map(|leg| leg.decode(owner)).collect::<Result<Vec<_>>>()?;
    let swaps = store_registry::with_store(number_of(store), |store| {
        let swap = |(pool, request): &(u32, SwapRequest<'_>)| store.swap_instruction(*pool, request);
        requests.iter().map(swap).collect::<std::result::Result<Vec<_>, _>>()
    });
    let instructions: Vec<Instruction> = swaps.map_err(raise)?.into_iter().map(wire_instruction).collect();
    Ok(Uint8Array::new(encode_instructions(&instructions).map_err(raise)?))
}

fn wire_instruction(swap: SwapInstruction) -> Instruction {
    let account = |account: SwapAccount| AccountMeta {
        address: account.address,
        is_signer: account.is_signer,
        is_writable: account.is_writable,
    };
    Instruction {
        program: swap.program,
        accounts: swap.accounts.into_iter().map(account).collect(),
        data: swap.data,
    }
}
