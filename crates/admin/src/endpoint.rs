//! What there is on the port, and what it answers.

use std::net::SocketAddr;

use hyper::body::Bytes;
use hyper::header::{ALLOW, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HOST, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};

use crate::body::Answer;
use crate::openmetrics::{self, Families};
use crate::query::{BadQuery, Query};
use crate::serve::Port;
use crate::{index, metrics, tasks};

/// A path of the port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Index,
    Tasks,
    Goroutine,
    Cmdline,
    Metrics,
    Healthz,
    Readyz,
}

const TEXT: &str = "text/plain; charset=utf-8";

impl Endpoint {
    /// All, in the order of the index page.
    pub(crate) const ALL: [Self; 7] = [
        Self::Index,
        Self::Tasks,
        Self::Goroutine,
        Self::Cmdline,
        Self::Metrics,
        Self::Healthz,
        Self::Readyz,
    ];

    fn of(path: &str) -> Option<Self> {
        // Go redirects to the slash.
        let path = if path == "/debug/pprof" {
            "/debug/pprof/"
        } else {
            path
        };
        Self::ALL
            .into_iter()
            .find(|endpoint| endpoint.path() == path)
    }

    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Index => "/debug/pprof/",
            Self::Tasks => "/debug/pprof/tasks",
            Self::Goroutine => "/debug/pprof/goroutine",
            Self::Cmdline => "/debug/pprof/cmdline",
            Self::Metrics => "/metrics",
            Self::Healthz => "/healthz",
            Self::Readyz => "/readyz",
        }
    }

    /// Where the index page leads.
    pub(crate) fn link(self) -> &'static str {
        match self {
            Self::Tasks => "/debug/pprof/tasks?debug=1",
            Self::Goroutine => "/debug/pprof/goroutine?debug=1",
            other => other.path(),
        }
    }

    /// What it is, in a line.
    pub(crate) fn about(self) -> &'static str {
        match self {
            Self::Index => "this page",
            Self::Tasks => {
                "the connections and tasks now in flight, what each waits for and for how long"
            }
            Self::Goroutine => "the same, by the name that it has in Go",
            Self::Cmdline => "the command line, its arguments separated by NUL",
            Self::Metrics => {
                "OpenMetrics text: requests, latency, runtime, process, allocator, pools"
            }
            Self::Healthz => "200: the process is alive",
            Self::Readyz => "200 while the service accepts requests, else 503",
        }
    }

    /// Probes ask for health, and have no token.
    fn is_public(self) -> bool {
        matches!(self, Self::Healthz | Self::Readyz)
    }
}

/// Answers a request.
pub(crate) async fn answer<B>(
    port: &Port,
    _peer: SocketAddr,
    request: &Request<B>,
) -> Response<Answer> {
    let endpoint = Endpoint::of(request.uri().path());
    if !endpoint.is_some_and(Endpoint::is_public) && !may_enter(port, request) {
        let mut response = error(StatusCode::UNAUTHORIZED, "this port wants a bearer token");
        response.headers_mut().insert(
            hyper::header::WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer"),
        );
        return response;
    }
    let Some(endpoint) = endpoint else {
        return error(
            StatusCode::NOT_FOUND,
            "no such path; /debug/pprof/ lists what there is",
        );
    };
    if request.method() != Method::GET && request.method() != Method::HEAD {
        let mut response = error(StatusCode::METHOD_NOT_ALLOWED, "GET and HEAD are permitted");
        let allow = HeaderValue::from_static("GET, HEAD");
        response.headers_mut().insert(ALLOW, allow);
        return response;
    }
    let query = request.uri().query().unwrap_or("");
    respond(port, endpoint, query, host(port, request))
        .await
        .unwrap_or_else(|bad| error(StatusCode::BAD_REQUEST, &bad.to_string()))
}

#[expect(clippy::unused_async, reason = "profiles wait")]
async fn respond(
    port: &Port,
    endpoint: Endpoint,
    query: &str,
    host: String,
) -> Result<Response<Answer>, BadQuery> {
    let none = || Query::read(query, &[]);
    Ok(match endpoint {
        Endpoint::Index => {
            none()?;
            whole(
                StatusCode::OK,
                "text/html; charset=utf-8",
                index::page(&host),
            )
        }
        Endpoint::Tasks | Endpoint::Goroutine => {
            Query::read(query, &["debug"])?.number("debug", 0..=2, "")?;
            whole(StatusCode::OK, TEXT, tasks::page(&port.activity))
        }
        Endpoint::Cmdline => {
            none()?;
            let arguments: Vec<String> = std::env::args_os()
                .map(|argument| argument.to_string_lossy().into_owned())
                .collect();
            whole(StatusCode::OK, TEXT, arguments.join("\0"))
        }
        Endpoint::Metrics => {
            none()?;
            let text = scrape(port).text();
            whole(StatusCode::OK, openmetrics::CONTENT_TYPE, text)
        }
        Endpoint::Healthz => {
            none()?;
            whole(StatusCode::OK, TEXT, "alive\n")
        }
        Endpoint::Readyz => {
            none()?;
            if port.readiness.is_ready() {
                whole(StatusCode::OK, TEXT, "accepting\n")
            } else {
                whole(StatusCode::SERVICE_UNAVAILABLE, TEXT, "not accepting\n")
            }
        }
    })
}

fn scrape(port: &Port) -> Families {
    let mut families = Families::new();
    metrics::activity(&port.activity, &mut families);
    for runtime in &port.runtimes {
        metrics::runtime(runtime, &mut families);
    }
    metrics::process(&mut families);
    for collector in &port.collectors {
        collector.collect(&mut families);
    }
    families
}

fn may_enter<B>(port: &Port, request: &Request<B>) -> bool {
    let Some(token) = &port.token else {
        return true;
    };
    let given = request.headers().get(AUTHORIZATION);
    given.is_some_and(|given| token.is_in(given.as_bytes()))
}

/// The name by which the client knows the port.
fn host<B>(port: &Port, request: &Request<B>) -> String {
    let host = request
        .headers()
        .get(HOST)
        .and_then(|host| host.to_str().ok());
    host.map_or_else(|| port.address.to_string(), str::to_owned)
}

fn error(status: StatusCode, message: &str) -> Response<Answer> {
    whole(status, TEXT, format!("{message}\n"))
}

fn whole(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> Response<Answer> {
    let mut response = Response::new(Answer::Whole(Some(body.into())));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        hyper::header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}
