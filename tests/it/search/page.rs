//! The search page: counts, chips and order stand in the address; why, hints, kept searches.

use super::bed;
use crate::support::{Answer, Province};
use csdlgd::records::model::State;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

/// A school with learners of two grades, a past one, and a teacher.
fn filled() -> Province {
    let p = Province::new();
    let pupil = |name: &'static str, born: &str, sex: &str, state: State| {
        let fields = vec![("full_name", bed::text(name)), ("birth_date", bed::day(born)), ("sex", bed::code(sex))];
        bed::put(&p, "pupil", (p.school, 0, state), fields);
    };
    for (name, born) in [("Nguyễn Văn An", "5/3/2014"), ("Nguyễn Thị Ân", "7/9/2014"), ("Nguyễn Ánh Dương", "1/1/2013")]
    {
        pupil(name, born, if name.contains("Văn") { "01" } else { "02" }, State::Active);
    }
    pupil("Nguyễn Đức Anh", "2/2/2009", "01", State::Left);
    let fields = vec![
        ("full_name", bed::text("Nguyễn Hoài An")),
        ("birth_date", bed::day("2/5/1980")),
        ("sex", bed::code("02")),
    ];
    bed::put(&p, "staff", (p.school, 0, State::Active), fields);
    p.index();
    p
}

/// The addresses of links whose text begins so.
fn links(page: &Answer, text: &str) -> Vec<String> {
    let pieces = page.body.split("<a ").skip(1).map(|piece| piece.split("</a>").next().unwrap());
    let shown = |piece: &str| {
        let (tag, inside) = piece.split_once('>').unwrap();
        let mut bare = String::new();
        let mut tags = false;
        for c in inside.chars() {
            match c {
                '<' => tags = true,
                '>' => tags = false,
                c if !tags => bare.push(c),
                _ => {}
            }
        }
        let href = tag.split("href=\"").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");
        (href, bare)
    };
    pieces.map(shown).filter(|(_, bare)| bare.trim().starts_with(text)).map(|(href, _)| href).collect()
}

/// The titles of what was found, in order.
fn found(page: &Answer) -> Vec<String> {
    let list = page.body.split("<ol class=\"found\">").nth(1).unwrap_or_default();
    let list = list.split("<span class=\"name\">").skip(1);
    list.map(|piece| {
        let link = piece.split("</a>").next().unwrap().split_once('>').unwrap().1;
        link.replace("<mark>", "").replace("</mark>", "")
    })
    .collect()
}

#[test]
fn counts_chips_and_order_stand_in_the_address() {
    let p = filled();
    let clerk = p.sign_in("truong.vt");
    let all = p.get(&clerk, "/search?q=nguyen").is(200);
    all.says("5 kết quả").says("Người học 4").says("Nhân sự 1").says("Nam 2").says("Nữ 3");
    assert_eq!(found(&all).last().unwrap(), "Nguyễn Đức Anh", "what is past comes last");

    let girls = links(&all, "Nữ").remove(0);
    let page = p.get(&clerk, &girls).is(200);
    page.says("3 kết quả").says("Đang lọc");
    let pupils = links(&page, "Người học")[1].clone();
    assert!(pupils.contains("q=nguyen") && pupils.contains("sex=02") && pupils.contains("kind=pupil"), "{pupils}");
    let both = p.get(&clerk, &pupils).is(200);
    both.says("2 kết quả");
    assert_eq!(found(&both), ["Nguyễn Thị Ân", "Nguyễn Ánh Dương"]);

    // Each chip lifts its own filter, and one lifts all.
    let lifted = links(&both, "Nữ ×").remove(0);
    p.get(&clerk, &lifted).is(200).says("4 kết quả");
    let cleared = links(&both, "Bỏ lọc").remove(0);
    assert_eq!(cleared, "/search?q=nguyen");

    // By name: the given name first, in the order of the alphabet.
    let by_name = links(&all, "Tên A–Y").remove(0);
    let page = p.get(&clerk, &by_name).is(200);
    assert_eq!(
        found(&page),
        ["Nguyễn Hoài An", "Nguyễn Văn An", "Nguyễn Đức Anh", "Nguyễn Thị Ân", "Nguyễn Ánh Dương"]
    );
    assert!(by_name.contains("order=name"));
    assert_eq!(links(&page, "Phù hợp nhất"), ["/search?q=nguyen"]);
    // A filter by itself is a question too.
    p.get(&clerk, "/search?sex=01").is(200).says("2 kết quả");
}

