//! The first page: one form, of which only the province and its administrator must be filled in.

use super::Setup;
use super::order::{Done, NAME_MAX, Order, files, words_of, wrong_list};
use super::wrong::Wrong;
use crate::clock::Clock;
use crate::config::{Asked, AskedBackup, Config, Mail, MailTls, TlsMode};
use crate::error::{Error, Problem, Result};
use crate::exchange::refusals::Refusal;
use crate::exchange::{Report, reader};
use crate::http::{Pairs, SentFile};
use crate::ui::{self, Action, Choice, Control, Field, Markup, Shell, html, words};
use crate::{install, password};
use std::path::PathBuf;

/// So many refusals of a list are told.
const REFUSALS_TOLD: usize = 20;
/// What a browser offers as a list.
const LISTS: &str = ".xlsx,.xls,.ods,.csv";
/// What is posted to have the rest of a list without what can't be taken.
const SKIP: &str = "skip";
const LINE_MAX: usize = 200;

/// The order a form holds. A file that was sent comes before one that was chosen.
pub(super) fn order(setup: &Setup, form: &Pairs, file: Option<&SentFile>) -> Order {
    let lines = |name: &str| {
        let parts = form.get(name).split([',', ';', '\n', ' ', '\r', '\t']);
        parts.map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>()
    };
    let line = |name: &str| form.get(name).trim().to_owned();
    let mail = (form.get("mail") == "now").then(|| Mail {
        host: line("mail_host"),
        port: line("mail_port").parse().ok(),
        tls: match form.get("mail_tls") {
            "starttls" => MailTls::Starttls,
            "none" => MailTls::None,
            _ => MailTls::Tls,
        },
        ca_file: None,
        from: line("mail_from"),
        to: lines("mail_to"),
        login: line("mail_login"),
        password_file: None,
        url: None,
        give_up_days: 3,
    });
    let target = line("target");
    // Only a name of the list: nobody reads other files through this page.
    let units = files(&setup.0.config.data).unwrap_or_default();
    let chosen = units.into_iter().find(|file| file.file_name().and_then(|n| n.to_str()) == Some(form.get("units")));
    let gone = || (!form.get("units").is_empty()).then(PathBuf::new);
    Order {
        province: line("province"),
        login: line("login"),
        name: line("name"),
        password: Some(form.get("new_password").to_owned()),
        units: file.map(SentFile::path).or_else(|| chosen.or_else(gone)),
        take_rest: form.get("rest") == SKIP,
        year: None,
        asked: Asked {
            no_mail: form.get("mail") == "never",
            backup: AskedBackup {
                recipients: lines("recipients"),
                targets: if target.is_empty() { Vec::new() } else { vec![target.into()] },
            },
            mail,
        },
        mail_password: form.get("mail_password").to_owned(),
    }
}

/// Everything that is wrong with a form. Whoever has not the code learns nothing else: what is looked at
/// lies on the server.
pub(super) fn problems(setup: &Setup, form: &Pairs, order: &Order, sent: bool) -> Result<Vec<Problem>> {
    let mut out = Vec::new();
    let mut wrong = |field: &str, text: &str| out.push(Problem::error(field, "setup", text));
    if !setup.has_code(form) {
        wrong("code", words::SETUP_CODE_WRONG);
        return Ok(out);
    }
    if form.get("again") != form.get("new_password") {
        wrong("again", words::SETUP_AGAIN_WRONG);
    }
    if let Err(Error::Invalid(more)) = password::check_new(form.get("new_password"), &order.login, &order.name) {
        out.extend(more);
    }
    let mut more = order.wrong(&setup.0.config, &setup.0.spec);
    if let Some(file) = order.units.as_ref().filter(|file| file.is_file()) {
        more.extend(wrong_list(&setup.0.spec, file)?);
    }
    out.extend(more.iter().map(|wrong| at_its_field(wrong, sent)));
    Ok(out)
}

/// As the page says it; what is wrong with a list stands where it was chosen.
pub(super) fn at_its_field(wrong: &Wrong, sent: bool) -> Problem {
    let mut problem = wrong.problem();
    if sent && problem.field == "units" {
        problem.field = "file".into();
    }
    problem
}

/// A list of which cells or rows can't be taken.
pub(super) fn refused(report: &Report, sent: bool) -> Problem {
    at_its_field(&Wrong::List(words::setup_list_refused(report.refusals.len())), sent)
}

/// With a word at the fields no browser and no page keeps.
pub(super) fn with_what_is_typed_anew(mut problems: Vec<Problem>, form: &Pairs, sent: bool) -> Vec<Problem> {
    let mut again = |field: &str, text: &str| problems.push(Problem::warning(field, "again", text));
    again("new_password", words::SETUP_PASSWORD_ANEW);
    if sent {
        again("file", words::SETUP_FILE_ANEW);
    }
    if !form.get("mail_password").is_empty() {
        again("mail_password", words::SETUP_PASSWORD_ANEW);
    }
    problems
}

