//! What charts are painted with: panels with axes, marks, and labels that keep clear of each other.

use std::io;

use benchfmt::Printable;
use plotters::coord::Shift;
use plotters::coord::ranged1d::Ranged;
use plotters::prelude::{
    ChartBuilder, Circle, Color, DrawingArea, DrawingAreaErrorKind, IntoDrawingArea, IntoFont,
    LabelAreaPosition, PathElement, Polygon, RGBColor, Rectangle, SVGBackend, Text,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, TextStyle};

use super::axis::Axis;
use super::palette::{FAINT, GRID, INK, PAPER, series};

/// Why a chart cannot be drawn.
pub type DrawError = DrawingAreaErrorKind<io::Error>;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// The size of text, in pixels.
const TEXT: f64 = 13.0;
/// The same as plotters wants it: it divides by this before it writes.
const SIZE: f64 = TEXT * 1.24;
/// The distance of lines of text.
pub(super) const LINE: i32 = 17;
/// The room for a panel's heading.
const ABOVE: i32 = 26;
/// The room for a line below a panel.
const BELOW: i32 = 22;
/// The radius of a dot.
const DOT: i32 = 3;
/// About how wide a character is.
const CHARACTER: f64 = 0.56;
/// As much of a name is shown.
const LONGEST: usize = 64;
/// Half the size of a mark, in pixels.
const MARK: i32 = 5;

/// A place in pixels.
pub(super) type Place = (i32, i32);

/// Where to draw.
pub(super) struct Canvas<'a> {
    area: Area<'a>,
}

/// A part of the canvas: left, top, right, bottom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) left: i32,
    pub(super) top: i32,
    pub(super) right: i32,
    pub(super) bottom: i32,
}

/// How wide a text is, about, in pixels.
pub(super) fn width(text: &str) -> i32 {
    (TEXT * CHARACTER * text.chars().count() as f64).ceil() as i32
}

/// A name that fits on a chart: the middle of a long one is left out.
pub(super) fn fitting(name: &str) -> String {
    let count = name.chars().count();
    if count <= LONGEST {
        return name.to_owned();
    }
    let start: String = name.chars().take(LONGEST / 2).collect();
    let end: String = name.chars().skip(count - LONGEST / 2).collect();
    format!("{start}…{end}")
}

/// Axes with a grid, in a frame.
pub(super) struct Panel {
    x: Axis,
    y: Axis,
    across: Place,
    down: Place,
}

impl Panel {
    /// Where a point of the panel is.
    pub(super) fn place(&self, x: f64, y: f64) -> Place {
        let (top, bottom) = self.down;
        (self.x.map(&x, self.across), self.y.map(&y, (bottom, top)))
    }

    /// The left and the right end of its grid.
    pub(super) fn sides(&self) -> Place {
        self.across
    }

    /// The upper and the lower end of its grid.
    pub(super) fn heights(&self) -> Place {
        self.down
    }
}

impl<'a> Canvas<'a> {
    /// An empty one, whose drawing goes to a text.
    pub(super) fn new(drawing: &'a mut String, size: (u32, u32)) -> Result<Self, DrawError> {
        let area = SVGBackend::with_string(drawing, size).into_drawing_area();
        area.fill(&PAPER)?;
        Ok(Self { area })
    }

    /// Completes the drawing.
    pub(super) fn finish(self) -> Result<(), DrawError> {
        self.area.present()
    }

    /// Axes within a frame, with a line above that says what is shown, and one below that says over what. The labels of the
    /// y axis take `margin` pixels.
    pub(super) fn panel(
        &self,
        frame: Frame,
        (above, below): (&str, &str),
        (x, y): (Axis, Axis),
        margin: i32,
    ) -> Result<Panel, DrawError> {
        let Frame {
            left,
            top,
            right,
            bottom,
        } = frame;
        self.bold(above, (left + 4, top))?;
        let (width, height) = self.area.dim_in_pixel();
        let part = self.area.margin(
            top + ABOVE,
            height as i32 - bottom,
            left,
            width as i32 - right,
        );
        let below_axis = if below.is_empty() { BELOW } else { 2 * BELOW };
        let mut chart = ChartBuilder::on(&part)
            .set_label_area_size(LabelAreaPosition::Left, margin)
            .set_label_area_size(LabelAreaPosition::Bottom, below_axis)
            .build_cartesian_2d(x.clone(), y.clone())?;
        chart
            .configure_mesh()
            .x_labels(x.count())
            .y_labels(y.count())
            .x_label_formatter(&|value| x.label(*value))
            .y_label_formatter(&|value| y.label(*value))
            .label_style(style(INK, Pos::default(), FontStyle::Normal))
            .axis_style(FAINT)
            .bold_line_style(GRID)
            .light_line_style(GRID.mix(0.0))
            .draw()?;
        let (across, down) = chart.plotting_area().get_pixel_range();
        if !below.is_empty() {
            let middle = i32::midpoint(across.start, across.end);
            self.text(below, (middle, bottom), FAINT, (HPos::Center, VPos::Bottom))?;
        }
        Ok(Panel {
            x,
            y,
            across: (across.start, across.end),
            down: (down.start, down.end),
        })
    }

