//! The forms of reforms: what each asks, and how what was typed becomes a [`Reform`]. They draw and
//! read; they decide nothing.

use super::choose::{self, Chosen};
use super::{day_typed, facts, shown};
use crate::app::App;
use crate::error::Problem;
use crate::http::Pairs;
use crate::id::UnitId;
use crate::sessions::Signed;
use crate::spec::UnitType;
use crate::tree::{Code, Day, ParentRole, Tree, Unit, date_of};
use crate::ui::{self, Choice, Control, Field, Markup, html, words};
use crate::units::admin::{GSO, MOET};
use crate::units::ops::NewUnit;
use crate::units::plan::{Reform, Step};
use std::sync::Arc;

/// What can be done to a unit that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Rename,
    Levels,
    Recode,
    Move,
    Merge,
    Suspend,
    Reopen,
    Dissolve,
}

/// In one merger so many further units may go along.
pub(super) const ALSO: [&str; 4] = ["also1", "also2", "also3", "also4"];

impl Act {
    pub(super) const ALL: [Self; 8] = [
        Self::Rename,
        Self::Move,
        Self::Levels,
        Self::Recode,
        Self::Merge,
        Self::Suspend,
        Self::Reopen,
        Self::Dissolve,
    ];

    /// As the address says it.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Rename => "rename",
            Self::Levels => "levels",
            Self::Recode => "code",
            Self::Move => "move",
            Self::Merge => "merge",
            Self::Suspend => "suspend",
            Self::Reopen => "reopen",
            Self::Dissolve => "dissolve",
        }
    }

    pub(super) fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|a| a.key() == key)
    }

    /// As the pages say it.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Rename => words::ACT_RENAME,
            Self::Levels => words::ACT_LEVELS,
            Self::Recode => words::ACT_RECODE,
            Self::Move => words::ACT_MOVE,
            Self::Merge => words::ACT_MERGE,
            Self::Suspend => words::ACT_SUSPEND,
            Self::Reopen => words::ACT_REOPEN,
            Self::Dissolve => words::ACT_DISSOLVE,
        }
    }

    /// Whether the unit ends by it.
    pub(super) fn ends(self) -> bool {
        matches!(self, Self::Merge | Self::Dissolve)
    }
}

/// A form of a reform: about a unit that is there, or founding one.
pub(super) struct Drawing<'a> {
    pub app: &'a App,
    pub signed: &'a Signed,
    pub tree: Arc<Tree>,
    /// The unit it is about; none when founding.
    pub unit: Option<(Act, Arc<Unit>)>,
    pub form: &'a Pairs,
    /// The field whose search button was pressed.
    pub look: &'a str,
    pub problems: &'a [Problem],
}

fn level_choices(app: &App, unit_type: Option<&UnitType>) -> Vec<Choice> {
    let covered = |at: usize| unit_type.is_none_or(|t| t.levels.has(at));
    app.spec
        .levels
        .iter()
        .enumerate()
        .filter(|(at, _)| covered(*at))
        .map(|(_, l)| Choice::new(l.key.clone(), l.label.clone()))
        .collect()
}

