//! What an operator should know of: queries that took long, and databases that fail. Bounded in rate, without a parameter.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Lines a second: enough to see what is slow, and no burden when everything is.
const LINES: u32 = 5;

/// Takes what is to be told.
pub struct Log {
    slow: Duration,
    sink: Box<dyn Fn(&Logged<'_>) + Send + Sync>,
    rate: Mutex<Rate>,
}

/// The present second.
#[derive(Debug)]
struct Rate {
    since: Instant,
    lines: u32,
    left_out: u64,
}

/// Something to be told, as one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Logged<'a> {
    /// A query took as long as the threshold, or longer.
    Slow {
        /// As it was sent, with the parameters' places instead of their values.
        statement: &'a str,
        /// From a connection that was there to the last row.
        took: Duration,
        /// Rows that came; none where it failed, or was ended.
        rows: Option<usize>,
        /// What the database says of how it answers, or why that is not known.
        plan: Result<String, String>,
        /// What was not told before this, for the rate.
        left_out: u64,
    },
    /// The database can't be reached, or refused a statement.
    Failed {
        /// What the driver says, without what a client sent.
        why: &'a str,
        /// What was not told before this, for the rate.
        left_out: u64,
    },
}

impl Log {
    /// A log of queries that take so long, to wherever `sink` takes it.
    pub fn new(slow: Duration, sink: impl Fn(&Logged<'_>) + Send + Sync + 'static) -> Self {
        Self {
            slow,
            sink: Box::new(sink),
            rate: Mutex::new(Rate {
                since: Instant::now(),
                lines: 0,
                left_out: 0,
            }),
        }
    }

    /// Whether a query is to be told, and how many things were not told before it.
    pub(crate) fn is_slow(&self, took: Duration) -> Option<u64> {
        (took >= self.slow).then(|| self.admit()).flatten()
    }

    pub(crate) fn tell(&self, logged: &Logged<'_>) {
        (self.sink)(logged);
    }

    pub(crate) fn failed(&self, why: &str) {
        if let Some(left_out) = self.admit() {
            self.tell(&Logged::Failed { why, left_out });
        }
    }

    fn admit(&self) -> Option<u64> {
        let now = Instant::now();
        // Nothing panics while it is locked, so it is never poisoned in earnest.
        let mut rate = self.rate.lock().unwrap_or_else(PoisonError::into_inner);
        if now.duration_since(rate.since) >= Duration::from_secs(1) {
            (rate.since, rate.lines) = (now, 0);
        }
        if rate.lines == LINES {
            rate.left_out += 1;
            return None;
        }
        rate.lines += 1;
        Some(std::mem::take(&mut rate.left_out))
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Log")
            .field("slow", &self.slow)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Logged<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let left_out = match self {
            Self::Slow {
                statement,
                took,
                rows,
                plan,
                left_out,
            } => {
                write!(f, "slow query: {:.1} ms, ", took.as_secs_f64() * 1e3)?;
                match rows {
                    Some(rows) => write!(f, "{rows} rows: ")?,
                    None => f.write_str("failed or ended: ")?,
                }
                one_line(f, statement)?;
                f.write_str("; plan: ")?;
                match plan {
                    // A statement that goes straight to its row.
                    Ok(plan) if plan.is_empty() => f.write_str("none")?,
                    Ok(plan) => one_line(f, plan)?,
                    Err(why) => {
                        f.write_str("not known, ")?;
                        one_line(f, why)?;
                    }
                }
                left_out
            }
            Self::Failed { why, left_out } => {
                f.write_str("database: ")?;
                one_line(f, why)?;
                left_out
            }
        };
        if *left_out > 0 {
            write!(f, "; {left_out} more before this")?;
        }
        Ok(())
    }
}

/// Lines as one, with a bar between them.
fn one_line(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    for (place, line) in text.lines().enumerate() {
        if place > 0 {
            f.write_str(" | ")?;
        }
        f.write_str(line.trim())?;
    }
    Ok(())
}
