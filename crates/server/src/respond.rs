//! From hyper's request to hyper's response, by way of a handler.

use admin::{Names, Route, State, Wait};
use handler::{ContentType, Handler, Method, Request};
use http_body::Body as _;
use hyper::body::Incoming;
use hyper::header::{self, ALLOW, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use hyper::{StatusCode, http};

use crate::accounts::{Asked, Written};
use crate::answer::Answer;
use crate::body;
use crate::fault::Fault;
use crate::house::{Guest, Order};
use crate::phase::Phase;
use crate::refusal::Refusal;
use crate::site::Site;

/// Header fields that a map may have room for to be used again: what an ordinary request has. One with more goes, so that no
/// connection holds the memory of its largest request.
const KEPT_FIELDS: usize = 64;

/// The routes and waits as the admin port names them.
pub(crate) const NAMES: Names = Names {
    routes: &[
        "GET /data",
        "POST /invoices",
        "GET /accounts/{id}",
        "POST /accounts/{id}/entries",
        "GET /accounts/{id}/rating",
    ],
    waits: &[
        "a client to connect",
        "a free place",
        "the next round",
        "a connection",
        "a query",
        "another's query",
        "a rating",
    ],
};

pub(crate) const CLIENT: Wait = Wait::nth(0);
pub(crate) const FREE_PLACE: Wait = Wait::nth(1);
pub(crate) const NEXT_ROUND: Wait = Wait::nth(2);
pub(crate) const CONNECTION: Wait = Wait::nth(3);
pub(crate) const QUERY: Wait = Wait::nth(4);
pub(crate) const ANOTHERS_QUERY: Wait = Wait::nth(5);
pub(crate) const RATING: Wait = Wait::nth(6);

/// Answers a request.
#[inline]
pub(crate) async fn respond<H: Handler + 'static>(
    request: http::Request<Incoming>,
    site: &'static Site<H>,
    guest: &Guest,
) -> http::Response<Answer<H::Body<'static>>> {
    let (head, body) = request.into_parts();
    let method = method(&head.method);
    let path = head.uri.path();
    let shown = guest.request(route(method, path));
    let mut response = match Asked::of(&site.behind, method, path, head.uri.query()) {
        None => from_handler(head, body, method, site, guest, shown).await,
        Some(asked) => {
            let asks = asked.as_ref().ok().filter(|_| body.is_end_stream());
            match asks.and_then(|asked| asked.kept()) {
                Some(bytes) => {
                    guest.enter(Phase::Handling);
                    of_bytes(bytes, head.headers, shown)
                }
                // What waits can pay for its own place; other connections need not keep one for it.
                None => Box::pin(from_behind(head.headers, body, asked, site, guest, shown)).await,
            }
        }
    };
    if guest.seat().order() != Order::Stay {
        close(&mut response);
    }
    guest.enter(Phase::Writing);
    response
}

/// What the handler answers by itself.
#[inline]
async fn from_handler<H: Handler + 'static>(
    head: http::request::Parts,
    body: Incoming,
    method: Method,
    site: &'static Site<H>,
    guest: &Guest,
    mut shown: admin::Request,
) -> http::Response<Answer<H::Body<'static>>> {
    let body = whole(body, site, guest, &shown).await;
    guest.enter(Phase::Handling);
    let path = head.uri.path();
    let request = |body| Request { method, path, body };
    match body {
        Ok(body) => {
            let answer = site.handler.handle(&request(body.as_ref()));
            shown.answered(answer.status);
            of_handler(answer, head.headers, shown)
        }
        Err(refusal) => {
            // The routes come first, as in the handlers: what isn't there can't be sent too much.
            let answer = site.handler.handle(&request(&[]));
            let mut response = if matches!(answer.status, 404 | 405) {
                shown.answered(answer.status);
                of_handler(answer, head.headers, shown)
            } else {
                of_refusal(refusal, shown)
            };
            close(&mut response);
            response
        }
    }
}

