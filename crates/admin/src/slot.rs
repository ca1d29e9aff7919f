//! What one connection or task does at the moment, in words that any thread may read.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// A kind of request, by its place in [`Names::routes`](crate::Names::routes).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Route(u16);

impl Route {
    /// What matches none of the service's routes. A route beyond the last of the names counts as this one, too.
    pub const OTHER: Self = Self(u16::MAX);

    /// The route with this place in the names.
    pub const fn nth(place: u16) -> Self {
        Self(place)
    }

    pub(crate) fn place(self) -> usize {
        usize::from(self.0)
    }
}

/// What a task waits for, by its place in [`Names::waits`](crate::Names::waits).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Wait(u16);

impl Wait {
    /// The wait with this place in the names.
    pub const fn nth(place: u16) -> Self {
        Self(place)
    }

    pub(crate) fn place(self) -> usize {
        usize::from(self.0)
    }
}

/// What a connection or a task does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Waits for the next request.
    Idle,
    /// A request's head has begun to arrive.
    ReadingHead,
    /// The head is there, the body is not.
    ReadingBody,
    /// The service makes sense of the request.
    Parsing,
    /// The service's own code runs: all of it, where what it does is not told apart.
    Handling,
    /// Waits for something that the service names: a database, a lock.
    Waiting(Wait),
    /// The service writes its answer down in the answer's own form.
    Encoding,
    /// The answer is on its way to the socket.
    WritingAnswer,
}

impl State {
    /// The code of the first wait; those of the others follow.
    pub(crate) const FIRST_WAIT: u32 = 7;

    pub(crate) const fn code(self) -> u32 {
        match self {
            Self::Idle => 0,
            Self::ReadingHead => 1,
            Self::ReadingBody => 2,
            Self::Parsing => 3,
            Self::Handling => 4,
            Self::Encoding => 5,
            Self::WritingAnswer => 6,
            Self::Waiting(wait) => Self::FIRST_WAIT + wait.0 as u32,
        }
    }

    pub(crate) fn of_code(code: u32) -> Self {
        match code {
            0 => Self::Idle,
            1 => Self::ReadingHead,
            2 => Self::ReadingBody,
            3 => Self::Parsing,
            4 => Self::Handling,
            5 => Self::Encoding,
            6 => Self::WritingAnswer,
            wait => Self::Waiting(Wait((wait - Self::FIRST_WAIT) as u16)),
        }
    }
}

/// Whose slot it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    Connection(SocketAddr),
    Task(&'static str),
}

/// No request is being served.
const NO_ROUTE: u32 = u32::MAX;

/// One connection or task. Its owner writes, the admin port reads; a reader may see a state with the time of its
/// neighbour, which a listing survives.
pub(crate) struct Slot {
    pub(crate) number: u64,
    pub(crate) owner: Owner,
    /// Nanoseconds since the activity's start, as all times here.
    pub(crate) opened: u64,
    state: AtomicU32,
    since: AtomicU64,
    route: AtomicU32,
    served: AtomicU64,
}

/// What a slot said at one moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    pub(crate) number: u64,
    pub(crate) owner: Owner,
    pub(crate) opened: u64,
    pub(crate) state: State,
    pub(crate) since: u64,
    pub(crate) route: Option<Route>,
    pub(crate) served: u64,
}

impl Slot {
    pub(crate) fn new(number: u64, owner: Owner, state: State, now: u64) -> Self {
        Self {
            number,
            owner,
            opened: now,
            state: AtomicU32::new(state.code()),
            since: AtomicU64::new(now),
            route: AtomicU32::new(NO_ROUTE),
            served: AtomicU64::new(0),
        }
    }

    /// Enters a state and gives the one it leaves, with the time since which that lasted.
    pub(crate) fn enter(&self, state: State, now: u64) -> (State, u64) {
        // One task owns the slot, so reading and writing apart loses nothing.
        let left = State::of_code(self.state.load(Ordering::Relaxed));
        let since = self.since.load(Ordering::Relaxed);
        self.since.store(now, Ordering::Relaxed);
        self.state.store(state.code(), Ordering::Relaxed);
        (left, since)
    }

    pub(crate) fn begin(&self, route: Route) {
        self.route.store(u32::from(route.0), Ordering::Relaxed);
    }

    pub(crate) fn end(&self) {
        self.route.store(NO_ROUTE, Ordering::Relaxed);
        let served = self.served.load(Ordering::Relaxed);
        self.served.store(served + 1, Ordering::Relaxed);
    }

    pub(crate) fn state(&self) -> State {
        State::of_code(self.state.load(Ordering::Relaxed))
    }

    pub(crate) fn route(&self) -> Option<Route> {
        match self.route.load(Ordering::Relaxed) {
            NO_ROUTE => None,
            place => Some(Route(place as u16)),
        }
    }

    pub(crate) fn seen(&self) -> Seen {
        Seen {
            number: self.number,
            owner: self.owner,
            opened: self.opened,
            state: self.state(),
            since: self.since.load(Ordering::Relaxed),
            route: self.route(),
            served: self.served.load(Ordering::Relaxed),
        }
    }
}
