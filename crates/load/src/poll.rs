//! Waiting for sockets, and for the clock.

use std::io;
use std::num::NonZeroU64;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::io::Errno;
use rustix::thread::set_current_timer_slack;
use rustix::time::Timespec;

/// How many events are taken at once: few, so that a request which becomes due meanwhile is not kept waiting for many answers.
const EVENTS: usize = 8;

/// The kernel may let a sleeper lie so much longer than it asked for, in nanoseconds: the least there is, where 50 µs is usual
/// and half of the distance between two requests at 10,000/s.
const SLACK: NonZeroU64 = NonZeroU64::MIN;

/// Which socket an event is of: a place, and which of the sockets that were there one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) place: u32,
    pub(crate) turn: u32,
}

/// Sockets that are waited for.
pub(crate) struct Poll {
    epoll: OwnedFd,
    events: Vec<Event>,
}

impl Poll {
    /// Nothing to wait for yet. The calling thread's sleep becomes as exact as the kernel makes it.
    pub(crate) fn new() -> io::Result<Self> {
        // A kernel that refuses leaves sleeps less exact, and what is late is counted.
        let _ = set_current_timer_slack(Some(SLACK));
        Ok(Self {
            epoll: epoll::create(CreateFlags::CLOEXEC)?,
            events: Vec::with_capacity(EVENTS),
        })
    }

    /// Adds a socket, which is told of whenever something changes: it connects, it can be written again, bytes or the end come.
    pub(crate) fn add(&self, socket: impl AsFd, token: Token) -> io::Result<()> {
        let data = u64::from(token.turn) << 32 | u64::from(token.place);
        epoll::add(
            &self.epoll,
            socket,
            EventData::new_u64(data),
            EventFlags::IN | EventFlags::OUT | EventFlags::RDHUP | EventFlags::ET,
        )?;
        Ok(())
    }

    /// Waits until something changed or the time is over, and puts the sockets into `ready`.
    pub(crate) fn wait(&mut self, at_most: Duration, ready: &mut Vec<Token>) -> io::Result<()> {
        let timeout = Timespec {
            tv_sec: at_most.as_secs() as i64,
            tv_nsec: at_most.subsec_nanos().into(),
        };
        self.events.clear();
        ready.clear();
        match epoll::wait(
            &self.epoll,
            spare_capacity(&mut self.events),
            Some(&timeout),
        ) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        ready.extend(self.events.iter().map(|event| {
            let data = event.data.u64();
            Token {
                place: data as u32,
                turn: (data >> 32) as u32,
            }
        }));
        Ok(())
    }
}
