//! The connections, each in its place.

use std::collections::VecDeque;
use std::time::Duration;

use crate::connection::Connection;
use crate::poll::Token;
use crate::tally::Flight;

/// A place for a connection.
#[derive(Debug, Default)]
struct Slot {
    connection: Option<Connection>,
    /// How many connections this place has had: events of an earlier one are not for this one.
    turn: u32,
}

/// Places for connections, and which of them are idle or empty.
#[derive(Debug)]
pub(crate) struct Slots {
    all: Vec<Slot>,
    /// Places whose connection has no request, the one that has had none for longest first: the load is spread evenly.
    idle: VecDeque<Token>,
    /// Empty places, and since when they are.
    vacant: Vec<(u32, Duration)>,
}

impl Slots {
    /// So many empty places.
    pub(crate) fn new(count: u32) -> Self {
        Self {
            all: (0..count).map(|_| Slot::default()).collect(),
            idle: VecDeque::with_capacity(count as usize),
            vacant: (0..count)
                .rev()
                .map(|place| (place, Duration::ZERO))
                .collect(),
        }
    }

    /// All places.
    pub(crate) fn places(&self) -> std::ops::Range<u32> {
        0..self.all.len() as u32
    }

    /// The connection in a place.
    pub(crate) fn get(&mut self, place: u32) -> Option<&mut Connection> {
        self.all.get_mut(place as usize)?.connection.as_mut()
    }

    /// The connection that an event is of, if it is still there.
    pub(crate) fn of(&mut self, token: Token) -> Option<&mut Connection> {
        let slot = self.all.get_mut(token.place as usize)?;
        slot.connection.as_mut().filter(|_| slot.turn == token.turn)
    }

    /// A place whose connection is idle; it is no longer.
    pub(crate) fn take_idle(&mut self) -> Option<u32> {
        loop {
            let token = self.idle.pop_front()?;
            if self.of(token).is_some() {
                return Some(token.place);
            }
        }
    }

    /// An empty place, and since when it is.
    pub(crate) fn take_vacant(&mut self) -> Option<(u32, Duration)> {
        self.vacant.pop()
    }

    /// What events of the next connection in an empty place will be known by.
    pub(crate) fn next_token(&mut self, place: u32) -> Token {
        let turn = self.all.get_mut(place as usize).map_or(0, |slot| {
            slot.turn = slot.turn.wrapping_add(1);
            slot.turn
        });
        Token { place, turn }
    }

    /// Puts a connection into a place; without one, the place is empty again.
    pub(crate) fn put(&mut self, place: u32, connection: Option<Connection>, now: Duration) {
        if connection.is_none() {
            self.vacant.push((place, now));
        }
        if let Some(slot) = self.all.get_mut(place as usize) {
            slot.connection = connection;
        }
    }

    /// Says that a connection has no request.
    pub(crate) fn rest(&mut self, place: u32) {
        if let Some(slot) = self.all.get(place as usize) {
            self.idle.push_back(Token {
                place,
                turn: slot.turn,
            });
        }
    }

    /// Closes the connection in a place: the request that was on it.
    pub(crate) fn close(&mut self, place: u32, now: Duration) -> Option<Flight> {
        let mut connection = self.all.get_mut(place as usize)?.connection.take()?;
        self.vacant.push((place, now));
        connection.take_flight()
    }
}
