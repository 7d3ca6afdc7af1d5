//! The vectors of `vectors/math.json`, which TypeScript reads as well.
#![expect(clippy::expect_used, clippy::panic, reason = "a test stops where its material is broken")]

use serde_json::Value;
use std::fs;
use std::path::Path;
use tandem_math::fee::{amount_before_fee, fee_amount};
use tandem_math::mul_div::{Rounding, mul_div};
use tandem_math::program_address::find_program_address;
use tandem_math::sqrt_price::{
    AddOrRemove, amount_a_delta, amount_b_delta, next_sqrt_price_from_a, next_sqrt_price_from_b,
};
use tandem_math::transfer_fee::TransferFee;
use tandem_math::wide::{
    U256, div_wide, div_wide_256, mul_div_u128, mul_shift_right, mul_shr_64, shl_64_div, shl_64_div_256,
};

struct Input<'a>(&'a Value);

impl Input<'_> {
    fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).expect("a string")
    }

    fn u128(&self, name: &str) -> u128 {
        self.text(name).parse().expect("a u128")
    }

    fn u64(&self, name: &str) -> u64 {
        self.text(name).parse().expect("a u64")
    }

    fn u256(&self, high: &str, low: &str) -> U256 {
        U256 { high: self.u128(high), low: self.u128(low) }
    }

    fn transfer_fee(&self) -> TransferFee {
        TransferFee {
            epoch: 0,
            maximum: self.u64("maximum"),
            basis_points: self.text("basisPoints").parse().expect("a u16"),
        }
    }
}

fn text(value: Option<impl ToString>) -> Option<String> {
    value.map(|value| value.to_string())
}

fn evaluate(input: &Input) -> Option<String> {
    match input.text("function") {
        "mul_div_down" => narrow_division(input, Rounding::Down),
        "mul_div_up" => narrow_division(input, Rounding::Up),
        "fee_amount" => {
            text(fee_amount(input.u64("amount"), input.u64("numerator"), input.u64("denominator")))
        }
        "amount_before_fee" => {
            text(amount_before_fee(input.u64("net"), input.u64("numerator"), input.u64("denominator")))
        }
        "transfer_fee" => text(input.transfer_fee().fee(input.u64("amount"))),
        "before_transfer_fee" => text(input.transfer_fee().before_fee(input.u64("net"))),
        "find_program_address" => program_address(input),
        "div_wide_quotient" => {
            text(div_wide(input.u256("high", "low"), input.u128("denominator")).map(|found| found.0))
        }
        "div_wide_remainder" => {
            text(div_wide(input.u256("high", "low"), input.u128("denominator")).map(|found| found.1))
        }
        "next_sqrt_price_from_a_add" => next_price(next_sqrt_price_from_a, input, AddOrRemove::Add),
        "next_sqrt_price_from_a_remove" => next_price(next_sqrt_price_from_a, input, AddOrRemove::Remove),
        "next_sqrt_price_from_b_add" => next_price(next_sqrt_price_from_b, input, AddOrRemove::Add),
        "next_sqrt_price_from_b_remove" => next_price(next_sqrt_price_from_b, input, AddOrRemove::Remove),
        rounded => {
            let (function, rounding) = match rounded.rsplit_once('_').expect("a rounding") {
                (function, "down") => (function, Rounding::Down),
                (function, "up") => (function, Rounding::Up),
                _ => panic!("unknown function {rounded}"),
            };
            text(evaluate_rounded(function, input, rounding))
        }
    }
}

fn evaluate_rounded(function: &str, input: &Input, rounding: Rounding) -> Option<u128> {
    let field = |name: &str| input.u128(name);
    let numerator = || input.u256("high", "low");
    let denominator = || input.u256("denominatorHigh", "denominatorLow");
    match function {
        "div_wide_256" => div_wide_256(numerator(), denominator(), rounding),
        "shl_64_div_256" => shl_64_div_256(numerator(), denominator(), rounding),
        "mul_div_u128" => mul_div_u128(field("left"), field("right"), field("denominator"), rounding),
        "mul_shr_64" => mul_shr_64(field("left"), field("right"), rounding),
        "shl_64_div" => shl_64_div(field("left"), field("denominator"), rounding),
        "mul_shift_right" => {
            let shift = input.text("shift").parse().expect("a u32");
            mul_shift_right(field("left"), field("right"), shift, rounding)
        }
        "amount_a_delta" => amount_a_delta(field("first"), field("second"), field("liquidity"), rounding),
        "amount_b_delta" => amount_b_delta(field("first"), field("second"), field("liquidity"), rounding),
        other => panic!("unknown function {other}"),
    }
}

fn narrow_division(input: &Input, rounding: Rounding) -> Option<String> {
    text(mul_div(input.u64("left"), input.u64("right"), input.u64("denominator"), rounding))
}

fn next_price(
    function: fn(u128, u128, u64, AddOrRemove) -> Option<u128>,
    input: &Input,
    change: AddOrRemove,
) -> Option<String> {
    text(function(input.u128("price"), input.u128("liquidity"), input.u64("amount"), change))
}

fn program_address(input: &Input) -> Option<String> {
    let seeds: Vec<Vec<u8>> = input.text("seeds").split(',').map(bytes).collect();
    let seeds: Vec<&[u8]> = seeds.iter().map(Vec::as_slice).collect();
    let program = bytes(input.text("program")).try_into().expect("32 bytes");
    let (address, bump) = find_program_address(&seeds, &program)?;
    let digits: Vec<String> = address.iter().map(|byte| format!("{byte:02x}")).collect();
    Some(format!("{}:{bump}", digits.concat()))
}

fn bytes(hex: &str) -> Vec<u8> {
    hex.as_bytes()
        .chunks(2)
        .map(|pair| {
            let digits = str::from_utf8(pair).expect("hexadecimal digits");
            u8::from_str_radix(digits, 16).expect("a byte")
        })
        .collect()
}

#[test]
fn gives_what_bisection_and_web3_found() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/math.json");
    let vectors: Vec<Value> =
        serde_json::from_slice(&fs::read(path).expect("a readable file")).expect("a JSON file");
    for vector in &vectors {
        let expected = vector["expected"].as_str().map(str::to_owned);
        assert_eq!(evaluate(&Input(&vector["input"])), expected, "{}: {}", vector["name"], vector["input"]);
    }
    assert!(vectors.len() > 1_700, "only {} vectors", vectors.len());
}
