//! A profile as a whole: read, written, symbolised, shown.

use std::io::{self, Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use prost::Message;
use thiserror::Error;

use crate::top::Top;
use crate::{Frame, flame, frames, library, proto, symbols};

/// A profile: what pprof's files hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    message: proto::Profile,
}

/// Why bytes are no profile.
#[derive(Debug, Error)]
pub enum Malformed {
    /// They begin as gzip and go on otherwise.
    #[error("the profile's gzip is damaged: {0}")]
    Gzip(io::Error),
    /// They are longer than any profile here.
    #[error("the profile is larger than {MOST_BYTES} bytes")]
    TooLong,
    /// They are no message.
    #[error("the profile's protocol buffer is damaged: {0}")]
    Message(prost::DecodeError),
}

/// Unpacked bytes of a profile that is still read: far above the largest that a service here gives, and small enough to hold.
const MOST_BYTES: u64 = 1 << 30;

/// What gzip begins with: RFC 1952, section 2.3.1.
const GZIP: [u8; 2] = [0x1f, 0x8b];

impl Profile {
    pub(crate) fn new(message: proto::Profile) -> Self {
        Self { message }
    }

    /// Reads a profile, gzipped or not.
    ///
    /// # Errors
    ///
    /// If the bytes are no profile.
    pub fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut unpacked = Vec::new();
        let message = if bytes.starts_with(&GZIP) {
            let mut decoder = GzDecoder::new(bytes).take(MOST_BYTES + 1);
            decoder
                .read_to_end(&mut unpacked)
                .map_err(Malformed::Gzip)?;
            if unpacked.len() as u64 > MOST_BYTES {
                return Err(Malformed::TooLong);
            }
            unpacked.as_slice()
        } else {
            bytes
        };
        let message = proto::Profile::decode(message).map_err(Malformed::Message)?;
        Ok(Self { message })
    }

    /// The profile as a file, gzipped.
    pub fn write(&self) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        // A vector takes what is written.
        let _ = encoder.write_all(&self.bytes());
        encoder.finish().unwrap_or_default()
    }

    /// The profile as it is handed to another process: not gzipped.
    pub fn bytes(&self) -> Vec<u8> {
        self.message.encode_to_vec()
    }

    /// Gives the addresses names and lines, in the profiled program or in another process of the same executable. In a heap
    /// profile the frames of the allocator and of Rust's library below the code that allocates are taken away, as Go takes
    /// its own.
    #[must_use]
    pub fn symbolized(mut self) -> Self {
        symbols::symbolize(&mut self.message);
        if self.is_of_memory() {
            library::trim(&mut self.message);
        }
        self
    }

    /// The flame graph, as SVG, of the values that are shown first.
    pub fn flamegraph(&self, title: &str) -> String {
        flame::graph(&self.message, self.shown(), title)
    }

    /// The functions on the stack of each sample, in the samples' order, the innermost first, those that were inlined, too.
    /// The functions of others' profiles are found where they are numbered from 1 in their order, as ours are.
    pub fn frames(&self) -> Vec<Vec<Frame>> {
        frames::of(&self.message)
    }

    /// The functions, those with most of the values that are shown first. What Rust's library does counts as its caller's
    /// own: an addition that was inlined has a name there that helps no one.
    pub fn top(&self) -> Top {
        let mut trimmed = self.message.clone();
        library::trim(&mut trimmed);
        Top::of(&trimmed, self.shown())
    }

    fn place(&self, kind: &str) -> Option<usize> {
        let types = &self.message.sample_types;
        types
            .iter()
            .position(|value| self.message.string(value.kind) == kind)
    }

    /// The place of the values that are shown first: the default's, or the last.
    fn shown(&self) -> usize {
        let shown = self.message.string(self.message.default_sample_type);
        let last = self.message.sample_types.len().saturating_sub(1);
        self.place(shown).unwrap_or(last)
    }

    fn is_of_memory(&self) -> bool {
        let period = self.message.period_type.unwrap_or_default();
        self.message.string(period.kind) == "space"
    }
}
