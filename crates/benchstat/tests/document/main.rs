//! Comparisons as JSON: of the form that the schema describes, and read back as they were written.
#![cfg(feature = "cli")]

#[path = "../paired/files.rs"]
#[allow(
    dead_code,
    reason = "the tests of pairs have uses for all that it can make"
)]
mod files;

use std::collections::BTreeSet;
use std::error::Error as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use benchstat::document::{Document, DocumentError, SCHEMA, VERSION};
use benchstat::{
    AmountView, Collection, Expressions, Gates, PlaceView, Query, SiteView, SitesView, Verdict,
    judge, write_json,
};
use jsonschema::Validator;
use serde_json::{Value, json};

use files::one;

/// All that must agree for the units below.
const ENVIRONMENT: &str = "rustc: 1\ntarget: x\nprofile: x\nallocator: x\ngoos: x\ngoarch: x\nrustflags: x\nvalgrind: 3\n\
    libc: x\ncpu-features: x\ncpu: x\nkernel: x\ncores: 2\n";

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

/// The schema without room for fields that it does not describe.
fn closed() -> Validator {
    fn close(schema: &mut Value) {
        match schema {
            Value::Object(fields) => {
                if fields.contains_key("properties") {
                    fields.insert("additionalProperties".to_owned(), Value::Bool(false));
                }
                fields.values_mut().for_each(close);
            }
            Value::Array(items) => items.iter_mut().for_each(close),
            _ => {}
        }
    }
    let mut schema = schema();
    close(&mut schema);
    jsonschema::draft202012::new(&schema).unwrap()
}

