//! `cargo xtask profile`: where the service's time and memory go, under load.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use profile::{Profile, fetch};

use crate::results::write_whole;
use crate::service::{SYSTEM, Service, Start, build_load, build_server};
use crate::workspace::Workspace;

/// Profile the service under load: processor time and memory, as files of pprof, as flame graphs, and as tables
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// How the handler gets its memory: naive, pooled, arena, preallocated, preallocated-simd
    #[arg(long, value_name = "NAME", default_value = "preallocated")]
    variant: String,

    /// How long the processor is sampled
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=60))]
    seconds: u16,

    /// What is asked for, as `cargo run --release --package load -- --list` lists it
    #[arg(long, value_name = "NAME", default_value = "Invoice/items=10")]
    case: String,

    /// How many functions are printed
    #[arg(long, value_name = "N", default_value_t = 20)]
    rows: usize,
}

/// How long the load lasts beyond the sampling: what comes before it and after it, on a slow machine.
const BEYOND: u16 = 120;

/// Samples a second: not a divisor of what a program may do a thousand times a second.
const FREQUENCY: u16 = 499;

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let workspace = Workspace::current();
    let _lock = workspace.lock()?;
    let load = build_load(&workspace)?;
    let server = build_server(SYSTEM, &workspace)?;
    let folder = workspace.results().join("profile");
    let service = Service::start(
        &server,
        Start {
            variant: &arguments.variant,
            admin: true,
            ..Start::default()
        },
    )?;
    let admin = service.admin.as_deref().context("no admin port")?;
    let admin: SocketAddr = admin.parse().context(admin.to_owned())?;
    let mut load = Load::start(&load, &service, arguments)?;

    let sampled = format!(
        "/debug/pprof/profile?seconds={}&frequency={FREQUENCY}",
        arguments.seconds
    );
    let kinds = [
        ("cpu", sampled.as_str()),
        ("heap", "/debug/pprof/heap"),
        ("allocs", "/debug/pprof/allocs"),
    ];
    for (kind, target) in kinds {
        let bytes = fetch(admin, target)?;
        load.check()?;
        let name = format!("{}-{kind}", arguments.variant);
        let profile = Profile::read(&bytes).with_context(|| name.clone())?;
        let graph = profile.flamegraph(&format!("{} {kind}", arguments.case));
        let file = folder.join(format!("{name}.pb.gz"));
        write_whole(&file, &bytes)?;
        write_whole(&folder.join(format!("{name}.svg")), graph.as_bytes())?;
        println!(
            "{}\n{}",
            file.display(),
            profile.top().table(arguments.rows)
        );
    }
    Ok(())
}

/// Load that ends with this value.
struct Load {
    process: Child,
}

impl Load {
    fn start(program: &Path, service: &Service, arguments: &Arguments) -> Result<Self> {
        let lasts = arguments.seconds + BEYOND;
        let process = Command::new(program)
            .args(["--target", &service.address, "--case", &arguments.case])
            .args(["--saturate", "--warm-up", "1"])
            .args(["--duration", &lasts.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .with_context(|| program.display().to_string())?;
        Ok(Self { process })
    }

    /// A profile of a service that no one asks for anything would be none.
    fn check(&mut self) -> Result<()> {
        match self.process.try_wait().context("load")? {
            Some(status) => bail!("the load ended with {status} before the profile did"),
            None => Ok(()),
        }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        // It may have ended by itself; it is reaped either way.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