#[test]
fn marks_are_respected_where_they_were_typed() {
    let p = filled();
    let clerk = p.sign_in("truong.vt");
    let page = p.get(&clerk, "/search?q=%C3%A2n").is(200);
    assert!(page.body.contains("Nguyễn Thị <mark>Ân</mark>"));
    let page = p.get(&clerk, "/search?q=duong+anh").is(200);
    assert!(page.body.contains("Nguyễn <mark>Ánh</mark> <mark>Dương</mark>"));
}

#[test]
fn why_is_told_on_demand() {
    let p = filled();
    let clerk = p.sign_in("truong.vt");
    let page = p.get(&clerk, "/search?q=nguyeenx+am+5%2F3%2F2014+hs").is(200);
    assert_eq!(found(&page), ["Nguyễn Văn An"]);
    page.hides("lệch một ký tự");
    let why = links(&page, "Vì sao").remove(0);
    let told = p.get(&clerk, &why).is(200);
    told.says("Vì sao có kết quả này Đóng");
    told.says("nguyeenx họ và tên: Nguyễn Văn An (đọc theo cách gõ Telex, VNI)");
    told.says("am họ và tên: Nguyễn Văn An (lệch một ký tự)");
    told.says("5/3/2014 ngày sinh: 05/03/2014 (khớp)");
    told.says("hs chỉ nói loại hồ sơ nên được bỏ qua");
    let told =
        p.get(&clerk, &links(&p.get(&clerk, "/search?q=nguy%E1%BB%85n+v%C4%83+%C3%A0n").is(200), "Vì sao").remove(0));
    told.says("nguyễn họ và tên: Nguyễn Văn An (khớp)").says("vă họ và tên: Nguyễn Vă n An (khớp phần đầu)");
    told.says("àn họ và tên: Nguyễn Văn An (khớp, khác dấu)");
    // Who has something else in the address is told nothing.
    p.get(&clerk, "/search?q=nguyen&why=pupil-99").is(200).hides("id=\"why\"");
}

#[test]
fn nothing_found_leads_to_the_nearest() {
    let p = filled();
    let clerk = p.sign_in("truong.vt");
    let page = p.get(&clerk, "/search?q=nguyen+van+an+9c9").is(200);
    page.says("Không tìm thấy").says("Bỏ «9c9»: 1 kết quả");
    assert_eq!(found(&p.get(&clerk, &links(&page, "Bỏ «9c9»").remove(0))), ["Nguyễn Văn An"]);
    let page = p.get(&clerk, "/search?q=anh+duong&sex=01").is(200);
    page.says("Bỏ mọi bộ lọc: 1 kết quả");
    p.get(&clerk, "/search?q=nguyen+an+9c9+zzzz").is(200).says("Chỉ tìm «nguyen an»: 5 kết quả");
    p.get(&clerk, "/search?q=zzzz").is(200).says("Không tìm thấy").hides("Gần nhất");
    p.get(&clerk, "/search").is(200).says("Thầy/cô gõ tên").says("Tìm kiếm đã lưu");
}

