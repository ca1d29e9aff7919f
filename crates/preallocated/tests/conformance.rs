//! The contract, kept with each parser and each encoder.

use handler::conformance;
use preallocated::{Encode, Exact, Parse, Preallocated, SerdeJson, SimdJson};

/// Fewer slots than the tests hold answers at a time, so that both ways to get one are tried.
fn handler<P: Parse, E: Encode>() -> Preallocated<P, E> {
    Preallocated::new(8)
}

macro_rules! conforms {
    ($($name:ident: $parser:ty, $encoder:ty;)*) => {$(
        mod $name {
            use super::*;

            #[test]
            fn keeps_the_recorded_answers() {
                conformance::keeps_the_recorded_answers(&handler::<$parser, $encoder>());
            }

            #[test]
            fn answers_generated_orders() {
                conformance::answers_generated_orders(&handler::<$parser, $encoder>());
            }

            #[test]
            fn answers_mutated_bodies() {
                conformance::answers_mutated_bodies(&handler::<$parser, $encoder>());
            }

            #[test]
            fn keeps_bodies_apart() {
                conformance::keeps_bodies_apart(&handler::<$parser, $encoder>());
            }

            #[test]
            fn writes_rows_down() {
                conformance::writes_rows_down(&handler::<$parser, $encoder>());
            }
        }
    )*};
}

conforms! {
    serde_json_both_ways: SerdeJson, SerdeJson;
    serde_json_and_exact: SerdeJson, Exact;
    simd_json_and_exact: SimdJson, Exact;
}
