//! Embeds the fixtures of every venue, so that a fuzzer starts from pools that trade: `fixtures/<stem>/<pool>/manifest.json`
//! names the accounts, the pool's own first.

use serde_json::Value;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path).into_iter().flatten().map(|entry| entry.expect("an entry").path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).expect("a name")
}

/// Returns the bytes of hexadecimal digits as the elements of an array.
fn elements(digits: &str) -> String {
    let pairs: Vec<&str> =
        digits.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).expect("ascii")).collect();
    pairs.iter().fold(String::new(), |text, pair| text + "0x" + pair + ",")
}

fn main() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../fixtures");
    println!("cargo::rerun-if-changed={}", fixtures.display());
    let mut source =
        String::from("/// Every venue's seeds by its stem.\npub static SEEDS: &[(&str, &[Seed])] = &[\n");
    for venue in folders(&fixtures) {
        writeln!(source, "({:?}, &[", name(&venue)).expect("a string takes all");
        for pool in folders(&venue) {
            let manifest = fs::read(pool.join("manifest.json")).expect("a manifest");
            let manifest: Value = serde_json::from_slice(&manifest).expect("a JSON manifest");
            source.push_str("Seed { accounts: &[\n");
            for account in manifest["accounts"].as_array().expect("accounts") {
                let text = |field: &str| account[field].as_str().expect("a string");
                let file = pool.join(text("file")).canonicalize().expect("a fixture");
                let file = file.to_str().expect("a path of text");
                let (address, owner) = (elements(text("address")), elements(text("owner")));
                writeln!(
                    source,
                    "SeedAccount {{ address: [{address}], owner: [{owner}], data: include_bytes!({file:?}) }},"
                )
                .expect("a string takes all");
            }
            source.push_str("] },\n");
        }
        source.push_str("]),\n");
    }
    source.push_str("];\n");
    let output = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("seeds.rs");
    fs::write(output, source).expect("a writable folder");
}
