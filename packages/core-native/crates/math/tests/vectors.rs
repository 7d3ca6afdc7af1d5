//! The vectors of `vectors/math.json`, which TypeScript reads as well.
#![expect(clippy::expect_used, clippy::panic, reason = "a test stops where its material is broken")]

use serde_json::Value;
use std::fs;
use std::path::Path;
use tandem_math::fee::{amount_before_fee, fee_amount};
use tandem_math::mul_div::{Rounding, mul_div};
use tandem_math::transfer_fee::TransferFee;

fn evaluate(input: &Value) -> Option<u64> {
    let field = |name: &str| -> u64 {
        let text = input.get(name).and_then(Value::as_str).expect("a decimal string");
        text.parse().expect("a u64")
    };
    let transfer_fee = || TransferFee {
        epoch: 0,
        maximum: field("maximum"),
        basis_points: field("basisPoints").try_into().expect("a u16"),
    };
    match input.get("function").and_then(Value::as_str).expect("a function") {
        "mul_div_down" => mul_div(field("left"), field("right"), field("denominator"), Rounding::Down),
        "mul_div_up" => mul_div(field("left"), field("right"), field("denominator"), Rounding::Up),
        "fee_amount" => fee_amount(field("amount"), field("numerator"), field("denominator")),
        "amount_before_fee" => amount_before_fee(field("net"), field("numerator"), field("denominator")),
        "transfer_fee" => transfer_fee().fee(field("amount")),
        "before_transfer_fee" => transfer_fee().before_fee(field("net")),
        other => panic!("unknown function {other}"),
    }
}

#[test]
fn gives_what_bisection_found() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/math.json");
    let vectors: Vec<Value> =
        serde_json::from_slice(&fs::read(path).expect("a readable file")).expect("a JSON file");
    for vector in &vectors {
        let expected = vector["expected"].as_str().map(|text| text.parse().expect("a u64"));
        assert_eq!(evaluate(&vector["input"]), expected, "{}: {}", vector["name"], vector["input"]);
    }
    assert!(vectors.len() > 300, "only {} vectors", vectors.len());
}
