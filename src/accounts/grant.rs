//! Who may give whom an account: QĐ 121 Điều 4 over the unit types of the spec. A unit's admin account
//! comes from above it; the accounts of its people come from the unit itself or from above. It must
//! never look at more than roles, types and the tree.

use crate::actor::{Actor, Right, Role};
use crate::id::UnitId;
use crate::spec::{Spec, UnitType};
use crate::tree::{Day, Tree, UnitState};

/// Roles that manage a unit's accounts or stand for its head.
const fn is_admin(role: Role) -> bool {
    matches!(role, Role::SystemAdmin | Role::OfficeAdmin | Role::SchoolAdmin)
}

/// How far up a role stands: smaller is higher.
const fn rank(role: Role) -> u8 {
    match role {
        Role::SystemAdmin => 0,
        Role::DepartmentOfficer => 1,
        Role::OfficeAdmin => 2,
        Role::OfficeViewer => 3,
        Role::SchoolAdmin => 4,
        Role::SchoolClerk => 5,
        Role::Teacher => 6,
    }
}

/// Whether accounts of this role belong at a unit of this type: the Sở's at the root and its offices,
/// an office's where levels are looked after, a school's where levels are taught.
pub fn role_fits(role: Role, unit_type: &UnitType) -> bool {
    let root = unit_type.may_stand_under.is_empty();
    let of_department = root || (unit_type.fields_of_duty && !unit_type.has_records);
    let teaches = !unit_type.levels.is_empty();
    let office = !root && !of_department && !unit_type.manages_levels.is_empty();
    match role {
        Role::SystemAdmin => root,
        Role::DepartmentOfficer => of_department,
        Role::OfficeAdmin | Role::OfficeViewer => office,
        Role::SchoolAdmin | Role::SchoolClerk | Role::Teacher => teaches,
    }
}

/// Whether this person gives, resets and closes accounts of `role` at `unit` (which must be in scope).
pub fn may_grant(spec: &Spec, tree: &Tree, day: Day, actor: &Actor, role: Role, unit: UnitId) -> bool {
    let type_of = |id| tree.get(id).and_then(|u| spec.unit_type(u.unit_type(day)));
    let (Some(own), Some(target)) = (type_of(actor.unit), type_of(unit)) else { return false };
    if !actor.may(Right::ManageAccounts)
        || !actor.scope.has(unit)
        || !role_fits(role, target)
        || rank(role) < rank(actor.role)
    {
        return false;
    }
    let Some(&own_at) = spec.unit_type_by_key.get(&own.key) else { return false };
    let root = own.may_stand_under.is_empty();
    if unit == actor.unit {
        // The Sở's own administrators; elsewhere a unit's admin account comes from above.
        return own.issues_use_accounts && (root || !is_admin(role));
    }
    target.admin_account_from.contains(&own_at)
}

/// The roles this person may give at a unit, highest first; none at a unit that has ended.
pub fn grantable(spec: &Spec, tree: &Tree, day: Day, actor: &Actor, unit: UnitId) -> Vec<Role> {
    let ended = tree.get(unit).is_none_or(|u| matches!(u.state(day), UnitState::Merged | UnitState::Dissolved));
    if ended {
        return Vec::new();
    }
    crate::actor::ROLES.into_iter().filter(|role| may_grant(spec, tree, day, actor, *role, unit)).collect()
}