/// The form, with what was typed and what is wrong with it, and with what of a list can't be taken.
pub(super) fn markup(
    setup: &Setup,
    typed: &dyn Fn(&str) -> String,
    problems: &[Problem],
    refused: Option<&Report>,
) -> Result<Markup> {
    let must = |field: Field| field.required(true);
    let secret = |name: &str, label: &str| Field::new(name, label, Control::Password { new: true });
    let provinces = install::provinces(&setup.0.spec).into_iter().map(|(code, name)| Choice::new(code, name)).collect();
    let first = vec![
        must(Field::text("code", words::SETUP_CODE, 40).hint(words::SETUP_CODE_HINT)),
        must(Field::select("province", words::SETUP_PROVINCE, provinces).hint(words::SETUP_PROVINCE_HINT)),
        must(Field::text("name", words::SETUP_NAME, NAME_MAX)),
        must(Field::text("login", words::SETUP_LOGIN_LABEL, 64).hint(words::SETUP_LOGIN)),
        must(secret("new_password", words::SETUP_PASSWORD).hint(words::SETUP_PASSWORD_HINT)),
        must(secret("again", words::SETUP_AGAIN)),
    ];
    let units = list_fields(setup, refused.is_some() || !typed("rest").is_empty())?;
    let long = |name: &str, label: &str| Field::new(name, label, Control::LongText { max: Some(1000) });
    let backup = vec![
        long("recipients", words::SETUP_RECIPIENTS).hint(words::SETUP_RECIPIENTS_HINT),
        Field::text("target", words::SETUP_TARGET, LINE_MAX).hint(words::SETUP_TARGET_HINT).wide(),
    ];
    let choice = |pairs: &[(&str, &str)]| pairs.iter().map(|(v, l)| Choice::new(*v, *l)).collect::<Vec<_>>();
    let mail_ways = [("", words::SETUP_LATER), ("now", words::SETUP_MAIL_NOW), ("never", words::SETUP_MAIL_NEVER)];
    let tls_ways =
        [("", words::SETUP_MAIL_WRAPPED), ("starttls", words::SETUP_MAIL_STARTTLS), ("none", words::SETUP_MAIL_OPEN)];
    let mail = vec![
        Field::select("mail", words::SETUP_MAIL, choice(&mail_ways)).hint(words::SETUP_MAIL_HINT),
        Field::text("mail_to", words::SETUP_MAIL_TO, LINE_MAX).hint(words::SETUP_MAIL_TO_HINT),
        Field::text("mail_from", words::SETUP_MAIL_FROM, LINE_MAX),
        Field::text("mail_host", words::SETUP_MAIL_HOST, LINE_MAX).hint(words::SETUP_MAIL_HOST_HINT),
        Field::select("mail_tls", words::SETUP_MAIL_TLS, choice(&tls_ways)),
        Field::text("mail_port", words::SETUP_MAIL_PORT, 5).hint(words::SETUP_MAIL_PORT_HINT),
        Field::text("mail_login", words::SETUP_MAIL_LOGIN, LINE_MAX).hint(words::SETUP_MAIL_LOGIN_HINT),
        secret("mail_password", words::SETUP_MAIL_PASSWORD),
    ];
    let groups = [
        ("first", words::SETUP_FIRST, first),
        ("list", words::SETUP_UNITS_TITLE, units),
        ("backup", words::SETUP_BACKUP_TITLE, backup),
        ("letters", words::SETUP_MAIL_TITLE, mail),
    ]
    .map(|(id, title, fields)| {
        let filled = fields.into_iter().map(|field| {
            let value =
                if matches!(field.control, Control::Password { .. }) { String::new() } else { typed(&field.name) };
            field.value(value).problems(problems)
        });
        (id, title, filled.collect::<Vec<_>>())
    });
    let label =
        |name: &str| groups.iter().flat_map(|(.., fields)| fields).find(|f| f.name == name).map(|f| f.label.clone());
    // Told from the top of the page to its end.
    let place =
        |problem: &Problem| groups.iter().flat_map(|(.., fields)| fields).position(|field| field.name == problem.field);
    let mut told = problems.to_vec();
    told.sort_by_key(place);
    let frame = ui::Form {
        action: "/setup".into(),
        upload: true,
        actions: vec![Action::new(words::SETUP_DO)],
        ..ui::Form::default()
    };
    let template = html! { a href="/setup/template" download { (words::SETUP_TEMPLATE) } };
    let body = html! {
        (ui::problems_summary(&told, &label))
        (ui::form(&frame, html! {
            @for (id, title, fields) in &groups {
                @if *id == "list" {
                    (ui::panel(id, title, Some(template.clone()), html! {
                        div.fields { @for field in fields { (ui::field(field)) } }
                        @if let Some(report) = refused { (refusals(&report.refusals)) }
                    }))
                } @else { (ui::fieldset(id, title, fields)) }
            }
            @if setup.0.config.tls.mode == TlsMode::Off {
                (ui::panel("tls", words::SETUP_TLS_TITLE, None, html! { p { (words::SETUP_TLS_NOTE) } }))
            }
        }))
    };
    Ok(ui::page(&shell(words::SETUP_TITLE, Some(words::SETUP_LEAD.into())), body))
}

