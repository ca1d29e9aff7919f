//! The trace: what connections and tasks did over a while, as events that <https://ui.perfetto.dev> opens.
//!
//! The format is the Chrome trace event format, in JSON, gzipped: `X` for what lasted, `C` for what was counted, `M` for names.
//! It is sent while it is made, so the service keeps no more of it than what happens between two readings.

use std::collections::HashSet;
use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::body::Bytes;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::activity::{Activity, Names};
use crate::events::{Event, What};
use crate::holder::Held;
use crate::slot::{Owner, State};
use crate::tasks::said;

/// How often what happened is written.
const READING: Duration = Duration::from_millis(50);

/// How long beyond its end a trace waits for a reader that is behind. Then it is cut, for no other profile is taken
/// meanwhile.
const GRACE: Duration = Duration::from_secs(2);

/// The numbers of the two groups of tracks.
const CONNECTIONS: u32 = 1;
const TASKS: u32 = 2;

/// Traces for so long, and sends the trace as it comes. It ends early when the reader leaves, and is cut when the reader makes
/// no room for it until [`GRACE`] after its end.
pub(crate) async fn trace(
    activity: Activity,
    lasts: Duration,
    reader: mpsc::Sender<Bytes>,
    _held: Held,
) {
    let tracing = activity.trace();
    let mut writer = Writer::new(activity.names(), activity.now());
    let began = Instant::now();
    let end = began + lasts;
    for reading in 1.. {
        tokio::select! {
            () = sleep_until(end.min(began + READING * reading)) => {}
            () = reader.closed() => return,
        }
        for event in tracing.take() {
            writer.event(&event);
        }
        writer.counts(&activity);
        let is_last = Instant::now() >= end;
        if is_last {
            // What is not over yet.
            for seen in activity.seen() {
                writer.event(&Event {
                    number: seen.number,
                    owner: seen.owner,
                    route: seen.route,
                    what: What::State(seen.state),
                    from: seen.since,
                    to: activity.now(),
                });
            }
            writer.dropped(tracing.dropped());
        }
        let bytes = if is_last {
            writer.finish()
        } else {
            writer.take()
        };
        let sent = timeout_at(end + GRACE, reader.send(bytes)).await;
        if !matches!(sent, Ok(Ok(()))) || is_last {
            return;
        }
    }
}

struct Writer {
    names: Names,
    /// When the trace began; what began before is cut there.
    began: u64,
    named: HashSet<u64>,
    is_first: bool,
    encoder: GzEncoder<Vec<u8>>,
}

impl Writer {
    fn new(names: Names, began: u64) -> Self {
        let mut writer = Self {
            names,
            began,
            named: HashSet::new(),
            is_first: true,
            encoder: GzEncoder::new(Vec::new(), Compression::fast()),
        };
        writer.text("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[");
        for (group, name) in [(CONNECTIONS, "connections"), (TASKS, "tasks")] {
            writer.line(&format!(
                "\"ph\":\"M\",\"pid\":{group},\"name\":\"process_name\",\"args\":{{\"name\":\"{name}\"}}"
            ));
        }
        writer
    }

    fn text(&mut self, text: &str) {
        // A vector takes what is written.
        let _ = self.encoder.write_all(text.as_bytes());
    }

    fn line(&mut self, members: &str) {
        let comma = if self.is_first { "" } else { "," };
        self.is_first = false;
        self.text(&format!("{comma}\n{{{members}}}"));
    }

