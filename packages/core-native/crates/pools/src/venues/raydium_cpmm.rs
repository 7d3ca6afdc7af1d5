//! Raydium CPMM: `raydium-io/raydium-cp-swap`, `programs/cp-swap/src/{states/pool.rs,states/config.rs,curve,instructions}`.

use crate::account_reader::AccountReader;
use crate::constant_product::{input_for, output_for};
use crate::pool::{AccountView, Address, DecodeError, Pool, SwapAccount, SwapInstruction, SwapRequest};
use crate::quote::{ChainClock, Direction, Quote, QuoteError, SwapMode};
use crate::token_account::{
    SPL_TOKEN_PROGRAM, TOKEN_2022_PROGRAM, VaultBalance, VaultRelation, decode_vault,
};
use crate::token_mint::{MintTerms, decode_mint};
use tandem_math::fee::{MILLIONTHS, amount_before_fee, fee_amount};
use tandem_math::transfer_fee::{TransferFee, TransferFeeConfig};

/// `GpMZbSM2GgvTKHJirzeGfMFoaZ8UR2X7F4v8vHTvxFbL`, the PDA of seed `vault_and_lp_mint_auth_seed`.
const AUTHORITY: Address = [
    0xeb, 0x00, 0xd9, 0xf5, 0xb2, 0x92, 0xb4, 0x21, 0x4a, 0xc7, 0xd0, 0x37, 0xb4, 0xd6, 0xf0, 0x64, 0x50,
    0xb9, 0x64, 0x60, 0x0d, 0xf3, 0x73, 0x05, 0x2b, 0xb5, 0xe8, 0x4f, 0x2f, 0x8e, 0x9a, 0x67,
];

/// Anchor discriminators of `PoolState` and `AmmConfig`.
const POOL_DISCRIMINATOR: [u8; 8] = [0xf7, 0xed, 0xe3, 0xf5, 0xd7, 0xc3, 0xde, 0x46];
const CONFIG_DISCRIMINATOR: [u8; 8] = [0xda, 0xf4, 0x21, 0x68, 0xcb, 0xcb, 0x2b, 0x6f];
/// Anchor discriminators of `swap_base_input` and `swap_base_output`.
const SWAP_BASE_INPUT: [u8; 8] = [0x8f, 0xbe, 0x5a, 0xda, 0xc4, 0x1e, 0x33, 0xde];
const SWAP_BASE_OUTPUT: [u8; 8] = [0x37, 0xd9, 0x62, 0x56, 0xa3, 0x4a, 0xb4, 0xad];

/// `PoolState`, `states/pool.rs`: packed, token 0 before token 1.
mod pool_offset {
    pub const AMM_CONFIG: usize = 8;
    pub const VAULTS: [usize; 2] = [72, 104];
    pub const MINTS: [usize; 2] = [168, 200];
    pub const TOKEN_PROGRAMS: [usize; 2] = [232, 264];
    pub const OBSERVATION: usize = 296;
    pub const STATUS: usize = 329;
    pub const PROTOCOL_FEES: [usize; 2] = [341, 349];
    pub const FUND_FEES: [usize; 2] = [357, 365];
    pub const OPEN_TIME: usize = 373;
    pub const CREATOR_FEE_ON: usize = 389;
    pub const ENABLE_CREATOR_FEE: usize = 390;
    pub const CREATOR_FEES: [usize; 2] = [397, 405];
    pub const LENGTH: usize = 637;
}

/// `AmmConfig`, `states/config.rs`.
mod config_offset {
    pub const TRADE_FEE_RATE: usize = 12;
    pub const CREATOR_FEE_RATE: usize = 108;
    pub const LENGTH: usize = 236;
}

/// `PoolStatusBitIndex::Swap`: set means swaps are off.
const STATUS_SWAP_DISABLED: u8 = 1 << 2;

/// Largest cost seen with the classic token program or Token-2022 transfer fees on either side, and a tenth for longer
/// address searches.
const COMPUTE_UNITS: u32 = 36_000;

/// Which of the pool's tokens the creator fee is taken in (`CreatorFeeOn`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CreatorFeeOn {
    Input,
    Token0,
    Token1,
}

