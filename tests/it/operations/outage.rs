//! A planned outage: announced in time, told on every page, gone by itself.

use crate::support::Province;
use axum::http::Method;
use csdlgd::store::Read;

const TEXT: &str = "Nâng cấp máy chủ; ghi tạm vào tệp mẫu.";

fn announce(p: &Province, cookie: &str, from: &str, sooner: &str) -> crate::support::Answer {
    p.post(
        cookie,
        "/outage",
        &[
            ("text", TEXT),
            ("from_day", from),
            ("from_time", "20:00"),
            ("to_day", from),
            ("to_time", "22h30"),
            ("sooner", sooner),
        ],
    )
}

#[test]
fn it_is_told_everywhere_until_it_is_over() {
    let p = Province::new();
    let admin = p.sign_in("so.admin");
    let everywhere: [(&str, &str, u16); 8] = [
        ("", "/login", 200),
        ("", "/api/v1", 200),
        ("truong.gv", "/", 200),
        ("truong.gv", "/records", 200),
        ("truong.gv", "/units/999999", 404),
        ("truong.gv", "/accounts", 403),
        ("truong.gv", "/nowhere", 404),
        ("", "/nowhere", 404),
    ];
    announce(&p, &admin, "17/11/2026", "").is(303);
    let teacher = p.sign_in("truong.gv");
    let pages = |told: Option<&str>| {
        for (who, path, status) in everywhere {
            let page = p.get(if who.is_empty() { "" } else { &teacher }, path).is(status);
            match told {
                Some(words) => {
                    page.says(words).says(TEXT);
                }
                None => {
                    page.hides(TEXT);
                }
            }
        }
    };
    pages(Some("Hệ thống tạm ngừng từ 17/11/2026 20:00 đến 17/11/2026 22:30."));
    // It is audited like every change.
    let action = p.app.db.read(|tx| Ok((tx.entry(p.app.db.head_seq() - 1)?, tx.head()?))).unwrap();
    let actions = [action.0.unwrap().action, action.1.unwrap().action];
    assert!(actions.contains(&"outage.announce".to_owned()), "{actions:?}");
    p.clock.advance((12 * 24 + 12) * 3_600_000);
    let teacher = p.sign_in("truong.gv");
    p.get(&teacher, "/").is(200).says("Hệ thống đang bảo trì, chạy lại lúc 17/11/2026 22:30.");
    p.clock.advance(5 * 3_600_000 / 2);
    let teacher = p.sign_in("truong.gv");
    p.get(&teacher, "/").is(200).hides(TEXT);
    p.get("", "/login").is(200).hides(TEXT);
}

#[test]
fn too_soon_is_said_with_the_day_that_is_in_time() {
    let p = Province::new();
    let admin = p.sign_in("so.admin");
    announce(&p, &admin, "16/11/2026", "").is(422).says("Sớm nhất là ngày 17/11/2026").says("Vẫn đăng");
    p.get("", "/login").hides(TEXT);
    announce(&p, &admin, "16/11/2026", "true").is(303);
    p.get("", "/login").says(TEXT);
    p.get(&admin, "/outage").is(200).says("Gỡ thông báo").says(TEXT);
    p.post(&admin, "/outage/withdraw", &[]).is(303);
    p.get("", "/login").hides(TEXT);
    announce(&p, &admin, "16/13/2026", "").is(422).says("Thầy/cô ghi ngày như 05/12/2026");
    announce(&p, &admin, "16/11/2025", "true").is(422).says("Lúc chạy lại phải sau");
    announce(&p, &admin, "16/11/2028", "").is(422).says("400 ngày");
    for login in ["so.chuyenvien", "xa.admin", "truong.ht"] {
        let cookie = p.sign_in(login);
        p.get(&cookie, "/outage").is(403);
        announce(&p, &cookie, "17/11/2026", "").is(403);
        p.post(&cookie, "/outage/withdraw", &[]).is(403);
    }
}

#[test]
fn the_twin_says_the_same() {
    let p = Province::new();
    let token = p.token("so.admin");
    let current = |p: &Province| {
        serde_json::from_str::<serde_json::Value>(&p.api("", Method::GET, "/api/v1/outage", "").is(200).body).unwrap()
    };
    assert_eq!(current(&p), serde_json::json!({ "outage": null }));
    let body = |day: &str, sooner: bool| {
        let at = |hour: u8| format!("2026-11-{day}T{hour}:00:00+07:00");
        serde_json::json!({ "text": TEXT, "from": at(20), "to": at(22), "sooner": sooner }).to_string()
    };
    let put = |token: &str, body: &str| p.api(token, Method::PUT, "/api/v1/outage", body);
    put(&token, &body("16", false)).is(422).says("seven_working_days");
    put(&p.token("truong.ht"), &body("17", false)).is(403);
    put("", &body("17", false)).is(401);
    put(&token, "{\"text\":\"x\",\"from\":\"mai\",\"to\":\"mai\"}").is(400);
    put(&token, &body("17", false)).is(200);
    let told = serde_json::json!({ "outage": {
        "text": TEXT, "from": "2026-11-17T13:00:00Z", "to": "2026-11-17T15:00:00Z", "begun": false } });
    assert_eq!(current(&p), told);
    p.get("", "/login").says("Hệ thống tạm ngừng từ 17/11/2026 20:00 đến 17/11/2026 22:00.");
    p.api(&token, Method::POST, "/api/v1/outage/withdraw", "{}").is(200);
    assert_eq!(current(&p), serde_json::json!({ "outage": null }));
}
