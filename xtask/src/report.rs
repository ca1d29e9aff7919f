//! `cargo xtask report`: writes the pages that show the committed results.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use benchstat::{Collection, Input, Replicate, Source};
use report::{LadderPage, LatencyPage, Page, splice};

use crate::ladder;
use crate::load;
use crate::measure::FUNCTIONS;
use crate::pool_sweep;
use crate::results::{self, write_whole};
use crate::suite::Kind;
use crate::workspace::{Workspace, file_of};

/// Write the pages in baselines, and the table in README.md, from the committed results
#[derive(clap::Args, Debug, Default)]
pub(crate) struct Arguments {
    /// Write nothing, and fail when a page is out of date
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let workspace = Workspace::current();
    let files = Kind::ALL.map(|kind| file_of(kind, &workspace.baselines()));
    let collection = read(&files)?;
    let functions = read(&[workspace.baselines().join(FUNCTIONS)])?;
    let page = Page::new(&collection, &functions)?;
    let root = workspace.root().join("README.md");
    let readme = fs::read_to_string(&root).with_context(|| root.display().to_string())?;
    let spliced = splice(&readme, "headline", &page.headline())
        .with_context(|| root.display().to_string())?;
    let mut pages = vec![
        (workspace.baselines().join("README.md"), page.markdown()),
        (root, spliced),
    ];
    let latency = load::FILES.map(|file| workspace.baselines().join(file));
    if latency.iter().all(|file| file.exists()) {
        let [rounds, story] = latency.map(|file| -> Result<_> {
            let runs = results::read(&file)?.lines;
            Ok((read(&[file])?, runs))
        });
        let ((rounds, runs), (story, story_runs)) = (rounds?, story?);
        let page = LatencyPage::new((&rounds, &runs), (&story, &story_runs))?;
        pages.push((workspace.baselines().join("LATENCY.md"), page.markdown()));
    }
    pages.extend(behind(&workspace)?);
    for (path, text) in pages {
        let current = fs::read_to_string(&path).unwrap_or_default();
        if current == text {
            continue;
        }
        if arguments.check {
            bail!(
                "{} is out of date; `cargo xtask report` writes it",
                path.display()
            );
        }
        write_whole(&path, text.as_bytes())?;
        eprintln!("wrote {}", path.display());
    }
    Ok(())
}

/// The chart of the pool's sizes.
const CHART: &str = "pool-sweep.svg";

/// The page of what stands behind the handler, and its chart, where there are results.
fn behind(workspace: &Workspace) -> Result<Vec<(PathBuf, String)>> {
    let baselines = workspace.baselines();
    let [ladder, sweep] = [ladder::FILE, pool_sweep::FILE].map(|file| {
        let file = baselines.join(file);
        if file.exists() {
            results::read(&file).map(|results| results.lines)
        } else {
            Ok(Vec::new())
        }
    });
    let (ladder, sweep) = (ladder?, sweep?);
    if ladder.is_empty() && sweep.is_empty() {
        return Ok(Vec::new());
    }
    let page = LadderPage::new(&ladder, &sweep);
    let chart = page.chart().context(CHART)?;
    let name = if chart.is_some() { CHART } else { "" };
    let mut pages = vec![(baselines.join("LADDER.md"), page.markdown(name))];
    pages.extend(chart.map(|chart| (baselines.join(CHART), chart)));
    Ok(pages)
}

fn read(files: &[PathBuf]) -> Result<Collection> {
    let mut collection = Collection::default();
    for path in files {
        let source = Source::File(path.clone());
        collection.read_inputs(
            &[Input {
                label: "baseline".to_owned(),
                source,
            }],
            Replicate::Process,
        )?;
    }
    if let Some(problem) = collection.problems().first() {
        bail!("{problem}");
    }
    Ok(collection)
}
