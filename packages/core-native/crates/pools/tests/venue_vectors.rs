//! The venues' own vectors: swaps that our sandbox programs executed on the accounts in `fixtures/`, and the instructions
//! that executed them.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops where its material is broken"
)]

use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use tandem_pools::pool::{AccountView, Address, AnyPool, SwapRequest};
use tandem_pools::quote::{ChainClock, Direction, SwapMode};

fn package() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read_json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("a readable file")).expect("a JSON file")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a string")
}

fn number(value: &Value) -> u64 {
    text(value).parse().expect("a decimal")
}

fn address(value: &Value) -> Address {
    let digits = text(value);
    let byte = |i: usize| u8::from_str_radix(digits.get(2 * i..2 * i + 2).expect("64 digits"), 16);
    std::array::from_fn(|i| byte(i).expect("hexadecimal"))
}

/// Loads a fixture: its pool with every other account applied that the pool watches; those that the folder lacks do not exist.
fn load(venue: &str, name: &str) -> AnyPool {
    let folder = package().join("../../fixtures").join(venue).join(name);
    let manifest = read_json(&folder.join("manifest.json"));
    let accounts: Vec<(Address, Address, Vec<u8>)> = manifest["accounts"]
        .as_array()
        .expect("accounts")
        .iter()
        .map(|entry| {
            let data = fs::read(folder.join(text(&entry["file"]))).expect("a fixture");
            (address(&entry["address"]), address(&entry["owner"]), data)
        })
        .collect();
    let views = || accounts.iter().map(|(address, owner, data)| AccountView { address, owner, data });
    let mut pool = AnyPool::decode(views().next().expect("the pool comes first")).expect("a pool");
    let mut applied = Vec::new();
    // What is applied may bring other accounts into reach; those that the folder lacks do not exist.
    while let Some(next) = pool.watched().into_iter().find(|watched| !applied.contains(watched)) {
        let absent = AccountView { address: &next, owner: &[0; 32], data: &[] };
        pool.apply(views().find(|view| *view.address == next).unwrap_or(absent))
            .expect("an account of the pool");
        applied.push(next);
    }
    pool
}

fn read_swap(input: &Value) -> (Direction, SwapMode, u64, ChainClock) {
    let direction = if input["direction"] == "aToB" { Direction::AToB } else { Direction::BToA };
    let mode = match text(&input["mode"]) {
        "exactIn" => SwapMode::ExactIn,
        "exactOut" => SwapMode::ExactOut,
        _ => SwapMode::PartialFill,
    };
    let clock = ChainClock {
        slot: number(&input["slot"]),
        epoch: number(&input["epoch"]),
        unix_timestamp: number(&input["unixTimestamp"]),
    };
    (direction, mode, number(&input["amount"]), clock)
}

fn check_quote(pool: &AnyPool, vector: &Value) {
    let (direction, mode, amount, clock) = read_swap(&vector["input"]);
    let expected = &vector["expected"];
    let quote = pool.quote(direction, mode, amount, &clock);
    if mode == SwapMode::ExactIn
        && let Some(output) = pool.plain_output(direction, amount, &clock)
    {
        assert_eq!(quote.map(|quote| quote.amount_out), Ok(output), "{}, as a plain leg", vector["name"]);
    }
    // A fixed input that the program does not spend whole is none for a quote.
    let spends_less =
        mode == SwapMode::ExactIn && expected.get("amountIn") != Some(&vector["input"]["amount"]);
    if expected.get("refused").is_some() || spends_less {
        assert!(quote.is_err(), "{}: {quote:?} where the program refuses", vector["name"]);
    } else {
        let got = quote.map(|quote| (quote.amount_in, quote.amount_out));
        let wanted = (number(&expected["amountIn"]), number(&expected["amountOut"]));
        assert_eq!(got, Ok(wanted), "{}", vector["name"]);
        if let Some(taken) = expected.get("computeUnits").and_then(Value::as_u64) {
            let units = pool.swap_compute_units(direction, mode, amount, &clock);
            assert!(taken <= u64::from(units), "{}: {taken} compute units", vector["name"]);
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes all");
        text
    })
}