    fn event(&mut self, event: &Event) {
        if matches!(
            (event.owner, event.what),
            (Owner::Connection(_), What::State(State::Idle))
        ) {
            return;
        }
        let from = event.from.max(self.began);
        if event.to < from {
            return;
        }
        let (group, name) = match event.owner {
            Owner::Connection(peer) => (CONNECTIONS, peer.to_string()),
            Owner::Task(name) => (TASKS, name.to_owned()),
        };
        // The numbers of tracks are of 32 bits.
        let track = event.number & 0xffff_ffff;
        if self.named.insert(track) {
            self.line(&format!(
                "\"ph\":\"M\",\"pid\":{group},\"tid\":{track},\"name\":\"thread_name\",\"args\":{{\"name\":{}}}",
                quoted(&name)
            ));
        }
        let route = event.route.map_or("", |route| self.names.route(route));
        let (category, name, status) = match event.what {
            What::State(state) => ("state", said(state, self.names), String::new()),
            What::Request(status) => {
                let status =
                    status.map_or_else(|| String::from("none"), |status| status.to_string());
                (
                    "request",
                    route.to_owned(),
                    format!(",\"status\":{}", quoted(&status)),
                )
            }
        };
        self.line(&format!(
            "\"ph\":\"X\",\"pid\":{group},\"tid\":{track},\"ts\":{},\"dur\":{},\"cat\":\"{category}\",\"name\":{},\
             \"args\":{{\"route\":{}{status}}}",
            microseconds(from - self.began),
            microseconds(event.to - from),
            quoted(&name),
            quoted(route),
        ));
    }

    /// How many connections do what.
    fn counts(&mut self, activity: &Activity) {
        let (mut idle, mut busy, mut tasks) = (0, 0, 0);
        for seen in activity.seen() {
            match (seen.owner, seen.state) {
                (Owner::Task(_), _) => tasks += 1,
                (Owner::Connection(_), State::Idle) => idle += 1,
                (Owner::Connection(_), _) => busy += 1,
            }
        }
        let now = microseconds(activity.now().saturating_sub(self.began));
        self.line(&format!(
            "\"ph\":\"C\",\"pid\":{CONNECTIONS},\"ts\":{now},\"name\":\"in flight\",\
             \"args\":{{\"idle\":{idle},\"busy\":{busy},\"tasks\":{tasks}}}"
        ));
    }

    fn dropped(&mut self, count: u64) {
        if count > 0 {
            self.line(&format!(
                "\"ph\":\"C\",\"pid\":{CONNECTIONS},\"ts\":0,\"name\":\"events left out: too many\",\
                 \"args\":{{\"count\":{count}}}"
            ));
        }
    }

    /// What was written since this was last called.
    fn take(&mut self) -> Bytes {
        // Flushing a vector does nothing that fails.
        let _ = self.encoder.flush();
        Bytes::from(std::mem::take(self.encoder.get_mut()))
    }

    fn finish(&mut self) -> Bytes {
        self.text("\n]}\n");
        let _ = self.encoder.try_finish();
        Bytes::from(std::mem::take(self.encoder.get_mut()))
    }
}

/// Microseconds, the format's unit, to the nanosecond.
fn microseconds(nanoseconds: u64) -> String {
    format!("{}.{:03}", nanoseconds / 1000, nanoseconds % 1000)
}

/// A text as JSON has it: RFC 8259, section 7.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c < ' ' => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::time::Duration;

    use tokio::sync::mpsc;
    use tokio::time::timeout;

    use super::{GRACE, trace};
    use crate::activity::{Activity, Names};
    use crate::holder::Turn;

    #[tokio::test]
    async fn a_reader_that_does_not_read_holds_the_turn_no_longer_than_the_grace() {
        let turn: &'static Turn = Box::leak(Box::<Turn>::default());
        let peer = SocketAddr::from(([127, 0, 0, 1], 1));
        let lasts = Duration::from_millis(200);
        let held = turn.take("trace", peer, lasts).unwrap();
        // There is room for one reading, and no one takes it out.
        let (sender, receiver) = mpsc::channel(1);
        let tracing = trace(Activity::new(Names::default()), lasts, sender, held);
        let limit = lasts + GRACE + Duration::from_secs(5);
        assert!(timeout(limit, tracing).await.is_ok());
        turn.take("profile", peer, lasts).unwrap();
        assert_eq!(receiver.len(), 1);
    }
}
