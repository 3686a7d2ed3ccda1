//! The second step of signing in: set up with a telephone, asked for, single use, lost, a duty.

use crate::support::{PASSWORD, Province};
use axum::http::header::SET_COOKIE;
use csdlgd::accounts::store as accounts;
use csdlgd::config::Config;
use totp_rs::{Builder, Secret};

const HALF_MINUTE_MS: i64 = 30_000;

/// The code a telephone shows now.
fn code(p: &Province, secret: &str) -> String {
    let totp = Builder::new().with_secret(Secret::try_from_base32(secret).unwrap()).build().unwrap();
    totp.generate(p.clock.now().0.unsigned_abs() / 1000).to_string()
}

/// The words in `code` of a page.
fn codes(body: &str) -> Vec<String> {
    let inside = |rest: &str| rest.split_once('>').unwrap().1.split("</code>").next().unwrap().to_owned();
    body.split("<code").skip(1).map(inside).collect()
}

/// Sets a second step up; gives the secret and the recovery codes.
fn set_up(p: &Province, cookie: &str) -> (String, Vec<String>) {
    p.post(cookie, "/account/second/begin", &[]).is(303);
    let page = p.get(cookie, "/account/second").is(200);
    let secret = codes(&page.body).pop().unwrap();
    assert!(page.body.contains("<svg class=\"qr\""));
    p.post(cookie, "/account/second", &[("code", "000000")]).is(422).says("Mã chưa đúng");
    let on = p.post(cookie, "/account/second", &[("code", &code(p, &secret))]).is(200);
    (secret, codes(&on.body))
}

/// The password, right; gives the ticket.
fn password(p: &Province, login: &str) -> String {
    let page = p.post("", "/login", &[("login", login), ("password", PASSWORD)]).is(200);
    assert!(page.headers.get(SET_COOKIE).is_none(), "a session without the code");
    page.input("ticket")
}

fn answer(p: &Province, ticket: &str, code: &str) -> crate::support::Answer {
    p.post("", "/login/second", &[("ticket", ticket), ("code", code), ("next", "/records")])
}

fn cookie(answer: &crate::support::Answer) -> String {
    answer.headers.get(SET_COOKIE).unwrap().to_str().unwrap().split(';').next().unwrap().to_owned()
}

#[test]
fn the_code_is_asked_for_and_taken_once() {
    let p = Province::new();
    let first = p.sign_in("truong.vt");
    let (secret, recovery) = set_up(&p, &first);
    assert_eq!(recovery.len(), 8);
    // The code that set it up does not sign in as well.
    let ticket = password(&p, "truong.vt");
    answer(&p, &ticket, &code(&p, &secret)).is(422).says("đã dùng");
    p.clock.advance(HALF_MINUTE_MS);
    let now = code(&p, &secret);
    let signed = answer(&p, &ticket, &now).is(303);
    assert_eq!(signed.location(), "/records");
    p.get(&cookie(&signed), "/records").is(200);
    // Neither the ticket nor the code is good twice.
    assert_eq!(answer(&p, &ticket, &now).is(303).location(), "/login");
    p.clock.advance(4_000);
    let ticket = password(&p, "truong.vt");
    answer(&p, &ticket, &now).is(422);
    // A recovery code: once, however it is typed.
    let typed = recovery[0].replace('-', " ").to_uppercase();
    answer(&p, &ticket, &typed).is(303);
    let ticket = password(&p, "truong.vt");
    answer(&p, &ticket, &recovery[0]).is(422);
    // Five wrong codes, or five minutes, and the password is asked for again.
    for _ in 0..4 {
        answer(&p, &ticket, "123456").is(422);
    }
    assert_eq!(answer(&p, &ticket, &recovery[1]).is(303).location(), "/login");
    p.clock.advance(60_000);
    let ticket = password(&p, "truong.vt");
    p.clock.advance(5 * 60_000);
    assert_eq!(answer(&p, &ticket, &recovery[1]).is(303).location(), "/login");
}

#[test]
fn it_is_changed_and_ended_with_a_code_only() {
    let p = Province::new();
    let session = p.sign_in("truong.vt");
    let (secret, recovery) = set_up(&p, &session);
    p.post(&session, "/account/second/codes", &[("code", "123456")]).is(422);
    let renewed = codes(&p.post(&session, "/account/second/codes", &[("code", &recovery[0])]).is(200).body);
    assert_eq!(renewed.len(), 8);
    assert!(renewed.iter().all(|code| !recovery.contains(code)));
    p.post(&session, "/account/second/end", &[("code", &recovery[1])]).is(422);
    p.clock.advance(HALF_MINUTE_MS);
    p.post(&session, "/account/second/end", &[("code", &code(&p, &secret))]).is(303);
    p.sign_in("truong.vt");
    // Somebody else's session changes nothing of it.
    let other = p.sign_in("truong.gv");
    p.post(&other, "/account/second", &[("code", "123456")]).is(404);
}

#[test]
fn a_changed_password_goes_on_and_a_reset_ends_it() {
    let p = Province::new();
    let session = p.sign_in("truong.vt");
    set_up(&p, &session);
    let new = "mưa rơi ngoài hiên nhà 9";
    let changed = p
        .post(&session, "/account/password", &[("old_password", PASSWORD), ("new_password", new), ("again", new)])
        .is(303);
    p.get(&cookie(&changed), "/records").is(200);
    // Telephone lost: the school's head gives a new password.
    let id = p.app.db.read(|tx| Ok(accounts::by_login(tx, "truong.vt")?.unwrap().id)).unwrap();
    let head = p.sign_in("truong.ht");
    let given = p.post(&head, &format!("/accounts/{id}/reset"), &[("_key", &p.key())]).is(200);
    let secret = codes(&given.body).into_iter().find(|c| c.len() == 19).unwrap();
    p.post("", "/login", &[("login", "truong.vt"), ("password", &secret)]).is(303);
}

#[test]
fn it_can_be_a_duty_of_administrators() {
    let p = Province::with(Config { second_step_for_admins: true, ..Config::default() });
    let admin = p.sign_in("so.admin");
    assert_eq!(p.get(&admin, "/").is(303).location(), "/account/second");
    p.get(&admin, "/records").is(403).says("xác minh hai bước");
    p.get(&admin, "/account/second").is(200);
    let (secret, _) = set_up(&p, &admin);
    p.get(&admin, "/records").is(200);
    p.clock.advance(HALF_MINUTE_MS);
    p.post(&admin, "/account/second/end", &[("code", &code(&p, &secret))]).is(403);
    let clerk = p.sign_in("truong.vt");
    p.get(&clerk, "/records").is(200);
}
