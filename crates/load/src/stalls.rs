//! When the generator did nothing, though it should have.

use std::collections::VecDeque;
use std::time::Duration;

/// Stalls that requests which are still to be sent became due in, in order.
#[derive(Debug, Default)]
pub(crate) struct Stalls {
    /// From when to when.
    seen: VecDeque<(Duration, Duration)>,
}

impl Stalls {
    /// Adds one, which ended last.
    pub(crate) fn add(&mut self, since: Duration, until: Duration) {
        self.seen.push_back((since, until));
    }

    /// Nothing that is due waits: none matters any more.
    pub(crate) fn clear(&mut self) {
        self.seen.clear();
    }

    /// How long a stall kept a request from being sent that became due in it.
    pub(crate) fn delay(&self, due: Duration) -> Duration {
        let after = self.seen.partition_point(|&(_, until)| until < due);
        match self.seen.get(after) {
            Some(&(since, until)) if since <= due => until.saturating_sub(due),
            _ => Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_stall_in_which_a_request_became_due_delays_it() {
        let at = Duration::from_millis;
        let mut stalls = Stalls::default();
        for (since, until) in [(10, 15), (40, 42), (50, 90)] {
            stalls.add(at(since), at(until));
        }
        for (due, delay) in [
            (9, 0),
            (10, 5),
            (14, 1),
            (15, 0),
            // Between two stalls it waited for a connection: that is the server's doing.
            (20, 0),
            (41, 1),
            (49, 0),
            (60, 30),
            (91, 0),
        ] {
            assert_eq!(stalls.delay(at(due)), at(delay), "due at {due} ms");
        }
        stalls.clear();
        assert_eq!(stalls.delay(at(60)), Duration::ZERO);
    }
}
