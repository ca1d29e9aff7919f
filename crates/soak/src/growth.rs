//! Where the memory was allocated that is kept.

use std::net::SocketAddr;

use profile::{FetchError, Malformed, Profile, Top, fetch};
use thiserror::Error;

/// Why there is no profile.
#[derive(Debug, Error)]
pub enum GrowthError {
    /// It did not come.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// It is none.
    #[error("the heap profile: {0}")]
    Malformed(#[from] Malformed),
}

/// What was allocated within a while and is still there, by the function that allocated it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Growth {
    /// The functions, those with the most bytes of their own first.
    pub top: Top,
}

impl Growth {
    /// The function that allocated most of what is kept, if anything is.
    pub fn site(&self) -> Option<&str> {
        let row = self.top.rows.first().filter(|row| row.own > 0)?;
        Some(&row.name)
    }
}

/// Watches a heap for some seconds, 1 to 60.
///
/// # Errors
///
/// If the admin port gives no profile.
pub fn growth(admin: SocketAddr, seconds: u64) -> Result<Growth, GrowthError> {
    let path = format!("/debug/pprof/heap?seconds={seconds}");
    let profile = Profile::read(&fetch(admin, &path)?)?;
    Ok(Growth { top: profile.top() })
}
