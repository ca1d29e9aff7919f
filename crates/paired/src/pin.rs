//! The core that a pair of processes shares.

use std::fmt;
use std::io;

/// A core of this machine, by the number that the system gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Core(usize);

impl Core {
    /// The core of this number.
    pub const fn new(number: usize) -> Self {
        Self(number)
    }

    /// The last core that this thread may run on: systems give what they have to do for themselves to the first ones.
    /// `None` where threads cannot be pinned: elsewhere than on Linux.
    ///
    /// # Errors
    ///
    /// If the system does not say which cores there are.
    #[cfg(target_os = "linux")]
    pub fn choose() -> io::Result<Option<Self>> {
        use rustix::thread::{CpuSet, sched_getaffinity};

        let allowed = sched_getaffinity(None)?;
        Ok((0..CpuSet::MAX_CPU)
            .rfind(|&core| allowed.is_set(core))
            .map(Self))
    }

    /// As on Linux: `None`.
    #[cfg(not(target_os = "linux"))]
    pub fn choose() -> io::Result<Option<Self>> {
        Ok(None)
    }
}

impl fmt::Display for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "core {}", self.0)
    }
}

/// This thread is pinned to a core, and so are the processes that it starts; until the value is dropped. The processes
/// stay there.
#[must_use]
pub(crate) struct Pinned {
    #[cfg(target_os = "linux")]
    before: rustix::thread::CpuSet,
}

impl Pinned {
    /// Pins this thread.
    #[cfg(target_os = "linux")]
    pub(crate) fn to(core: Core) -> io::Result<Self> {
        use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

        if core.0 >= CpuSet::MAX_CPU {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let before = sched_getaffinity(None)?;
        let mut only = CpuSet::new();
        only.set(core.0);
        sched_setaffinity(None, &only)?;
        Ok(Self { before })
    }

    /// Elsewhere: fails.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn to(_core: Core) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(target_os = "linux")]
impl Drop for Pinned {
    fn drop(&mut self) {
        // It held before, so it is allowed; if it no longer is, the thread stays where it may run.
        let _ = rustix::thread::sched_setaffinity(None, &self.before);
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::thread::sched_getaffinity;

    use super::*;

    #[test]
    fn a_pinned_thread_has_one_core_and_gets_back_what_it_had() {
        let before = sched_getaffinity(None).unwrap();
        let core = Core::choose().unwrap().unwrap();
        let pinned = Pinned::to(core).unwrap();
        let during = sched_getaffinity(None).unwrap();
        assert_eq!((during.count(), during.is_set(core.0)), (1, true));
        drop(pinned);
        assert_eq!(sched_getaffinity(None).unwrap(), before);
    }

    #[test]
    fn a_core_that_is_not_there_is_an_error() {
        assert!(Pinned::to(Core::new(usize::MAX)).is_err());
    }
}