/// Returns whether the vector carries an instruction.
fn check_instruction(pool: &AnyPool, vector: &Value) -> bool {
    let (input, Some(expected)) = (&vector["input"], vector["expected"].get("instruction")) else {
        return false;
    };
    let (direction, mode, amount, _) = read_swap(input);
    let user = &input["user"];
    let request = SwapRequest {
        direction,
        mode,
        amount,
        limit: number(&input["limit"]),
        owner: &address(&user["owner"]),
        source: &address(&user["source"]),
        destination: &address(&user["destination"]),
    };
    let instruction = pool.swap_instruction(&request);
    let flag = |set: bool, name: char| if set { name } else { '-' };
    let accounts: Vec<String> = instruction
        .accounts
        .iter()
        .map(|account| {
            let flags = (flag(account.is_signer, 's'), flag(account.is_writable, 'w'));
            format!("{} {}{}", hex(&account.address), flags.0, flags.1)
        })
        .collect();
    let wanted: Vec<&str> = expected["accounts"].as_array().expect("accounts").iter().map(text).collect();
    assert_eq!(accounts, wanted, "{}", vector["name"]);
    assert_eq!(hex(&instruction.data), text(&expected["data"]), "{}", vector["name"]);
    true
}

fn check(venue: &str) {
    let vectors = read_json(&package().join("vectors/venues").join(format!("{venue}.json")));
    let vectors = vectors.as_array().expect("vectors");
    let mut instructions = 0;
    let mut loaded: Option<(&str, AnyPool)> = None;
    for vector in vectors {
        let name = text(&vector["input"]["pool"]);
        if loaded.as_ref().is_none_or(|(known, _)| *known != name) {
            loaded = Some((name, load(venue, name)));
        }
        let (_, pool) = loaded.as_ref().expect("just loaded");
        check_quote(pool, vector);
        instructions += u32::from(check_instruction(pool, vector));
    }
    assert!(
        vectors.len() > 300 && instructions >= 40,
        "{} swaps, {instructions} instructions",
        vectors.len()
    );
}

#[test]
fn quotes_what_the_cpmm_program_gives_and_builds_the_instruction_it_takes() {
    check("raydium_cpmm");
}

#[test]
fn quotes_what_the_amm_v4_program_gives_and_builds_the_instruction_it_takes() {
    check("raydium_amm_v4");
}

#[test]
fn quotes_what_the_damm_v2_program_gives_and_builds_the_instruction_it_takes() {
    check("meteora_damm_v2");
}

#[test]
fn quotes_what_the_dlmm_program_gives_and_builds_the_instruction_it_takes() {
    check("meteora_dlmm");
}

#[test]
fn quotes_what_the_real_pumpswap_program_gives_and_builds_the_instruction_it_takes() {
    check("pumpswap");
}

/// The swaps were executed with `LiteSVM`'s light token program; the classic one takes up to 6,100 more a transfer.
#[test]
fn leaves_pumpswap_swaps_the_compute_units_of_the_classic_token_program() {
    for vector in read_json(&package().join("vectors/venues/pumpswap.json")).as_array().expect("vectors") {
        let Some(taken) = vector["expected"]["computeUnits"].as_u64() else { continue };
        let (direction, mode, amount, clock) = read_swap(&vector["input"]);
        let pool = load("pumpswap", text(&vector["input"]["pool"]));
        let units = pool.swap_compute_units(direction, mode, amount, &clock);
        assert!(taken + 3 * 6_100 <= u64::from(units), "{}: {taken} of {units}", vector["name"]);
    }
}

#[test]
fn quotes_what_the_whirlpool_program_gives_and_builds_the_instruction_it_takes() {
    check("orca_whirlpool");
}

#[test]
fn quotes_what_the_clmm_program_gives_and_builds_the_instruction_it_takes() {
    check("raydium_clmm");
}
