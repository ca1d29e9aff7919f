//! callgrind's profiles, against `callgrind_annotate` and against texts that no tool writes.
//!
//! In `tests/data/callgrind`, all from valgrind 3.19 with paths shortened:
//!
//! - `suite.out`: some functions of a benchmark's profile, without compression; its totals are
//!   those of the functions that were kept.
//! - `instructions.out`: `sample.rs` with `--toggle-collect=sample::work --dump-instr=yes
//!   --collect-jumps=yes`.
//! - `parts.out`: the same program with `--toggle-collect=sample::work --combine-dumps=yes
//!   --dump-after=sample::words*`.
//! - `*.annotated.txt`: what `callgrind_annotate --show-percs=no --threshold=100 --auto=no` says.

#![cfg(feature = "import")]

mod properties;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use benchfmt::import::callgrind::{Owner, Profile, Rest, group, owner, parse};
use proptest::prelude::*;

use properties::check_callgrind;

fn data(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/callgrind");
    fs::read(folder.join(name)).unwrap()
}

fn profile(name: &str) -> Profile {
    parse(&data(name)).unwrap()
}

/// Self cost by `file:function`, as `callgrind_annotate` gives it: code that was inlined counts
/// for the function and is told apart by its file. Levels of recursion are added up.
fn annotated(name: &str) -> BTreeMap<String, u64> {
    let text = String::from_utf8(data(name)).unwrap();
    let (_, list) = text.split_once("file:function\n").unwrap();
    let mut costs = BTreeMap::new();
    for line in list.lines().skip(1).take_while(|line| !line.is_empty()) {
        let (cost, place) = line.trim().split_once("  ").unwrap();
        let place = place.split(" [/").next().unwrap().trim_end_matches("'2");
        if cost != "." {
            *costs.entry(place.to_owned()).or_insert(0) +=
                cost.replace(',', "").parse::<u64>().unwrap();
        }
    }
    costs
}

/// The same of a profile.
fn by_place(profile: &Profile) -> BTreeMap<String, u64> {
    let mut costs = BTreeMap::new();
    for function in &profile.functions {
        for line in &function.lines {
            let file = line.file.as_deref().unwrap_or("???");
            *costs
                .entry(format!("{file}:{}", function.name))
                .or_insert(0) += line.instructions;
        }
    }
    costs
}

/// The functions' names and costs.
fn functions(text: &str) -> Vec<(String, u64)> {
    let profile = parse(text.as_bytes()).unwrap();
    let functions = profile.functions.iter();
    functions
        .map(|function| (function.name.to_string(), function.instructions))
        .collect()
}

#[test]
fn self_costs_are_those_of_callgrind_annotate() {
    for (out, annotated_file, total, entries) in [
        ("suite.out", "suite.annotated.txt", 25_493, 56),
        ("instructions.out", "instructions.annotated.txt", 3_571, 63),
        // callgrind_annotate 3.19 counts the line after `calls=0` as self cost, so the same run in
        // one part is the truth.
        ("parts.out", "instructions.annotated.txt", 3_571, 63),
    ] {
        let profile = profile(out);
        assert_eq!(profile.total, total, "{out}");
        let expected = annotated(annotated_file);
        assert_eq!(expected.len(), entries, "{out}");
        assert_eq!(by_place(&profile), expected, "{out}");
    }
}

#[test]
fn one_run_is_one_profile_however_it_is_written() {
    assert_eq!(profile("parts.out"), profile("instructions.out"));
}

#[test]
fn functions_are_sorted_and_sum_to_the_total() {
    for name in ["suite.out", "instructions.out", "parts.out"] {
        let profile = profile(name);
        let functions = &profile.functions;
        let sum: u64 = functions.iter().map(|function| function.instructions).sum();
        assert_eq!(sum, profile.total, "{name}");
        assert!(functions.is_sorted_by_key(|function| {
            (
                std::cmp::Reverse(function.instructions),
                function.name.clone(),
            )
        }));
        for function in functions {
            let lines: u64 = function.lines.iter().map(|line| line.instructions).sum();
            assert_eq!(lines, function.instructions, "{}", function.name);
        }
    }
}

