//! What the service does at the moment: its connections, requests and tasks.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use crate::events::{Event, Events, What};
use crate::slot::{Owner, Route, Seen, Slot, State, Wait};
use crate::traffic::Traffic;

/// The names by which a service's routes and waits are shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct Names {
    /// Such as `GET /data`; [`Route::nth`] says which.
    pub routes: &'static [&'static str],
    /// Such as `database`; [`Wait::nth`] says which.
    pub waits: &'static [&'static str],
}

impl Names {
    pub(crate) fn route(&self, route: Route) -> &'static str {
        self.routes.get(route.place()).copied().unwrap_or("other")
    }

    pub(crate) fn wait(&self, wait: Wait) -> &'static str {
        self.waits.get(wait.place()).copied().unwrap_or("other")
    }
}

/// All connections, requests and tasks of a service, and the counts of what is done. Clones share one registry.
///
/// A connection or a task costs an allocation and a lock when it begins and when it ends; a request costs neither: for each
/// state that it enters a reading of the clock, a few stores to memory that only its connection writes, and an addition to what
/// its route has spent in the state that it leaves.
#[derive(Clone)]
pub struct Activity {
    core: Arc<Core>,
}

pub(crate) struct Core {
    names: Names,
    start: Instant,
    opened: AtomicU64,
    /// Whether someone wants to know what is done.
    is_traced: AtomicBool,
    /// A power of two, so that a number's low bits choose.
    shards: Box<[Shard]>,
}

/// Apart from its neighbours' cache lines, of which processors fetch two at a time.
#[repr(align(128))]
struct Shard {
    slots: Mutex<HashMap<u64, Arc<Slot>>>,
    traffic: Traffic,
    events: Events,
}

/// More would only cost memory: each holds a counter for each route and status.
const MOST_SHARDS: usize = 32;

impl Activity {
    /// A registry in which nothing has happened.
    pub fn new(names: Names) -> Self {
        let shards = thread::available_parallelism()
            .map_or(1, usize::from)
            .min(MOST_SHARDS)
            .next_power_of_two();
        Self {
            core: Arc::new(Core {
                names,
                start: Instant::now(),
                opened: AtomicU64::new(0),
                is_traced: AtomicBool::new(false),
                shards: (0..shards)
                    .map(|_| Shard {
                        slots: Mutex::default(),
                        traffic: Traffic::new(names.routes.len(), names.waits.len()),
                        events: Events::default(),
                    })
                    .collect(),
            }),
        }
    }

    /// A connection was accepted. It is listed until the value is dropped.
    pub fn connection(&self, peer: SocketAddr) -> Connection {
        Connection {
            listed: self.core.list(Owner::Connection(peer), State::Idle),
        }
    }

    /// A task that belongs to no connection was started: one that ages a pool, say. It is listed until the value is
    /// dropped.
    pub fn task(&self, name: &'static str) -> Task {
        Task {
            listed: self.core.list(Owner::Task(name), State::Handling),
        }
    }

    /// The names it was made with.
    pub fn names(&self) -> Names {
        self.core.names
    }

    /// Nanoseconds since it was made.
    pub(crate) fn now(&self) -> u64 {
        self.core.now()
    }

    /// What is listed now, the oldest first.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        let mut seen = Vec::new();
        for shard in &self.core.shards {
            let slots = shard.slots.lock().unwrap_or_else(PoisonError::into_inner);
            seen.extend(slots.values().map(|slot| slot.seen()));
        }
        seen.sort_unstable_by_key(|seen| seen.number);
        seen
    }

    /// Has events noted until the value is dropped.
    pub(crate) fn trace(&self) -> Tracing<'_> {
        let tracing = Tracing { core: &self.core };
        // What came too late for the last trace.
        tracing.take().for_each(drop);
        tracing.dropped();
        self.core.is_traced.store(true, Ordering::Relaxed);
        tracing
    }

    /// The counts of each shard; their sum is the service's.
    pub(crate) fn traffic(&self) -> impl Iterator<Item = &Traffic> {
        self.core.shards.iter().map(|shard| &shard.traffic)
    }
}

impl Core {
    fn now(&self) -> u64 {
        self.start.elapsed().as_nanos() as u64
    }

    fn shard(&self, number: u64) -> &Shard {
        &self.shards[number as usize & (self.shards.len() - 1)]
    }

