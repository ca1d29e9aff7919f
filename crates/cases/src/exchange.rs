//! The requests of the handlers' cases, with the answers that every variant gives.

use handler::{Invoice, Method};

use crate::orders::{self, Spelling};

/// The numbers of items of the orders that are measured.
pub(crate) const SIZES: [usize; 4] = [1, 10, 100, 1000];

/// A request, and the body of its answer, whose status is 200.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// A benchmark name without the variant, such as `Invoice/items=10`.
    pub name: String,
    /// The request method.
    pub method: Method,
    /// The path of the request target.
    pub path: &'static str,
    /// The body of the request; empty where there is none.
    pub body: Vec<u8>,
    /// The body of the answer.
    pub answer: Vec<u8>,
}

impl Exchange {
    /// `GET /data`.
    pub(crate) fn data() -> Self {
        Self {
            name: "Data".to_owned(),
            method: Method::Get,
            path: "/data",
            body: Vec::new(),
            answer: handler::DATA.to_vec(),
        }
    }

    /// `POST /invoices` with a sample order. The answer is worked out here, by none of the variants.
    pub(crate) fn order(items: usize, spelling: Spelling) -> Self {
        let text = match spelling {
            Spelling::Plain => "",
            Spelling::Escaped => "/text=escaped",
        };
        let body = orders::json(items, spelling);
        let order = handler::diagnose(&body).expect("a sample order is an order");
        let invoice = Invoice::of(order).expect("a sample order keeps the rules");
        Self {
            name: format!("Invoice/items={items}{text}"),
            method: Method::Post,
            path: "/invoices",
            answer: serde_json::to_vec(&invoice).expect("an invoice is JSON"),
            body,
        }
    }
}

/// The requests that the handlers' cases are made of, for whoever sends them to a server.
pub fn exchanges() -> Vec<Exchange> {
    let mut all = vec![Exchange::data()];
    all.extend(SIZES.map(|items| Exchange::order(items, Spelling::Plain)));
    all.push(Exchange::order(10, Spelling::Escaped));
    all
}
