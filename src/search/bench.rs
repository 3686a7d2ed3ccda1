//! Figures of filling and asking, for a person to read: `cargo test --lib search::bench -- --ignored
//! --nocapture`, with `CSDLGD_BENCH_DOCS` for the size. Not a test of anything.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use super::*;
use crate::actor::Scope;
use std::time::Instant;

/// Milliseconds this thread has run: wall time on a shared machine says little.
fn thread_ms() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e6
}

/// Seconds all threads of the process have run.
fn process_s() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = text.rsplit(')').next().unwrap().split_whitespace().collect();
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
}

/// A plain generator: the same docs each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n
    }
}

/// Names with how often they occur, flattened to a thousand or so.
fn weighted(csv: &str, count_at: usize) -> Vec<String> {
    let rows = csv.lines().skip(1).map(|l| l.split(',').collect::<Vec<_>>());
    let rows: Vec<(String, usize)> = rows.map(|r| (r[0].to_owned(), r[count_at].parse().unwrap())).collect();
    let all: usize = rows.iter().map(|r| r.1).sum();
    rows.into_iter().flat_map(|(name, n)| std::iter::repeat_n(name, (n * 3000 / all).max(1))).collect()
}

/// Makes the docs of a province, in the order of its schools.
struct Province {
    surnames: Vec<String>,
    middles: Vec<String>,
    givens: Vec<String>,
    schools: Vec<String>,
    chance: Chance,
    next: u64,
}

impl Province {
    fn new() -> Self {
        let surnames = weighted(include_str!("../../tests/it/data/names/surnames_2016_k30.csv"), 1);
        let middles = weighted(include_str!("../../tests/it/data/names/middle_names_2016_k30.csv"), 4);
        let givens = weighted(include_str!("../../tests/it/data/names/given_names_2016_k30.csv"), 4);
        let mut chance = Chance(7);
        let mut school = |i: usize| {
            let level = ["Tiểu học", "THCS", "THPT"][i % 3];
            format!("Trường {level} {} {}", middles[chance.below(middles.len())], givens[chance.below(givens.len())])
        };
        let schools = (0..1500).map(&mut school).collect();
        Self { surnames, middles, givens, schools, chance, next: 0 }
    }

    fn doc(&mut self) -> Doc {
        let (i, c) = (self.next, &mut self.chance);
        self.next += 1;
        let school = (i as usize / 870) % self.schools.len();
        let (y, m, d) = (2006 + c.below(12) as i16, 1 + c.below(12) as u8, 1 + c.below(28) as u8);
        let grade = 1 + c.below(12);
        let (s, m_, g) = (c.below(self.surnames.len()), c.below(self.middles.len()), c.below(self.givens.len()));
        Doc {
            id: i,
            kind: if i % 13 == 0 { "staff" } else { "pupil" }.into(),
            units: vec![UnitId(school as u32 + 100)],
            title: format!("{} {} {}", self.surnames[s], self.middles[m_], self.givens[g]),
            person: true,
            codes: vec![format!("031{}{:02}{:06}", 2 + c.below(2), y % 100, i % 1_000_000), format!("31{i:08}")],
            words: vec![format!("{grade}A{}", 1 + c.below(8)), self.schools[school].clone(), "Người học".into()],
            phones: if i % 3 == 0 { vec![format!("09{:08}", c.below(100_000_000))] } else { vec![] },
            dates: vec![(y, m, d)],
            levels: vec![["TH", "THCS", "THPT"][school % 3].into()],
            grade: Some(grade.to_string()),
            years: vec![2024],
            sex: Some(if i % 2 == 0 { "1" } else { "2" }.into()),
            state: if i % 20 == 0 { "left" } else { "active" }.into(),
            current: i % 20 != 0,
            ..Doc::default()
        }
    }
}

