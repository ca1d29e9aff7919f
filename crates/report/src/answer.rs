//! The answer: which variant for which size, and how sure that is, computed from the results.

use benchstat::statistics::{UTest, holm};
use benchstat::{Cell, Collection, Row, Table};

use crate::chart::Point;
use crate::figures::share;
use crate::finding::{BASE, items, size};
use crate::matrix::Matrix;

const TIME: &str = "sec/op";
const INSTRUCTIONS: &str = "instructions/op";
const ALLOCATIONS: &str = "allocs/op";
const RETAINED: &str = "retained-B";

/// The variants that differ from naive in memory alone.
const MEMORY_ALONE: [&str; 3] = ["pooled", "arena", "preallocated-serde"];

/// The fastest variant for one request.
struct Choice {
    row: String,
    variant: String,
    /// Its share of naive's time.
    time: Point,
    /// The next fastest.
    next: String,
    /// The p value of no difference between the two, corrected for the number of rows.
    p: f64,
    is_shown: bool,
    /// The variant with the fewest instructions.
    fewest: Option<String>,
}

/// The choices for all requests.
pub(crate) struct Answer<'c> {
    handlers: &'c Matrix<'c>,
    choices: Vec<Choice>,
}

impl<'c> Answer<'c> {
    pub(crate) fn new(handlers: &'c Matrix<'c>) -> Self {
        let columns = handlers.columns(TIME);
        let mut test = UTest::default();
        let rows = handlers.table(TIME).into_iter().flat_map(Table::rows);
        let mut choices: Vec<Choice> = rows
            .filter_map(|row| choice(handlers, &columns, row, &mut test))
            .collect();
        let alpha = handlers.table(TIME).map_or(0.0, Table::alpha);
        let p_values: Vec<f64> = choices.iter().map(|choice| choice.p.min(1.0)).collect();
        for (choice, p) in choices.iter_mut().zip(holm(&p_values)) {
            choice.p = p;
            choice.is_shown = p < alpha;
        }
        Self { handlers, choices }
    }

    /// The answer in sentences: what to use, what memory alone buys, how sure that is and on what, and what is not shown.
    pub(crate) fn sentences(&self, collection: &Collection) -> Vec<String> {
        if self.orders().next().is_none() {
            return Vec::new();
        }
        vec![
            self.fastest(),
            self.memory(),
            self.certainty(collection),
            self.not_shown(),
        ]
    }

    /// The orders, by their sizes.
    fn orders(&self) -> impl Iterator<Item = &Choice> + Clone {
        let is_order =
            |choice: &&Choice| choice.row.starts_with("Invoice/") && !choice.row.contains("text=");
        self.choices.iter().filter(is_order)
    }

    /// What to use.
    pub(crate) fn fastest(&self) -> String {
        let mut groups: Vec<(&str, Vec<&Choice>)> = Vec::new();
        for choice in self.orders() {
            match groups
                .iter_mut()
                .find(|(variant, _)| *variant == choice.variant)
            {
                Some((_, own)) => own.push(choice),
                None => groups.push((&choice.variant, vec![choice])),
            }
        }
        let parts: Vec<String> = groups
            .iter()
            .map(|(variant, own)| {
                let sizes: Vec<&str> = own.iter().map(|choice| size(&choice.row)).collect();
                let times = own.iter().map(|choice| choice.time.center);
                let counts = own.iter().filter_map(|choice| {
                    self.handlers.ratio(INSTRUCTIONS, &choice.row, BASE, variant)
                });
                let allocations = own.iter().filter_map(|choice| {
                    self.handlers.value(ALLOCATIONS, &choice.row, variant)
                });
                format!(
                    "`{variant}` for orders of {}: {} of naive's time, {} of its instructions, {} allocations an order, and {} held \
                     between requests",
                    sized(&sizes),
                    range(times, 2),
                    range(counts, 2),
                    range(allocations, 0),
                    self.held(own.iter().copied(), &[variant]),
                )
            })
            .collect();
        format!("The fastest is {}.", parts.join("; and "))
    }

