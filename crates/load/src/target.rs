//! Where the load goes.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::str::FromStr;

use thiserror::Error;

/// Why there is no target.
#[derive(Debug, Error)]
pub enum TargetError {
    /// The text is no address.
    #[error("{0:?} is no target; it has to be HOST:PORT or http://HOST:PORT")]
    Form(String),
    /// The name cannot be resolved.
    #[error("{host}: {error}")]
    Name {
        /// What was to be resolved.
        host: String,
        /// What the system says.
        error: io::Error,
    },
    /// The address is of another machine, and nobody allowed that.
    #[error("{host} is {address}, which is not this machine: load there needs --allow-remote")]
    Remote {
        /// The target as it was given.
        host: String,
        /// The address that it stands for.
        address: SocketAddr,
    },
}

/// A server's address, with the name that requests call it by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    host: String,
}

impl Target {
    /// What requests say in the `Host` field.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The address. Only loopback addresses are given out unless `allow_remote` is set: load on somebody else's machine is
    /// an attack.
    ///
    /// # Errors
    ///
    /// If the name is not known, or any address that it stands for is remote and must not be.
    pub fn address(&self, allow_remote: bool) -> Result<SocketAddr, TargetError> {
        let failed = |error| TargetError::Name {
            host: self.host.clone(),
            error,
        };
        let addresses = self.host.to_socket_addrs().map_err(failed)?;
        let mut first = None;
        for address in addresses {
            if !allow_remote && !address.ip().to_canonical().is_loopback() {
                return Err(TargetError::Remote {
                    host: self.host.clone(),
                    address,
                });
            }
            first = first.or(Some(address));
        }
        first.ok_or_else(|| failed(io::ErrorKind::NotFound.into()))
    }
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let host = text.strip_prefix("http://").unwrap_or(text);
        let host = host.strip_suffix('/').unwrap_or(host);
        let malformed = || TargetError::Form(text.to_owned());
        let (name, port) = host.rsplit_once(':').ok_or_else(malformed)?;
        let is_plain = |c: char| c.is_ascii_alphanumeric() || ".-_:[]%".contains(c);
        if name.is_empty() || !name.chars().all(is_plain) || port.parse::<u16>().is_err() {
            return Err(malformed());
        }
        Ok(Self {
            host: host.to_owned(),
        })
    }
}
