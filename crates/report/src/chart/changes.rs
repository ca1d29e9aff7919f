//! The change of each case, with its interval.

use plotters::style::text_anchor::{HPos, VPos};

use super::axis::Axis;
use super::canvas::{DrawError, Frame, fitting, width};
use super::palette::{BETTER, FAINT, GRID, INK, WORSE};
use super::{Caption, Chart, draw};

const WIDTH: i32 = 960;
/// The height of a case.
const ROW: i32 = 20;
/// Changes beyond this are drawn at the edge.
const FARTHEST: f64 = 1.0;

/// How a case changed, as shares.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Change {
    pub(crate) case: String,
    pub(crate) center: f64,
    pub(crate) interval: Option<(f64, f64)>,
    /// For the better, or the worse, as was decided; `None` if neither.
    pub(crate) better: Option<bool>,
}

/// Draws changes below each other.
pub(crate) fn changes(caption: Caption<'_>, of: &[Change]) -> Result<Chart, DrawError> {
    let clipped = |share: f64| share.clamp(-FARTHEST, FARTHEST);
    let ends = of.iter().flat_map(|change| {
        let (low, high) = change.interval.unwrap_or((change.center, change.center));
        [clipped(low), clipped(high), clipped(change.center)]
    });
    let (low, high) = ends.fold((-0.01_f64, 0.01_f64), |(low, high), end| {
        (low.min(end), high.max(end))
    });
    let names = of.iter().map(|change| width(&fitting(&change.case)));
    let margin = names.max().unwrap_or(0) + 12;
    let bottom = 10 + 26 + of.len() as i32 * ROW + 44;
    draw(caption, (WIDTH as u32, bottom as u32 + 8), |canvas| {
        let frame = Frame {
            left: margin,
            top: 10,
            right: WIDTH - 80,
            bottom,
        };
        let y = Axis::linear((of.len().max(1) as f64, 0.0), Vec::new());
        let words = (caption.title, "change against the baseline");
        let panel = canvas.panel(frame, words, (Axis::percents(low, high), y), 1)?;
        let (top, low) = panel.heights();
        let zero = panel.place(0.0, 0.0).0;
        canvas.line([(zero, top), (zero, low)], FAINT, 2)?;
        for (at, change) in of.iter().enumerate() {
            let place = |share: f64| panel.place(clipped(share), at as f64 + 0.5);
            let (left, right) = panel.sides();
            let (x, middle) = place(change.center);
            canvas.line([(left, middle), (right, middle)], GRID, 1)?;
            let name = fitting(&change.case);
            canvas.text(
                &name,
                (margin - 6, middle),
                INK,
                (HPos::Right, VPos::Center),
            )?;
            let color = match change.better {
                Some(true) => BETTER,
                Some(false) => WORSE,
                None => FAINT,
            };
            if let Some((low, high)) = change.interval {
                canvas.line([place(low), place(high)], color, 3)?;
            }
            canvas.block((x - 4, middle - 4), (x + 4, middle + 4), color)?;
            let text = format!("{:+.1} %", 100.0 * change.center);
            canvas.text(&text, (right + 6, middle), INK, (HPos::Left, VPos::Center))?;
        }
        Ok(())
    })
}
