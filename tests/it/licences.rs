//! What the program says of its components is what it is built of.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

type Packages = BTreeSet<(String, String)>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn locked() -> Packages {
    let text = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let value = |line: &str| line.split('"').nth(1).unwrap().to_owned();
    let blocks = text.split("[[package]]").skip(1).map(|block| {
        let line = |key: &str| block.lines().find(|l| l.starts_with(key)).map(value).unwrap();
        (line("name = "), line("version = "))
    });
    blocks.filter(|(name, _)| name != "csdlgd").collect()
}

#[test]
fn the_licences_are_those_of_the_lock_file() {
    let file = fs::read(root().join("assets/licences.csv")).unwrap();
    let rows: Vec<csv::StringRecord> = csv::Reader::from_reader(&file[..]).records().map(|r| r.unwrap()).collect();
    let said: Packages = rows.iter().map(|r| (r[0].to_owned(), r[1].to_owned())).collect();
    let locked = locked();
    let missing: Vec<_> = locked.difference(&said).collect();
    let gone: Vec<_> = said.difference(&locked).collect();
    assert!(missing.is_empty() && gone.is_empty(), "run packaging/licences; missing {missing:?}, gone {gone:?}");
    let unlicensed: Vec<&str> = rows.iter().filter(|r| &r[3] == "program" && r[2].is_empty()).map(|r| &r[0]).collect();
    assert!(unlicensed.is_empty(), "without a licence: {unlicensed:?}");
    let texts = fs::read_to_string(root().join("assets/licences.txt")).unwrap();
    for name in ["redb ", "axum ", "tantivy ", "lucide", "normalize"] {
        assert!(texts.contains(name), "no text of {name}");
    }
}
