//! The handlers, served: HTTP/1.1 on hyper, bounded in every direction.
//!
//! [`Server::bind`] puts any [`Handler`](handler::Handler) behind a listener, and [`Server::run`] serves it until it is told to
//! stop. What a variant answers goes to the socket from the variant's own memory, without a copy, and that memory is given
//! back when the answer is sent or the client has gone. To a request the service adds no allocation of its own: the time
//! of all connections is kept by one sweep, the header map of a request becomes the response's, and bodies that come in
//! pieces are put together in pooled buffers.
//!
//! Where there is a store of accounts [behind](Behind) it, `GET /accounts/{id}?entries=N` and `POST /accounts/{id}/entries` are answered
//! from it. An answer that the store's cache keeps encoded goes out without an allocation and without waiting.
//!
//! | status | when, beside the handler's own |
//! | --- | --- |
//! | 400 | the head is not HTTP, or the body does not end as the head says |
//! | 408 | [head or body](Limits) took too long |
//! | 413 | the body is larger than the service takes |
//! | 431 | the head is too large, or has more than 100 fields |
//!
//! | 503 | [what stands behind](Behind) has no answer now; `Retry-After` says when to ask again |
//!
//! After each of these but the last the connection is closed, and it lingers until the client has the answer.

#![forbid(unsafe_code)]

mod accounts;
mod answer;
mod behind;
mod body;
mod connection;
pub mod cpus;
mod fault;
mod house;
mod limits;
mod listen;
mod phase;
mod refusal;
mod respond;
mod site;
mod socket;
mod variant;

pub use behind::Behind;
pub use limits::Limits;
pub use listen::{ListenError, Server, Stopped};
pub use site::Service;
pub use variant::{PREALLOCATED_ANSWERS, Served};
