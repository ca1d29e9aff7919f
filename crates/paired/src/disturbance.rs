//! What a machine that is shared does to measurements, made on purpose.

use std::fmt;
use std::fs;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How a run is disturbed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Disturbance {
    /// Not on purpose.
    #[default]
    None,
    /// All cores but that of the pairs are busy all the time.
    Busy,
    /// All processes that this one has started are stopped for a second, again and again. On Linux alone.
    Stops,
}

impl Disturbance {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::None, Self::Busy, Self::Stops];

    const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Busy => "busy",
            Self::Stops => "stops",
        }
    }

    /// Disturbs until the value is dropped.
    #[must_use = "it ends at once"]
    pub fn start(self) -> Disturbing {
        let threads = match self {
            Self::None => 0,
            Self::Busy => thread::available_parallelism().map_or(1, |cores| cores.get() - 1),
            Self::Stops => 1,
        };
        let over = Arc::new(AtomicBool::new(false));
        let disturb = match self {
            Self::Stops => stop_again_and_again,
            _ => keep_busy,
        };
        let start = |_| {
            let over = Arc::clone(&over);
            thread::spawn(move || disturb(&over))
        };
        let threads = (0..threads).map(start).collect();
        Disturbing { over, threads }
    }
}

impl fmt::Display for Disturbance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Disturbance {
    type Err = UnknownDisturbance;

    fn from_str(text: &str) -> Result<Self, UnknownDisturbance> {
        let found = Self::ALL.into_iter().find(|own| own.name() == text);
        found.ok_or(UnknownDisturbance)
    }
}

/// A name that is that of no disturbance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there are none, busy and stops")]
pub struct UnknownDisturbance;

/// A disturbance that goes on.
#[derive(Debug)]
pub struct Disturbing {
    over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Drop for Disturbing {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// The pairs are pinned to one core; this goes where there is room.
fn keep_busy(over: &AtomicBool) {
    while !over.load(Ordering::Relaxed) {
        std::hint::spin_loop();
    }
}

/// How long processes stand still, and how long they then go on. A run takes minutes and has dozens of stops.
const STOPPED: Duration = Duration::from_secs(1);
const GOING: Duration = Duration::from_secs(5);

fn stop_again_and_again(over: &AtomicBool) {
    while wait(GOING, over) {
        let stopped = children();
        signal(&stopped, rustix::process::Signal::STOP);
        wait(STOPPED, over);
        signal(&stopped, rustix::process::Signal::CONT);
    }
}

/// Whether it goes on after so long.
fn wait(how_long: Duration, over: &AtomicBool) -> bool {
    let until = Instant::now() + how_long;
    while Instant::now() < until {
        if over.load(Ordering::Relaxed) {
            return false;
        }
        thread::sleep(Duration::from_millis(10));
    }
    true
}

/// The processes that this one has started, as Linux lists them by thread.
fn children() -> Vec<rustix::process::Pid> {
    let tasks = fs::read_dir("/proc/self/task").into_iter().flatten();
    let lists =
        tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("children")).ok());
    let numbers = lists.flat_map(|list| {
        let numbers = list.split_whitespace().map(str::parse);
        numbers.filter_map(Result::ok).collect::<Vec<i32>>()
    });
    numbers.filter_map(rustix::process::Pid::from_raw).collect()
}

fn signal(processes: &[rustix::process::Pid], signal: rustix::process::Signal) {
    for &process in processes {
        // One that has ended meanwhile needs no signal.
        let _ = rustix::process::kill_process(process, signal);
    }
}
