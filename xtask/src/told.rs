//! What a comparison has to tell, and where it comes from.

use std::io::{self, BufWriter, Write};

use anyhow::{Context, Result};
use benchstat::cli::{Flags, Format, Report, print, style_of};
use benchstat::document::ExplanationView;
use benchstat::shard::Union;
use benchstat::{Collection, Outcome, SitesView, Table, Verdicts, write_explanations, write_sites};
use report::ComparisonPage;

use crate::compare::{Arguments, results_of};
use crate::workspace::Workspace;
use crate::{explain, shard, sites};

/// A comparison that is judged.
pub(crate) struct Told<'a> {
    pub(crate) collection: &'a Collection,
    pub(crate) tables: &'a [Table<'a>],
    pub(crate) verdicts: &'a Verdicts,
    pub(crate) outcome: Outcome,
    pub(crate) format: Format,
    /// A page instead, which is no format of benchstat's.
    pub(crate) is_html: bool,
    pub(crate) flags: &'a Flags,
}

/// Where the changes come from.
#[derive(Default)]
pub(crate) struct Causes {
    explanations: Vec<ExplanationView>,
    sites: Vec<SitesView>,
}

impl Told<'_> {
    /// Finds where the changes come from, if that is to be told, and draws it, if it is to be drawn.
    pub(crate) fn causes(
        &self,
        arguments: &Arguments,
        union: Option<&Union>,
        workspace: &Workspace,
    ) -> Result<Causes> {
        let failed = self.outcome == Outcome::Failed;
        let explains = match self.format {
            Format::Markdown | Format::Json => arguments.explain || failed,
            Format::Text => arguments.explain || self.is_html && failed,
            Format::Csv | Format::Bencher => false,
        };
        let graphs = arguments.flamegraph.as_deref();
        let mut causes = Causes::default();
        if let Some(parts) = union {
            if explains {
                causes.explanations = shard::explanations(parts)?;
                causes.sites = shard::sites(parts)?;
            }
            return Ok(causes);
        }
        if !arguments.inputs.is_empty() || !explains && graphs.is_none() {
            return Ok(causes);
        }
        let revision = arguments.against.as_deref();
        let base = match revision {
            Some(revision) => results_of(&workspace.revisions().resolve(revision)?, workspace),
            None => workspace.baselines(),
        };
        let here = workspace.results();
        let explanations = explain::changes(self.verdicts, &base, &here, graphs, workspace)?;
        if explains {
            causes = Causes {
                explanations,
                sites: sites::changes(self.verdicts, revision, workspace)?,
            };
        }
        Ok(causes)
    }

    /// Prints it.
    pub(crate) fn print(&self, causes: &Causes) -> Result<()> {
        let Causes {
            explanations,
            sites,
        } = causes;
        if self.is_html {
            let mut explanation = Vec::new();
            write_explanations(explanations, &mut explanation)?;
            write_sites(sites, &mut explanation)?;
            let page = ComparisonPage {
                collection: self.collection,
                verdicts: (self.verdicts, self.outcome),
                alpha: self.flags.alpha,
                confidence: self.flags.confidence,
                filter: &self.flags.filter,
                explanation: &String::from_utf8(explanation)?,
            };
            let page = page.html()?;
            return written(io::stdout().lock().write_all(page.as_bytes()));
        }
        let report = Report {
            tables: self.tables,
            verdicts: Some((self.verdicts, self.outcome)),
            explanations,
            caveat: self.collection.caveat(),
            sites,
        };
        let stdout = io::stdout();
        let style = style_of(&stdout);
        let mut output = BufWriter::new(stdout.lock());
        let mut notes = io::stderr().lock();
        let printed = print(&report, self.format, style, &mut output, &mut notes);
        written(printed.and_then(|()| output.flush()))
    }
}

fn written(outcome: io::Result<()>) -> Result<()> {
    match outcome {
        // Whoever reads has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome.context("writing the comparison"),
    }
}
