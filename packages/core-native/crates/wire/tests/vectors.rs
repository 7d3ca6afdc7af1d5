//! Equality with `@solana/web3.js`, which made `vectors/wire.json`.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use serde_json::Value;
use tandem_wire::Address;
use tandem_wire::instruction::{
    AccountMeta, Instruction, compute_unit_limit, compute_unit_price, encode_instructions, transfer_lamports,
};
use tandem_wire::message::compile_message;
use tandem_wire::signer::{create_signer, find_signer};
use tandem_wire::transaction::sign_transaction;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../vectors/wire.json")).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

fn address(value: &Value) -> Address {
    bytes(value).try_into().unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn instruction(value: &Value) -> Instruction {
    let account = |account: &Value| AccountMeta {
        address: address(&account["address"]),
        is_signer: account["isSigner"].as_bool().unwrap(),
        is_writable: account["isWritable"].as_bool().unwrap(),
    };
    Instruction {
        program: address(&value["program"]),
        accounts: list(&value["accounts"]).iter().map(account).collect(),
        data: bytes(&value["data"]),
    }
}

fn packed_tables(tables: &Value) -> Vec<u8> {
    let mut packed = Vec::new();
    for table in list(tables) {
        let addresses = list(&table["addresses"]);
        packed.extend(bytes(&table["address"]));
        packed.extend(u16::try_from(addresses.len()).unwrap().to_le_bytes());
        packed.extend(addresses.iter().flat_map(bytes));
    }
    packed
}

#[test]
fn messages_and_transactions_equal_those_of_web3js() {
    let vectors = vectors();
    let signer = create_signer(&bytes(&vectors["wallet"]["secretKey"])).unwrap();
    assert_eq!(*find_signer(signer).unwrap().address(), address(&vectors["wallet"]["address"]));
    for vector in list(&vectors["messages"]) {
        let (name, input, expected) = (&vector["name"], &vector["input"], &vector["expected"]);
        let instructions: Vec<Instruction> = list(&input["instructions"]).iter().map(instruction).collect();
        let packed = encode_instructions(&instructions).unwrap();
        let tables = packed_tables(&input["lookupTables"]);
        match compile_message(&bytes(&input["payer"]), &bytes(&input["blockhash"]), &packed, &tables) {
            Err(refusal) => assert_eq!(expected["refusal"], refusal.code(), "{name}"),
            Ok(message) => {
                assert_eq!(expected["message"], hex(&message), "{name}");
                match sign_transaction(signer, &message) {
                    Err(refusal) => assert_eq!(expected["signRefusal"], refusal.code(), "{name}"),
                    Ok(transaction) => assert_eq!(expected["transaction"], hex(&transaction), "{name}"),
                }
            }
        }
    }
}

#[test]
fn budget_and_tip_instructions_equal_those_of_web3js() {
    let vectors = vectors();
    let wallet = address(&vectors["wallet"]["address"]);
    let number = |value: &Value| value.as_str().unwrap().parse::<u64>().unwrap();
    for vector in list(&vectors["instructions"]) {
        let (input, expected) = (&vector["input"], &vector["expected"]);
        let made = match vector["name"].as_str().unwrap() {
            "compute-unit limit" => {
                compute_unit_limit(u32::try_from(number(&input["computeUnits"])).unwrap())
            }
            "compute-unit price" => compute_unit_price(number(&input["microLamports"])),
            "tip" => transfer_lamports(wallet, address(&input["to"]), number(&input["lamports"])),
            other => unreachable!("a vector this test does not know: {other}"),
        };
        assert_eq!(made.program, address(&expected["program"]));
        assert_eq!(made.data, bytes(&expected["data"]));
    }
}