/// What takes somebody else to answer.
async fn from_behind<H: Handler + 'static>(
    headers: HeaderMap,
    body: Incoming,
    asked: Result<Asked<'static>, Fault>,
    site: &'static Site<H>,
    guest: &Guest,
    mut shown: admin::Request,
) -> http::Response<Answer<H::Body<'static>>> {
    let body = whole(body, site, guest, &shown).await;
    guest.enter(Phase::Handling);
    // The routes come first, here, too.
    let answer = match (asked, &body) {
        (Err(fault), _) => Err(fault),
        (Ok(_), Err(refusal)) => {
            let mut response = of_refusal(*refusal, shown);
            close(&mut response);
            return response;
        }
        (Ok(asked), Ok(body)) => asked.answer(body.as_ref(), &site.handler, &shown).await,
    };
    let mut response = match answer {
        Ok((status, Written::Handler(body))) => {
            shown.answered(status);
            let answer = handler::Response {
                status,
                content_type: ContentType::Json,
                allow: None,
                body,
            };
            of_handler(answer, headers, shown)
        }
        Ok((_, Written::Bytes(bytes))) => of_bytes(bytes, headers, shown),
        Err(fault) => of_fault(&fault, shown),
    };
    if body.is_err() {
        close(&mut response);
    }
    response
}

/// A request's body.
#[inline]
async fn whole<H>(
    body: Incoming,
    site: &'static Site<H>,
    guest: &Guest,
    shown: &admin::Request,
) -> Result<body::Whole, Refusal> {
    if body.is_end_stream() {
        return Ok(body::none());
    }
    shown.enter(State::ReadingBody);
    body::read(body, &site.limits, guest.seat(), &site.bodies).await
}

/// The route as the admin port names it.
fn route(method: Method, path: &str) -> Route {
    match (method, path) {
        (Method::Get | Method::Head, "/data") => Route::nth(0),
        (Method::Post, "/invoices") => Route::nth(1),
        _ => Asked::route(method, path).unwrap_or(Route::OTHER),
    }
}

fn method(method: &http::Method) -> Method {
    match *method {
        http::Method::GET => Method::Get,
        http::Method::HEAD => Method::Head,
        http::Method::POST => Method::Post,
        _ => Method::Other,
    }
}

/// The request's header map becomes the response's: hyper keeps the response's for the next request, so none is made.
#[inline]
fn of_handler<B: AsRef<[u8]>>(
    answer: handler::Response<B>,
    headers: HeaderMap,
    shown: admin::Request,
) -> http::Response<Answer<B>> {
    let mut headers = emptied(headers);
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static(answer.content_type.as_str()),
    );
    if let Some(allow) = answer.allow {
        headers.insert(ALLOW, HeaderValue::from_static(allow));
    }
    let mut response = http::Response::new(Answer::of_handler(answer.body, shown));
    *response.status_mut() = status(answer.status);
    *response.headers_mut() = headers;
    response
}

/// An answer that somebody else has written down.
#[inline]
fn of_bytes<B: AsRef<[u8]>>(
    bytes: bytes::Bytes,
    headers: HeaderMap,
    mut shown: admin::Request,
) -> http::Response<Answer<B>> {
    shown.answered(200);
    let mut headers = emptied(headers);
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static(ContentType::Json.as_str()),
    );
    let mut response = http::Response::new(Answer::of_bytes(bytes, shown));
    *response.headers_mut() = headers;
    response
}

/// A request's header map, to be filled anew.
#[inline]
fn emptied(mut headers: HeaderMap) -> HeaderMap {
    if headers.capacity() > KEPT_FIELDS {
        headers = HeaderMap::new();
    }
    headers.clear();
    headers
}

#[cold]
fn of_refusal<B: AsRef<[u8]>>(
    refusal: Refusal,
    shown: admin::Request,
) -> http::Response<Answer<B>> {
    of_service(refusal.status(), refusal.json(), shown)
}

#[cold]
fn of_fault<B: AsRef<[u8]>>(fault: &Fault, shown: admin::Request) -> http::Response<Answer<B>> {
    let mut response = of_service(fault.status(), fault.json(), shown);
    let headers = response.headers_mut();
    if let Some(allow) = fault.allow() {
        headers.insert(ALLOW, HeaderValue::from_static(allow));
    }
    if let Some(seconds) = fault.retry_after() {
        headers.insert(RETRY_AFTER, HeaderValue::from_static(seconds));
    }
    response
}

#[cold]
fn of_service<B: AsRef<[u8]>>(
    code: u16,
    json: Vec<u8>,
    mut shown: admin::Request,
) -> http::Response<Answer<B>> {
    shown.answered(code);
    let mut response = http::Response::new(Answer::of_service(json, shown));
    *response.status_mut() = status(code);
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Ends the connection after this response.
#[cold]
fn close<B>(response: &mut http::Response<B>) {
    response
        .headers_mut()
        .insert(header::CONNECTION, HeaderValue::from_static("close"));
}

/// Handlers give statuses that exist; another would be the service's fault.
#[inline]
fn status(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