#[test]
fn the_rest_is_what_the_top_leaves() {
    let profile = profile("suite.out");
    for n in 0..20 {
        let (top, rest) = group(&profile, n);
        assert_eq!(top, &profile.functions[..n.min(11)]);
        assert_eq!(rest.functions, 11_usize.saturating_sub(n));
        let shown: u64 = top.iter().map(|function| function.instructions).sum();
        assert_eq!(shown + rest.instructions, 25_493);
    }
    let none = Rest {
        functions: 0,
        instructions: 0,
    };
    assert_eq!(group(&profile, usize::MAX).1, none);
}

#[test]
fn compression_changes_nothing() {
    let full = "\
positions: line\nevents: Ir\nob=/bin/shop\nfl=cart.rs\nfn=checkout\n30 6\n27 4\ncfn=sum\n\
calls=1 41\n31 90\ncfi=tax.rs\ncfn=round\ncalls=2 8\n31 50\nfn=sum\n42 65\ncfi=tax.rs\ncfn=round\n\
calls=1 8\n42 25\nfl=tax.rs\nfn=round\n8 60\n8 15\ntotals: 150\n";
    let short = "\
positions: line\nevents: Ir\nob=(7) /bin/shop\nfl=(1) cart.rs\nfn=(1) checkout\n30 6\n-3 4\n\
cfn=(2) sum\ncalls=1 +14\n+4 90\ncfi=(2) tax.rs\ncfn=(3) round\ncalls=2 8\n* 50\nfn=(2)\n\
+11 65\ncfi=(2)\ncfn=(3)\ncalls=1 8\n* 25\nfl=(2)\nfn=(3)\n0x8 60\n* 0xf\ntotals: 150\n";
    assert_eq!(parse(full.as_bytes()), parse(short.as_bytes()));
    let expected = [("round", 75), ("sum", 65), ("checkout", 10)];
    assert_eq!(
        functions(full),
        expected.map(|(name, cost)| (name.to_owned(), cost))
    );
}

#[test]
fn inlined_code_counts_for_the_function_it_is_in() {
    let text = "events: Ir\nfl=a.rs\nfn=f\n1 10\nfi=b.rs\n7 5\nfi=???\n0 2\nfe=a.rs\n1 1\nfi=b.rs\n\
                7 4\nfn=g\n9 1\nsummary: 23\n";
    let profile = parse(text.as_bytes()).unwrap();
    let [f, g] = &profile.functions[..] else {
        panic!("{profile:?}")
    };
    assert_eq!((f.instructions, f.file.as_deref()), (22, Some("a.rs")));
    let lines: Vec<_> = f
        .lines
        .iter()
        .map(|line| (line.file.as_deref(), line.line, line.instructions))
        .collect();
    assert_eq!(
        lines,
        [(None, 0, 2), (Some("a.rs"), 1, 11), (Some("b.rs"), 7, 9)]
    );
    // callgrind leaves out a `fl=` equal to the one before.
    assert_eq!((g.file.as_deref(), g.lines[0].line), (Some("a.rs"), 9));
    assert_eq!(g.lines[0].file.as_deref(), Some("a.rs"));
    assert_eq!(g.object, None);
}

#[test]
fn names_lose_hash_and_level_of_recursion_and_nothing_else() {
    for (symbol, name) in [
        ("a::b::h0123456789abcdef", "a::b"),
        ("a::b::h0123456789abcdef'2", "a::b"),
        ("a::b'12", "a::b"),
        ("<a::B<C,D> as e::F>::g'2", "<a::B<C,D> as e::F>::g"),
        ("a::h0123456789abcde", "a::h0123456789abcde"),
        ("a::h0123456789ABCDEF", "a::h0123456789ABCDEF"),
        ("callee'caller", "callee'caller"),
        ("f'", "f'"),
        ("(below main)", "(below main)"),
        ("???", "???"),
    ] {
        let text = format!("events: Ir\nfn={symbol}\n1 5\nfn=(1) {symbol}\n2 6\nsummary: 11\n");
        assert_eq!(functions(&text), [(name.to_owned(), 11)]);
    }
    // Instances of one function in two files stay two functions.
    let text = "events: Ir\nfl=a\nfn=f::h0000000000000001\n1 5\nfn=f::h0000000000000002\n1 5\n\
                fl=b\nfn=f::h0000000000000003\n1 5\nsummary: 15\n";
    assert_eq!(functions(text), [("f".into(), 10), ("f".into(), 5)]);
}

