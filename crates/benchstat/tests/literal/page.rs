//! Markdown as a code host reads it, by comrak, with every extension that its comments have.

use comrak::nodes::NodeValue;
use comrak::{Arena, Options, parse_document};

/// What is on a page.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// The text of each cell, by row, the head's included.
    pub(crate) rows: Vec<Vec<String>>,
    /// HTML, each piece by itself.
    pub(crate) html: Vec<String>,
    /// Where links lead.
    pub(crate) links: Vec<String>,
    pub(crate) headings: usize,
    /// What blocks of code hold.
    pub(crate) blocks: Vec<String>,
}

/// Reads a page, in which a code host must find nothing to act on: no image, no note, no mathematics, nobody who is
/// mentioned.
pub(crate) fn read(markdown: &str) -> Page {
    let mut options = Options::default();
    let extension = &mut options.extension;
    extension.strikethrough = true;
    extension.table = true;
    extension.autolink = true;
    extension.tasklist = true;
    extension.footnotes = true;
    extension.alerts = true;
    extension.math_dollars = true;
    extension.math_code = true;
    let arena = Arena::new();
    let root = parse_document(&arena, markdown, &options);
    let mut page = Page::default();
    for node in root.descendants() {
        match &node.data().value {
            NodeValue::TableRow(_) => page.rows.push(Vec::new()),
            NodeValue::TableCell => {
                let mut cell = String::new();
                for node in node.descendants() {
                    match &node.data().value {
                        NodeValue::Text(text) => cell += text,
                        NodeValue::Code(code) => cell += &code.literal,
                        _ => {}
                    }
                }
                page.rows.last_mut().unwrap().push(cell);
            }
            NodeValue::HtmlBlock(block) => page.html.push(block.literal.clone()),
            NodeValue::HtmlInline(html) => page.html.push(html.clone()),
            NodeValue::Link(link) => page.links.push(link.url.clone()),
            NodeValue::CodeBlock(block) => page.blocks.push(block.literal.clone()),
            NodeValue::Heading(_) => page.headings += 1,
            // Mentions and issues are sought in what is not code.
            NodeValue::Text(text) => assert!(!text.contains(['@', '#']), "{text:?} in {markdown}"),
            NodeValue::Document
            | NodeValue::Paragraph
            | NodeValue::Table(_)
            | NodeValue::Code(_)
            | NodeValue::Strong
            | NodeValue::LineBreak
            | NodeValue::SoftBreak
            | NodeValue::BlockQuote => {}
            other => panic!("{other:?} in {markdown}"),
        }
    }
    page
}