impl Drawing<'_> {
    fn unit_field(&self, name: &str, label: &str) -> Field {
        choose::field(&self.tree, self.signed, self.form, name, label, self.app.today(), self.look == name)
            .problems(self.problems)
    }

    fn text(&self, name: &str, label: &str, max: usize, usual: &str) -> Field {
        let value = if self.form.has(name) { self.form.get(name) } else { usual };
        Field::text(name, label, max).value(value).problems(self.problems)
    }

    fn levels(&self, unit_type: Option<&UnitType>, usual: &[String]) -> Field {
        let chosen = if self.form.has("levels") {
            self.form.all("levels").filter(|v| !v.is_empty()).map(str::to_owned).collect()
        } else {
            usual.to_vec()
        };
        Field::new("levels", words::LEVELS, Control::Many { options: level_choices(self.app, unit_type), chosen })
            .problems(self.problems)
    }

    /// The fields about what is to happen.
    pub(super) fn fields(&self) -> Markup {
        let day = self.app.today();
        let fields = match &self.unit {
            None => return self.founding(),
            Some((act, unit)) => match act {
                Act::Rename => vec![self.text("name", words::NEW_NAME, 200, unit.name(day)).required(true).wide()],
                Act::Levels => {
                    vec![self.levels(self.app.spec.unit_type(unit.unit_type(day)), unit.levels(day)).required(true)]
                }
                Act::Recode => {
                    let scheme = if self.form.has("scheme") { self.form.get("scheme") } else { MOET };
                    let schemes = words::CODE_SCHEMES.iter().map(|(k, label)| Choice::new(*k, *label)).collect();
                    vec![
                        Field::select("scheme", words::CODE_SCHEME, schemes)
                            .value(scheme)
                            .required(true)
                            .problems(self.problems),
                        self.text("code", words::NEW_CODE, 20, "").required(true).hint(words::NEW_CODE_HINT),
                    ]
                }
                Act::Move => {
                    let role = if self.form.has("role") { self.form.get("role") } else { "administrative" };
                    vec![
                        Field::select("role", words::PARENT_ROLE, super::role_choices(self.app))
                            .value(role)
                            .required(true)
                            .problems(self.problems),
                        self.unit_field("parent", words::NEW_PARENT),
                    ]
                }
                Act::Merge => {
                    let mut fields = vec![self.unit_field("into", words::MERGE_INTO).required(true)];
                    fields.extend(ALSO.iter().map(|name| self.unit_field(name, words::MERGE_ALSO)));
                    fields
                }
                Act::Suspend | Act::Reopen | Act::Dissolve => Vec::new(),
            },
        };
        html! { @if !fields.is_empty() { (ui::fieldset("what", words::WHAT_CHANGES, &fields)) } }
    }

    fn founding(&self) -> Markup {
        let types: Vec<Choice> = self
            .app
            .spec
            .unit_types
            .iter()
            .filter(|t| !t.may_stand_under.is_empty() && t.valid_on(self.app.clock.today()))
            .map(|t| Choice::new(t.key.clone(), t.label.clone()))
            .collect();
        let fields = vec![
            self.text("name", words::UNIT_NAME, 200, "").required(true).wide(),
            Field::select("type", words::UNIT_TYPE, types)
                .value(self.form.get("type"))
                .required(true)
                .problems(self.problems),
            self.text("code", words::UNIT_CODE, 20, "").hint(words::UNIT_CODE_HINT),
            self.levels(None, &[]).hint(words::LEVELS_HINT),
            self.unit_field("from", words::SPLIT_FROM).hint(words::SPLIT_FROM_HINT),
        ];
        let places = vec![
            self.unit_field("administrative", &facts::role_label(self.app, ParentRole::Administrative)).required(true),
            self.unit_field("professional", &facts::role_label(self.app, ParentRole::Professional)),
        ];
        html! {
            (ui::fieldset("what", words::THE_UNIT, &fields))
            (ui::fieldset("places", words::WHERE_IT_STANDS, &places))
        }
    }

    /// Day and decision, in every form.
    pub(super) fn basis(&self) -> Markup {
        let fields = [
            Field::new("day", words::EFFECTIVE_DAY, Control::Date)
                .value(self.form.get("day"))
                .required(true)
                .problems(self.problems),
            self.text("decision", words::DECISION_NUMBER, 100, "").required(true).hint(words::DECISION_HINT),
        ];
        ui::fieldset("basis", words::BASIS, &fields)
    }
}