#[test]
fn instructions_are_found_among_other_events() {
    let text = "event: Ge : global\nevents: Dr Ir Bc\nfn=f\n1 100 7 100\n2 100\n3 1 2\n\
                totals: 201 9 100\n";
    assert_eq!(functions(text), [("f".into(), 9)]);
}

fn assert_errors(expected: &[(&str, &str)]) {
    for (text, message) in expected {
        let error = parse(text.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), *message, "{text:?}");
    }
}

#[test]
fn an_error_in_a_header_or_a_total_says_where_and_what() {
    assert_errors(&[
        ("", "line 1: the file is empty"),
        ("\n\n", "line 2: the file is empty"),
        ("{}", "line 1: not a line of a callgrind profile: {}"),
        ("version: 2\n", "line 1: format version 2, expected 1"),
        ("version: 1\npid: 7\n", "line 2: no `events:` before this"),
        ("fn=f\n1 5\n", "line 2: no `events:` before this"),
        ("totals: 5\n", "line 1: no `events:` before this"),
        (
            "events: Dr\n",
            "line 1: events Dr, expected one of them to be Ir",
        ),
        (
            "events: Ir Ir\n",
            "line 1: events Ir Ir, expected one of them to be Ir",
        ),
        (
            "positions: column\n",
            "line 1: positions column, expected some of instr, bb and line",
        ),
        (
            "positions: line line\n",
            "line 1: positions line line, expected some of instr, bb and line",
        ),
        ("events: Ir\n1 5\n", "line 2: no `fn=` before this"),
        (
            "events: Ir\nfn=f\n1 5\n",
            "line 3: no `summary:` or `totals:` before the end of the part",
        ),
        (
            "events: Ir\nfn=f\nsummary:",
            "line 3: a total without the number of instructions",
        ),
        (
            "events: Ir\nfn=f\n1 5\ntotals: 6\n",
            "line 4: a total of 6, but the costs sum to 5",
        ),
        (
            "events: Ir\nfn=f\nsummary: 5\n1 4\ntotals: 4\n",
            "line 5: a total of 4, but line 3 states 5",
        ),
        (
            "events: Ir\nfn=f\n1 5\ntotals: 5\npart: 2\n",
            "line 5: no `events:` before this",
        ),
        (
            "events: Ir\nfn=f\n1 5\nsummary: 4\nevents: Ir\n1 5\nsummary: 5\n",
            "line 4: a total of 4, but the costs sum to 5",
        ),
        (
            "events: Ir\nfn=f\n1 5\nsummary: 5\nevents: Ir\n1 5\nsummary: 4\n",
            "line 7: a total of 4, but the costs sum to 5",
        ),
    ]);
}

