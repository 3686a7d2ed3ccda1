//! What a person types and what must be found, as tables; then scope, facets, damage.

use super::*;
use crate::actor::Scope;
use tempfile::TempDir;

const A: UnitId = UnitId(11);
const B: UnitId = UnitId(12);

struct Bed {
    _dir: TempDir,
    index: Index,
}

fn person(id: u64, name: &str) -> Doc {
    Doc { id, kind: "pupil".into(), units: vec![A], title: name.into(), person: true, current: true, ..Doc::default() }
}

fn bed(docs: &[Doc]) -> Bed {
    let dir = tempfile::tempdir().unwrap();
    let (index, opened) = Index::open(dir.path(), "f1").unwrap();
    assert_eq!(opened, Opened::Fresh);
    index.apply(docs, &[]).unwrap();
    index.commit(1).unwrap();
    Bed { _dir: dir, index }
}

impl Bed {
    fn ids(&self, text: &str) -> Vec<u64> {
        self.index.search(&Scope::All, &Query::text(text, 50)).unwrap().hits.iter().map(|h| h.id).collect()
    }

    fn hits(&self, text: &str) -> Hits {
        self.index.search(&Scope::All, &Query::text(text, 50)).unwrap()
    }
}

/// A school, a class, pupils and staff as they are in one.
fn school() -> Vec<Doc> {
    let at = |d: Doc, class: &str, words: &[&str]| {
        let mut all: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
        all.push(class.to_owned());
        Doc { words: all, levels: vec!["THCS".into()], years: vec![2024], ..d }
    };
    let mut an = at(person(1, "Nguyễn Văn An"), "6A1", &["Trường THCS Lê Lợi", "Người học"]);
    an.codes = vec!["031212001234".into(), "3112345678".into()];
    an.dates = vec![(2012, 3, 5)];
    an.phones = vec!["0912 345 678".into()];
    let mut hoa = at(person(2, "Trần Thị Hoà"), "6/2", &["Trường THCS Lê Lợi", "Người học"]);
    hoa.dates = vec![(2011, 12, 25)];
    hoa.codes = vec!["HP-0123/2024".into()];
    let thuy = at(person(3, "Đặng Thị Thúy"), "10A1", &["Trường THPT Tân Hồng", "Người học"]);
    let ky = at(person(4, "Lý Mỹ Kỳ"), "10A2", &["Trường THPT Tân Hồng"]);
    let mdrak = at(person(5, "H’Wơn Niê M'Drắk"), "7B", &["Trường PTDTNT M’Drắk"]);
    let gv = Doc { kind: "staff".into(), ..at(person(6, "Phạm Quốc Toản"), "", &["Giáo viên", "Toán", "Trường THCS Tân Hồng"]) };
    let unit = Doc { id: 7, kind: "unit".into(), units: vec![B], title: "Trường THCS Tân Hồng".into(), current: true, ..Doc::default() };
    let nfd: String = unicode_normalization::UnicodeNormalization::nfd("Nguyễn Đức Ơn").collect();
    vec![an, hoa, thuy, ky, mdrak, gv, unit, person(8, &nfd)]
}

