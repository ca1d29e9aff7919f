//! Asking for ratings.

use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty, LengthLimitError, Limited};
use hyper::http::Extensions;
use hyper::{Request, Response, StatusCode, Uri, body::Incoming, header};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use places::Places;
use tokio::sync::Semaphore;

use crate::connection::{Answers, Connector};
use crate::stats::Counts;
use crate::{Error, Rating, Stats};

/// The longest answer that is read: no rating is a tenth as long.
pub const MAX_ANSWER_BYTES: usize = 1 << 10;

/// The longest head of an answer, in bytes: the least that hyper can be told.
const MAX_HEAD_BYTES: usize = 8 << 10;

/// How long a kept connection may wait for work: less than servers usually let it.
const IDLE: Duration = Duration::from_secs(30);

/// What becomes of a connection after its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Connections {
    /// It is closed: each request has a new one.
    New,
    /// It is kept for the next request.
    Kept,
}

impl Connections {
    /// A name in lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Kept => "kept",
        }
    }
}

/// How a client asks.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where: `http://HOST:PORT`.
    pub address: String,
    /// What becomes of connections.
    pub connections: Connections,
    /// Requests that may be in flight; at least one.
    pub in_flight: usize,
    /// How long a request waits to be one of them.
    pub wait: Duration,
    /// How long it may take then, connecting included.
    pub time: Duration,
}

/// Asks a rating service. Up to twice as many connections may be open as requests in flight: one that is begun is
/// finished, and kept, also when another came free before it.
#[derive(Debug)]
pub struct Client {
    http: legacy::Client<Connector, Empty<Bytes>>,
    settings: Settings,
    places: Places,
    counts: Arc<Counts>,
}

impl Client {
    /// A client; nothing is connected yet.
    ///
    /// # Errors
    ///
    /// When the address is none.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        let address = host_and_port(&settings.address)
            .ok_or_else(|| Error::Address(settings.address.clone()))?;
        let counts = Arc::new(Counts::default());
        let kept = match settings.connections {
            Connections::New => 0,
            Connections::Kept => settings.in_flight.max(1),
        };
        let http = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(kept)
            .http1_max_buf_size(MAX_HEAD_BYTES)
            .build(Connector {
                address,
                time: settings.time,
                begun: Arc::new(Semaphore::new(settings.in_flight.max(1))),
                counts: Arc::clone(&counts),
            });
        Ok(Self {
            http,
            places: Places::new(settings.in_flight, settings.wait),
            settings,
            counts,
        })
    }

    /// The rating of an account.
    ///
    /// # Errors
    ///
    /// When there is no place for the request in time, or no answer, or it is no rating of this account. None of these closes the
    /// client: the next request is tried like the first.
    pub async fn rating(&self, account: u32) -> Result<Rating, Error> {
        let _place = self.places.take().await?;
        let time = self.settings.time;
        let answer = tokio::time::timeout(time, self.ask(account)).await;
        answer.unwrap_or_else(|_| {
            self.counts.timeouts.fetch_add(1, Ordering::Relaxed);
            Err(Error::Slow(time))
        })
    }

    /// The numbers of this moment.
    pub fn stats(&self) -> Stats {
        self.counts.stats(&self.places)
    }

    async fn ask(&self, account: u32) -> Result<Rating, Error> {
        let (response, connection) = self.send(account).await?;
        let rating = self.read(account, response).await;
        // Its next answer might be the one to this request.
        if matches!(rating, Err(Error::Malformed(_) | Error::Mistaken { .. }))
            && let Some(connection) = connection.connection_metadata().as_ref()
        {
            connection.poison();
        }
        rating
    }

    async fn read(&self, account: u32, response: Response<Incoming>) -> Result<Rating, Error> {
        if response.status() != StatusCode::OK {
            return Err(Error::Status(response.status().as_u16()));
        }
        let body = Limited::new(response.into_body(), MAX_ANSWER_BYTES);
        let bytes = body.collect().await.map_err(unread)?.to_bytes();
        let rating: Rating = serde_json::from_slice(&bytes).map_err(Error::malformed)?;
        if rating.account != account {
            return Err(Error::Mistaken {
                asked: account,
                answered: rating.account,
            });
        }
        Ok(rating)
    }

    /// Sends a request, again where a kept connection turns out to be closed: a question may be asked twice. Each turn uses up such
    /// a connection, and a new one is not tried twice.
    async fn send(&self, account: u32) -> Result<(Response<Incoming>, CaptureConnection), Error> {
        loop {
            let mut request = self.request(account)?;
            let connection = capture_connection(&mut request);
            let error = match self.http.request(request).await {
                Ok(response) => {
                    let answers = response.extensions().get::<Answers>();
                    if answers.is_some_and(|answers| !answers.count()) {
                        self.counts.reused.fetch_add(1, Ordering::Relaxed);
                    }
                    return Ok((response, connection));
                }
                Err(error) => error,
            };
            let cause = error.source().and_then(|cause| cause.downcast_ref());
            if cause.is_some_and(hyper::Error::is_parse) {
                return Err(Error::malformed(error));
            }
            if !was_kept(&error) {
                return Err(Error::down(error));
            }
            self.counts.retries.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn request(&self, account: u32) -> Result<Request<Empty<Bytes>>, Error> {
        let mut request = Request::get(format!("{}/ratings/{account}", self.settings.address));
        if self.settings.connections == Connections::New {
            request = request.header(header::CONNECTION, "close");
        }
        request.body(Empty::new()).map_err(Error::malformed)
    }
}

/// Whether a request failed on a connection that had given an answer before.
fn was_kept(error: &legacy::Error) -> bool {
    let mut extensions = Extensions::new();
    if let Some(connected) = error.connect_info() {
        connected.get_extras(&mut extensions);
    }
    extensions.get::<Answers>().is_some_and(Answers::any)
}

/// Why a body was not read to its end.
fn unread(error: Box<dyn std::error::Error + Send + Sync>) -> Error {
    if error.is::<LengthLimitError>() {
        return Error::TooLarge;
    }
    match error.downcast::<hyper::Error>() {
        Ok(error) if error.is_parse() => Error::malformed(*error),
        Ok(error) => Error::down(*error),
        Err(error) => Error::Down(error.into()),
    }
}

/// `HOST:PORT` of an address, if there is nothing else in it.
fn host_and_port(address: &str) -> Option<Arc<str>> {
    let uri: Uri = address.parse().ok()?;
    let authority = uri.authority()?;
    let plain = uri.scheme_str() == Some("http")
        && authority.port_u16().is_some()
        && !authority.as_str().contains('@')
        && address == format!("http://{authority}");
    plain.then(|| authority.as_str().into())
}
