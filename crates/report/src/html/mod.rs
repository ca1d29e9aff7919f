//! A page of HTML in one file: it carries its results, its script and its style, and asks the network for nothing.
//!
//! What comes from results is data: JSON in which no tag can begin, put into the page by the script as text. The page's policy
//! allows the one script and the one style by their hashes, and nothing else.

mod data;
mod judged;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use benchfmt::Printable;
use benchstat::Collection;
use benchstat::document::VerdictsView;
use sha2::{Digest, Sha256};

use crate::chart::{Chart, escaped, style as chart_style};
use data::{Data, View};

/// The script, in parts.
const SCRIPT: [&str; 8] = [
    "\"use strict\";\n",
    include_str!("expression.js"),
    include_str!("statistics.js"),
    include_str!("number.js"),
    include_str!("arrange.js"),
    include_str!("grid.js"),
    include_str!("verdicts.js"),
    include_str!("page.js"),
];

/// As many charts are open at first.
const OPEN: usize = 3;

/// A page of results.
#[derive(Clone, Copy, Debug)]
pub struct HtmlPage<'a> {
    /// The heading.
    pub title: &'a str,
    /// What there is to say first, a paragraph each; words between backticks are code.
    pub words: &'a [String],
    /// The results.
    pub collection: &'a Collection,
    /// The level of significance.
    pub alpha: f64,
    /// The confidence of intervals.
    pub confidence: f64,
    /// The columns at first: a projection.
    pub col: &'a str,
    /// Which results are shown at first: a filter.
    pub filter: &'a str,
    /// Other views, with their names: filter and columns.
    pub views: &'a [(&'a str, &'a str, &'a str)],
    /// The verdicts, if there was a comparison.
    pub verdicts: Option<&'a VerdictsView>,
    /// Where the changes come from, as text.
    pub explanation: Option<&'a str>,
    /// The charts.
    pub charts: &'a [Chart],
}

impl HtmlPage<'_> {
    /// The page.
    pub fn html(&self) -> String {
        let view = View {
            filter: self.filter,
            row: ".fullname",
            col: self.col,
        };
        let data = Data::new(self, view).json();
        let script = SCRIPT.concat();
        let style = include_str!("page.css").to_owned() + &chart_style();
        let policy = format!(
            "default-src 'none'; script-src '{}'; style-src '{}'; img-src data:; base-uri 'none'; form-action 'none'",
            hash(&script),
            hash(&style)
        );
        let title = escaped(self.title);
        let mut html = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <link rel=\"icon\" href=\"data:,\">\n<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n\
             <h1>{title}</h1>\n"
        );
        for words in self.words {
            html += &format!("<p>{}</p>\n", coded(words));
        }
        html += &self.verdicts();
        html += &self.explanation();
        html += &self.charts();
        html += "<section aria-labelledby=\"explore\">\n<h2 id=\"explore\">All results</h2>\n";
        html += &self.views();
        html += EXPLORE;
        html += &environment(self.collection);
        html += &format!(
            "</main>\n<script type=\"application/json\" id=\"data\">{data}</script>\n<script>{script}</script>\n</body>\n</html>\n"
        );
        html
    }

    fn verdicts(&self) -> String {
        let Some(verdicts) = self.verdicts else {
            return String::new();
        };
        format!(
            "<section aria-labelledby=\"verdicts-heading\">\n<h2 id=\"verdicts-heading\">Verdicts</h2>\n<p>{}</p>\n\
             <p><label for=\"search\">Show what contains</label><input id=\"search\" type=\"search\"></p>\n\
             <p class=\"status\" id=\"verdicts-status\" role=\"status\"></p>\n\
             <div class=\"scroll\" role=\"region\" aria-label=\"Verdicts, scrolling\" tabindex=\"0\"><table id=\"verdicts\"></table></div>\n\
             </section>\n",
            escaped(&verdicts.headline)
        )
    }

    fn explanation(&self) -> String {
        let Some(text) = self.explanation.filter(|text| !text.is_empty()) else {
            return String::new();
        };
        format!(
            "<section aria-labelledby=\"why\">\n<h2 id=\"why\">Where the changes come from</h2>\n\
             <pre tabindex=\"0\" role=\"region\" aria-label=\"Explanation, scrolling\">{}</pre>\n</section>\n",
            escaped(&shown_lines(text))
        )
    }

    fn charts(&self) -> String {
        if self.charts.is_empty() {
            return String::new();
        }
        let mut html =
            String::from("<section aria-labelledby=\"charts\">\n<h2 id=\"charts\">Charts</h2>\n");
        let style = format!("<style>{}</style>", chart_style());
        for (at, chart) in self.charts.iter().enumerate() {
            // The page has the charts' style once.
            let svg = chart.svg.replacen(&style, "", 1);
            let figure = format!(
                "<figure>{svg}<figcaption>{}</figcaption></figure>",
                escaped(&chart.title)
            );
            html += &if at < OPEN {
                figure + "\n"
            } else {
                format!(
                    "<details><summary>{}</summary>{figure}</details>\n",
                    escaped(&chart.title)
                )
            };
        }
        html + "</section>\n"
    }

    /// Links to views.
    fn views(&self) -> String {
        if self.views.is_empty() {
            return String::new();
        }
        let mut links = String::new();
        for (name, filter, col) in self.views {
            links += &format!(
                "<li><a href=\"#filter={}&amp;col={}\">{}</a></li>\n",
                component(filter),
                component(col),
                escaped(name)
            );
        }
        format!("<nav aria-label=\"Views\">\n<ul class=\"views\">\n{links}</ul></nav>\n")
    }
}

