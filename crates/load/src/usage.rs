//! What a process has used, from Linux's `/proc`.

use std::fs;
use std::io;
use std::time::Duration;

use rustix::param::clock_ticks_per_second;
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
    /// Time on a processor, in the program and in the kernel, of all its threads: `utime` and `stime` of proc(5), in steps
    /// of a clock tick, 10 ms.
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
        let read =
            |file| {
                fs::read_to_string(format!("/proc/{pid}/{file}"))
                    .map_err(|error| UsageError::Read { pid, file, error })
            };
        let lacks = |file, what| UsageError::Lacks { pid, file, what };
        let ticks = ticks(&read("stat")?).ok_or(lacks("stat", "utime and stime"))?;
        let peak = peak(&read("status")?).ok_or(lacks("status", "VmHWM"))?;
        let seconds = ticks as f64 / clock_ticks_per_second() as f64;
        Ok(Self {
            cpu: Duration::try_from_secs_f64(seconds).unwrap_or_default(),
            peak_resident: peak,
        })
    }
}

/// The clock ticks in a `stat` file. The second field is the program's name in parentheses and may hold anything; the
/// 14th and 15th are the times.
fn ticks(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(')')?;
    // `rest` starts with the third field.
    let mut times = rest.split_ascii_whitespace().skip(11);
    let user: u64 = times.next()?.parse().ok()?;
    let system: u64 = times.next()?.parse().ok()?;
    user.checked_add(system)
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
    use super::{peak, ticks};

    #[test]
    fn a_name_with_parentheses_and_blanks_moves_nothing() {
        let stat = "17 (a b) c) (d) S 1 17 17 0 -1 4194560 100 0 0 0 250 31 9 9 20 0 3 0 1000 1 2";
        assert_eq!(ticks(stat), Some(281));
        assert_eq!(ticks("17 (cut off) S 1 2"), None);
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
