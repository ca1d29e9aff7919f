//! `cargo xtask comment`: a comparison as the text of a comment on a pull request.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use benchstat::comment::{About, comment, without_comparison};
use benchstat::document::Document;

/// Print a comparison as the text of a comment on a pull request
///
/// The file may come from anyone: it is read only if it is small and of the form that `compare --format json` writes, and what
/// it says is shown literally.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// What `compare --format json` wrote
    #[arg(value_name = "FILE", required_unless_present = "without")]
    file: Option<PathBuf>,

    /// There is none: say so
    #[arg(long, conflicts_with = "file")]
    without: bool,

    /// Where all of it can be seen
    #[arg(long, value_name = "URL")]
    link: Option<String>,

    /// The commit that was measured
    #[arg(long, value_name = "HASH")]
    commit: Option<String>,
}

/// Many times what the suite's own comparison has: 5,000 rows take 4 MB.
const LARGEST: u64 = 16 << 20;

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let about = About {
        link: arguments.link.as_deref(),
        commit: arguments.commit.as_deref(),
    };
    let text = match &arguments.file {
        Some(file) => comment(&read(file)?, about)?,
        None => without_comparison(about)?,
    };
    print!("{text}");
    Ok(())
}

fn read(path: &Path) -> Result<Document> {
    let shown = || path.display().to_string();
    let file = File::open(path).with_context(shown)?;
    let mut json = Vec::new();
    file.take(LARGEST + 1)
        .read_to_end(&mut json)
        .with_context(shown)?;
    if json.len() as u64 > LARGEST {
        bail!("{}: larger than {LARGEST} bytes", shown());
    }
    Document::parse(&json).with_context(shown)
}