#[test]
fn finds_what_is_meant() {
    let bed = bed(&school());
    let table: &[(&str, &[u64])] = &[
        // with and without marks, upper case, order of words
        ("nguyễn văn an", &[1]),
        ("nguyen van an", &[1]),
        ("NGUYEN VAN AN", &[1]),
        ("an nguyen van", &[1]),
        ("  an,   nguyễn ", &[1]),
        // the first letters
        ("ng v a", &[1]),
        ("nguye", &[1, 8]),
        // đ, tone placement, i and y, NFD
        ("dang thi thuy", &[3]),
        ("đặng thị thuý", &[3]),
        ("Trần Thị Hòa", &[2]),
        ("tran thi hoa", &[2]),
        ("li mi ki", &[4]),
        ("lí mĩ kì", &[4]),
        ("nguyễn đức ơn", &[8]),
        ("Nguyễn Đức Ơn", &[8]),
        // apostrophes
        ("m'drak", &[5]),
        ("mdrak", &[5]),
        ("m’drắk", &[5]),
        ("h'won", &[5]),
        // codes: prefix, lost zero, whole, in pieces
        ("031212001234", &[1]),
        ("31212001234", &[1]),
        ("0312120", &[1]),
        ("3121200", &[1]),
        ("031 212 001 234", &[1]),
        ("3112345678", &[1]),
        ("hp-0123/2024", &[2]),
        ("hp01232024", &[2]),
        // telephone
        ("0912345678", &[1]),
        ("0912 345 678", &[1]),
        ("+84 912 345 678", &[1]),
        ("84912345678", &[1]),
        ("0912 345", &[1]),
        ("0912.345.678", &[1]),
        ("(0912) 345-678", &[1]),
        ("912345678", &[1]),
        // dates
        ("05/03/2012", &[1]),
        ("5/3/2012", &[1]),
        ("5-3-2012", &[1]),
        ("05.03.2012", &[1]),
        ("5 3 2012", &[1]),
        ("2012-03-05", &[1]),
        ("05032012", &[1]),
        ("20120305", &[1]),
        ("5/3/12", &[1]),
        ("5/3/201", &[1]),
        ("ngày 5 tháng 3 năm 2012", &[1]),
        ("5 tháng 3 năm 2012", &[1]),
        ("tháng 3/2012", &[1]),
        ("3/2012", &[1]),
        ("03/2012", &[1]),
        ("sinh 2012", &[1]),
        ("sinh năm 2012", &[1]),
        ("sn 2012", &[1]),
        ("năm 2012", &[1]),
        ("sinh ngày 05/03/2012", &[1]),
        ("sinh ngay 5-3-12", &[1]),
        ("2012/03/05", &[1]),
        ("thang 3 nam 2012", &[1]),
        ("2012", &[1]),
        ("an 2012", &[1]),
        ("2024-2025 an", &[1]),
        ("năm học 2024–2025 hoà", &[2]),
        ("hoà 25/12/2011", &[2]),
        // classes
        ("6a1", &[1]),
        ("6a", &[1]),
        ("6 a1", &[1]),
        ("6/2", &[2]),
        ("10A", &[4, 3]),
        // mixed
        ("nguyen van an 6a1 le loi 2012", &[1]),
        ("gv toan thcs tan hong", &[6]),
        ("giao vien toan", &[6]),
        ("thuy thpt tan hong", &[3]),
        ("trung hoc co so tan hong", &[7, 6]),
        // raw keys
        ("nguyeenx vawn an", &[1]),
        ("nguye64n va8n an", &[1]),
        ("ddawngj thij thuys", &[3]),
        ("d9a85ng thi5 thu1y", &[3]),
        ("tra62n thi hoa2", &[2]),
        ("NGUYEENX VAWN AN", &[1]),
        ("tranaf thij hoaf", &[2]),
        // one slip
        ("nguyen vna an", &[1]),
        ("nguyenn vann an", &[1]),
        ("ngyuen van an", &[1]),
        ("tann honf", &[7, 4, 3, 6]),
        ("phan quoc toan", &[6]),
        // nothing
        ("không có ai", &[]),
        ("5/3/2013", &[]),
        ("1234567890123", &[]),
        ("!!!", &[]),
    ];
    let mut wrong = Vec::new();
    for (text, ids) in table {
        let found = bed.ids(text);
        if found != *ids {
            wrong.push(format!("{text}: found {found:?}, wanted {ids:?}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn ranks() {
    let past = |d: Doc| Doc { current: false, ..d };
    let at = |unit: UnitId, d: Doc| Doc { units: vec![unit], ..d };
    let with = |d: Doc, words: &[&str]| Doc { words: words.iter().map(|w| (*w).into()).collect(), ..d };
    let table: &[(&str, Vec<Doc>, &[u64])] = &[
        // exact, other tone, other letter, one slip
        (
            "nguyễn văn ân",
            vec![
                person(4, "Nguyễn Văn Âu"),
                person(3, "Nguyễn Văn An"),
                person(1, "Nguyễn Văn Ân"),
                person(2, "Nguyễn Văn Ấn"),
            ],
            &[1, 2, 3],
        ),
        ("lê mình", vec![person(4, "Lê Ninh"), person(3, "Lệ Minh"), person(2, "Lê Minh"), person(1, "Lê Mình")], &[1, 2, 3, 4]),
        // a mark ranks, it is no wall
        ("đăng", vec![person(2, "Trần Dang"), person(1, "Trần Đăng")], &[1, 2]),
        // whole name before part, word before prefix
        ("nguyen an", vec![person(3, "Nguyễn Thị An"), person(2, "Nguyễn Anh"), person(1, "Nguyễn An")], &[1, 3, 2]),
        // in the order typed
        ("nguyen van an", vec![person(2, "Nguyễn An Văn"), person(1, "Nguyễn Văn An")], &[1, 2]),
        // given name before middle name
        ("minh", vec![person(2, "Trần Minh An"), person(1, "Trần Thị Minh")], &[1, 2]),
        // present before past
        ("le an", vec![past(person(2, "Lê An")), person(1, "Lê An")], &[1, 2]),
        // name before class and school
        ("le loi", vec![with(person(2, "Trần An"), &["THCS Lê Lợi"]), person(1, "Lê Lợi")], &[1, 2]),
        // whole before part even if past
        ("le an", vec![person(2, "Lê Thị An"), past(person(1, "Lê An"))], &[1, 2]),
        // equals by name, given name first, then id
        ("le", vec![person(3, "Lê Bình"), person(1, "Lê An"), person(2, "Lê Văn Ấn"), person(4, "Lê Bình")], &[1, 2, 3, 4]),
        // a code as a whole before its beginning
        (
            "31123456",
            vec![
                Doc { codes: vec!["3112345678".into()], ..person(2, "A") },
                Doc { codes: vec!["31123456".into()], ..person(1, "B") },
            ],
            &[1, 2],
        ),
    ];
    for (text, docs, ids) in table {
        assert_eq!(bed(docs).ids(text), *ids, "{text}");
    }
    let bed = bed(&[at(B, person(1, "Lê An")), at(A, person(2, "Lê An"))]);
    let own = |unit| Query { own_unit: Some(unit), ..Query::text("le an", 9) };
    for (unit, first) in [(A, 2), (B, 1)] {
        assert_eq!(bed.index.search(&Scope::All, &own(unit)).unwrap().hits[0].id, first);
    }
}

#[test]
fn slips_come_last_and_are_told() {
    let bed = bed(&[person(1, "Trần Minh"), person(2, "Trần Linh"), person(3, "Trần Mạnh"), person(4, "Trần Minh Tâm")]);
    let hits = bed.hits("tran minh");
    let ids: Vec<u64> = hits.hits.iter().map(|h| h.id).collect();
    assert_eq!(ids, [1, 4, 2, 3]);
    assert_eq!((hits.total, hits.near, hits.reading), (4, 2, Reading::AsTyped));
    assert_eq!(bed.hits("tran mihn").reading, Reading::Slip);
    assert_eq!(bed.hits("traanf minh").reading, Reading::RawKeys);
}

#[test]
fn scope_is_a_wall() {
    let at = |units: &[UnitId], d: Doc| Doc { units: units.to_vec(), ..d };
    let mut both = at(&[A, B], person(3, "Lê Văn Cả"));
    both.years = vec![2023];
    let mut past = at(&[B], person(2, "Lê Thị Bé"));
    past.kind = "staff".into();
    past.years = vec![2020];
    past.levels = vec!["THPT".into()];
    past.codes = vec!["099123".into()];
    let bed = bed(&[at(&[A], person(1, "Lê An")), past, both, at(&[], person(4, "Lê Vô"))]);
    let of = |units: &[UnitId]| Scope::of(units.to_vec());
    for (scope, ids) in [
        (Scope::All, vec![1, 2, 3, 4]),
        (of(&[A]), vec![1, 3]),
        (of(&[B]), vec![2, 3]),
        (of(&[A, B]), vec![1, 2, 3]),
        (of(&[UnitId(99)]), vec![]),
        (Scope::none(), vec![]),
    ] {
        for text in ["le", ""] {
            let hits = bed.index.search(&scope, &Query::text(text, 10)).unwrap();
            let mut found: Vec<u64> = hits.hits.iter().map(|h| h.id).collect();
            found.sort_unstable();
            assert_eq!(found, ids, "{scope:?} {text}");
            assert_eq!(hits.total, ids.len() as u64);
            assert_eq!(bed.index.count(&scope, &Query::text(text, 0)).unwrap(), ids.len() as u64);
            assert_eq!(hits.facets.kinds.iter().map(|k| k.1).sum::<u64>(), ids.len() as u64);
            assert!(hits.facets.units.iter().all(|(u, _)| scope.has(*u)), "{scope:?}: {:?}", hits.facets.units);
        }
        let mut suggested: Vec<u64> = bed.index.suggest(&scope, "l", None, 10).unwrap().iter().map(|h| h.id).collect();
        suggested.sort_unstable();
        assert_eq!(suggested, ids);
    }
    let a = bed.index.search(&of(&[A]), &Query::text("le", 10)).unwrap().facets;
    assert_eq!(a.kinds, [("pupil".to_owned(), 2)]);
    assert_eq!((a.levels, a.years, a.units), (vec![], vec![(2023, 1)], vec![(A, 2)]));
    for text in ["099123", "be", "leee thij bes"] {
        assert_eq!(bed.index.search(&of(&[A]), &Query::text(text, 10)).unwrap().total, 0, "{text}");
    }
    // A filter can't widen a scope.
    let wider = Query { filters: Filters { units: vec![B], ..Filters::default() }, ..Query::text("", 10) };
    let hits = bed.index.search(&of(&[A]), &wider).unwrap();
    assert_eq!(hits.hits.iter().map(|h| h.id).collect::<Vec<_>>(), [3]);
}

#[test]
fn filters_facets_pages_order() {
    let mut docs = Vec::new();
    for i in 0..60u64 {
        let kind = if i % 3 == 0 { "staff" } else { "pupil" };
        docs.push(Doc {
            kind: kind.into(),
            sex: Some(if i % 2 == 0 { "nam" } else { "nu" }.into()),
            state: if i < 50 { "active" } else { "left" }.into(),
            current: i < 50,
            years: vec![2020 + (i % 4) as u16],
            grade: (i % 3 != 0).then(|| format!("{}", 6 + i % 4)),
            levels: vec!["THCS".into(), "THPT".into()],
            ..person(i, &format!("Lê Văn {}", ["An", "Ân", "Bình", "Đức", "Dũng"][i as usize % 5]))
        });
    }
    let bed = bed(&docs);
    let ask = |q: &Query| bed.index.search(&Scope::All, q).unwrap();
    let all = ask(&Query::text("le", 100));
    assert_eq!(all.total, 60);
    assert_eq!(all.facets.kinds, [("pupil".to_owned(), 40), ("staff".to_owned(), 20)]);
    assert_eq!(all.facets.sexes, [("nam".to_owned(), 30), ("nu".to_owned(), 30)]);
    assert_eq!(all.facets.states, [("active".to_owned(), 50), ("left".to_owned(), 10)]);
    assert_eq!(all.facets.years, [(2020, 15), (2021, 15), (2022, 15), (2023, 15)]);
    assert_eq!(all.facets.levels, [("THCS".to_owned(), 60), ("THPT".to_owned(), 60)]);
    assert_eq!(all.facets.grades.iter().map(|g| g.1).sum::<u64>(), 40);
    // The kind narrows everything but the facet of kinds.
    let staff = ask(&Query { kind: Some("staff".into()), ..Query::text("le", 100) });
    assert_eq!((staff.total, staff.hits.len()), (20, 20));
    assert!(staff.hits.iter().all(|h| h.kind == "staff"));
    assert_eq!(staff.facets.kinds, all.facets.kinds);
    assert_eq!(staff.facets.sexes.iter().map(|s| s.1).sum::<u64>(), 20);
    assert_eq!(ask(&Query { kind: Some("nothing".into()), ..Query::text("le", 100) }).total, 0);
    let narrow = Filters {
        sexes: vec!["nam".into()],
        states: vec!["active".into()],
        years: vec![2020, 2022],
        grades: vec!["6".into(), "8".into()],
        levels: vec!["THCS".into()],
        current: Some(true),
        units: vec![A],
    };
    let fits = |d: &&Doc| {
        d.sex.as_deref() == Some("nam") && d.current && matches!(d.grade.as_deref(), Some("6" | "8")) && d.years[0] % 2 == 0
    };
    let narrowed = ask(&Query { filters: narrow.clone(), ..Query::text("le", 100) });
    assert_eq!(narrowed.total, docs.iter().filter(fits).count() as u64);
    assert!(narrowed.total > 0);
    assert_eq!(ask(&Query { filters: narrow, ..Query::text("", 100) }).total, narrowed.total);
    // Pages are parts of one list, in both orders.
    for order in [Order::Best, Order::Name] {
        let whole = ask(&Query { order, ..Query::text("le", 100) }).hits;
        let mut pages = Vec::new();
        for offset in (0..60).step_by(7) {
            pages.extend(ask(&Query { order, offset, ..Query::text("le", 7) }).hits);
        }
        assert_eq!(pages, whole);
    }
    let by_name = ask(&Query { order: Order::Name, ..Query::text("", 100) }).hits;
    let mut sorted = docs.clone();
    sorted.sort_by_key(|d| (crate::text::person_sort_key(&d.title), d.id));
    assert_eq!(by_name.iter().map(|h| h.id).collect::<Vec<_>>(), sorted.iter().map(|d| d.id).collect::<Vec<_>>());
    assert!(matches!(bed.index.search(&Scope::All, &Query { offset: usize::MAX, ..Query::text("", 1) }), Err(Error::Bad(_))));
}

#[test]
fn puts_replace_and_deletes_delete() {
    let bed = bed(&[person(1, "Lê An"), person(2, "Lê Bình")]);
    bed.index.apply(&[person(1, "Trần Chi"), person(3, "Lê Dung"), person(3, "Lê Duyên")], &[2]).unwrap();
    assert_eq!(bed.ids("le"), [1, 2], "not seen before the commit");
    bed.index.commit(2).unwrap();
    assert_eq!((bed.ids("le"), bed.ids("tran"), bed.ids("binh"), bed.ids("dung")), (vec![3], vec![1], vec![], vec![]));
    assert_eq!(bed.index.stats().unwrap().docs, 2);
    bed.index.clear().unwrap();
    bed.index.commit(3).unwrap();
    assert_eq!((bed.index.stats().unwrap().docs, bed.index.seq()), (0, 3));
}

#[test]
fn remembers_how_far_it_read() {
    let dir = tempfile::tempdir().unwrap();
    let open = |fingerprint: &str| Index::open(dir.path(), fingerprint).unwrap();
    let (index, opened) = open("spec-1");
    assert_eq!(opened, Opened::Fresh);
    drop(index);
    let (index, opened) = open("spec-1");
    assert_eq!(opened, Opened::Fresh, "never committed");
    index.apply(&[person(1, "Lê An")], &[]).unwrap();
    index.commit(41).unwrap();
    index.apply(&[person(2, "Lê Bình")], &[]).unwrap();
    drop(index);
    let (index, opened) = open("spec-1");
    assert_eq!((opened, index.seq(), index.stats().unwrap().docs), (Opened::Seq(41), 41, 1));
    index.apply(&[person(2, "Lê Bình")], &[]).unwrap();
    index.commit(42).unwrap();
    index.settle().unwrap();
    index.apply(&[person(3, "Lê Cảnh")], &[]).unwrap();
    index.commit(43).unwrap();
    drop(index);
    assert_eq!(open("spec-1").1, Opened::Seq(43));
    let (index, opened) = open("spec-2");
    assert_eq!((opened, index.stats().unwrap().docs), (Opened::Fresh, 0));
}

#[test]
fn a_damaged_index_is_made_anew() {
    let fill = |dir: &Path| {
        let (index, _) = Index::open(dir, "f").unwrap();
        index.apply(&[person(1, "Lê An"), person(2, "Nguyễn Bình")], &[]).unwrap();
        index.commit(7).unwrap();
        index.settle().unwrap();
    };
    let files = |dir: &Path| {
        let mut files: Vec<_> = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_file()).collect();
        files.sort();
        files
    };
    let probe = tempfile::tempdir().unwrap();
    fill(probe.path());
    let count = files(probe.path()).len();
    assert!(count > 5);
    for i in 0..count {
        for how in ["cut", "flip", "remove", "empty"] {
            let dir = tempfile::tempdir().unwrap();
            for file in files(probe.path()) {
                std::fs::copy(&file, dir.path().join(file.file_name().unwrap())).unwrap();
            }
            let path = files(dir.path())[i].clone();
            let mut bytes = std::fs::read(&path).unwrap();
            match how {
                "cut" => bytes.truncate(bytes.len() / 2),
                "flip" if !bytes.is_empty() => {
                    let at = bytes.len() / 3;
                    bytes[at] ^= 0x55;
                }
                "empty" => bytes.clear(),
                _ => {}
            }
            if how == "remove" { std::fs::remove_file(&path).unwrap() } else { std::fs::write(&path, &bytes).unwrap() }
            let what = format!("{how} {}", path.file_name().unwrap().display());
            let (index, opened) = Index::open(dir.path(), "f").unwrap_or_else(|e| panic!("{what}: {e}"));
            if opened == Opened::Fresh {
                index.apply(&[person(1, "Lê An"), person(2, "Nguyễn Bình")], &[]).unwrap();
                index.commit(7).unwrap();
            }
            let hits = index.search(&Scope::All, &Query::text("an", 5)).unwrap();
            assert_eq!(hits.total, 1, "{what}");
            index.apply(&[person(3, "Trần An")], &[]).unwrap();
            index.commit(8).unwrap();
            assert_eq!(index.search(&Scope::All, &Query::text("an", 5)).unwrap().total, 2, "{what}");
        }
    }
}

#[test]
fn a_strange_directory_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("thesis.doc"), "years of work").unwrap();
    assert!(matches!(Index::open(dir.path(), "f"), Err(Error::Operator(_))));
    assert!(dir.path().join("thesis.doc").exists());
}

#[test]
fn hostile_text_is_safe() {
    let bed = bed(&school());
    let zalgo = "Nguyễn".chars().flat_map(|c| std::iter::once(c).chain("\u{300}\u{301}\u{315}\u{334}\u{489}".chars().cycle().take(200)));
    let long = |s: &str| s.repeat(10_000 / s.len() + 1);
    for text in [
        "\0", "\u{202E}na navn neyugn", "a\0b", "*", "name:x OR (", "\"", "[a TO b]", "^~", "\\", "+-&&||!", "/.*/", "#20120305",
        "=an", "~an", "=", "\u{FFFF}", "𝕹𝖌𝖚𝖞𝖊𝖓", "١٢٣", "二〇一二", "ﷺ", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "0/0/0", "99/99/9999", "31/02/2012", "0000000000", "+84", "+", "-1",
        "'''''", "a'", "'a", "ơ̛", "\u{301}",
    ]
    .into_iter()
    .map(str::to_owned)
    .chain([zalgo.collect(), long("a"), long("nguyễn "), long("0123456789"), long("1/"), long("aa "), long("đ'"), long("\u{301}")])
    {
        let hits = bed.hits(&text);
        assert!(hits.total <= 8);
        let _ = highlight("Nguyễn Văn An 05/03/2012", &text);
        let _ = highlight(&text, "nguyen 5/3/2012 0912345678");
        let index = super::tests::bed(&[Doc { codes: vec![text.clone()], words: vec![text.clone()], phones: vec![text.clone()], ..person(1, &text) }]);
        let _ = index.hits(&text);
    }
    // Formatting and direction marks inside a name change nothing.
    assert_eq!(bed.ids("\u{202E}nguyễn\u{200B} vă\u{AD}n an\0"), [1]);
    assert_eq!(bed.ids("Ｎｇｕｙễｎ Văn An"), [1], "full-width letters");
}

#[test]
fn marks_what_was_meant() {
    let table: &[(&str, &str, &[&str])] = &[
        ("Nguyễn Văn An", "nguyen an", &["Nguyễn", "An"]),
        ("Nguyễn Văn Anh", "an", &["An"]),
        ("Ân An Ấn", "ân", &["Ân"]),
        ("An Ấn", "ân", &["Ấn"]),
        ("Trần Thị An", "ân", &["An"]),
        ("Trần Thị Hoà", "hòa", &["Hoà"]),
        ("Lý Mỹ Kỳ", "li mĩ", &["Lý", "Mỹ"]),
        ("Nguyễn Văn An", "nguyeenx vawn", &["Nguyễn", "Văn"]),
        ("Nguyễn Văn An", "ngyuen", &["Nguyễn"]),
        ("031212001234", "0312", &["0312"]),
        ("031212001234", "3121", &["03121"]),
        ("0912 345 678", "091234", &["0912 34"]),
        ("0912 345 678", "+84912345678", &["0912 345 678"]),
        ("05/03/2012", "5/3/2012", &["05/03/2012"]),
        ("Sinh ngày 05/03/2012", "2012", &["2012"]),
        ("Sinh ngày 05/03/2012", "3/2012", &["05/03/2012"]),
        ("Lớp 6A1, 6/2", "6a1", &["6A1"]),
        ("Lớp 6A1, 6/2", "6/2", &["6/2"]),
        ("M’Drắk", "mdrak", &["M’Drắk"]),
        ("M’Drắk", "drak", &["Drắk"]),
        ("THCS Tân Hồng", "trung hoc co so tan", &["THCS", "Tân"]),
        ("Trường tiểu học", "th", &["tiểu", "học"]),
        ("<b>&amp;</b>", "b", &["b", "b"]),
        ("Nguyễn", "xyz", &[]),
        ("", "an", &[]),
        ("An", "", &[]),
    ];
    for (text, query, parts) in table {
        let found: Vec<&str> = highlight(text, query).into_iter().map(|r| &text[r]).collect();
        assert_eq!(found, *parts, "{text} | {query}");
    }
    let nfd: String = unicode_normalization::UnicodeNormalization::nfd("Nguyễn Ân").collect();
    let found: Vec<String> = highlight(&nfd, "nguyễ an").into_iter().map(|r| crate::text::nfc(&nfd[r])).collect();
    assert_eq!(found, ["Nguyễ", "Ân"]);
}

/// Syllables that begin alike, differ by marks only, or by i and y.
const SYLLABLES: [&str; 16] =
    ["An", "Ân", "Anh", "Ánh", "Lê", "Lệ", "Lý", "Lí", "Linh", "Đăng", "Dang", "Hoà", "Hoa", "Hoàng", "Nguyễn", "Ngọc"];

mod against_a_plain_search {
    use super::*;
    use crate::text::{fold, keys::iy_twin};
    use proptest::prelude::*;

    fn plain_fits(doc: &Doc, words: &[String]) -> bool {
        let all = format!("{} {}", doc.title, doc.words.join(" "));
        let has: Vec<String> = all.split(' ').map(fold).collect();
        let has: Vec<String> = has.iter().cloned().chain(has.iter().filter_map(|w| iy_twin(w))).collect();
        words.iter().all(|w| has.iter().any(|h| h.starts_with(&fold(w))))
    }

    fn doc() -> impl Strategy<Value = Doc> {
        let name = proptest::collection::vec(proptest::sample::select(&SYLLABLES[..]), 1..4);
        let word = proptest::collection::vec(proptest::sample::select(&SYLLABLES[..]), 0..2);
        (name, word, 1..4u32, any::<bool>()).prop_map(|(name, words, unit, current)| Doc {
            units: vec![UnitId(unit)],
            words: words.iter().map(|w| (*w).to_owned()).collect(),
            current,
            ..person(0, &name.join(" "))
        })
    }

    fn asked() -> impl Strategy<Value = Vec<String>> {
        let prefix = (proptest::sample::select(&SYLLABLES[..]), 1..7usize, any::<bool>()).prop_map(|(word, letters, bare)| {
            let word: String = word.to_lowercase().chars().take(letters).collect();
            if bare { fold(&word) } else { word }
        });
        proptest::collection::vec(prefix, 1..4)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn finds_all_and_only_what_fits(docs in proptest::collection::vec(doc(), 1..60), queries in proptest::collection::vec(asked(), 12)) {
            let docs: Vec<Doc> = docs.into_iter().enumerate().map(|(i, d)| Doc { id: i as u64, ..d }).collect();
            let bed = bed(&docs);
            for words in queries {
                for scope in [Scope::All, Scope::of(vec![UnitId(1), UnitId(3)])] {
                    let text = words.join(" ");
                    let hits = bed.index.search(&scope, &Query::text(&text, 100)).unwrap();
                    if hits.reading == Reading::RawKeys {
                        continue;
                    }
                    let mut wanted: Vec<u64> = docs.iter().filter(|d| scope.has(d.units[0]) && plain_fits(d, &words)).map(|d| d.id).collect();
                    let as_typed = (hits.total - hits.near) as usize;
                    prop_assert_eq!(hits.hits.len() as u64, hits.total);
                    let mut found: Vec<u64> = hits.hits[..as_typed].iter().map(|h| h.id).collect();
                    found.sort_unstable();
                    wanted.sort_unstable();
                    prop_assert_eq!(&found, &wanted, "{} in {:?}", text, scope);
                    prop_assert!(hits.hits.is_sorted_by_key(|h| h.cost));
                    prop_assert!(hits.hits.iter().all(|h| scope.has(docs[h.id as usize].units[0])));
                    prop_assert_eq!(hits.facets.units.iter().map(|u| u.1).sum::<u64>(), hits.total);
                    prop_assert_eq!(bed.index.count(&scope, &Query::text(&text, 0)).unwrap(), hits.total);
                    let suggested = bed.index.suggest(&scope, &text, None, 8).unwrap();
                    prop_assert_eq!(&suggested[..], &hits.hits[..hits.hits.len().min(8)]);
                    for hit in &hits.hits[..as_typed] {
                        let doc = &docs[hit.id as usize];
                        let line = format!("{} {}", doc.title, doc.words.join(" "));
                        let marked = highlight(&line, &text);
                        prop_assert!(!marked.is_empty(), "{} | {}", line, text);
                    }
                }
            }
        }

        #[test]
        fn any_text_is_safe(text in any::<String>(), other in ".{0,80}") {
            for range in highlight(&text, &other).into_iter().chain(highlight(&other, &text)) {
                prop_assert!(range.start < range.end);
            }
            for range in highlight(&text, &other) {
                prop_assert!(text.is_char_boundary(range.start) && text.is_char_boundary(range.end));
            }
            prop_assert!(parse::parse(&text).len() <= parse::MOST_ITEMS);
        }
    }
}

#[test]
fn many_may_ask_while_one_writes() {
    fn shared<T: Send + Sync>(_: &T) {}
    let bed = bed(&[person(1, "Lê An")]);
    shared(&bed.index);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for _ in 0..200 {
                    assert!(bed.index.search(&Scope::All, &Query::text("le an", 5)).unwrap().total >= 1);
                }
            });
        }
        for seq in 2..8 {
            bed.index.apply(&[person(seq, "Lê Anh"), person(1, "Lê An")], &[]).unwrap();
            bed.index.commit(seq).unwrap();
        }
    });
    assert_eq!((bed.index.stats().unwrap().docs, bed.index.seq()), (7, 7));
}
