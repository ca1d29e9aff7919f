//! The connections there are, and the sweep that keeps their time.
//!
//! No connection has a timer. Each writes down its phase and the tick in which that began, which costs a store; once in a
//! tick one task looks at all of them and wakes those that are late. So the limits cost a request no allocation, no clock and
//! no lock, and they are kept to within a tick.

use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Duration;

use admin::{Connection, Request, Route, State};
use atomic_waker::AtomicWaker;
use tokio::sync::Notify;

use crate::Limits;
use crate::phase::{Current, Judged, Moment, Phase, Ticks};

/// Connections looked at under one lock: some ten microseconds for which none can come or go.
const PORTION: usize = 256;

/// Connections closed at a time when the house is full: finding the longest idle one means looking at all, which should
/// not happen for each newcomer. A small house, where it costs little, closes fewer.
const EVICTED_AT_ONCE: usize = 16;
const EVICTED_OF: usize = 64;

/// How long a client may be behind with its body, or with taking its answer, before a full house does without it: a good one
/// sends a packet many times a second.
const PATIENCE: Duration = Duration::from_secs(1);

/// The connections of one listener.
#[derive(Debug)]
pub(crate) struct House {
    limits: Limits,
    tick: Duration,
    ticks: Ticks,
    seats: Mutex<Seats>,
    taken: AtomicUsize,
    /// Somebody left.
    left: Notify,
}

#[derive(Debug, Default)]
struct Seats {
    all: Vec<Option<Arc<Seat>>>,
    free: Vec<usize>,
}

/// The end of a connection's life that is ordered from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Order {
    /// Go on.
    Stay,
    /// Finish the request in flight, take no other.
    Finish,
    /// Go now.
    Leave,
}

/// What the house knows of one connection.
#[derive(Debug)]
pub(crate) struct Seat {
    current: Current,
    judged: Judged,
    order: AtomicU8,
    waker: AtomicWaker,
}

impl Seat {
    /// Where the connection is.
    #[inline]
    pub(crate) fn moment(&self) -> Moment {
        self.current.get()
    }

    /// Whether the present phase has lasted too long.
    #[inline]
    pub(crate) fn is_late(&self) -> bool {
        self.judged.is(self.current.get())
    }

    #[inline]
    pub(crate) fn order(&self) -> Order {
        match self.order.load(Ordering::Acquire) {
            0 => Order::Stay,
            1 => Order::Finish,
            _ => Order::Leave,
        }
    }

    /// Has this task woken when there is an order, or when it is late.
    #[inline]
    pub(crate) fn register(&self, waker: &Waker) {
        self.waker.register(waker);
    }

    fn judge(&self, moment: Moment) {
        self.judged.set(moment);
        self.waker.wake();
    }

    fn give(&self, order: Order) {
        self.order.store(order as u8, Ordering::Release);
        self.waker.wake();
    }
}

/// A connection's place in the house; free again when this is dropped.
pub(crate) struct Guest {
    house: Arc<House>,
    seat: Arc<Seat>,
    index: usize,
    /// The connection as the admin port shows it.
    shown: Connection,
}

impl Guest {
    #[inline]
    pub(crate) fn seat(&self) -> &Seat {
        &self.seat
    }

    /// Begins a phase.
    #[inline]
    pub(crate) fn enter(&self, phase: Phase) {
        self.seat.current.set(phase, self.house.ticks.now());
        let state = match phase {
            Phase::Idle | Phase::Lingering => State::Idle,
            Phase::Head => State::ReadingHead,
            Phase::Body => State::ReadingBody,
            Phase::Handling => State::Handling,
            Phase::Writing => State::WritingAnswer,
        };
        // A request that has been sent shows its connection as idle before this knows.
        if self.shown.state() != state {
            self.shown.enter(state);
        }
    }

    /// A head is complete.
    #[inline]
    pub(crate) fn request(&self, route: Route) -> Request {
        self.seat.current.set(Phase::Body, self.house.ticks.now());
        self.shown.request(route)
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut seats = self.house.seats();
        if let Some(seat) = seats.all.get_mut(self.index) {
            *seat = None;
        }
        seats.free.push(self.index);
        drop(seats);
        self.house.taken.fetch_sub(1, Ordering::AcqRel);
        self.house.left.notify_waiters();
    }
}

