//! Does a crowd of clients that send nothing, or a byte a second, slow the others down?
//!
//! `cargo run --release --package server --example crowd [CONNECTIONS] [SECONDS]` starts the program beside it, measures the 99th
//! percentile of a few busy clients without the crowd and with it, in turns, and fails if the crowd's is more than twice
//! the other.

mod program;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use program::Program;

/// Turns: the median of so many is not moved by one that was disturbed.
const TURNS: usize = 5;

/// Busy clients: each asks again when it has its answer.
const BUSY: usize = 8;

fn main() -> Result<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    let crowd: usize = arguments.next().map_or(Ok(10_000), |text| text.parse())?;
    let seconds: f64 = arguments.next().map_or(Ok(2.0), |text| text.parse())?;
    let time = Duration::from_secs_f64(seconds);
    let program = Program::start(&["--head-time", "60"])?;
    let (mut before, mut during) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        before.push(busy(program.address, time)?);
        let silent = Crowd::gather(program.address, crowd)?;
        during.push(busy(program.address, time)?);
        let (closed, resident) = (silent.leave(), program.resident()?);
        println!(
            "p99 {:?} alone, {:?} among {crowd}, of which {closed} were closed; {resident} KiB resident",
            before[before.len() - 1],
            during[during.len() - 1]
        );
    }
    let (before, during) = (median(before), median(during));
    let ratio = during.as_secs_f64() / before.as_secs_f64();
    println!("median p99 {before:?} alone, {during:?} among {crowd}: {ratio:.2} times");
    Ok(if ratio <= 2.0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// The 99th percentile of the busy clients' times.
fn busy(address: SocketAddr, time: Duration) -> Result<Duration> {
    let clients: Vec<_> = (0..BUSY)
        .map(|_| {
            thread::spawn(move || -> Result<Vec<Duration>> {
                let mut stream = TcpStream::connect(address)?;
                stream.set_nodelay(true)?;
                let mut times = Vec::new();
                let mut buffer = [0; 1024];
                let end = Instant::now() + time;
                while Instant::now() < end {
                    let start = Instant::now();
                    stream.write_all(b"GET /data HTTP/1.1\r\nhost: a\r\n\r\n")?;
                    // An answer is one packet.
                    let read = stream.read(&mut buffer)?;
                    if !buffer[..read].starts_with(b"HTTP/1.1 200 ") {
                        bail!("another answer");
                    }
                    times.push(start.elapsed());
                }
                Ok(times)
            })
        })
        .collect();
    let mut times = Vec::new();
    for client in clients {
        times.extend(client.join().expect("no panic")?);
    }
    times.sort_unstable();
    Ok(times[times.len() * 99 / 100])
}

/// Connections of which every second one sends nothing, and the others a byte a second.
struct Crowd {
    leave: Arc<AtomicBool>,
    closed: Arc<AtomicUsize>,
    thread: thread::JoinHandle<()>,
}

impl Crowd {
    fn gather(address: SocketAddr, size: usize) -> Result<Self> {
        let mut streams = Vec::with_capacity(size);
        for _ in 0..size {
            let stream = TcpStream::connect(address).context("one of the crowd")?;
            stream.set_nonblocking(true)?;
            streams.push(stream);
        }
        let (leave, closed) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicUsize::new(0)),
        );
        let thread = thread::spawn({
            let (leave, closed) = (Arc::clone(&leave), Arc::clone(&closed));
            // A thousandth of them every millisecond: they know nothing of each other, so they do not send all at once.
            move || {
                let head = b"GET /data HTTP/1.1\r\nslow: ";
                let portion = size.div_ceil(1000).max(1);
                let mut sent = vec![0; size];
                'crowd: loop {
                    for (streams, sent) in streams.chunks(portion).zip(sent.chunks_mut(portion)) {
                        for (stream, sent) in streams.iter().zip(sent).skip(1).step_by(2) {
                            let byte = head.get(*sent).copied().unwrap_or(b'x');
                            let _ = (&*stream).write(&[byte]);
                            *sent += 1;
                        }
                        if leave.load(Ordering::Relaxed) {
                            break 'crowd;
                        }
                        thread::sleep(Duration::from_millis(1));
                    }
                }
                let gone = |stream: &&TcpStream| matches!((&**stream).read(&mut [0]), Ok(0 | 1));
                closed.store(streams.iter().filter(gone).count(), Ordering::Relaxed);
            }
        });
        Ok(Self {
            leave,
            closed,
            thread,
        })
    }

    /// How many the service had closed.
    fn leave(self) -> usize {
        self.leave.store(true, Ordering::Relaxed);
        self.thread.join().expect("no panic");
        self.closed.load(Ordering::Relaxed)
    }
}
