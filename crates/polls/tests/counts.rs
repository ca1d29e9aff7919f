//! Counts of futures whose polls and wakes are known, alone and behind the server.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use naive::Naive;
use polls::{Client, Counted, Counts};
use server::{Limits, Service};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};

#[test]
fn a_future_is_polled_when_it_was_woken_and_each_wake_counts() {
    let (mut left, mut wakers) = (3, Vec::new());
    let mut future = Counted::new(poll_fn(|context| {
        if left == 0 {
            return Poll::Ready("done");
        }
        left -= 1;
        // Twice before its next turn, which is one.
        context.waker().wake_by_ref();
        wakers.push(context.waker().clone());
        context.waker().wake_by_ref();
        Poll::Pending
    }));
    assert_eq!(future.counts(), Counts { polls: 0, wakes: 0 });
    assert_eq!(future.run(), Poll::Ready("done"));
    assert_eq!(future.counts(), Counts { polls: 4, wakes: 6 });
}

#[test]
fn a_future_that_is_not_woken_is_not_polled() {
    let mut future = Counted::new(std::future::pending::<()>());
    for _ in 0..3 {
        assert_eq!(future.run(), Poll::Pending);
    }
    assert_eq!(future.counts(), Counts { polls: 1, wakes: 0 });
}

#[test]
#[should_panic(expected = "still wakes itself")]
fn a_future_that_never_rests_is_found() {
    let mut future = Counted::new(poll_fn(|context| {
        context.waker().wake_by_ref();
        Poll::<()>::Pending
    }));
    let _ = future.run();
}

/// A stream that makes its reader ask twice: before each read it has it woken at once, and gives nothing.
struct Hesitant {
    stream: DuplexStream,
    hesitated: bool,
}

impl AsyncRead for Hesitant {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        if !self.hesitated {
            self.hesitated = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if read.is_ready() {
            self.hesitated = false;
        }
        read
    }
}

impl AsyncWrite for Hesitant {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

const GET: &[u8] = b"GET /data HTTP/1.1\r\nhost: localhost\r\n\r\n";

/// What a request takes once the connection has served others.
fn per_request<S: AsyncRead + AsyncWrite + Unpin>(
    stream: impl FnOnce(DuplexStream) -> S,
) -> Counts {
    let service = Service::new(Naive, Limits::default());
    let mut client = Client::connect(|end| {
        let peer = ([127, 0, 0, 1], 1).into();
        service.connection(stream(end), peer).unwrap()
    });
    for _ in 0..4 {
        assert!(client.ask(&[GET]).starts_with(b"HTTP/1.1 200 "));
    }
    let before = client.counts();
    let answer = client.ask(&[GET]);
    assert!(answer.ends_with(&handler::DATA), "{answer:?}");
    client.counts() - before
}

#[test]
fn a_request_that_asks_for_one_more_turn_is_polled_and_woken_once_more() {
    let plain = per_request(|stream| stream);
    let hesitant = per_request(|stream| Hesitant {
        stream,
        hesitated: false,
    });
    let one_more = Counts { polls: 1, wakes: 1 };
    assert_eq!(hesitant - plain, one_more, "{hesitant:?} {plain:?}");
}

#[test]
fn every_case_counts_the_same_twice_and_each_piece_wakes() {
    let all = polls::all();
    for case in &all {
        let (one, two) = (case.measure(8), case.measure(8));
        assert_eq!(one, two, "{}", case.name());
        let again = case.measure(16);
        assert_eq!(
            (again.polls, again.wakes),
            (2 * one.polls, 2 * one.wakes),
            "{}",
            case.name()
        );
        let pieces = if case.name().contains("pieces=4") {
            4
        } else {
            1
        };
        assert!(one.wakes >= 8 * pieces, "{}: {one:?}", case.name());
        assert!(one.polls >= 8 * pieces, "{}: {one:?}", case.name());
    }
    assert_eq!(all.len(), 12);
}
