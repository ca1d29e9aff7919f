//! What dhat writes: `dhat-heap.json`, and the same format from valgrind's DHAT.
//!
//! Read from the source of dhat 0.3.3 (`lib.rs`), the files of valgrind 3.19, and the description
//! of version 2 in valgrind's `dhat/dh_main.c`. A file holds, for each program point, what was
//! allocated there in all (`tb` bytes in `tbk` blocks), at the moment when the heap was largest
//! (`gb`), and at the end (`eb`). The sums over the points are the program's.
//!
//! A file is one run of a program, and nothing in it says how many operations that were, so here
//! the run is the operation: one iteration.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, SeqAccess, Unexpected, Visitor};

use super::error::Defect;
use super::json::parse as parse_json;
use super::name::encode;
use super::recording::{Content, Recording, Tool};
use super::unit::count;

pub(super) const HEAP_FILE: &str = "dhat-heap.json";

/// The key by which a file can be known.
pub(super) const KEY: &[u8] = b"\"dhatFileVersion\"";

#[derive(Deserialize)]
#[serde(expecting = "a heap profile of dhat")]
struct HeapFile {
    #[serde(rename = "dhatFileVersion")]
    _version: Version,
    #[serde(rename = "mode")]
    _mode: Mode,
    cmd: String,
    #[serde(rename = "pps")]
    totals: Totals,
}

/// Version 2, the one that both tools write.
struct Version;

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u64::deserialize(deserializer)? {
            2 => Ok(Self),
            other => Err(D::Error::invalid_value(
                Unexpected::Unsigned(other),
                &"dhatFileVersion 2",
            )),
        }
    }
}

/// What was profiled: the heap. The other modes (`ad-hoc`, `rust-ad-hoc`, `copy`) count events or
/// copied bytes.
#[derive(Deserialize)]
enum Mode {
    #[serde(rename = "heap")]
    Valgrind,
    #[serde(rename = "rust-heap")]
    Rust,
}

/// A program point.
#[derive(Deserialize)]
#[serde(expecting = "a program point")]
struct Point {
    tb: u64,
    tbk: u64,
    gb: u64,
    eb: u64,
}

/// The sums over the program points, which are not kept.
#[derive(Clone, Copy, Default)]
struct Totals {
    bytes: u64,
    blocks: u64,
    peak: u64,
    end: u64,
}

impl Totals {
    fn plus(self, point: &Point) -> Option<Self> {
        Some(Self {
            bytes: self.bytes.checked_add(point.tb)?,
            blocks: self.blocks.checked_add(point.tbk)?,
            peak: self.peak.checked_add(point.gb)?,
            end: self.end.checked_add(point.eb)?,
        })
    }
}

impl<'de> Deserialize<'de> for Totals {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Points;
        impl<'de> Visitor<'de> for Points {
            type Value = Totals;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of program points")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut points: A) -> Result<Totals, A::Error> {
                let mut totals = Totals::default();
                while let Some(point) = points.next_element()? {
                    totals = totals.plus(&point).ok_or_else(|| {
                        A::Error::custom("a sum over the program points does not fit 64 bits")
                    })?;
                }
                Ok(totals)
            }
        }
        deserializer.deserialize_seq(Points)
    }
}

/// A heap profile from the content of its file.
///
/// Its name is the program's, from the recorded command line: without folders, and without the
/// hash that cargo puts behind it, which differs from build to build.
///
/// # Errors
///
/// If that is not what dhat writes: another version than 2, a mode other than `heap` and
/// `rust-heap`, a program point without its counts.
pub fn parse(heap: &[u8]) -> Result<Recording, Defect> {
    let file: HeapFile = parse_json(heap)?;
    let totals = file.totals;
    Ok(Recording {
        tool: Tool::Dhat,
        name: encode(program(&file.cmd).as_bytes())?,
        command: Some(file.cmd),
        content: Content::Counts(vec![
            count(totals.blocks as f64, "allocs/op"),
            count(totals.bytes as f64, "B/op"),
            count(totals.peak as f64, "peak-B"),
            count(totals.end as f64, "retained-B"),
        ]),
    })
}

/// The program of a command line.
fn program(command: &str) -> &str {
    let path = command.split_whitespace().next().unwrap_or("");
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let file = file.strip_suffix(".exe").unwrap_or(file);
    let is_hash =
        |text: &str| text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match file.rsplit_once('-') {
        Some((name, hash)) if is_hash(hash) => name,
        _ => file,
    }
}