impl CreatorFeeOn {
    const fn is_input(self, direction: Direction) -> bool {
        match (self, direction) {
            (Self::Input, _) | (Self::Token0, Direction::AToB) | (Self::Token1, Direction::BToA) => true,
            (Self::Token0, Direction::BToA) | (Self::Token1, Direction::AToB) => false,
        }
    }
}

/// The fields of the pool account that change.
#[derive(Clone, Copy, Debug)]
struct PoolState {
    status: u8,
    open_time: u64,
    creator_fee_on: CreatorFeeOn,
    is_creator_fee_enabled: bool,
    /// Fees that lie in the vaults but are owed: protocol, fund and creator; `None` when their sum overflows.
    owed: [Option<u64>; 2],
}

/// The fields of the pool account that never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity {
    address: Address,
    config: Address,
    vaults: [Address; 2],
    mints: [Address; 2],
    token_programs: [Address; 2],
    observation: Address,
}

/// Fee rates in millionths.
#[derive(Clone, Copy, Debug)]
struct ConfigRates {
    trade: u64,
    creator: u64,
}

/// What was decoded, from which `Terms` follow.
#[derive(Clone, Debug)]
struct Parts {
    identity: Identity,
    state: PoolState,
    config: Option<ConfigRates>,
    vaults: [Option<VaultBalance>; 2],
    mints: [Option<MintTerms>; 2],
}

/// What a quote reads: small, so that a batch over many pools stays in the cache.
#[derive(Clone, Debug)]
struct Terms {
    /// Why there is no quote whatever the amount and the time.
    gate: Option<QuoteError>,
    open_time: u64,
    reserves: [u64; 2],
    /// What each vault can still take before its balance passes 64 bits.
    room: [u64; 2],
    /// Millionths taken from the input, and from the output, by direction.
    input_rates: [u64; 2],
    output_rates: [u64; 2],
    /// Transfer fees of the mints, where either has one.
    transfer_fees: Option<Box<[Option<TransferFeeConfig>; 2]>>,
}

/// A Raydium CPMM pool.
#[derive(Clone, Debug)]
pub struct RaydiumCpmm {
    terms: Terms,
    parts: Box<Parts>,
}

fn decode_pool(account: AccountView<'_>) -> Result<(Identity, PoolState), DecodeError> {
    if *account.owner != RaydiumCpmm::PROGRAM {
        return Err(DecodeError::OwnerMismatch);
    }
    let reader = AccountReader::new(account.data);
    if reader.bytes::<8>(0)? != POOL_DISCRIMINATOR {
        return Err(DecodeError::DiscriminatorMismatch);
    }
    if reader.len() < pool_offset::LENGTH {
        return Err(DecodeError::TooShort);
    }
    let pair = |[first, second]: [usize; 2]| Ok([reader.address(first)?, reader.address(second)?]);
    let identity = Identity {
        address: *account.address,
        config: reader.address(pool_offset::AMM_CONFIG)?,
        vaults: pair(pool_offset::VAULTS)?,
        mints: pair(pool_offset::MINTS)?,
        token_programs: pair(pool_offset::TOKEN_PROGRAMS)?,
        observation: reader.address(pool_offset::OBSERVATION)?,
    };
    let [mint_0, mint_1] = identity.mints;
    let [vault_0, vault_1] = identity.vaults;
    let is_token_program = |program: &Address| [SPL_TOKEN_PROGRAM, TOKEN_2022_PROGRAM].contains(program);
    if mint_0 == mint_1 || vault_0 == vault_1 || !identity.token_programs.iter().all(is_token_program) {
        return Err(DecodeError::FieldInvalid);
    }
    Ok((identity, decode_state(reader)?))
}

fn decode_state(reader: AccountReader<'_>) -> Result<PoolState, DecodeError> {
    let [protocol_0, protocol_1] = pool_offset::PROTOCOL_FEES;
    let [fund_0, fund_1] = pool_offset::FUND_FEES;
    let [creator_0, creator_1] = pool_offset::CREATOR_FEES;
    let owed = |protocol: usize, fund: usize, creator: usize| -> Result<Option<u64>, DecodeError> {
        let (protocol, fund, creator) = (reader.u64(protocol)?, reader.u64(fund)?, reader.u64(creator)?);
        Ok(protocol.checked_add(fund).and_then(|sum| sum.checked_add(creator)))
    };
    Ok(PoolState {
        status: reader.u8(pool_offset::STATUS)?,
        open_time: reader.u64(pool_offset::OPEN_TIME)?,
        creator_fee_on: match reader.u8(pool_offset::CREATOR_FEE_ON)? {
            0 => CreatorFeeOn::Input,
            1 => CreatorFeeOn::Token0,
            2 => CreatorFeeOn::Token1,
            _ => return Err(DecodeError::FieldInvalid),
        },
        is_creator_fee_enabled: reader.u8(pool_offset::ENABLE_CREATOR_FEE)? != 0,
        owed: [owed(protocol_0, fund_0, creator_0)?, owed(protocol_1, fund_1, creator_1)?],
    })
}

