//! Tables and verdicts in each format.

use std::collections::BTreeMap;

use benchfmt::{Printable, is_invisible, is_obeyed};
use benchstat::document::Document;
use benchstat::{
    Collection, Expressions, Gates, Query, Style, judge, write_bencher, write_csv, write_json,
    write_markdown, write_text, write_verdicts, write_verdicts_markdown,
};
use proptest::prelude::*;
use serde_json::Value;

use crate::page::read;
use crate::{name, text};

fn written(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut output = Vec::new();
    write(&mut output).unwrap();
    String::from_utf8(output).unwrap()
}

/// The HTML around a table, and what its title shows.
fn title(html: &str) -> Option<String> {
    let html = html.trim();
    if html == "</details>" {
        return Some(String::new());
    }
    let inner = html
        .strip_prefix("<details><summary>")?
        .strip_suffix("</summary>")?;
    let code = inner
        .replace("<code>@</code>", "@")
        .replace("<code>#</code>", "#")
        .replace("<code>-</code>", "-");
    let shown = code
        .replace("&#60;", "\u{1}")
        .replace("&#62;", "\u{2}")
        .replace("&#34;", "\"")
        .replace("&#39;", "'");
    if shown.contains(['<', '>']) {
        return None;
    }
    let shown = shown.replace('\u{1}', "<").replace('\u{2}', ">");
    Some(shown.replace("&#38;", "&"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_name_is_found_as_it_is_in_every_format(
        case in name(), unit in name(), label in text(), reason in text(),
    ) {
        // Of a name this prefix is left away, and units are changed to their base.
        let (case, unit) = (format!("A{case}"), format!("u{unit}x"));
        let unit_line = format!("Unit {unit} assume=exact better=lower\n");
        let lines = |value: u32| format!("{unit_line}Benchmark{case} 1 {value} {unit}\nBenchmarkB 1 2 {unit}\n");
        let mut collection = Collection::default();
        // As the programs take labels from their arguments.
        let labels = ["base".to_owned(), Printable(&format!("h{label}")).to_string()];
        for (label, value) in labels.iter().zip([1, 2]) {
            collection.read(label, "file", lines(value).as_bytes()).unwrap();
        }
        prop_assert_eq!(collection.problems(), []);
        let query = Query::new(&Expressions::default()).unwrap();
        let tables = query.tables(&collection);
        prop_assert_eq!(tables.len(), 1);
        let accepted = format!(
            "[[accepted]]\ncase = {}\nunit = {}\nvalue = 2\nreason = {}\n",
            toml(&case), toml(&unit), toml(&format!("r{reason}")),
        );
        let gates = Gates::parse(&accepted).unwrap();
        let verdicts = judge(&collection, &gates, "*", &labels).unwrap();
        let outcome = verdicts.outcome(true);

        let [shown_case, shown_unit] = [&case, &unit].map(|text| Printable(text).to_string());
        let page = read(&written(|output| write_markdown(&tables, output)));
        let titles: Vec<_> = page.html.iter().map(|html| title(html)).collect();
        prop_assert_eq!(titles, [Some(format!("{shown_unit} (2 rows)")), Some(String::new())]);
        prop_assert!(page.links.is_empty() && page.headings == 0);
        prop_assert_eq!(&page.rows[0][2], &labels[1]);
        prop_assert_eq!(&page.rows[1][0], &shown_case);
        let page = read(&written(|output| write_verdicts_markdown(&verdicts, outcome, output)));
        prop_assert!(page.links.is_empty() && page.html.is_empty() && page.headings == 1);
        prop_assert_eq!(&page.rows[1][..3], &["regressed".to_owned(), shown_case.clone(), shown_unit][..]);
        let said = format!("accepted: r{}", Printable(&reason));
        prop_assert!(page.rows[1][3].contains(&said), "{:?}", page.rows[1]);

        // A line for each row, whatever the labels say.
        let shown = written(|output| write_text(&tables, Style::default(), output));
        prop_assert!(!shown.contains(hides), "{shown:?}");
        prop_assert_eq!(shown.lines().count(), 5, "{}", shown);
        prop_assert!(shown.lines().any(|line| line.starts_with(&format!("{shown_case} "))), "{}", shown);
        let shown = written(|output| write_verdicts(&verdicts, Style::default(), output));
        prop_assert!(!shown.contains(hides), "{shown:?}");
        prop_assert_eq!(shown.lines().count(), 3, "{}", shown);

        let mut notes = Vec::new();
        let csv = written(|output| write_csv(&tables, output, &mut notes));
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(csv.as_bytes());
        let fields: Vec<String> = reader.records().filter_map(|record| record.unwrap().get(0).map(str::to_owned)).collect();
        prop_assert!(fields.contains(&case), "{}", csv);

        let json = written(|output| write_json(&tables, Some((&verdicts, outcome)), None, output));
        let document = Document::parse(json.as_bytes()).unwrap();
        prop_assert_eq!(&document.tables[0].rows[0].label, &case);
        prop_assert_eq!(&document.verdicts.unwrap().judgements[0].case, &case);
        let value: Value = serde_json::from_str(&json).unwrap();
        let schema: Value = serde_json::from_str(benchstat::document::SCHEMA).unwrap();
        prop_assert!(jsonschema::draft202012::is_valid(&schema, &value));

        let bencher = written(|output| write_bencher(&tables, output, &mut notes));
        let benchmarks: BTreeMap<String, BTreeMap<String, Value>> = serde_json::from_str(&bencher).unwrap();
        let measures = benchmarks.get(&case);
        prop_assert!(unit.chars().count() > 64 || measures.is_some_and(|own| own.contains_key(&unit)), "{}", bencher);
        prop_assert!(!str::from_utf8(&notes).unwrap().contains(|c| is_obeyed(c) && c != '\n'));
    }
}

/// Whether a text in which this is shows less than it has: emoji aside, of which such characters are parts.
fn hides(c: char) -> bool {
    is_obeyed(c) && c != '\n'
        || is_invisible(c) && !matches!(c, '\u{200d}' | '\u{fe0e}' | '\u{fe0f}')
}

/// A string of TOML.
fn toml(text: &str) -> String {
    let escaped = text.chars().map(|c| format!("\\U{:08X}", u32::from(c)));
    format!("\"{}\"", escaped.collect::<String>())
}
