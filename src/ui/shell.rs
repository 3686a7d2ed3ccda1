//! The frame of every page: header with the one search box, menu, footer. It shows what it is given
//! and decides nothing.

use super::icon::{Icon, icon};
use super::show::{Tone, date};
use super::{assets, words};
use crate::actor::Actor;
use jiff::civil::Date;
use maud::{DOCTYPE, Markup, html};

/// What surrounds a page's body. Fill what is known, the rest by `..Shell::default()`.
#[derive(Clone, Debug, Default)]
pub struct Shell<'a> {
    /// Who is signed in; without, there is no search box and no menu.
    pub actor: Option<&'a Actor>,
    /// The name of the actor's unit.
    pub unit: String,
    /// The system's name: "CSDL giáo dục Hải Phòng".
    pub system: String,
    /// The page's title, its only `h1`.
    pub title: String,
    /// Beside the title: badges.
    pub badges: Option<Markup>,
    /// Under the title, one line.
    pub lead: Option<Markup>,
    /// To the right of the title: buttons.
    pub tools: Option<Markup>,
    /// The way to this page, without the page itself; "Trang chủ" is put in front.
    pub crumbs: Vec<Crumb>,
    /// What stands in the search box.
    pub query: String,
    /// The main menu.
    pub nav: Vec<Nav>,
    /// Messages above the body.
    pub notices: Vec<Notice>,
    /// Today in Việt Nam; shown in the footer with the school year.
    pub today: Option<Date>,
    /// How large this person wants the letters.
    pub letters: Letters,
    /// The path of this page, to come back to.
    pub path: String,
}

/// How large the letters are: a choice of each person's browser, kept in a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Letters {
    /// As the sheet has them.
    #[default]
    Normal,
    /// An eighth larger.
    Large,
    /// A third larger.
    Larger,
}

impl Letters {
    /// All sizes.
    pub const ALL: [Self; 3] = [Self::Normal, Self::Large, Self::Larger];

    /// As the cookie and the form say it.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Large => "large",
            Self::Larger => "larger",
        }
    }

    /// The size written so; anything else is the normal one.
    pub fn from_key(key: &str) -> Self {
        Self::ALL.into_iter().find(|l| l.key() == key).unwrap_or_default()
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Normal => words::LETTERS_NORMAL,
            Self::Large => words::LETTERS_LARGE,
            Self::Larger => words::LETTERS_LARGER,
        }
    }
}

/// One step of the way to a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crumb {
    /// As shown.
    pub label: String,
    /// Where it leads.
    pub href: String,
}

impl Crumb {
    /// A step.
    pub fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), href: href.into() }
    }
}

/// One entry of the main menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nav {
    /// As shown.
    pub label: String,
    /// Where it leads.
    pub href: String,
    /// Whether the page belongs to it.
    pub here: bool,
    /// Drawn before it.
    pub icon: Option<Icon>,
}

impl Nav {
    /// An entry, marked if `path` is its page or lies under it.
    pub fn new(label: impl Into<String>, href: impl Into<String>, path: &str) -> Self {
        let href = href.into();
        let under = path.strip_prefix(href.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        Self { label: label.into(), here: path == href || (href != "/" && under), href, icon: None }
    }

    /// With a drawing before it.
    #[must_use]
    pub const fn with(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }
}

/// A message above the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its colour and sign.
    pub tone: Tone,
    /// One or two sentences.
    pub text: String,
    /// A link after the text: words and address.
    pub link: Option<(String, String)>,
}

impl Notice {
    /// A message without a link.
    pub fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self { tone, text: text.into(), link: None }
    }

    /// With a link after it.
    #[must_use]
    pub fn link(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.link = Some((label.into(), href.into()));
        self
    }
}

/// A whole page.
pub fn page(shell: &Shell<'_>, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="vi" class=[(shell.letters != Letters::Normal).then(|| shell.letters.key())] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex, nofollow";
                title { (shell.title) @if !shell.system.is_empty() { " – " (shell.system) } }
                link rel="icon" href=(assets::url("mark.svg")) type="image/svg+xml";
                link rel="stylesheet" href=(assets::url("normalize.css"));
                link rel="stylesheet" href=(assets::url("app.css"));
                script src=(assets::url("app.js")) defer {}
            }
            body.signed-out[shell.actor.is_none()] {
                a.skip href="#main" { (words::SKIP) }
                (header(shell))
                main #main tabindex="-1" {
                    @if shell.actor.is_some() && !shell.crumbs.is_empty() { (crumbs(&shell.crumbs)) }
                    div.heading {
                        div {
                            h1 { (shell.title) @if let Some(badges) = &shell.badges { " " (badges) } }
                            @if let Some(lead) = &shell.lead { p.lead { (lead) } }
                        }
                        @if let Some(tools) = &shell.tools { div.tools { (tools) } }
                    }
                    div.notice.warn.offline role="status" hidden { p { (icon(Icon::Offline)) " " (words::OFFLINE) } }
                    @for item in &shell.notices { (notice_bar(item)) }
                    (body)
                }
                (footer(shell))
            }
        }
    }
}

