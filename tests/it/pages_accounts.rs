//! Accounts given down the tree: who may give whom what, passwords shown once, sessions that end.

use crate::support::{LOGINS, PASSWORD, Place, Province};
use csdlgd::accounts::store;
use csdlgd::actor::Role;
use csdlgd::id::AccountId;

fn id_of(p: &Province, login: &str) -> AccountId {
    p.app.db.read(|tx| Ok(store::by_login(tx, login)?.unwrap().id)).unwrap()
}

/// Gives an account through the form; the status tells whether it was given.
fn grant(p: &Province, cookie: &str, login: &str, role: Role, place: Place) -> crate::support::Answer {
    let unit = p.unit(place).to_string();
    p.post(
        cookie,
        "/accounts/new",
        &[("_key", &p.key()), ("unit", &unit), ("role", role.key()), ("name", "Trần Thị Mới"), ("login", login)],
    )
}

#[test]
fn accounts_are_given_down_the_tree_only() {
    use Place::{Commune, Elsewhere, High, Neighbour, School, So};
    use Role::{DepartmentOfficer, OfficeAdmin, OfficeViewer, SchoolAdmin, SchoolClerk, SystemAdmin, Teacher};
    let p = Province::new();
    let cases: [(&str, Role, Place, u16); 25] = [
        ("so.admin", SystemAdmin, So, 200),
        ("so.admin", DepartmentOfficer, So, 200),
        ("so.admin", OfficeAdmin, Commune, 200),
        ("so.admin", SchoolAdmin, High, 200),
        ("so.admin", SchoolClerk, School, 200),
        // A role that does not belong there, and a unit that has ended.
        ("so.admin", OfficeAdmin, So, 422),
        ("so.admin", SchoolAdmin, Commune, 422),
        ("so.admin", SystemAdmin, School, 422),
        ("so.admin", OfficeAdmin, Place::District, 422),
        // The commune's office: its schools, and its own people but not its own administrators.
        ("xa.admin", SchoolAdmin, School, 200),
        ("xa.admin", Teacher, Neighbour, 200),
        ("xa.admin", OfficeViewer, Commune, 200),
        ("xa.admin", OfficeAdmin, Commune, 422),
        ("xa.admin", SchoolAdmin, Elsewhere, 404),
        ("xa.admin", SystemAdmin, So, 404),
        ("xa.admin", SchoolAdmin, High, 404),
        // A school's head: the school's people.
        ("truong.ht", SchoolClerk, School, 200),
        ("truong.ht", Teacher, School, 200),
        ("truong.ht", SchoolAdmin, School, 422),
        ("truong.ht", Teacher, Neighbour, 404),
        ("truong.ht", OfficeViewer, Commune, 404),
        // Nobody else.
        ("truong.vt", Teacher, School, 403),
        ("xa.xem", SchoolClerk, School, 403),
        ("so.chuyenvien", SchoolClerk, School, 403),
        ("phong.admin", Teacher, School, 403),
    ];
    for (n, (login, role, place, status)) in cases.into_iter().enumerate() {
        let cookie = p.sign_in(login);
        let answer = grant(&p, &cookie, &format!("moi.{n}"), role, place);
        assert_eq!(answer.status.as_u16(), status, "{login} gives {role:?} at {place:?}: {}", answer.text());
        let made = p.app.db.read(|tx| store::by_login(tx, &format!("moi.{n}"))).unwrap();
        assert_eq!(made.is_some(), status == 200);
        if let Some(account) = made {
            assert_eq!((account.unit, account.role, account.must_change), (p.unit(place), role, true));
        }
    }
}

/// The password on a slip.
fn password_on(page: &crate::support::Answer) -> String {
    let at = page.body.find("Mật khẩu lần đầu").unwrap();
    let rest = &page.body[at..];
    let from = rest.find("<code").unwrap();
    let rest = &rest[from..];
    rest[rest.find('>').unwrap() + 1..rest.find("</code>").unwrap()].to_owned()
}