#[test]
fn an_error_in_a_line_says_where_and_what() {
    assert_errors(&[
        (
            "events: Ir\nfn=f\nfn=(3)\n",
            "line 3: name (3) is not defined before this",
        ),
        (
            "events: Ir\nfn=f\nfl=(3) a\nfn=(3)\n",
            "line 4: name (3) is not defined before this",
        ),
        (
            "events: Ir\nfn=f\nfn=(99999999999999999999)\n",
            "line 3: a number below 0 or above 2^64 - 1",
        ),
        (
            "events: Ir\nfn=f\nfn=(3) (4)'2\n",
            "line 3: a name made of the numbers of others (--compress-mangled=yes)",
        ),
        (
            "events: Ir\nfn=f\n1 5 6\n",
            "line 3: expected 1 positions and at most 1 costs",
        ),
        (
            "positions: instr line\nevents: Ir\nfn=f\n1\n",
            "line 4: expected 2 positions and at most 1 costs",
        ),
        ("events: Ir\nfn=f\n1 -5\n", "line 3: not a number: -5"),
        ("events: Ir\nfn=f\n1 +5\n", "line 3: not a number: +5"),
        ("events: Ir\nfn=f\n1 0x\n", "line 3: not a number: 0x"),
        (
            "events: Ir\nfn=f\n5 1\n-6 1\n",
            "line 4: a number below 0 or above 2^64 - 1",
        ),
        (
            "events: Ir\nfn=f\n1 18446744073709551616\n",
            "line 3: a number below 0 or above 2^64 - 1",
        ),
        (
            "events: Ir\nfn=f\n1 18446744073709551615\n1 1\n",
            "line 4: a number below 0 or above 2^64 - 1",
        ),
        ("events: Ir\nfn=f\ncalls=x 1\n", "line 3: not a number: x"),
        (
            "events: Ir\nfn=f\ncalls=1 1\n",
            "line 3: expected the cost of the calls before this",
        ),
        (
            "events: Ir\nfn=f\ncalls=1 1\nfn=g\n",
            "line 4: expected the cost of the calls before this",
        ),
        (
            "events: Ir\nfn=f\nfm=g\n",
            "line 3: not a line of a callgrind profile: fm=g",
        ),
        (
            "events: Ir\nfn=f\nspeed: 5\n",
            "line 3: not a line of a callgrind profile: speed: 5",
        ),
        (
            "events: Ir\nfn=f\nf\u{e9}\n",
            "line 3: not a line of a callgrind profile: f\u{e9}",
        ),
        (
            "events: Ir\nfn=f\n\u{1b}[2J\n",
            "line 3: not a line of a callgrind profile: \\u{1b}[2J",
        ),
    ]);
}

#[test]
fn a_file_that_was_cut_off_is_never_another_profile() {
    let whole = data("instructions.out");
    let profile = parse(&whole).unwrap();
    // The costs are complete before the last line, `totals:`, which says what `summary:` said.
    for length in 0..whole.len() {
        if let Ok(cut) = parse(&whole[..length]) {
            assert!(cut == profile, "cut off after {length} bytes");
        }
    }
}

/// A long name that many short lines use costs memory once.
#[test]
fn memory_and_time_are_in_proportion_to_the_file() {
    let mut text = format!("events: Ir\nfn=(1) {}\n", "n".repeat(1 << 20));
    for file in 0..20_000 {
        text.push_str(&format!("fl={file}\nfn=(1)\n1 1\n"));
    }
    text.push_str("totals: 20000\n");
    let profile = parse(text.as_bytes()).unwrap();
    assert_eq!(profile.functions.len(), 20_000);
    let name = &profile.functions[0].name;
    let shared = |other| std::sync::Arc::ptr_eq(name, other);
    assert!(
        profile
            .functions
            .iter()
            .all(|function| shared(&function.name))
    );
}

#[test]
fn a_symbol_has_an_owner() {
    let of = |name| owner(name, None, Some("/project/target/release/service")).to_string();
    for (name, expected) in [
        ("serde_json::de::from_str", "serde_json"),
        ("serde_json[0123456789abcdef]::de::from_str", "serde_json"),
        ("naive::parse::{{closure}}", "naive"),
        (
            "simd_json::numberparse::<impl simd_json::Deserializer>::parse_number",
            "simd_json",
        ),
        ("<T as serde_json::Foo>::bar", "serde_json"),
        ("<u64 as itoa::Unsigned>::fmt", "itoa"),
        ("<naive::Invoice as core::fmt::Display>::fmt", "naive"),
        (
            "<&mut serde_json::ser::Serializer<W,F> as serde_core::ser::Serializer>::serialize_str",
            "serde_json",
        ),
        (
            "<core::marker::PhantomData<T> as serde_core::de::DeserializeSeed>::deserialize",
            "serde_core",
        ),
        (
            "<alloc::vec::Vec<naive::Item> as core::ops::drop::Drop>::drop",
            "std",
        ),
        ("<alloc::vec::Vec<<T as a::B>::C> as d::E>::f", "d"),
        ("<[naive::Item] as a::B>::c", "a"),
        ("<fn() -> naive::Item as a::B>::c", "a"),
        ("<dyn naive::Shape>::area", "naive"),
        ("<bumpalo::Bump>::alloc_slow", "bumpalo"),
        ("<str>::trim", "std"),
        ("alloc::raw_vec::RawVecInner<A>::finish_grow", "std"),
        ("core::ptr::drop_in_place<naive::Invoice>", "std"),
        ("__rustc::__rdl_alloc", "std"),
        ("__rust_alloc", "std"),
        ("rust_begin_unwind", "std"),
        ("malloc", "libc"),
        ("_int_free", "libc"),
        ("__memcpy_avx_unaligned_erms", "libc"),
        ("free_list", "libc"),
        ("freeze", "unknown"),
        ("main", "unknown"),
        ("0x0000000000001050", "unknown"),
        ("", "unknown"),
    ] {
        assert_eq!(of(name), expected, "{name}");
    }
}

