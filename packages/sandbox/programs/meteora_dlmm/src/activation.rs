//! Whether a pair swaps now (`lb_clmm` 0.8 source, `pair_action_access/`; IDL of `@meteora-ag/dlmm` 1.9.14).

use crate::dlmm_error::DlmmError;
use crate::lb_pair::PAIR_TYPE;
use pinocchio::{error::ProgramError, Address};
use program_frame::{address_at, u64_at, u8_at};

const STATUS: usize = 82;
const ACTIVATION_TYPE: usize = 86;
const PRE_ACTIVATION_ADDRESS: usize = 752;
const ACTIVATION_POINT: usize = 816;
const PRE_ACTIVATION_DURATION: usize = 824;

const ENABLED: u8 = 0;

/// Checks that a pair swaps now, for this user.
///
/// # Errors
///
/// `InvalidPoolType` and `InvalidActivationType` for unknown kinds, `PoolDisabled` when the pair does not swap.
#[inline(always)]
pub fn check_open(
    data: &[u8],
    user: &Address,
    slot: u64,
    unix_timestamp: i64,
) -> Result<(), ProgramError> {
    let is_gated = match u8_at(data, PAIR_TYPE)? {
        0 | 3 => false,
        1 | 2 => true,
        _ => return Err(DlmmError::InvalidPoolType.into()),
    };
    let now = match u8_at(data, ACTIVATION_TYPE)? {
        0 => slot,
        // A time before 1970 wraps in the real program too.
        1 => unix_timestamp.cast_unsigned(),
        _ => return Err(DlmmError::InvalidActivationType.into()),
    };
    let mut point = u64_at(data, ACTIVATION_POINT)?;
    if user == &address_at(data, PRE_ACTIVATION_ADDRESS)? {
        point = point.saturating_sub(u64_at(data, PRE_ACTIVATION_DURATION)?);
    }
    if u8_at(data, STATUS)? != ENABLED || (is_gated && now < point) {
        return Err(DlmmError::PoolDisabled.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{check_open, DlmmError, ProgramError};
    use pinocchio::Address;

    const USER: Address = Address::new_from_array([7; 32]);

    /// A pair that opens at 1000 for everybody, and 100 earlier for the user.
    fn pair(kind: u8, activation: u8, status: u8) -> [u8; 904] {
        let mut data = [0; 904];
        data[75] = kind;
        data[82] = status;
        data[86] = activation;
        data[752..784].fill(7);
        data[816..818].copy_from_slice(&1_000_u16.to_le_bytes());
        data[824] = 100;
        data
    }

    fn answer(data: &[u8], user: &Address, slot: u64, now: i64) -> Option<u32> {
        match check_open(data, user, slot, now) {
            Ok(()) => None,
            Err(ProgramError::Custom(code)) => Some(code),
            Err(_) => Some(0),
        }
    }

    #[test]
    fn opens_at_its_slot_or_its_time_and_earlier_for_one_address() {
        let other = Address::new_from_array([8; 32]);
        let disabled = Some(DlmmError::PoolDisabled as u32);
        for kind in [1, 2] {
            assert_eq!(answer(&pair(kind, 0, 0), &other, 999, 5_000), disabled);
            assert_eq!(answer(&pair(kind, 0, 0), &other, 1_000, 0), None);
            assert_eq!(answer(&pair(kind, 1, 0), &other, 5_000, 999), disabled);
            assert_eq!(answer(&pair(kind, 1, 0), &other, 0, 1_000), None);
            assert_eq!(answer(&pair(kind, 0, 0), &USER, 899, 0), disabled);
            assert_eq!(answer(&pair(kind, 0, 0), &USER, 900, 0), None);
        }
    }

    #[test]
    fn has_no_activation_point_when_it_is_permissionless() {
        assert_eq!(answer(&pair(0, 0, 0), &USER, 0, 0), None);
        assert_eq!(answer(&pair(3, 0, 0), &USER, 0, 0), None);
    }

    #[test]
    fn refuses_a_disabled_pair_and_unknown_kinds() {
        let code = |error: DlmmError| Some(error as u32);
        assert_eq!(
            answer(&pair(0, 0, 1), &USER, 0, 0),
            code(DlmmError::PoolDisabled)
        );
        assert_eq!(
            answer(&pair(4, 0, 1), &USER, 0, 0),
            code(DlmmError::InvalidPoolType)
        );
        assert_eq!(
            answer(&pair(0, 2, 1), &USER, 0, 0),
            code(DlmmError::InvalidActivationType)
        );
    }
}
