//! The client, against the service and against servers that misbehave.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rating::{Client, Connections, Error, Pace, Rating, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

const BOTH: [Connections; 2] = [Connections::New, Connections::Kept];

fn settings(address: SocketAddr, connections: Connections) -> Settings {
    Settings {
        address: format!("http://{address}"),
        connections,
        in_flight: 4,
        wait: Duration::from_secs(5),
        time: Duration::from_secs(5),
    }
}

fn client(address: SocketAddr, connections: Connections) -> Client {
    Client::new(settings(address, connections)).unwrap()
}

/// A server of this test's own: what it saw, and where it is.
struct Server {
    address: SocketAddr,
    accepted: Arc<AtomicUsize>,
    /// The most requests that it had at one time.
    most: Arc<AtomicUsize>,
    task: AbortHandle,
}

/// The head of a request that was read, and where its answer goes.
struct Asked {
    stream: TcpStream,
    account: u32,
    /// The requests on this connection before it.
    before: usize,
    working: Option<Working>,
}

/// A request that the server has and did not begin to answer.
struct Working(Arc<AtomicUsize>);

impl Drop for Working {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Asked {
    async fn says(&mut self, text: &str) {
        self.working = None;
        // The client may have gone.
        let _ = self.stream.write_all(text.as_bytes()).await;
    }

    async fn answers(&mut self) {
        let json = serde_json::to_string(&Rating::of(self.account)).unwrap();
        let length = json.len();
        self.says(&format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{json}"
        ))
        .await;
    }
}