/// The list of schools: sent here, or lying on the server; and what is to become of a part that can't be taken.
fn list_fields(setup: &Setup, with_rest: bool) -> Result<Vec<Field>> {
    let choose = |name: &str, label: &str, choices| Field::select(name, label, choices).wide();
    let dir = setup.0.config.data.join(super::order::IMPORT).display().to_string();
    let most_mb = reader::Limits::default().file_bytes >> 20;
    let file = Field::new("file", words::SETUP_FILE, Control::File { accept: LISTS });
    let mut out = vec![file.hint(words::setup_file_hint(most_mb)).wide()];
    let names = files(&setup.0.config.data)?;
    if !names.is_empty() {
        let names = names.iter().filter_map(|f| f.file_name()?.to_str()).map(|name| Choice::new(name, name));
        let choices = [Choice::new("", words::SETUP_NO_FILE)].into_iter().chain(names).collect();
        out.push(choose("units", words::SETUP_UNITS, choices).hint(words::setup_units_hint(&dir)));
    }
    if with_rest {
        let ways = [Choice::new("", words::SETUP_REST_STOP), Choice::new(SKIP, words::SETUP_REST_SKIP)];
        out.push(choose("rest", words::SETUP_REST, ways.into()));
    }
    Ok(out)
}

/// Cells and rows of a list that can't be taken, from its top.
fn refusals(all: &[Refusal]) -> Markup {
    let mut sorted: Vec<&Refusal> = all.iter().collect();
    sorted.sort_by_key(|refusal| refusal.row);
    html! {
        ul.refusals {
            @for refusal in sorted.iter().take(REFUSALS_TOLD) { li { (words::setup_refusal(refusal.row, &refusal.column, &refusal.header, &refusal.value, &refusal.reason)) } }
            @if all.len() > REFUSALS_TOLD { li { (words::setup_refused_more(all.len() - REFUSALS_TOLD)) } }
        }
    }
}

/// Somebody else was faster.
pub(super) fn made_already() -> Markup {
    let body = ui::panel(
        "next",
        words::SETUP_ALREADY,
        None,
        html! {
            p { (words::SETUP_ALREADY_HINT) }
            p { a.button.primary href="/login" { (words::SETUP_SIGN_IN) } }
        },
    );
    ui::page(&shell(words::SETUP_DONE_TITLE, None), body)
}

/// What was done, and what is left.
pub(super) fn done(config: &Config, order: &Order, done: &Done) -> Markup {
    let lead = done.made.as_ref().map(|made| words::setup_done(&made.name, made.units));
    let words_of = words_of(&order.asked.backup.recipients);
    let left = [
        (order.units.is_none(), words::SETUP_NEXT_UNITS),
        (words_of.is_empty(), words::SETUP_NEXT_BACKUP),
        (!words_of.is_empty(), words::SETUP_NEXT_PROVE),
        (!words_of.is_empty() && order.asked.backup.targets.is_empty(), words::SETUP_NEXT_TARGET),
        (order.asked.mail.is_none() && !order.asked.no_mail, words::SETUP_NEXT_MAIL),
        (config.tls.mode == TlsMode::Off, words::SETUP_NEXT_TLS),
        (true, words::SETUP_NEXT_ACCOUNTS),
    ];
    let body = html! {
        @match &done.units {
            Some(Ok(report)) => (ui::panel("list", words::SETUP_UNITS_TAKEN, None, html! {
                ul {
                    @for (label, count) in &report.counts { li { (words::setup_counted(label, count.added, count.same)) } }
                    @if !report.refusals.is_empty() { li { (words::setup_refused(report.refusals.len())) } }
                }
                (refusals(&report.refusals))
            })),
            // A new province takes the list or is not made.
            Some(Err(_)) | None => {}
        }
        @if !words_of.is_empty() {
            (ui::panel("backup", words::SETUP_BACKUP_TAKEN, None, html! {
                p { (words::SETUP_WORDS) }
                ul { @for four in &words_of { li { code { (four) } } } }
            }))
        }
        (ui::panel("next", words::SETUP_NEXT, None, html! {
            ol { @for (_, step) in left.iter().filter(|(is_left, _)| *is_left) { li { (step) } } }
            p { a.button.primary href="/login" { (words::SETUP_SIGN_IN) } }
        }))
    };
    ui::page(&shell(words::SETUP_DONE_TITLE, lead), body)
}

fn shell(title: &str, lead: Option<String>) -> Shell<'static> {
    Shell {
        system: words::SYSTEM.into(),
        title: title.into(),
        lead: lead.map(|text| html! { (text) }),
        today: Some(Clock::system().today()),
        ..Shell::default()
    }
}
