//! How many worker threads a process should have: as many as it may run at a time, not as many as the host has.
//!
//! Four bounds are read: the host's CPUs, the process's affinity, the CPU set of its cgroup, and the CPU quota of its
//! cgroup and of each cgroup above (version 2: `cpu.max`; version 1: `cpu.cfs_quota_us` over `cpu.cfs_period_us`). The
//! lowest holds. A quota that is no whole number is rounded up: rounded down, a part of it could never be used.

use std::fmt;
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

mod cgroup;

/// A number of worker threads, and what it follows from.
#[derive(Clone, Debug, PartialEq)]
pub struct Workers {
    /// How many.
    pub count: NonZeroUsize,
    /// The bound that decided.
    pub bound: Bound,
    /// The CPUs of the host.
    pub host: usize,
}

/// What bounds the CPUs of a process.
#[derive(Clone, Debug, PartialEq)]
pub enum Bound {
    /// Somebody asked for this number.
    Asked,
    /// The host has no more.
    Host,
    /// The process may run on so many (`sched_setaffinity`).
    Affinity,
    /// The cgroup's CPU set, in this file.
    Set(PathBuf),
    /// The quota of the cgroup or of one above it, in this file.
    Quota {
        /// CPUs, by time.
        cpus: f64,
        /// Where it is set.
        file: PathBuf,
    },
}

impl Workers {
    /// A number that was asked for.
    pub fn asked(count: NonZeroUsize) -> Self {
        Self {
            count,
            bound: Bound::Asked,
            host: count.get(),
        }
    }

    /// The number for this process.
    pub fn of_this_process() -> Self {
        let affinity = rustix::thread::sched_getaffinity(None)
            .ok()
            .map(|set| set.count() as usize);
        Self::of(Path::new("/"), affinity)
    }

    /// The number for the process whose `/proc/self` and cgroups lie below `root`, and that may run on `affinity` CPUs.
    ///
    /// A file that is missing or can't be read bounds nothing.
    pub fn of(root: &Path, affinity: Option<usize>) -> Self {
        let online = fs::read_to_string(root.join("sys/devices/system/cpu/online"))
            .ok()
            .and_then(|list| cgroup::count_of_list(&list));
        let host = online.or(affinity).unwrap_or(1);
        let mut workers = Self {
            count: at_least_one(host),
            bound: Bound::Host,
            host,
        };
        let mut lower = |cpus: usize, bound: Bound| {
            if cpus < workers.count.get() && cpus > 0 {
                workers.count = at_least_one(cpus);
                workers.bound = bound;
            }
        };
        let limits = cgroup::limits(root);
        // A CPU set shows in the affinity, too; it is named because it says more.
        if let Some((cpus, file)) = limits.set {
            lower(cpus, Bound::Set(file));
        }
        if let Some(cpus) = affinity {
            lower(cpus, Bound::Affinity);
        }
        if let Some((cpus, file)) = limits.quota
            && cpus < workers.count.get() as f64
        {
            // Rounded up it may be as many as before; it is the quota that bounds all the same.
            workers.count = at_least_one(cpus.ceil() as usize);
            workers.bound = Bound::Quota { cpus, file };
        }
        workers
    }
}

fn at_least_one(count: usize) -> NonZeroUsize {
    NonZeroUsize::new(count).unwrap_or(NonZeroUsize::MIN)
}

impl fmt::Display for Workers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = if self.count.get() == 1 { "" } else { "s" };
        write!(f, "{} worker thread{s}: ", self.count)?;
        let host = self.host;
        match &self.bound {
            Bound::Asked => write!(f, "as asked for"),
            Bound::Host => write!(
                f,
                "the host has so many CPUs, and no cgroup or affinity allows less"
            ),
            Bound::Affinity => write!(
                f,
                "the process may run on so many of the host's {host} CPUs"
            ),
            Bound::Set(file) => write!(
                f,
                "{} allows so many of the host's {host} CPUs",
                file.display()
            ),
            Bound::Quota { cpus, file } => write!(
                f,
                "{} allows {cpus:.2} of the host's {host} CPUs",
                file.display()
            ),
        }
    }
}