/// The controls, and the table that they arrange.
const EXPLORE: &str = r##"<form id="controls">
<div><label for="unit">Unit</label><select id="unit" name="unit"></select></div>
<div><label for="filter">-filter</label><input id="filter" name="filter" spellcheck="false" autocomplete="off" aria-describedby="words"></div>
<div><label for="row">-row</label><input id="row" name="row" spellcheck="false" autocomplete="off" aria-describedby="words"></div>
<div><label for="col">-col</label><input id="col" name="col" spellcheck="false" autocomplete="off" aria-describedby="words"></div>
</form>
<p class="problem" id="problem" role="alert"></p>
<p class="status"><span id="status" role="status"></span> <a id="link" href="#">Link to this view</a></p>
<details id="words"><summary>The words of -filter, -row and -col</summary>
<p>They are benchstat's. A filter is <code>key:value</code>, <code>key:"a value"</code>, <code>key:/regexp/</code> or <code>key:(a OR b)</code>;
<code>x y</code> and <code>x AND y</code> ask for both, <code>x OR y</code> for one, <code>-x</code> for what does not match, <code>*</code> for all.
A projection is a list of keys; <code>key@alpha</code> and <code>key@num</code> order their values, <code>key@(a b)</code> orders them as listed and leaves
out others. Keys are <code>.name</code>, <code>.fullname</code>, <code>.file</code>, <code>/key</code> of a name, any key of the configuration; in a filter
<code>.unit</code>, in a projection <code>.config</code>. Regular expressions are the browser's. Differences of the configuration that no projection
names are ignored.</p></details>
<div class="scroll" role="region" aria-label="Results, scrolling" tabindex="0"><table id="results"></table></div>
<noscript><p>The tables need JavaScript, which this file brings with it.</p></noscript>
</section>
"##;

/// Keys of the configurations with their values, several where results differ.
fn environment(collection: &Collection) -> String {
    let mut rows = String::new();
    for (key, values) in data::environment(collection) {
        let values: Vec<_> = values.iter().map(|value| shown(value)).collect();
        rows += &format!(
            "<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n",
            shown(key),
            values.join("<br>")
        );
    }
    if rows.is_empty() {
        return rows;
    }
    format!(
        "<section aria-labelledby=\"measured-with\">\n<h2 id=\"measured-with\">Measured with</h2>\n\
         <table><thead><tr><th scope=\"col\">key</th><th scope=\"col\">value</th></tr></thead>\n<tbody>\n{rows}</tbody></table>\n</section>\n"
    )
}

/// A text of one line as it is shown.
fn shown(text: &str) -> String {
    escaped(&Printable(text).to_string())
}

/// Lines in which no character drives what shows them.
fn shown_lines(text: &str) -> String {
    let lines = text.split('\n').map(|line| Printable(line).to_string());
    lines.collect::<Vec<_>>().join("\n")
}

/// A text whose words between backticks are code.
fn coded(text: &str) -> String {
    let mut html = String::new();
    for (at, part) in text.split('`').enumerate() {
        let part = shown(part);
        html += &if at % 2 == 1 {
            format!("<code>{part}</code>")
        } else {
            part
        };
    }
    html
}

/// A part of a fragment: everything but letters and digits is escaped.
fn component(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            escaped.push(char::from(byte));
        } else {
            escaped += &format!("%{byte:02X}");
        }
    }
    escaped
}

/// A source of a content security policy: the hash of a script or style.
fn hash(text: &str) -> String {
    format!(
        "sha256-{}",
        BASE64_STANDARD.encode(Sha256::digest(text.as_bytes()))
    )
}