fn check(validator: &Validator, document: &Value, of: &str) {
    let errors: Vec<_> = validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{of}: {errors:#?}");
}

/// A comparison by rules under which some rows have each verdict, and what goes with it.
fn judged() -> Vec<Vec<u8>> {
    let unit = "Unit allocs/op assume=exact better=lower\nUnit x/op assume=exact\n";
    let lines = |rustc: &str, values: &[(&str, f64)]| {
        let lines = values.iter().map(|(name, value)| {
            format!("Benchmark{name} 1 {value} allocs/op {value} x/op {value} sec/op\n").repeat(2)
        });
        format!("{unit}rustc: {rustc}\n{}", lines.collect::<String>())
    };
    // Twice the instructions, twice the time.
    let timed = |instructions: f64| {
        let line = |more: u32| {
            let time = instructions + f64::from(more) / 100.0;
            format!("BenchmarkWork 1 {instructions} instructions/op {time} sec/op\n")
        };
        let lines: String = (0..6).map(line).collect();
        format!(
            "Unit instructions/op assume=exact better=lower\nUnit sec/op better=lower\n{ENVIRONMENT}{lines}"
        )
    };
    let gates = "[units.'sec/op']\ngate = true\n\
        [[accepted]]\ncase = 'Agreed'\nunit = 'allocs/op'\nvalue = 3\nreason = 'it pays'\n\
        [[renamed]]\nfrom = 'Old'\nto = 'New'\n";
    let base = [
        ("Worse", 1.0),
        ("Better", 2.0),
        ("Same", 1.0),
        ("Gone", 1.0),
        ("Agreed", 1.0),
        ("Old", 1.0),
        ("Zero", 0.0),
        ("Huge", 1e308),
    ];
    let head = [
        ("Worse", 2.0),
        ("Better", 1.0),
        ("Same", 1.0),
        ("Added", 1.0),
        ("Agreed", 3.0),
        ("New", 1.0),
        ("Zero", 1.0),
        ("Huge", 1.5e308),
    ];
    let pairs = one(0.05, Some(0.05));
    let broken = one(0.05, Some(0.05)).replaced(("pair: 1\n", ""), ("", ""));
    let of_package = |package: &str| format!("pkg: {package}\nBenchmarkA 1 1 allocs/op\n");
    let packages = of_package("a") + &of_package("b");
    let compared = [
        (lines("1.95.0", &base), lines("1.95.0", &head)),
        (lines("1.95.0", &base), lines("1.96.0", &head)),
        (timed(10.0), timed(20.0)),
        (pairs.base, pairs.head),
        (broken.base, broken.head),
        (packages.clone(), packages),
    ];
    let documents = compared.map(|(base, head)| {
        let mut collection = Collection::default();
        collection.read("base", "base", base.as_bytes()).unwrap();
        collection.read("head", "head", head.as_bytes()).unwrap();
        assert_eq!(collection.problems(), []);
        let labels = ["base".to_owned(), "head".to_owned()];
        let verdicts = judge(&collection, &Gates::parse(gates).unwrap(), "*", &labels).unwrap();
        let tables = Query::new(&Expressions::default())
            .unwrap()
            .tables(&collection);
        let (outcome, caveat) = (verdicts.outcome(true), collection.caveat());
        let mut json = Vec::new();
        write_json(&tables, Some((&verdicts, outcome)), caveat, &mut json).unwrap();
        let mut written = Document::new(&tables, Some((&verdicts, outcome)), caveat);
        assert_eq!(Document::parse(&json).unwrap(), written);
        // Where its allocations changed, too.
        let rows: Vec<_> = verdicts.judgements.iter().collect();
        written.sites = vec![SitesView::new(&rows[..1], vec![site()])];
        json.clear();
        written.write(&mut json).unwrap();
        assert_eq!(Document::parse(&json).unwrap(), written);
        json
    });
    documents.into()
}

/// A site with all that one can have.
fn site() -> SiteView {
    let line = |file: &str, text: &str| PlaceView {
        file: file.to_owned(),
        line: 3,
        function: "made".to_owned(),
        text: text.to_owned(),
    };
    SiteView {
        gone: false,
        lines: vec![line("a.rs", "order.clone()"), line("b.rs", "")],
        at: 1,
        library: Some(line("alloc/src/string.rs", "")),
        amounts: vec![AmountView {
            unit: "allocs/op".to_owned(),
            baseline: 1.0,
            value: 1.5,
        }],
    }
}

#[test]
fn the_schema_is_one() {
    assert!(jsonschema::meta::is_valid(&schema()));
    assert_eq!(schema()["properties"]["version"]["const"], json!(VERSION));
    // What it refuses: another version, a verdict that is none, and any field that is left out.
    let validator = closed();
    let good: Value = serde_json::from_slice(&judged()[0]).unwrap();
    for (pointer, bad) in [
        ("/version", json!(2)),
        ("/tables/0/rows/0/cells/0/column", json!(-1)),
        ("/tables/0/rows/0/cells/0/center", json!("1")),
        ("/verdicts/outcome", json!("fine")),
        ("/verdicts/judgements/0/verdict", json!("slower")),
        ("/verdicts/judgements/0/interval", json!([0.0])),
    ] {
        let mut document = good.clone();
        *document.pointer_mut(pointer).unwrap() = bad;
        assert!(!validator.is_valid(&document), "{pointer}");
    }
}

#[test]
fn recorded_tables_are_of_the_schema() {
    let validator = closed();
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut seen = 0;
    for entry in fs::read_dir(cases).unwrap() {
        let folder = entry.unwrap().path();
        let arguments = fs::read_to_string(folder.join("args")).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_benchstat"))
            .args(arguments.lines())
            .args(["-format", "json"])
            .current_dir(&folder)
            .output()
            .unwrap();
        if !output.status.success() {
            // The case is one of bad usage.
            continue;
        }
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        check(&validator, &document, &folder.display().to_string());
        Document::parse(&output.stdout).unwrap();
        seen += document["tables"].as_array().unwrap().len();
    }
    assert!(seen > 73, "{seen} tables");
}

#[test]
fn verdicts_are_of_the_schema_and_need_all_of_it() {
    /// The names of all fields below.
    fn fields<'v>(value: &'v Value, names: &mut BTreeSet<&'v str>) {
        match value {
            Value::Object(own) => {
                names.extend(own.keys().map(String::as_str));
                own.values().for_each(|value| fields(value, names));
            }
            Value::Array(items) => items.iter().for_each(|value| fields(value, names)),
            _ => {}
        }
    }
    let (validator, schema) = (closed(), schema());
    let documents: Vec<Value> = judged()
        .iter()
        .map(|json| serde_json::from_slice(json).unwrap())
        .collect();
    let explained = explained();
    check(&validator, &explained, "explained");
    let mut used = BTreeSet::new();
    fields(&explained, &mut used);
    for (at, document) in documents.iter().enumerate() {
        check(&validator, document, &at.to_string());
        fields(document, &mut used);
    }
    let definitions = schema["$defs"].as_object().unwrap().values();
    let described = definitions.chain([&schema]).flat_map(|definition| {
        let properties = definition["properties"].as_object().unwrap();
        properties.keys().map(String::as_str)
    });
    let unused: Vec<_> = described.filter(|field| !used.contains(field)).collect();
    assert_eq!(unused, Vec::<&str>::new());

    let verdicts: BTreeSet<&str> = documents
        .iter()
        .flat_map(|document| {
            document["verdicts"]["judgements"]
                .as_array()
                .unwrap()
                .iter()
                .map(|judgement| judgement["verdict"].as_str().unwrap())
        })
        .collect();
    assert_eq!(verdicts, Verdict::ALL.map(Verdict::as_str).into());
}

/// A comparison that says where a change comes from, in every way that there is.
fn explained() -> Value {
    let part = |what: &str| json!({"what": what, "name": "f", "change": 1});
    let mut document: Value = serde_json::from_slice(&judged()[0]).unwrap();
    document["explanations"] = json!([{
        "case": "Worse", "unit": "instructions/op", "before": 10, "after": 14, "not_attributed": 0,
        "functions": [{
            "name": "Type::function", "file": "src/lib.rs", "change": 4, "before": 10, "after": 14, "calls": [0, 1],
            "inlined_before": true, "inlined": false,
            "lines": [{
                "line": 7, "gone": false, "edited": true, "source": "f(g());", "change": 4,
                "parts": [
                    {"what": "itself", "change": 1},
                    part("library"),
                    {"what": "calls", "name": "f", "calls": [1, 2], "change": 1},
                    part("given"),
                ],
            }],
        }],
    }]);
    document
}

