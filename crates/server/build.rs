//! Bakes the facts of the build into the executables, so that each can say what it is.

fn main() {
    provenance::emit();
}
