//! The page.

use benchstat::{Collection, QueryError};
use thiserror::Error;

use crate::answer::Answer;
use crate::chart::{Chart, DrawError};
use crate::environment;
use crate::figures;
use crate::finding::{self, BASE};
use crate::functions;
use crate::html::HtmlPage;
use crate::ladder::LadderPage;
use crate::latency;
use crate::matrix::Matrix;

/// Why there is no page.
#[derive(Debug, Error)]
pub enum PageError {
    /// A query of the page's own is none: a fault of this crate.
    #[error("a query of the report: {0}")]
    Query(#[from] QueryError),
    /// A chart cannot be drawn: a fault of this crate.
    #[error("a chart of the report: {0}")]
    Chart(#[from] DrawError),
    /// The collection has no results of the handlers.
    #[error("there are no results of the handlers")]
    NoResults,
}

/// The units in the order of the page, each with its heading, what it means, and its chart.
const UNITS: [(&str, &str, &str, &str); 6] = [
    (
        "instructions/op",
        "Instructions",
        "Instructions per operation, by callgrind: exact.",
        "instructions",
    ),
    (
        "allocs/op",
        "Allocations",
        "Allocations per operation, by dhat: exact.",
        "allocations",
    ),
    (
        "B/op",
        "Bytes allocated",
        "Bytes allocated per operation, by dhat: exact.",
        "",
    ),
    (
        "peak-B",
        "Peak",
        "The most bytes that were live at one moment, with what is held between operations: exact.",
        "",
    ),
    (
        "retained-B",
        "Retained",
        "Bytes that are held between operations: exact.",
        "",
    ),
    (
        "sec/op",
        "Time",
        "Wall time per operation: the median of fresh processes, unpaired. It shows large differences on this \
     machine, and gates no change. `±` is how far the farther end of the median's interval is; processes of two speeds stretch it, and not the \
     tests, which go by ranks.",
        "",
    ),
];

/// The variants, from the one to beat to the best, each after the one that it builds on.
const VARIANTS: &str =
    "/variant@(naive pooled arena preallocated-serde preallocated preallocated-simd)";

/// Which cases are of what.
const HANDLERS: &str = ".name:(Data OR Invoice)";
const PARSERS: &str = ".name:Parse";
const POOLS: &str = ".name:Pool";
const BUFFERS: &str = ".name:Buffer";
const COMPARISON: &str = ".name:(Read OR UTest OR Table OR Filter)";

/// What the page is for.
const QUESTION: &str = "a request handler gets its memory in four ways; two more variants add a faster encoder, and a faster encoder and \
     parser. What does each step buy?";

/// What the names of the variants stand for.
const VARIANTS_ARE: &str = "`naive` allocates anew for each request; `pooled` takes buffers from a pool and puts them back; `arena` \
     carves them from one region that is emptied after each answer; `preallocated-serde` has the memory of four answers at once from the \
     start, for orders of up to 100 items, and grows it for larger ones; \
     `preallocated` has an encoder that knows the answer's size, too, and `preallocated-simd` simd-json besides.\n";

/// How the table of choices is read.
const SURE: &str = "\nThe fastest is that with the least median time. It is sure by time where a Mann-Whitney test tells it from the next \
     fastest at 0.05, after Holm's correction for the number of rows. What holds least is sought among those that the same test shows to be \
     faster than naive, corrected for the number of variants, and for orders also for that of sizes. The interval is that of Hodges and Lehmann's estimate of the ratio. Times were taken unpaired, one process after the \
     other: they show large differences, and no small ones.\n";

/// Where to read on.
const METHOD: &str = "
## How the numbers are made, and how they may mislead

- **Instructions** are counted by callgrind on a model of a processor, for one operation after a warm-up: they repeat to the digit, and
  they are not time. [How](../benches/METHODOLOGY.md#instructions), [and what they hide](../benches/BIAS.md#instructions).
- **Allocations** are counted by dhat over eight operations; what the allocator adds for itself is not seen.
  [How](../benches/METHODOLOGY.md#allocations), [and what they hide](../benches/BIAS.md#allocations).
- **Time** is the median of fresh processes, one after the other, on a machine with other tenants: other tenants and the layout of the code
  move it by more than small changes do. [How](../benches/METHODOLOGY.md#time), [and what it hides](../benches/BIAS.md#time). Two revisions
  are compared in turns instead, and [how often such verdicts are wrong](calibration.md) is measured.
- **Latency** is measured from the moment a request was due, with the generator on the same machine.
  [How](../benches/METHODOLOGY.md#latency), [and what it hides](../benches/BIAS.md#load).
- **What is measured** is one small service in its steady state: [BIAS](../benches/BIAS.md#what-is-measured).

## Raw results

[instructions.txt](instructions.txt), [allocs.txt](allocs.txt), [time.txt](time.txt), [latency.txt](latency.txt), [story.txt](story.txt),
[ladder.txt](ladder.txt), [pool-sweep.txt](pool-sweep.txt), [polls.txt](polls.txt) and [functions.txt](functions.txt), in the Go benchmark format, which benchstat reads; [profiles.txt](profiles.txt) and [sites.txt](sites.txt) say where instructions and allocations are; [gates.toml](gates.toml) has the rules by which a change is
judged. `cargo xtask report --html` makes one page of them whose tables sort, filter and regroup.
";

/// The levels of the page of HTML: the usual ones.
const ALPHA: f64 = 0.05;
const CONFIDENCE: f64 = 0.95;

/// How the names of the charts of samples begin.
const SAMPLES: &str = "samples-";

/// The results, laid out for a reader.
pub struct Page<'c> {
    collection: &'c Collection,
    functions: &'c Collection,
    handlers: Matrix<'c>,
    parsers: Matrix<'c>,
    pools: Matrix<'c>,
    buffers: Matrix<'c>,
    comparison: Matrix<'c>,
    owners: Matrix<'c>,
}

impl<'c> Page<'c> {
    /// Lays out the results of a collection, and where the instructions go, function by function.
    ///
    /// # Errors
    ///
    /// If there are none of the handlers.
    pub fn new(collection: &'c Collection, functions: &'c Collection) -> Result<Self, PageError> {
        let handlers = Matrix::new(collection, HANDLERS, VARIANTS)?;
        if handlers.tables().is_empty() {
            return Err(PageError::NoResults);
        }
        Ok(Self {
            collection,
            handlers,
            parsers: Matrix::new(collection, PARSERS, "/parser")?,
            pools: Matrix::new(collection, POOLS, "/pool")?,
            buffers: Matrix::new(collection, BUFFERS, "/step")?,
            comparison: Matrix::new(collection, COMPARISON, "")?,
            owners: Matrix::of_rows(functions, "/owner:/./", "/owner", VARIANTS)?,
            functions,
        })
    }

    /// The table and the chart for the root README: the variants at 10 items, and by size.
    pub fn headline(&self, charts: &[Chart]) -> String {
        const ROW: &str = "Invoice/items=10";
        let mut text = String::from(
            "| `POST /invoices`, 10 items | time, of naive's (95 %) | instructions | of naive's | allocations | bytes allocated | bytes held between requests |\n\
             | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n",
        );
        let answer = Answer::new(&self.handlers);
        for column in self.handlers.columns("instructions/op") {
            let value = |unit| {
                let value = self.handlers.value(unit, ROW, &column);
                value.map_or_else(String::new, |value| value.to_string())
            };
            let ratio = self.handlers.ratio("instructions/op", ROW, BASE, &column);
            text += &format!(
                "| `{column}` | {} | {} | {:.2} | {} | {} | {} |\n",
                answer
                    .share(ROW, &column)
                    .map_or_else(String::new, figures::told),
                value("instructions/op"),
                ratio.unwrap_or(f64::NAN),
                value("allocs/op"),
                value("B/op"),
                value("retained-B"),
            );
        }
        text += &format!("\n{}\n", answer.fastest());
        text + &shown(charts, "time", "baselines/charts")
    }

    /// The charts of the page.
    ///
    /// # Errors
    ///
    /// If one cannot be drawn.
    pub fn charts(&self) -> Result<Vec<Chart>, PageError> {
        let mut charts = vec![
            figures::time(&self.handlers)?,
            figures::instructions(&self.handlers)?,
            figures::allocations(&self.handlers)?,
        ];
        charts.extend(figures::distributions(&[
            ("handlers", &self.handlers),
            ("parsers", &self.parsers),
            ("pools", &self.pools),
            ("buffers", &self.buffers),
            ("comparison", &self.comparison),
        ])?);
        Ok(charts)
    }

    /// The results as one file of HTML: those of the page and whatever else there is, such as those of load.
    pub fn html(&self, all: &Collection, charts: &[Chart]) -> String {
        let answer = Answer::new(&self.handlers);
        let words = [
            format!("The question: {QUESTION}"),
            answer.sentences(self.collection).join(" "),
        ];
        let views = [
            ("The variants", HANDLERS, VARIANTS),
            ("JSON parsers", PARSERS, "/parser"),
            ("Object pools", POOLS, "/pool"),
            ("Ways to fill a buffer", BUFFERS, "/step"),
            ("The comparison itself", COMPARISON, ""),
            ("Latency under load", latency::LOAD, latency::VARIANTS),
            (
                "Allocators under load",
                ".name:Load /allocator:/./",
                "/allocator",
            ),
        ];
        let page = HtmlPage {
            title: "Baselines",
            words: &words,
            collection: all,
            alpha: ALPHA,
            confidence: CONFIDENCE,
            col: VARIANTS,
            filter: HANDLERS,
            views: &views,
            verdicts: None,
            explanation: None,
            charts,
        };
        page.html()
    }

    /// The whole page, as Markdown, with those of the charts that it has a place for, and what is said of the page of what stands behind
    /// the handler.
    pub fn markdown(&self, charts: &[Chart], behind: Option<&LadderPage<'_>>) -> String {
        let show = |name| shown(charts, name, "charts");
        let answer = Answer::new(&self.handlers);
        let mut text = String::from(
            "# Baselines\n\n\
             This page is generated by `cargo xtask report` from the results beside it.\n\n\
             **The question**: ",
        );
        text += &format!("{QUESTION}\n\n**The answer**:\n\n");
        for sentence in answer.sentences(self.collection) {
            text += &format!("- {sentence}\n");
        }
        text += &show("time");
        text += "\n## Which variant for which size\n\n";
        text += &answer.table();
        text += SURE;
        text += "\n## What the results show\n\n";
        for finding in finding::findings(&self.handlers, &self.pools) {
            text += &format!("- {finding}\n");
        }
        text += "\nThe variants: ";
        text += VARIANTS_ARE;
        text += "\nIn parentheses in the tables: the share of the first column's, the median of all ratios.\n";
        for (unit, heading, meaning, chart) in UNITS {
            text += &format!("\n## {heading}\n\n{meaning}\n");
            text += &show(chart);
            for matrix in [
                &self.handlers,
                &self.parsers,
                &self.pools,
                &self.buffers,
                &self.comparison,
            ] {
                let table = matrix.markdown(unit);
                if !table.is_empty() {
                    text += &format!("\n{table}");
                }
            }
        }
        text += "\n### Every sample\n\nA median hides what a sample looks like; here is all of each. `3 ▸` are three values beyond the chart.\n";
        for chart in charts
            .iter()
            .filter(|chart| chart.name.starts_with(SAMPLES))
        {
            text += &format!("\n<details><summary>{}</summary>\n", chart.title);
            text += &show(&chart.name);
            text += "\n</details>\n";
        }
        if charts.iter().any(|chart| chart.name == "latency") {
            text += "\n## Latency under load\n\nMeasured apart, on the running service: [LATENCY](LATENCY.md) has the tables.\n";
            text += &show("latency");
        }
        if let Some(behind) = behind {
            text += "\n## Behind the handler\n\nMeasured apart, with a database behind the service: [LADDER](LADDER.md) has the tables.\n";
            for sentence in behind.sentences() {
                text += &format!("\n- {sentence}");
            }
            text.push('\n');
        }
        text += "\n## Where the instructions go\n\nOf one order of 10 items, by the crate that a function belongs to; what is \
                 inlined counts where it was inlined. `std` copies and compares, `libc` is memcpy, malloc and free.\n\n";
        text += &self.owners.markdown("instructions/op");
        text += "\nThe functions that cost most:\n";
        for variant in self.owners.columns("instructions/op") {
            text += &functions::table(self.functions, &variant);
        }
        text += "\n## Measured with\n\n";
        text += &environment::table(self.collection, self.handlers.tables());
        text + METHOD
    }
}

/// A chart from the folder of charts; nothing if there is none of this name.
fn shown(charts: &[Chart], name: &str, folder: &str) -> String {
    let found = charts.iter().find(|chart| chart.name == name);
    found.map_or_else(String::new, |chart| {
        format!(
            "\n![{}. {}]({folder}/{name}.svg)\n",
            chart.title, chart.description
        )
    })
}
