//! Latency against the size of the pool, and the size that it recommends.

use std::io;

use benchfmt::Benchmark;
use plotters::drawing::DrawingAreaErrorKind;
use plotters::prelude::{
    ChartBuilder, Circle, EmptyElement, IntoDrawingArea, IntoLogRange, LabelAreaPosition,
    PathElement, RGBColor, SVGBackend, Text,
};
use plotters::style::{Color, IntoFont, ShapeStyle};

use crate::gain::{Gain, Series};
use crate::ladder::{number, shown};

/// Why a chart is not drawn.
pub type DrawError = DrawingAreaErrorKind<io::Error>;

/// What is judged by.
const JUDGED: &str = "p99-sec";

/// What is told of each size, with its heading.
const UNITS: [(&str, &str); 4] = [
    ("p50-sec", "50th percentile"),
    (JUDGED, "99th percentile"),
    ("connection-wait-sec/op", "wait for a connection"),
    ("cpu-sec/req", "the service's processor time"),
];

/// What was measured at one rate on one database: the name up to the size, and the sizes from the smallest.
struct Sweep<'b> {
    base: String,
    results: &'b [Benchmark],
    sizes: Vec<u32>,
}

/// A size, and how what is judged compares with the best.
struct Judged {
    size: u32,
    /// How many times less it has than the best size.
    gain: Option<Gain>,
}

impl<'b> Sweep<'b> {
    fn all(results: &'b [Benchmark]) -> Vec<Self> {
        let mut sweeps: Vec<Self> = Vec::new();
        for result in results {
            let Some(size) = number(result, "/size") else {
                continue;
            };
            let base = result.name.replace(&format!("/size={size}"), "");
            let known = sweeps.iter().position(|sweep| sweep.base == base);
            let at = known.unwrap_or_else(|| {
                sweeps.push(Self {
                    base,
                    results,
                    sizes: Vec::new(),
                });
                sweeps.len() - 1
            });
            if !sweeps[at].sizes.contains(&size) {
                sweeps[at].sizes.push(size);
            }
        }
        for sweep in &mut sweeps {
            sweep.sizes.sort_unstable();
        }
        sweeps
    }

    fn series(&self, size: u32, unit: &str) -> Series {
        Series::of(self.results, &format!("{}/size={size}", self.base), unit)
    }

    /// The size that has the least, each round's own slowness aside.
    fn best(&self) -> Option<u32> {
        let all: Vec<Series> = self
            .sizes
            .iter()
            .map(|&size| self.series(size, JUDGED))
            .collect();
        let round = Series::of_rounds(&all);
        let gains = self.sizes.iter().zip(&all).filter_map(|(&size, series)| {
            let gain = Gain::of(&round, series)?;
            Some((size, gain.factor()))
        });
        let best = gains.max_by(|a, b| a.1.total_cmp(&b.1));
        best.map(|(size, _)| size)
    }

    fn judged(&self) -> Vec<Judged> {
        let Some(best) = self.best() else {
            return Vec::new();
        };
        let of_best = self.series(best, JUDGED);
        self.sizes
            .iter()
            .map(|&size| Judged {
                size,
                gain: Gain::of(&of_best, &self.series(size, JUDGED)).filter(|_| size != best),
            })
            .collect()
    }

    /// The smallest size that is not shown to be worse than the best.
    fn recommended(&self) -> Option<u32> {
        let best = self.best()?;
        let judged = self.judged();
        let mut enough = judged.iter().filter(|judged| {
            judged.size == best || judged.gain.is_some_and(|gain| gain.is_not_a_loss())
        });
        enough.next().map(|judged| judged.size)
    }

    fn markdown(&self) -> String {
        let mut text = format!("`{}`", self.base);
        if let (Some(best), Some(size)) = (self.best(), self.recommended()) {
            text += &format!(": **{size}** connections; the least 99th percentile has {best}.");
        }
        text += "\n\n| size |";
        for (unit, heading) in UNITS {
            text += &format!(" {heading} (`{unit}`) |");
        }
        text += " 99th percentile against the best |\n| ---: |";
        text += &" ---: |".repeat(UNITS.len());
        text += " --- |\n";
        for judged in self.judged() {
            text += &format!("| {} |", judged.size);
            for (unit, _) in UNITS {
                let median = self.series(judged.size, unit).median();
                text += &format!(" {} |", shown(unit, median));
            }
            let against = match judged.gain {
                Some(gain) => gain.to_string(),
                None => "is the best".to_owned(),
            };
            text += &format!(" {against} |\n");
        }
        text
    }
}

/// The section of the page, with the chart if its file is named; nothing without results.
pub(crate) fn section(results: &[Benchmark], chart: &str) -> String {
    let sweeps = Sweep::all(results);
    if sweeps.is_empty() {
        return String::new();
    }
    let mut text = String::from(
        "\n## The pool's size\n\nLatency at a constant rate, which does not depend on how fast the service answers, for pools of several \
         sizes; in each round all sizes are measured once, in a new order. Recommended is the smallest size whose 99th percentile is not \
         shown to be worse than that of the size with the least: the interval of the rounds' ratios does not lie above 1. A larger pool \
         costs connections, and buys nothing that was seen.\n",
    );
    if !chart.is_empty() {
        text += &format!("\n![The 50th and 99th percentile by the pool's size]({chart})\n");
    }
    for sweep in &sweeps {
        text += &format!("\n{}", sweep.markdown());
    }
    text
}

