//! Measures compiling, choosing tables for and signing the two-swap transaction of `vectors/wire.json`. A regression is
//! latency on every send.
//!
//! `cargo bench -p tandem-wire --bench wire`
#![expect(clippy::unwrap_used, reason = "a benchmark stops where its material is broken")]

use std::hint::black_box;
use std::time::Instant;

use serde_json::Value;
use tandem_wire::instruction::{AccountMeta, Instruction, encode_instructions};
use tandem_wire::lookup_table::choose_lookup_tables;
use tandem_wire::message::compile_message;
use tandem_wire::signer::create_signer;
use tandem_wire::transaction::sign_transaction;

const CASE: &str = "two swaps, budget and tip with two tables";
const ROUNDS: usize = 41;
const CALLS_A_ROUND: u32 = 2_000;

fn bytes(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn instruction(value: &Value) -> Instruction {
    let accounts = value["accounts"].as_array().unwrap().iter().map(|account| AccountMeta {
        address: bytes(&account["address"]).try_into().unwrap(),
        is_signer: account["isSigner"].as_bool().unwrap(),
        is_writable: account["isWritable"].as_bool().unwrap(),
    });
    Instruction {
        program: bytes(&value["program"]).try_into().unwrap(),
        accounts: accounts.collect(),
        data: bytes(&value["data"]),
    }
}

fn packed_table(table: &Value) -> Vec<u8> {
    let addresses = table["addresses"].as_array().unwrap();
    let count = u16::try_from(addresses.len()).unwrap().to_le_bytes().to_vec();
    [bytes(&table["address"]), count, addresses.iter().flat_map(bytes).collect()].concat()
}

fn measure(name: &str, mut call: impl FnMut()) {
    let mut rounds: Vec<u128> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            (0..CALLS_A_ROUND).for_each(|_| call());
            start.elapsed().as_nanos() / u128::from(CALLS_A_ROUND)
        })
        .collect();
    rounds.sort_unstable();
    println!("{name}: p50 {} ns, min {} ns, max {} ns", rounds[ROUNDS / 2], rounds[0], rounds[ROUNDS - 1]);
}

fn main() {
    let vectors: Value = serde_json::from_str(include_str!("../../../vectors/wire.json")).unwrap();
    let vector =
        vectors["messages"].as_array().unwrap().iter().find(|vector| vector["name"] == CASE).unwrap();
    let input = &vector["input"];
    let instructions: Vec<_> = input["instructions"].as_array().unwrap().iter().map(instruction).collect();
    let packed = encode_instructions(&instructions).unwrap();
    let tables: Vec<u8> = input["lookupTables"].as_array().unwrap().iter().flat_map(packed_table).collect();
    let (payer, blockhash) = (bytes(&input["payer"]), bytes(&input["blockhash"]));
    let signer = create_signer(&bytes(&vectors["wallet"]["secretKey"])).unwrap();
    let message = compile_message(&payer, &blockhash, &packed, &tables).unwrap();

    measure("compile", || {
        black_box(compile_message(black_box(&payer), &blockhash, black_box(&packed), &tables)).unwrap();
    });
    measure("choose tables", || {
        black_box(choose_lookup_tables(black_box(&payer), &packed, &tables)).unwrap();
    });
    measure("sign and serialize", || {
        black_box(sign_transaction(signer, black_box(&message))).unwrap();
    });
}
