//! Values to markup: plain functions that draw a page and its pieces. Nothing here reads the store,
//! handles a request or decides what a person may see; whatever is given is shown.
//!
//! No inline script or style is ever written (the content security policy refuses both), and text is
//! only put on a page through `html!`, which escapes it.

pub mod assets;
mod conflict;
pub mod fields;
pub mod form;
mod history;
pub mod link;
mod pages;
mod phrases;
mod rows;
mod shell;
mod show;
mod table;
pub mod words;

pub use conflict::{Conflict, Difference, conflict};
pub use fields::{Choice, Control, Field, Message, field};
pub use form::{Action, Form, Method, form, fieldset, problems_summary};
pub use history::{Change, Event, history};
pub use link::Link;
pub use maud::{Markup, html};
pub use pages::{Home, LoginForm, Task, Tile, error_page, home, login};
pub use rows::{Rows, RowsColumn};
pub use shell::{Crumb, Nav, Notice, Shell, page};
pub use show::{
    Fact, Found, Masked, Tab, Tone, anchors, badge, beside, date, empty, facts, found_list, masked, notice, number, panel, tabs,
    warnings,
};
pub use table::{Column, Facet, FacetItem, Pager, Row, Shape, Sorted, Table, Total, facets, pager, table};
