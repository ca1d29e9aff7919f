//! Reading answers: whole, in pieces, and what is none.

use load::{BadAnswer, MAX_ANSWER_BYTES, parse};
use proptest::prelude::*;

const PLAIN: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nDate: now\r\n\r\nhello";
const CHUNKED: &[u8] =
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n";

#[test]
fn an_answer_is_read_once_it_is_whole() {
    for text in [PLAIN, CHUNKED] {
        for end in 0..text.len() {
            assert_eq!(parse(&text[..end]).unwrap(), None, "{end} bytes");
        }
        // What follows is not part of it.
        let answer = [text, b"HTTP/1.1"].concat();
        let answer = parse(&answer).unwrap().unwrap();
        assert_eq!((answer.status, &*answer.body), (200, &b"hello"[..]));
        assert_eq!(answer.length, text.len());
        assert!(answer.keeps_alive);
    }
}

#[test]
fn a_connection_is_kept_unless_the_answer_says_otherwise() {
    let keeps_alive = |text: &[u8]| parse(text).unwrap().unwrap().keeps_alive;
    assert!(keeps_alive(b"HTTP/1.1 204 No Content\r\n\r\n"));
    assert!(!keeps_alive(
        b"HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n"
    ));
    assert!(!keeps_alive(
        b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"
    ));
}

#[test]
fn what_is_no_answer_is_refused() {
    let refused = |text: &str| parse(text.as_bytes()).unwrap_err();
    assert!(matches!(refused("SSH-2.0-x\r\n"), BadAnswer::Head(_)));
    for length in ["-1", "+1", "1 1", "", "99999999999999999999"] {
        let text = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
        assert_eq!(refused(&text), BadAnswer::Length, "{length:?}");
    }
    assert_eq!(
        refused("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"),
        BadAnswer::Length
    );
    assert_eq!(refused("HTTP/1.1 200 OK\r\n\r\n"), BadAnswer::Unframed);
    let chunk = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    assert_eq!(refused(&format!("{chunk}zz\r\n")), BadAnswer::Chunk);
    assert_eq!(refused(&format!("{chunk}2\r\nabc\r\n")), BadAnswer::Chunk);
    assert_eq!(
        refused(&format!("{chunk}ffffffff\r\n")),
        BadAnswer::TooLarge
    );
    let text = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
        MAX_ANSWER_BYTES + 1
    );
    assert_eq!(refused(&text), BadAnswer::TooLarge);
    // Small chunks are many, and an answer without an end is as large as what has come of it.
    let endless = format!(
        "{chunk}{}",
        "8\r\n12345678\r\n".repeat(MAX_ANSWER_BYTES / 8)
    );
    assert_eq!(refused(&endless), BadAnswer::TooLarge);
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(Some(answer)) = parse(&bytes) {
            prop_assert!(answer.length <= bytes.len());
        }
    }

    #[test]
    fn a_changed_answer_is_read_or_refused(
        at in 0..CHUNKED.len(), byte: u8, which: bool,
    ) {
        let mut bytes = if which { PLAIN } else { CHUNKED }.to_vec();
        let at = at % bytes.len();
        bytes[at] = byte;
        if let Ok(Some(answer)) = parse(&bytes) {
            prop_assert!(answer.length <= bytes.len());
            prop_assert!(answer.body.len() < bytes.len());
        }
    }
}
