//! Variants by size: what each costs, and what share of the first one's cost that is.

use benchfmt::Class;

use super::axis::{Axis, brief};
use super::canvas::{DrawError, Frame};
use super::palette::series;
use super::{Caption, Chart, draw};

const SIZE: (u32, u32) = (960, 400);

/// What the points of one size are moved apart by, in pixels, so that their intervals do not hide each other.
const APART: i32 = 9;

/// A value with its interval; of an exact one, all three are the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) center: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Point {
    /// Whether it has an interval, with two ends.
    pub(crate) fn is_bounded(self) -> bool {
        self.low < self.high && self.low.is_finite() && self.high.is_finite()
    }
}

/// What one variant has at each size; a place for each size.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) values: Vec<Option<Point>>,
    /// The same as shares of the first series'.
    pub(crate) others: Vec<Option<Point>>,
}

/// Variants by size in two panels.
#[derive(Clone, Debug)]
pub(crate) struct Sizes<'s> {
    /// What sizes are of.
    pub(crate) over: &'s str,
    pub(crate) at: Vec<f64>,
    pub(crate) series: Vec<Series>,
    /// What the left panel shows, and in which class of units.
    pub(crate) values: (&'s str, Class),
    /// What the right panel shows; shares on a linear axis, or else values of a class.
    pub(crate) others: (&'s str, Option<Class>),
}

/// Draws them.
pub(crate) fn sizes(caption: Caption<'_>, of: &Sizes<'_>) -> Result<Chart, DrawError> {
    const MIDDLE: i32 = 430;
    /// Where the names stand.
    const NAMES: i32 = 806;
    let bottom = SIZE.1 as i32 - 8;
    let ticks: Vec<_> = of
        .at
        .iter()
        .map(|&size| (size, brief(size, Class::Decimal)))
        .collect();
    let x =
        |room| Axis::decades(of.at.iter().copied(), Class::Decimal).labelled(ticks.clone(), room);
    draw(caption, SIZE, |canvas| {
        let left = Frame {
            left: 0,
            top: 10,
            right: MIDDLE,
            bottom,
        };
        let y = Axis::decades(ends(&of.series, |series| &series.values), of.values.1);
        let panel = canvas.panel(left, (of.values.0, of.over), (x(0.15), y), 54)?;
        for (at, series_of) in of.series.iter().enumerate() {
            let shift = apart(at, of.series.len()) / 2;
            let places = of
                .at
                .iter()
                .zip(&series_of.values)
                .filter_map(|(size, point)| {
                    let (x, y) = panel.place(*size, point.as_ref()?.center);
                    Some((x + shift, y))
                });
            let places: Vec<_> = places.collect();
            canvas.line(places.iter().copied(), series(at), 2)?;
            for place in places {
                canvas.mark(at, place)?;
            }
        }

        let right = Frame {
            left: MIDDLE + 16,
            top: 10,
            right: NAMES - 16,
            bottom,
        };
        let others = ends(&of.series, |series| &series.others);
        let y = match of.others.1 {
            Some(class) => Axis::decades(others, class),
            None => Axis::shares(others.fold(1.0, f64::max)),
        };
        let panel = canvas.panel(right, (of.others.0, of.over), (x(0.35), y), 48)?;
        let mut ends = Vec::new();
        for (at, series_of) in of.series.iter().enumerate() {
            let shift = apart(at, of.series.len());
            let moved = |size: f64, y: f64| {
                let (x, y) = panel.place(size, y);
                (x + shift, y)
            };
            let mut last = None;
            for (&size, point) in of.at.iter().zip(&series_of.others) {
                let Some(point) = point else { continue };
                if point.is_bounded() {
                    let interval = [moved(size, point.low), moved(size, point.high)];
                    canvas.line(interval, series(at), 2)?;
                }
                last = Some(moved(size, point.center));
                canvas.mark(at, moved(size, point.center))?;
            }
            if let Some(place) = last {
                ends.push((at, series_of.name.as_str(), place));
            }
        }
        let (top, low) = panel.heights();
        canvas.names(NAMES, (top + 4, low - 4), &ends)?;
        Ok(())
    })
}

/// How far the points of a series are moved from their size.
fn apart(at: usize, count: usize) -> i32 {
    APART * (2 * at as i32 - count as i32 + 1) / 2
}

/// All ends of intervals.
fn ends<'s>(
    series: &'s [Series],
    of: impl Fn(&'s Series) -> &'s Vec<Option<Point>> + Clone + 's,
) -> impl Iterator<Item = f64> + Clone + 's {
    series
        .iter()
        .flat_map(move |series| of(series).iter().flatten())
        .flat_map(|point| [point.low, point.high, point.center])
        .filter(|value| value.is_finite())
}
