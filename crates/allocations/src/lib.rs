//! Every allocation of one operation, in order: its size, how long it lives, and the line that made it.
//!
//! With the feature `record`, a program whose global allocator is a `Recorder` records what one of its threads allocates
//! between `start` and `stop`, and `named` says where. What is recorded becomes [`Operation`]s, and a [`Listing`] of
//! them is what one program hands to another, as JSON, and what is printed.
//!
//! [`Sites`] is the same without the order: what each line allocates of a case's counts. [`Profiles`] keeps it as text, and
//! [`Changes`] says which lines the difference between two versions comes from.

mod beside;
mod changes;
#[cfg(feature = "record")]
mod counted;
mod event;
mod frame;
mod listing;
#[cfg(feature = "record")]
mod named;
mod operation;
mod profile;
#[cfg(feature = "record")]
mod recorder;
mod site;
mod sites;
mod text;

pub use beside::beside;
pub use changes::{Changes, SiteChange};
#[cfg(feature = "record")]
pub use counted::counted;
pub use event::{Event, What};
pub use frame::{Frame, Whose};
pub use listing::{Alike, Listing, When, alike};
#[cfg(feature = "record")]
pub use named::named;
pub use operation::{Allocation, End, Kind, Operation};
pub use profile::{ProfileError, Profiles};
#[cfg(feature = "record")]
pub use recorder::{Recorder, start, stop};
pub use site::{Library, Place, Site};
pub use sites::{Amounts, Counter, Sites, Source};
