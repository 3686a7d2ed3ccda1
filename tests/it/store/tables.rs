//! A table's number is in every key it ever wrote: no two tables of a class may share one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn no_two_tables_share_a_number() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let mut taken: BTreeMap<(String, u8), String> = BTreeMap::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for declared in text.split("Table::new(").skip(1) {
            let mut arguments = declared.split(',').map(str::trim);
            let (Some(class), Some(number), Some(name)) = (arguments.next(), arguments.next(), arguments.next()) else { continue };
            let (Some((_, class)), Ok(number)) = (class.rsplit_once("Class::"), number.parse::<u8>()) else { continue };
            assert!((1..0xff).contains(&number), "{}: {name} has number {number}", file.display());
            let here = format!("{name} in {}", file.display());
            if let Some(other) = taken.insert((class.to_owned(), number), here.clone()) {
                panic!("{class} table number {number} is used twice: {other}, and {here}");
            }
        }
    }
    assert!(taken.contains_key(&("Ephemeral".into(), 1)), "the receipts were not found");
}
