//! `cargo xtask report`: writes the pages that show the committed results.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use benchfmt::Benchmark;
use benchstat::{Collection, Input, Replicate, Source};
use report::{LadderPage, LatencyPage, Page, splice};

use crate::ladder;
use crate::load;
use crate::measure::FUNCTIONS;
use crate::pool_sweep;
use crate::results::{self, write_whole};
use crate::suite::Kind;
use crate::workspace::{Workspace, file_of};

/// Where the page of HTML goes, unless a place is given.
const PAGE: &str = "target/report.html";

/// Write the pages and charts in baselines, and what README.md shows of them, from the committed results
#[derive(clap::Args, Debug, Default)]
pub(crate) struct Arguments {
    /// Write nothing, and fail when a page or a chart is out of date
    #[arg(long)]
    check: bool,

    /// Write one file of HTML instead, with tables that sort, filter and regroup: target/report.html, or FILE
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = PAGE, conflicts_with = "check")]
    html: Option<PathBuf>,
}

/// The folder of the charts, in that of the baselines.
const CHARTS: &str = "charts";

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let workspace = Workspace::current();
    // Polls and wakes have no part in the pages.
    let kinds = [Kind::Instructions, Kind::Allocs, Kind::Time];
    let files = kinds.map(|kind| file_of(kind, &workspace.baselines()));
    let collection = read(&files)?;
    let functions = read(&[workspace.baselines().join(FUNCTIONS)])?;
    let page = Page::new(&collection, &functions)?;
    let mut charts = page.charts()?;
    let mut pages = Vec::new();
    let mut latency = load::FILES
        .map(|file| workspace.baselines().join(file))
        .to_vec();
    latency.retain(|file| file.exists());
    if latency.len() == 1 {
        bail!(
            "{} alone makes no page; `cargo xtask load` and `cargo xtask load --story` measure both",
            latency[0].display()
        );
    }
    if let [rounds, story] = &latency[..] {
        let [rounds, story] = [rounds, story].map(|file| -> Result<_> {
            let runs = results::read(file)?.lines;
            Ok((read(std::slice::from_ref(file))?, runs))
        });
        let ((rounds, runs), (story, story_runs)) = (rounds?, story?);
        let page = LatencyPage::new((&rounds, &runs), (&story, &story_runs))?;
        pages.push((workspace.baselines().join("LATENCY.md"), page.markdown()));
        charts.extend(page.charts()?);
    }
    let [ladder, sweep] = behind(&workspace)?;
    let behind = LadderPage::new(&ladder, &sweep);
    let behind = (!ladder.is_empty() || !sweep.is_empty()).then_some(behind);
    if let Some(behind) = &behind {
        pages.push((workspace.baselines().join("LADDER.md"), behind.markdown()));
        charts.extend(behind.chart()?);
    }
    if let Some(file) = &arguments.html {
        let mut others = [ladder::FILE, pool_sweep::FILE]
            .map(|file| workspace.baselines().join(file))
            .to_vec();
        others.push(file_of(Kind::Polls, &workspace.baselines()));
        others.retain(|file| file.exists());
        let all = read(&[files.to_vec(), latency, others].concat())?;
        let path = if file == Path::new(PAGE) {
            workspace.target().join("report.html")
        } else {
            file.clone()
        };
        write_whole(&path, page.html(&all, &charts).as_bytes())?;
        eprintln!("wrote {}", path.display());
        return Ok(());
    }
    let root = workspace.root().join("README.md");
    let readme = fs::read_to_string(&root).with_context(|| root.display().to_string())?;
    let spliced = splice(&readme, "headline", &page.headline(&charts))
        .with_context(|| root.display().to_string())?;
    pages.push((root, spliced));
    let readme = workspace.baselines().join("README.md");
    pages.push((readme, page.markdown(&charts, behind.as_ref())));
    let folder = workspace.baselines().join(CHARTS);
    for chart in charts {
        pages.push((folder.join(format!("{}.svg", chart.name)), chart.svg));
    }
    settle(&pages, &folder, arguments.check)
}

/// Writes the pages that are not as they should be, and removes charts that are none of them; or fails at the first such.
fn settle(pages: &[(PathBuf, String)], charts: &Path, check: bool) -> Result<()> {
    for (path, text) in pages {
        let current = fs::read_to_string(path).unwrap_or_default();
        if current == *text {
            continue;
        }
        if check {
            bail!(
                "{} is out of date; `cargo xtask report` writes it",
                path.display()
            );
        }
        write_whole(path, text.as_bytes())?;
        eprintln!("wrote {}", path.display());
    }
    for path in stray(charts, pages)? {
        if check {
            bail!(
                "{} shows no result; `cargo xtask report` removes it",
                path.display()
            );
        }
        fs::remove_file(&path).with_context(|| path.display().to_string())?;
        eprintln!("removed {}", path.display());
    }
    Ok(())
}

/// The results of what stands behind the handler: the ladder's and the pool sweep's.
fn behind(workspace: &Workspace) -> Result<[Vec<Benchmark>; 2]> {
    let [ladder, sweep] = [ladder::FILE, pool_sweep::FILE].map(|file| {
        let file = workspace.baselines().join(file);
        if file.exists() {
            results::read(&file).map(|results| results.lines)
        } else {
            Ok(Vec::new())
        }
    });
    Ok([ladder?, sweep?])
}

/// The charts in a folder that are none of the pages.
fn stray(folder: &Path, pages: &[(PathBuf, String)]) -> Result<Vec<PathBuf>> {
    let mut stray = Vec::new();
    if !folder.exists() {
        return Ok(stray);
    }
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let is_chart = path.extension().is_some_and(|ending| ending == "svg");
        if is_chart && !pages.iter().any(|(own, _)| *own == path) {
            stray.push(path);
        }
    }
    stray.sort();
    Ok(stray)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_out_of_date_and_a_chart_of_nothing_are_found_and_put_right() {
        let folder = tempfile::TempDir::new().unwrap();
        let charts = folder.path().join("charts");
        let page = (folder.path().join("README.md"), "new".to_owned());
        let chart = (charts.join("time.svg"), "<svg/>".to_owned());
        let pages = [page, chart];
        fs::write(&pages[0].0, "old").unwrap();
        let failure = |check| format!("{:#}", settle(&pages, &charts, check).unwrap_err());
        assert!(failure(true).contains("README.md is out of date"));
        settle(&pages, &charts, false).unwrap();
        settle(&pages, &charts, true).unwrap();

        fs::write(&pages[1].0, "<svg></svg>").unwrap();
        assert!(failure(true).contains("time.svg is out of date"));
        fs::write(charts.join("stray.svg"), "").unwrap();
        fs::write(charts.join("notes.txt"), "").unwrap();
        settle(&pages, &charts, false).unwrap();
        assert!(!charts.join("stray.svg").exists());
        assert!(charts.join("notes.txt").exists());
        fs::write(charts.join("stray.svg"), "").unwrap();
        assert!(failure(true).contains("stray.svg shows no result"));
    }
}
