//! Values to markup: plain functions that draw a page and its pieces. Nothing here reads the store,
//! handles a request or decides what a person may see; whatever is given is shown.
//!
//! No inline script or style is ever written (the content security policy refuses both), and text is
//! only put on a page through `html!`, which escapes it.

mod ask;
pub mod assets;
mod branch;
pub mod chart;
mod conflict;
mod control;
pub mod fields;
pub mod form;
mod history;
pub mod icon;
pub mod link;
mod pages;
mod phrases;
mod qr;
mod rows;
mod shell;
mod show;
mod table;
pub mod words;

pub use ask::{Confirm, confirm, find, narrow};
pub use branch::{Branch, branches};
pub use conflict::{Conflict, Difference, conflict};
pub use control::field;
pub use fields::{Choice, Control, Field, Message};
pub use form::{Action, Form, Method, fieldset, form, problems_summary};
pub use history::{Change, Event, history};
pub use icon::{Icon, icon};
pub use link::Link;
pub use maud::{Markup, html};
pub use pages::{Home, LoginForm, Task, Tile, error_page, home, login, send_again, tile};
pub use qr::qr;
pub use rows::{Rows, RowsColumn};
pub use shell::{Crumb, Letters, Nav, Notice, Shell, page};
pub use show::{
    Fact, Found, Masked, Suggestion, Tab, Tone, anchors, badge, beside, date, empty, facts, found_list, masked, meter,
    notice, number, panel, secret, tabs, warnings,
};
pub use table::{Column, Facet, FacetItem, Pager, Row, Shape, Sorted, Table, Total, facets, pager, table};
