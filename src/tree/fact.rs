//! A unit and its dated facts.

use crate::error::{Error, Result};
use crate::id::UnitId;
use serde::{Deserialize, Serialize};

/// A day as the number of days since 1970-01-01.
pub type Day = i32;

/// A fact that holds from a first day to a last day, both included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dated<T> {
    /// First day; nothing: always.
    pub from: Option<Day>,
    /// Last day; nothing: still.
    pub to: Option<Day>,
    /// The decision that ordered it ("12/2025/QĐ-UBND"), or empty.
    pub decision: String,
    /// What holds.
    pub value: T,
}

impl<T> Dated<T> {
    /// A fact that holds from `from` on.
    pub fn since(from: Option<Day>, value: T) -> Self {
        Self { from, to: None, decision: String::new(), value }
    }

    /// Whether it holds on `day`.
    pub fn holds_on(&self, day: Day) -> bool {
        self.from.is_none_or(|f| f <= day) && self.to.is_none_or(|t| day <= t)
    }
}

/// Whether a unit works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitState {
    /// Decided, not yet open.
    Planned,
    /// Open.
    Active,
    /// Closed for a time.
    Suspended,
    /// Gone into another unit.
    Merged,
    /// Gone.
    Dissolved,
}

impl UnitState {
    /// All states.
    pub const ALL: [Self; 5] = [Self::Planned, Self::Active, Self::Suspended, Self::Merged, Self::Dissolved];

    /// The key in spec and API.
    pub fn key(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Merged => "merged",
            Self::Dissolved => "dissolved",
        }
    }

    /// As the page says it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Planned => "Dự kiến thành lập",
            Self::Active => "Đang hoạt động",
            Self::Suspended => "Tạm ngừng hoạt động",
            Self::Merged => "Đã sáp nhập",
            Self::Dissolved => "Đã giải thể",
        }
    }
}

/// The two parents a unit may have at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParentRole {
    /// Manages it: Sở, Phòng GDĐT, from 1/7/2025 UBND cấp xã.
    Administrative,
    /// Guides it professionally: Sở, Phòng GDĐT.
    Professional,
}

/// A code under one of the schemes that live side by side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// `moet` (mã trường), `gso` (mã đơn vị hành chính), `sign` (short sign of an office), ….
    pub scheme: String,
    /// Text, always: leading zeros stay.
    pub value: String,
}

/// What happened to a unit, for its story.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The day it took effect.
    pub day: Day,
    /// `founded`, `renamed`, `moved`, `levels_changed`, `recoded`, `merged_into`, `absorbed`, `split_from`,
    /// `split_into`, `suspended`, `reopened`, `dissolved`, `imported`.
    pub kind: String,
    /// The decision, or empty.
    pub decision: String,
    /// Other units it concerns.
    pub others: Vec<UnitId>,
}

/// A unit with all its facts, past and to come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// Permanent.
    pub id: UnitId,
    /// Names by date.
    pub names: Vec<Dated<String>>,
    /// Unit types (keys of `units.toml`) by date.
    pub types: Vec<Dated<String>>,
    /// Levels taught (keys: MN, TH, …) by date.
    pub levels: Vec<Dated<Vec<String>>>,
    /// Codes by scheme and date.
    pub codes: Vec<Dated<Code>>,
    /// Administrative parents by date.
    pub administrative: Vec<Dated<UnitId>>,
    /// Professional parents by date.
    pub professional: Vec<Dated<UnitId>>,
    /// States by date.
    pub states: Vec<Dated<UnitState>>,
    /// Its story, oldest first.
    pub events: Vec<Event>,
}
crate::stored_value!(Unit, 1);

/// What holds of a list of dated facts on a day.
fn on<T>(facts: &[Dated<T>], day: Day) -> Option<&T> {
    facts.iter().rev().find(|f| f.holds_on(day)).map(|f| &f.value)
}

/// As [`on`]; for a day outside all facts the nearest: the last that began before, or else the first.
fn on_or_near<T>(facts: &[Dated<T>], day: Day) -> Option<&T> {
    on(facts, day)
        .or_else(|| facts.iter().rev().find(|f| f.from.is_none_or(|from| from <= day)).map(|f| &f.value))
        .or_else(|| facts.first().map(|f| &f.value))
}

/// One change of facts from a day on.
#[derive(Clone, Debug)]
pub enum Change {
    /// A new name.
    Name(String),
    /// New levels.
    Levels(Vec<String>),
    /// Another parent; nothing: none from that day.
    Parent(ParentRole, Option<UnitId>),
    /// A code under its scheme.
    Code(Code),
    /// Another state.
    State(UnitState),
}