fn decode_config(account: AccountView<'_>) -> Result<ConfigRates, DecodeError> {
    if *account.owner != RaydiumCpmm::PROGRAM {
        return Err(DecodeError::OwnerMismatch);
    }
    let reader = AccountReader::new(account.data);
    if reader.bytes::<8>(0)? != CONFIG_DISCRIMINATOR {
        return Err(DecodeError::DiscriminatorMismatch);
    }
    if reader.len() < config_offset::LENGTH {
        return Err(DecodeError::TooShort);
    }
    let rates = ConfigRates {
        trade: reader.u64(config_offset::TRADE_FEE_RATE)?,
        creator: reader.u64(config_offset::CREATOR_FEE_RATE)?,
    };
    if rates.trade > MILLIONTHS || rates.creator > MILLIONTHS {
        return Err(DecodeError::FieldInvalid);
    }
    Ok(rates)
}

impl Parts {
    fn terms(&self) -> Terms {
        let mut terms = Terms {
            gate: self.gate(),
            open_time: self.state.open_time,
            reserves: [0; 2],
            room: [0; 2],
            input_rates: [0; 2],
            output_rates: [0; 2],
            transfer_fees: None,
        };
        let ([Some(vault_0), Some(vault_1)], Some(config)) = (self.vaults, self.config) else {
            return terms;
        };
        let [owed_0, owed_1] = self.state.owed;
        let tradable =
            |vault: VaultBalance, owed: Option<u64>| owed.map_or(0, |owed| vault.amount.saturating_sub(owed));
        terms.reserves = [tradable(vault_0, owed_0), tradable(vault_1, owed_1)];
        terms.room = [u64::MAX.saturating_sub(vault_0.amount), u64::MAX.saturating_sub(vault_1.amount)];
        let rates = [Direction::AToB, Direction::BToA].map(|direction| self.rates(config, direction));
        terms.input_rates = rates.map(|(input, _)| input);
        terms.output_rates = rates.map(|(_, output)| output);
        let transfer_fees = self.mints.map(|mint| mint.and_then(|mint| mint.transfer_fee));
        if transfer_fees.iter().any(Option::is_some) {
            terms.transfer_fees = Some(Box::new(transfer_fees));
        }
        terms
    }

    /// Millionths taken from the input and from the output.
    const fn rates(&self, config: ConfigRates, direction: Direction) -> (u64, u64) {
        if !self.state.is_creator_fee_enabled {
            (config.trade, 0)
        } else if self.state.creator_fee_on.is_input(direction) {
            (config.trade.saturating_add(config.creator), 0)
        } else {
            (config.trade, config.creator)
        }
    }

    fn gate(&self) -> Option<QuoteError> {
        let ([Some(vault_0), Some(vault_1)], [Some(mint_0), Some(mint_1)], Some(_)) =
            (self.vaults, self.mints, self.config)
        else {
            return Some(QuoteError::AccountMissing);
        };
        if mint_0.has_unsupported_extension || mint_1.has_unsupported_extension {
            return Some(QuoteError::FeatureUnsupported);
        }
        if self.state.status & STATUS_SWAP_DISABLED != 0 || vault_0.is_frozen || vault_1.is_frozen {
            return Some(QuoteError::SwapDisabled);
        }
        let [owed_0, owed_1] = self.state.owed;
        let left = |vault: VaultBalance, owed: Option<u64>| vault.amount.checked_sub(owed?);
        match (left(vault_0, owed_0), left(vault_1, owed_1)) {
            (Some(0), Some(_)) | (Some(_), Some(0)) => Some(QuoteError::LiquidityExceeded),
            (Some(_), Some(_)) => None,
            (None, _) | (_, None) => Some(QuoteError::MathOverflow),
        }
    }
}

