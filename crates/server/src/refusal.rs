//! Why the service itself refuses a request, before the handler sees it.

use std::time::Duration;

/// Why a request never comes to the handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// 408
    #[error("the head took longer than {} s", .0.as_secs_f64())]
    SlowHead(Duration),
    /// 408
    #[error("the body took longer than {} s", .0.as_secs_f64())]
    SlowBody(Duration),
    /// 413
    #[error("the body is larger than {0} bytes")]
    LargeBody(usize),
    /// 400
    #[error("the body does not end as its head says")]
    BrokenBody,
}

impl Refusal {
    pub(crate) const fn status(self) -> u16 {
        match self {
            Self::SlowHead(_) | Self::SlowBody(_) => 408,
            Self::LargeBody(_) => 413,
            Self::BrokenBody => 400,
        }
    }

    /// The body of the answer, in the form of the handlers' own errors.
    pub(crate) fn json(self) -> Vec<u8> {
        let (code, at) = match self {
            Self::SlowHead(_) => ("request_timeout", "head"),
            Self::SlowBody(_) => ("request_timeout", "body"),
            Self::LargeBody(_) => ("body_too_large", "body"),
            Self::BrokenBody => ("broken_body", "body"),
        };
        // No message has a character that JSON escapes.
        format!(r#"{{"error":{{"code":"{code}","message":"{self}","at":"{at}"}}}}"#).into_bytes()
    }

    /// The whole answer, for a connection on which no request came through.
    pub(crate) fn message(self) -> Vec<u8> {
        let json = self.json();
        let mut message = format!(
            "HTTP/1.1 {} Request Timeout\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\ndate: {}\r\n\r\n",
            self.status(),
            json.len(),
            httpdate::fmt_http_date(std::time::SystemTime::now()),
        )
        .into_bytes();
        message.extend(json);
        message
    }
}
