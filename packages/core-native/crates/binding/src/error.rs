//! How core errors cross into JavaScript: `error.code` is the core's stable code, `error.message` its text.
//!
//! A core error enum joins by one line in `core_errors!`; an exported function then ends in `.map_err(raise)`.

use std::fmt::Display;

use napi::Error;

/// A core error's stable code, as napi's status type: napi copies it into `error.code`.
#[derive(Clone, Copy, Debug)]
pub struct Code(&'static str);

impl AsRef<str> for Code {
    fn as_ref(&self) -> &str {
        self.0
    }
}

/// What every exported function returns that the core can refuse. It is named `Result` because the `napi` macro goes by the name.
pub type Result<T> = std::result::Result<T, Error<Code>>;

/// A core error: its text is what happened, its code never changes.
pub trait CoreFailure: Display {
    /// Returns the stable code.
    fn stable_code(&self) -> &'static str;
}

macro_rules! core_errors {
    ($($error:ty),* $(,)?) => {
        $(impl CoreFailure for $error {
            fn stable_code(&self) -> &'static str {
                (*self).code()
            }
        })*
    };
}

core_errors!(tandem_search::error::SearchError, tandem_wire::error::WireError);

/// Makes the JavaScript error of a core error.
pub fn raise<E: CoreFailure>(failure: E) -> Error<Code> {
    coded(failure.stable_code(), failure)
}

/// Makes a JavaScript error from a code and a text.
pub fn coded(code: &'static str, message: impl Display) -> Error<Code> {
    Error::new(Code(code), message.to_string())
}
