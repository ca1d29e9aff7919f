//! `cargo xtask doctor`: what on this machine disturbs measuring.

use std::fs;
use std::path::Path;
use std::thread;

use crate::machine;
use crate::suite::output;

/// Say what on this machine disturbs measuring, and what to do about it
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {}

/// A finding: what was looked at, what was seen, and what to do where it disturbs.
struct Finding {
    what: &'static str,
    seen: String,
    advice: Option<&'static str>,
}

pub(crate) fn run() {
    for finding in [
        valgrind(),
        governor(),
        turbo(),
        aslr(),
        steal(),
        load(),
        affinity(),
        toolchain(),
    ] {
        let mark = if finding.advice.is_some() { "!" } else { "ok" };
        println!("{mark:2} {:18} {}", finding.what, finding.seen);
        if let Some(advice) = finding.advice {
            println!("   {:18} {advice}", "");
        }
    }
}

fn valgrind() -> Finding {
    let version = machine::valgrind();
    Finding {
        what: "valgrind",
        advice: version
            .is_none()
            .then_some("instructions are not counted; Debian, Ubuntu: apt-get install valgrind"),
        seen: version.unwrap_or_else(|| "not installed".to_owned()),
    }
}

fn governor() -> Finding {
    let governor = read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
    Finding {
        what: "frequency governor",
        advice: governor
            .as_deref()
            .is_some_and(|governor| governor != "performance")
            .then_some("times move with the clock; cpupower frequency-set -g performance"),
        seen: governor.unwrap_or_else(|| "not visible, as in most virtual machines".to_owned()),
    }
}

fn turbo() -> Finding {
    let no_turbo = read("/sys/devices/system/cpu/intel_pstate/no_turbo");
    let on = no_turbo.as_deref() == Some("0");
    Finding {
        what: "turbo",
        advice: on.then_some(
            "times depend on what the other cores do; echo 1 > .../intel_pstate/no_turbo",
        ),
        seen: match no_turbo.as_deref() {
            Some("0") => "on".to_owned(),
            Some(_) => "off".to_owned(),
            None => "not visible".to_owned(),
        },
    }
}

fn aslr() -> Finding {
    let randomize = read("/proc/sys/kernel/randomize_va_space");
    let on = randomize.as_deref() != Some("0");
    Finding {
        what: "address layout",
        advice: on.then_some(
            "each process lies elsewhere in memory; more processes average it out, or setarch -R; counts are not touched",
        ),
        seen: if on { "randomised".to_owned() } else { "fixed".to_owned() },
    }
}

fn steal() -> Finding {
    let ticks = read("/proc/stat").and_then(|stat| {
        // cpu user nice system idle iowait irq softirq steal ...
        stat.lines()
            .next()?
            .split_whitespace()
            .nth(8)?
            .parse::<u64>()
            .ok()
    });
    Finding {
        what: "steal time",
        advice: ticks.is_some_and(|ticks| ticks > 0).then_some(
            "the host gave this machine's processors to others; compare times in pairs only",
        ),
        seen: ticks.map_or_else(
            || "not visible".to_owned(),
            |ticks| format!("{ticks} ticks since boot"),
        ),
    }
}

fn load() -> Finding {
    let load = read("/proc/loadavg");
    let one_minute = load
        .as_deref()
        .and_then(|load| load.split(' ').next())
        .unwrap_or("not visible")
        .to_owned();
    let busy = one_minute.parse::<f64>().is_ok_and(|load| load > 0.5);
    Finding {
        what: "load, 1 minute",
        advice: busy.then_some("other programs are running; end them, or wait"),
        seen: one_minute,
    }
}

fn affinity() -> Finding {
    let cores = thread::available_parallelism().map_or(0, usize::from);
    let online = read("/sys/devices/system/cpu/online").unwrap_or_else(|| "not visible".to_owned());
    Finding {
        what: "processors",
        advice: (cores == 1).then_some("everything shares one processor with what measures it"),
        seen: format!("{cores} may be used, online: {online}"),
    }
}

fn toolchain() -> Finding {
    let version = output(Path::new("rustc"), &["--version"]);
    Finding {
        what: "toolchain",
        advice: None,
        seen: version.map_or_else(
            |error| error.to_string(),
            |version| version.trim().to_owned(),
        ),
    }
}

fn read(path: &str) -> Option<String> {
    fs::read_to_string(path)
        .ok()
        .map(|text| text.trim().to_owned())
}