#[test]
fn a_password_is_shown_once_and_must_be_changed() {
    let p = Province::new();
    let head = p.sign_in("truong.ht");
    let key = p.get(&head, "/accounts/new").is(200).input("_key");
    let unit = p.school.to_string();
    let fields = [
        ("_key", key.as_str()),
        ("unit", &unit),
        ("role", "school_clerk"),
        ("name", "  Lê   Văn Tám "),
        ("login", " Le.Van-Tam "),
    ];
    let slip = p.post(&head, "/accounts/new", &fields).is(200);
    slip.says("Lê Văn Tám").says("le.van-tam").says("Mật khẩu chỉ hiện một lần");
    let password = password_on(&slip);
    assert!(slip.headers.get("cache-control").unwrap().to_str().unwrap().contains("no-store"));
    // Sent again: nothing is made, nothing is shown.
    let again = p.post(&head, "/accounts/new", &fields).is(200);
    again.says("Việc này đã làm xong trước đó").hides(&password);
    // The same login is never given twice, not even by somebody else, not even in capitals.
    let admin = p.sign_in("so.admin");
    grant(&p, &admin, "LE.VAN-TAM", Role::SchoolClerk, Place::High).is(422).says("đã có người dùng");
    grant(&p, &admin, "á b", Role::SchoolClerk, Place::High).is(422).says("3–64 ký tự");
    // The first sign-in leads to a new password before anything else.
    let cookie = sign_in_with(&p, "le.van-tam", &password).unwrap();
    assert_eq!(p.get(&cookie, "/").is(303).location(), "/account");
    p.get(&cookie, "/records").is(403);
    p.get(&cookie, "/account").is(200).says("đổi mật khẩu");
    let id = id_of(&p, "le.van-tam");
    p.get(&head, &format!("/accounts/{id}"))
        .is(200)
        .says("Chưa đổi mật khẩu lần đầu")
        .says("Cấp tài khoản, truong.ht")
        .hides(&password);
}

fn sign_in_with(p: &Province, login: &str, password: &str) -> Option<String> {
    let answer = p.post("", "/login", &[("login", login), ("password", password)]);
    let set = answer.headers.get("set-cookie")?.to_str().unwrap();
    Some(set.split(';').next().unwrap().to_owned())
}

#[test]
fn reset_and_close_end_sessions_at_once() {
    let p = Province::new();
    let head = p.sign_in("truong.ht");
    let clerk = p.sign_in("truong.vt");
    let token = p.token("truong.vt");
    let id = id_of(&p, "truong.vt");
    let page = |act: &str| format!("/accounts/{id}{act}");
    p.get(&clerk, "/").is(200);
    assert!(csdlgd::sessions::ops::by_bearer(&p.app, &token).is_ok());
    // A new password: the old one and the open session are gone.
    let slip = p.post(&head, &page("/reset"), &[("_key", "r1")]).is(200);
    let password = password_on(&slip);
    p.get(&clerk, "/").is(303);
    assert!(sign_in_with(&p, "truong.vt", PASSWORD).is_none());
    p.clock.advance(10_000);
    let clerk = sign_in_with(&p, "truong.vt", &password).unwrap();
    p.get(&clerk, "/account").is(200);
    p.post(&head, &page("/reset"), &[("_key", "r1")]).is(200).says("đã làm xong trước đó");
    p.get(&clerk, "/account").is(200);
    // Closed: with a reason, at once, tokens too, and nobody signs in.
    p.post(&head, &page("/close"), &[("_key", "c1")]).is(422).says("chọn lý do");
    p.post(&head, &page("/close"), &[("_key", "c1"), ("reason", "moved")]).is(303);
    p.get(&clerk, "/account").is(303);
    assert!(csdlgd::sessions::ops::by_bearer(&p.app, &token).is_err());
    p.clock.advance(10_000);
    assert!(sign_in_with(&p, "truong.vt", &password).is_none());
    p.get(&head, &page("")).is(200).says("Đã đóng").says("Đóng tài khoản, truong.ht (Chuyển công tác)");
    p.get(&head, "/accounts?state=closed").is(200).says("truong.vt");
    p.post(&head, &page("/reset"), &[("_key", "r2")]).is(400).says("đã đóng");
    // Opened again, with a password of its own.
    let slip = p.post(&head, &page("/reopen"), &[("_key", "o1")]).is(200);
    p.clock.advance(10_000);
    assert!(sign_in_with(&p, "truong.vt", &password_on(&slip)).is_some());
    // Each step stands in the log, with the account's unit.
    let actions: Vec<(String, u32)> = p
        .app
        .db
        .read(|tx| csdlgd::store::history::versions(tx, &store::key(id), 9))
        .unwrap()
        .into_iter()
        .map(|v| (v.entry.action, v.entry.unit.0))
        .collect();
    let unit = p.school.0;
    let expected = ["account.reopen", "account.close", "account.reset"].map(|a| (a.to_owned(), unit));
    assert_eq!(actions[..3], expected);
}

