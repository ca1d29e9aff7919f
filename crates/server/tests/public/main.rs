//! Both ports, through real sockets.

mod accounts;
mod admin;
mod bodies;
mod bounds;
mod client;
mod comeback;
mod log;
mod process;
mod protocol;
mod service;
mod trace;
mod workers;
