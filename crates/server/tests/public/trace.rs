//! Where the time of a request goes, in the trace.

use std::collections::HashSet;
use std::io::Read;
use std::thread;

use flate2::read::GzDecoder;
use serde_json::Value;

use crate::accounts::filled;
use crate::admin::ask;
use crate::client::{Client, get};
use crate::process::Program;

/// A body that came in chunks: RFC 9112, section 7.1.
fn whole(mut chunks: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let end = chunks.windows(2).position(|pair| pair == b"\r\n");
        let (size, rest) = chunks.split_at(end.expect("a size"));
        let size = std::str::from_utf8(size).expect("text");
        let size = usize::from_str_radix(size, 16).expect("a number");
        let (chunk, rest) = rest[2..].split_at(size);
        if chunk.is_empty() {
            return body;
        }
        body.extend_from_slice(chunk);
        chunks = &rest[2..];
    }
}

#[test]
fn a_trace_shows_where_the_time_of_an_account_goes() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = format!("sqlite:{}", filled(&folder).display());
    let program = Program::start(&["--store", &store, "--rung", "indexed"]);
    let admin = program.admin;
    let trace = thread::spawn(move || ask(admin, "/debug/pprof/trace?seconds=1").body);
    let mut client = Client::connect(program.address);
    while !trace.is_finished() {
        client.send(get("/accounts/7"));
        assert_eq!(client.answer().status, 200);
    }
    let zipped = whole(&trace.join().expect("a trace"));
    let mut text = String::new();
    let read = GzDecoder::new(zipped.as_slice()).read_to_string(&mut text);
    read.expect("gzipped text");
    let trace: Value = serde_json::from_str(&text).expect("JSON");
    let events = trace["traceEvents"].as_array().expect("events");
    let stages: HashSet<&str> = events
        .iter()
        .filter(|event| event["args"]["route"] == "GET /accounts/{id}" && event["cat"] == "state")
        .filter(|event| event["dur"].as_f64() > Some(0.0))
        .filter_map(|event| event["name"].as_str())
        .collect();
    for stage in [
        "waiting for a connection",
        "waiting for a query",
        "encoding",
        "writing the answer",
    ] {
        assert!(stages.contains(stage), "{stage}: {stages:?}");
    }
}
