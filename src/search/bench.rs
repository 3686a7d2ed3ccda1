//! Figures of filling and asking, for a person to read: `cargo test --lib search::bench -- --ignored
//! --nocapture`, with `CSDLGD_BENCH_DOCS` for the size. Not a test of anything.

use super::*;
use crate::actor::Scope;
use std::time::Instant;

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

fn docs(n: usize) -> Vec<Doc> {
    let surnames = weighted(include_str!("../../tests/it/data/names/surnames_2016_k30.csv"), 1);
    let middles = weighted(include_str!("../../tests/it/data/names/middle_names_2016_k30.csv"), 4);
    let givens = weighted(include_str!("../../tests/it/data/names/given_names_2016_k30.csv"), 4);
    let mut chance = Chance(7);
    let schools: Vec<String> = (0..1500)
        .map(|i| {
            let level = ["Tiểu học", "THCS", "THPT"][i % 3];
            format!("Trường {level} {} {}", middles[chance.below(middles.len())], givens[chance.below(givens.len())])
        })
        .collect();
    (0..n as u64)
        .map(|i| {
            let c = &mut chance;
            let school = (i as usize / 870) % schools.len();
            let (y, m, d) = (2006 + c.below(12) as i16, 1 + c.below(12) as u8, 1 + c.below(28) as u8);
            let grade = 1 + c.below(12);
            Doc {
                id: i,
                kind: if i % 13 == 0 { "staff" } else { "pupil" }.into(),
                units: vec![UnitId(school as u32 + 100), UnitId(school as u32 / 14 + 1)],
                title: format!("{} {} {}", surnames[c.below(surnames.len())], middles[c.below(middles.len())], givens[c.below(givens.len())]),
                person: true,
                codes: vec![format!("031{}{:02}{:06}", 2 + c.below(2), y % 100, i % 1_000_000), format!("31{i:08}")],
                words: vec![format!("{grade}A{}", 1 + c.below(8)), schools[school].clone(), "Người học".into()],
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
        })
        .collect()
}

#[test]
#[ignore = "figures, not a test"]
fn figures() {
    let n: usize = std::env::var("CSDLGD_BENCH_DOCS").ok().and_then(|n| n.parse().ok()).unwrap_or(200_000);
    let dir = tempfile::tempdir().unwrap();
    let (index, _) = Index::open(dir.path(), "bench").unwrap();
    let all = docs(n);
    let start = Instant::now();
    for batch in all.chunks(20_000) {
        index.load(batch).unwrap();
    }
    index.commit(1).unwrap();
    let filled = start.elapsed();
    index.settle().unwrap();
    let stats = index.stats().unwrap();
    println!(
        "{n} docs: filled in {:.2} s = {:.0} docs/s, merged after {:.2} s, {} segments, {} MiB ({} B/doc)",
        filled.as_secs_f64(), n as f64 / filled.as_secs_f64(), start.elapsed().as_secs_f64(), stats.segments,
        stats.bytes >> 20, stats.bytes / stats.docs
    );
    ask(&index);
    let mut commits = Vec::new();
    for seq in 2..42u64 {
        let start = Instant::now();
        let changed: Vec<Doc> = (0..20).map(|k| all[(seq as usize * 977 + k * 13) % n].clone()).collect();
        index.apply(&changed, &[]).unwrap();
        index.commit(seq).unwrap();
        commits.push(start.elapsed().as_secs_f64() * 1e3);
    }
    commits.sort_by(f64::total_cmp);
    println!("commit of 20: p50 {:.1} ms, p95 {:.1} ms; {} segments", commits[20], commits[37], index.stats().unwrap().segments);
    ask(&index);
    index.settle().unwrap();
    drop(index);
    let start = Instant::now();
    let (index, opened) = Index::open(dir.path(), "bench").unwrap();
    println!("open with checksums: {:.0} ms, {opened:?}, {} segments", start.elapsed().as_secs_f64() * 1e3, index.stats().unwrap().segments);
}

fn ask(index: &Index) {
    let school = Scope::of(vec![UnitId(150)]);
    let commune = Scope::of(vec![UnitId(5)]);
    let many = Scope::of((1..60).map(UnitId).collect());
    for (scope_name, scope) in [("all", Scope::All), ("school", school), ("commune", commune), ("59 units", many)] {
        for text in [
            "", "n", "ng", "nguyen", "nguyen van an", "nguyễn văn an", "an nguyen 6a1", "tran thi 2012", "05/03/2012", "0312", "031212",
            "031212001234", "0912 345 678", "nguyeenx thij hoaf", "nguyen vna an", "tran thi hoaf 6a1 minh", "khong co ai ten la the nay dau",
        ] {
            let query = Query { own_unit: Some(UnitId(150)), ..Query::text(text, 20) };
            let mut times = Vec::new();
            let mut total = 0;
            for _ in 0..9 {
                let start = Instant::now();
                total = index.search(&scope, &query).unwrap().total;
                times.push(start.elapsed().as_secs_f64() * 1e3);
            }
            times.sort_by(f64::total_cmp);
            let start = Instant::now();
            index.suggest(&scope, text, None, 8).unwrap();
            let suggest = start.elapsed().as_secs_f64() * 1e3;
            let start = Instant::now();
            index.search(&scope, &Query { facets: false, ..query }).unwrap();
            let bare = start.elapsed().as_secs_f64() * 1e3;
            println!("{scope_name:>9} {text:<32} {total:>8} hits  p50 {:>7.2} ms  max {:>7.2}  no facets {bare:>7.2}  suggest {suggest:>6.2}", times[4], times[8]);
        }
    }
}
