//! The contract, kept.

use handler::conformance;
use naive::Naive;

#[test]
fn keeps_the_recorded_answers() {
    conformance::keeps_the_recorded_answers(&Naive);
}

#[test]
fn answers_generated_orders() {
    conformance::answers_generated_orders(&Naive);
}

#[test]
fn answers_mutated_bodies() {
    conformance::answers_mutated_bodies(&Naive);
}

#[test]
fn keeps_bodies_apart() {
    conformance::keeps_bodies_apart(&Naive);
}

#[test]
fn writes_rows_down() {
    conformance::writes_rows_down(&Naive);
}
