//! How core errors cross into JavaScript: `error.code` is the core's stable code, `error.message` its text.

use napi::Error;

/// A core error's stable code, as napi's status type: napi copies it into `error.code`.
#[derive(Clone, Copy, Debug)]
pub struct Code(&'static str);

impl AsRef<str> for Code {
    fn as_ref(&self) -> &str {
        self.0
    }
}

/// What every exported function returns that can be refused by the core.
pub type CoreResult<T> = Result<T, Error<Code>>;

/// Makes a JavaScript error from a code and a text.
pub fn coded(code: &'static str, message: impl ToString) -> Error<Code> {
    Error::new(Code(code), message.to_string())
}
