//! Any bytes may come on a connection: what must hold is in `properties`.

mod properties;

use proptest::prelude::*;

use properties::check_connection;

/// Pieces of requests, put together as they come.
fn nearly_requests() -> impl Strategy<Value = Vec<u8>> {
    const PIECES: [&[u8]; 40] = [
        b"GET ",
        b"HEAD ",
        b"POST ",
        b"CONNECT ",
        b"OPTIONS ",
        b"PRI ",
        b"/data ",
        b"/invoices ",
        b"/%00 ",
        b"* ",
        b"http://a/data?b#c ",
        b"HTTP/1.1\r\n",
        b"HTTP/1.0\r\n",
        b"HTTP/2.0\r\n",
        b"GET /data HTTP/1.1\r\n\r\n",
        b"HEAD /data HTTP/1.1\r\n\r\n",
        b"POST /invoices HTTP/1.1\r\n",
        b"host: a\r\n",
        b"content-length: 2\r\n",
        b"content-length: 1000000\r\n",
        b"content-length: 18446744073709551616\r\n",
        b"content-length: -0\r\n",
        b"transfer-encoding: chunked\r\n",
        b"transfer-encoding: gzip, chunked\r\n",
        b"Transfer-Encoding: identity\r\n",
        b"expect: 100-continue\r\n",
        b"connection: close\r\n",
        b"connection: keep-alive\r\n",
        b"connection: upgrade\r\nupgrade: h2c\r\n",
        b" folded\r\n",
        b"\r\n",
        b"\n",
        b"{}",
        b"2\r\n{}\r\n",
        b"0\r\n\r\n",
        b"ffffffffffffffff\r\n",
        b"2;a=b\r\n{}\r\n0\r\nt: v\r\n\r\n",
        b":",
        b"\0",
        b"\x16\x03\x01",
    ];
    let piece = prop_oneof![
        12 => prop::sample::select(&PIECES[..]).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..4),
        1 => (0..20_000_usize).prop_map(|length| vec![b'a'; length]),
    ];
    let pieces = prop::collection::vec(piece, 0..30);
    (any::<u8>(), pieces).prop_map(|(size, pieces)| [vec![size], pieces.concat()].concat())
}

#[test]
fn an_error_after_an_offered_upgrade_is_written_to_its_end() {
    // The pieces of 33 bytes come between two writes of the first answer.
    check_connection(b"\x20POST /invoices HTTP/1.1\r\nhost: localhost\r\nupgrade: h2c\r\n\r\n{}");
}

proptest! {
    #[test]
    fn any_bytes_are_answered_or_closed(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        check_connection(&bytes);
    }

    #[test]
    fn nearly_requests_are_answered_or_closed(bytes in nearly_requests()) {
        check_connection(&bytes);
    }
}