impl Server {
    /// Answers each request as `answer` does; a connection goes on if that gives it back.
    async fn start<F>(at: SocketAddr, answer: impl Fn(Asked) -> F + Clone + Send + 'static) -> Self
    where
        F: Future<Output = Option<Asked>> + Send + 'static,
    {
        let listener = TcpListener::bind(at).await.unwrap();
        let address = listener.local_addr().unwrap();
        let accepted = Arc::new(AtomicUsize::new(0));
        let most = Arc::new(AtomicUsize::new(0));
        let (accepts, peak) = (Arc::clone(&accepted), Arc::clone(&most));
        let task = tokio::spawn(async move {
            let now = Arc::new(AtomicUsize::new(0));
            // They end with this task.
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                accepts.fetch_add(1, Ordering::Relaxed);
                let (answer, now, most) = (answer.clone(), Arc::clone(&now), Arc::clone(&peak));
                connections.spawn(async move {
                    let mut next = read(stream, 0).await;
                    while let Some(mut asked) = next {
                        let before = asked.before;
                        most.fetch_max(now.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
                        asked.working = Some(Working(Arc::clone(&now)));
                        next = match answer(asked).await {
                            Some(asked) => read(asked.stream, before + 1).await,
                            None => None,
                        };
                    }
                });
            }
        });
        Self {
            address,
            accepted,
            most,
            task: task.abort_handle(),
        }
    }

    fn accepted(&self) -> usize {
        self.accepted.load(Ordering::Relaxed)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Reads the head of a request.
async fn read(mut stream: TcpStream, before: usize) -> Option<Asked> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let path = head.split(' ').nth(1).unwrap();
    let account = path.strip_prefix("/ratings/").unwrap().parse().unwrap();
    Some(Asked {
        stream,
        account,
        before,
        working: None,
    })
}

fn anywhere() -> SocketAddr {
    ([127, 0, 0, 1], 0).into()
}

async fn well_behaved(at: SocketAddr) -> Server {
    Server::start(at, |mut asked| async move {
        asked.answers().await;
        Some(asked)
    })
    .await
}

#[tokio::test]
async fn the_service_is_understood_either_way() {
    let listener = TcpListener::bind(anywhere()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let pace = Pace {
        delay: Duration::from_millis(1),
        connections: 10,
    };
    tokio::spawn(rating::serve(listener, pace));
    for connections in BOTH {
        let client = client(address, connections);
        for account in [1, 7, u32::MAX] {
            assert_eq!(client.rating(account).await.unwrap(), Rating::of(account));
        }
        let none = client.rating(0).await;
        assert!(matches!(none, Err(Error::Status(404))), "{none:?}");
    }
}

#[tokio::test]
async fn kept_connections_are_used_again_and_new_ones_are_not() {
    for (connections, expected) in [(Connections::New, 100), (Connections::Kept, 1)] {
        let server = well_behaved(anywhere()).await;
        let client = client(server.address, connections);
        for account in 1..=100 {
            client.rating(account).await.unwrap();
            // hyper takes a connection back in a task of its own.
            tokio::task::yield_now().await;
        }
        let accepted = server.accepted();
        assert!(
            accepted == expected || connections == Connections::Kept && accepted < 5,
            "{connections:?}: {accepted}"
        );
        let stats = client.stats();
        assert_eq!(stats.connected as usize, accepted);
        assert_eq!(stats.reused as usize, 100 - accepted);
        assert_eq!((stats.in_flight, stats.waits, stats.retries), (0, 0, 0));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_at_once_are_bounded_and_all_are_answered() {
    for connections in BOTH {
        let server = Server::start(anywhere(), |mut asked| async move {
            tokio::time::sleep(Duration::from_millis(1)).await;
            asked.answers().await;
            Some(asked)
        })
        .await;
        let client = Arc::new(client(server.address, connections));
        let mut asked = JoinSet::new();
        for account in 1..=1000 {
            let client = Arc::clone(&client);
            asked.spawn(async move { client.rating(account).await.unwrap() });
        }
        while let Some(answer) = asked.join_next().await {
            answer.unwrap();
        }
        assert_eq!(server.most.load(Ordering::Relaxed), 4, "{connections:?}");
        let stats = client.stats();
        assert!(stats.waits >= 900 && stats.wait_timeouts == 0, "{stats:?}");
        assert!(stats.waited > Duration::from_millis(100), "{stats:?}");
        match connections {
            Connections::New => assert_eq!(server.accepted(), 1000),
            Connections::Kept => assert!(server.accepted() < 50, "{}", server.accepted()),
        }
        assert!(stats.open <= 8, "{stats:?}");
    }
}

#[tokio::test]
async fn a_service_that_hangs_holds_nobody_for_long() {
    for connections in BOTH {
        let hangs = Server::start(anywhere(), |asked| async move {
            let _asked = asked;
            std::future::pending().await
        })
        .await;
        let client = Arc::new(
            Client::new(Settings {
                in_flight: 1,
                wait: Duration::from_millis(50),
                time: Duration::from_millis(200),
                ..settings(hangs.address, connections)
            })
            .unwrap(),
        );
        let begun = Instant::now();
        let other = Arc::clone(&client);
        let first = tokio::spawn(async move { other.rating(1).await });
        while client.stats().in_flight == 0 {
            tokio::task::yield_now().await;
        }
        let second = client.rating(2).await.unwrap_err();
        assert!(
            matches!(second, Error::NoPlace(_)) && second.is_passing(),
            "{second}"
        );
        let first = first.await.unwrap().unwrap_err();
        assert!(
            matches!(first, Error::Slow(_)) && first.is_passing(),
            "{first}"
        );
        assert!(begun.elapsed() < Duration::from_secs(2));
        // Its connection is closed, not kept.
        let closed = async {
            while client.stats().open > 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(2), closed)
            .await
            .unwrap();
        let stats = client.stats();
        assert_eq!(
            (stats.timeouts, stats.wait_timeouts, stats.in_flight),
            (1, 1, 0)
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_restart_it_is_served_again() {
    for connections in BOTH {
        let first = well_behaved(anywhere()).await;
        let at = first.address;
        let client = client(at, connections);
        client.rating(1).await.unwrap();
        drop(first);
        let down = async {
            loop {
                match client.rating(1).await {
                    Err(error) => break error,
                    Ok(_) => tokio::time::sleep(Duration::from_millis(1)).await,
                }
            }
        };
        let down = tokio::time::timeout(Duration::from_secs(2), down)
            .await
            .unwrap();
        assert!(
            matches!(down, Error::Down(_)) && down.is_passing(),
            "{down}"
        );
        let _again = well_behaved(at).await;
        for account in 1..=20 {
            client.rating(account).await.unwrap();
        }
    }
}

/// It answers once a connection, and closes the connection when the second request is there: the client can't know before.
#[tokio::test]
async fn a_request_on_a_connection_that_was_closed_is_sent_again() {
    let server = Server::start(anywhere(), |mut asked| async move {
        if asked.before > 0 {
            return None;
        }
        asked.answers().await;
        Some(asked)
    })
    .await;
    let client = client(server.address, Connections::Kept);
    for account in 1..=20 {
        assert_eq!(client.rating(account).await.unwrap(), Rating::of(account));
        // The connection is back in the pool.
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let stats = client.stats();
    assert!(stats.retries >= 10, "{stats:?}");
    assert_eq!(stats.reused, 0);
}

#[tokio::test]
async fn a_new_connection_that_is_closed_is_not_tried_again() {
    for connections in BOTH {
        let server = Server::start(anywhere(), |_| async { None }).await;
        let client = client(server.address, connections);
        let error = client.rating(1).await.unwrap_err();
        assert!(matches!(error, Error::Down(_)), "{error}");
        assert_eq!((server.accepted(), client.stats().retries), (1, 0));
    }
}

/// Whether an error is the one that it has to be.
type Check = fn(&Error) -> bool;

#[tokio::test]
async fn hostile_answers_are_errors_and_the_next_request_is_served() {
    let long = "x".repeat(1 << 20);
    let other = serde_json::to_string(&Rating::of(2)).unwrap();
    let answers: [(String, Check); 9] = [
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".into(),
            |e| matches!(e, Error::Malformed(_)),
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\u{0}\u{1}\u{2}\u{3}".into(),
            |e| matches!(e, Error::Malformed(_)),
        ),
        ("no HTTP at all\r\n\r\n".into(), |e| {
            matches!(e, Error::Malformed(_))
        }),
        (
            format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{long}",
                long.len()
            ),
            |e| matches!(e, Error::TooLarge),
        ),
        (format!("HTTP/1.1 200 OK\r\n\r\n{long}"), |e| {
            matches!(e, Error::TooLarge)
        }),
        (format!("HTTP/1.1 200 OK\r\nX: {long}\r\n\r\n"), |e| {
            matches!(e, Error::Malformed(_))
        }),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n{\"account\":1".into(),
            |e| matches!(e, Error::Down(_)),
        ),
        (
            format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{other}",
                other.len()
            ),
            |e| {
                matches!(
                    e,
                    Error::Mistaken {
                        asked: 1,
                        answered: 2
                    }
                )
            },
        ),
        (
            "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n".into(),
            |e| matches!(e, Error::Status(503)) && e.is_passing(),
        ),
    ];
    for connections in BOTH {
        for (answer, is_expected) in &answers {
            let hostile = Arc::new(AtomicUsize::new(0));
            let said = answer.clone();
            let server = Server::start(anywhere(), move |mut asked| {
                let (said, hostile) = (said.clone(), Arc::clone(&hostile));
                async move {
                    if hostile.fetch_add(1, Ordering::Relaxed) == 0 {
                        asked.says(&said).await;
                        return None;
                    }
                    asked.answers().await;
                    Some(asked)
                }
            })
            .await;
            let client = client(server.address, connections);
            let error = client.rating(1).await.unwrap_err();
            let start: String = answer.chars().take(60).collect();
            assert!(is_expected(&error), "{start:?}: {error:?}");
            assert_eq!(client.rating(1).await.unwrap(), Rating::of(1), "{start:?}");
        }
    }
}

/// A peer that is one answer late on a connection would be late on it for ever.
#[tokio::test]
async fn a_connection_whose_answer_was_another_requests_is_not_used_again() {
    let server = Server::start(anywhere(), |mut asked| async move {
        let right = asked.account;
        if asked.before == 0 && right == 1 {
            asked.account = 2;
        }
        asked.answers().await;
        Some(asked)
    })
    .await;
    let client = client(server.address, Connections::Kept);
    let error = client.rating(1).await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Mistaken {
                asked: 1,
                answered: 2
            }
        ),
        "{error}"
    );
    for account in 2..5 {
        assert_eq!(client.rating(account).await.unwrap(), Rating::of(account));
    }
    assert_eq!(server.accepted(), 2);
}

#[tokio::test]
async fn an_answer_that_drips_is_given_up() {
    for connections in BOTH {
        let server = Server::start(anywhere(), |mut asked| async move {
            asked
                .says("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                .await;
            while asked.stream.write_all(b" ").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            None
        })
        .await;
        let client = Client::new(Settings {
            time: Duration::from_millis(200),
            ..settings(server.address, connections)
        })
        .unwrap();
        let error = client.rating(1).await.unwrap_err();
        assert!(matches!(error, Error::Slow(_)), "{error}");
    }
}

#[test]
fn addresses_are_checked() {
    let settings = |address: &str| Settings {
        address: address.to_owned(),
        ..settings(anywhere(), Connections::Kept)
    };
    for good in ["http://127.0.0.1:80", "http://[::1]:8090", "http://name:1"] {
        assert!(Client::new(settings(good)).is_ok(), "{good}");
    }
    for bad in [
        "",
        "127.0.0.1:80",
        "https://127.0.0.1:80",
        "http://127.0.0.1",
        "http://127.0.0.1:80/path",
        "http://127.0.0.1:80?query",
        "http://user:word@127.0.0.1:80",
        "http://127.0.0.1:99999",
    ] {
        let error = Client::new(settings(bad)).unwrap_err();
        assert!(matches!(error, Error::Address(_)), "{bad}");
    }
}
