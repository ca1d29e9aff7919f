//! A comparison as a comment on a pull request: from its document alone, which may come from anyone.

use std::fmt::Write as _;

use benchfmt::Printable;
use hashbrown::HashMap;
use thiserror::Error;

use crate::document::{Document, ExplanationView, JudgementView};
use crate::literal::{Code, Literal};
use crate::scale::Percent;
use crate::sites::SitesView;
use crate::summary::{Counted, counted, values};
use crate::verdict::{Change, Outcome, Verdict};

/// What every comment begins with, so that the next one finds it: it is not shown.
pub const MARKER: &str = "<!-- comparison by benchstat -->";

/// The longest comment that GitHub takes has 65,536 characters; no character has less than a byte.
pub const LIMIT: usize = 65_536;

/// For what stands around the rows: the longest of it is a note that rows were left out, and the link.
const AROUND: usize = 4_096;

/// How much of a name is shown: more than any has that a person gave.
const NAME: usize = 300;

/// How much of a sentence is shown.
const SENTENCE: usize = 600;

/// Whether a row belongs to a part of the comment.
type Wanted<'w> = &'w dyn Fn(&JudgementView) -> bool;

/// Why there is no comment.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CommentError {
    /// The document has tables alone.
    #[error("the comparison has no verdicts: it was not judged")]
    NoVerdicts,
    /// The link is none that can be shown.
    #[error("{}: a link begins with https:// and has only characters that need no quotes", Printable(.0))]
    Link(String),
    /// The commit is none.
    #[error("{}: a commit is 7 to 64 hexadecimal digits", Printable(.0))]
    Commit(String),
}

/// What a comment is about, beside what its document says.
#[derive(Clone, Copy, Debug, Default)]
pub struct About<'a> {
    /// Where all of it can be seen.
    pub link: Option<&'a str>,
    /// The commit that was measured, so that a comment is not taken for another's.
    pub commit: Option<&'a str>,
}

/// The text of a comment, in GitHub-flavoured Markdown: a headline, what got worse and why, and folded what else is of
/// interest, rows that did not change not among it. It is at most [`LIMIT`] bytes long: rows that find no room are counted,
/// with a link to where they are.
///
/// Names and reasons are shown literally, whatever they say.
///
/// # Errors
///
/// If the document has no verdicts, or the link or the commit is none.
pub fn comment(document: &Document, about: About<'_>) -> Result<String, CommentError> {
    let verdicts = document.verdicts.as_ref().ok_or(CommentError::NoVerdicts)?;
    let rows = &verdicts.judgements;
    let several = rows.windows(2).any(|pair| pair[0].column != pair[1].column);
    let failing = rows.iter().filter(|row| row.must_fail()).count();
    let heading = match verdicts.outcome {
        Outcome::Failed if failing == 1 => "1 gating row got worse or is missing".to_owned(),
        Outcome::Failed => format!("{failing} gating rows got worse or are missing"),
        outcome => outcome.heading(rows.iter().any(|row| row.gates)).to_owned(),
    };
    let counts = counted(rows.iter().map(|row| Counted {
        verdict: row.verdict,
        gates: row.gates,
        accepted: row.accepted.is_some(),
    }));
    let mut text = format!("{MARKER}\n### {heading}\n\n{counts}\n\n");
    if let Some(caveat) = &document.caveat {
        let _ = writeln!(text, "> **Note**: {}\n", Literal(&cut(caveat)));
    }

    let mut left_out = 0;
    let of = |wanted: Wanted<'_>| -> Vec<&JudgementView> {
        Verdict::ALL
            .into_iter()
            .flat_map(|verdict| rows.iter().filter(move |row| row.verdict == verdict))
            .filter(|row| wanted(row))
            .collect()
    };
    let places = Places::of(document);
    let line = |row: &JudgementView| line(row, &places, several);
    let open = of(&JudgementView::must_fail);
    section(&mut text, &mut left_out, None, &open, line);
    let folded: [(&str, Wanted<'_>); 4] = [
        ("improved", &|row| row.verdict == Verdict::Improved),
        ("could not be decided or compared", &|row| {
            row.gates && matches!(row.verdict, Verdict::Undecided | Verdict::Incomparable)
        }),
        ("got worse, which is accepted or does not gate", &|row| {
            matches!(row.verdict, Verdict::Regressed | Verdict::Missing) && !row.must_fail()
        }),
        ("new", &|row| row.verdict == Verdict::New),
    ];
    for (title, wanted) in folded {
        section(&mut text, &mut left_out, Some(title), &of(wanted), line);
    }
    if left_out > 0 {
        let rows = if left_out == 1 { "row" } else { "rows" };
        let _ = writeln!(text, "{left_out} more {rows} would not fit.\n");
    }
    close(&mut text, about)?;
    Ok(text)
}

/// The text of the comment where there is no comparison: where to look for why.
///
/// # Errors
///
/// If the link or the commit is none.
pub fn without_comparison(about: About<'_>) -> Result<String, CommentError> {
    let mut text = format!("{MARKER}\n### Nothing was compared\n\n");
    close(&mut text, about)?;
    Ok(text)
}

/// Ends a comment with its commit and its link.
fn close(text: &mut String, about: About<'_>) -> Result<(), CommentError> {
    if let Some(commit) = about.commit {
        if !(7..=64).contains(&commit.len()) || !commit.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(CommentError::Commit(commit.to_owned()));
        }
        let _ = writeln!(text, "Of commit {}.\n", Code(commit, NAME));
    }
    let Some(link) = about.link else {
        return Ok(());
    };
    if !is_link(link) {
        return Err(CommentError::Link(link.to_owned()));
    }
    let _ = writeln!(text, "[All of it, and how it was measured](<{link}>)");
    Ok(())
}