impl Terms {
    #[inline]
    fn exact_in(&self, direction: Direction, amount: u64, epoch: u64) -> Result<u64, QuoteError> {
        if amount == 0 {
            return Err(QuoteError::AmountZero);
        }
        let (input_fee, output_fee) = self.transfer_fees_at(direction, epoch);
        let arriving = match input_fee {
            Some(fee) => fee.after_fee(amount).ok_or(QuoteError::MathOverflow)?,
            None => amount,
        };
        if arriving == 0 {
            return Err(QuoteError::AmountZero);
        }
        let (room, _) = direction.input_output(self.room);
        if arriving > room {
            return Err(QuoteError::MathOverflow);
        }
        let (input_rate, output_rate) = self.rates(direction);
        let fee = fee_amount(arriving, input_rate, MILLIONTHS).ok_or(QuoteError::MathOverflow)?;
        let swapped = arriving.checked_sub(fee).ok_or(QuoteError::MathOverflow)?;
        let (reserve_in, reserve_out) = direction.input_output(self.reserves);
        let mut output = output_for(swapped, reserve_in, reserve_out)?;
        if output_rate != 0 {
            let fee = fee_amount(output, output_rate, MILLIONTHS).ok_or(QuoteError::MathOverflow)?;
            output = output.checked_sub(fee).ok_or(QuoteError::MathOverflow)?;
        }
        if let Some(fee) = output_fee {
            output = fee.after_fee(output).ok_or(QuoteError::MathOverflow)?;
        }
        if output == 0 { Err(QuoteError::OutputZero) } else { Ok(output) }
    }

    fn exact_out(&self, direction: Direction, amount: u64, epoch: u64) -> Result<u64, QuoteError> {
        if amount == 0 {
            return Err(QuoteError::AmountZero);
        }
        let (input_fee, output_fee) = self.transfer_fees_at(direction, epoch);
        let (input_rate, output_rate) = self.rates(direction);
        let before_transfer = |fee: Option<TransferFee>, net: u64| match fee {
            Some(fee) => fee.before_fee(net).ok_or(QuoteError::MathOverflow),
            None => Ok(net),
        };
        let leaving = before_transfer(output_fee, amount)?;
        let taken = amount_before_fee(leaving, output_rate, MILLIONTHS).ok_or(QuoteError::MathOverflow)?;
        let (reserve_in, reserve_out) = direction.input_output(self.reserves);
        let swapped = input_for(taken, reserve_in, reserve_out)?;
        let arriving = amount_before_fee(swapped, input_rate, MILLIONTHS).ok_or(QuoteError::MathOverflow)?;
        let (room, _) = direction.input_output(self.room);
        if arriving > room {
            return Err(QuoteError::MathOverflow);
        }
        before_transfer(input_fee, arriving)
    }

    #[inline]
    fn rates(&self, direction: Direction) -> (u64, u64) {
        let (input, _) = direction.input_output(self.input_rates);
        let (output, _) = direction.input_output(self.output_rates);
        (input, output)
    }

    #[inline]
    fn transfer_fees_at(
        &self,
        direction: Direction,
        epoch: u64,
    ) -> (Option<TransferFee>, Option<TransferFee>) {
        match &self.transfer_fees {
            None => (None, None),
            Some(configs) => {
                direction.input_output(configs.map(|config| config.map(|config| config.at(epoch))))
            }
        }
    }
}

impl RaydiumCpmm {
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
        if *account.address == identity.config {
            parts.config = Some(decode_config(account)?);
            return Ok(());
        }
        let sides = identity.vaults.iter().zip(&identity.mints).zip(&identity.token_programs);
        let slots = parts.vaults.iter_mut().zip(&mut parts.mints);
        for (((vault, mint), token_program), (vault_slot, mint_slot)) in sides.zip(slots) {
            if account.address == vault {
                let relation = VaultRelation { token_program, mint, authority: &AUTHORITY };
                *vault_slot = Some(decode_vault(account, relation)?);
                return Ok(());
            }
            if account.address == mint && *token_program == TOKEN_2022_PROGRAM {
                *mint_slot = Some(decode_mint(account)?);
                return Ok(());
            }
        }
        Err(DecodeError::RelationMismatch)
    }
}

