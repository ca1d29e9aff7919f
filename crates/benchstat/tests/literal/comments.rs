//! Comments, made of documents that anyone may have written.

use benchfmt::Printable;
use benchstat::comment::{About, CommentError, LIMIT, MARKER, comment};
use benchstat::document::{Document, ExplanationView, FunctionView, JudgementView, VerdictsView};
use benchstat::{Outcome, Verdict};
use proptest::prelude::*;

use crate::page::read;
use crate::text;

const LINK: &str = "https://host.example/o/r/actions/runs/1";

fn judgement(case: &str, verdict: Verdict) -> JudgementView {
    JudgementView {
        case: case.to_owned(),
        package: None,
        unit: "sec/op".to_owned(),
        column: "here".to_owned(),
        verdict,
        gates: true,
        fails: true,
        baseline: Some(1e-6),
        value: Some(2e-6),
        change: Some(1.0),
        interval: Some([0.9, 1.1]),
        visible: None,
        differences: Vec::new(),
        paired: None,
        problem: None,
        renamed_from: None,
        accepted: None,
        reason: None,
    }
}

fn document(outcome: Outcome, judgements: Vec<JudgementView>) -> Document {
    Document {
        version: 1,
        tables: Vec::new(),
        verdicts: Some(VerdictsView {
            outcome,
            exit_code: outcome.code(),
            headline: "@all: a headline that says what it likes".to_owned(),
            judgements,
        }),
        caveat: None,
        explanations: Vec::new(),
        sites: Vec::new(),
    }
}

/// The HTML that a comment has of its own.
fn is_own(html: &str) -> bool {
    let html = html.trim();
    let title = |html: &str| {
        let inner = html
            .strip_prefix("<details><summary>")?
            .strip_suffix("</summary>")?;
        (!inner.contains(['<', '>', '&'])).then_some(())
    };
    html == MARKER || html == "</details>" || title(html).is_some()
}

fn about(link: &str) -> About<'_> {
    About {
        link: Some(link),
        ..About::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn what_a_document_says_is_shown_literally(
        case in text(), unit in text(), other in text(), reason in text(), verdict in 0..Verdict::ALL.len(),
    ) {
        let verdict = Verdict::ALL[verdict];
        let mut row = judgement(&case, verdict);
        row.unit.clone_from(&unit);
        row.reason = Some(reason.clone());
        let mut second = judgement("Other", Verdict::Regressed);
        second.column.clone_from(&other);
        second.renamed_from = Some(other.clone());
        second.accepted = Some(other.clone());
        second.differences = vec![other.clone()];
        second.problem = Some(other.clone());
        let mut document = document(Outcome::Failed, vec![row, second]);
        document.caveat = Some(other.clone());
        let text = comment(&document, about(LINK)).unwrap();
        prop_assert!(text.starts_with(MARKER));
        prop_assert!(!text.contains("headline that"));
        let page = read(&text);
        prop_assert_eq!(&page.links, &[LINK]);
        prop_assert_eq!(page.headings, 1);
        for html in &page.html {
            prop_assert!(is_own(html), "{}", html);
        }
        for row in &page.rows {
            prop_assert_eq!(row.len(), 5);
        }
        let literal = |text: &str| match Printable(text).to_string() {
            text if text.trim().is_empty() => "(no name)".to_owned(),
            text => text,
        };
        if verdict != Verdict::Unchanged {
            let word = verdict.to_string();
            let shown = page.rows.iter().find(|cells| {
                cells[0] == word && cells[1].starts_with(&literal(&case)) && cells[2] == literal(&unit)
            });
            let shown = shown.unwrap_or_else(|| panic!("{case:?} {unit:?} in {text}"));
            let shown = shown[4].trim_end_matches("; too few samples");
            prop_assert!(shown.starts_with(&Printable(&reason).to_string()), "{:?} in {}", reason, text);
        }
        let accepted = page.rows.iter().find(|cells| cells[1].starts_with("Other"));
        let was = format!("(was {})", literal(&other));
        prop_assert!(accepted.unwrap()[1].contains(&was), "{}", text);
    }

}

