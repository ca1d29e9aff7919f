//! Answers written down by hand.

use crate::{DATA, Handler, MAX_BODY_BYTES, Method, Request};

/// A request and what is answered: the status, the media type, `Allow`, and the body.
struct Recorded {
    method: Method,
    path: &'static str,
    body: &'static str,
    status: u16,
    answer: &'static str,
}

const fn post(body: &'static str, status: u16, answer: &'static str) -> Recorded {
    Recorded {
        method: Method::Post,
        path: "/invoices",
        body,
        status,
        answer,
    }
}

const fn other(method: Method, path: &'static str, status: u16, answer: &'static str) -> Recorded {
    Recorded {
        method,
        path,
        body: "",
        status,
        answer,
    }
}

const ALPHABET: &str = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuv";

#[rustfmt::skip]
const RECORDED: &[Recorded] = &[
    other(Method::Get, "/data", 200, ALPHABET),
    other(Method::Head, "/data", 200, ALPHABET),
    other(Method::Post, "/data", 405,
        r#"{"error":{"code":"method_not_allowed","message":"the methods of this route are GET, HEAD","at":"method"}}"#),
    other(Method::Get, "/invoices", 405,
        r#"{"error":{"code":"method_not_allowed","message":"the methods of this route are POST","at":"method"}}"#),
    other(Method::Other, "/invoices", 405,
        r#"{"error":{"code":"method_not_allowed","message":"the methods of this route are POST","at":"method"}}"#),
    other(Method::Get, "/", 404, r#"{"error":{"code":"no_such_route","message":"no route /","at":"/"}}"#),
    other(Method::Other, "/data/\"", 404,
        r#"{"error":{"code":"no_such_route","message":"no route /data/\"","at":"/data/\""}}"#),

    // 2 × 149.00 and 1 × 0.55 at 19 %: 29 855 × 0.19 = 5 672.45.
    post(r#"{"id":"o-17","currency":"EUR","tax_rate_bp":1900,"items":[{"sku":"A-1","description":"Desk","quantity":2,"unit_price":14900},{"sku":"B","description":"","quantity":1,"unit_price":55}]}"#, 200,
        r#"{"order_id":"o-17","currency":"EUR","lines":[{"sku":"A-1","description":"Desk","quantity":2,"unit_price":14900,"total":29800},{"sku":"B","description":"","quantity":1,"unit_price":55,"total":55}],"subtotal":29855,"tax_rate_bp":1900,"tax":5672,"total":35527}"#),
    // Half up: 10 × 5 % = 0.5, which is 1.
    post(r#"{"items":[{"unit_price":10,"quantity":1,"description":"d","sku":"s"}],"tax_rate_bp":500,"currency":"JPY","id":"i"}"#, 200,
        r#"{"order_id":"i","currency":"JPY","lines":[{"sku":"s","description":"d","quantity":1,"unit_price":10,"total":10}],"subtotal":10,"tax_rate_bp":500,"tax":1,"total":11}"#),
    // Just under half: 9 × 5 % = 0.45, which is 0.
    post(r#"{"items":[{"unit_price":9,"quantity":1,"description":"d","sku":"s"}],"tax_rate_bp":500,"currency":"JPY","id":"i"}"#, 200,
        r#"{"order_id":"i","currency":"JPY","lines":[{"sku":"s","description":"d","quantity":1,"unit_price":9,"total":9}],"subtotal":9,"tax_rate_bp":500,"tax":0,"total":9}"#),
    // Escapes come back in the shortest form; unknown fields are passed over.
    post(r#"{"x":[{"y":null}],"id":"\u0041\/\u001f","currency":"EUR","tax_rate_bp":0,"items":[{"sku":"\ud83e\udd80","description":"tab\tnew\nline \"q\" \\ \u007f ü €","quantity":1,"unit_price":0,"z":1.5e3}]}"#, 200,
        "{\"order_id\":\"A/\\u001f\",\"currency\":\"EUR\",\"lines\":[{\"sku\":\"\u{1f980}\",\"description\":\"tab\\tnew\\nline \\\"q\\\" \\\\ \u{7f} \u{fc} \u{20ac}\",\"quantity\":1,\"unit_price\":0,\"total\":0}],\"subtotal\":0,\"tax_rate_bp\":0,\"tax\":0,\"total\":0}"),
    // The largest sums that fit: 18 446 744 073 709 551 615 without tax.
    post(r#"{"id":"i","currency":"USD","tax_rate_bp":0,"items":[{"sku":"s","description":"d","quantity":1,"unit_price":18446744073709551615}]}"#, 200,
        r#"{"order_id":"i","currency":"USD","lines":[{"sku":"s","description":"d","quantity":1,"unit_price":18446744073709551615,"total":18446744073709551615}],"subtotal":18446744073709551615,"tax_rate_bp":0,"tax":0,"total":18446744073709551615}"#),

    post("", 400, r#"{"error":{"code":"malformed_json","message":"EOF while parsing a value","at":"line 1 column 0"}}"#),
    post("{\"id\":\n  tru}", 400, r#"{"error":{"code":"malformed_json","message":"expected ident","at":"line 2 column 6"}}"#),
    // Not JSON after all, though a field of the wrong type stands before the fault.
    post(r#"{"id":7,"currency":}"#, 400, r#"{"error":{"code":"malformed_json","message":"expected value","at":"line 1 column 20"}}"#),
    post(r#"{"id":"\ud800"}"#, 400, r#"{"error":{"code":"malformed_json","message":"unexpected end of hex escape","at":"line 1 column 14"}}"#),
    post("{} x", 400, r#"{"error":{"code":"malformed_json","message":"trailing characters","at":"line 1 column 4"}}"#),
    post("{}", 422, r#"{"error":{"code":"not_an_order","message":"missing field `id`","at":"line 1 column 2"}}"#),
    post("[]", 422, r#"{"error":{"code":"not_an_order","message":"invalid length 0, expected struct Order with 4 elements","at":"line 1 column 2"}}"#),
    post(r#"{"id":7}"#, 422, r#"{"error":{"code":"not_an_order","message":"invalid type: integer `7`, expected a string","at":"line 1 column 7"}}"#),
    post(r#"{"id":"i","id":"j"}"#, 422, r#"{"error":{"code":"not_an_order","message":"duplicate field `id`","at":"line 1 column 14"}}"#),

    post(r#"{"id":"","currency":"EUR","tax_rate_bp":0,"items":[]}"#, 422,
        r#"{"error":{"code":"empty_id","message":"an order has an id","at":"/id"}}"#),
    post(r#"{"id":"i","currency":"eur","tax_rate_bp":0,"items":[]}"#, 422,
        r#"{"error":{"code":"unknown_currency","message":"a currency is a code of ISO 4217","at":"/currency"}}"#),
    post(r#"{"id":"i","currency":"EUR","tax_rate_bp":10001,"items":[]}"#, 422,
        r#"{"error":{"code":"tax_rate_too_high","message":"a tax rate is at most 10000 basis points","at":"/tax_rate_bp"}}"#),
    post(r#"{"id":"i","currency":"EUR","tax_rate_bp":10000,"items":[]}"#, 422,
        r#"{"error":{"code":"no_items","message":"an order has an item","at":"/items"}}"#),
    post(r#"{"id":"i","currency":"EUR","tax_rate_bp":0,"items":[{"sku":"","description":"","quantity":0,"unit_price":0}]}"#, 422,
        r#"{"error":{"code":"empty_sku","message":"an item has a sku","at":"/items/0/sku"}}"#),
    post(r#"{"id":"i","currency":"EUR","tax_rate_bp":0,"items":[{"sku":"s","description":"","quantity":1,"unit_price":0},{"sku":"s","description":"","quantity":0,"unit_price":0}]}"#, 422,
        r#"{"error":{"code":"zero_quantity","message":"a quantity is at least 1","at":"/items/1/quantity"}}"#),
    post(r#"{"id":"i","currency":"EUR","tax_rate_bp":0,"items":[{"sku":"s","description":"","quantity":2,"unit_price":9223372036854775808}]}"#, 422,
        r#"{"error":{"code":"overflow","message":"the sum does not fit in 64 bits","at":"/items/0"}}"#),
    post(r#"{"id":"i","currency":"EUR","tax_rate_bp":0,"items":[{"sku":"s","description":"","quantity":1,"unit_price":18446744073709551615},{"sku":"s","description":"","quantity":1,"unit_price":1}]}"#, 422,
        r#"{"error":{"code":"overflow","message":"the sum does not fit in 64 bits","at":"/items/1"}}"#),
    post(r#"{"id":"i","currency":"EUR","tax_rate_bp":1,"items":[{"sku":"s","description":"","quantity":1,"unit_price":18446744073709551615}]}"#, 422,
        r#"{"error":{"code":"overflow","message":"the sum does not fit in 64 bits","at":""}}"#),
];

/// The recorded requests get the recorded answers, and a body is read up to the limit and not beyond.
///
/// # Panics
///
/// When an answer differs.
pub fn keeps_the_recorded_answers<H: Handler>(handler: &H) {
    for &Recorded {
        method,
        path,
        body,
        status,
        answer,
    } in RECORDED
    {
        let got = handler.handle(&Request {
            method,
            path,
            body: body.as_bytes(),
        });
        assert_eq!(
            (got.status, super::text(got.body.as_ref())),
            (status, answer.to_owned()),
            "{method:?} {path} {body}"
        );
        let text = (status, path) == (200, "/data");
        assert_eq!(
            got.content_type.as_str(),
            if text {
                "text/plain"
            } else {
                "application/json"
            }
        );
        let allow = match path {
            "/data" => "GET, HEAD",
            _ => "POST",
        };
        assert_eq!(
            got.allow,
            (status == 405).then_some(allow),
            "{method:?} {path}"
        );
    }
    assert_eq!(ALPHABET.as_bytes(), DATA);

    let mut body = br#"{"id":"i","currency":"EUR","tax_rate_bp":0,"items":[{"sku":"s","description":"","quantity":1,"unit_price":1}]}"#.to_vec();
    body.resize(MAX_BODY_BYTES, b' ');
    assert_eq!(super::post(handler, &body).0, 200);
    body.push(b' ');
    let (status, answer) = super::post(handler, &body);
    let too_large = r#"{"error":{"code":"body_too_large","message":"the body is larger than 1048576 bytes","at":"body"}}"#;
    assert_eq!((status, super::text(&answer)), (413, too_large.to_owned()));
}
