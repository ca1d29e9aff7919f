//! From hyper's request to hyper's response, by way of a handler.

use admin::{Names, Route, State};
use handler::{Handler, Method, Request, Response};
use http_body::Body as _;
use hyper::body::Incoming;
use hyper::header::{ALLOW, CONNECTION, CONTENT_TYPE, HeaderMap, HeaderValue};
use hyper::{StatusCode, http};

use crate::answer::Answer;
use crate::body;
use crate::house::{Guest, Order};
use crate::phase::Phase;
use crate::refusal::Refusal;
use crate::site::Site;

/// Header fields that a map may have room for to be used again: what an ordinary request has. One with more goes, so that no
/// connection holds the memory of its largest request.
const KEPT_FIELDS: usize = 64;

/// The routes and waits as the admin port names them.
pub(crate) const NAMES: Names = Names {
    routes: &["GET /data", "POST /invoices"],
    waits: &["a client to connect", "a free place", "the next round"],
};

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
    let mut shown = guest.request(route(method, path));
    let body = if body.is_end_stream() {
        Ok(body::none())
    } else {
        shown.enter(State::ReadingBody);
        body::read(body, &site.limits, guest.seat(), &site.bodies).await
    };
    guest.enter(Phase::Handling);
    let request = |body| Request { method, path, body };
    let mut response = match body {
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
                shown.answered(refusal.status());
                of_service(refusal, shown)
            };
            close(&mut response);
            response
        }
    };
    if guest.seat().order() != Order::Stay {
        close(&mut response);
    }
    guest.enter(Phase::Writing);
    response
}

/// The route as the admin port names it.
fn route(method: Method, path: &str) -> Route {
    match (method, path) {
        (Method::Get | Method::Head, "/data") => Route::nth(0),
        (Method::Post, "/invoices") => Route::nth(1),
        _ => Route::OTHER,
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
    answer: Response<B>,
    mut headers: HeaderMap,
    shown: admin::Request,
) -> http::Response<Answer<B>> {
    if headers.capacity() > KEPT_FIELDS {
        headers = HeaderMap::new();
    }
    headers.clear();
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

#[cold]
fn of_service<B: AsRef<[u8]>>(
    refusal: Refusal,
    shown: admin::Request,
) -> http::Response<Answer<B>> {
    let mut response = http::Response::new(Answer::of_service(refusal.json(), shown));
    *response.status_mut() = status(refusal.status());
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
        .insert(CONNECTION, HeaderValue::from_static("close"));
}

/// Handlers give statuses that exist; another would be the service's fault.
#[inline]
fn status(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
