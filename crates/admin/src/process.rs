//! The process, as `/proc` has it: proc(5).

use std::fs;

/// What could be read; `None` where there is no such file.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Process {
    pub(crate) virtual_bytes: Option<f64>,
    pub(crate) resident_bytes: Option<f64>,
    pub(crate) open_files: Option<f64>,
    pub(crate) threads: Option<f64>,
    pub(crate) cpu_seconds: Option<f64>,
}

pub(crate) fn read() -> Process {
    let memory = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let status = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let page = rustix::param::page_size() as f64;
    let ticks = rustix::param::clock_ticks_per_second() as f64;
    // The command's name stands in brackets, and may have blanks and brackets of its own.
    let fields: Vec<&str> = status
        .rsplit_once(')')
        .map(|(_, fields)| fields.split_ascii_whitespace().collect())
        .unwrap_or_default();
    // Numbered from 1 in proc(5), and the first two come before.
    let field = |number: usize| number_at(&fields, number - 3);
    let sizes: Vec<&str> = memory.split_ascii_whitespace().collect();
    Process {
        virtual_bytes: number_at(&sizes, 0).map(|pages| pages * page),
        resident_bytes: number_at(&sizes, 1).map(|pages| pages * page),
        open_files: fs::read_dir("/proc/self/fd")
            .ok()
            .map(|files| files.count() as f64),
        threads: field(20),
        cpu_seconds: field(14)
            .zip(field(15))
            .map(|(user, system)| (user + system) / ticks),
    }
}

fn number_at(fields: &[&str], place: usize) -> Option<f64> {
    fields.get(place)?.parse().ok()
}
