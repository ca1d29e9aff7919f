//! The service, as the program that lies beside the example.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

/// A running service; it ends with this value.
pub(crate) struct Program {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Program {
    /// Starts it on a port of the system's choice, without an admin port.
    pub(crate) fn start(arguments: &[&str]) -> Result<Self> {
        let example = std::env::current_exe()?;
        let folder = example.ancestors().nth(2).context("no folder")?;
        let path = folder.join("server");
        let mut child = Command::new(&path)
            .args(["--listen", "127.0.0.1:0", "--no-admin"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{}: build it first", path.display()))?;
        let lines = BufReader::new(child.stdout.take().context("piped")?).lines();
        for line in lines {
            if let Some(address) = line?.strip_prefix("listening on http://") {
                let address = address.parse()?;
                return Ok(Self { child, address });
            }
        }
        bail!("it does not listen")
    }

    /// Its resident memory in KiB.
    pub(crate) fn resident(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let text = line.context("no VmRSS")?.trim().trim_end_matches(" kB");
        Ok(text.parse()?)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
