//! What compute-budget instructions ask for, as the config values of a v1 message.
//!
//! Formats: solana-sdk `compute-budget-interface/src/lib.rs`. Rules of range and repetition, and the ceiling of units:
//! agave `compute-budget-instruction` and `compute-budget/src/compute_budget_limits.rs`.

use crate::error::WireError;
use crate::instruction::{
    COMPUTE_BUDGET_PROGRAM, InstructionView, REQUEST_HEAP_FRAME, SET_COMPUTE_UNIT_LIMIT,
    SET_COMPUTE_UNIT_PRICE, SET_LOADED_ACCOUNTS_DATA_SIZE_LIMIT,
};

/// More units than this are cut to it, and the priority fee is reckoned on what is left.
const MAX_COMPUTE_UNITS: u32 = 1_400_000;
/// Bytes of accounts a v0 transaction may load when it sets no limit, and the most that a limit may be.
const DEFAULT_LOADED_ACCOUNTS_BYTES: u32 = 64 * 1_024 * 1_024;
const MIN_HEAP_BYTES: u32 = 32 * 1_024;
const MAX_HEAP_BYTES: u32 = 256 * 1_024;
const HEAP_GRANULE_BYTES: u32 = 1_024;
const MICRO_LAMPORTS_PER_LAMPORT: u128 = 1_000_000;

/// The values of a v1 header. Both limits always stand in it: one that is missing counts as zero, not as a default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransactionConfig {
    /// Total priority fee, absent where nothing is bid.
    pub priority_fee_lamports: Option<u64>,
    /// Compute units the transaction may use.
    pub compute_unit_limit: u32,
    /// Bytes of account data the transaction may load.
    pub loaded_accounts_bytes: u32,
    /// Heap of each program, absent where the default will do.
    pub heap_bytes: Option<u32>,
}

/// What the instructions said so far.
#[derive(Default)]
struct Asked {
    units: Option<u32>,
    price: Option<u64>,
    loaded_bytes: Option<u32>,
    heap_bytes: Option<u32>,
}

/// Splits the instructions into the config that some of them ask for and all the others, in their order. A v0
/// transaction of the same instructions has the same limits and pays the same fee.
pub fn split_config<'a>(
    instructions: &[InstructionView<'a>],
) -> Result<(TransactionConfig, Vec<InstructionView<'a>>), WireError> {
    let mut asked = Asked::default();
    let mut others = Vec::with_capacity(instructions.len());
    for (at, instruction) in instructions.iter().enumerate() {
        if *instruction.program == COMPUTE_BUDGET_PROGRAM {
            asked.take(instruction).ok_or(WireError::ComputeBudgetInvalid { at })?;
        } else {
            others.push(*instruction);
        }
    }
    Ok((asked.into_config()?, others))
}

impl Asked {
    /// Takes one instruction in; none when it is unknown, malformed, out of range or a repetition.
    fn take(&mut self, instruction: &InstructionView<'_>) -> Option<()> {
        // The program reads no accounts; dropping some would drop their locks.
        let (tag, value) = instruction.data.split_first().filter(|_| instruction.accounts.is_empty())?;
        match *tag {
            SET_COMPUTE_UNIT_PRICE => set_once(&mut self.price, u64::from_le_bytes(value.try_into().ok()?)),
            REQUEST_HEAP_FRAME => {
                let bytes = u32::from_le_bytes(value.try_into().ok()?);
                let fits = (MIN_HEAP_BYTES..=MAX_HEAP_BYTES).contains(&bytes);
                (fits && bytes.is_multiple_of(HEAP_GRANULE_BYTES)).then_some(())?;
                set_once(&mut self.heap_bytes, bytes)
            }
            SET_COMPUTE_UNIT_LIMIT => {
                let units = u32::from_le_bytes(value.try_into().ok()?);
                set_once(&mut self.units, units.min(MAX_COMPUTE_UNITS))
            }
            SET_LOADED_ACCOUNTS_DATA_SIZE_LIMIT => {
                let bytes = u32::from_le_bytes(value.try_into().ok()?);
                (bytes > 0).then_some(())?;
                set_once(&mut self.loaded_bytes, bytes.min(DEFAULT_LOADED_ACCOUNTS_BYTES))
            }
            _ => None,
        }
    }

