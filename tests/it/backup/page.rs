//! The page: not green before two keys are proved, another disk has everything and a drill has passed;
//! plain sentences about each target; the register; the sheet.

use super::Kept;
use crate::support::Province;
use csdlgd::backup::drill;
use csdlgd::backup::keys::{self, Identity};
use csdlgd::backup::state::State;
use csdlgd::backup::target::Target;
use csdlgd::config::Config;

const DAY: i64 = 86_400_000;

/// What stands in the page's `pre` with the challenge.
fn challenge_in(body: &str) -> String {
    let from = body.find("-----BEGIN AGE").unwrap();
    let to = body.find("-----END AGE ENCRYPTED FILE-----").unwrap();
    body[from..to].to_owned() + "-----END AGE ENCRYPTED FILE-----\n"
}

fn prove(p: &Province, admin: &str, key: &Identity) {
    let recipient = key.recipient();
    let asked = p.post(admin, "/backup/challenge", &[("recipient", &recipient)]).is(200);
    let answer = keys::answer(&challenge_in(&asked.body), key).unwrap();
    p.post(admin, "/backup/answer", &[("recipient", &recipient), ("answer", "0123456789abcdef")])
        .is(422)
        .says("Trả lời chưa đúng");
    p.post(admin, "/backup/answer", &[("recipient", &recipient), ("answer", &answer)]).is(303);
    // An answer counts once.
    p.post(admin, "/backup/answer", &[("recipient", &recipient), ("answer", &answer)]).is(422);
}

#[test]
fn green_is_earned_and_lost() {
    let disk = tempfile::tempdir().unwrap();
    let dir = disk.path().join("disk");
    let keys = [Identity::fleeting(), Identity::fleeting()];
    let recipients = [keys[0].recipient(), keys[1].recipient()];
    let mut config = Config::default();
    config.backup.recipients = recipients.to_vec();
    config.backup.targets = vec![dir.clone()];
    let p = Province::with(config);
    let admin = p.sign_in("so.admin");
    let page = || p.get(&admin, "/backup").is(200);
    page().says("Dữ liệu chưa được bảo vệ đủ").says("Chưa chứng minh").says("Không thấy. Cắm ổ đĩa");

    let mut kept = Kept::of(&p.app, &p.clock, &dir);
    kept.recipients = keys::Recipients::parse(&recipients).unwrap();
    kept.keys = keys;
    page().says("Chưa có bản đầy đủ nào");
    kept.full();
    prove(&p, &admin, &kept.keys[0]);
    prove(&p, &admin, &kept.keys[1]);
    kept.ship();
    page().says("Đủ đến lần lưu cuối").says("Diễn tập khôi phục: bản sao chưa từng thử");
    // A copy that waits too long is said to wait.
    p.account("moi.vt", csdlgd::actor::Role::SchoolClerk, p.school);
    p.clock.advance(60_000);
    page().says("Chậm 1 lần lưu");
    kept.ship();
    drill::run(&kept.site, &kept.keys[0], Some(&dir), None).unwrap();

    let state = || State::of(&p.app).unwrap();
    // On one disk it stays yellow, whatever else is good.
    assert!(!state().is_protected());
    let far = || {
        let mut state = state();
        state.targets.iter_mut().for_each(|t| t.same_disk = false);
        state.is_protected()
    };
    assert!(far());
    p.clock.advance(91 * DAY);
    assert!(!far());
    p.clock.advance(-91 * DAY);
    let exposed = p.data().join("khoa.key");
    std::fs::write(&exposed, format!("{}\n", kept.keys[0].secret())).unwrap();
    assert!(!far());
    page().says("Có khóa mở bản sao lưu nằm trên máy chủ");
    std::fs::remove_file(&exposed).unwrap();
    assert!(far());
    // The button asks for a backup; the runner does it.
    p.post(&admin, "/backup/now", &[("_key", "b")]).is(303);
    csdlgd::jobs::run::Runner::new(&p.app).unwrap().tick();
    page().says("đã khôi phục thử và kiểm tra").says("Đã đọc lại 3 bản đầy đủ");
    assert_eq!(Target::look(&dir).fulls().unwrap().len(), 2);

    let fields =
        |number| [("_key", "m"), ("label", "Đĩa 1"), ("number", number), ("keeper", "Bà Hoa"), ("place", "Két Sở")];
    p.post(&admin, "/backup/media", &fields("x")).is(422).says("Số bản sao lưu là số in trên nhãn");
    page().says("Chưa có ổ đĩa nào trong sổ");
    p.post(&admin, "/backup/media", &fields("1")).is(303);
    page().says("Bà Hoa").says("còn 183 ngày").hides("Chép ra ổ đĩa rời: đã gần");
    p.clock.advance(160 * DAY);
    let admin = p.sign_in("so.admin");
    p.get(&admin, "/backup").is(200).says("Chép ra ổ đĩa rời: đã gần hoặc quá sáu tháng");
    let sheet = p.get(&admin, "/backup/sheet").is(200);
    sheet.says(&keys::check_words(recipients[1].as_bytes())).says("Bà Hoa").says("csdlgd restore");
    assert!(sheet.body.contains("<svg class=\"qr\""));
}

