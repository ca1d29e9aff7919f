//! When each request is due.

use std::time::Duration;

use thiserror::Error;

/// The highest rate, in requests a second: more than one core can send.
pub const MAX_RATE: f64 = 1e7;

/// The longest schedule: a day.
const MAX_LENGTH: Duration = Duration::from_hours(24);

/// Why a schedule is none.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum ScheduleError {
    /// A rate that is not a number above zero, or above [`MAX_RATE`].
    #[error("a rate of {0} requests/s: it has to be above 0 and at most {MAX_RATE}")]
    Rate(f64),
    /// A length of zero, or of more than a day.
    #[error("a length of {0:?}: it has to be above 0 and at most {MAX_LENGTH:?}")]
    Length(Duration),
}

/// How fast requests become due.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// So many requests a second.
    Constant(f64),
    /// From one rate to another, in requests a second, evenly over the length.
    Ramp {
        /// At the start.
        from: f64,
        /// At the end.
        to: f64,
    },
    /// Each request is due when a connection is free for it: what the server can take. The time of such a request is its
    /// service time, and says nothing of how long a user would wait.
    Saturation,
}

/// The moments at which requests are due, counted from the start: first those of the warm-up, at the pace of the start, then
/// those that are measured.
///
/// ```
/// use std::time::Duration;
/// use load::{Pace, Schedule};
///
/// let second = Duration::from_secs(1);
/// let schedule = Schedule::new(Pace::Constant(1000.0), second, 10 * second)?;
/// assert_eq!(schedule.count(), Some(11_000));
/// assert_eq!(schedule.warm_up_count(), Some(1000));
/// assert_eq!(schedule.due(1500), Some(Duration::from_millis(1500)));
/// # Ok::<(), load::ScheduleError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schedule {
    pace: Pace,
    warm_up: Duration,
    length: Duration,
    most: u64,
}

impl Schedule {
    /// A schedule of a warm-up and a length that is measured.
    ///
    /// # Errors
    ///
    /// If a rate or the length is out of range.
    pub fn new(pace: Pace, warm_up: Duration, length: Duration) -> Result<Self, ScheduleError> {
        let rates = match pace {
            Pace::Constant(rate) => [rate, rate],
            Pace::Ramp { from, to } => [from, to],
            Pace::Saturation => [1.0, 1.0],
        };
        for rate in rates {
            // Not a number is not above zero.
            if !(rate > 0.0 && rate <= MAX_RATE) {
                return Err(ScheduleError::Rate(rate));
            }
        }
        if length.is_zero() || length > MAX_LENGTH {
            return Err(ScheduleError::Length(length));
        }
        if warm_up > MAX_LENGTH {
            return Err(ScheduleError::Length(warm_up));
        }
        Ok(Self {
            pace,
            warm_up,
            length,
            most: u64::MAX,
        })
    }

    /// The same with at most so many requests, those of the warm-up included.
    #[must_use]
    pub fn at_most(self, most: u64) -> Self {
        Self { most, ..self }
    }

    /// The pace.
    pub fn pace(&self) -> Pace {
        self.pace
    }

    /// How long the warm-up is.
    pub fn warm_up(&self) -> Duration {
        self.warm_up
    }

    /// How long is measured.
    pub fn length(&self) -> Duration {
        self.length
    }

    /// The end, counted from the start.
    pub fn end(&self) -> Duration {
        self.warm_up + self.length
    }

    /// How many requests there are; `None` for [`Pace::Saturation`], where it is up to the server.
    pub fn count(&self) -> Option<u64> {
        let measured = self.before(self.length.as_secs_f64())?;
        Some(
            self.warm_up_count()?
                .saturating_add(measured)
                .min(self.most),
        )
    }

    /// When it is over: at its end, or sooner with the last of the requests where there are fewer than it has time for. `None`
    /// for [`Pace::Saturation`].
    pub fn over(&self) -> Option<Duration> {
        let count = self.count()?;
        if count < self.most {
            return Some(self.end());
        }
        self.due(count)
    }

    /// How many of them are of the warm-up.
    pub fn warm_up_count(&self) -> Option<u64> {
        let rate = match self.pace {
            Pace::Constant(rate) => rate,
            Pace::Ramp { from, .. } => from,
            Pace::Saturation => return None,
        };
        Some(whole(rate * self.warm_up.as_secs_f64()).min(self.most))
    }

    /// At most so many requests.
    pub fn most(&self) -> u64 {
        self.most
    }

    /// When the request with this number, counted from 0, is due; `None` for [`Pace::Saturation`]. Never before the one
    /// before it.
    pub fn due(&self, number: u64) -> Option<Duration> {
        let warm_up = self.warm_up_count()?;
        let (start, seconds) = match (number.checked_sub(warm_up), self.pace) {
            (None, Pace::Constant(rate) | Pace::Ramp { from: rate, .. }) => {
                (Duration::ZERO, number as f64 / rate)
            }
            (Some(number), Pace::Constant(rate)) => (self.warm_up, number as f64 / rate),
            (Some(number), Pace::Ramp { from, to }) => {
                (self.warm_up, self.ramp_due(number as f64, from, to))
            }
            (_, Pace::Saturation) => return None,
        };
        // A number far beyond the last is due at no moment that a clock has.
        Some(start + Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX / 2))
    }

    /// How many requests are due within so many seconds of what is measured.
    fn before(&self, seconds: f64) -> Option<u64> {
        let requests = match self.pace {
            Pace::Constant(rate) => rate * seconds,
            Pace::Ramp { from, to } => f64::midpoint(from, to) * seconds,
            Pace::Saturation => return None,
        };
        Some(whole(requests))
    }

    /// The seconds after which a ramp has asked for so many requests: its rate grows evenly, so by then it has asked for
    /// `from·t + (to - from)·t²/(2·length)`. This form of the root loses nothing where the two rates are nearly the same.
    fn ramp_due(&self, number: f64, from: f64, to: f64) -> f64 {
        let slope = (to - from) / self.length.as_secs_f64();
        // Rounding may put the last request of a falling ramp a hair beyond its end.
        let root = (2.0 * slope).mul_add(number, from * from).max(0.0).sqrt();
        2.0 * number / (from + root)
    }
}

/// The number of requests that are due before a moment: the first is due at 0, and one that is due at the moment itself is
/// not before it. What arithmetic missed a whole number by is no request.
fn whole(requests: f64) -> u64 {
    const MISSED: f64 = 1e-6;
    (requests - MISSED).ceil().max(0.0) as u64
}