#[test]
fn a_symbol_without_a_path_is_owned_by_object_and_file() {
    let crates = "/cargo/registry/src/index/";
    let sqlite = format!("{crates}libsqlite3-sys-0.30.1/sqlite3/sqlite3.c");
    let mimalloc = format!("{crates}libmimalloc-sys-0.1.39-beta.1/c_src/alloc.c");
    for (name, file, object, expected) in [
        ("(below main)", None, Some("/usr/lib/libc.so.6"), "libc"),
        ("0x1ab70", None, Some("/lib64/ld-linux-x86-64.so.2"), "libc"),
        ("sin", None, Some("/lib/libm-2.31.so"), "libc"),
        ("start", None, Some("/lib/ld-musl-x86_64.so.1"), "libc"),
        ("inflate", None, Some("/lib/libcrypto.so.3"), "unknown"),
        ("load", None, Some("/usr/bin/ld"), "unknown"),
        ("sqlite3_step", Some(&*sqlite), None, "libsqlite3_sys"),
        ("malloc", Some(&*mimalloc), None, "libmimalloc_sys"),
        ("step", Some("/project/src/step.c"), None, "unknown"),
        (
            "step",
            Some("/registry/src/index/-0.1/step.c"),
            None,
            "unknown",
        ),
        (
            "hashbrown::raw::find",
            Some("/rust/deps/hashbrown-0.15.2/src/raw.rs"),
            None,
            "std",
        ),
        ("hashbrown::raw::find", None, None, "hashbrown"),
    ] {
        assert_eq!(owner(name, file, object).to_string(), expected, "{name}");
    }
    assert_eq!(format!("{:>6}|", Owner::Libc), "  libc|");
}

/// Lines that are near to a profile.
fn lines() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just("events: Ir".to_owned()),
        Just("positions: instr line".to_owned()),
        Just("part: 1".to_owned()),
        "(ob|fl|fi|fe|fn|cob|cfi|cfn|jfi|jfn)=(\\([0-3]\\))? ?[a-c]?",
        "(calls|jump|jcnd)=[0-9] \\+?[0-9]",
        "[+-]?[0-9*]{1,2}( [0-9]{1,20}){0,3}",
        "(summary|totals): [0-9]{1,2}",
        "\\PC{0,12}",
    ];
    prop::collection::vec(line, 0..12).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #[test]
    fn any_bytes_are_a_profile_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        check_callgrind(&bytes);
    }

    #[test]
    fn any_lines_are_a_profile_or_an_error(text in lines()) {
        check_callgrind(format!("events: Ir\nfn=f\n{text}").as_bytes());
        check_callgrind(text.as_bytes());
    }

    #[test]
    fn a_changed_byte_makes_a_profile_or_an_error(at in 0_usize..12_000, byte: u8) {
        let mut bytes = data("parts.out");
        bytes[at] = byte;
        check_callgrind(&bytes);
    }

    #[test]
    fn any_symbol_has_an_owner(name in "[<> a&:\\[\\]()*é-]{0,30}", file in "(/registry/src/)?[/a0.é-]{0,20}") {
        prop_assert!(!owner(&name, Some(&file), Some(&file)).to_string().is_empty());
    }
}
