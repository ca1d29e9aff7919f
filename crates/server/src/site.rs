//! What all connections of a service share.

use std::fmt;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use admin::{Activity, Readiness, State};
use handler::RETAINED_BYTES;
use hyper::server::conn::http1;
use pool::{Pool, Stats};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::house::{Guest, House};
use crate::respond::{NAMES, NEXT_ROUND};
use crate::{Behind, Limits, Served, connection};

/// How often what was not used is let go: after two rounds, as `Pool::age` says. Go's pools do the same with each
/// garbage collection, which is never further apart than two minutes.
const AGED_EVERY: Duration = Duration::from_mins(1);

/// A handler and what it takes to serve it.
#[derive(Debug)]
pub(crate) struct Site<H> {
    pub(crate) handler: H,
    pub(crate) behind: Behind,
    pub(crate) limits: Limits,
    pub(crate) http: http1::Builder,
    /// Buffers for the bodies that come in more than one piece.
    pub(crate) bodies: Pool<Vec<u8>>,
}

/// A handler, served on any number of connections. Clones share all of it.
pub struct Service<H: 'static> {
    site: &'static Site<H>,
    pub(crate) house: Arc<House>,
    activity: Activity,
    readiness: Readiness,
}

impl<H> Clone for Service<H> {
    fn clone(&self) -> Self {
        Self {
            site: self.site,
            house: Arc::clone(&self.house),
            activity: self.activity.clone(),
            readiness: self.readiness.clone(),
        }
    }
}

impl<H: Served> Service<H> {
    /// A service without connections, and with nothing behind the handler.
    ///
    /// It lives as long as the process, and so does the handler, which is never dropped: an answer borrows from it for as
    /// long as a socket needs it.
    pub fn new(handler: H, limits: Limits) -> Self {
        Self::before(Behind::default(), handler, limits)
    }

    /// A service that asks what stands behind its handler; as [`new`](Self::new) otherwise.
    pub fn before(behind: Behind, handler: H, limits: Limits) -> Self {
        let mut http = http1::Builder::new();
        http.half_close(true)
            // The sweep keeps the time.
            .header_read_timeout(None)
            .max_header_size(limits.head_bytes)
            .max_buf_size(Limits::MAX_HEAD_BYTES);
        Self {
            site: Box::leak(Box::new(Site {
                handler,
                behind,
                limits,
                http,
                bodies: Pool::new(Vec::new).max_capacity(RETAINED_BYTES),
            })),
            house: House::new(limits),
            activity: Activity::new(NAMES),
            readiness: Readiness::default(),
        }
    }

    /// Serves one connection to its end, whatever it runs over; or nothing, if there are as many as there may be.
    pub fn connection<S>(
        &self,
        stream: S,
        peer: SocketAddr,
    ) -> Option<impl Future<Output = ()> + use<S, H>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let guest = self.house.enter(|| self.activity.connection(peer))?;
        Some(self.serve(stream, guest))
    }

    /// What it does at the moment, for an admin port to show.
    pub fn activity(&self) -> &Activity {
        &self.activity
    }

    /// Whether it accepts connections, for an admin port to tell.
    pub fn readiness(&self) -> &Readiness {
        &self.readiness
    }

    /// Keeps the time of all connections, while it is polled: without it no limit on time holds.
    pub async fn keep_time(&self) {
        let task = self.activity.task("keep the time");
        task.enter(State::Waiting(NEXT_ROUND));
        self.house.keep_time().await;
    }

    /// Lets memory that was not used for a while go, while it is polled.
    pub async fn keep_young(&self) {
        let task = self.activity.task("age the pools");
        task.enter(State::Waiting(NEXT_ROUND));
        let mut interval = tokio::time::interval(AGED_EVERY);
        loop {
            interval.tick().await;
            self.site.handler.age();
            self.site.bodies.age();
        }
    }

    /// What stands behind the handler.
    pub fn behind(&self) -> &Behind {
        &self.site.behind
    }

    /// The connections there are.
    pub fn connections(&self) -> usize {
        self.house.taken()
    }

    /// What the object pools have done, the service's own and the handler's, by their names.
    pub fn pools(&self) -> Vec<(&'static str, Stats)> {
        let mut pools = vec![("bodies", self.site.bodies.stats())];
        pools.extend(self.site.handler.pools());
        pools
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.site.limits
    }

    pub(crate) fn serve<S>(&self, stream: S, guest: Guest) -> impl Future<Output = ()> + use<S, H>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        connection::serve(stream, guest, self.site)
    }
}

impl<H> fmt::Debug for Service<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("connections", &self.house.taken())
            .finish_non_exhaustive()
    }
}
