//! Writing, reopening, damage, many at once.

use super::*;

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
        let mut files: Vec<_> =
            std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_file()).collect();
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
            if how == "remove" {
                std::fs::remove_file(&path).unwrap();
            } else {
                std::fs::write(&path, &bytes).unwrap();
            }
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
