//! The whole distribution of each sample: every value, and the quartiles.

use benchstat::statistics::median;
use plotters::style::text_anchor::{HPos, VPos};

use super::axis::Axis;
use super::canvas::{Canvas, DrawError, Frame, Panel, Place, fitting, width};
use super::palette::{BAND, FAINT, GRID, INK, series};
use super::{Caption, Chart, draw};

const WIDTH: i32 = 960;
/// The height of a sample.
const ROW: i32 = 22;
/// From here on values that are near each other are drawn one above the other.
const NEAR: i32 = 5;
/// As far apart.
const RISE: i32 = 4;
/// Values farther from the center than this, and than all medians, are not drawn but counted at the edge.
const FARTHEST: f64 = 0.5;
/// No median makes it more than this.
const FARTHEST_MEDIAN: f64 = 2.0;

/// A sample: the values in ascending order.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) name: String,
    /// Which series its colour is of.
    pub(crate) color: usize,
    /// What the values are drawn around.
    pub(crate) center: f64,
    pub(crate) values: Vec<f64>,
}

/// Draws samples below each other, each around its center, which is what `around` says.
pub(crate) fn samples(
    caption: Caption<'_>,
    around: &str,
    of: &[Sample],
) -> Result<Chart, DrawError> {
    let of: Vec<_> = of.iter().filter(|sample| sample.center > 0.0).collect();
    let shares = |sample: &Sample| {
        let all = sample.values.iter();
        all.map(|value| value / sample.center - 1.0)
            .collect::<Vec<_>>()
    };
    let medians = of.iter().map(|sample| median(&shares(sample)).abs());
    let farthest = medians
        .fold(FARTHEST, |farthest, share| farthest.max(1.2 * share))
        .min(FARTHEST_MEDIAN);
    let within = of
        .iter()
        .flat_map(|sample| shares(sample))
        .filter(|share| share.abs() <= farthest);
    let (low, high) = within.fold((-0.01_f64, 0.01_f64), |(low, high), share| {
        (low.min(share), high.max(share))
    });
    let names = of.iter().map(|sample| width(&fitting(&sample.name)));
    let margin = names.max().unwrap_or(0) + 12;
    let bottom = 10 + 26 + of.len() as i32 * ROW + 44;
    draw(caption, (WIDTH as u32, bottom as u32 + 8), |canvas| {
        let frame = Frame {
            left: margin,
            top: 10,
            right: WIDTH - 40,
            bottom,
        };
        let rows = of.len().max(1) as f64;
        let y = Axis::linear((rows, 0.0), Vec::new());
        let words = (caption.title, around);
        let panel = canvas.panel(frame, words, (Axis::percents(low, high), y), 1)?;
        for (at, sample) in of.iter().enumerate() {
            let shares = shares(sample);
            let middle = panel.place(0.0, at as f64 + 0.5).1;
            let (left, right) = panel.sides();
            canvas.line([(left, middle), (right, middle)], GRID, 1)?;
            let name = fitting(&sample.name);
            canvas.text(
                &name,
                (margin - 6, middle),
                INK,
                (HPos::Right, VPos::Center),
            )?;
            quartiles(canvas, &panel, &shares, middle)?;
            points(canvas, &panel, sample, &shares, middle)?;
        }
        Ok(())
    })
}

/// The middle half as a bar, and the median as a line across.
fn quartiles(
    canvas: &Canvas<'_>,
    panel: &Panel,
    shares: &[f64],
    middle: i32,
) -> Result<(), DrawError> {
    let x = |share: f64| {
        let (left, right) = panel.sides();
        panel.place(share, 0.0).0.clamp(left, right)
    };
    let (first, third) = (quartile(shares, 0.25), quartile(shares, 0.75));
    canvas.block((x(first), middle - 7), (x(third), middle + 7), BAND)?;
    let center = x(median(shares));
    canvas.line([(center, middle - 8), (center, middle + 8)], FAINT, 2)
}

/// Every value as a dot; of those that are near each other some are above, some below, by turns.
fn points(
    canvas: &Canvas<'_>,
    panel: &Panel,
    sample: &Sample,
    shares: &[f64],
    middle: i32,
) -> Result<(), DrawError> {
    let (left, right) = panel.sides();
    let mut placed: Vec<Place> = Vec::new();
    let (mut before, mut beyond) = (0, 0);
    for &share in shares {
        let x = panel.place(share, 0.0).0;
        if x < left {
            before += 1;
            continue;
        }
        if x > right {
            beyond += 1;
            continue;
        }
        let levels = [0, -RISE, RISE, -2 * RISE, 2 * RISE];
        let free = |level: &&i32| {
            let y = middle + **level;
            placed.iter().all(|(ox, oy)| *oy != y || x - ox >= NEAR)
        };
        let level = levels.iter().find(free).copied().unwrap_or(0);
        placed.push((x, middle + level));
        canvas.dot((x, middle + level), series(sample.color))?;
    }
    if before > 0 {
        let text = format!("◂{before}");
        canvas.text(&text, (left + 2, middle), INK, (HPos::Left, VPos::Center))?;
    }
    if beyond > 0 {
        let text = format!("{beyond} ▸");
        canvas.text(&text, (right + 4, middle), INK, (HPos::Left, VPos::Center))?;
    }
    Ok(())
}

/// A quantile of values in ascending order: Hyndman and Fan's definition 8, as that of the median ("Sample Quantiles in
/// Statistical Packages", The American Statistician 50, 1996).
fn quartile(sorted: &[f64], share: f64) -> f64 {
    let n = sorted.len() as f64;
    let place = (share * (n + 1.0 / 3.0) + 1.0 / 3.0).clamp(1.0, n.max(1.0));
    let below = place.floor();
    let value = |at: f64| sorted.get(at as usize - 1).copied();
    let low = value(below).unwrap_or(f64::NAN);
    let high = value(below + 1.0).unwrap_or(low);
    low + (place - below) * (high - low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_are_those_of_the_eighth_definition() {
        // By R: quantile(1:10, c(1, 3) / 4, type = 8).
        let sample: Vec<f64> = (1..=10).map(f64::from).collect();
        assert!((quartile(&sample, 0.25) - 2.916_666_666_666_667).abs() < 1e-12);
        assert!((quartile(&sample, 0.75) - 8.083_333_333_333_334).abs() < 1e-12);
        assert!((quartile(&sample, 0.5) - median(&sample)).abs() < 1e-12);
        assert_eq!(quartile(&[3.0], 0.25), 3.0);
    }
}