/// A table of rows, as many as there is room for, folded under its title if it has one.
fn section(
    text: &mut String,
    left_out: &mut usize,
    title: Option<&str>,
    rows: &[&JudgementView],
    line: impl Fn(&JudgementView) -> String,
) {
    const HEAD: &str =
        "| verdict | case | unit | change | why |\n| --- | --- | --- | ---: | --- |\n";
    let all = rows.len();
    let mut shown = String::new();
    let mut count = 0;
    for row in rows {
        // What comes after a row that did not fit is less urgent.
        if *left_out > 0 {
            break;
        }
        let line = line(row);
        if text.len() + HEAD.len() + shown.len() + line.len() > LIMIT - AROUND {
            break;
        }
        shown += &line;
        count += 1;
    }
    *left_out += all - count;
    if count == 0 {
        return;
    }
    match title {
        Some(title) => {
            let rows = if all == 1 { "row" } else { "rows" };
            let _ = write!(
                text,
                "<details><summary>{all} {rows} {title}</summary>\n\n{HEAD}{shown}\n</details>\n\n"
            );
        }
        None => {
            let _ = writeln!(text, "{HEAD}{shown}");
        }
    }
}

fn line(row: &JudgementView, places: &Places<'_>, several: bool) -> String {
    let mut case = Code(&row.case, NAME).to_string();
    match row.package.as_deref() {
        Some("") => case += " of no package",
        Some(package) => {
            let _ = write!(case, " of {}", Code(package, NAME));
        }
        None => {}
    }
    if let Some(old) = &row.renamed_from {
        let _ = write!(case, " (was {})", Code(old, NAME));
    }
    if several {
        let _ = write!(case, " in {}", Code(&row.column, NAME));
    }
    let bold = if row.must_fail() { "**" } else { "" };
    format!(
        "| {bold}{}{bold} | {case} | {} | {} | {} |\n",
        row.verdict,
        Code(&row.unit, NAME),
        change(row),
        Literal(&cut(&why(row, places)))
    )
}

fn change(row: &JudgementView) -> String {
    let Some((from, to)) = row.baseline.zip(row.value) else {
        return String::new();
    };
    let interval = row.interval.map(|[low, high]| (low, high));
    let change = Change { from, to, interval };
    let (from, to) = values(&change, &row.unit);
    format!("{} → {}, {change}", Literal(&from), Literal(&to))
}

/// What is known of where the verdict comes from.
fn why(row: &JudgementView, places: &Places<'_>) -> String {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(
        row.accepted
            .iter()
            .map(|reason| format!("accepted: {reason}")),
    );
    parts.extend(row.reason.clone());
    parts.extend(places.of_row(row));
    parts.extend(row.problem.clone());
    parts.extend(row.differences.iter().cloned());
    if let (Verdict::Undecided, Some(visible)) = (row.verdict, row.visible) {
        let share = Percent(visible);
        parts.push(format!(
            "a change of {share:.1} would show half of the time"
        ));
    }
    if let Some(paired) = &row.paired
        && !paired.same_code
    {
        parts.push(format!("{} layouts", paired.layouts));
    }
    parts.join("; ")
}

/// Where changes come from, of the cases of which the document says it first.
struct Places<'d> {
    /// By case and unit.
    explanations: HashMap<(&'d str, &'d str), &'d ExplanationView>,
    /// By case.
    sites: HashMap<&'d str, &'d SitesView>,
}

impl<'d> Places<'d> {
    fn of(document: &'d Document) -> Self {
        // Of several the last is kept.
        let explanations = document.explanations.iter().rev();
        let sites = document.sites.iter().rev();
        Self {
            explanations: explanations.map(|e| ((&*e.case, &*e.unit), e)).collect(),
            sites: sites.map(|sites| (&*sites.case, sites)).collect(),
        }
    }

    /// Where most of the row's change comes from: a function, or a line that allocates.
    fn of_row(&self, row: &JudgementView) -> Option<String> {
        if let Some(explanation) = self.explanations.get(&(&*row.case, &*row.unit)) {
            let function = explanation.functions.first()?;
            let line = function.lines.first().map_or(0, |line| line.line);
            let (change, name, file) = (function.change, &function.name, &function.file);
            return Some(format!("{change:+} in {name}, {file}:{line}"));
        }
        let sites = self.sites.get(&*row.case)?;
        let mut of_unit = sites.sites.iter().filter_map(|site| {
            let amount = site.amounts.iter().find(|amount| amount.unit == row.unit)?;
            Some((site, amount.value - amount.baseline))
        });
        let (site, change) = of_unit.next()?;
        let place = site.lines.get(site.at).or(site.library.as_ref())?;
        let (file, line, function) = (&place.file, place.line, &place.function);
        Some(format!("{change:+} in {function}, {file}:{line}"))
    }
}

fn cut(sentence: &str) -> String {
    let mut shown: String = sentence.chars().take(SENTENCE).collect();
    if shown.len() < sentence.len() {
        shown.push('…');
    }
    shown
}

fn is_link(link: &str) -> bool {
    let rest = link.strip_prefix("https://").unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'*+,;=%".contains(c);
    !rest.is_empty() && link.len() <= SENTENCE && rest.chars().all(plain)
}
