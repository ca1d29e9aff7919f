//! What holds for any bytes on the port: an answer or a closed connection. Each check panics if it does not.
#![allow(unreachable_pub, reason = "the fuzz targets use it, too")]

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::panic;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use admin::{Activity, Admin, Names, Readiness, Serving};

/// Far above what any answer here takes: one that is not there by then is missing.
const LIMIT: Duration = Duration::from_secs(20);

/// Whether the port's thread panicked: its runtime would go on with the next connection.
static PANICKED: AtomicBool = AtomicBool::new(false);

/// One port for all inputs: an input that ends it is found with the next.
fn address() -> SocketAddr {
    static SERVING: OnceLock<Serving> = OnceLock::new();
    let serving = SERVING.get_or_init(|| {
        let hook = panic::take_hook();
        panic::set_hook(Box::new(move |what| {
            if thread::current().name() == Some("admin") {
                PANICKED.store(true, Ordering::SeqCst);
            }
            hook(what);
        }));
        Admin::bind(SocketAddr::from(([127, 0, 0, 1], 0)), None)
            .expect("a port")
            .activity(Activity::new(Names::default()))
            .readiness(Readiness::default())
            .serve()
            .expect("a thread")
    });
    serving.local_addr()
}

/// Sends bytes, ends its side, and reads what comes: nothing, or answers each of which begins as HTTP does; then the end. The
/// port is alive after that.
pub fn check_bytes(bytes: &[u8]) {
    let answers = exchange(bytes, true);
    assert!(
        answers.is_empty() || answers.starts_with(b"HTTP/1."),
        "{:?}",
        String::from_utf8_lossy(&answers)
    );
    let alive = exchange(
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        false,
    );
    assert!(alive.starts_with(b"HTTP/1.1 200 OK"));
}

/// Sends a target and a header in a request that is one, and reads its answer: a status that the port gives.
pub fn check_request(target: &str, value: &str) {
    let fits = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
    // What lasts as long as it says is tried elsewhere.
    let lasts =
        target.contains("profile") || target.contains("trace") || target.contains("seconds");
    if !fits(target) || !fits(value) || lasts {
        return;
    }
    let request = format!(
        "GET /{target} HTTP/1.1\r\nHost: {value}\r\nConnection: close\r\nAuthorization: {value}\r\n\r\n"
    );
    let answer = exchange(request.as_bytes(), false);
    let known = ["200", "400", "404", "409", "414", "501", "503"];
    let status = answer
        .get(9..12)
        .map(String::from_utf8_lossy)
        .unwrap_or_default();
    assert!(
        known.contains(&&*status),
        "{target:?} {value:?}: {}",
        String::from_utf8_lossy(&answer)
    );
}

/// To the port, a client that has ended its side is one that has left.
fn exchange(bytes: &[u8], ends: bool) -> Vec<u8> {
    let mut stream = TcpStream::connect(address()).expect("the port accepts");
    stream.set_read_timeout(Some(LIMIT)).expect("a time limit");
    stream.set_write_timeout(Some(LIMIT)).expect("a time limit");
    // The port may have closed the connection by then.
    let _ = stream.write_all(bytes);
    if ends {
        let _ = stream.shutdown(Shutdown::Write);
    }
    let mut answers = Vec::new();
    if let Err(error) = stream.read_to_end(&mut answers) {
        let is_closed = matches!(
            error.kind(),
            ErrorKind::ConnectionReset | ErrorKind::BrokenPipe
        );
        assert!(is_closed, "{error}");
    }
    assert!(
        !PANICKED.load(Ordering::SeqCst),
        "{:?}",
        String::from_utf8_lossy(bytes)
    );
    answers
}
