//! What there is on the port, and what it answers.

use std::net::SocketAddr;
use std::time::Duration;

use hyper::body::{Body, Bytes};
use hyper::header::{
    ALLOW, AUTHORIZATION, CACHE_CONTROL, CONNECTION, CONTENT_DISPOSITION, CONTENT_TYPE, HOST,
    HeaderValue,
};
use hyper::{Method, Request, Response, StatusCode};
use profile::Stacks;
use thiserror::Error;
use tokio::sync::mpsc;

use crate::body::Answer;
use crate::cpu::{self, CpuError};
use crate::heap::{self, View};
use crate::holder::{self, Busy, Held};
use crate::hook::{self, Form, RenderError};
use crate::openmetrics::{self, Families};
use crate::query::{BadQuery, Query};
use crate::serve::Port;
use crate::{index, metrics, process, tasks, trace};

/// A path of the port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Index,
    Profile,
    Heap,
    Allocs,
    Tasks,
    Goroutine,
    Trace,
    Cmdline,
    Metrics,
    Healthz,
    Readyz,
}

/// How long a profile lasts unless it is said: as in Go.
const SECONDS: u64 = 30;

/// How often a second of processor time is sampled unless it is said: not a divisor of what the program itself may do a
/// hundred times a second.
const FREQUENCY: u32 = 99;

/// How long a trace lasts unless it is said: as in Go.
const TRACED_SECONDS: u64 = 1;

const BYTES: &str = "application/octet-stream";
const TEXT: &str = "text/plain; charset=utf-8";

