//! One profile of the CPU.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::mem;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use profile::{Sampled, Stacks};
use thiserror::Error;
use tokio::time::{Instant, sleep_until};

use crate::cpu::ring::Sample;
use crate::cpu::signal::{self, Timer};

/// How often the ring is read: at 1000 Hz, each core then has 20 samples in it.
const READING: Duration = Duration::from_millis(20);

/// After how many readings it is looked for new threads: a thread that lives shorter than that is not sampled.
const READINGS_A_SEARCH: u32 = 5;

/// Different stacks that a profile has room for, at about 1 KB each. More would be noise that no one reads.
const MOST_STACKS: usize = 1 << 16;

/// Why there is no profile.
#[derive(Debug, Error)]
pub(crate) enum CpuError {
    #[error("CPU profiles are taken on x86-64 alone")]
    Architecture,
    #[error("cannot sample: {0}")]
    System(io::Error),
}

/// Samples all threads for so long, each so many times a second of processor time. Dropping the future ends it.
pub(crate) async fn profile(lasts: Duration, frequency: u32) -> Result<Stacks, CpuError> {
    if cfg!(not(target_arch = "x86_64")) {
        return Err(CpuError::Architecture);
    }
    let mut session = Session::start(frequency).map_err(CpuError::System)?;
    let began = Instant::now();
    let end = began + lasts;
    for reading in 1.. {
        sleep_until(end.min(began + READING * reading)).await;
        session.read();
        if Instant::now() >= end {
            break;
        }
        if reading % READINGS_A_SEARCH == 0 {
            session.find_threads();
        }
    }
    session.timers.clear();
    // A handler that was interrupted itself has time to finish.
    tokio::time::sleep(READING).await;
    session.read();
    Ok(session.stacks(lasts))
}

struct Session {
    period: Duration,
    began: SystemTime,
    timers: HashMap<u32, Timer>,
    /// The threads' names, by their ids.
    names: HashMap<u32, Arc<str>>,
    counts: HashMap<(Arc<str>, Vec<u64>), u64>,
    lost: u64,
    sample: Sample,
}

impl Session {
    fn start(frequency: u32) -> io::Result<Self> {
        signal::install()?;
        let ring = signal::ring();
        let mut sample = Sample::default();
        // What came late for the last profile.
        while ring.read(&mut sample) {}
        ring.lost();
        let mut session = Self {
            period: Duration::from_secs(1) / frequency.max(1),
            began: SystemTime::now(),
            timers: HashMap::new(),
            names: HashMap::new(),
            counts: HashMap::new(),
            lost: 0,
            sample,
        };
        signal::sample(true);
        session.find_threads();
        if session.timers.is_empty() {
            return Err(io::Error::other("no thread can be given a timer"));
        }
        Ok(session)
    }

    /// Gives each thread a timer that has none.
    fn find_threads(&mut self) {
        let Ok(tasks) = fs::read_dir("/proc/self/task") else {
            return;
        };
        let found: Vec<u32> = tasks
            .filter_map(|task| task.ok()?.file_name().to_str()?.parse().ok())
            .collect();
        // An id can be another thread's later.
        self.timers.retain(|thread, _| found.contains(thread));
        for thread in found {
            if self.timers.contains_key(&thread) {
                continue;
            }
            // One that has just ended needs none.
            if let Ok(timer) = Timer::start(thread, self.period) {
                let name = fs::read_to_string(format!("/proc/self/task/{thread}/comm"));
                let name = name.as_deref().unwrap_or("").trim();
                self.names.insert(thread, Arc::from(name));
                self.timers.insert(thread, timer);
            }
        }
    }

    fn read(&mut self) {
        let ring = signal::ring();
        while ring.read(&mut self.sample) {
            let name = self.names.get(&self.sample.thread).cloned();
            let addresses = mem::take(&mut self.sample.addresses);
            let stack = (name.unwrap_or_else(|| Arc::from("")), addresses);
            let weight = self.sample.weight;
            if let Some(count) = self.counts.get_mut(&stack) {
                *count += weight;
                self.sample.addresses = stack.1;
            } else if self.counts.len() < MOST_STACKS {
                self.counts.insert(stack, weight);
            } else {
                self.lost += weight;
            }
        }
        self.lost += ring.lost();
    }

    fn stacks(mut self, lasted: Duration) -> Stacks {
        let period = self.period.as_nanos() as i64;
        let began = self.began.duration_since(UNIX_EPOCH).unwrap_or_default();
        let counts = mem::take(&mut self.counts);
        let samples = counts
            .into_iter()
            .map(|((name, addresses), count)| Sampled {
                addresses,
                values: vec![count as i64, count as i64 * period],
                labels: vec![("thread", name.to_string())],
            });
        let comments = (self.lost > 0).then(|| {
            format!(
                "{} samples were lost: more came than could be kept",
                self.lost
            )
        });
        Stacks {
            units: vec![("samples", "count"), ("cpu", "nanoseconds")],
            shown: ("cpu", "nanoseconds"),
            period: (("cpu", "nanoseconds"), period),
            samples: samples.collect(),
            began: began.as_nanos() as i64,
            lasted: lasted.as_nanos() as i64,
            comments: comments.into_iter().collect(),
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        signal::sample(false);
    }
}
