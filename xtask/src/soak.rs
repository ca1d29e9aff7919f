//! `cargo xtask soak`: constant load for minutes, and what grows in the service meanwhile.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::service::{SYSTEM, Service, Start, build_server, build_soak};
use crate::workspace::Workspace;

/// Put a constant load on the service for minutes: say what grows, and where it is allocated
///
/// Exit codes: 2 bad usage, or nothing answers; 1 something grows, or answers are wrong; 0.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// How the handler gets its memory
    #[arg(long, value_name = "NAME", default_value = "pooled")]
    variant: String,

    /// What is asked for, as `cargo run --release --package load -- --list` lists it
    #[arg(long, value_name = "NAME", default_value = "Invoice/items=10")]
    case: String,

    /// How long
    #[arg(long, value_name = "MINUTES", default_value = "2")]
    minutes: String,

    /// Requests a second
    #[arg(long, value_name = "N", default_value = "10000")]
    rate: String,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let workspace = Workspace::current();
    let _lock = workspace.lock()?;
    let soak = build_soak(&workspace)?;
    let program = build_server(SYSTEM, &workspace)?;
    let service = Service::start(
        &program,
        Start {
            variant: &arguments.variant,
            admin: true,
            ..Start::default()
        },
    )?;
    let admin = service.admin.as_ref().context("no admin port")?;
    let status = Command::new(&soak)
        .args(["--target", &service.address, "--admin", admin])
        .args(["--case", &arguments.case, "--rate", &arguments.rate])
        .args(["--minutes", &arguments.minutes])
        .status()
        .with_context(|| soak.display().to_string())?;
    // One that was killed has no code of its own.
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(ExitCode::from(code.unwrap_or(crate::FAILURE)))
}
