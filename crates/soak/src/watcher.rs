//! Asking for metrics again and again, on a thread of its own.

use std::net::SocketAddr;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use profile::{FetchError, fetch};

use crate::gauge::{GAUGES, Gauge};
use crate::openmetrics::sum;
use crate::series::Series;

/// Watches a service until it is told to stop.
#[derive(Debug)]
pub struct Watcher {
    stop: Sender<()>,
    thread: JoinHandle<Result<Vec<Series>, FetchError>>,
}

impl Watcher {
    /// Starts to watch after a delay, in which a service settles.
    pub fn start(admin: SocketAddr, delay: Duration, interval: Duration) -> Self {
        let (stop, stopped) = channel();
        let thread = thread::spawn(move || {
            let mut series: Vec<Series> = GAUGES.into_iter().map(empty).collect();
            let begun = Instant::now() + delay;
            for number in 0_u32.. {
                let next = begun + interval * number;
                let wait = next.saturating_duration_since(Instant::now());
                // A value comes when it is told to stop, and an end when nobody can tell it any more.
                if stopped.recv_timeout(wait) != Err(RecvTimeoutError::Timeout) {
                    break;
                }
                let text = fetch(admin, "/metrics")?;
                let text = String::from_utf8_lossy(&text);
                let now = begun.elapsed().as_secs_f64();
                for series in &mut series {
                    if let Some(value) = sum(&text, series.gauge.metric) {
                        series.times.push(now);
                        series.values.push(value);
                    }
                }
            }
            series.retain(|series| !series.values.is_empty());
            Ok(series)
        });
        Self { stop, thread }
    }

    /// Stops: what was seen of each gauge that there is.
    ///
    /// # Errors
    ///
    /// If the service did not answer once.
    pub fn stop(self) -> Result<Vec<Series>, FetchError> {
        // A thread that has stopped by itself says why.
        let _ = self.stop.send(());
        match self.thread.join() {
            Ok(watched) => watched,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

fn empty(gauge: Gauge) -> Series {
    Series {
        gauge,
        times: Vec::new(),
        values: Vec::new(),
    }
}
