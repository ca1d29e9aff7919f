//! Who may use the port.

use std::env;
use std::fmt;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use subtle::ConstantTimeEq;
use thiserror::Error;

/// A bearer token (RFC 6750, section 2.1). It is not shown, and compared in a time that does not depend on what it is.
#[derive(Clone)]
pub struct Token(String);

/// Why there is no token.
#[derive(Debug, Error)]
pub enum TokenError {
    /// The file cannot be read.
    #[error("cannot read the token in {path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The environment has no such variable, or it is not UTF-8.
    #[error("the environment has no token in {0}")]
    Variable(String),
    /// It is empty, or has characters that no header may have.
    #[error("the token from {0} must be one or more of the letters, digits and -._~+/= of ASCII")]
    Malformed(String),
}

impl Token {
    /// The token in a file; white space around it is none of it.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or holds no token.
    pub fn from_file(path: &Path) -> Result<Self, TokenError> {
        let text = fs::read_to_string(path).map_err(|source| TokenError::File {
            path: path.to_owned(),
            source,
        })?;
        Self::new(&text, &path.display())
    }

    /// The token in a variable of the environment.
    ///
    /// # Errors
    ///
    /// If there is no such variable, or it holds no token.
    pub fn from_env(name: &str) -> Result<Self, TokenError> {
        let text = env::var(name).map_err(|_| TokenError::Variable(name.to_owned()))?;
        Self::new(&text, &name)
    }

    fn new(text: &str, source: &dyn fmt::Display) -> Result<Self, TokenError> {
        let token = text.trim();
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
        if token.is_empty() || !token.bytes().all(fits) {
            return Err(TokenError::Malformed(source.to_string()));
        }
        Ok(Self(token.to_owned()))
    }

    /// Whether the value of an `Authorization` header carries this token.
    pub(crate) fn is_in(&self, authorization: &[u8]) -> bool {
        let Some((scheme, token)) = authorization.split_at_checked("Bearer ".len()) else {
            return false;
        };
        scheme.eq_ignore_ascii_case(b"Bearer ") && bool::from(token.ct_eq(self.0.as_bytes()))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// Why the port cannot be had.
#[derive(Debug, Error)]
pub enum BindError {
    /// Others than this machine's users can reach the address.
    #[error("{0} can be reached from other machines: that takes a bearer token")]
    NeedsToken(SocketAddr),
    /// The system refuses the address.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
}