fn set_from<T: PartialEq>(facts: &mut Vec<Dated<T>>, day: Day, decision: &str, value: Option<T>) {
    // What was to begin later is replaced; what holds now ends the day before.
    facts.retain(|f| f.from.is_none_or(|from| from < day));
    for fact in facts.iter_mut() {
        if fact.to.is_none_or(|to| to >= day) {
            fact.to = Some(day - 1);
        }
    }
    if let Some(value) = value {
        facts.push(Dated { from: Some(day), to: None, decision: decision.to_owned(), value });
    }
}

impl Unit {
    /// A unit of one type with one name, since `from`.
    pub fn new(id: UnitId, unit_type: &str, name: &str, from: Option<Day>) -> Self {
        Self {
            id,
            names: vec![Dated::since(from, name.to_owned())],
            types: vec![Dated::since(from, unit_type.to_owned())],
            levels: Vec::new(),
            codes: Vec::new(),
            administrative: Vec::new(),
            professional: Vec::new(),
            states: vec![Dated::since(from, UnitState::Active)],
            events: Vec::new(),
        }
    }

    /// Its name on a day.
    pub fn name(&self, day: Day) -> &str {
        on_or_near(&self.names, day).map_or("", String::as_str)
    }

    /// Its type on a day.
    pub fn unit_type(&self, day: Day) -> &str {
        on_or_near(&self.types, day).map_or("", String::as_str)
    }

    /// The levels it teaches on a day.
    pub fn levels(&self, day: Day) -> &[String] {
        on_or_near(&self.levels, day).map_or(&[], Vec::as_slice)
    }

    /// Its state on a day.
    pub fn state(&self, day: Day) -> UnitState {
        on(&self.states, day).copied().unwrap_or_else(|| {
            if self.states.first().is_some_and(|s| s.from.is_some_and(|f| day < f)) {
                UnitState::Planned
            } else {
                UnitState::Dissolved
            }
        })
    }

    /// Whether it is open on a day.
    pub fn is_active(&self, day: Day) -> bool {
        self.state(day) == UnitState::Active
    }

    /// Its parent in a role on a day.
    pub fn parent(&self, role: ParentRole, day: Day) -> Option<UnitId> {
        on(self.parents(role), day).copied()
    }

    /// Its parents in a role, by date.
    pub fn parents(&self, role: ParentRole) -> &[Dated<UnitId>] {
        match role {
            ParentRole::Administrative => &self.administrative,
            ParentRole::Professional => &self.professional,
        }
    }

    /// Its code under `scheme` on a day, or the last it had.
    pub fn code(&self, scheme: &str, day: Day) -> Option<&str> {
        let of_scheme = || self.codes.iter().filter(|c| c.value.scheme == scheme);
        of_scheme().rev().find(|c| c.holds_on(day)).or_else(|| of_scheme().next_back()).map(|c| c.value.value.as_str())
    }

    /// The code a person would name it by: the ministry's, else the statistics office's, else its sign.
    pub fn main_code(&self, day: Day) -> &str {
        ["moet", "gso", "sign"].iter().find_map(|s| self.code(s, day)).unwrap_or("")
    }

    /// The last day it was open, if it is closed for good.
    pub fn closed_on(&self) -> Option<Day> {
        let last = self.states.last()?;
        matches!(last.value, UnitState::Merged | UnitState::Dissolved).then_some(last.from.unwrap_or(0) - 1)
    }

    /// Changes facts from `day` on, and tells it in the story.
    pub fn change(&mut self, day: Day, decision: &str, changes: &[Change], event: Event) -> Result<()> {
        for change in changes {
            match change {
                Change::Name(name) => {
                    if name.trim().is_empty() {
                        return Err(Error::invalid("name", "required", "Tên đơn vị không được để trống."));
                    }
                    set_from(&mut self.names, day, decision, Some(name.clone()));
                }
                Change::Levels(levels) => set_from(&mut self.levels, day, decision, Some(levels.clone())),
                Change::Parent(ParentRole::Administrative, parent) => {
                    set_from(&mut self.administrative, day, decision, *parent)
                }
                Change::Parent(ParentRole::Professional, parent) => {
                    set_from(&mut self.professional, day, decision, *parent)
                }
                Change::State(state) => set_from(&mut self.states, day, decision, Some(*state)),
                Change::Code(code) => {
                    let mut same: Vec<Dated<Code>> = Vec::new();
                    self.codes.retain(|c| {
                        let mine = c.value.scheme == code.scheme;
                        if mine {
                            same.push(c.clone());
                        }
                        !mine
                    });
                    set_from(&mut same, day, decision, Some(code.clone()));
                    self.codes.extend(same);
                }
            }
        }
        self.events.push(event);
        self.events.sort_by_key(|e| e.day);
        Ok(())
    }
}