    fn memory(&self) -> String {
        let counts: Vec<String> = MEMORY_ALONE
            .iter()
            .filter_map(|variant| {
                let ratio = |choice: &Choice| {
                    self.handlers
                        .ratio(INSTRUCTIONS, &choice.row, BASE, variant)
                };
                let ratios: Vec<f64> = self.orders().filter_map(ratio).collect();
                (!ratios.is_empty())
                    .then(|| format!("{} with `{variant}`", range(ratios.into_iter(), 2)))
            })
            .collect();
        let times: Vec<String> = MEMORY_ALONE
            .iter()
            .flat_map(|variant| {
                let undecided = self.undecided(variant);
                let shown = self
                    .orders()
                    .filter(move |choice| !undecided.iter().any(|own| own == size(&choice.row)));
                shown.filter_map(move |choice| {
                    let share = self.share(&choice.row, variant)?.center;
                    Some(format!(
                        "with `{variant}` at {} ({share:.2} of naive's)",
                        items(&choice.row)
                    ))
                })
            })
            .collect();
        let times = if times.is_empty() {
            "less time is shown nowhere".to_owned()
        } else {
            format!(
                "less time is shown {}, and nowhere else",
                listed(&words(&times))
            )
        };
        format!(
            "To change where memory comes from, and keep `serde_json` for parser and encoder, takes {} of naive's instructions; {times}; {} \
             are held between requests.",
            listed(&words(&counts)),
            self.held(self.orders(), &MEMORY_ALONE)
        )
    }

