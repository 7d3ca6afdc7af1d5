//! Messages, signers and transactions for JavaScript.

use napi_derive::napi;

/// Returns the version of the core that this addon was built from.
#[napi]
pub fn core_version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