fn header(shell: &Shell<'_>) -> Markup {
    html! {
        header.top {
            div.bar {
                a.brand href="/" {
                    img src=(assets::url("mark.svg")) alt="" width="28" height="28";
                    span { (shell.system) }
                }
                @if let Some(actor) = shell.actor {
                    form.search role="search" action="/search" method="get" data-suggest="/search/suggest" {
                        label.vh for="q" { (words::SEARCH_ALL) }
                        input #q type="search" name="q" value=(shell.query) placeholder=(words::SEARCH_HINT)
                            autocomplete="off" spellcheck="false" maxlength="200" aria-keyshortcuts="/";
                        button { (icon(Icon::Search)) " " (words::SEARCH) }
                    }
                    (user_menu(actor, shell))
                }
            }
            @if !shell.nav.is_empty() {
                nav.menu aria-label=(words::MENU) {
                    ul { @for item in &shell.nav {
                        li { a href=(item.href) aria-current=[item.here.then_some("page")] {
                            @if let Some(drawing) = item.icon { (icon(drawing)) " " }
                            (item.label)
                        } }
                    } }
                }
            }
        }
    }
}

fn user_menu(actor: &Actor, shell: &Shell<'_>) -> Markup {
    let unit = &shell.unit;
    html! {
        details.user {
            summary { span.name { (actor.name) } span.short { (words::ACCOUNT_SHORT) } span.unit { (unit) } }
            div.drop {
                p { strong { (actor.name) } br; (words::role(actor.role)) @if !unit.is_empty() { br; (unit) } }
                a href="/account" { (icon(Icon::Person)) " " (words::ACCOUNT) }
                form.letters action="/letters" method="post" aria-label=(words::LETTERS) {
                    span { (icon(Icon::Letters)) " " (words::LETTERS) }
                    input type="hidden" name="next" value=(shell.path);
                    @for size in Letters::ALL {
                        button.small name="size" value=(size.key()) aria-pressed=(size == shell.letters) { (size.label()) }
                    }
                }
                form action="/logout" method="post" { button.link { (icon(Icon::Leave)) " " (words::SIGN_OUT) } }
            }
        }
    }
}

fn crumbs(steps: &[Crumb]) -> Markup {
    html! {
        nav.crumbs aria-label=(words::CRUMBS) {
            ol {
                li { a href="/" { (words::HOME) } }
                @for step in steps { li { a href=(step.href) { (step.label) } } }
            }
        }
    }
}

fn notice_bar(item: &Notice) -> Markup {
    html! {
        div.notice.(item.tone.class()) role=(if item.tone == Tone::Bad { "alert" } else { "status" }) {
            p { (tone_icon(item.tone)) (item.text) @if let Some((label, href)) = &item.link { " " a href=(href) { (label) } } }
        }
    }
}

fn tone_icon(tone: Tone) -> Markup {
    let drawing = match tone {
        Tone::Plain => return html! {},
        Tone::Info => Icon::Info,
        Tone::Good => Icon::Good,
        Tone::Warn => Icon::Warn,
        Tone::Bad => Icon::Bad,
    };
    html! { (icon(drawing)) " " }
}

fn footer(shell: &Shell<'_>) -> Markup {
    html! {
        footer.foot {
            p {
                (shell.system)
                @if let Some(today) = shell.today { " · " (words::TODAY) " " (date(today)) ", " (words::school_year(today)) }
            }
            ul {
                // Nobody else is let in there.
                @if shell.actor.is_some() {
                    li { a href="/help" { (words::HELP_TITLE) } }
                    li { a href="/dictionary" { (words::DICTIONARY) } }
                }
                li { (words::VERSION) " " (env!("CARGO_PKG_VERSION")) }
            }
        }
    }
}
