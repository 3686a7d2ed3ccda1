//! The icons of the pages: drawings of Lucide, kept in one file (`assets/icons.svg`) that a browser
//! fetches once. An icon stands beside words and never instead of them, so it is hidden from those who
//! listen. Adding one: a line here, then `packaging/icons`.

use super::assets;
use maud::{Markup, html};

macro_rules! icons {
    ($($(#[$doc:meta])* $name:ident $file:literal;)*) => {
        /// One drawing.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Icon { $($(#[$doc])* $name,)* }

        impl Icon {
            /// All icons.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Its name in Lucide and in `assets/icons.svg`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $file,)* }
            }
        }
    };
}

icons! {
    /// The first page.
    Home "house";
    /// Learners.
    Learners "graduation-cap";
    /// Classes.
    Classes "presentation";
    /// Staff.
    Staff "users";
    /// Kinds of record.
    Records "layers";
    /// Units.
    Units "network";
    /// Accounts.
    Accounts "key-round";
    /// Searching.
    Search "search";
    /// To add.
    Add "plus";
    /// To edit.
    Edit "pencil";
    /// To print.
    Print "printer";
    /// What was done.
    History "history";
    /// To open what is masked.
    Open "eye";
    /// The size of letters.
    Letters "a-large-small";
    /// Leaving.
    Leave "log-out";
    /// One's own account.
    Person "user-round";
    /// Worth knowing.
    Info "info";
    /// Done, right.
    Good "circle-check";
    /// Look again.
    Warn "triangle-alert";
    /// Wrong.
    Bad "circle-alert";
    /// No connection.
    Offline "wifi-off";
    /// A list.
    List "list";
    /// Nothing there.
    Empty "inbox";
    /// Help.
    Help "circle-question-mark";
    /// Backups.
    Backup "archive-restore";
    /// How the server is.
    Health "activity";
    /// Reports and figures.
    Figures "chart-column";
    /// To take a file away.
    Download "download";
    /// To bring a file in.
    Upload "upload";
}

/// The drawing, as large as the letters beside it, in their colour.
pub fn icon(icon: Icon) -> Markup {
    let href = format!("{}#{}", assets::url("icons.svg"), icon.name());
    html! { svg.icon aria-hidden="true" focusable="false" { use href=(href) {} } }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn every_icon_is_drawn_and_no_other() {
        let file = String::from_utf8(assets::get("icons.svg").unwrap().plain.clone()).unwrap();
        let drawn: Vec<&str> = file.split("<symbol id=\"").skip(1).filter_map(|s| s.split('"').next()).collect();
        let named: Vec<&str> = Icon::ALL.iter().map(|i| i.name()).collect();
        assert_eq!(drawn, named, "run packaging/icons");
        assert!(assets::get("lucide.LICENSE.txt").is_some());
    }
}