impl Endpoint {
    /// All, in the order of the index page.
    pub(crate) const ALL: [Self; 11] = [
        Self::Index,
        Self::Profile,
        Self::Heap,
        Self::Allocs,
        Self::Tasks,
        Self::Goroutine,
        Self::Trace,
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
            Self::Profile => "/debug/pprof/profile",
            Self::Heap => "/debug/pprof/heap",
            Self::Allocs => "/debug/pprof/allocs",
            Self::Tasks => "/debug/pprof/tasks",
            Self::Goroutine => "/debug/pprof/goroutine",
            Self::Trace => "/debug/pprof/trace",
            Self::Cmdline => "/debug/pprof/cmdline",
            Self::Metrics => "/metrics",
            Self::Healthz => "/healthz",
            Self::Readyz => "/readyz",
        }
    }

    /// Where the index page leads.
    pub(crate) fn link(self) -> &'static str {
        match self {
            Self::Profile => "/debug/pprof/profile?seconds=5&format=flamegraph",
            Self::Heap => "/debug/pprof/heap?format=flamegraph",
            Self::Allocs => "/debug/pprof/allocs?format=flamegraph",
            Self::Tasks => "/debug/pprof/tasks?debug=1",
            Self::Goroutine => "/debug/pprof/goroutine?debug=1",
            Self::Trace => "/debug/pprof/trace?seconds=1",
            other => other.path(),
        }
    }

    /// What it is, in a line.
    pub(crate) fn about(self) -> &'static str {
        match self {
            Self::Index => "this page",
            Self::Profile => {
                "where the processor's time goes, sampled for ?seconds= at ?frequency= Hz"
            }
            Self::Heap => "live bytes and objects; what changed within ?seconds=",
            Self::Allocs => "all that was allocated since the start; or within ?seconds=",
            Self::Tasks => {
                "the connections and tasks now in flight, what each waits for and for how long"
            }
            Self::Goroutine => "the same, by the name that it has in Go",
            Self::Trace => {
                "what was done in ?seconds=, for ui.perfetto.dev: requests, tasks, waits"
            }
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
pub(crate) async fn answer<B: Body>(
    port: &Port,
    peer: SocketAddr,
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
    // What a client sends meanwhile would hide that it leaves.
    if !request.body().is_end_stream() {
        let mut response = error(StatusCode::BAD_REQUEST, "a request here has no body");
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(CONNECTION, close);
        return response;
    }
    let query = request.uri().query().unwrap_or("");
    respond(port, peer, endpoint, query, host(port, request))
        .await
        .unwrap_or_else(|refusal| error(refusal.status(), &refusal.to_string()))
}

/// Why a request is not answered as it wished.
#[derive(Debug, Error)]
enum Refusal {
    #[error(transparent)]
    Query(#[from] BadQuery),
    #[error(transparent)]
    Busy(#[from] Busy),
    #[error(transparent)]
    Cpu(#[from] CpuError),
    #[error("the program's allocator does not sample: it is not admin::Sampling")]
    Heap,
    #[error(transparent)]
    Render(#[from] RenderError),
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::Query(_) => StatusCode::BAD_REQUEST,
            Self::Busy(_) => StatusCode::CONFLICT,
            Self::Cpu(CpuError::Architecture) | Self::Heap => StatusCode::NOT_IMPLEMENTED,
            Self::Cpu(_) | Self::Render(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

async fn respond(
    port: &Port,
    peer: SocketAddr,
    endpoint: Endpoint,
    query: &str,
    host: String,
) -> Result<Response<Answer>, Refusal> {
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
        Endpoint::Profile => {
            let query = Query::read(query, &["seconds", "frequency", "format", "debug"])?;
            let seconds = query
                .number("seconds", 1..=60, " seconds")?
                .unwrap_or(SECONDS);
            let frequency = query
                .number("frequency", 1..=1000, " Hz")?
                .unwrap_or(FREQUENCY);
            query.number("debug", 0..=0, "")?;
            let form = form(&query)?;
            let lasts = Duration::from_secs(seconds);
            let held = holder::take(endpoint.path(), peer, lasts)?;
            let stacks = cpu::profile(lasts, frequency).await?;
            rendered(endpoint, stacks, form, held).await?
        }
        Endpoint::Heap => memory(endpoint, View::Heap, peer, query).await?,
        Endpoint::Allocs => memory(endpoint, View::Allocs, peer, query).await?,
        Endpoint::Tasks | Endpoint::Goroutine => {
            let debug = Query::read(query, &["debug"])?.number("debug", 0..=2, "")?;
            if debug.unwrap_or(0) > 0 {
                whole(StatusCode::OK, TEXT, tasks::page(&port.activity))
            } else {
                let bytes = tasks::profile(&port.activity).write();
                download(endpoint, "pb.gz", whole(StatusCode::OK, BYTES, bytes))
            }
        }
        Endpoint::Trace => {
            let query = Query::read(query, &["seconds"])?;
            let seconds = query.number("seconds", 1..=60, " seconds")?;
            let lasts = Duration::from_secs(seconds.unwrap_or(TRACED_SECONDS));
            let held = holder::take(endpoint.path(), peer, lasts)?;
            // Two readings may be on their way.
            let (sender, receiver) = mpsc::channel(2);
            tokio::spawn(trace::trace(port.activity.clone(), lasts, sender, held));
            let body = Answer::Stream(receiver);
            download(
                endpoint,
                "json.gz",
                response(StatusCode::OK, "application/gzip", body),
            )
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

/// A profile of the heap. Go's `gc` is understood, and there is nothing to collect.
async fn memory(
    endpoint: Endpoint,
    view: View,
    peer: SocketAddr,
    query: &str,
) -> Result<Response<Answer>, Refusal> {
    let query = Query::read(query, &["seconds", "format", "gc", "debug"])?;
    query.number("debug", 0..=0, "")?;
    query.number("gc", 0..=1, "")?;
    let seconds = query.number("seconds", 1..=60, " seconds")?;
    let form = form(&query)?;
    let lasts = Duration::from_secs(seconds.unwrap_or(0));
    let held = holder::take(endpoint.path(), peer, lasts)?;
    let before = match seconds {
        Some(_) => {
            let before = heap::snapshot().ok_or(Refusal::Heap)?;
            tokio::time::sleep(lasts).await;
            before
        }
        None => Vec::new(),
    };
    let after = heap::snapshot().ok_or(Refusal::Heap)?;
    let stacks = heap::stacks(view, &before, &after, lasts);
    drop((before, after));
    Ok(rendered(endpoint, stacks, form, held).await?)
}

fn form(query: &Query<'_>) -> Result<Form, BadQuery> {
    query.word("format", &Form::ALL, Form::Pprof)
}

/// The answer that a profile is, with the name under which a browser saves it.
async fn rendered(
    endpoint: Endpoint,
    stacks: Stacks,
    form: Form,
    held: Held,
) -> Result<Response<Answer>, RenderError> {
    let mappings = process::mappings().map_err(RenderError::Maps)?;
    let profile = stacks.into_profile(&mappings);
    let bytes = hook::render(profile, form, held).await?;
    let response = whole(StatusCode::OK, form.content_type(), bytes);
    Ok(match form {
        Form::Pprof => download(endpoint, "pb.gz", response),
        Form::Flamegraph | Form::Top => response,
    })
}

/// Says under which name a browser saves it.
fn download(
    endpoint: Endpoint,
    extension: &str,
    mut response: Response<Answer>,
) -> Response<Answer> {
    let name = endpoint.path().rsplit('/').next().unwrap_or("profile");
    let value = format!("attachment; filename=\"{name}.{extension}\"");
    if let Ok(value) = HeaderValue::try_from(value) {
        response.headers_mut().insert(CONTENT_DISPOSITION, value);
    }
    response
}

fn scrape(port: &Port) -> Families {
    let mut families = Families::new();
    metrics::activity(&port.activity, &mut families);
    for runtime in &port.runtimes {
        metrics::runtime(runtime, &mut families);
    }
    metrics::process(&mut families);
    metrics::allocator(&mut families);
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
    response(status, content_type, Answer::Whole(Some(body.into())))
}

fn response(status: StatusCode, content_type: &'static str, body: Answer) -> Response<Answer> {
    let mut response = Response::new(body);
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