#[test]
fn nobody_closes_themselves_or_those_above() {
    let p = Province::new();
    let close = |login: &str, other: &str| {
        let cookie = p.sign_in(login);
        let fields = [("_key", p.key()), ("reason", "moved".to_owned())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let answers = ["close", "reset", "reopen"]
            .map(|act| p.post(&cookie, &format!("/accounts/{}/{act}", id_of(&p, other)), &fields).status.as_u16());
        assert!(answers.iter().all(|a| *a == answers[0]), "{login} on {other}: {answers:?}");
        answers[0]
    };
    for (login, other, status) in [
        ("so.admin", "so.admin", 403),
        ("xa.admin", "xa.admin", 403),
        ("truong.ht", "truong.ht", 403),
        ("xa.admin", "so.admin", 404),
        ("truong.ht", "xa.admin", 404),
        ("truong.ht", "truong2.vt", 404),
        ("truong.vt", "truong.gv", 403),
        ("truong.vt", "truong2.vt", 404),
        ("xa.admin", "khac.vt", 404),
        ("xa.admin", "thpt.vt", 404),
        ("phong.admin", "truong.vt", 403),
    ] {
        assert_eq!(close(login, other), status, "{login} on {other}");
    }
    // Two heads of one school: neither manages the other.
    p.account("truong.ht2", Role::SchoolAdmin, p.school);
    assert_eq!(close("truong.ht", "truong.ht2"), 403);
    for (login, ..) in LOGINS {
        assert!(p.app.db.read(|tx| store::by_login(tx, login)).unwrap().unwrap().closed_ms.is_none());
        p.sign_in(login);
    }
    // Out of scope is as if it never was.
    let head = p.sign_in("truong.ht");
    let (other, missing) =
        (p.get(&head, &format!("/accounts/{}", id_of(&p, "truong2.vt"))), p.get(&head, "/accounts/99999"));
    assert_eq!((other.status, other.body, other.headers), (missing.status, missing.body, missing.headers));
    p.get(&head, &format!("/accounts?unit={}", p.neighbour)).is(404);
    p.get(&head, &format!("/accounts/new?unit={}", p.neighbour)).is(404);
}

#[test]
fn the_list_is_of_ones_scope_filtered_and_paged() {
    let p = Province::new();
    let head = p.sign_in("truong.ht");
    let list = p.get(&head, "/accounts").is(200);
    list.says("truong.vt").says("truong.gv");
    assert!(!list.text().contains("truong2.vt"));
    let text = p.get(&head, "/accounts?role=teacher").is(200).text();
    assert!(text.contains("truong.gv") && !text.contains("truong.vt"));
    p.get(&head, "/accounts?q=nguoi+dung+GV").is(200).says("truong.gv").hides("truong.vt<");
    p.get(&head, "/accounts?q=khong+co").is(200).says("Không có tài khoản nào");
    for n in 0..60 {
        p.account(&format!("gv{n:02}"), Role::Teacher, p.school);
    }
    for login in ["truong.ht", "xa.admin", "so.admin"] {
        let cookie = p.sign_in(login);
        let mut seen = 0;
        let mut path = "/accounts?role=teacher".to_owned();
        loop {
            let page = p.get(&cookie, &path).is(200);
            seen += page.body.matches("<tr").count() - 1;
            let Some(at) = page.body.find("rel=\"next\" href=\"") else { break };
            path = page.body[at + 17..].split('"').next().unwrap().replace("&amp;", "&");
        }
        assert_eq!(seen, 61, "{login}");
    }
    p.get(&head, "/accounts?after=x").is(400);
    p.get(&head, "/accounts?after=1-x").is(400);
    for login in ["truong.vt", "truong.gv", "xa.xem", "so.chuyenvien", "phong.admin"] {
        p.get(&p.sign_in(login), "/accounts").is(403).says("không quản lý tài khoản khác");
    }
}
