//! The program itself: its flags, its lines, its signals, its exit codes.

use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::client::{Client, get};

/// The program, run by a test; killed when the test ends before it.
pub(crate) struct Program {
    child: Child,
    stdout: BufReader<ChildStdout>,
    pub(crate) address: SocketAddr,
    pub(crate) admin: SocketAddr,
    /// What it said before it listened.
    pub(crate) said: String,
}

impl Program {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_server"));
        command.args(arguments).stderr(Stdio::piped());
        Self::run(command)
    }

    /// Runs a command that ends up as the program, with the rest of its arguments and its own standard error.
    pub(crate) fn run(mut command: Command) -> Self {
        let mut child = command
            .args(["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
        let mut said = String::new();
        let mut admin = None;
        let address = loop {
            let mut line = String::new();
            assert!(
                stdout.read_line(&mut line).expect("text") > 0,
                "it ended: {said}"
            );
            if let Some(address) = line.trim().strip_prefix("listening on http://") {
                break address.parse().expect("an address");
            }
            if let Some(address) = line.trim().strip_prefix("admin on http://") {
                admin = Some(address.parse().expect("an address"));
            }
            said.push_str(&line);
        };
        Self {
            child,
            stdout,
            address,
            admin: admin.expect("an admin port"),
            said,
        }
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).expect("it runs");
    }

    /// Waits for the end: how, and what it said on the error stream.
    pub(crate) fn end(mut self) -> (ExitStatus, String) {
        let status = self.child.wait().expect("a child");
        let mut said = String::new();
        self.stdout.read_to_string(&mut said).expect("text");
        assert_eq!(said, "");
        let mut stderr = self.child.stderr.take().expect("piped");
        stderr.read_to_string(&mut said).expect("text");
        (status, said)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has ended, or a test has failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn each_variant_serves() {
    for variant in [
        "naive",
        "pooled",
        "arena",
        "preallocated",
        "preallocated-simd",
    ] {
        let program = Program::start(&["--variant", variant]);
        let mut client = Client::connect(program.address);
        client.send(get("/data"));
        assert_eq!(client.answer().body, handler::DATA, "{variant}");
        program.signal(Signal::TERM);
        let (status, said) = program.end();
        assert!(status.success() && said.is_empty(), "{status} {said}");
    }
}

#[test]
fn requests_in_flight_finish_after_the_signal() {
    for signal in [Signal::TERM, Signal::INT] {
        let program = Program::start(&[]);
        let mut idle = Client::connect(program.address);
        idle.send(get("/data"));
        assert_eq!(idle.answer().status, 200);
        let mut in_head = Client::connect(program.address);
        in_head.send("GET /da");
        let mut in_second_head = Client::connect(program.address);
        in_second_head.send(get("/data"));
        assert_eq!(in_second_head.answer().status, 200);
        in_second_head.send("GET /da");
        let mut in_body = Client::connect(program.address);
        in_body.send("POST /invoices HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{");
        std::thread::sleep(Duration::from_millis(100));

        program.signal(signal);
        assert_eq!(idle.rest().expect("no reset"), b"");
        assert!(
            TcpStream::connect(program.address).is_err(),
            "it still accepts"
        );
        for client in [&mut in_head, &mut in_second_head] {
            client.send("ta HTTP/1.1\r\nhost: a\r\n\r\n");
            let answer = client.answer();
            assert!(answer.status == 200 && answer.is_last(), "{answer:?}");
        }
        in_body.send("}");
        let answer = in_body.answer();
        assert!(answer.status == 422 && answer.is_last(), "{answer:?}");
        let (status, said) = program.end();
        assert!(status.success() && said.is_empty(), "{status} {said}");
    }
}

#[test]
fn a_request_that_has_arrived_before_the_signal_is_answered() {
    for workers in ["1", "2"] {
        for _ in 0..10 {
            let program = Program::start(&["--workers", workers]);
            let mut waiting = Client::connect(program.address);
            waiting.send(get("/data"));
            assert_eq!(waiting.answer().status, 200);
            let mut new = Client::connect(program.address);
            new.send(get("/data"));
            waiting.send(get("/data"));
            program.signal(Signal::TERM);
            for client in [&mut new, &mut waiting] {
                assert_eq!(client.answer().status, 200, "{workers} workers");
            }
            drop((new, waiting));
            let (status, said) = program.end();
            assert!(status.success() && said.is_empty(), "{status} {said}");
        }
    }
}

#[test]
fn what_does_not_finish_is_cut() {
    let program = Program::start(&["--grace-time", "0.3"]);
    // It has its answer, and does not see that the service closes: nothing of it is cut.
    let mut idle = Client::connect(program.address);
    idle.send(get("/data"));
    assert_eq!(idle.answer().status, 200);
    let mut client = Client::connect(program.address);
    client.send("GET /da");
    std::thread::sleep(Duration::from_millis(100));
    let start = Instant::now();
    program.signal(Signal::TERM);
    let (status, said) = program.end();
    assert!(start.elapsed() >= Duration::from_millis(300));
    assert!(status.success(), "{status}");
    assert_eq!(
        said,
        "server: 1 connections were cut in the middle of a request\n"
    );
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let program = Program::start(&["--grace-time", "60"]);
    let mut client = Client::connect(program.address);
    client.send("GET /da");
    std::thread::sleep(Duration::from_millis(100));
    program.signal(Signal::TERM);
    // The first is seen to.
    while TcpStream::connect(program.address).is_ok() {
        std::thread::sleep(Duration::from_millis(2));
    }
    program.signal(Signal::TERM);
    let (status, said) = program.end();
    assert_eq!((status.code(), &*said), (Some(1), "server: asked twice\n"));
}

/// Runs the program to its end: its exit code, and what it said on the error stream.
pub(crate) fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_server"))
        .args(arguments)
        .output()
        .expect("it starts");
    let said = String::from_utf8(output.stderr).expect("text");
    (output.status.code(), said)
}

#[test]
fn says_what_is_wrong_with_its_flags() {
    for (arguments, said) in [
        (["--max-head-bytes", "70000"], "not between 64 and 65536"),
        (["--max-body-bytes", "1048577"], "not between 0 and 1048576"),
        (["--max-connections", "0"], "not between 1 and"),
        (["--idle-time", "0"], "not between 0.001 and 86400"),
        (["--idle-time", "inf"], "not between 0.001 and 86400"),
        (
            ["--variant", "fast"],
            "possible values: naive, pooled, arena, preallocated",
        ),
        (["--listen", "localhost"], "invalid socket address"),
        (["--workers", "0"], "invalid value '0'"),
    ] {
        let (code, error) = run(&arguments);
        assert!(
            code == Some(2) && error.contains(said),
            "{arguments:?}: {error}"
        );
    }
    let taken = Program::start(&[]);
    let (code, error) = run(&["--no-admin", "--listen", &taken.address.to_string()]);
    let said = format!("cannot listen on {}: Address already in use", taken.address);
    assert!(code == Some(1) && error.contains(&said), "{error}");
}
