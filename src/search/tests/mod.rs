//! Tests of the search, each file one side of it; here what they share.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod finds;
mod lasts;
mod plain;
mod ranks;
mod walls;

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
    let gv = Doc {
        kind: "staff".into(),
        ..at(person(6, "Phạm Quốc Toản"), "", &["Giáo viên", "Toán", "Trường THCS Tân Hồng"])
    };
    let unit = Doc {
        id: 7,
        kind: "unit".into(),
        units: vec![B],
        title: "Trường THCS Tân Hồng".into(),
        current: true,
        ..Doc::default()
    };
    let nfd: String = unicode_normalization::UnicodeNormalization::nfd("Nguyễn Đức Ơn").collect();
    vec![an, hoa, thuy, ky, mdrak, gv, unit, person(8, &nfd)]
}
