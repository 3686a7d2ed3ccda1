//! Who acts, and how far they may see. Permission is a value one must hold: no read, search or write
//! of records exists that does not take an [`Actor`], and only signing in makes one.

use crate::id::{AccountId, UnitId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Who is written into the log beside a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// The account; 0 is the program itself.
    pub account: AccountId,
    /// The login as it was then.
    pub login: String,
}

impl Who {
    /// The program itself: start-up, migration, scheduled jobs.
    pub fn program() -> Self {
        Self { account: AccountId(0), login: "csdlgd".into() }
    }
}

/// The units a person may see or change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The whole province.
    All,
    /// These units, sorted.
    Units(Arc<[UnitId]>),
}

impl Scope {
    /// A scope of some units, in any order.
    pub fn of(mut units: Vec<UnitId>) -> Self {
        units.sort_unstable();
        units.dedup();
        Self::Units(units.into())
    }

    /// Nothing at all.
    pub fn none() -> Self {
        Self::Units(Arc::new([]))
    }

    /// Whether `unit` lies inside.
    pub fn has(&self, unit: UnitId) -> bool {
        match self {
            Self::All => true,
            Self::Units(units) => units.binary_search(&unit).is_ok(),
        }
    }
}

/// What an account is for. The tree of QĐ 121 Điều 4: Sở → Phòng (xã) → school → person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Administers the system at the Sở: units, accounts, everything.
    SystemAdmin,
    /// Officer of the Sở: sees and corrects the whole province.
    DepartmentOfficer,
    /// Administers a Phòng GDĐT or a commune's office: its schools' data and accounts.
    OfficeAdmin,
    /// Officer of a Phòng or commune: sees its schools.
    OfficeViewer,
    /// Head of a school: its data and its people's accounts.
    SchoolAdmin,
    /// Clerk of a school: its data.
    SchoolClerk,
    /// Teacher: reads the school's data.
    Teacher,
}

/// All roles, for lists and tests.
pub const ROLES: [Role; 7] = [
    Role::SystemAdmin,
    Role::DepartmentOfficer,
    Role::OfficeAdmin,
    Role::OfficeViewer,
    Role::SchoolAdmin,
    Role::SchoolClerk,
    Role::Teacher,
];

/// One thing a person may do inside their scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// Create, edit, restore, change state of records.
    Edit,
    /// Open masked fields (each opening is logged).
    OpenSensitive,
    /// Make, close and reset accounts below one's own unit.
    ManageAccounts,
    /// Create, merge, rename, close units.
    ManageUnits,
    /// See to backups: keys, targets, drills, media.
    ManageBackups,
    /// See to the system itself: how it is, its jobs, an announced outage, setting it up.
    ManageSystem,
    /// Read the change feed of the whole scope, and what concerns the system.
    ReadChanges,
}

impl Role {
    /// Whether this role may do that.
    pub fn may(self, right: Right) -> bool {
        use Role::{DepartmentOfficer, OfficeAdmin, OfficeViewer, SchoolAdmin, SchoolClerk, SystemAdmin};
        match right {
            Right::Edit => matches!(self, SystemAdmin | DepartmentOfficer | OfficeAdmin | SchoolAdmin | SchoolClerk),
            Right::OpenSensitive => {
                matches!(self, SystemAdmin | DepartmentOfficer | OfficeAdmin | OfficeViewer | SchoolAdmin | SchoolClerk)
            }
            Right::ManageAccounts => matches!(self, SystemAdmin | OfficeAdmin | SchoolAdmin),
            Right::ManageUnits | Right::ManageBackups | Right::ManageSystem => matches!(self, SystemAdmin),
            Right::ReadChanges => true,
        }
    }

    /// The key in spec, logs and files.
    pub fn key(self) -> &'static str {
        match self {
            Self::SystemAdmin => "system_admin",
            Self::DepartmentOfficer => "department_officer",
            Self::OfficeAdmin => "office_admin",
            Self::OfficeViewer => "office_viewer",
            Self::SchoolAdmin => "school_admin",
            Self::SchoolClerk => "school_clerk",
            Self::Teacher => "teacher",
        }
    }

    /// The role with that key.
    pub fn from_key(key: &str) -> Option<Self> {
        ROLES.into_iter().find(|r| r.key() == key)
    }
}

/// A signed-in person, as every operation needs it.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The account.
    pub account: AccountId,
    /// Its login.
    pub login: String,
    /// The person's name, for the page header.
    pub name: String,
    /// What the account is for.
    pub role: Role,
    /// The unit it belongs to.
    pub unit: UnitId,
    /// The units it covers.
    pub scope: Scope,
    /// Its unit is closed (a Phòng GDĐT after 30/6/2025): it still sees what was its own, and changes
    /// nothing.
    pub read_only: bool,
}

impl Actor {
    /// For the log.
    pub fn who(&self) -> Who {
        Who { account: self.account, login: self.login.clone() }
    }

    /// Whether the person may do that at all (scope is asked separately, of each record).
    pub fn may(&self, right: Right) -> bool {
        let reads = matches!(right, Right::OpenSensitive | Right::ReadChanges);
        self.role.may(right) && (reads || !self.read_only)
    }

    /// Refuses with a sentence that says who can.
    pub fn require(&self, right: Right) -> crate::error::Result<()> {
        if self.may(right) {
            return Ok(());
        }
        Err(crate::error::Error::Denied(denied(right).into()))
    }
}

/// Why an action is refused, and who can do it.
pub fn denied(right: Right) -> &'static str {
    match right {
        Right::Edit => "Tài khoản này chỉ được xem. Thầy/cô nhờ văn thư hoặc lãnh đạo đơn vị sửa giúp.",
        Right::OpenSensitive => "Tài khoản này không mở được thông tin nhạy cảm. Thầy/cô liên hệ lãnh đạo đơn vị.",
        Right::ManageAccounts => "Tài khoản này không quản lý tài khoản khác. Thầy/cô liên hệ quản trị của đơn vị.",
        Right::ManageUnits => "Chỉ quản trị của Sở thay đổi được cây đơn vị. Thầy/cô liên hệ Sở Giáo dục và Đào tạo.",
        Right::ManageBackups => "Chỉ quản trị của Sở xem được phần sao lưu. Thầy/cô liên hệ Sở Giáo dục và Đào tạo.",
        Right::ManageSystem => "Chỉ quản trị của Sở làm được việc này. Thầy/cô liên hệ Sở Giáo dục và Đào tạo.",
        Right::ReadChanges => "Tài khoản này không đọc được danh sách thay đổi.",
    }
}

/// Why a record that may be seen can't be changed.
pub const NOT_OWN_UNIT: &str =
    "Hồ sơ này hiện do đơn vị khác quản lý nên chỉ xem được. Thầy/cô liên hệ đơn vị đang quản lý để sửa.";
