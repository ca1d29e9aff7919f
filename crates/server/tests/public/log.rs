//! What the program tells of its database.

use std::io::{ErrorKind, PipeWriter, Read, Write, pipe};
use std::process::Command;

use rustix::io::ioctl_fionbio;

use crate::accounts::{filled, locked, post_entry};
use crate::client::Client;
use crate::process::Program;

/// Writes until nothing more goes in.
fn stuff(mut pipe: &PipeWriter) {
    ioctl_fionbio(pipe, true).expect("a pipe");
    let full = loop {
        if let Err(error) = pipe.write(&[b'.'; 4096]) {
            break error;
        }
    };
    assert_eq!(full.kind(), ErrorKind::WouldBlock);
    ioctl_fionbio(pipe, false).expect("a pipe");
}

#[test]
fn requests_go_on_where_nobody_reads_what_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = filled(&folder);
    let (mut reader, writer) = pipe().expect("a pipe");
    stuff(&writer);
    let mut command = Command::new(env!("CARGO_BIN_EXE_server"));
    command
        .args(["--store", &format!("sqlite:{}", path.display())])
        .args(["--query-time", "0.05", "--slow-query", "0.001"])
        .stderr(writer);
    let program = Program::run(command);
    let _other = locked(&path);
    let mut client = Client::connect(program.address);
    for _ in 0..8 {
        client.send(post_entry(7, r#"{"amount":1,"text":"waits"}"#));
        assert_eq!(client.answer().status, 503);
    }
    let mut told = String::new();
    while !told.contains("slow query") {
        let mut bytes = [0; 4096];
        let read = reader.read(&mut bytes).expect("a pipe");
        told.push_str(std::str::from_utf8(&bytes[..read]).expect("text"));
    }
}