/// What a form asks to be done; problems at the fields that can't be read.
pub(super) fn read(
    app: &App,
    signed: &Signed,
    tree: &Tree,
    unit: Option<(Act, UnitId)>,
    form: &Pairs,
) -> Result<Reform, Vec<Problem>> {
    let mut problems = Vec::new();
    let day = day_typed(form.get("day"));
    if day.is_none() {
        let (rule, message) = if form.get("day").trim().is_empty() {
            ("required", words::DAY_NEEDED)
        } else {
            ("date", words::DAY_UNCLEAR)
        };
        problems.push(Problem::error("day", rule, message));
    }
    let day = day.unwrap_or_else(|| app.today());
    let mut named = |name: &str, required: bool| match choose::chosen(tree, signed, form, name, app.today()) {
        Chosen::Unit(id) => Some(id),
        Chosen::None => {
            if required {
                problems.push(Problem::error(name, "required", words::UNIT_NEEDED));
            }
            None
        }
        Chosen::Unclear(found) => {
            let message = if found.is_empty() { words::NO_UNIT_FITS } else { words::WHICH_UNIT };
            problems.push(Problem::error(name, "ref", message));
            None
        }
    };
    let levels = || form.all("levels").filter(|v| !v.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let step = match unit {
        None => {
            let unit_type = form.get("type").to_owned();
            // A place's office is known by the statistics office's code, everything else by the ministry's.
            let place = app.spec.unit_type(&unit_type).is_some_and(|t| t.place.is_some());
            let scheme = if place { GSO } else { MOET };
            let code = crate::text::clean(form.get("code"));
            let new = NewUnit {
                name: form.get("name").to_owned(),
                unit_type,
                levels: levels(),
                codes: if code.is_empty() { Vec::new() } else { vec![(scheme.to_owned(), code)] },
                administrative: named("administrative", true),
                professional: named("professional", false),
                founded: Some(day),
                decision: crate::text::clean(form.get("decision")),
            };
            Step::Found(Box::new(new), named("from", false))
        }
        Some((Act::Rename, id)) => Step::Rename(id, form.get("name").to_owned()),
        Some((Act::Levels, id)) => Step::Levels(id, levels()),
        Some((Act::Recode, id)) => Step::Recode(
            id,
            Code { scheme: form.get("scheme").to_owned(), value: crate::text::clean(form.get("code")) },
        ),
        Some((Act::Move, id)) if form.get("role") == "professional" => {
            Step::Move(id, ParentRole::Professional, named("parent", false))
        }
        Some((Act::Move, id)) => Step::Move(id, ParentRole::Administrative, named("parent", true)),
        Some((Act::Merge, id)) => {
            let into = named("into", true).unwrap_or(id);
            let mut from = vec![id];
            for also in ALSO.iter().filter_map(|name| named(name, false)) {
                if !from.contains(&also) {
                    from.push(also);
                }
            }
            Step::Merge { from, into }
        }
        Some((Act::Suspend, id)) => Step::Suspend(id),
        Some((Act::Reopen, id)) => Step::Reopen(id),
        Some((Act::Dissolve, id)) => Step::Dissolve(id),
    };
    if let Step::Recode(_, code) = &step
        && !words::CODE_SCHEMES.iter().any(|(k, _)| *k == code.scheme)
    {
        problems.push(Problem::error("scheme", "code", words::UNKNOWN_SCHEME));
    }
    if problems.is_empty() {
        Ok(Reform { day, decision: form.get("decision").to_owned(), step })
    } else {
        Err(problems)
    }
}

/// The names of a form's fields, for the summary of what is wrong.
pub(super) fn label_of(app: &App, name: &str) -> Option<String> {
    Some(match name {
        "name" => words::UNIT_NAME.into(),
        "type" => words::UNIT_TYPE.into(),
        "code" => words::CODE.into(),
        "scheme" => words::CODE_SCHEME.into(),
        "levels" => words::LEVELS.into(),
        "administrative" => facts::role_label(app, ParentRole::Administrative),
        "professional" => facts::role_label(app, ParentRole::Professional),
        "parent" => words::NEW_PARENT.into(),
        "into" => words::MERGE_INTO.into(),
        "from" => words::SPLIT_FROM.into(),
        "day" => words::EFFECTIVE_DAY.into(),
        "decision" => words::DECISION_NUMBER.into(),
        _ if ALSO.contains(&name) => words::MERGE_ALSO.into(),
        _ => return None,
    })
}

/// The day a form's consequences are described for.
pub(super) fn when(reform: &Reform) -> String {
    shown(reform.day)
}

/// Whether the reform takes effect later than today.
pub(super) fn is_later(app: &App, reform: &Reform) -> bool {
    let today: Day = app.today();
    date_of(reform.day) > date_of(today)
}