    fn list(self: &Arc<Self>, owner: Owner, state: State) -> Arc<Listed> {
        let number = self.opened.fetch_add(1, Ordering::Relaxed);
        let slot = Arc::new(Slot::new(number, owner, state, self.now()));
        let shard = self.shard(number);
        if matches!(owner, Owner::Connection(_)) {
            shard.traffic.opened();
        }
        let mut slots = shard.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.insert(number, Arc::clone(&slot));
        drop(slots);
        Arc::new(Listed {
            core: Arc::clone(self),
            slot,
        })
    }
}

/// A trace that is being taken.
pub(crate) struct Tracing<'a> {
    core: &'a Core,
}

impl Tracing<'_> {
    /// The events since this was last called.
    pub(crate) fn take(&self) -> impl Iterator<Item = Event> {
        self.core
            .shards
            .iter()
            .flat_map(|shard| shard.events.take())
    }

    /// How many events were left out since this was last called.
    pub(crate) fn dropped(&self) -> u64 {
        self.core
            .shards
            .iter()
            .map(|shard| shard.events.dropped())
            .sum()
    }
}

impl Drop for Tracing<'_> {
    fn drop(&mut self) {
        self.core.is_traced.store(false, Ordering::Relaxed);
        // So that nothing of it stays.
        self.take().for_each(drop);
    }
}

/// A slot that is in the registry's list for as long as this lives.
struct Listed {
    core: Arc<Core>,
    slot: Arc<Slot>,
}

impl Listed {
    fn enter(&self, state: State) -> u64 {
        let now = self.core.now();
        let (left, since) = self.slot.enter(state, now);
        if let Some(route) = self.slot.route() {
            let shard = self.core.shard(self.slot.number);
            shard.traffic.spent(route, left, now.saturating_sub(since));
        }
        if self.core.is_traced.load(Ordering::Relaxed) {
            self.note(What::State(left), self.slot.route(), since, now);
        }
        now
    }

    #[cold]
    fn note(&self, what: What, route: Option<Route>, from: u64, to: u64) {
        self.core.shard(self.slot.number).events.push(Event {
            number: self.slot.number,
            owner: self.slot.owner,
            route,
            what,
            from,
            to,
        });
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        let shard = self.core.shard(self.slot.number);
        let mut slots = shard.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.remove(&self.slot.number);
    }
}

/// A connection in the list of what the service does. Clones stand for the same connection; it leaves the list with the
/// last of them and of its requests.
#[derive(Clone)]
pub struct Connection {
    listed: Arc<Listed>,
}

impl Connection {
    /// Says what the connection does from now on.
    pub fn enter(&self, state: State) {
        self.listed.enter(state);
    }

    /// What it was last said to do.
    pub fn state(&self) -> State {
        self.listed.slot.state()
    }

    /// A request's head is complete: the connection is [handling](State::Handling) it. The request's time runs until the
    /// value is dropped: keep it with the answer's body until that is sent.
    pub fn request(&self, route: Route) -> Request {
        // First, so that what reading the head took is the route's.
        self.listed.slot.begin(route);
        let begun = self.listed.enter(State::Handling);
        Request {
            listed: Arc::clone(&self.listed),
            route,
            begun,
            status: None,
        }
    }
}

/// A request that is being served. When it is dropped it is counted, with its status and the time it took, or as
/// unanswered if it has no status; its connection is idle again.
pub struct Request {
    listed: Arc<Listed>,
    route: Route,
    begun: u64,
    status: Option<u16>,
}

impl Request {
    /// Says what the request's connection does from now on.
    pub fn enter(&self, state: State) {
        self.listed.enter(state);
    }

    /// Says with which status it was answered.
    pub fn answered(&mut self, status: u16) {
        self.status = Some(status);
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        let ended = self.listed.enter(State::Idle);
        self.listed.slot.end();
        let core = &self.listed.core;
        if core.is_traced.load(Ordering::Relaxed) {
            let what = What::Request(self.status);
            self.listed.note(what, Some(self.route), self.begun, ended);
        }
        core.shard(self.listed.slot.number).traffic.served(
            self.route,
            self.status,
            ended.saturating_sub(self.begun),
        );
    }
}

/// A task in the list of what the service does.
pub struct Task {
    listed: Arc<Listed>,
}

impl Task {
    /// Says what the task does from now on.
    pub fn enter(&self, state: State) {
        self.listed.enter(state);
    }
}
