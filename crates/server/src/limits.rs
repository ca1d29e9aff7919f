//! What a client may ask of the service, and for how long.

use std::time::Duration;

use handler::MAX_BODY_BYTES;

/// The bounds of a connection. Each is there because without it one client could hold memory or a connection for ever.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The size of a request's head, from the request line to the empty line, in bytes: 431 beyond it.
    ///
    /// 16 KiB: browsers and proxies keep a head below 8 KiB; twice that leaves room for a long cookie.
    pub head_bytes: usize,
    /// The size of a request's body in bytes: 413 beyond it.
    ///
    /// The handler's own bound, [`MAX_BODY_BYTES`].
    pub body_bytes: usize,
    /// From the first byte of a head to its last: 408 beyond it.
    ///
    /// 10 s: a head is a packet or two, so even a bad network has it through in a few round trips. One whose beginning came along
    /// with the request before it has the [`idle_time`](Self::idle_time) until its next byte.
    pub head_time: Duration,
    /// From the end of the head to the end of the body: 408 beyond it.
    ///
    /// 30 s: the largest body comes through at 280 kbit/s.
    pub body_time: Duration,
    /// From the answer to the last of its bytes taken by the socket: the connection is cut beyond it.
    ///
    /// 30 s, for the same reason: an answer is about as large as the order.
    pub write_time: Duration,
    /// From the accept, or from an answer, to the next request's first byte: the connection is closed beyond it.
    ///
    /// 60 s, as proxies assume when they keep connections for reuse.
    pub idle_time: Duration,
    /// Connections at a time. One more has the connection closed that waits longest for its client (idle ones go first, and
    /// then those that have kept it waiting for a second); where each one is at work, accepting waits.
    ///
    /// 16 384: ten thousand idle clients leave room for the busy ones. hyper's buffers make a connection cost 11 to 16 KiB, so
    /// a full house of idle clients takes some 250 MB. One whose clients all send a large body at a time takes up to twice
    /// [`body_bytes`](Self::body_bytes) for each: where memory is short, this is the bound to lower.
    pub connections: usize,
    /// From the signal to stop until requests still in flight are cut.
    ///
    /// 10 s: three times less than what orchestrators give a process between asking and killing.
    pub grace_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head_bytes: 16 << 10,
            body_bytes: MAX_BODY_BYTES,
            head_time: Duration::from_secs(10),
            body_time: Duration::from_secs(30),
            write_time: Duration::from_secs(30),
            idle_time: Duration::from_mins(1),
            connections: 16_384,
            grace_time: Duration::from_secs(10),
        }
    }
}

impl Limits {
    /// The largest head that can be asked for, in bytes: what a connection reads at a time, so no buffer grows beyond it.
    pub const MAX_HEAD_BYTES: usize = 64 << 10;

    /// How long a connection that was ended in the middle of a request is still read from, for the answer to arrive: a socket
    /// that is closed over unread bytes resets the connection, and the client loses the answer.
    ///
    /// 2 s: some round trips; the client has nothing to wait for.
    pub(crate) const LINGER_TIME: Duration = Duration::from_secs(2);
}
