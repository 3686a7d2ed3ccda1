//! Mergers, splits and new names. They change the plan of the schools concerned: who has learners in
//! which year, and how many came or went together.

use super::model::{Flow, Grade, Happening, Level, Numbers, Ownership, Params, Part, REFORM, School, What};
use super::pool::{bare, pool};
use super::row::day;
use crate::id::UnitId;
use crate::tree::Day;

/// Lets things happen. Schools may be added at the end.
pub(super) fn happen(schools: &mut Vec<School>, params: &Params, today: Day) {
    let mut touched = vec![false; schools.len()];
    let [_, before, newest] = params.years.map(i32::from);
    let mut events =
        Events { schools, touched: &mut touched, before: day(before, 8, 1), newest: day(newest, 8, 1), today };
    let count = events.schools.len();
    events.merge(Level::Th, (count / 60).max(1));
    events.merge(Level::Mn, count / 80);
    if count >= 20 {
        events.merge_levels((count / 150).max(1));
        events.branch((count / 120).max(1));
    }
    if count >= 12 {
        events.split((count / 150).max(1));
    }
    events.rename((count / 40).max(1));
    events.dissolve((count / 200).min(4) + usize::from(count >= 30));
}

struct Events<'a> {
    schools: &'a mut Vec<School>,
    touched: &'a mut Vec<bool>,
    before: Day,
    newest: Day,
    today: Day,
}

