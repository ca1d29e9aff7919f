//! The colours, of paper and ink and of series, in light and in dark.
//!
//! A drawing carries the light colours as attributes; a style sheet within it puts the dark ones in their place where the
//! reader prefers them. The series' colours are told apart by most who are colour-blind, after M. Okabe and K. Ito, "Color
//! Universal Design", 2008; and each series has a mark of another form, too.

use std::fmt::Write as _;

use plotters::style::RGBColor;

/// What a drawing is on: opaque, for a page may be dark where the reader's system is light.
pub(super) const PAPER: RGBColor = RGBColor(0xFF, 0xFF, 0xFF);
/// Text.
pub(super) const INK: RGBColor = RGBColor(0x1F, 0x23, 0x28);
/// Text that matters less, and axes.
pub(super) const FAINT: RGBColor = RGBColor(0x59, 0x63, 0x6E);
/// The lines of a grid.
pub(super) const GRID: RGBColor = RGBColor(0xE1, 0xE4, 0xE8);
/// What lies behind points.
pub(super) const BAND: RGBColor = RGBColor(0xD0, 0xD7, 0xDE);
/// A change for the worse.
pub(super) const WORSE: RGBColor = RGBColor(0xC0, 0x39, 0x1B);
/// A change for the better.
pub(super) const BETTER: RGBColor = RGBColor(0x00, 0x7A, 0x56);

/// The colours of series, the baseline's first.
const SERIES: [RGBColor; 7] = [
    RGBColor(0x6E, 0x77, 0x81),
    RGBColor(0x00, 0x6F, 0xB0),
    RGBColor(0x00, 0x85, 0x60),
    RGBColor(0x8F, 0x6A, 0x00),
    RGBColor(0xCC, 0x55, 0x00),
    RGBColor(0x9B, 0x45, 0x8C),
    RGBColor(0x4B, 0x4F, 0xC4),
];

/// The colour of a series.
pub(super) fn series(place: usize) -> RGBColor {
    SERIES[place % SERIES.len()]
}

/// The light colours, and the dark ones that stand in for them.
const DARK: [(RGBColor, RGBColor); 14] = [
    (PAPER, RGBColor(0x0D, 0x11, 0x17)),
    (INK, RGBColor(0xE6, 0xED, 0xF3)),
    (FAINT, RGBColor(0x9D, 0xA7, 0xB3)),
    (GRID, RGBColor(0x2B, 0x31, 0x39)),
    (BAND, RGBColor(0x3A, 0x42, 0x4C)),
    (WORSE, RGBColor(0xFF, 0x7B, 0x5C)),
    (BETTER, RGBColor(0x3C, 0xC9, 0x9B)),
    (SERIES[0], RGBColor(0x9A, 0xA4, 0xAE)),
    (SERIES[1], RGBColor(0x56, 0xB4, 0xE9)),
    (SERIES[2], RGBColor(0x2C, 0xC2, 0x95)),
    (SERIES[3], RGBColor(0xE3, 0xB3, 0x2B)),
    (SERIES[4], RGBColor(0xFF, 0x8F, 0x45)),
    (SERIES[5], RGBColor(0xE2, 0x9B, 0xD3)),
    (SERIES[6], RGBColor(0xA5, 0xA8, 0xFF)),
];

/// The style sheet of every chart.
pub(crate) fn style() -> String {
    let mut style = String::from("@media (prefers-color-scheme:dark){");
    for (light, dark) in DARK {
        let (light, dark) = (hex(light), hex(dark));
        for attribute in ["fill", "stroke"] {
            // Writing to a string never fails.
            let _ = write!(
                style,
                ".chart [{attribute}=\"{light}\"]{{{attribute}:{dark}}}"
            );
        }
    }
    style + "}"
}

/// A colour as plotters writes it.
fn hex(RGBColor(red, green, blue): RGBColor) -> String {
    format!("#{red:02X}{green:02X}{blue:02X}")
}
