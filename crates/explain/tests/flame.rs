//! The graph of two trees that are known.

use std::collections::BTreeMap;

use explain::{Function, Node, Profile, Tree, flame};

fn function(name: &str) -> Function {
    Function {
        name: name.into(),
        file: "src/a.rs".into(),
        own: true,
    }
}

fn node(own: u64, children: &[(&str, Node)]) -> Node {
    let child = |(line, (name, node)): (usize, &(&str, Node))| {
        ((line as u32, function(name)), node.clone())
    };
    Node {
        calls: 1,
        own: BTreeMap::from([(1, own)]),
        children: children.iter().enumerate().map(child).collect(),
    }
}

fn profile(parse: u64, children: &[(&str, Node)]) -> Profile {
    let mut main = children.to_vec();
    main.push(("parse", node(parse, &[])));
    Profile::of(&Tree {
        root: node(0, &[("main", node(100, &main))]),
    })
}

/// What the graph says of each frame: its name, and the text of its tooltip behind that.
fn titles(svg: &str) -> BTreeMap<String, String> {
    let titles = svg.split("<title>").skip(1);
    titles
        .filter_map(|rest| {
            let title = rest.split("</title>").next()?;
            let (name, counts) = title.split_once(" (")?;
            Some((name.to_owned(), counts.to_owned()))
        })
        .collect()
}

#[test]
fn each_frame_has_its_instructions_and_its_change() {
    let base = profile(200, &[("old", node(50, &[])), ("same", node(700, &[]))]);
    let head = profile(400, &[("new", node(500, &[])), ("same", node(700, &[]))]);
    let svg = flame(&base, &head, "Case/items=1").unwrap();
    let titles = titles(&svg);
    let of = |name: &str| {
        titles
            .get(&format!("{name} src/a.rs"))
            .map_or("", String::as_str)
    };
    // 400 and 200 of 1700; what is gone has no width.
    assert!(
        of("parse").starts_with("400 instructions, 23.53%; +11.76%"),
        "{titles:#?}"
    );
    assert!(
        of("new").starts_with("500 instructions, 29.41%; +29.41%"),
        "{titles:#?}"
    );
    assert!(
        of("same").starts_with("700 instructions, 41.18%; 0.00%"),
        "{titles:#?}"
    );
    assert_eq!(of("old"), "");
    assert!(svg.contains("instructions 1050 → 1700 (+650), of which 50 in calls that are gone"));
    assert!(svg.contains("Case/items=1"));
    assert_eq!(flame(&base, &head, "Case/items=1").unwrap(), svg);
}

#[test]
fn names_do_no_harm() {
    let hostile = profile(
        1,
        &[("<script>alert(1)</script>;x\n& \"y\" 5 6", node(9, &[]))],
    );
    let svg = flame(&hostile, &hostile, "<b>&\"title\"").unwrap();
    assert!(
        !svg.contains("<script>alert") && !svg.contains("<b>"),
        "{svg}"
    );
    assert!(
        svg.contains("&lt;script&gt;alert(1)&lt;/script&gt;:x:&amp;"),
        "{svg}"
    );
}

#[test]
fn there_is_no_graph_of_nothing() {
    let nothing = Profile::default();
    assert!(flame(&nothing, &nothing, "nothing").is_err());
}
