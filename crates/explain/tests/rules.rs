//! Whose doing a change is, on runs written by hand in callgrind's format.

use std::rc::Rc;

use explain::{
    Explanation, Frame, Function, Malformed, Part, Profile, Records, Sources, Tree, explain,
};

/// A function: its name, costs at addresses, and calls (address, callee, calls, instructions).
type Written<'a> = (&'a str, &'a [(u64, u64)], &'a [(u64, &'a str, u64, u64)]);

/// A file of callgrind's.
fn file(functions: &[Written<'_>]) -> String {
    let mut text = String::from("version: 1\npositions: instr line\nevents: Ir\n");
    let mut total = 0;
    for (name, costs, calls) in functions {
        text += &format!("\nob=/bin/program\nfl=a.c\nfn={name}\n");
        for (address, cost) in *costs {
            text += &format!("{address:#x} 0 {cost}\n");
            total += cost;
        }
        for (address, callee, calls, cost) in *calls {
            text += &format!("cfn={callee}\ncalls={calls} 0x0 0\n{address:#x} 0 {cost}\n");
        }
    }
    text + &format!("summary: {total}\n")
}

/// Addresses are lines; what starts with `lib` is a library's; from 1000 on it is `helper`, inlined, at line 5 of `main`.
fn frames(_object: &str, address: u64, name: &str) -> Rc<[Frame]> {
    let frame = |name: &str, line| {
        let own = !name.starts_with("lib");
        let file = if own {
            "src/main.rs"
        } else {
            "copier-1.0.0/src/lib.rs"
        };
        let (name, file) = (name.into(), file.into());
        Frame {
            function: Function { name, file, own },
            line,
        }
    };
    if address >= 1000 {
        return [frame(name, 5), frame("helper", address as u32 - 1000)].into();
    }
    [frame(name, address as u32)].into()
}

fn profile(file: &str) -> Profile {
    Profile::of(&Tree::of(&Records::parse(file).unwrap(), &frames))
}

fn compared(base: &str, head: &str) -> Explanation {
    let explanation = explain(&profile(base), &profile(head), &Sources::default());
    let parts: i64 = explanation.faults.iter().map(|fault| fault.change).sum();
    assert_eq!(parts + explanation.not_attributed, explanation.change());
    explanation
}

fn first(explanation: &Explanation) -> (&str, u32, i64) {
    let fault = &explanation.faults[0];
    (
        &fault.function.name,
        fault.lines[0].place.line,
        fault.change,
    )
}

#[test]
fn a_library_works_for_the_line_that_asks_for_it() {
    let run = |cost| {
        file(&[
            ("main", &[(1, 10)], &[(7, "lib_copy", 1, cost)]),
            ("lib_copy", &[(3, cost)], &[]),
        ])
    };
    let explanation = compared(&run(100), &run(300));
    assert_eq!(first(&explanation), ("main", 7, 200));
    let parts = &explanation.faults[0].lines[0].parts;
    assert_eq!(parts[..], [Part::Library("copier::lib_copy".into(), 200)]);
}

#[test]
fn more_calls_are_the_callers_doing_and_dearer_calls_the_callees() {
    let run = |calls, cost| {
        file(&[
            ("main", &[(1, 10)], &[(7, "lib_each", 1, calls * cost)]),
            ("lib_each", &[], &[(3, "own", calls, calls * cost)]),
            ("own", &[(20, calls * cost)], &[]),
        ])
    };
    assert_eq!(first(&compared(&run(2, 50), &run(6, 50))), ("main", 7, 200));
    assert_eq!(first(&compared(&run(2, 50), &run(2, 90))), ("own", 20, 80));
    let both = compared(&run(2, 50), &run(6, 60));
    let changes: Vec<_> = both
        .faults
        .iter()
        .map(|fault| (&*fault.function.name, fault.change))
        .collect();
    assert_eq!(changes, [("main", 200), ("own", 60)]);
}

#[test]
fn a_second_call_of_a_known_function_is_the_new_lines_doing() {
    let base = file(&[
        ("main", &[(1, 10)], &[(7, "own", 1, 50)]),
        ("own", &[(20, 50)], &[]),
    ]);
    let head = file(&[
        ("main", &[(1, 10)], &[(7, "own", 1, 50), (9, "own", 1, 50)]),
        ("own", &[(20, 100)], &[]),
    ]);
    assert_eq!(first(&compared(&base, &head)), ("main", 9, 50));
}

#[test]
fn a_function_that_stood_in_the_source_is_its_new_callers_doing_and_a_new_one_its_own() {
    let base = file(&[("main", &[(1, 10)], &[])]);
    let head = file(&[
        ("main", &[(1, 10)], &[(2, "copy", 1, 50)]),
        ("copy", &[(4, 50)], &[]),
    ]);
    assert_eq!(first(&compared(&base, &head)), ("main", 2, 50));

    let mut sources = Sources::default();
    sources.add("src/main.rs", "one\ntwo\n", "one\ntwo\nthree\nfour\n");
    let explanation = explain(&profile(&base), &profile(&head), &sources);
    assert_eq!(first(&explanation), ("copy", 4, 50));
}

#[test]
fn inlining_alone_is_no_change_and_a_renamed_function_is_the_same() {
    let called = file(&[
        ("main", &[(1, 10)], &[(5, "helper", 1, 50)]),
        ("helper", &[(30, 50)], &[]),
    ]);
    let inlined = file(&[("main", &[(1, 10), (1030, 50)], &[])]);
    let renamed = file(&[
        ("main", &[(1, 10)], &[(5, "assistant", 1, 80)]),
        ("assistant", &[(30, 80)], &[]),
    ]);
    assert_eq!(compared(&called, &inlined).faults, []);
    let explanation = compared(&called, &renamed);
    assert_eq!(first(&explanation), ("assistant", 30, 30));
}

/// `main` of lines 1 to 9, `own` of lines 19 to 29; the text of some lines is what is given.
fn source(lines: &[(u32, &str)]) -> String {
    let line = |line: u32| match lines.iter().find(|(at, _)| *at == line) {
        Some((_, text)) => (*text).to_owned(),
        None => match line {
            1 => "fn main() {".to_owned(),
            19 => "fn own() {".to_owned(),
            9 | 29 => "}".to_owned(),
            10..19 => String::new(),
            _ => format!("line({line});"),
        },
    };
    (1..=29).map(|number| line(number) + "\n").collect()
}

fn edited(base: &str, head: &str, lines: &[(u32, &str)], complete: bool) -> Explanation {
    let mut sources = Sources::default();
    sources.add("src/main.rs", &source(&[]), &source(lines));
    if complete {
        sources.complete();
    }
    let explanation = explain(&profile(base), &profile(head), &sources);
    let parts: i64 = explanation.faults.iter().map(|fault| fault.change).sum();
    assert_eq!(parts + explanation.not_attributed, explanation.change());
    explanation
}

#[test]
fn what_an_unedited_function_takes_more_is_the_doing_of_its_edited_caller() {
    let run = |cost| {
        file(&[
            ("main", &[(2, 10)], &[(7, "own", 1, cost)]),
            ("own", &[(25, cost)], &[]),
        ])
    };
    let (base, head) = (run(50), run(90));
    let edit = [(3, "let rows = more;")];
    let explanation = edited(&base, &head, &edit, true);
    // The line that was edited comes first, though it took nothing itself.
    assert_eq!(first(&explanation), ("main", 3, 40));
    assert_eq!(explanation.faults[0].lines[1].place.line, 7);
    // Where more may differ than the sources, what took it is named.
    assert_eq!(first(&edited(&base, &head, &edit, false)), ("own", 25, 40));
    // An edited function answers for itself; a comment is no edit.
    let both = [(3, "let rows = more;"), (24, "other();")];
    assert_eq!(first(&edited(&base, &head, &both, true)), ("own", 24, 40));
    let comment = [(3, "line(3); // so"), (24, "other();")];
    assert_eq!(
        first(&edited(&base, &head, &comment[1..], true)),
        ("own", 24, 40)
    );
}

#[test]
fn what_a_caller_takes_more_is_the_doing_of_the_only_function_that_was_edited() {
    let run = |cost| {
        file(&[
            ("main", &[(2, cost)], &[(7, "own", 1, 20)]),
            ("own", &[(25, 20)], &[]),
        ])
    };
    let edit = [(26, "keep(less);")];
    let explanation = edited(&run(50), &run(90), &edit, true);
    assert_eq!(first(&explanation), ("own", 26, 40));
    // A constant may be the cause as well.
    let constant = [(26, "keep(less);"), (12, "const SIZE: usize = 1;")];
    let explanation = edited(&run(50), &run(90), &constant, true);
    assert_eq!(first(&explanation), ("main", 2, 40));
}

#[test]
fn what_is_cut_off_or_of_another_kind_is_refused() {
    let whole = file(&[("main", &[(1, 10), (2, 20)], &[])]);
    let cut = whole.replace("0x2 0 20\n", "");
    let error = Records::parse(&cut).unwrap_err();
    assert_eq!(
        error.what,
        Malformed::Total {
            sum: 10,
            stated: 30
        }
    );
    let lines = Records::parse(&whole.replace("instr line", "line")).unwrap_err();
    assert_eq!(lines.what, Malformed::Header);
    let number = Records::parse(&whole.replace("0x2", "0xg")).unwrap_err();
    assert_eq!(
        (number.line, number.what),
        (9, Malformed::Number("0xg".to_owned()))
    );
}