const WIDTH: u32 = 860;
const HEIGHT: u32 = 420;

const PAPER: RGBColor = RGBColor(0xff, 0xff, 0xff);
const INK: RGBColor = RGBColor(0x1f, 0x23, 0x28);
const GRID: RGBColor = RGBColor(0xd0, 0xd7, 0xde);
/// One for each line; they differ in lightness, too.
const LINES: [RGBColor; 4] = [
    RGBColor(0x05, 0x50, 0xae),
    RGBColor(0xbc, 0x4c, 0x00),
    RGBColor(0x1a, 0x7f, 0x37),
    RGBColor(0x82, 0x50, 0xdf),
];

/// What each colour is on a dark page.
const DARK: [(RGBColor, &str); 7] = [
    (PAPER, "#0d1117"),
    (INK, "#e6edf3"),
    (GRID, "#30363d"),
    (LINES[0], "#58a6ff"),
    (LINES[1], "#f0883e"),
    (LINES[2], "#3fb950"),
    (LINES[3], "#bc8cff"),
];

/// Draws the percentiles by size: a line for each database and percentile.
pub(crate) fn chart(results: &[Benchmark]) -> Result<Option<String>, DrawError> {
    let mut lines: Vec<(String, Vec<(f64, f64)>)> = Vec::new();
    for sweep in Sweep::all(results) {
        let store = sweep.base.split("store=").nth(1).unwrap_or(&sweep.base);
        let store = store.split('/').next().unwrap_or_default();
        for (unit, percentile) in [("p50-sec", "p50"), (JUDGED, "p99")] {
            let points = sweep.sizes.iter().filter_map(|&size| {
                let median = sweep.series(size, unit).median()?;
                Some((f64::from(size), 1e3 * median))
            });
            lines.push((format!("{store} {percentile}"), points.collect()));
        }
    }
    let places: Vec<(f64, f64)> = lines
        .iter()
        .flat_map(|(_, points)| points)
        .copied()
        .collect();
    if places.is_empty() {
        return Ok(None);
    }
    let mut drawing = String::new();
    draw(&lines, &places, &mut drawing)?;
    Ok(Some(readable(&drawing)))
}

fn draw(
    lines: &[(String, Vec<(f64, f64)>)],
    places: &[(f64, f64)],
    drawing: &mut String,
) -> Result<(), DrawError> {
    let ends = |of: fn(&(f64, f64)) -> f64| {
        let values = places.iter().map(of);
        let low = values.clone().fold(f64::INFINITY, f64::min);
        (low, values.fold(0.0, f64::max))
    };
    let ((left, right), (bottom, top)) = (ends(|place| place.0), ends(|place| place.1));
    let area = SVGBackend::with_string(drawing, (WIDTH, HEIGHT)).into_drawing_area();
    area.fill(&PAPER)?;
    let font = || ("sans-serif", 14).into_font().color(&INK);
    let mut chart = ChartBuilder::on(&area)
        .margin(12)
        .margin_right(110)
        .set_label_area_size(LabelAreaPosition::Left, 62)
        .set_label_area_size(LabelAreaPosition::Bottom, 44)
        .build_cartesian_2d(
            (left * 0.9..right * 1.1).log_scale(),
            (bottom / 1.3..top * 1.3).log_scale(),
        )?;
    chart
        .configure_mesh()
        .label_style(font())
        .axis_desc_style(font())
        .axis_style(INK)
        .bold_line_style(GRID)
        .light_line_style(PAPER.mix(0.0))
        .x_desc("connections in the pool")
        .y_desc("milliseconds")
        .x_label_formatter(&|size| format!("{size:.0}"))
        .y_label_formatter(&|time| shortest(*time))
        .draw()?;
    for ((name, points), color) in lines.iter().zip(LINES.iter().cycle()) {
        let stroke = ShapeStyle::from(color).stroke_width(2);
        chart.draw_series([PathElement::new(points.clone(), stroke)])?;
        let dots = points
            .iter()
            .map(|&place| Circle::new(place, 4, color.filled()));
        chart.draw_series(dots)?;
        if let Some(&last) = points.last() {
            let style = ("sans-serif", 14).into_font().color(color);
            chart
                .draw_series([EmptyElement::at(last) + Text::new(name.clone(), (10, -7), style)])?;
        }
    }
    area.present()
}

/// A number without zeros at its end.
fn shortest(number: f64) -> String {
    let text = format!("{number:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A drawing that says what it is, and has other colours on a dark page.
fn readable(drawing: &str) -> String {
    let mut style = String::from("@media (prefers-color-scheme: dark) {");
    for (light, dark) in DARK {
        let RGBColor(red, green, blue) = light;
        let light = format!("#{red:02X}{green:02X}{blue:02X}");
        style += &format!(
            " [fill=\"{light}\"] {{ fill: {dark} }} [stroke=\"{light}\"] {{ stroke: {dark} }}"
        );
    }
    style += " }";
    let (tag, rest) = drawing.split_once('>').unwrap_or((drawing, ""));
    format!(
        "{tag} role=\"img\">\n<title>The 50th and 99th percentile by the pool's size</title>\n<style>{style}</style>{rest}"
    )
}
