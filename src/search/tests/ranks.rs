//! In what order hits come.

use super::*;

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
        (
            "lê mình",
            vec![person(4, "Lê Ninh"), person(3, "Lệ Minh"), person(2, "Lê Minh"), person(1, "Lê Mình")],
            &[1, 2, 3, 4],
        ),
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
        (
            "le",
            vec![person(3, "Lê Bình"), person(1, "Lê An"), person(2, "Lê Văn Ấn"), person(4, "Lê Bình")],
            &[1, 2, 3, 4],
        ),
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
    let bed =
        bed(&[person(1, "Trần Minh"), person(2, "Trần Linh"), person(3, "Trần Mạnh"), person(4, "Trần Minh Tâm")]);
    let hits = bed.hits("tran minh");
    let ids: Vec<u64> = hits.hits.iter().map(|h| h.id).collect();
    assert_eq!(ids, [1, 4, 2, 3]);
    assert_eq!((hits.total, hits.near, hits.reading), (4, 2, Reading::AsTyped));
    assert_eq!(bed.hits("tran mihn").reading, Reading::Slip);
    assert_eq!(bed.hits("traanf minh").reading, Reading::RawKeys);
}