proptest! {
    // Each is a page of up to 64 KiB.
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn long_comparisons_end_at_a_row_and_say_what_is_left_out(
        case in text(), rows in 1_usize..3_000, long in 0_usize..4_000,
    ) {
        let name = |at: usize| format!("{case}{at}{}", "x".repeat(long));
        let verdicts = [Verdict::Regressed, Verdict::Improved, Verdict::New];
        let row = |at: usize| judgement(&name(at), verdicts[at % verdicts.len()]);
        let document = document(Outcome::Failed, (0..rows).map(row).collect());
        let text = comment(&document, about(LINK)).unwrap();
        prop_assert!(text.len() <= LIMIT, "{}", text.len());
        let page = read(&text);
        prop_assert_eq!(&page.links, &[LINK]);
        let shown = page.rows.iter().filter(|cells| cells[0] != "verdict").count();
        let left_out = text.lines().find_map(|line| {
            let (count, rest) = line.split_once(" more row")?;
            rest.ends_with("would not fit.").then(|| count.parse::<usize>().unwrap())
        });
        prop_assert_eq!(shown + left_out.unwrap_or(0), rows);
        // Nothing is left out while there is room.
        prop_assert!(left_out.is_none() || text.len() > LIMIT - 8 * 1024, "{}", text.len());
        let ends = page.html.iter().filter(|html| html.trim() == "</details>");
        let begins = page.html.iter().filter(|html| html.starts_with("<details>"));
        prop_assert_eq!(begins.count(), ends.count());
    }
}

/// What cmark-gfm gives up on: it takes no code between more than 80 backticks.
#[test]
fn a_name_of_backticks_is_no_markup() {
    for count in [1, 31, 32, 79, 80, 81, 255, 299] {
        let ticks = "`".repeat(count);
        let case = format!("{ticks} @octocat #1 **b** <img src=x> {ticks}");
        let row = judgement(&case, Verdict::Regressed);
        let text = comment(&document(Outcome::Failed, vec![row]), About::default()).unwrap();
        let page = read(&text);
        let shown: String = case.chars().take(300).collect();
        assert!(page.rows[1][1].starts_with(&shown), "{text}");
        assert!(page.html.iter().all(|html| is_own(html)), "{text}");
        let fences = text.split(|c| c != '`').map(str::len);
        assert!(fences.max() <= Some(80), "{text}");
    }
}

#[test]
fn a_name_that_shows_nothing_is_none_and_what_it_hides_is_shown() {
    for (case, shown) in [
        ("\u{2800} \u{3000}", "(no name)"),
        ("\u{200b}", "\\u{200b}"),
        ("a\u{ad}\u{e0041}", "a\\u{ad}\\u{e0041}"),
        ("b\u{2028}c", "b\\u{2028}c"),
        ("1\u{fe0f}", "1\\u{fe0f}"),
        ("\u{2764}\u{fe0f}", "\u{2764}\u{fe0f}"),
    ] {
        let row = judgement(case, Verdict::Regressed);
        let text = comment(&document(Outcome::Failed, vec![row]), About::default()).unwrap();
        assert_eq!(read(&text).rows[1][1].trim(), shown, "{case:?}");
    }
}