/// After a restore to an earlier moment: the administrators see what is to be entered again, and so does
/// the unit it was entered in, until it is seen to.
#[test]
fn what_a_restore_lost_is_told_until_it_is_seen_to() {
    let p = Province::new();
    let dir = tempfile::tempdir().unwrap();
    let kept = Kept::of(&p.app, &p.clock, &dir.path().join("disk"));
    kept.full();
    let moment = p.app.db.head_seq();
    p.clock.advance(60_000);
    let clerk = p.sign_in("truong.vt");
    let fields = [
        ("_key", "n"),
        ("full_name", "Nguyễn Thị Mai"),
        ("birth_date", "08/03/2015"),
        ("sex", "02"),
        ("ethnicity", "01"),
        ("personal_number", "030315000019"),
    ];
    p.post(&clerk, "/records/pupil/new", &fields).is(303);
    kept.ship();
    let into = dir.path().join("new");
    let to = csdlgd::backup::plan::Moment::Seq(moment);
    let restored = kept.restore(kept.target.dir(), to, &into).unwrap();
    assert!(restored.lost.iter().any(|l| l.contains("truong.vt: 1 saves, 1 pupil")), "{:?}", restored.lost);

    let p = p.restored(&into);
    let admin = p.sign_in("so.admin");
    let page = p.get(&admin, "/backup").is(200);
    page.says("những gì cần nhập lại").says("truong.vt").says("Trường Tiểu học và THCS Tân Hồng");
    let clerk = p.sign_in("truong.vt");
    p.get(&clerk, "/").is(200).says("1 lần lưu của đơn vị").says("1 người học");
    let other = p.sign_in("truong2.vt");
    p.get(&other, "/").is(200).hides("chưa có lại");
    p.post(&other, "/backup/lost/seen", &[("_key", "s")]).is(403);
    p.post(&admin, "/backup/lost/seen", &[("_key", "s")]).is(303);
    p.get(&admin, "/backup?done=seen").is(200).says("Đã ghi nhận").hides("truong.vt");
    p.get(&clerk, "/").is(200).hides("chưa có lại");
}

#[test]
fn nobody_else_sees_it() {
    let p = Province::new();
    for login in ["so.chuyenvien", "xa.admin", "truong.ht", "truong.gv"] {
        let cookie = p.sign_in(login);
        p.get(&cookie, "/backup").is(403).says("Chỉ quản trị của Sở");
        p.get(&cookie, "/backup/sheet").is(403);
        p.post(&cookie, "/backup/now", &[("_key", "b")]).is(403);
    }
    let admin = p.sign_in("so.admin");
    p.get(&admin, "/backup").is(200).says("Chưa có khóa nào, nên chưa có bản sao lưu nào được làm");
    p.post(&admin, "/backup/challenge", &[("recipient", "age1nobody")]).is(404);
}
