//! The handler's interface and the routing that all variants share.

use std::fmt;

use crate::{Rejection, Rows};

/// The largest request body that is read, in bytes: an order of some ten thousand items.
pub const MAX_BODY_BYTES: usize = 1 << 20;

/// The largest buffer that a variant keeps for the next request, in bytes: it holds an order of a thousand items, or its
/// invoice. The same for all, so that none wins by hoarding, and one very large request does not hold its memory for ever.
pub const RETAINED_BYTES: usize = 256 << 10;

/// The answer to `GET /data`: 100 bytes, the alphabet over and over.
pub const DATA: [u8; 100] = {
    let mut data = [0; 100];
    let mut i = 0;
    while i < data.len() {
        data[i] = b'a' + (i % 26) as u8;
        i += 1;
    }
    data
};

/// An HTTP request method, as far as the routes tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// `GET`
    Get,
    /// `HEAD`: answered like `GET`; the server leaves the body out.
    Head,
    /// `POST`
    Post,
    /// Any other method; no route has it.
    Other,
}

/// A request as a handler sees it: fully read, and borrowed from the server.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The request method.
    pub method: Method,
    /// The path of the request target, without the query.
    pub path: &'a str,
    /// The whole body; empty where there is none.
    pub body: &'a [u8],
}

/// The media type of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentType {
    /// `application/json`
    Json,
    /// `text/plain`
    Text,
}

impl ContentType {
    /// The value of the `Content-Type` header field.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Text => "text/plain",
        }
    }
}

/// An answer. The body is a type of the variant's own and gives its memory back when it is dropped.
#[derive(Debug)]
pub struct Response<B> {
    /// The HTTP status code.
    pub status: u16,
    /// The media type of the body.
    pub content_type: ContentType,
    /// The value of the `Allow` header field, with status 405 only.
    pub allow: Option<&'static str>,
    /// The bytes to send.
    pub body: B,
}

/// A request handler: bytes in, an answer out, nothing awaited.
///
/// A variant says where the memory of four things comes from: the answer to `GET /data`, an invoice, rows that a database gave, and an
/// error. Everything else is [`handle`](Self::handle), which is the same for all.
///
/// ```
/// # use handler::{Handler, Method, Rejection, Request, Rows, DATA};
/// struct Boxed;
///
/// impl Handler for Boxed {
///     type Body<'h> = Box<[u8]>;
///     fn data(&self) -> Box<[u8]> {
///         Box::new(DATA)
///     }
///     fn invoice(&self, body: &[u8]) -> Result<Box<[u8]>, Rejection> {
///         let order = handler::diagnose(body)?;
///         let invoice = handler::Invoice::of(order)?;
///         Ok(serde_json::to_vec(&invoice).expect("an invoice is JSON").into())
///     }
///     fn rows(&self, rows: Rows<'_>) -> Box<[u8]> {
///         serde_json::to_vec(&rows).expect("rows are JSON").into()
///     }
///     fn reject(&self, rejection: &Rejection) -> Box<[u8]> {
///         serde_json::to_vec(rejection).expect("a rejection is JSON").into()
///     }
/// }
///
/// let answer = Boxed.handle(&Request { method: Method::Get, path: "/data", body: b"" });
/// assert_eq!((answer.status, &answer.body[..4]), (200, &b"abcd"[..]));
/// ```
pub trait Handler: Send + Sync {
    /// The bytes of an answer, in memory that is released on drop. It may borrow from the handler: a server that keeps
    /// its handler for `'static` gets bodies that live as long as a socket needs them.
    type Body<'h>: AsRef<[u8]> + Send + fmt::Debug
    where
        Self: 'h;

    /// The answer to `GET /data`: the bytes of [`DATA`].
    fn data(&self) -> Self::Body<'_>;

    /// The answer to `POST /invoices`: the JSON of the [`Invoice`](crate::Invoice) for the order in `body`.
    ///
    /// # Errors
    ///
    /// Whatever [`diagnose`](crate::diagnose) and [`price`](crate::price) say of the order.
    fn invoice(&self, body: &[u8]) -> Result<Self::Body<'_>, Rejection>;

    /// The JSON of what a store has found or made.
    fn rows(&self, rows: Rows<'_>) -> Self::Body<'_>;

    /// The JSON of a rejection.
    fn reject(&self, rejection: &Rejection) -> Self::Body<'_>;

    /// Answers a request: routes it, bounds it, and gives the outcome its status.
    #[inline]
    fn handle(&self, request: &Request<'_>) -> Response<Self::Body<'_>> {
        let outcome = route(request).and_then(|route| match route {
            Route::Data => Ok((ContentType::Text, self.data())),
            Route::Invoice => Ok((ContentType::Json, self.invoice(request.body)?)),
        });
        match outcome {
            Ok((content_type, body)) => Response {
                status: 200,
                content_type,
                allow: None,
                body,
            },
            Err(rejection) => Response {
                status: rejection.status(),
                content_type: ContentType::Json,
                allow: rejection.allow(),
                body: self.reject(&rejection),
            },
        }
    }
}

enum Route {
    Data,
    Invoice,
}

#[inline]
fn route(request: &Request<'_>) -> Result<Route, Rejection> {
    let (route, allow) = match request.path {
        "/data" => (Route::Data, "GET, HEAD"),
        "/invoices" => (Route::Invoice, "POST"),
        path => return Err(Rejection::NoSuchRoute { path: path.into() }),
    };
    match (&route, request.method) {
        (Route::Data, Method::Get | Method::Head) | (Route::Invoice, Method::Post) => {}
        _ => return Err(Rejection::MethodNotAllowed { allow }),
    }
    if request.body.len() > MAX_BODY_BYTES {
        return Err(Rejection::BodyTooLarge);
    }
    Ok(route)
}