#[test]
fn each_of_many_rows_finds_its_explanation() {
    let rows = 30_000;
    let name = |at: usize| format!("C{at}");
    let judgements = (0..rows).map(|at| judgement(&name(at), Verdict::Regressed));
    let mut document = document(Outcome::Failed, judgements.collect());
    let explanation = |at| ExplanationView {
        case: name(at),
        unit: "sec/op".to_owned(),
        before: 1,
        after: 2,
        functions: vec![FunctionView {
            name: format!("of_{at}_first"),
            file: "lib.rs".to_owned(),
            change: 1,
            before: 1,
            after: 2,
            calls: [1, 1],
            inlined_before: false,
            inlined: false,
            lines: Vec::new(),
        }],
        not_attributed: 0,
    };
    // The last first: where one is must not matter, and of two the first is told.
    document.explanations = (0..rows).rev().map(explanation).collect();
    let mut other = explanation(0);
    other.functions[0].name = "other".to_owned();
    document.explanations.push(other);
    let text = comment(&document, About::default()).unwrap();
    let page = read(&text);
    for (at, cells) in page.rows[1..].iter().enumerate() {
        assert!(
            cells[4].contains(&format!("+1 in of_{at}_first")),
            "{cells:?}"
        );
    }
    let left_out = rows + 1 - page.rows.len();
    assert!(
        text.contains(&format!("\n{left_out} more rows")),
        "{left_out}"
    );
}

#[test]
fn what_got_worse_stands_first_and_the_rest_is_folded() {
    let mut regressed = judgement("Slow", Verdict::Regressed);
    regressed.reason = Some("instructions +2.00%: more work".to_owned());
    let mut undecided = judgement("Perhaps", Verdict::Undecided);
    undecided.visible = Some(0.031);
    let mut elsewhere = judgement("Free", Verdict::Regressed);
    elsewhere.gates = false;
    let rows = vec![
        judgement("Same", Verdict::Unchanged),
        judgement("Fast", Verdict::Improved),
        undecided,
        elsewhere,
        regressed,
        judgement("Gone", Verdict::Missing),
    ];
    let text = comment(&document(Outcome::Failed, rows), About::default()).unwrap();
    let page = read(&text);
    let order: Vec<&str> = page.rows.iter().map(|cells| &*cells[1]).collect();
    assert_eq!(
        order,
        [
            "case", "Slow", "Gone", "case", "Fast", "case", "Perhaps", "case", "Free"
        ]
    );
    let (open, folded) = text.split_once("<details>").unwrap();
    assert!(
        open.contains("### 2 gating rows got worse or are missing"),
        "{text}"
    );
    assert!(
        open.contains("5 gating rows: 1 regressed, 1 missing, 1 undecided, 1 improved, 1 unchanged; 1 other rows: 1 regressed"),
        "{text}"
    );
    assert!(
        open.contains("1.000µ → 2.000µ, +100.00%") && open.contains("more work"),
        "{text}"
    );
    assert!(
        folded.contains("a change of 3.1% would show half of the time"),
        "{text}"
    );
    let (start, reason) = (&page.rows[1], "instructions +2.00%: more work");
    assert_eq!(start[4], reason);
    let passed = comment(&document(Outcome::Passed, Vec::new()), About::default()).unwrap();
    assert_eq!(
        passed,
        format!("{MARKER}\n### No row gates\n\nno row gates\n\n")
    );
    let same = vec![judgement("Same", Verdict::Unchanged)];
    let passed = comment(&document(Outcome::Passed, same), About::default()).unwrap();
    assert!(
        passed.contains("### Nothing that gates got worse"),
        "{passed}"
    );
}

#[test]
fn what_was_not_judged_or_leads_astray_is_refused() {
    let mut unjudged = document(Outcome::Passed, Vec::new());
    unjudged.verdicts = None;
    assert_eq!(
        comment(&unjudged, About::default()),
        Err(CommentError::NoVerdicts)
    );
    for link in [
        "javascript:alert(1)",
        "http://host/",
        "https://",
        "https://a b",
        "https://a>b",
        "https://a)b",
        "https://a\nb",
        "https://a\u{e9}",
    ] {
        let refused = comment(&document(Outcome::Passed, Vec::new()), about(link));
        assert_eq!(refused, Err(CommentError::Link(link.to_owned())));
    }
    for commit in ["", "abc123", "main", "0123456789abcdefg", &"0".repeat(65)] {
        let of = About {
            commit: Some(commit),
            ..About::default()
        };
        let refused = comment(&document(Outcome::Passed, Vec::new()), of);
        assert_eq!(refused, Err(CommentError::Commit(commit.to_owned())));
    }
}