    /// What variants hold between requests, from the least to the most.
    fn held<'a>(&self, choices: impl Iterator<Item = &'a Choice>, variants: &[&str]) -> String {
        let mut held: Vec<f64> = choices
            .flat_map(|choice| {
                let of = |variant: &&str| self.handlers.value(RETAINED, &choice.row, variant);
                variants.iter().filter_map(of).collect::<Vec<_>>()
            })
            .collect();
        held.sort_by(f64::total_cmp);
        match held[..] {
            [] => bytes(0.0),
            [least, .., most] if bytes(least) != bytes(most) => {
                format!("{} to {}", bytes(least), bytes(most))
            }
            [least, ..] => bytes(least),
        }
    }

    fn certainty(&self, collection: &Collection) -> String {
        let all = self.orders().count();
        let shown = self.orders().filter(|choice| choice.is_shown);
        let worst = shown.clone().map(|choice| choice.p).fold(0.0, f64::max);
        let agreed = self
            .orders()
            .filter(|choice| choice.fewest.as_ref() == Some(&choice.variant))
            .count();
        let time = match shown.count() {
            0 => "the times do not show the lead over the next fastest at any size".to_owned(),
            count => format!(
                "the times show the lead over the next fastest at {count} of {all} sizes (at worst {}, corrected for the {} rows below)",
                shown_p(worst),
                self.choices.len()
            ),
        };
        format!(
            "That is how it is on one machine ({}), by {} processes a time: {time}, and the instructions, which repeat to the digit, agree \
             at {agreed} of {all}.",
            self.machine(collection),
            self.processes(),
        )
    }

    /// How many processes each time is of.
    fn processes(&self) -> String {
        let rows = self.handlers.table(TIME).into_iter().flat_map(Table::rows);
        let counts = rows.flat_map(|row| {
            let cells = row.cells().map(|cell| cell.sample().len() as f64);
            cells.collect::<Vec<_>>()
        });
        range(counts.collect::<Vec<_>>().into_iter(), 0)
    }

    fn not_shown(&self) -> String {
        let doubtful: Vec<String> = MEMORY_ALONE
            .iter()
            .filter_map(|variant| {
                let sizes = self.undecided(variant);
                (!sizes.is_empty()).then(|| {
                    format!(
                        "that `{variant}` is faster than naive at {}; ",
                        sized(&words(&sizes))
                    )
                })
            })
            .collect();
        format!(
            "Not shown is {}how it is on any other machine, with more than one thread, for orders of another kind, or where a handler \
             waits for a database.",
            doubtful.concat()
        )
    }

    /// At which sizes the times do not tell a variant from naive; the sizes are one family of tests.
    fn undecided(&self, variant: &str) -> Vec<String> {
        let tested: Vec<_> = self
            .orders()
            .filter_map(|choice| {
                let cell = self.handlers.cell(TIME, &choice.row, variant)?;
                Some((size(&choice.row), cell.comparison()?))
            })
            .collect();
        let p_values: Vec<f64> = tested.iter().map(|(_, test)| test.p.min(1.0)).collect();
        let tested = tested.into_iter().zip(holm(&p_values));
        tested
            .filter(|((_, test), p)| *p >= test.alpha || test.centers.1 >= test.centers.0)
            .map(|((size, _), _)| size.to_owned())
            .collect()
    }

    /// The machine and the compiler, as the results name them.
    fn machine(&self, collection: &Collection) -> String {
        let cells = self.handlers.table(TIME).into_iter();
        let cell = cells.flat_map(Table::rows).flat_map(Row::cells).next();
        let config = cell.and_then(|cell| cell.configs().next());
        let value = |key| config.and_then(|config| collection.config_value(config, key));
        let parts = [
            ("cpu", ""),
            ("cores", " cores"),
            ("kernel", ""),
            ("rustc", ""),
        ];
        let parts = parts.iter().filter_map(|(key, unit)| {
            let before = match *key {
                "kernel" => "Linux ",
                "rustc" => "rustc ",
                _ => "",
            };
            Some(format!("{before}{}{unit}", value(key)?))
        });
        parts.collect::<Vec<_>>().join(", ")
    }

    /// A variant's share of naive's time.
    pub(crate) fn share(&self, row: &str, variant: &str) -> Option<Point> {
        let base = self.handlers.cell(TIME, row, BASE)?;
        let cell = self.handlers.cell(TIME, row, variant)?;
        Some(share(&base.sample(), &cell.sample()))
    }

    /// A line for each request: what to use, and how sure that is.
    pub(crate) fn table(&self) -> String {
        let mut text = String::from(
            "| request | fastest | time, of naive's | 95 % interval | sure? | instructions, of naive's | allocations | held between requests | \
             faster than naive, and holds least |\n\
             | --- | --- | ---: | ---: | --- | ---: | ---: | ---: | --- |\n",
        );
        for choice in &self.choices {
            let Choice {
                row, variant, time, ..
            } = choice;
            let value = |unit| self.handlers.value(unit, row, variant);
            let cell = |value: Option<String>| value.unwrap_or_default();
            let interval = (time.low.is_finite() && time.high.is_finite())
                .then(|| format!("{} to {}", hundredths(time.low), hundredths(time.high)));
            let ratio = self.handlers.ratio(INSTRUCTIONS, row, BASE, variant);
            text += &format!(
                "| {row} | {} | {} | {} | {} | {} | {} | {} | {} |\n",
                if choice.is_shown {
                    format!("`{variant}`")
                } else {
                    format!("not shown; by its median `{variant}`")
                },
                hundredths(time.center),
                interval.unwrap_or_default(),
                choice.sure(),
                cell(ratio.map(|ratio| format!("{ratio:.2}"))),
                cell(value(ALLOCATIONS).map(|count| count.to_string())),
                cell(value(RETAINED).map(bytes)),
                cell(self.leanest(row)),
            );
        }
        text
    }

    /// Of the variants whose times show that they are faster than naive, the one that holds least between requests.
    fn leanest(&self, row: &str) -> Option<String> {
        let variants = self.handlers.columns(TIME);
        let tested: Vec<_> = variants
            .iter()
            .filter_map(|variant| {
                let cell = self.handlers.cell(TIME, row, variant)?;
                Some((variant, cell.comparison()?))
            })
            .collect();
        let p_values: Vec<f64> = tested.iter().map(|(_, test)| test.p.min(1.0)).collect();
        let faster = tested
            .iter()
            .zip(holm(&p_values))
            .filter(|((_, test), p)| *p < test.alpha && test.centers.1 < test.centers.0);
        // What is not shown of a variant over all sizes is not shown here either.
        let is_undecided = |variant: &str| {
            let is_order = self.orders().any(|choice| choice.row == row);
            is_order && self.undecided(variant).iter().any(|own| own == size(row))
        };
        let held = faster
            .filter(|((variant, _), _)| !is_undecided(variant))
            .filter_map(|((variant, _), _)| {
                Some((self.handlers.value(RETAINED, row, variant)?, variant))
            });
        let (held, variant) = held.min_by(|(a, _), (b, _)| a.total_cmp(b))?;
        let time = self.share(row, variant)?.center;
        Some(format!(
            "`{variant}`: {time:.2} of the time, {}",
            bytes(held)
        ))
    }
}