#[test]
fn an_explanation_is_read_and_shown() {
    let explained = explained();
    let document = Document::parse(&serde_json::to_vec(&explained).unwrap()).unwrap();
    assert_eq!(serde_json::to_value(&document).unwrap(), explained);
    let [explanation] = &document.explanations[..] else {
        panic!("one explanation")
    };
    let text = "  instructions/op 10 → 14 (+4)
        +4 100.0 %  Type::function src/lib.rs:7, itself 10 → 14, no longer inlined
          +4  line 7 (edited)  f(g());
            +1  itself
            +1  in f
            +1  calls f 2 times, before 1
";
    assert_eq!(explanation.text(), text);

    // What stands in a line of source ends no block of code, and drives no terminal.
    let mut hostile = explanation.clone();
    hostile.functions[0].lines[0].source = Some("```\u{1b}[2J <b> @all".to_owned());
    let markdown = hostile.markdown();
    assert!(
        markdown.starts_with("````text\n") && markdown.ends_with("````\n"),
        "{markdown}"
    );
    assert!(!markdown.contains('\u{1b}'), "{markdown}");
}

#[test]
fn what_is_no_document_is_refused_with_the_place() {
    let good = &judged()[0];
    let text = str::from_utf8(good).unwrap();
    for (bad, said) in [
        (
            text.replacen("\"version\": 1", "\"version\": 2", 1),
            "version 2",
        ),
        (
            text.replacen("\"column\": 0", "\"column\": 9", 1),
            "there is no column 9",
        ),
        (text.replacen("\"n\": 2", "\"n\": \"2\"", 1), "at line"),
        (text[..text.len() / 2].to_owned(), "EOF"),
        (String::new(), "EOF"),
    ] {
        let error = Document::parse(bad.as_bytes()).unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
        // Who prints the causes, too, would print it twice.
        assert!(error.source().is_none(), "{error}");
    }
    // What a later writer of the same version adds is left aside.
    let more = text.replacen('{', "{\"more\": [1],", 1);
    assert!(Document::parse(more.as_bytes()).is_ok());
    assert!(matches!(
        Document::parse(b"{\"version\": 7}"),
        Err(DocumentError::Version(7))
    ));
}

#[test]
fn verdicts_that_contradict_themselves_are_refused_with_the_place() {
    let documents = judged();
    let document = |place: usize| -> Value { serde_json::from_slice(&documents[place]).unwrap() };
    let row = |document: &Value, word: &str| {
        let rows = document["verdicts"]["judgements"].as_array().unwrap();
        let found = rows
            .iter()
            .position(|row| row["verdict"] == word && row["gates"] == true);
        found.unwrap()
    };
    let refused = |document: &Value, said: &str| {
        let error = Document::parse(document.to_string().as_bytes()).unwrap_err();
        let error = error.to_string();
        assert!(
            error.starts_with("verdicts: ") && error.contains(said),
            "{error}"
        );
    };
    let failed = document(0);
    assert_eq!(failed["verdicts"]["outcome"], "failed");
    let worse = row(&failed, "regressed");
    for outcome in ["passed", "undecided", "incomparable"] {
        let mut bad = failed.clone();
        bad["verdicts"]["outcome"] = json!(outcome);
        refused(
            &bad,
            &format!("the outcome is {outcome}, where row {worse}, Worse in allocs/op"),
        );
    }
    let mut bad = failed.clone();
    bad["verdicts"]["judgements"][worse]["fails"] = json!(false);
    refused(
        &bad,
        &format!("row {worse}, Worse in allocs/op: fails is false"),
    );
    let mut bad = failed.clone();
    bad["verdicts"]["exit_code"] = json!(0);
    refused(&bad, "the exit code is 0, where that of failed is 1");
    let mut bad = failed.clone();
    bad["verdicts"]["judgements"] = json!([]);
    refused(&bad, "the outcome is failed, which no row is");

    // That of other compilers, of which nothing else is left.
    let mut incomparable = document(1);
    let other = row(&incomparable, "incomparable");
    let only = incomparable["verdicts"]["judgements"][other].take();
    incomparable["verdicts"]["judgements"] = json!([only]);
    incomparable["verdicts"]["outcome"] = json!("incomparable");
    incomparable["verdicts"]["exit_code"] = json!(4);
    assert!(Document::parse(incomparable.to_string().as_bytes()).is_ok());
    let mut bad = incomparable.clone();
    bad["verdicts"]["outcome"] = json!("passed");
    bad["verdicts"]["exit_code"] = json!(0);
    refused(&bad, "the outcome is passed, where row 0, ");
    bad["verdicts"]["judgements"] = json!([]);
    assert!(Document::parse(bad.to_string().as_bytes()).is_ok());
    bad["verdicts"]["outcome"] = json!("undecided");
    refused(&bad, "the outcome is undecided, which no row is");
    // What could not be measured has no row.
    bad["verdicts"]["outcome"] = json!("incomparable");
    bad["verdicts"]["exit_code"] = json!(4);
    assert!(Document::parse(bad.to_string().as_bytes()).is_ok());
}
