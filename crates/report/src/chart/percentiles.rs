//! Latency by percentile: a panel for each load, a curve for each variant.

use benchfmt::Class;

use super::axis::Axis;
use super::canvas::{DrawError, Frame, LINE};
use super::palette::{INK, series};
use super::sizes::Point;
use super::{Caption, Chart, draw};
use plotters::style::text_anchor::{HPos, VPos};

const WIDTH: i32 = 960;
/// The height of a row of panels.
const ROW: i32 = 300;
/// The height of the row of names.
const NAMES: i32 = 34;
/// The width of the labels of an axis of times.
const MARGIN: i32 = 54;

/// The latencies of one variant under one load, by the share of the requests that took no longer.
#[derive(Clone, Debug)]
pub(crate) struct Curve {
    /// The place of the variant among the names.
    pub(crate) variant: usize,
    pub(crate) points: Vec<(f64, Point)>,
}

/// Draws a panel for each load, two in a row; the y axes are all the same.
pub(crate) fn percentiles(
    caption: Caption<'_>,
    names: &[(usize, String)],
    loads: &[(String, Vec<Curve>)],
) -> Result<Chart, DrawError> {
    let rows = loads.len().div_ceil(2) as i32;
    let height = NAMES + rows * ROW + 8;
    let points = || {
        loads
            .iter()
            .flat_map(|(_, curves)| curves.iter().flat_map(|curve| &curve.points))
    };
    let times = points()
        .flat_map(|(_, point)| [point.low, point.center, point.high])
        .filter(|time| time.is_finite());
    let y = Axis::decades(times, Class::Decimal);
    let mut shares: Vec<f64> = points().map(|(share, _)| *share).collect();
    shares.sort_by(f64::total_cmp);
    shares.dedup();
    // Each nine of a share is a step of its own.
    let nines = |share: f64| 1.0 / (1.0 - share);
    let ticks: Vec<_> = shares
        .iter()
        .map(|share| (nines(*share), format!("p{}", short(100.0 * share))))
        .collect();
    let x = Axis::decades(shares.iter().map(|share| nines(*share)), Class::Decimal)
        .labelled(ticks, 0.25);
    draw(caption, (WIDTH as u32, height as u32), |canvas| {
        let mut from = MARGIN;
        for (color, name) in names {
            canvas.mark(*color, (from, NAMES / 2))?;
            canvas.text(
                name,
                (from + LINE - 6, NAMES / 2),
                INK,
                (HPos::Left, VPos::Center),
            )?;
            from += super::canvas::width(name) + 2 * LINE;
        }
        for (at, (load, curves)) in loads.iter().enumerate() {
            let (column, row) = (at as i32 % 2, at as i32 / 2);
            let frame = Frame {
                left: column * WIDTH / 2,
                top: NAMES + row * ROW + 6,
                right: (column + 1) * WIDTH / 2 - 16,
                bottom: NAMES + (row + 1) * ROW,
            };
            let panel = canvas.panel(frame, (load, ""), (x.clone(), y.clone()), MARGIN)?;
            for curve in curves {
                let count = names.len() as i32;
                let shift = 8 * (2 * curve.variant as i32 - count + 1) / 2;
                let place = |share: f64, time: f64| {
                    let (x, y) = panel.place(nines(share), time);
                    (x + shift, y)
                };
                let mark = names[curve.variant].0;
                let color = series(mark);
                let line = curve
                    .points
                    .iter()
                    .map(|(share, point)| place(*share, point.center));
                canvas.line(line, color, 1)?;
                for (share, point) in &curve.points {
                    if point.is_bounded() {
                        canvas.line(
                            [place(*share, point.low), place(*share, point.high)],
                            color,
                            2,
                        )?;
                    }
                    canvas.mark(mark, place(*share, point.center))?;
                }
            }
        }
        Ok(())
    })
}

/// A number without what rounding leaves.
fn short(number: f64) -> String {
    let text = format!("{number:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
