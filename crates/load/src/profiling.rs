//! Profiles of the service, taken while it is under load.

use std::net::SocketAddr;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result};
use profile::{Profile, fetch};

/// Functions that are shown of each profile.
const ROWS: usize = 8;

/// The longest CPU profile that an admin port takes, in seconds.
const LONGEST: u64 = 60;

/// When profiles are taken, and where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Profiling {
    pub(crate) admin: SocketAddr,
    /// The warm-up.
    pub(crate) delay: Duration,
    /// What is measured.
    pub(crate) lasts: Duration,
}

impl Profiling {
    /// Takes them, on a thread of its own: what stands out, as text.
    pub(crate) fn start(self) -> JoinHandle<Result<String>> {
        thread::spawn(move || {
            thread::sleep(self.delay);
            let seconds = self.lasts.as_secs().clamp(1, LONGEST);
            let cpu = self.top(&format!("/debug/pprof/profile?seconds={seconds}"))?;
            let heap = self.top("/debug/pprof/allocs")?;
            Ok(format!(
                "\nwhere the processor's time went: {cpu}\nwhere memory was allocated: {heap}"
            ))
        })
    }

    fn top(&self, path: &str) -> Result<String> {
        let profile = Profile::read(&fetch(self.admin, path)?)
            .with_context(|| format!("http://{}{path}", self.admin))?;
        Ok(profile.top().table(ROWS).to_string())
    }
}
