//! The rules of the house, read out of the source: who may use whom, where a library may be named, how
//! long a file may be. An exception is written here, and the lists of them only shrink.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const LINES_MAX: usize = 500;
/// Files over the limit, with the length they must not exceed. To be cut apart, then taken off.
const TOO_LONG: &[(&str, usize)] = &[
    ("src/exchange/units.rs", 520),
    ("src/records/ops.rs", 523),
    ("src/spec/expr/compile.rs", 559),
    ("tests/it/store/acts.rs", 520),
];

/// Where a library or a word may stand: (word, places, why).
const ONLY_IN: &[(&str, &[&str], &str)] = &[
    ("redb", &["src/store/"], "the store has two doors"),
    // The dictionary is a page of its own: the schema stands above ui.
    ("maud", &["src/ui/", "src/spec/doc/"], "markup is made with ui::html"),
    // logging.rs: the name of its log lines.
    ("tantivy", &["src/search/", "src/logging.rs"], "the index knows only Doc"),
    ("tokio_cron_scheduler", &["src/jobs/", "src/logging.rs"], "the scheduler only ticks; jobs/ does the rest"),
    ("lettre", &["src/mail/post.rs"], "letters are handed over in one place"),
    ("PreEscaped", &[], "text is only put on a page through html!, which escapes it"),
    (
        "Router",
        &["src/http/", "src/server.rs", "src/server_loop.rs", "src/server_loop/"],
        "routes are registered by http::Routes, which lists them",
    ),
    ("begin_read", &["src/store/"], "the read door is Db::read"),
    ("begin_write", &["src/store/"], "the write door is Db::write"),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every `.rs` file of the program and its tests: path from the root, text.
fn files(dirs: &[&str]) -> Vec<(String, String)> {
    fn walk(dir: &Path, out: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, out);
            } else if path.extension().is_some_and(|e| e == "rs") {
                out.push(path);
            }
        }
    }
    let mut paths = Vec::new();
    for dir in dirs {
        walk(&root().join(dir), &mut paths);
    }
    paths.sort();
    let name = |p: &PathBuf| p.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
    paths.iter().map(|p| (name(p), fs::read_to_string(p).unwrap())).collect()
}

/// The lines that are no comments, with their numbers.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(n, line)| (n + 1, line)).filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// Whether a word stands in a line, whole.
fn has_word(line: &str, word: &str) -> bool {
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(word).any(|(at, _)| {
        // `store.redb` in quotes is a file's name.
        let before = line[..at].chars().next_back();
        !letter(before) && before != Some('.') && !letter(line[at + word.len()..].chars().next())
    })
}

/// The modules in order of `lib.rs`.
fn order() -> BTreeMap<String, usize> {
    let text = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let named = text.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    named.enumerate().map(|(at, name)| (name.to_owned(), at)).collect()
}

