//! What a process has used, by its CPU clock and Linux's `/proc`.

use std::fs;
use std::io;
use std::time::Duration;

use nix::time::ClockId;
use nix::unistd::Pid;
use thiserror::Error;

/// Why it is not known.
#[derive(Debug, Error)]
pub enum UsageError {
    /// There is no such process, or it may not be looked at.
    #[error("/proc/{pid}/{file}: {error}")]
    Read {
        /// The process.
        pid: u32,
        /// The file below its folder.
        file: &'static str,
        /// What the system says.
        error: io::Error,
    },
    /// There is no such process, or it has no clock that may be read.
    #[error("the CPU clock of process {pid}: {error}")]
    Clock {
        /// The process.
        pid: u32,
        /// What the system says.
        error: io::Error,
    },
    /// The file lacks what it should have, as that of a process that has ended does.
    #[error("/proc/{pid}/{file} does not say {what}")]
    Lacks {
        /// The process.
        pid: u32,
        /// The file below its folder.
        file: &'static str,
        /// What was looked for.
        what: &'static str,
    },
}

/// What a process has used since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Time on a processor, in the program and in the kernel, of all its threads, also those that have ended: its CPU clock,
    /// `clock_getcpuclockid(3)`. `/proc/PID/stat` has the same in steps of 10 ms, more than some runs take in all.
    pub cpu: Duration,
    /// The most memory that it had resident at one moment, in bytes: `VmHWM` of proc(5).
    pub peak_resident: u64,
}

impl Usage {
    /// That of a process.
    ///
    /// # Errors
    ///
    /// If there is no such process.
    pub fn of(pid: u32) -> Result<Self, UsageError> {
        let file = "status";
        let status = fs::read_to_string(format!("/proc/{pid}/{file}"))
            .map_err(|error| UsageError::Read { pid, file, error })?;
        let what = "VmHWM";
        Ok(Self {
            cpu: cpu(pid).map_err(|error| UsageError::Clock { pid, error })?,
            peak_resident: peak(&status).ok_or(UsageError::Lacks { pid, file, what })?,
        })
    }
}

/// What a process's CPU clock shows.
fn cpu(pid: u32) -> io::Result<Duration> {
    let pid = i32::try_from(pid).map_err(io::Error::other)?;
    let clock = ClockId::pid_cpu_clock_id(Pid::from_raw(pid))?;
    Ok(clock.now()?.into())
}

/// The bytes in the `VmHWM` line of a `status` file.
fn peak(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;
    use std::time::Duration;

    use super::{Usage, peak};

    #[test]
    fn a_process_s_clock_is_what_it_says_of_itself() {
        let own = || {
            let now = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
            Duration::try_from(now).unwrap()
        };
        let before = own();
        let first = Usage::of(std::process::id()).unwrap().cpu;
        // Threads that end count, too.
        let busy = std::thread::spawn(|| {
            black_box((0..3_000_000_u64).fold(0, |sum, at| sum ^ black_box(at)))
        });
        busy.join().unwrap();
        let last = Usage::of(std::process::id()).unwrap().cpu;
        let after = own();
        assert!(
            before <= first && first < last && last <= after,
            "{before:?} {first:?} {last:?} {after:?}"
        );
        assert!(last > first + Duration::from_millis(1));
    }

    #[test]
    fn the_peak_is_in_bytes() {
        assert_eq!(
            peak("Name:\tx\nVmHWM:\t    5120 kB\nVmRSS:\t 1 kB\n"),
            Some(5 << 20)
        );
        assert_eq!(peak("Name:\tx\nState:\tZ (zombie)\n"), None);
    }
}
