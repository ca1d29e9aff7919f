//! Verdicts that one odd value, or one word in a file, must not turn.

use benchstat::{
    Collection, Gates, Judgement, Outcome, Verdict, Verdicts, judge, write_verdicts_markdown,
};

fn verdicts(gates: &str, baseline: &str, head: &str) -> Verdicts {
    let mut collection = Collection::default();
    for (label, text) in [("old", baseline), ("new", head)] {
        collection.read(label, label, text.as_bytes()).unwrap();
    }
    let labels = ["old".to_owned(), "new".to_owned()];
    judge(&collection, &Gates::parse(gates).unwrap(), "*", &labels).unwrap()
}

fn one(gates: &str, unit: &str, baseline: &[&str], head: &[&str]) -> Judgement {
    let text = |values: &[&str]| -> String {
        let line = |value: &&str| format!("BenchmarkA 1 {value} {unit}\n");
        values.iter().map(line).collect()
    };
    verdicts(gates, &text(baseline), &text(head)).judgements[0].clone()
}

#[test]
fn an_accepted_value_covers_no_single_worse_one() {
    let accepted = |unit: &str, value: u32| {
        format!(
            "units.'{unit}' = {{ exact = true, agree = [] }}\n\
             accepted = [{{ case = 'A', unit = '{unit}', value = {value}, reason = 'a check' }}]"
        )
    };
    let lower = accepted("allocs/op", 20);
    let base = ["10", "10"];
    assert!(!one(&lower, "allocs/op", &base, &["20", "20", "20", "19"]).fails());
    assert!(one(&lower, "allocs/op", &base, &["20", "20", "20", "9000"]).fails());
    let higher = accepted("B/s", 8);
    assert!(!one(&higher, "B/s", &base, &["8", "8", "9"]).fails());
    assert!(one(&higher, "B/s", &base, &["8", "8", "1"]).fails());
    // Where no direction is better, only the value itself is covered.
    let either = accepted("widgets/op", 20);
    assert!(!one(&either, "widgets/op", &base, &["20", "20"]).fails());
    assert!(one(&either, "widgets/op", &base, &["19", "20", "20"]).fails());
    assert!(one(&either, "widgets/op", &base, &["20", "20", "21"]).fails());
    // Nor does a share cover more for some.
    let share = lower.replace("value = 20", "change = 1.0");
    assert!(!one(&share, "allocs/op", &base, &["20", "20"]).fails());
    assert!(one(&share, "allocs/op", &base, &["20", "20", "21"]).fails());
}

#[test]
fn a_change_is_accepted_once() {
    let accepted = |unit: &str| {
        format!("[[accepted]]\ncase = 'A'\nunit = '{unit}'\nvalue = 1\nreason = 'a check'\n")
    };
    let twice = accepted("B/op") + &accepted("allocs/op") + &accepted("B/op");
    let error = Gates::parse(&twice).unwrap_err().to_string();
    assert_eq!(error, "accepted A in B/op: once is enough");
    Gates::parse(&(accepted("B/op") + &accepted("allocs/op"))).unwrap();
}

#[test]
fn equal_zeros_are_unchanged_where_equal_ones_are() {
    let gates = "units.'stalls/op' = { gate = true, agree = [] }";
    for count in [1, 3, 20] {
        let of = |value| {
            let values = vec![value; count];
            one(gates, "stalls/op", &values, &values).verdict
        };
        assert_eq!(of("0"), of("1"), "{count}");
        assert_eq!(of("-1"), of("1"), "{count}");
    }
    let zeros = ["0"; 20];
    let judgement = one(gates, "stalls/op", &zeros, &zeros);
    assert_eq!(judgement.verdict, Verdict::Unchanged);
    let mut head = zeros;
    head[7] = "1";
    assert_eq!(
        one(gates, "stalls/op", &zeros, &head).verdict,
        Verdict::Undecided
    );
}

#[test]
fn what_is_below_zero_is_not_called_zero() {
    let gates = "units.'delta/op' = { exact = true, agree = [] }";
    let change = |from, to| one(gates, "delta/op", &[from], &[to]).change.unwrap();
    assert_eq!(change("-1", "-2").to_string(), "from below zero");
    assert_eq!(change("0", "2").to_string(), "from zero");
}

#[test]
fn a_side_does_not_hide_an_exact_regression_by_calling_itself_one_process() {
    let gates = "units.'allocs/op' = { exact = true, agree = [] }";
    let head = "samples: of one process\nBenchmarkA 1 11 allocs/op\n";
    let verdicts = verdicts(gates, "BenchmarkA 1 10 allocs/op\n", head);
    assert_eq!(verdicts.outcome(false), Outcome::Failed);
}

#[test]
fn rules_for_a_unit_as_files_spell_it_are_refused() {
    let rest = "case = 'A'\nvalue = 1\nreason = 'a check'";
    for (text, said) in [
        (
            "units.'ns/op'.gate = true".to_owned(),
            "ns/op: write \"sec/op\"",
        ),
        (
            "paired.'ns/op'.delta = 0.1".to_owned(),
            "ns/op: write \"sec/op\"",
        ),
        (
            "[[exceptions]]\nfilter = '*'\nunits = ['MB/s']\nreason = 'noisy'".to_owned(),
            "MB/s: write \"B/s\"",
        ),
        (
            format!("[[accepted]]\nunit = 'p99-ns'\n{rest}"),
            "p99-ns: write \"p99-sec\"",
        ),
    ] {
        let error = Gates::parse(&text).unwrap_err().to_string();
        assert!(error.starts_with(said), "{text}: {error}");
    }
    // A filter may name a unit as files do, as filters of tables may.
    let gates = "filter = '.unit:ns/op'\nunits.'sec/op'.gate = true";
    assert!(
        Gates::parse(gates)
            .unwrap()
            .rule("A", "sec/op", false)
            .gates
    );
    assert!(!Gates::parse(gates).unwrap().rule("A", "B/op", true).gates);
}

#[test]
fn it_is_said_that_no_row_gates() {
    let said = |gates: &str, text: &str| {
        let verdicts = verdicts(gates, text, text);
        let mut markdown = Vec::new();
        write_verdicts_markdown(&verdicts, verdicts.outcome(false), &mut markdown).unwrap();
        let heading = String::from_utf8(markdown).unwrap();
        let heading = heading.lines().next().unwrap().to_owned();
        let note = Gates::parse(gates).unwrap().nothing_gates(&verdicts);
        (heading, note)
    };
    let text = "BenchmarkA 1 10 ns/op\n";
    let misspelt = "units.'sec/opp' = { gate = true, agree = [] }";
    assert_eq!(
        said(misspelt, text),
        (
            "### No row gates".to_owned(),
            Some(
                "no row gates, so that nothing can fail: the rules are for sec/opp, the results in sec/op"
                    .to_owned()
            )
        )
    );
    let filtered = "filter = '.name:B'\nunits.'sec/op' = { gate = true, agree = [] }";
    assert_eq!(
        said(filtered, text).1.unwrap(),
        "no row gates, so that nothing can fail"
    );
    let (heading, note) = said(&misspelt.replace("opp", "op"), text);
    assert_eq!(heading, "### Nothing that gates got worse");
    assert_eq!(note, None);
}