/// The modules a text names after `crate::`, also in braces.
fn named(text: &str) -> Vec<(usize, String)> {
    let mut out = Vec::new();
    let mut clean = String::with_capacity(text.len());
    for line in text.lines() {
        if !line.trim_start().starts_with("//") {
            clean.push_str(line);
        }
        clean.push('\n');
    }
    let word = |s: &str| s.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    for (at, _) in clean.match_indices("crate::") {
        if clean[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let line = clean[..at].matches('\n').count() + 1;
        let rest = &clean[at + "crate::".len()..];
        let Some(inside) = rest.strip_prefix('{') else {
            let name = word(rest);
            if !rest[name.len()..].starts_with('!') {
                out.push((line, name));
            }
            continue;
        };
        let mut depth = 1;
        let mut piece = String::new();
        for c in inside.chars() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 1 => {
                    out.push((line, word(piece.trim())));
                    piece.clear();
                    continue;
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
            piece.push(c);
        }
        out.push((line, word(piece.trim())));
    }
    out.retain(|(_, name)| !name.is_empty() && name != "self");
    out
}

/// The top module a file belongs to.
fn module_of(path: &str) -> &str {
    let rest = path.strip_prefix("src/").unwrap();
    rest.split(['/', '.']).next().unwrap()
}

#[test]
fn modules_use_only_those_above_them() {
    let order = order();
    assert!(order.len() > 20, "lib.rs could not be read");
    let mut wrong = Vec::new();
    for (path, text) in files(&["src"]) {
        let module = module_of(&path);
        if module == "lib" || module == "main" {
            continue;
        }
        let Some(mine) = order.get(module) else {
            wrong.push(format!("{path}: module {module} does not stand in lib.rs"));
            continue;
        };
        for (line, name) in named(&text) {
            match order.get(&name) {
                Some(theirs) if theirs <= mine => {}
                Some(_) => wrong.push(format!("{path}:{line}: {module} uses {name}, which stands below it")),
                None => wrong.push(format!("{path}:{line}: crate::{name} is no module")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_are_short_and_say_what_they_are_for() {
    let mut wrong = Vec::new();
    for (path, text) in files(&["src", "tests"]) {
        let lines = text.lines().count();
        match TOO_LONG.iter().find(|(known, _)| *known == path) {
            Some((_, most)) if lines > *most => {
                wrong.push(format!("{path}: {lines} lines, it was {most} and should shrink"))
            }
            Some(_) if lines <= LINES_MAX => wrong.push(format!("{path}: {lines} lines; take it off TOO_LONG")),
            None if lines > LINES_MAX => wrong.push(format!("{path}: {lines} lines, the most is {LINES_MAX}")),
            _ => {}
        }
        if !text.trim_start_matches("#!").trim_start().starts_with("//!") {
            wrong.push(format!("{path}: does not open with //! and what it is for"));
        }
    }
    for (path, _) in TOO_LONG {
        if !root().join(path).exists() {
            wrong.push(format!("{path} is gone; take it off TOO_LONG"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn libraries_are_named_where_they_belong() {
    let mut wrong = Vec::new();
    for (path, text) in files(&["src"]) {
        for (word, places, why) in ONLY_IN {
            if places.iter().any(|place| path.starts_with(place)) {
                continue;
            }
            for (line, _) in code(&text).filter(|(_, line)| has_word(line, word)) {
                wrong.push(format!("{path}:{line}: names {word}; {why}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The table of design.md: what each file of a feature must not mention.
#[test]
fn files_of_a_feature_keep_to_their_part() {
    const GROUND: [&str; 7] = ["spec", "store", "search", "tree", "text", "names", "actor"];
    let mut wrong = Vec::new();
    for (path, text) in files(&["src"]) {
        let file = path.rsplit('/').next().unwrap();
        let ground = GROUND.contains(&module_of(&path));
        let not: &[&str] = match file {
            _ if ground && !path.starts_with("src/spec/doc/") => &["axum", "html!"],
            "model.rs" => &["axum", "html!", "tokio"],
            "store.rs" | "ops.rs" | "feed.rs" | "world.rs" => &["axum", "html!"],
            "api.rs" => &["html!"],
            _ => continue,
        };
        for (line, text) in code(&text) {
            for word in not {
                let bare = word.trim_end_matches('!');
                if has_word(text, bare) && text.contains(word) {
                    wrong.push(format!("{path}:{line}: {file} must not mention {word}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn these_rules_find_what_they_look_for() {
    assert!(has_word("use redb::Database;", "redb") && has_word("x(redb)", "redb"));
    assert!(!has_word("\"store.redb\"", "redb") && !has_word("redbird", "redb") && !has_word("a_redb", "redb"));
    let text = "use crate::{\n    app::{self, App},\n    ui,\n};\n// crate::no\nlet x = crate::text::fold(y); crate::stored_value!(A, 1); my_crate::z();";
    let names: Vec<String> = named(text).into_iter().map(|(_, n)| n).collect();
    assert_eq!(names, ["app", "ui", "text"]);
}

#[test]
fn the_store_names_the_library_that_writes_it() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let redb = lock.split("[[package]]").find(|part| part.contains("\nname = \"redb\"\n")).unwrap();
    let version = redb.split("version = \"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(
        csdlgd::store::ENGINE,
        format!("redb {version}"),
        "another library: a store of the one before is copied"
    );
}
