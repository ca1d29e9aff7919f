//! Curves in panels: a panel for each of some things, a curve in it for each name, and the same axes in all.

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

/// What one name has in a panel.
#[derive(Clone, Debug)]
pub(crate) struct Curve {
    /// The place of its name among the names.
    pub(crate) name: usize,
    /// Where on the x axis, and what is there.
    pub(crate) points: Vec<(f64, Point)>,
}

/// Curves of seconds on logarithmic axes.
#[derive(Clone, Debug)]
pub(crate) struct Curves<'c> {
    /// Each name with its colour.
    pub(crate) names: Vec<(usize, String)>,
    /// The labelled places of the x axis.
    pub(crate) ticks: Vec<(f64, String)>,
    /// What the x axis is of, if its labels do not say it.
    pub(crate) over: &'c str,
    /// The panels with their headings.
    pub(crate) panels: Vec<(String, Vec<Curve>)>,
}

/// Draws them, two panels in a row.
pub(crate) fn curves(caption: Caption<'_>, of: &Curves<'_>) -> Result<Chart, DrawError> {
    let Curves {
        names,
        ticks,
        over,
        panels,
    } = of;
    let rows = panels.len().div_ceil(2) as i32;
    let height = NAMES + rows * ROW + 8;
    let points = panels
        .iter()
        .flat_map(|(_, curves)| curves.iter().flat_map(|curve| &curve.points));
    let times = points
        .flat_map(|(_, point)| [point.low, point.center, point.high])
        .filter(|time| time.is_finite());
    let y = Axis::decades(times, Class::Decimal);
    let x = Axis::decades(ticks.iter().map(|(place, _)| *place), Class::Decimal)
        .labelled(ticks.clone(), 0.25);
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
        for (at, (heading, curves)) in panels.iter().enumerate() {
            let (column, row) = (at as i32 % 2, at as i32 / 2);
            let frame = Frame {
                left: column * WIDTH / 2,
                top: NAMES + row * ROW + 6,
                right: (column + 1) * WIDTH / 2 - 16,
                bottom: NAMES + (row + 1) * ROW,
            };
            let panel = canvas.panel(frame, (heading, over), (x.clone(), y.clone()), MARGIN)?;
            for curve in curves {
                let count = names.len() as i32;
                let shift = 8 * (2 * curve.name as i32 - count + 1) / 2;
                let place = |x: f64, time: f64| {
                    let (x, y) = panel.place(x, time);
                    (x + shift, y)
                };
                let mark = names[curve.name].0;
                let color = series(mark);
                let line = curve
                    .points
                    .iter()
                    .map(|(x, point)| place(*x, point.center));
                canvas.line(line, color, 1)?;
                for (x, point) in &curve.points {
                    if point.is_bounded() {
                        canvas.line([place(*x, point.low), place(*x, point.high)], color, 2)?;
                    }
                    canvas.mark(mark, place(*x, point.center))?;
                }
            }
        }
        Ok(())
    })
}
