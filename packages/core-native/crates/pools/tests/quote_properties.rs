//! What holds for every quote: a pool never gives more than it has, and never loses value to a round trip.
use proptest::prelude::*;
use tandem_math::fee::{MILLIONTHS, amount_before_fee, fee_amount};
use tandem_math::mul_div::{Rounding, mul_div};
use tandem_math::transfer_fee::TransferFee;
use tandem_pools::constant_product::{input_for, output_for};

fn number() -> impl Strategy<Value = u64> {
    (0..64_u32, any::<u64>()).prop_map(|(bits, value)| value >> bits)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn never_lowers_the_product_of_the_reserves(input in number(), reserve_in in number(), reserve_out in number()) {
        if let Ok(output) = output_for(input, reserve_in, reserve_out) {
            prop_assert!(output <= reserve_out);
            if let Some(after) = reserve_in.checked_add(input) {
                let before = u128::from(reserve_in) * u128::from(reserve_out);
                prop_assert!(u128::from(after) * u128::from(reserve_out - output) >= before);
            }
        }
    }

    #[test]
    fn asks_at_least_the_input_that_gives_the_output(output in number(), reserve_in in number(), reserve_out in number()) {
        if let Ok(input) = input_for(output.max(1), reserve_in.max(1), reserve_out) {
            prop_assert!(output_for(input, reserve_in.max(1), reserve_out).expect("a price") >= output);
        }
    }

    #[test]
    fn equals_the_undivided_fee(amount in number(), rate in 0..=MILLIONTHS) {
        prop_assert_eq!(fee_amount(amount, rate, MILLIONTHS), mul_div(amount, rate, MILLIONTHS, Rounding::Up));
    }

    #[test]
    fn asks_the_least_amount_that_leaves_the_net(net in number(), rate in 0..MILLIONTHS) {
        if let Some(gross) = amount_before_fee(net, rate, MILLIONTHS) {
            let kept = |amount: u64| amount - fee_amount(amount, rate, MILLIONTHS).expect("a fee");
            prop_assert!(kept(gross) >= net);
            if gross > 0 {
                prop_assert!(kept(gross - 1) < net || net == 0);
            }
        }
    }

    #[test]
    fn sends_an_amount_of_which_exactly_the_net_arrives(net in 1..=u64::MAX, bits in 0..64_u32, maximum in number(), basis_points in 0..=10_000_u16) {
        let net = (net >> bits).max(1);
        let fee = TransferFee { epoch: 0, maximum, basis_points };
        if let Some(gross) = fee.before_fee(net) {
            prop_assert_eq!(fee.after_fee(gross), Some(net));
        }
    }
}