#[test]
#[ignore = "figures, not a test"]
fn figures() {
    let n: usize = std::env::var("CSDLGD_BENCH_DOCS").ok().and_then(|n| n.parse().ok()).unwrap_or(200_000);
    let dir = tempfile::tempdir().unwrap();
    let (index, _) = Index::open(dir.path(), "bench").unwrap();
    let mut province = Province::new();
    let (mut filled, mut cpu) = (0.0, 0.0);
    let mut timed = |work: &dyn Fn()| {
        let (wall, run) = (Instant::now(), process_s());
        work();
        filled += wall.elapsed().as_secs_f64();
        cpu += process_s() - run;
    };
    let replace = std::env::var("CSDLGD_BENCH_APPLY").is_ok();
    for _ in 0..n / 4_000 {
        let batch: Vec<Doc> = (0..4_000).map(|_| province.doc()).collect();
        timed(&|| if replace { index.apply(&batch, &[]).unwrap() } else { index.load(&batch).unwrap() });
    }
    timed(&|| index.commit(1).unwrap());
    index.settle().unwrap();
    let stats = index.stats().unwrap();
    println!(
        "{n} docs: filled in {:.2} s = {:.0} docs/s, {cpu:.2} s CPU = {:.1} us/doc, {} segments, {} MiB ({} B/doc)",
        filled,
        n as f64 / filled,
        cpu * 1e6 / n as f64,
        stats.segments,
        stats.bytes >> 20,
        stats.bytes / stats.docs
    );
    ask(&index);
    let mut commits = Vec::new();
    let cpu = process_s();
    for seq in 2..42u64 {
        let start = Instant::now();
        let changed: Vec<Doc> =
            (0..20).map(|k| Doc { id: (seq * 977 + k * 13) % n as u64, ..province.doc() }).collect();
        index.apply(&changed, &[]).unwrap();
        index.commit(seq).unwrap();
        commits.push(start.elapsed().as_secs_f64() * 1e3);
    }
    commits.sort_by(f64::total_cmp);
    let cpu = (process_s() - cpu) * 25.0;
    println!(
        "commit of 20: p50 {:.1} ms, p95 {:.1} ms, {cpu:.1} ms CPU; {} segments",
        commits[20],
        commits[37],
        index.stats().unwrap().segments
    );
    ask(&index);
    index.settle().unwrap();
    drop(index);
    let start = Instant::now();
    let (index, opened) = Index::open(dir.path(), "bench").unwrap();
    println!(
        "open with checksums: {:.0} ms, {opened:?}, {} segments",
        start.elapsed().as_secs_f64() * 1e3,
        index.stats().unwrap().segments
    );
}

fn ask(index: &Index) {
    let school = Scope::of(vec![UnitId(150)]);
    let commune = Scope::of((150..164).map(UnitId).collect());
    let many = Scope::of((100..400).map(UnitId).collect());
    for (scope_name, scope) in [("all", Scope::All), ("school", school), ("14 units", commune), ("300 units", many)] {
        for text in [
            "",
            "n",
            "ng",
            "nguyen",
            "nguyen van an",
            "nguyễn văn an",
            "an nguyen 6a1",
            "tran thi 2012",
            "05/03/2012",
            "0312",
            "031212",
            "031212001234",
            "0912 345 678",
            "nguyeenx thij hoaf",
            "nguyen vna an",
            "tran thi hoaf 6a1 minh",
            "khong co ai ten la the nay dau",
        ] {
            let query = Query { own_unit: Some(UnitId(150)), ..Query::text(text, 20) };
            let (mut total, mut runs) = (0, 0);
            let cpu = thread_ms();
            while runs < 10 || (thread_ms() - cpu < 100.0 && runs < 1000) {
                total = index.search(&scope, &query).unwrap().total;
                runs += 1;
            }
            let full = (thread_ms() - cpu) / f64::from(runs);
            let cpu = thread_ms();
            (0..runs).for_each(|_| drop(index.search(&scope, &Query { facets: false, ..query.clone() }).unwrap()));
            let bare = (thread_ms() - cpu) / f64::from(runs);
            let cpu = thread_ms();
            (0..runs).for_each(|_| drop(index.suggest(&scope, text, None, 8).unwrap()));
            let suggest = (thread_ms() - cpu) / f64::from(runs);
            println!(
                "{scope_name:>9} {text:<32} {total:>8} hits {full:>7.2} ms CPU, {bare:>7.2} without facets, suggest {suggest:>6.2}"
            );
        }
    }
}
