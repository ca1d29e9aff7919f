//! Any bytes on the port.

#![forbid(unsafe_code)]

mod properties;

use proptest::prelude::*;

/// Pieces of requests, in any order.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "GET ", "POST ", "HEAD ", "/debug/pprof/", "/metrics", "/healthz", "?debug=1", "?seconds=0", "*", " HTTP/1.1",
            " HTTP/1.0", "\r\n", "\r\n\r\n", "Host: a", "Content-Length: 5", "Transfer-Encoding: chunked", "5\r\nabcde\r\n",
            "0\r\n\r\n", "Connection: close", "Authorization: Bearer ", "Expect: 100-continue", "Upgrade: h2c", ": ", "\0",
        ]).prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..40),
    ];
    prop::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_bytes_are_answered_or_the_connection_is_closed(bytes in pieces()) {
        properties::check_bytes(&bytes);
    }

    #[test]
    fn any_request_has_an_answer(
        target in "(debug/pprof/)?(heap|allocs|goroutine|tasks|cmdline|metrics|healthz|readyz)?[!-~]{0,20}",
        value in "[!-~]{0,30}",
    ) {
        properties::check_request(&target, &value);
    }
}

#[test]
fn a_head_without_an_end_is_refused() {
    let mut endless = b"GET / HTTP/1.1\r\n".to_vec();
    endless.extend(b"a: b\r\n".repeat(200_000));
    properties::check_bytes(&endless);
}