    /// A text at a place.
    pub(super) fn text(
        &self,
        text: &str,
        place: Place,
        color: RGBColor,
        (across, down): (HPos, VPos),
    ) -> Result<(), DrawError> {
        let style = style(color, Pos::new(across, down), FontStyle::Normal);
        let text = Printable(text).to_string();
        self.area.draw(&Text::new(text, place, style))
    }

    /// A heading, from its upper left corner.
    pub(super) fn bold(&self, text: &str, place: Place) -> Result<(), DrawError> {
        let pos = Pos::new(HPos::Left, VPos::Top);
        let text = Printable(text).to_string();
        self.area
            .draw(&Text::new(text, place, style(INK, pos, FontStyle::Bold)))
    }

    /// A line through places.
    pub(super) fn line(
        &self,
        places: impl IntoIterator<Item = Place>,
        color: RGBColor,
        width: u32,
    ) -> Result<(), DrawError> {
        let line: Vec<Place> = places.into_iter().collect();
        self.area
            .draw(&PathElement::new(line, color.stroke_width(width)))
    }

    /// A filled box from one corner to the other.
    pub(super) fn block(&self, from: Place, to: Place, color: RGBColor) -> Result<(), DrawError> {
        self.area.draw(&Rectangle::new([from, to], color.filled()))
    }

    /// A dot through which others show.
    pub(super) fn dot(&self, place: Place, color: RGBColor) -> Result<(), DrawError> {
        self.area
            .draw(&Circle::new(place, DOT, color.mix(0.6).filled()))
    }

    /// The mark of a series.
    pub(super) fn mark(&self, at: usize, (x, y): Place) -> Result<(), DrawError> {
        let polygon = |corners: &[Place]| {
            let corners: Vec<Place> = corners.iter().map(|(dx, dy)| (x + dx, y + dy)).collect();
            self.area.draw(&Polygon::new(corners, series(at).filled()))
        };
        let (m, s) = (MARK, MARK - 1);
        match at % 7 {
            0 => self
                .area
                .draw(&Circle::new((x, y), MARK, series(at).filled())),
            1 => polygon(&[(-s, -s), (s, -s), (s, s), (-s, s)]),
            2 => polygon(&[(0, -m), (m, s), (-m, s)]),
            3 => polygon(&[(0, -m - 1), (m + 1, 0), (0, m + 1), (-m - 1, 0)]),
            4 => polygon(&[(-m, -s), (m, -s), (0, m)]),
            5 => polygon(&[
                (-m, -m),
                (0, -2),
                (m, -m),
                (2, 0),
                (m, m),
                (0, 2),
                (-m, m),
                (-2, 0),
            ]),
            _ => polygon(&[(-2, -m), (2, -m), (2, m), (-2, m)]),
        }
    }

    /// Names beside the ends of series, each at the height nearest to its own that keeps clear of the others.
    pub(super) fn names(
        &self,
        x: i32,
        within: Place,
        ends: &[(usize, &str, Place)],
    ) -> Result<(), DrawError> {
        let wanted: Vec<i32> = ends.iter().map(|(.., (_, y))| *y).collect();
        for ((at, name, end), y) in ends.iter().zip(spread(&wanted, LINE, within)) {
            let from = (end.0 + MARK + 2, end.1);
            self.line([from, (x - MARK - 2, y)], GRID, 1)?;
            self.mark(*at, (x, y))?;
            let place = (x + MARK + 5, y);
            self.text(&fitting(name), place, INK, (HPos::Left, VPos::Center))?;
        }
        Ok(())
    }
}

fn style<'s>(color: RGBColor, pos: Pos, font: FontStyle) -> TextStyle<'s> {
    ("sans-serif", SIZE)
        .into_font()
        .style(font)
        .color(&color)
        .pos(pos)
}

/// Heights near to the wanted ones, at least `apart` from each other, and within two ends where there is room.
///
/// What overlaps is put together in a block around the mean of what its members want: the least squares of the moves.
fn spread(wanted: &[i32], apart: i32, (top, bottom): Place) -> Vec<i32> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by_key(|&at| wanted[at]);
    // Blocks: how many members, and the sum of the heights that each wants for the first.
    let mut blocks: Vec<(i32, i32)> = Vec::new();
    let first = |(count, sum): (i32, i32)| {
        let least = bottom - (count - 1) * apart;
        (sum / count).min(least).max(top)
    };
    for &at in &order {
        let mut block = (1, wanted[at]);
        while let Some(&before) = blocks.last()
            && first(before) + before.0 * apart > first(block)
        {
            blocks.pop();
            block = (
                before.0 + block.0,
                before.1 + block.1 - before.0 * block.0 * apart,
            );
        }
        blocks.push(block);
    }
    let mut placed = vec![0; wanted.len()];
    let mut order = order.into_iter();
    for block in blocks {
        for (member, at) in (0..block.0).zip(&mut order) {
            placed[at] = first(block) + member * apart;
        }
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_clear_of_each_other_and_near_to_what_they_name() {
        assert_eq!(spread(&[10, 100, 50], 15, (0, 200)), [10, 100, 50]);
        assert_eq!(spread(&[50, 50, 50], 10, (0, 200)), [40, 50, 60]);
        assert_eq!(spread(&[199, 198], 20, (0, 200)), [200, 180]);
        let placed = spread(&[5, 7, 9, 11, 160], 16, (0, 170));
        for pair in placed.windows(2) {
            assert!(pair[1] - pair[0] >= 16, "{placed:?}");
        }
    }
}