impl House {
    pub(crate) fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self {
            tick: tick(&limits),
            limits,
            ticks: Ticks::default(),
            seats: Mutex::default(),
            taken: AtomicUsize::new(0),
            left: Notify::new(),
        })
    }

    /// Seats a connection, if there is room.
    pub(crate) fn enter(self: &Arc<Self>, shown: impl FnOnce() -> Connection) -> Option<Guest> {
        let mut seats = self.seats();
        let index = match seats.free.pop() {
            Some(index) => index,
            None if seats.all.len() < self.limits.connections => {
                seats.all.push(None);
                seats.all.len() - 1
            }
            None => return None,
        };
        let seat = Arc::new(Seat {
            current: Current::new(self.ticks.now()),
            judged: Judged::none(),
            order: AtomicU8::new(Order::Stay as u8),
            waker: AtomicWaker::new(),
        });
        if let Some(place) = seats.all.get_mut(index) {
            *place = Some(Arc::clone(&seat));
        }
        drop(seats);
        self.taken.fetch_add(1, Ordering::AcqRel);
        Some(Guest {
            house: Arc::clone(self),
            seat,
            index,
            shown: shown(),
        })
    }

    /// Seats a connection: when the house is full, in the place of one that waits for its client, or of the next that leaves.
    pub(crate) async fn enter_or_wait(self: &Arc<Self>, shown: impl Fn() -> Connection) -> Guest {
        loop {
            let left = self.left.notified();
            if let Some(guest) = self.enter(&shown) {
                return guest;
            }
            self.evict();
            // One that was asked to go may have moved on instead: then somebody else is asked.
            let _ = tokio::time::timeout(self.tick, left).await;
        }
    }

    /// The connections there are.
    pub(crate) fn taken(&self) -> usize {
        self.taken.load(Ordering::Acquire)
    }

    /// Connections with a request that is not answered in full.
    pub(crate) fn at_work(&self) -> usize {
        let mut count = 0;
        self.each(|seat| {
            count += usize::from(!matches!(
                seat.moment().phase(),
                Phase::Idle | Phase::Lingering
            ));
        });
        count
    }

    /// Returns when nobody is left.
    pub(crate) async fn empty(&self) {
        loop {
            let left = self.left.notified();
            if self.taken() == 0 {
                return;
            }
            left.await;
        }
    }

    /// Tells everybody.
    pub(crate) fn tell(&self, order: Order) {
        self.each(|seat| seat.give(order));
    }

    /// Keeps the time of all connections; never returns.
    pub(crate) async fn keep_time(&self) {
        let mut interval = tokio::time::interval(self.tick);
        interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            interval.tick().await;
            let now = self.ticks.advance();
            self.each(|seat| {
                let moment = seat.moment();
                if self
                    .allowed(moment.phase())
                    .is_some_and(|ticks| moment.age(now) > ticks)
                {
                    seat.judge(moment);
                }
            });
        }
    }

    /// How many whole ticks a phase may last.
    fn allowed(&self, phase: Phase) -> Option<u32> {
        let time = match phase {
            Phase::Idle => self.limits.idle_time,
            Phase::Head => self.limits.head_time,
            Phase::Body => self.limits.body_time,
            Phase::Writing => self.limits.write_time,
            Phase::Lingering => Limits::LINGER_TIME,
            // The client is not at fault.
            Phase::Handling => return None,
        };
        Some(self.whole_ticks(time))
    }

    fn whole_ticks(&self, time: Duration) -> u32 {
        let ticks = time.as_nanos().div_ceil(self.tick.as_nanos().max(1));
        u32::try_from(ticks).unwrap_or(u32::MAX)
    }

    /// Asks those that have waited longest for their clients to go: first those that have no request, then those whose request
    /// does not come, or whose answer is not taken.
    pub(crate) fn evict(&self) {
        let now = self.ticks.now();
        let patience = self.whole_ticks(PATIENCE);
        let mut waiting = Vec::new();
        let mut leaving = 0;
        self.each(|seat| {
            let moment = seat.moment();
            let rank = match moment.phase() {
                Phase::Lingering => 0,
                Phase::Idle => 1,
                Phase::Head => 2,
                Phase::Body if moment.age(now) > patience => 3,
                Phase::Writing if moment.age(now) > patience => 4,
                Phase::Body | Phase::Handling | Phase::Writing => return,
            };
            // One that has moved on and come back within the tick would be taken for the one that is meant.
            if moment.age(now) == 0 {
                // One that was asked before may be on its way only now: nobody else has to go for it.
                leaving += usize::from(moment.phase() == Phase::Lingering);
                return;
            }
            waiting.push((
                rank,
                std::cmp::Reverse(moment.age(now)),
                moment,
                Arc::clone(seat),
            ));
        });
        waiting.sort_by_key(|&(rank, age, ..)| (rank, age));
        let count = (self.limits.connections / EVICTED_OF).clamp(1, EVICTED_AT_ONCE);
        let more = count.saturating_sub(leaving);
        for (_, _, moment, seat) in waiting.into_iter().take(more) {
            seat.judge(moment);
        }
    }

    fn each(&self, mut f: impl FnMut(&Arc<Seat>)) {
        let mut start = 0;
        loop {
            let seats = self.seats();
            let Some(rest) = seats.all.get(start..).filter(|rest| !rest.is_empty()) else {
                return;
            };
            rest.iter().take(PORTION).flatten().for_each(&mut f);
            start += PORTION;
        }
    }

    /// Nothing panics while it is locked, so it is never poisoned in earnest.
    fn seats(&self) -> MutexGuard<'_, Seats> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How often the connections are looked at: a hundredth of the shortest limit is exact enough, and four times a second costs
/// nothing that can be measured.
fn tick(limits: &Limits) -> Duration {
    let shortest = limits
        .head_time
        .min(limits.body_time)
        .min(limits.write_time)
        .min(limits.idle_time);
    (shortest / 100).clamp(Duration::from_millis(5), Duration::from_millis(250))
}
