//! The example program, started and ended.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::client::get;

/// The example program `service`, which ends with this value.
pub(crate) struct Service {
    child: Child,
    pub(crate) address: SocketAddr,
    /// Times are measured here, and there are two cores.
    _alone: MutexGuard<'static, ()>,
}

impl Service {
    pub(crate) fn start() -> Self {
        Self::keeping(64)
    }

    /// One each of whose threads keeps so many blocks of memory.
    pub(crate) fn keeping(blocks: u32) -> Self {
        static ALONE: Mutex<()> = Mutex::new(());
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        // Cargo builds the examples beside the tests.
        let mut program = std::env::current_exe().unwrap();
        program.pop();
        program.pop();
        program.push("examples/service");
        let mut child = Command::new(program)
            .args(["2", &blocks.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let output = child.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut line).unwrap();
        Self {
            child,
            address: line.trim().parse().unwrap(),
            _alone: alone,
        }
    }

    /// A profile's bytes.
    pub(crate) fn profile(&self, target: &str) -> Vec<u8> {
        let answer = get(self.address, target, "");
        assert_eq!(answer.status, 200, "{target}: {}", answer.head);
        answer.bytes
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let status = self.child.wait().unwrap();
        assert!(status.success() || thread::panicking(), "{status}");
    }
}
