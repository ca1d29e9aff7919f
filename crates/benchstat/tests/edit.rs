//! Changes to a file of gates.

#![cfg(feature = "edit")]

use benchstat::edit::{accept, rename, retain_accepted};
use benchstat::{Accepted, Covers, Gates, Renamed};

/// A file as people write it.
const FILE: &str = r#"# Which change decides.
filter = ".name:(Data OR Invoice)" # the handlers

# Agreed to in spring.
[[accepted]]
case = "Data"
unit = "allocs/op" # since the cache
value = 12
reason = "a cache"

[units."sec/op"]
gate   = false   # not paired

# Agreed to in summer.
[[accepted]]
case = "Invoice/items=10"
unit = "sec/op"
change = 0.02
reason = "checks more"

[[exceptions]]
filter = "/items:1"
allow = 0.01
reason = "short"
"#;

fn entry(case: &str, covers: Covers) -> Accepted {
    Accepted {
        case: case.to_owned(),
        unit: "sec/op".to_owned(),
        covers,
        reason: "a \"reason\"\nof two lines".to_owned(),
    }
}

/// All lines of one text that the other has in the same order.
fn is_within(lines: &str, text: &str) -> bool {
    let mut all = text.lines();
    lines.lines().all(|line| all.any(|other| other == line))
}

#[test]
fn what_is_accepted_is_read_back_and_nothing_else_changes() {
    let new = entry("Data/new=1", Covers::Change(0.031));
    let text = accept(FILE, &new).unwrap();
    let gates = Gates::parse(&text).unwrap();
    assert_eq!(gates.accepted().len(), 3);
    assert_eq!(gates.accepted_for("Data/new=1", "sec/op"), Some(&new));
    assert!(is_within(FILE, &text), "{text}");
}

#[test]
fn a_second_entry_for_a_row_takes_the_place_of_the_first() {
    let new = entry("Invoice/items=10", Covers::Change(0.04));
    let text = accept(FILE, &new).unwrap();
    let gates = Gates::parse(&text).unwrap();
    assert_eq!(gates.accepted().len(), 2);
    assert_eq!(gates.accepted_for("Invoice/items=10", "sec/op"), Some(&new));
    assert!(!text.contains("checks more"));
    // Another unit of the same case is another row.
    let other = accept(&text, &entry("Data", Covers::Value(1e-6))).unwrap();
    assert_eq!(Gates::parse(&other).unwrap().accepted().len(), 3);
}

#[test]
fn what_is_over_goes_with_its_comment_and_nothing_else() {
    let text = retain_accepted(FILE, |accepted| accepted.case != "Data").unwrap();
    let expected = FILE.replace(
        "# Agreed to in spring.\n[[accepted]]\ncase = \"Data\"\nunit = \"allocs/op\" # since the cache\nvalue = 12\nreason = \"a cache\"\n\n",
        "",
    );
    assert_eq!(text, expected);
    assert_eq!(retain_accepted(FILE, |_| true).unwrap(), FILE);
    let none = retain_accepted(FILE, |_| false).unwrap();
    assert!(!none.contains("accepted") && none.contains("[[exceptions]]"));
}

#[test]
fn entries_on_one_line_stay_on_one_line() {
    let file = "accepted = [{ case = 'A', unit = 'x', value = 1, reason = 'r' }] # all\n";
    let mut new = entry("B", Covers::Change(0.1));
    new.reason = "of one line".to_owned();
    let text = accept(file, &new).unwrap();
    assert_eq!(Gates::parse(&text).unwrap().accepted().len(), 2);
    assert_eq!(text.lines().count(), 1, "{text}");
    let text = retain_accepted(&text, |accepted| accepted.case == "B").unwrap();
    assert_eq!(Gates::parse(&text).unwrap().accepted()[0].case, "B");
}

#[test]
fn a_renamed_case_is_mapped_once() {
    let renamed = |from: &str, to: &str| Renamed {
        from: from.to_owned(),
        to: to.to_owned(),
    };
    let once = rename(FILE, &renamed("Data", "Bytes")).unwrap();
    assert!(is_within(FILE, &once));
    let twice = rename(&once, &renamed("Data", "Letters")).unwrap();
    assert_eq!(
        Gates::parse(&twice).unwrap().renamed(),
        [renamed("Data", "Letters")]
    );
    assert!(rename(FILE, &renamed("Data", "Data")).is_err());
}

#[test]
fn what_would_be_no_file_of_gates_is_refused() {
    let mut nothing = entry("A", Covers::Change(0.1));
    nothing.reason = " ".to_owned();
    for (text, accepted, said) in [
        (
            "alpha = 2.0",
            entry("A", Covers::Change(0.1)),
            "alpha = 2 is out of range",
        ),
        ("alpha = ", entry("A", Covers::Change(0.1)), "line 1"),
        (
            "",
            entry("A", Covers::Change(f64::NAN)),
            "A: change = NaN is out of range",
        ),
        (
            "",
            entry("A", Covers::Change(-1.0)),
            "A: change = -1 is out of range",
        ),
        ("", nothing, "A: the reason is empty"),
    ] {
        let error = accept(text, &accepted).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}
