//! The contract, kept.

use arena::Arena;
use handler::conformance;

#[test]
fn keeps_the_recorded_answers() {
    conformance::keeps_the_recorded_answers(&Arena::default());
}

#[test]
fn answers_generated_orders() {
    conformance::answers_generated_orders(&Arena::default());
}

#[test]
fn answers_mutated_bodies() {
    conformance::answers_mutated_bodies(&Arena::default());
}

#[test]
fn keeps_bodies_apart() {
    conformance::keeps_bodies_apart(&Arena::default());
}

#[test]
fn writes_rows_down() {
    conformance::writes_rows_down(&Arena::default());
}
