//! Typed identifiers. Never a bare integer in a signature; never a meaning read out of one by hand.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident, $inner:ty) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }

        impl FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

number_id!(
    /// A unit of the tree, permanent; numbered from 1 in order of creation. 0 means no unit.
    UnitId, u32
);
number_id!(
    /// An account, numbered from 1. 0 is the program itself.
    AccountId, u32
);
number_id!(
    /// A record of any kind: the unit it was made in (high 24 bits) and a running number there (low
    /// 40 bits), so that what was entered together lies together on disk. It never changes, also
    /// when the record moves to another unit.
    RecordId, u64
);
number_id!(
    /// Stable number of a kind of the spec, given by the database when it first meets the name.
    KindId, u16
);
number_id!(
    /// Stable number of a field of the spec, given by the database when it first meets the name.
    FieldId, u16
);

const RECORD_BITS: u32 = 40;

impl RecordId {
    /// The `number`-th record made in `unit`.
    pub const fn new(unit: UnitId, number: u64) -> Self {
        Self(((unit.0 as u64) << RECORD_BITS) | number)
    }

    /// The unit the record was first made in. Not the unit it belongs to now.
    pub const fn made_in(self) -> UnitId {
        UnitId((self.0 >> RECORD_BITS) as u32)
    }
}
