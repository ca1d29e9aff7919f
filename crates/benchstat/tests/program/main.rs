//! The program, as a user starts it.
#![cfg(feature = "cli")]

mod behaviour;
mod folder;
mod hostile;
mod imports;
mod readme;
mod sides;
