//! Every allocation of one operation, in order: its size, how long it lives, and the line that made it.
//!
//! With the feature `record`, a program whose global allocator is a `Recorder` records what one of its threads allocates
//! between `start` and `stop`, and `named` says where. What is recorded becomes [`Operation`]s, and a [`Listing`] of
//! them is what one program hands to another, as JSON, and what is printed.

mod beside;
mod event;
mod frame;
mod listing;
#[cfg(feature = "record")]
mod named;
mod operation;
#[cfg(feature = "record")]
mod recorder;
mod text;

pub use beside::beside;
pub use event::{Event, What};
pub use frame::{Frame, Whose};
pub use listing::{Alike, Listing, When, alike};
#[cfg(feature = "record")]
pub use named::named;
pub use operation::{Allocation, End, Kind, Operation};
#[cfg(feature = "record")]
pub use recorder::{Recorder, start, stop};
