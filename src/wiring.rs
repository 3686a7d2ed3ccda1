//! How features are tied to the ground: whatever opens an installation hands these in.

use crate::app::Hooks;

/// The derivations of all features, and the reader of the tree.
pub fn hooks() -> Hooks<'static> {
    Hooks {
        derivers: &|derivers, spec, names| {
            crate::accounts::store::derive(derivers);
            crate::records::store::derive(derivers, spec, names);
        },
        tree: &crate::units::store::read_tree,
    }
}
