//! Answering with ratings.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, header};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::Rating;

/// The longest delay.
pub const MAX_DELAY: Duration = Duration::from_secs(10);

/// How long the head of a request may take, from the moment the last answer is sent: longer than a client keeps a connection.
const HEAD_TIME: Duration = Duration::from_mins(1);

/// The longest head of a request, in bytes: the least that hyper can be told.
const MAX_HEAD_BYTES: usize = 8 << 10;

/// How long accepting rests when the system has no room for a connection.
const REST: Duration = Duration::from_millis(50);

/// How a service answers.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// How long it waits before each answer; at most [`MAX_DELAY`].
    pub delay: Duration,
    /// Connections at a time, at least one; the others wait in the kernel.
    pub connections: usize,
}

/// Answers `GET /ratings/{account}`, until it is dropped; connections that are open then go on until their client closes them.
pub async fn serve(listener: TcpListener, pace: Pace) -> Infallible {
    let room = pace.connections.clamp(1, Semaphore::MAX_PERMITS);
    let seats = Arc::new(Semaphore::new(room));
    let delay = pace.delay.min(MAX_DELAY);
    loop {
        let seat = Arc::clone(&seats).acquire_owned().await;
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                if !is_of_one_connection(&error) {
                    tokio::time::sleep(REST).await;
                }
                continue;
            }
        };
        tokio::spawn(async move {
            let _seat = seat;
            // An answer is one small write. A connection that breaks is its client's affair.
            let _ = stream.set_nodelay(true);
            let _ = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD_TIME)
                .max_buf_size(MAX_HEAD_BYTES)
                .serve_connection(
                    TokioIo::new(stream),
                    service_fn(move |request| answer(request, delay)),
                )
                .await;
        });
    }
}

/// Whether a connection ended before it was accepted: the next may be there.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    )
}

async fn answer(
    request: Request<Incoming>,
    delay: Duration,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let mut response = Response::new(Full::default());
    if request.method() != Method::GET {
        *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
        let allow = header::HeaderValue::from_static("GET");
        response.headers_mut().insert(header::ALLOW, allow);
        return Ok(response);
    }
    let Some(account) = account(request.uri().path()) else {
        *response.status_mut() = StatusCode::NOT_FOUND;
        return Ok(response);
    };
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    // Numbers and a letter are always JSON.
    let json = serde_json::to_vec(&Rating::of(account)).unwrap_or_default();
    *response.body_mut() = Full::from(json);
    let kind = header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(response)
}

/// The account that a path names, in the shortest spelling of its number.
fn account(path: &str) -> Option<u32> {
    let segment = path.strip_prefix("/ratings/")?;
    let number: u32 = segment.parse().ok()?;
    (number > 0 && number.to_string() == segment).then_some(number)
}
