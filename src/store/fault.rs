//! Backends that fail on purpose, for tests of the store: every N-th operation failing, and power
//! cuts that drop, tear and reorder what was not yet synced. Compiled always (it is small), used only
//! by tests.
