//! The public port, through real sockets.

mod bodies;
mod bounds;
mod client;
mod process;
mod protocol;
mod service;
mod workers;
