//! Does the service need more memory the longer it runs?
//!
//! `cargo run --release --package server --example steady [REQUESTS] [VARIANT]` sends that many requests, half of them orders of
//! ten items, and fails if the resident memory after the last is more than 2 % off that after the first tenth.

mod program;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use cases::orders::{Spelling, json};

use program::Program;

/// Connections, each kept from the first request to the last.
const CLIENTS: usize = 32;

/// Requests sent at once, half of each kind.
const PIPELINE: usize = 10;

fn main() -> Result<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    let requests: usize = arguments
        .next()
        .map_or(Ok(10_000_000), |text| text.parse())?;
    let variant = arguments.next().unwrap_or("preallocated".to_owned());
    let program = Program::start(&["--variant", &variant])?;
    let each = requests.div_ceil(CLIENTS * PIPELINE) * PIPELINE;
    let answered = AtomicUsize::new(0);
    // What a connection's end needs of the program is in memory before its memory is looked at.
    client(program.address, PIPELINE, &AtomicUsize::new(0))?;
    let mut first = 0;
    thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| scope.spawn(|| client(program.address, each, &answered)))
            .collect();
        for tenth in 1..=10 {
            while answered.load(Ordering::Relaxed) < each * CLIENTS * tenth / 10
                && !clients.iter().all(thread::ScopedJoinHandle::is_finished)
            {
                thread::sleep(Duration::from_millis(10));
            }
            let resident = program.resident()?;
            println!(
                "{} requests: {resident} KiB",
                answered.load(Ordering::Relaxed)
            );
            first = if first == 0 { resident } else { first };
        }
        clients
            .into_iter()
            .try_for_each(|client| client.join().expect("no panic"))
    })?;
    let change = program.resident()? as f64 / first as f64 - 1.0;
    println!("{variant}: {:+.2} % since the first tenth", change * 100.0);
    Ok(if change.abs() <= 0.02 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Sends its requests, and reads as many bytes as their answers have.
fn client(address: SocketAddr, each: usize, answered: &AtomicUsize) -> Result<()> {
    let order = json(10, Spelling::Plain);
    let mut requests = Vec::new();
    for _ in 0..PIPELINE / 2 {
        requests.extend_from_slice(b"GET /data HTTP/1.1\r\nhost: a\r\n\r\n");
        requests.extend_from_slice(b"POST /invoices HTTP/1.1\r\nhost: a\r\ncontent-length: ");
        requests.extend_from_slice(format!("{}\r\n\r\n", order.len()).as_bytes());
        requests.extend_from_slice(&order);
    }
    let mut stream = TcpStream::connect(address).context("a client")?;
    stream.set_nodelay(true)?;
    let mut answers = vec![0; 64 << 10];
    let mut length = None;
    for _ in 0..each / PIPELINE {
        stream.write_all(&requests)?;
        if let Some(length) = length {
            let answers = answers.get_mut(..length).context("long answers")?;
            stream.read_exact(answers)?;
        } else {
            length = Some(first_answers(&mut stream, &mut answers)?);
        }
        ensure!(answers.starts_with(b"HTTP/1.1 200 OK"), "another answer");
        answered.fetch_add(PIPELINE, Ordering::Relaxed);
    }
    Ok(())
}

/// Reads the answers to one pipeline, and says how long they are: all pipelines have the same.
fn first_answers(stream: &mut TcpStream, answers: &mut [u8]) -> Result<usize> {
    let mut filled = 0;
    loop {
        let room = answers.get_mut(filled..).context("long answers")?;
        let read = stream.read(room)?;
        ensure!(read > 0, "closed");
        filled += read;
        let text = String::from_utf8_lossy(&answers[..filled]);
        let heads = text.matches("HTTP/1.1 200 OK").count();
        // The last answer is an invoice: it has a total, and one for each of its ten items.
        if heads == PIPELINE
            && text.ends_with('}')
            && text.matches("\"total\":").count() == 11 * PIPELINE / 2
        {
            return Ok(filled);
        }
    }
}
