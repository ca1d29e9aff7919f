//! The loop that sends requests when they are due and takes the answers.

use std::collections::VecDeque;
use std::io;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use hdrhistogram::CreationError;
use rustix::time::{ClockId, clock_gettime};
use thiserror::Error;

use crate::connection::{Connection, Progress, fault};
use crate::fault::Fault;
use crate::mix::Mix;
use crate::outcome::{Outcome, ServerUse};
use crate::plan::Plan;
use crate::poll::{Poll, Token};
use crate::slots::Slots;
use crate::stalls::Stalls;
use crate::tally::{Flight, Glimpse, PUNCTUAL, Tally};
use crate::usage::{Usage, UsageError};

/// Why a run did not take place, or not to its end.
#[derive(Debug, Error)]
pub enum RunError {
    /// Nothing answers at the address.
    #[error("{address}: {error}")]
    Connect {
        /// Where it was tried.
        address: std::net::SocketAddr,
        /// What the system says.
        error: io::Error,
    },
    /// The system refuses what waiting takes.
    #[error("waiting for sockets: {0}")]
    Poll(#[from] io::Error),
    /// What the server uses cannot be measured.
    #[error("the server's process: {0}")]
    Usage(#[from] UsageError),
    /// No memory for histograms of this size: a fault of this crate.
    #[error("a histogram: {0}")]
    Histogram(#[from] CreationError),
}

/// How often connections are looked through for answers that do not come.
const SWEEP: Duration = Duration::from_millis(50);

/// Between two glimpses.
const GLIMPSE: Duration = Duration::from_secs(1);

/// Bytes that are read at once.
const BUFFER: usize = 64 << 10;

/// Sends the requests of a plan and takes the answers, on the calling thread. `watch` is called once a second, from that
/// thread: as long as it runs, nothing is sent.
///
/// # Errors
///
/// If nothing answers at the address, or the system refuses something. What goes wrong with single requests is counted.
pub fn run(plan: &Plan, watch: &mut dyn FnMut(&Glimpse)) -> Result<Outcome, RunError> {
    let address = plan.address;
    // A server that is not there is said at once, and not once for each request.
    TcpStream::connect_timeout(&address, plan.timeout.max(Duration::from_millis(1)))
        .map_err(|error| RunError::Connect { address, error })?;
    Generator::new(plan)?.run(watch)
}

/// What [`Generator::send_due`] sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sent {
    /// All that is due.
    AllDue,
    /// As much as there were connections for.
    AllThatFit,
}

struct Generator<'p> {
    plan: &'p Plan,
    mix: Mix,
    poll: Poll,
    slots: Slots,
    /// Requests whose connection was closed under them.
    again: VecDeque<Flight>,
    /// The number of the next request.
    next: u64,
    busy: usize,
    tally: Tally,
    start: Instant,
    /// The moment by which this turn of the loop should have begun.
    woken: Duration,
    stalls: Stalls,
    buffer: Vec<u8>,
}

impl<'p> Generator<'p> {
    fn new(plan: &'p Plan) -> Result<Self, RunError> {
        Ok(Self {
            plan,
            mix: plan.mix.clone(),
            poll: Poll::new()?,
            slots: Slots::new(plan.connections.max(1)),
            again: VecDeque::new(),
            next: 0,
            busy: 0,
            tally: Tally::new()?,
            start: Instant::now(),
            woken: Duration::ZERO,
            stalls: Stalls::default(),
            buffer: vec![0; BUFFER],
        })
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn run(mut self, watch: &mut dyn FnMut(&Glimpse)) -> Result<Outcome, RunError> {
        let schedule = &self.plan.schedule;
        let end = schedule.end();
        let mut ready = Vec::new();
        let mut before: Option<(Usage, Duration)> = None;
        let (mut sweep, mut glimpse) = (SWEEP, GLIMPSE);
        self.start = Instant::now();
        for _ in self.slots.places() {
            if let Some((place, _)) = self.slots.take_vacant() {
                self.connect(place, None)?;
            }
        }
        loop {
            let now = self.now();
            if before.is_none() && now >= schedule.warm_up() {
                before = Some((self.usage()?, own_cpu()));
            }
            if now.saturating_sub(self.woken) > PUNCTUAL {
                self.stalls.add(self.woken, now);
            }
            let sent = self.send_due(now)?;
            if self.is_over(now) {
                break;
            }
            // Where all connections are busy, an answer wakes it.
            let next = match sent {
                Sent::AllDue => {
                    self.stalls.clear();
                    self.due(self.next, now).unwrap_or(Duration::MAX)
                }
                Sent::AllThatFit => Duration::MAX,
            };
            let deadline = next.min(sweep).min(glimpse);
            self.poll
                .wait(deadline.saturating_sub(self.now()), &mut ready)?;
            // What is seen after the deadline may have been there since: that this loop slept too long is its own fault.
            self.woken = self.now().min(deadline);
            for &token in &ready {
                self.advance(token)?;
            }
            let now = self.now();
            if now >= sweep {
                sweep = now + SWEEP;
                self.sweep(now);
            }
            if now >= glimpse {
                glimpse += GLIMPSE;
                let (warming_up, waiting) = (now < schedule.warm_up(), self.waiting(now));
                watch(&self.tally.glimpse(now, warming_up, waiting));
            }
        }
        let now = self.now();
        self.give_up(now);
        let (usage, cpu) = before.unwrap_or_default();
        let after = self.usage()?;
        // What took longer than planned counts as long as it took; and what was over sooner, since there were no more requests.
        let over = match schedule.over() {
            Some(over) => self.tally.last.max(over),
            None => self.tally.last.max(end.min(now)),
        };
        let elapsed = over.saturating_sub(schedule.warm_up());
        Ok(Outcome {
            pace: schedule.pace(),
            length: schedule.length(),
            warm_up: schedule.warm_up(),
            elapsed,
            server: self.plan.server.map(|_| ServerUse {
                cpu: after.cpu.saturating_sub(usage.cpu),
                peak_resident: after.peak_resident,
            }),
            cpu: own_cpu().saturating_sub(cpu),
            sent: self.tally.sent,
            late: self.tally.late,
            delayed: self.tally.delayed,
            answered: self.tally.answered,
            faults: self.tally.faults,
            warm_up_faults: self.tally.warm_up_faults,
            time: self.tally.time,
            service: self.tally.service,
        })
    }

    fn usage(&self) -> Result<Usage, UsageError> {
        self.plan.server.map_or(Ok(Usage::default()), Usage::of)
    }

    /// When a request is due that is still to be sent; at saturation, now. `None` after the last.
    fn due(&self, number: u64, now: Duration) -> Option<Duration> {
        let schedule = &self.plan.schedule;
        if let Some(count) = schedule.count() {
            return (number < count).then(|| schedule.due(number))?;
        }
        (number < schedule.most() && now < schedule.end()).then_some(now)
    }

    fn is_measured(&self, number: u64, due: Duration) -> bool {
        match self.plan.schedule.warm_up_count() {
            Some(count) => number >= count,
            None => due >= self.plan.schedule.warm_up(),
        }
    }

    /// Requests that are due and not sent.
    fn waiting(&self, now: Duration) -> u64 {
        let schedule = &self.plan.schedule;
        let Some(count) = schedule.count() else {
            return 0;
        };
        // The first number that is not due yet, by halving.
        let (mut low, mut high) = (self.next, count);
        while low < high {
            let middle = low + (high - low) / 2;
            if schedule.due(middle).is_some_and(|due| due <= now) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low - self.next
    }

    fn is_over(&self, now: Duration) -> bool {
        let is_all_sent = self.due(self.next, now).is_none() && self.again.is_empty();
        let limit = self.plan.schedule.end().saturating_add(self.plan.timeout);
        (is_all_sent && self.busy == 0) || now >= limit
    }

    /// Sends what is due, as far as there are connections.
    fn send_due(&mut self, mut now: Duration) -> Result<Sent, RunError> {
        loop {
            let due = match self.again.front() {
                Some(flight) => flight.due,
                None => match self.due(self.next, now) {
                    Some(due) if due <= now => due,
                    _ => return Ok(Sent::AllDue),
                },
            };
            let place = self.slots.take_idle();
            let vacant = match place {
                None => self.slots.take_vacant(),
                Some(_) => None,
            };
            if place.is_none() && vacant.is_none() {
                return Ok(Sent::AllThatFit);
            }
            let flight = match self.again.pop_front() {
                Some(flight) => flight,
                None => self.next_flight(due),
            };
            self.busy += 1;
            if let Some(place) = place {
                self.dispatch(place, flight)?;
            } else if let Some((place, since)) = vacant {
                // Until then the place had a connection, and a request on it.
                let delay = now.saturating_sub(due.max(since));
                self.connect(place, Some(Flight { delay, ..flight }))?;
            }
            now = self.now();
        }
    }

    /// The next request of the schedule.
    fn next_flight(&mut self, due: Duration) -> Flight {
        let ask = self.mix.draw();
        let measured = self.is_measured(self.next, due);
        self.next += 1;
        Flight {
            ask,
            measured,
            due,
            sent: Duration::ZERO,
            delay: Duration::ZERO,
            again: false,
        }
    }

    /// Puts a request on a connection that is free, and sends it.
    fn dispatch(&mut self, place: u32, mut flight: Flight) -> Result<(), RunError> {
        let now = self.now();
        // One that became due in a stall is late by that, however busy the connections were made by those before it.
        let stalled = self.stalls.delay(flight.due);
        let Some(connection) = self.slots.get(place) else {
            return Ok(());
        };
        // It could have been sent when it was due, or when a connection came free after that.
        flight.delay += now.saturating_sub(flight.due.max(connection.free_since));
        flight.delay = flight.delay.max(stalled);
        flight.sent = now;
        connection.put(flight);
        let progress = connection.write(self.plan.mix.ask(flight.ask));
        self.tally.sent(&flight);
        self.settle(place, progress)
    }

    /// Starts to make a connection in a vacant place, for a request if there is one.
    fn connect(&mut self, place: u32, flight: Option<Flight>) -> Result<(), RunError> {
        let token = self.slots.next_token(place);
        let connection = match Connection::start(self.plan.address) {
            Ok(mut connection) => {
                self.poll.add(connection.stream(), token)?;
                if let Some(flight) = flight {
                    connection.put(flight);
                }
                Some(connection)
            }
            Err(error) => {
                if let Some(flight) = flight {
                    self.busy -= 1;
                    let now = self.now();
                    self.tally.failed(&flight, fault(&error), now);
                }
                None
            }
        };
        let now = self.now();
        self.slots.put(place, connection, now);
        Ok(())
    }

    /// Something changed about a connection.
    fn advance(&mut self, token: Token) -> Result<(), RunError> {
        let Some(connection) = self.slots.of(token) else {
            return Ok(());
        };
        let progress = if connection.is_open() {
            let ask = connection
                .flight()
                .map(|flight| self.plan.mix.ask(flight.ask));
            connection.advance(ask, &mut self.buffer)
        } else {
            connection.open()
        };
        self.settle(token.place, progress)
    }

    /// Does what a connection's progress asks for.
    fn settle(&mut self, place: u32, progress: Progress) -> Result<(), RunError> {
        let now = self.now();
        let woken = self.woken;
        match progress {
            Progress::Pending => {}
            Progress::Opened => {
                let Some(connection) = self.slots.get(place) else {
                    return Ok(());
                };
                connection.free_since = woken;
                match connection.take_flight() {
                    Some(flight) => return self.dispatch(place, flight),
                    None => self.slots.rest(place),
                }
            }
            Progress::Answered => {
                let Some(connection) = self.slots.get(place) else {
                    return Ok(());
                };
                connection.free_since = woken;
                if let Some(flight) = connection.take_flight() {
                    self.busy -= 1;
                    self.tally.answered(&flight, now);
                }
                self.slots.rest(place);
            }
            Progress::AnsweredLast => {
                if let Some(flight) = self.close(place) {
                    self.tally.answered(&flight, now);
                }
            }
            Progress::Failed(fault) => {
                if let Some(flight) = self.close(place) {
                    self.tally.failed(&flight, fault, now);
                }
            }
            Progress::Gone => {
                if let Some(flight) = self.close(place) {
                    self.again.push_back(Flight {
                        again: true,
                        delay: Duration::ZERO,
                        ..flight
                    });
                }
            }
        }
        Ok(())
    }

    /// Closes a connection: the request that was on it.
    fn close(&mut self, place: u32) -> Option<Flight> {
        let now = self.now();
        let flight = self.slots.close(place, now)?;
        self.busy -= 1;
        Some(flight)
    }

    /// Ends the requests whose answer did not come in time.
    fn sweep(&mut self, now: Duration) {
        let timeout = self.plan.timeout;
        for place in self.slots.places() {
            let Some(flight) = self
                .slots
                .get(place)
                .and_then(|connection| connection.flight())
            else {
                continue;
            };
            // One whose connection is still being made has waited since it was due.
            let since = flight.sent.max(flight.due);
            if now.saturating_sub(since) > timeout
                && let Some(flight) = self.close(place)
            {
                self.tally.failed(&flight, Fault::Timeout, now);
            }
        }
    }

    /// Counts what is still on its way, and what was never sent.
    fn give_up(&mut self, now: Duration) {
        for place in self.slots.places() {
            if let Some(flight) = self.close(place) {
                self.tally.failed(&flight, Fault::Timeout, now);
            }
        }
        while let Some(flight) = self.again.pop_front() {
            self.tally.unsent(flight.due, flight.measured, now);
        }
        if self.plan.schedule.count().is_some() {
            while let Some(due) = self.due(self.next, now) {
                let measured = self.is_measured(self.next, due);
                self.tally.unsent(due, measured, now);
                self.next += 1;
            }
        }
    }
}

/// The time that this thread has spent on a processor.
fn own_cpu() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}
