//! Charts: drawn by plotters as SVG that reads in light and dark, and says what it shows to those who cannot see it.
//!
//! Every coordinate is a whole pixel and nothing is asked of the machine, so the same results give the same bytes.

mod axis;
mod canvas;
mod changes;
mod curves;
mod palette;
mod samples;
mod sizes;

use benchfmt::Printable;
use canvas::Canvas;
pub use canvas::DrawError;
pub(crate) use changes::{Change, changes};
pub(crate) use curves::{Curve, Curves, curves};
pub(crate) use palette::style;
pub(crate) use samples::{Sample, samples};
pub(crate) use sizes::{Point, Series, Sizes, sizes};

/// A chart, as a file of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// The name of its file, without the ending.
    pub name: String,
    /// What it shows, in a few words.
    pub title: String,
    /// What is to be seen in it, for those who cannot see it.
    pub description: String,
    /// The SVG.
    pub svg: String,
}

/// What names a chart.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caption<'t> {
    pub(crate) name: &'t str,
    pub(crate) title: &'t str,
    pub(crate) description: &'t str,
}

/// Draws a chart of some width and height.
fn draw(
    caption: Caption<'_>,
    size: (u32, u32),
    paint: impl FnOnce(&Canvas<'_>) -> Result<(), DrawError>,
) -> Result<Chart, DrawError> {
    let [title, description] =
        [caption.title, caption.description].map(|text| Printable(text).to_string());
    let caption = Caption {
        title: &title,
        description: &description,
        ..caption
    };
    let mut drawn = String::new();
    {
        let canvas = Canvas::new(&mut drawn, size)?;
        paint(&canvas)?;
        canvas.finish()?;
    }
    Ok(Chart {
        name: caption.name.to_owned(),
        title: caption.title.to_owned(),
        description: caption.description.to_owned(),
        svg: described(&drawn, caption),
    })
}

/// A drawing with its title, its description, and its colours.
fn described(drawn: &str, caption: Caption<'_>) -> String {
    let Caption {
        name,
        title,
        description,
    } = caption;
    let (tag, rest) = drawn.split_once('>').unwrap_or((drawn, ""));
    format!(
        "{tag} class=\"chart\" role=\"img\" aria-labelledby=\"{name}-title {name}-desc\">\n\
         <title id=\"{name}-title\">{}</title>\n<desc id=\"{name}-desc\">{}</desc>\n<style>{}</style>{rest}",
        escaped(title),
        escaped(description),
        style(),
    )
}

/// A text between tags, or within double quotes.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}