impl Events<'_> {
    /// Public schools of exactly these levels to which nothing happened yet.
    fn free(&self, levels: &[Level]) -> Vec<usize> {
        let fits = |s: &School| s.levels() == levels && s.ownership == Ownership::Public && !s.group && !s.gifted;
        (0..self.touched.len()).filter(|&i| !self.touched[i] && fits(&self.schools[i])).collect()
    }

    fn tell(&mut self, school: usize, day: Day, decision: &str, what: What) {
        self.schools[school].story.push(Happening { day, decision: decision.to_owned(), what });
        self.schools[school].story.sort_by_key(|h| h.day);
        if school < self.touched.len() {
            self.touched[school] = true;
        }
    }

    /// A new school in the place of `like`, at the end of the list, with the last free number.
    fn add(&mut self, like: usize, name: String, short: String, numbers: &str, founded: Day) -> usize {
        let ordinal = self.schools.len() as u32;
        let model = &self.schools[like];
        let codes = (0..100).rev().map(|n| format!("{}{numbers}{n:02}", &model.code[..5]));
        let mut free = codes.filter(|code| self.schools.iter().all(|s| s.code != *code));
        let code = free.next().unwrap_or_default();
        let unit = UnitId(model.unit.0 - model.ordinal + ordinal);
        let school = School {
            ordinal,
            unit,
            name,
            short,
            code,
            founded,
            story: Vec::new(),
            numbers: Numbers::default(),
            ..model.clone()
        };
        self.schools.push(school);
        ordinal as usize
    }

    /// A small school next door went into each of `count` schools at the beginning of the newest year.
    fn merge(&mut self, level: Level, count: usize) {
        let step = self.free(&[level]).len() / (count + 1).max(1);
        for n in 0..count {
            let Some(&into) = self.free(&[level]).get(n * step.max(1)) else { return };
            let short = format!("{} 2", self.schools[into].short);
            let name = format!("{} {short}", if level == Level::Mn { "Trường Mầm non" } else { "Trường TH" });
            let digit = if level == Level::Mn { "3" } else { "4" };
            let gone = self.add(into, name, short, digit, self.schools[into].founded + 4_000);
            // The newest numbers of the open school hold both; before, it had two thirds of them.
            let third: Vec<Grade> = self.schools[into].parts[0].grades.iter().map(|g| third_of(*g)).collect();
            self.schools[gone].parts =
                vec![Part { level, first: 0, last: 1, grades: third, inflow: None, outflow: None }];
            self.schools[into].parts[0].inflow = Some(Flow { at: 2, other: gone as u32, in_1000: 333 });
            let decision = format!("{}/QĐ-UBND (mẫu)", 410 + n);
            self.tell(gone, self.newest, &decision, What::MergedInto(into as u32));
            self.tell(into, self.newest, &decision, What::Absorbed(gone as u32));
        }
    }

    /// A primary school took in the secondary school of its commune one year ago.
    fn merge_levels(&mut self, count: usize) {
        let mut done = 0;
        for low in self.free(&[Level::Th]) {
            let same_place = |&s: &usize| self.schools[s].commune == self.schools[low].commune;
            let Some(high) = self.free(&[Level::Thcs]).into_iter().find(same_place) else { continue };
            let mut taught = self.schools[high].parts[0].clone();
            self.schools[high].parts[0].last = 0;
            taught.first = 1;
            taught.inflow = Some(Flow { at: 1, other: high as u32, in_1000: 1000 });
            self.schools[low].parts.push(taught);
            let commune = self.schools[low].commune;
            let name = format!("Trường TH và THCS {}", bare(pool().communes[commune].old_name));
            let decision = format!("{}/QĐ-UBND (mẫu)", 385 + done);
            self.tell(high, self.before, &decision, What::MergedInto(low as u32));
            let levels = vec![Level::Th, Level::Thcs];
            self.tell(low, self.before, &decision, What::AbsorbedLevel(high as u32, name, levels));
            done += 1;
            if done == count {
                return;
            }
        }
    }

    /// A large school gave a part of its pupils to a new one a year ago.
    fn split(&mut self, count: usize) {
        let mut large = self.free(&[Level::Th]);
        large.retain(|&i| self.schools[i].parts[0].grades.iter().all(|g| g.classes > 1));
        large.sort_by_key(|&i| std::cmp::Reverse(self.schools[i].parts[0].learners()));
        for (n, from) in large.into_iter().take(count).enumerate() {
            let short = format!("{} 3", self.schools[from].short);
            let new = self.add(from, format!("Trường TH {short}"), short, "4", self.before);
            let old = &mut self.schools[from].parts[0];
            let taken: Vec<Grade> = old.grades.iter().map(|g| half_of(*g)).collect();
            for (all, gone) in old.grades.iter_mut().zip(&taken) {
                all.learners -= gone.learners;
                all.classes -= gone.classes;
            }
            let gone: u32 = taken.iter().map(|g| u32::from(g.learners)).sum();
            let in_1000 = gone * 1_000 / old.learners().max(1);
            self.schools[new].parts = vec![Part {
                level: Level::Th,
                first: 1,
                last: 2,
                grades: taken,
                inflow: Some(Flow { at: 1, other: from as u32, in_1000: 1000 }),
                outflow: None,
            }];
            self.schools[from].parts[0].outflow = Some(Flow { at: 1, other: new as u32, in_1000 });
            let decision = format!("{}/QĐ-UBND (mẫu)", 372 + n);
            self.tell(new, self.before, &decision, What::SplitFrom(from as u32));
            self.tell(from, self.before, &decision, What::SplitInto(new as u32));
        }
    }

    /// A school became a branch of its neighbour at the beginning of the newest year.
    fn branch(&mut self, count: usize) {
        let mut done = 0;
        for school in self.free(&[Level::Thcs]) {
            let beside = |&s: &usize| s != school && self.schools[s].district == self.schools[school].district;
            let Some(main) = self.free(&[Level::Thcs]).into_iter().rev().find(beside) else { continue };
            let name = format!("Phân hiệu {} – {}", self.schools[school].short, self.schools[main].name);
            let decision = format!("{}/QĐ-UBND (mẫu)", 436 + done);
            self.tell(school, self.newest, &decision, What::BranchOf(main as u32, name));
            self.touched[main] = true;
            done += 1;
            if done == count {
                return;
            }
        }
    }

    /// Schools named after a commune that is no more bear the name of the new one.
    fn rename(&mut self, count: usize) {
        let on = day(2025, 8, 15);
        if self.today < on || REFORM > self.today {
            return;
        }
        let mut done = 0;
        for school in self.free(&[Level::Thcs]).into_iter().chain(self.free(&[Level::Mn])) {
            let s = &self.schools[school];
            let new = bare(pool().new_of(s.commune).name);
            let renamed = s.name.replace(&s.short, new);
            let taken = |o: &School| {
                o.district == s.district
                    && (o.name == renamed || o.story.iter().any(|h| h.new_name() == Some(&renamed)))
            };
            if s.short != bare(pool().communes[s.commune].old_name) || new == s.short || self.schools.iter().any(taken)
            {
                continue;
            }
            self.tell(school, on, &format!("{}/QĐ-UBND (mẫu)", 390 + done), What::Renamed(renamed));
            done += 1;
            if done == count {
                return;
            }
        }
    }

    /// Private groups that closed after the first year.
    fn dissolve(&mut self, count: usize) {
        let Some(like) = self.schools.iter().position(|s| s.group) else { return };
        for n in 0..count {
            let short = ["Tuổi Hoa", "Mây Hồng", "Búp Măng", "Giọt Nắng", "Vầng Trăng"][n % 5].to_owned();
            let name = format!("Nhóm trẻ, lớp mẫu giáo độc lập {short}");
            let school = self.add(like, name, short, "019", self.schools[like].founded + 700);
            self.schools[school].parts[0].last = 0;
            let end = self.before - 60;
            self.tell(school, end, &format!("{}/QĐ-UBND (mẫu)", 360 + n), What::Dissolved);
        }
    }
}

/// Half of the classes of a grade that has two or more.
fn half_of(grade: Grade) -> Grade {
    let classes = grade.classes / 2;
    Grade { classes, learners: grade.learners * classes / grade.classes.max(1) }
}

fn third_of(grade: Grade) -> Grade {
    Grade { classes: (grade.classes / 3).max(1), learners: grade.learners / 3 }
}
