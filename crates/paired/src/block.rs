//! A turn: one process does its operation so many times, and says how long that took.

use std::time::Instant;

use rustix::time::{ClockId, Timespec, clock_gettime};

/// How long a block of operations took, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// By the clock on the wall.
    pub(crate) wall: u64,
    /// Of the processor, for the thread that did them: without the time in which it had to wait for the core.
    pub(crate) cpu: u64,
}

impl Block {
    /// Times what this thread does.
    pub(crate) fn time(operations: impl FnOnce()) -> Self {
        let wall = Instant::now();
        let cpu = thread_time();
        operations();
        let cpu = thread_time().saturating_sub(cpu);
        let wall = u64::try_from(wall.elapsed().as_nanos()).unwrap_or(u64::MAX);
        Self { wall, cpu }
    }
}

/// The CPU time of this thread so far, in nanoseconds.
fn thread_time() -> u64 {
    let Timespec { tv_sec, tv_nsec } = clock_gettime(ClockId::ThreadCPUTime);
    (tv_sec as u64) * 1_000_000_000 + tv_nsec as u64
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Duration;

    use super::*;

    #[test]
    fn waiting_takes_no_processor() {
        let nap = Duration::from_millis(50);
        let block = Block::time(|| thread::sleep(nap));
        assert!(block.wall >= 50_000_000, "{block:?}");
        assert!(block.cpu < block.wall / 10, "{block:?}");
    }

    #[test]
    fn what_other_threads_do_is_not_counted() {
        let block = Block::time(|| {
            let other = thread::spawn(|| {
                let start = thread_time();
                while thread_time() < start + 20_000_000 {}
            });
            other.join().unwrap();
        });
        assert!(block.cpu < 10_000_000, "{block:?}");
    }
}