#[test]
fn searches_are_kept_by_each_for_themselves() {
    let p = filled();
    let clerk = p.sign_in("truong.vt");
    let page = p.get(&clerk, "/search?q=nguyen&sex=02&from=0&why=pupil-1").is(200);
    let query = page.input("query");
    let keep = |cookie: &str, name: &str| {
        let fields = [("_key", p.key()), ("name", name.to_owned()), ("query", query.replace("&amp;", "&"))];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        p.post(cookie, "/search/saved", &fields)
    };
    let kept = keep(&clerk, "  Nữ họ   Nguyễn ").is(303);
    assert_eq!(kept.location(), "/search?q=nguyen&sex=02&done=saved");
    p.get(&clerk, kept.location()).is(200).says("Đã lưu tìm kiếm").says("3 kết quả");
    keep(&clerk, "Âm nhạc").is(303);
    keep(&clerk, "Ăn trưa").is(303);
    keep(&clerk, "Nữ họ Nguyễn").is(303);

    // In Vietnamese order, once each; on the empty page and before anything is typed.
    let page = p.get(&clerk, "/search").is(200);
    page.says("Ăn trưa Xóa : Ăn trưa Âm nhạc Xóa : Âm nhạc Nữ họ Nguyễn Xóa : Nữ họ Nguyễn");
    assert_eq!(links(&page, "Nữ họ Nguyễn"), ["/search?q=nguyen&sex=02"]);
    p.get(&clerk, "/search/suggest?q=").is(200).says("\"label\":\"Nữ họ Nguyễn\"");

    // Nobody else has them, and nobody else removes them.
    let head = p.sign_in("truong.ht");
    p.get(&head, "/search").is(200).hides("Nữ họ Nguyễn");
    assert_eq!(p.get(&head, "/search/suggest?q=").is(200).body, "[]");
    let number = page.input("number");
    p.post(&head, "/search/saved/remove", &[("number", &number)]).is(404);
    p.post(&clerk, "/search/saved/remove", &[("number", "x")]).is(404);
    p.post(&clerk, "/search/saved/remove", &[("number", &number)]).is(303);
    p.get(&clerk, "/search").is(200).hides("Ăn trưa").says("Âm nhạc");
    p.post(&clerk, "/search/saved/remove", &[("number", &number)]).is(404);

    keep(&clerk, " ").is(400).says("đặt tên");
    keep(&clerk, &"a".repeat(61)).is(400);
    p.post(&clerk, "/search/saved", &[("name", "Trống"), ("query", "why=pupil-1")]).is(400);
    for n in 0..48 {
        keep(&clerk, &format!("Số {n}")).is(303);
    }
    keep(&clerk, "Thừa").is(400).says("tối đa 50");
    keep(&clerk, "Số 7").is(303);
}

/// The page of a full answer is small on the wire.
#[test]
fn an_answer_is_small() {
    let p = Province::new();
    for n in 0..60u32 {
        let name = format!("Nguyễn Thị Hoài {}", ["An", "Bình", "Chi", "Dung", "Giang", "Hà"][n as usize % 6]);
        let number = format!("0303{:08}", 14_000_000 + n);
        let fields = vec![
            ("full_name", bed::text(&name)),
            ("birth_date", bed::day(&format!("{}/{}/2014", n % 28 + 1, n % 12 + 1))),
            ("sex", bed::code("02")),
            ("personal_number", bed::text(&number)),
        ];
        bed::put(&p, "pupil", (p.school, 0, State::Active), fields);
    }
    p.index();
    let page = p.get(&p.sign_in("xa.admin"), "/search?q=nguyen+thi+hoai&sex=02").is(200);
    page.says("60 kết quả");
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(page.body.as_bytes()).unwrap();
    let bytes = packed.finish().unwrap().len();
    println!("a search answer: {bytes} bytes compressed of {}", page.body.len());
    assert!(bytes < 30_000, "{bytes} bytes");
    let suggested = p.get(&p.sign_in("xa.admin"), "/search/suggest?q=nguyen").is(200).body.len();
    println!("suggestions: {suggested} bytes");
    assert!(suggested < 2_500, "{suggested} bytes");
}
