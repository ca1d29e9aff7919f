//! The two sides of a comparison.

use std::fmt;

/// A side of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// What is compared with: the revision.
    Base,
    /// What is judged: the working tree.
    Head,
}

impl Side {
    /// The other side.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Base => Self::Head,
            Self::Head => Self::Base,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Base => "base",
            Self::Head => "head",
        })
    }
}

/// Something of each side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sides<T> {
    /// The base's.
    pub base: T,
    /// The head's.
    pub head: T,
}

impl<T> Sides<T> {
    /// Both from a function of the side.
    pub fn of(mut each: impl FnMut(Side) -> T) -> Self {
        let base = each(Side::Base);
        Self {
            base,
            head: each(Side::Head),
        }
    }

    /// The same for both.
    pub fn both(value: T) -> Self
    where
        T: Clone,
    {
        Self {
            base: value.clone(),
            head: value,
        }
    }

    /// That of a side.
    pub fn get(&self, side: Side) -> &T {
        match side {
            Side::Base => &self.base,
            Side::Head => &self.head,
        }
    }

    /// That of a side, to change.
    pub fn get_mut(&mut self, side: Side) -> &mut T {
        match side {
            Side::Base => &mut self.base,
            Side::Head => &mut self.head,
        }
    }

    /// Both, turned into something else.
    pub fn map<U>(self, mut each: impl FnMut(T) -> U) -> Sides<U> {
        let base = each(self.base);
        Sides {
            base,
            head: each(self.head),
        }
    }
}
