//! The service, as a program.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

struct Running {
    process: Child,
    address: String,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_rating"))
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let output = process.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://").unwrap();
        Self {
            address: address.to_owned(),
            process,
        }
    }

    /// Sends requests on one connection, the last of which closes it: what comes back.
    fn asked(&self, requests: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(requests.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
}

#[test]
fn it_rates_accounts_and_nothing_else() {
    let service = Running::start(&[]);
    let answer = service.asked(&get("/ratings/7"));
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let body = answer.split_once("\r\n\r\n").unwrap().1;
    let form = body
        .strip_prefix(r#"{"account":7,"rating":""#)
        .and_then(|rest| rest.strip_suffix(r#""}"#));
    assert!(matches!(form, Some("A" | "B" | "C" | "D" | "E")), "{body}");
    assert_eq!(
        service
            .asked(&get("/ratings/7"))
            .split_once("\r\n\r\n")
            .unwrap()
            .1,
        body
    );
    for path in [
        "/",
        "/ratings/",
        "/ratings/0",
        "/ratings/07",
        "/ratings/-1",
        "/ratings/7/",
        "/ratings/4294967296",
    ] {
        let answer = service.asked(&get(path));
        assert!(answer.starts_with("HTTP/1.1 404 "), "{path}: {answer}");
    }
    let post = get("/ratings/7").replace("GET", "POST");
    assert!(service.asked(&post).starts_with("HTTP/1.1 405 "));
}

#[test]
fn it_takes_as_long_as_it_is_told() {
    let service = Running::start(&["--delay", "0.2"]);
    let begun = Instant::now();
    service.asked(&get("/ratings/7"));
    assert!(begun.elapsed() >= Duration::from_millis(200));
    for delay in ["11", "-1", "soon"] {
        let status = Command::new(env!("CARGO_BIN_EXE_rating"))
            .args(["--delay", delay])
            .stderr(Stdio::null())
            .status();
        assert_eq!(status.unwrap().code(), Some(2), "{delay}");
    }
}
