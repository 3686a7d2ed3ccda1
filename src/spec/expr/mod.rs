//! Conditions of the specification, written in CEL. The `cel` crate parses them; what it parsed is
//! compiled into a small tree of our own over our own values, with names and types settled once.
//!
//! The language is closed: no loop but `all`/`exists` over a list, no call but those listed in
//! `compile`, a bounded length, a bounded number of steps. An expression must never fail loudly: what
//! cannot be said (a comparison with an empty field, a division by zero) is [`Truth::Unknown`], and
//! unknown never accuses anybody.

mod compile;
mod eval;
mod node;

pub use compile::Env;
pub use eval::{Ctx, Truth};

/// Longest expression, in bytes.
const MOST_BYTES: usize = 2_000;
/// Most brackets inside one another: the parser's time grows steeply with each.
const MOST_DEPTH: usize = 10;
/// Most operators, points and brackets of an expression.
const MOST_SIGNS: usize = 250;
/// Steps one evaluation may take.
const MOST_STEPS: u32 = 200_000;

/// A compiled condition.
#[derive(Debug)]
pub struct Expr {
    source: String,
    root: node::Node,
    uses: Vec<usize>,
    asks_world: bool,
}

impl Expr {
    /// Compiles a condition that must be true or false. The errors are plain sentences.
    pub fn condition(source: &str, env: &Env<'_>) -> Result<Self, Vec<String>> {
        compile::condition(source, env)
    }

    /// As written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The fields of the record it reads, ascending.
    pub fn uses(&self) -> &[usize] {
        &self.uses
    }

    /// Whether it looks at other records.
    pub const fn asks_world(&self) -> bool {
        self.asks_world
    }

    /// Whether it holds.
    pub fn holds(&self, ctx: &Ctx<'_>) -> Truth {
        eval::holds(&self.root, ctx)
    }
}
