//! The answer on the page, from results whose answer is known.

use benchstat::Collection;
use report::Page;

/// Times of eight runs each, and exact instructions, of one variant and size.
fn lines(items: u32, variant: &str, times: [u32; 8], instructions: u32) -> String {
    times.map(|time| {
        format!("BenchmarkInvoice/items={items}/variant={variant} 1 {time} sec/op {instructions} instructions/op 0 allocs/op 2048 retained-B\n")
    })
    .concat()
}

fn page(text: &str) -> String {
    let text = format!(
        "Unit instructions/op assume=exact\nUnit allocs/op assume=exact\nUnit retained-B assume=exact\ncpu: Abacus\ncores: 3\n{text}"
    );
    let mut collection = Collection::default();
    collection
        .read("results", "results", text.as_bytes())
        .unwrap();
    let functions = Collection::default();
    Page::new(&collection, &functions)
        .unwrap()
        .markdown(&[], None)
}

/// The cells of the row of a request in the table of choices.
fn choice(page: &str, request: &str) -> Vec<String> {
    let (_, table) = page.split_once("## Which variant for which size").unwrap();
    let row = table
        .lines()
        .find(|line| line.starts_with(&format!("| {request} |")))
        .unwrap();
    row.split('|')
        .map(|cell| cell.trim().to_owned())
        .filter(|cell| !cell.is_empty())
        .collect()
}

#[test]
fn a_choice_is_as_sure_as_times_and_instructions_make_it() {
    let mut text = String::new();
    // All of one below all of the other: 2 of the 12,870 ways to mix eight and eight, p = 0.00016; twice that of two requests.
    text += &lines(1, "naive", [100, 101, 102, 103, 104, 105, 106, 107], 1000);
    text += &lines(1, "pooled", [50, 51, 52, 53, 54, 55, 56, 57], 700);
    // Interleaved: nothing to tell them apart by, and the fewer instructions are the other's.
    text += &lines(10, "naive", [101, 103, 105, 107, 109, 111, 113, 115], 9000);
    text += &lines(10, "pooled", [100, 102, 104, 106, 108, 110, 112, 114], 9900);
    let page = page(&text);
    let first = choice(&page, "Invoice/items=1");
    assert_eq!(first[1], "`pooled`");
    assert_eq!(
        first[4],
        "yes: faster than `naive` (p<0.001), and the fewest instructions"
    );
    assert_eq!(first[5..8], ["0.70", "0", "2 KiB"]);
    assert!(
        first[8].starts_with("`pooled`: 0.5") && first[8].ends_with(" of the time, 2 KiB"),
        "{first:?}"
    );
    let time: f64 = first[2].parse().unwrap();
    assert!((0.50..0.53).contains(&time), "{time}");

    let second = choice(&page, "Invoice/items=10");
    assert_eq!(second[1], "not shown; by its median `pooled`");
    // Nothing is shown to be faster: the last cell is empty.
    assert_eq!(second.len(), 8);
    assert!(
        second[4].starts_with("no: the times do not tell it from `naive` (p=0."),
        "{second:?}"
    );

    for said in [
        "The fastest is `pooled` for orders of 1 and 10 items",
        "0.70 to 1.10 of its instructions",
        "one machine (Abacus, 3 cores)",
        "the lead over the next fastest at 1 of 2 sizes (at worst p<0.001",
        "agree at 1 of 2",
        "Not shown is that `pooled` is faster than naive at 10 items; how it is on any other machine",
    ] {
        assert!(page.contains(said), "{said}\n{page}");
    }
}

#[test]
fn sizes_with_other_winners_are_told_apart() {
    let mut text = lines(1, "naive", [10, 11, 12, 13, 14, 15, 16, 17], 100);
    text += &lines(1, "pooled", [20, 21, 22, 23, 24, 25, 26, 27], 200);
    text += &lines(10, "naive", [90, 91, 92, 93, 94, 95, 96, 97], 1000);
    text += &lines(10, "pooled", [50, 51, 52, 53, 54, 55, 56, 57], 900);
    let page = page(&text);
    assert!(
        page.contains("The fastest is `naive` for orders of 1 item: 1.00 of"),
        "{page}"
    );
    assert!(
        page.contains("; and `pooled` for orders of 10 items"),
        "{page}"
    );
}