impl Pool for RaydiumCpmm {
    /// `CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C`
    const PROGRAM: Address = [
        0xa9, 0x2a, 0x5a, 0x8b, 0x4f, 0x29, 0x59, 0x52, 0x84, 0x25, 0x50, 0xaa, 0x93, 0xfd, 0x5b, 0x95, 0xb5,
        0xac, 0xe6, 0xa8, 0xeb, 0x92, 0x0c, 0x93, 0x94, 0x2e, 0x43, 0x69, 0x0c, 0x20, 0xec, 0x73,
    ];

    fn decode(account: AccountView<'_>) -> Result<Self, DecodeError> {
        let (identity, state) = decode_pool(account)?;
        // A classic mint changes nothing about a swap, so it is not waited for.
        let mints = identity
            .token_programs
            .map(|program| if program == TOKEN_2022_PROGRAM { None } else { Some(MintTerms::default()) });
        let parts = Parts { identity, state, config: None, vaults: [None; 2], mints };
        Ok(Self { terms: parts.terms(), parts: Box::new(parts) })
    }

    fn watched(&self) -> Vec<Address> {
        let identity = &self.parts.identity;
        let [vault_0, vault_1] = identity.vaults;
        let mut watched = vec![identity.address, identity.config, vault_0, vault_1];
        for (mint, program) in identity.mints.iter().zip(&identity.token_programs) {
            if *program == TOKEN_2022_PROGRAM {
                watched.push(*mint);
            }
        }
        watched
    }

    fn apply(&mut self, account: AccountView<'_>) -> Result<(), DecodeError> {
        Self::apply_to_parts(&mut self.parts, account)?;
        self.terms = self.parts.terms();
        Ok(())
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
                let amount_out = terms.exact_in(direction, amount, clock.epoch)?;
                Ok(Quote { amount_in: amount, amount_out })
            }
            SwapMode::ExactOut => {
                let amount_in = terms.exact_out(direction, amount, clock.epoch)?;
                Ok(Quote { amount_in, amount_out: amount })
            }
        }
    }

    fn disabled(&self, clock: &ChainClock) -> Option<QuoteError> {
        match self.terms.gate {
            Some(QuoteError::AccountMissing) => None,
            None if clock.unix_timestamp < self.terms.open_time => Some(QuoteError::NotOpen),
            gate => gate,
        }
    }

    fn swap_instruction(&self, request: &SwapRequest<'_>) -> SwapInstruction {
        let identity = &self.parts.identity;
        let (discriminator, first, second) = match request.mode {
            SwapMode::ExactIn => (SWAP_BASE_INPUT, request.amount, request.limit),
            SwapMode::ExactOut => (SWAP_BASE_OUTPUT, request.limit, request.amount),
        };
        let mut data = discriminator.to_vec();
        data.extend_from_slice(&first.to_le_bytes());
        data.extend_from_slice(&second.to_le_bytes());
        let (input_vault, output_vault) = request.direction.input_output(identity.vaults);
        let (input_program, output_program) = request.direction.input_output(identity.token_programs);
        let (input_mint, output_mint) = request.direction.input_output(identity.mints);
        let accounts = vec![
            SwapAccount::signer(*request.owner),
            SwapAccount::readonly(AUTHORITY),
            SwapAccount::readonly(identity.config),
            SwapAccount::writable(identity.address),
            SwapAccount::writable(*request.source),
            SwapAccount::writable(*request.destination),
            SwapAccount::writable(input_vault),
            SwapAccount::writable(output_vault),
            SwapAccount::readonly(input_program),
            SwapAccount::readonly(output_program),
            SwapAccount::readonly(input_mint),
            SwapAccount::readonly(output_mint),
            SwapAccount::writable(identity.observation),
        ];
        SwapInstruction { program: Self::PROGRAM, accounts, data }
    }

    fn mints(&self) -> [Address; 2] {
        self.parts.identity.mints
    }

    fn token_programs(&self) -> [Address; 2] {
        self.parts.identity.token_programs
    }

    fn reserves(&self) -> Option<[u64; 2]> {
        (self.terms.gate != Some(QuoteError::AccountMissing)).then_some(self.terms.reserves)
    }

    fn compute_units(&self) -> u32 {
        COMPUTE_UNITS
    }
}
