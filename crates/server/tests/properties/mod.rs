//! What holds for any bytes on a connection: the tests try it on random ones, and the fuzzer looks for others.

#![allow(unreachable_pub, reason = "a fuzz target uses it, too")]

use std::cell::OnceCell;
use std::time::Duration;

use naive::Naive;
use server::{Limits, Service};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::runtime::{Builder, Runtime};

thread_local! {
    /// A service is kept for ever, so there is one for a thread.
    static SERVICE: OnceCell<(Runtime, Service<Naive>)> = const { OnceCell::new() };
}

/// Far more than any of these inputs takes: a connection that is still there then hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// Sends the bytes after the first, in pieces as long as the first says, and closes: the connection ends by itself, and all
/// that it said are answers.
pub fn check_connection(input: &[u8]) {
    let Some((&size, bytes)) = input.split_first() else {
        return;
    };
    let said = SERVICE.with(|service| {
        let (runtime, service) = service.get_or_init(|| {
            let mut runtime = Builder::new_current_thread();
            let runtime = runtime.enable_time().build().expect("a runtime");
            (runtime, Service::new(Naive, Limits::default()))
        });
        let said = runtime.block_on(said(service, bytes, usize::from(size) + 1));
        assert_eq!(service.connections(), 0);
        said
    });
    let asks_for_heads = bytes.windows(4).any(|four| four == b"HEAD");
    check_answers(&said, asks_for_heads);
}

/// All that a connection says to these bytes.
async fn said(service: &Service<Naive>, bytes: &[u8], size: usize) -> Vec<u8> {
    // Less than an answer: it has to be written in parts.
    let (client, server) = tokio::io::duplex(120);
    let peer = (std::net::Ipv4Addr::LOCALHOST, 1).into();
    let connection = tokio::spawn(service.connection(server, peer).expect("room"));
    let (mut reading, mut writing) = tokio::io::split(client);
    let bytes = bytes.to_vec();
    let sending = tokio::spawn(async move {
        for piece in bytes.chunks(size) {
            if writing.write_all(piece).await.is_err() {
                return;
            }
            tokio::task::yield_now().await;
        }
        // The other side may have closed already.
        let _ = writing.shutdown().await;
    });
    let mut said = Vec::new();
    let ended = tokio::time::timeout(PATIENCE, async {
        reading
            .read_to_end(&mut said)
            .await
            .expect("a stream in memory");
        connection.await.expect("no panic");
        sending.await.expect("no panic");
    });
    ended.await.expect("the connection ends");
    said
}

/// Answers, one after the other, each whole; some may be to HEAD, if that was asked for.
fn check_answers(mut said: &[u8], asked_for_heads: bool) {
    while !said.is_empty() {
        let shown = said.escape_ascii().to_string();
        let end = said.windows(4).position(|four| four == b"\r\n\r\n");
        let head = std::str::from_utf8(&said[..end.expect(&shown)]).expect("a head is ASCII");
        let mut lines = head.split("\r\n");
        let mut status_line = lines.next().unwrap_or_default().splitn(3, ' ');
        let version = status_line.next().expect(&shown);
        assert!(matches!(version, "HTTP/1.0" | "HTTP/1.1"), "{shown}");
        let status: u16 = status_line.next().expect(&shown).parse().expect(&shown);
        assert!(
            matches!(status, 100 | 200 | 400 | 404 | 405 | 413 | 422 | 431),
            "{shown}"
        );
        let length = lines
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |length| length.parse::<usize>().expect(&shown));
        let rest = &said[head.len() + 4..];
        // An answer to HEAD has no body: then the next one follows, or nothing.
        let is_head = rest.is_empty() || rest.starts_with(b"HTTP/1.");
        let has_body = !(asked_for_heads && is_head);
        said = if has_body {
            rest.get(length..).expect(&shown)
        } else {
            rest
        };
    }
}
