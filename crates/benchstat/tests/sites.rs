//! Where allocations changed, as text and markdown.

use benchstat::{
    AmountView, Change, Judgement, PlaceView, SiteView, SitesView, Verdict, write_sites,
    write_sites_markdown,
};

fn judgement(unit: &str, from: f64, to: f64) -> Judgement {
    Judgement {
        case: "Invoice/items=10".to_owned(),
        package: None,
        unit: unit.to_owned(),
        column: "here".to_owned(),
        verdict: Verdict::Regressed,
        gates: true,
        change: Some(Change {
            from,
            to,
            interval: None,
        }),
        visible: None,
        differences: Vec::new(),
        paired: None,
        problem: None,
        renamed: None,
        accepted: None,
    }
}

fn line(file: &str, line: u32, function: &str, text: &str) -> PlaceView {
    PlaceView {
        file: file.to_owned(),
        line,
        function: function.to_owned(),
        text: text.to_owned(),
    }
}

fn site(lines: Vec<PlaceView>, at: usize, amounts: &[(&str, f64, f64)]) -> SiteView {
    let amount = |(unit, baseline, value): &(&str, f64, f64)| AmountView {
        unit: (*unit).to_owned(),
        baseline: *baseline,
        value: *value,
    };
    SiteView {
        gone: false,
        lines,
        at,
        library: Some(line("alloc/src/string.rs", 7, "clone", "")),
        amounts: amounts.iter().map(amount).collect(),
    }
}

fn cloned() -> SitesView {
    let (allocations, bytes) = (
        judgement("allocs/op", 33.0, 34.5),
        judgement("B/op", 100.0, 220.0),
    );
    let clone = site(
        vec![
            line(
                "crates/handler/src/order.rs",
                10,
                "clone",
                "#[derive(Clone)]",
            ),
            line(
                "crates/naive/src/lib.rs",
                25,
                "invoice",
                "of(order.clone())",
            ),
            line("crates/handler/src/contract.rs", 131, "handle", ""),
        ],
        1,
        &[("allocs/op", 0.0, 1.0), ("B/op", 0.0, 110.0)],
    );
    let mut gone = site(
        vec![line("crates/naive/src/lib.rs", 3, "invoice", "old()")],
        0,
        &[("B/op", 10.0, 0.0)],
    );
    gone.gone = true;
    let library = site(Vec::new(), 0, &[("allocs/op", 1.0, 1.5)]);
    SitesView::new(&[&allocations, &bytes], vec![clone, gone, library])
}

#[test]
fn a_site_is_named_by_the_line_that_brought_it() {
    let mut text = Vec::new();
    write_sites(&[cloned()], &mut text).unwrap();
    assert_eq!(
        String::from_utf8(text).unwrap(),
        "
where the allocations changed:

Invoice/items=10
  allocs/op 33 → 34.5 (+1.5), B/op 100 → 220 (+120)
  crates/naive/src/lib.rs:25 in invoice  of(order.clone())
      allocs/op 0 → 1 (+1), B/op 0 → 110 (+110)
      through crates/handler/src/order.rs:10 clone, by clone alloc/src/string.rs:7, from crates/handler/src/contract.rs:131
  crates/naive/src/lib.rs:3 in invoice  (gone)  old()
      B/op 10 → 0 (-10)
      by clone alloc/src/string.rs:7
  clone alloc/src/string.rs:7
      allocs/op 1 → 1.5 (+0.5)
  not attributed: +20 B/op
"
    );
}

#[test]
fn what_the_sites_leave_is_said_and_nothing_is_written_of_nothing() {
    let view = cloned();
    let rest: Vec<_> = view.units.iter().map(|unit| unit.not_attributed).collect();
    assert_eq!(rest, [0.0, 20.0]);
    let (mut text, mut markdown) = (Vec::new(), Vec::new());
    write_sites(&[], &mut text).unwrap();
    write_sites_markdown(&[], &mut markdown).unwrap();
    assert!(text.is_empty() && markdown.is_empty());
}

#[test]
fn many_sites_are_summed_behind_the_first() {
    let row = judgement("allocs/op", 0.0, 30.0);
    let sites = (0..30).map(|number| {
        let lines = vec![line("crates/naive/src/lib.rs", number, "invoice", "")];
        site(lines, 0, &[("allocs/op", 0.0, 1.0)])
    });
    let view = SitesView::new(&[&row], sites.collect());
    let mut text = Vec::new();
    write_sites(&[view], &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(
        text.ends_with("  18 other sites: +18 allocs/op\n"),
        "{text}"
    );
}

#[test]
fn hostile_names_do_no_harm() {
    let mut view = cloned();
    view.case = "A|</summary><script>@all\u{1b}[31m".to_owned();
    view.sites[0].lines[1].text = "```` </details> \u{202e}\u{7}".to_owned();
    let mut markdown = Vec::new();
    write_sites_markdown(&[view.clone()], &mut markdown).unwrap();
    let markdown = String::from_utf8(markdown).unwrap();
    assert!(markdown.contains("\n`````\n"), "{markdown}");
    assert!(
        !markdown.contains("<script>") && !markdown.contains("@all"),
        "{markdown}"
    );
    let mut text = Vec::new();
    write_sites(&[view], &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    for obeyed in ['\u{1b}', '\u{202e}', '\u{7}'] {
        assert!(!text.contains(obeyed) && !markdown.contains(obeyed));
    }
}
