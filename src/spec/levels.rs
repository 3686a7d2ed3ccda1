//! A set of school levels (MN TH THCS THPT GDTX) in one byte. The names stand in `units.toml`; this
//! file must not know them, only their places there.

/// A set of school levels; bit `i` is the `i`-th `[[level]]` of `units.toml`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Levels(pub u8);

impl Levels {
    /// No level: an office, or nothing said.
    pub const NONE: Self = Self(0);
    /// Every level there can be.
    pub const ALL: Self = Self(u8::MAX);
    /// The most levels a specification may have.
    pub const MOST: usize = 8;

    /// The set of one level.
    pub const fn one(index: usize) -> Self {
        Self(1 << index)
    }

    /// Both sets together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether nothing is in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the `index`-th level is in it.
    pub const fn has(self, index: usize) -> bool {
        self.0 & (1 << index) != 0
    }

    /// Whether all of `other` is in it.
    pub const fn covers(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether something asked at these levels is asked in a unit with levels `unit`. A unit without
    /// levels (an office) is asked everything.
    pub const fn apply_to(self, unit: Self) -> bool {
        unit.is_empty() || self.0 & unit.0 != 0
    }
}
