//! Regular expressions in filters, which are RE2's: what Go's `regexp` says of them.

use benchstat::Selection;

#[test]
fn match_what_they_match_in_go() {
    for (expression, name, matches) in [
        (r"a{,2}$", "a{,2}", true),
        (r"^a{$", "a{", true),
        (r"^[]a]$", "]", true),
        (r"^[^]a]$", "b", true),
        (r"[a&&b]", "&", true),
        (r"\Qa.b\E+$", "xa.bb", true),
        (r"^\101\x42\x{43}$", "ABC", true),
        (r"(?i)k", "\u{212a}", true),
        (r"(?i)^ſ$", "S", true),
        (r"(?i)[^k]", "K", false),
        (r"(?i:a)b", "AB", false),
        (r"a(?i)b", "aB", true),
        (r"a(?i)*$", "aaa", true),
        (r"^\pL\p{Nd}\P{L}$", "é1-", true),
        (r"^\p{^Lu}$", "A", false),
        (r"\bé", "aé", true),
        (r"\bé", "é", false),
        (r"\w", "é", false),
        (r"^(a|b|)*$", "abab", true),
        (r"(?P<n>x)(?<m>y)", "xy", true),
        (r"\_\<\-", "_<-", true),
        (r"x{0}y{2,}z{1,2}?$", "yyyz", true),
        (r"^a$|^b\z", "b", true),
        (r"[[:^alpha:]]", "ab", false),
        (r"[\]\-x-]", "-", true),
        (r".", "日", true),
    ] {
        let selection = Selection::parse(&format!(".fullname:/{expression}/")).unwrap();
        assert_eq!(
            selection.selects(name, "sec/op"),
            matches,
            "{expression} and {name}"
        );
    }
}

#[test]
fn are_wrong_in_the_words_of_go() {
    for (expression, problem) in [
        (r"*a", "missing argument to repetition operator: `*`"),
        (r"a**", "invalid nested repetition operator: `**`"),
        (r"a+?*", "invalid nested repetition operator: `+?*`"),
        (r"a{2}{3}", "invalid nested repetition operator: `{2}{3}`"),
        (r"(|*)", "missing argument to repetition operator: `*`"),
        (r"a{1001}", "invalid repeat count: `{1001}`"),
        (r"a{2,1}", "invalid repeat count: `{2,1}`"),
        (r"(a{100}){11}", "invalid repeat count: `{11}`"),
        (r"[z-a]", "invalid character class range: `z-a`"),
        (r"[a-\d]", r"invalid escape sequence: `\d`"),
        (
            r"[[:letter:]]",
            "invalid character class range: `[:letter:]`",
        ),
        (r"\p{Foo}", r"invalid character class range: `\p{Foo}`"),
        (r"\pX", r"invalid character class range: `\pX`"),
        (r"\q", r"invalid escape sequence: `\q`"),
        (r"\8", r"invalid escape sequence: `\8`"),
        (r"\C", r"invalid escape sequence: `\C`"),
        (r"\xZ", r"invalid escape sequence: `\xZ`"),
        (r"\x{110000}", r"invalid escape sequence: `\x{110000`"),
        (r"[\b]", r"invalid escape sequence: `\b`"),
        (r"(?P<1 >a)", "invalid named capture: `(?P<1 >`"),
        (r"(?z)a", "invalid or unsupported Perl syntax: `(?z`"),
        (r"(?-)a", "invalid or unsupported Perl syntax: `(?-)`"),
        (r"(?=a)", "invalid or unsupported Perl syntax: `(?=`"),
        (r")(", "unexpected ): `)(`"),
    ] {
        let filter = format!(".name:/{expression}/");
        let error = Selection::parse(&filter).unwrap_err().to_string();
        let expected = format!("syntax error: error parsing regexp: {problem}\n\t{filter}\n");
        assert!(error.starts_with(&expected), "{error}\n{expected}");
    }
}

#[test]
fn without_measure_are_errors() {
    for depth in [150, 250, 100_000] {
        let expression = format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
        let parsed = Selection::parse(&format!(".name:/{expression}/"));
        assert_eq!(parsed.is_ok(), depth < 200, "{depth}");
    }
    let large = Selection::parse(&format!(".name:/{}/", "\\pL".repeat(100_000)));
    let error = large.unwrap_err().to_string();
    assert!(error.contains("expression too large"));
}

#[test]
fn in_errors_drive_no_terminal() {
    let error = Selection::parse(".name:/[\x1b-\x07]/").unwrap_err();
    assert!(!error.to_string().contains(['\x1b', '\x07']), "{error:?}");
}
