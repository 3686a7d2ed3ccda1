//! Where the parts of the dictionary stand: in one file, or each on a page of its own.

/// The page of all fields by name.
pub(super) const INDEX: &str = "/help/dictionary/fields";

/// How the dictionary is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Links {
    /// One file with everything.
    OneFile,
    /// Pages of the help.
    Pages,
}

impl Links {
    /// A kind.
    pub(super) fn kind(self, kind: &str) -> String {
        match self {
            Self::OneFile => format!("#{kind}"),
            Self::Pages => format!("/help/dictionary/{kind}"),
        }
    }

    /// A field of a kind.
    pub(super) fn field(self, kind: &str, field: &str) -> String {
        match self {
            Self::OneFile => format!("#{kind}.{field}"),
            Self::Pages => format!("/help/dictionary/{kind}#{kind}.{field}"),
        }
    }

    /// A code list.
    pub(super) fn list(self, list: &str) -> String {
        match self {
            Self::OneFile => format!("#list-{list}"),
            Self::Pages => format!("/help/dictionary/lists/{list}"),
        }
    }
}
