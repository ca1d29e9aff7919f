//! The line that shows how it goes.

use std::io::{IsTerminal, Write, stderr};
use std::sync::mpsc::{Sender, channel};
use std::thread::{self, JoinHandle};

use load::Glimpse;

use crate::summary::time;

/// A line on standard error that is written over each second; nothing where that is not a terminal. A thread of its own writes
/// it: a terminal may block, and the generator must not.
pub(crate) struct Live(Option<(Sender<String>, JoinHandle<()>)>);

/// Goes to the start of the line and clears it.
const CLEAR: &str = "\r\x1b[K";

impl Live {
    pub(crate) fn on_a_terminal() -> Self {
        if !stderr().is_terminal() {
            return Self(None);
        }
        let (sender, receiver) = channel::<String>();
        let writer = thread::spawn(move || {
            let mut terminal = stderr();
            for line in receiver {
                // A line that is not shown is no reason to stop.
                let _ = write!(terminal, "{CLEAR}{line}");
                let _ = terminal.flush();
            }
            let _ = write!(terminal, "{CLEAR}");
        });
        Self(Some((sender, writer)))
    }

    pub(crate) fn show(&self, glimpse: &Glimpse) {
        if let Some((sender, _)) = &self.0 {
            let _ = sender.send(line(glimpse));
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        if let Some((sender, writer)) = self.0.take() {
            drop(sender);
            let _ = writer.join();
        }
    }
}

fn line(glimpse: &Glimpse) -> String {
    let stage = if glimpse.warming_up {
        "  (warm-up)"
    } else {
        ""
    };
    let waiting = match glimpse.waiting {
        0 => String::new(),
        waiting => format!("   {waiting} waiting"),
    };
    format!(
        "{:3} s   {:.0}/s   p50 {}   p99 {}   errors {}{waiting}{stage}",
        glimpse.elapsed.as_secs(),
        glimpse.rate,
        time(glimpse.p50),
        time(glimpse.p99),
        glimpse.faults,
    )
}