    fn into_config(self) -> Result<TransactionConfig, WireError> {
        let compute_unit_limit = self.units.ok_or(WireError::ComputeLimitMissing)?;
        let price = u128::from(self.price.unwrap_or(0));
        // 64 and 21 bits multiplied. Rounds up as the runtime does, and is cut to 64 bits as it does.
        let fee = price.saturating_mul(u128::from(compute_unit_limit)).div_ceil(MICRO_LAMPORTS_PER_LAMPORT);
        Ok(TransactionConfig {
            priority_fee_lamports: Some(u64::try_from(fee).unwrap_or(u64::MAX)).filter(|fee| *fee > 0),
            compute_unit_limit,
            loaded_accounts_bytes: self.loaded_bytes.unwrap_or(DEFAULT_LOADED_ACCOUNTS_BYTES),
            heap_bytes: self.heap_bytes,
        })
    }
}

fn set_once<T>(place: &mut Option<T>, value: T) -> Option<()> {
    place.replace(value).is_none().then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(data: &[u8]) -> InstructionView<'_> {
        InstructionView { program: &COMPUTE_BUDGET_PROGRAM, accounts: &[], data }
    }

    fn config(datas: &[&[u8]]) -> Result<TransactionConfig, WireError> {
        let instructions: Vec<_> = datas.iter().map(|data| budget(data)).collect();
        split_config(&instructions).map(|(config, _)| config)
    }

    const LIMIT: &[u8] = &[2, 64, 13, 3, 0];

    #[test]
    fn the_fee_is_price_times_limit_rounded_up_and_absent_where_nothing_is_bid() {
        let bid = config(&[LIMIT, &[3, 1, 0, 0, 0, 0, 0, 0, 0]]).unwrap();
        // ceil(1 * 200,000 / 1,000,000)
        assert_eq!((bid.compute_unit_limit, bid.priority_fee_lamports), (200_000, Some(1)));
        assert_eq!(config(&[LIMIT]).unwrap().priority_fee_lamports, None);
        let most = config(&[&[2, 255, 255, 255, 255], &[&[3], &u64::MAX.to_le_bytes()[..]].concat()]);
        let most = most.unwrap();
        assert_eq!((most.compute_unit_limit, most.priority_fee_lamports), (1_400_000, Some(u64::MAX)));
    }

    #[test]
    fn what_may_be_loaded_is_the_default_of_v0_unless_asked_for() {
        assert_eq!(config(&[LIMIT]).unwrap().loaded_accounts_bytes, 67_108_864);
        assert_eq!(config(&[LIMIT, &[4, 0, 0, 1, 0]]).unwrap().loaded_accounts_bytes, 65_536);
        assert_eq!(config(&[LIMIT, &[4, 0, 0, 0, 5]]).unwrap().loaded_accounts_bytes, 67_108_864);
    }

    #[test]
    fn what_the_runtime_would_refuse_is_refused_at_its_position() {
        let wrong: [&[u8]; 10] = [
            &[],
            &[0],
            &[5, 0, 0, 0, 0],
            &[2, 1, 0, 0],
            &[3, 1, 0, 0, 0],
            &[4, 0, 0, 0, 0],
            &[1, 0, 124, 0, 0],
            &[1, 0, 4, 4, 0],
            &[1, 1, 128, 0, 0],
            LIMIT,
        ];
        for data in wrong {
            let refusal = WireError::ComputeBudgetInvalid { at: 1 };
            assert_eq!(config(&[LIMIT, data]), Err(refusal), "{data:?}");
        }
        assert_eq!(config(&[&[1, 0, 128, 0, 0], LIMIT]).unwrap().heap_bytes, Some(32_768));
        let account = [[7; 33]];
        let named = InstructionView { accounts: &account, ..budget(LIMIT) };
        assert_eq!(split_config(&[named]).unwrap_err(), WireError::ComputeBudgetInvalid { at: 0 });
    }

    #[test]
    fn a_limit_nobody_set_is_refused_because_it_would_be_zero() {
        assert_eq!(config(&[]), Err(WireError::ComputeLimitMissing));
    }
}
