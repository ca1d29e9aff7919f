//! The contract, kept.

use handler::conformance;
use pooled::Pooled;

#[test]
fn keeps_the_recorded_answers() {
    conformance::keeps_the_recorded_answers(&Pooled::default());
}

#[test]
fn answers_generated_orders() {
    conformance::answers_generated_orders(&Pooled::default());
}

#[test]
fn answers_mutated_bodies() {
    conformance::answers_mutated_bodies(&Pooled::default());
}

#[test]
fn keeps_bodies_apart() {
    conformance::keeps_bodies_apart(&Pooled::default());
}

#[test]
fn writes_rows_down() {
    conformance::writes_rows_down(&Pooled::default());
}