impl Choice {
    /// How sure the choice is: by the times, and by the instructions.
    fn sure(&self) -> String {
        let (next, p) = (&self.next, shown_p(self.p));
        let has_fewest = self.fewest.as_ref() == Some(&self.variant);
        match (self.is_shown, &self.fewest) {
            (true, Some(_)) if has_fewest => {
                format!("yes: faster than `{next}` ({p}), and the fewest instructions")
            }
            (true, Some(fewest)) => {
                format!(
                    "by time: faster than `{next}` ({p}), but `{fewest}` has fewer instructions"
                )
            }
            (true, None) => format!("by time: faster than `{next}` ({p})"),
            (false, Some(_)) if has_fewest => {
                format!(
                    "no: the times do not tell it from `{next}` ({p}); it has the fewest instructions"
                )
            }
            (false, _) => format!("no: the times do not tell it from `{next}` ({p})"),
        }
    }
}

fn choice(
    handlers: &Matrix<'_>,
    columns: &[String],
    row: Row<'_>,
    test: &mut UTest,
) -> Option<Choice> {
    let label = row.key().to_string();
    let mut cells: Vec<Cell<'_>> = row.cells().collect();
    cells.sort_by(|a, b| a.summary().center.total_cmp(&b.summary().center));
    let [best, next, ..] = cells[..] else {
        return None;
    };
    let name = |cell: Cell<'_>| columns.get(cell.column()).cloned();
    let fewest = handlers
        .columns(INSTRUCTIONS)
        .into_iter()
        .filter_map(|column| Some((handlers.value(INSTRUCTIONS, &label, &column)?, column)))
        .min_by(|(a, _), (b, _)| a.total_cmp(b));
    Some(Choice {
        time: share(&row.baseline()?.sample(), &best.sample()),
        // Samples that are all one value do not differ.
        p: test.p_value(&best.sample(), &next.sample()).unwrap_or(1.0),
        variant: name(best)?,
        next: name(next)?,
        is_shown: false,
        fewest: fewest.map(|(_, column)| column),
        row: label,
    })
}

/// A share in hundredths, or in thousandths where there are few of them.
fn hundredths(share: f64) -> String {
    let decimals = if share < 0.1 { 3 } else { 2 };
    format!("{share:.decimals$}")
}

/// A p value as it is told; one that rounds to zero is not zero.
fn shown_p(p: f64) -> String {
    if p < 0.0005 {
        "p<0.001".to_owned()
    } else {
        format!("p={p:.3}")
    }
}

/// From the least to the most; one number if they are the same.
fn range(values: impl Iterator<Item = f64> + Clone, decimals: usize) -> String {
    let least = values.clone().fold(f64::INFINITY, f64::min);
    let most = values.fold(f64::NEG_INFINITY, f64::max);
    let (least, most) = (format!("{least:.decimals$}"), format!("{most:.decimals$}"));
    if least == most {
        least
    } else {
        format!("{least} to {most}")
    }
}

fn words(owned: &[String]) -> Vec<&str> {
    owned.iter().map(String::as_str).collect()
}

/// `1, 10 and 100 items`.
fn sized(sizes: &[&str]) -> String {
    let noun = if sizes == ["1"] { "item" } else { "items" };
    format!("{} {noun}", listed(sizes))
}

/// `1, 10 and 100`.
fn listed(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn bytes(bytes: f64) -> String {
    match bytes {
        0.0 => "0".to_owned(),
        bytes => format!("{:.0} KiB", (bytes / 1024.0).max(1.0)),
    }
}
