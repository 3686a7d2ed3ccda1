//! How many schools, classes and learners of each level. The shares are those of Hải Dương in 2023–24;
//! the sum is exact.

use super::dice::Dice;
use super::model::{Grade, Level};

/// Learners of Hải Dương 2023–24 by level, in hundreds.
const SHARES: [u64; 5] = [1080, 1760, 1370, 606, 56];
/// Learners of a usual school there.
const USUAL: [f64; 5] = [330.0, 640.0, 520.0, 1120.0, 430.0];
/// Learners of a usual class.
const CLASS: [f64; 5] = [27.0, 31.0, 37.5, 41.0, 38.0];
/// Learners of Hải Dương, all levels.
const REAL: f64 = 480_000.0;
/// A district has one centre; so has the province.
const MOST_CENTRES: usize = 13;

/// Splits `total` by weights, exactly.
pub(super) fn split(total: u64, weights: &[u64]) -> Vec<u64> {
    let sum: u64 = weights.iter().sum::<u64>().max(1);
    let mut parts: Vec<u64> = weights.iter().map(|w| total * w / sum).collect();
    let mut by_rest: Vec<usize> = (0..weights.len()).collect();
    by_rest.sort_by_key(|&i| std::cmp::Reverse(total * weights[i] % sum));
    let missing = total - parts.iter().sum::<u64>();
    for &i in by_rest.iter().cycle().take(missing as usize) {
        parts[i] += 1;
    }
    parts
}

/// Grades of every school of every level, and of independent nursery groups.
pub(super) struct Sizes {
    /// By level (in the order of [`Level::ALL`]) and school.
    pub(super) schools: [Vec<Vec<Grade>>; 5],
    /// Nursery groups.
    pub(super) groups: Vec<Vec<Grade>>,
}

/// Plans the sizes for so many learners.
pub(super) fn plan(learners: u64, dice: &mut Dice) -> Sizes {
    let learners = learners.max(200);
    let scale = (learners as f64 / REAL).powf(0.28).clamp(0.25, 1.1);
    let mut of_level = split(learners, &SHARES);
    let groups = groups(&mut of_level[0], learners, dice);
    let schools = Level::ALL.map(|level| {
        let i = level as usize;
        let most = if level == Level::Gdtx { MOST_CENTRES } else { usize::MAX };
        schools(level, of_level[i], USUAL[i] * scale, most, dice)
    });
    Sizes { schools, groups }
}

/// Nursery groups in villages without room in the public school: about one preschool child in ten.
fn groups(preschool: &mut u64, learners: u64, dice: &mut Dice) -> Vec<Vec<Grade>> {
    let share = if learners < 4_000 { 0 } else { *preschool / if learners > 600_000 { 8 } else { 12 } };
    let mut groups = Vec::new();
    let mut left = share;
    while left >= 40 {
        let grades: Vec<Grade> = [18, 20, 18]
            .map(|usual| Grade { classes: 1, learners: dice.between(usual - 5, usual + 6) as u16 })
            .into_iter()
            .chain([Grade::default()])
            .collect();
        let size: u64 = grades.iter().map(|g| u64::from(g.learners)).sum();
        if size > left {
            break;
        }
        left -= size;
        *preschool -= size;
        groups.push(grades);
    }
    groups
}

fn schools(level: Level, learners: u64, usual: f64, most: usize, dice: &mut Dice) -> Vec<Vec<Grade>> {
    let grades = level.grades();
    let classes = ((learners as f64 / CLASS[level as usize]).round() as usize).max(grades);
    let count = ((learners as f64 / usual).round() as usize).clamp(1, (classes / grades).min(most));
    let weights: Vec<u64> = (0..count).map(|_| dice.between(55, 160) as u64).collect();
    let free = classes - count * grades;
    // One primary school is large enough to be split.
    let kept = if level == Level::Th && count > 4 && free >= grades { grades } else { 0 };
    let mut more = split((free - kept) as u64, &weights);
    more[count - 1] += kept as u64;

    // Classes of each grade of each school, then learners spread evenly over all classes.
    let mut plan: Vec<Vec<Grade>> = more
        .iter()
        .map(|more| {
            let (all, odd) = (*more as usize / grades, *more as usize % grades);
            let shift = dice.below(grades as u32) as usize;
            let extra = |grade: usize| usize::from((grade + shift) % grades < odd);
            (0..grades).map(|g| Grade { classes: (1 + all + extra(g)) as u16, learners: 0 }).collect()
        })
        .collect();
    let sizes: Vec<u64> = plan
        .iter()
        .flat_map(|school| school.iter().enumerate())
        .map(|(index, grade)| {
            // Nursery classes are smaller than the others.
            let base = if level == Level::Mn && index == 0 { 78 } else { 100 };
            (0..grade.classes).map(|_| (base + dice.between(-5, 5)) as u64).sum()
        })
        .collect();
    let mut sizes = split(learners, &sizes).into_iter();
    for grade in plan.iter_mut().flatten() {
        grade.learners = sizes.next().unwrap_or(0) as u16;
    }
    plan
}

#[cfg(test)]
mod tests {
    use super::super::dice::Purpose;
    use super::*;

    fn sum<'a>(schools: impl IntoIterator<Item = &'a Vec<Grade>>) -> u64 {
        schools.into_iter().flatten().map(|g| u64::from(g.learners)).sum()
    }

    #[test]
    fn the_sum_is_exact_and_classes_are_usual() {
        for learners in [200, 2_000, 5_000, 20_000, 480_000, 1_300_000] {
            let sizes = plan(learners, &mut Dice::new(1, 0, Purpose::Plan));
            let total = sizes.schools.iter().map(sum).sum::<u64>() + sum(&sizes.groups);
            assert_eq!(total, learners);
            for (level, schools) in Level::ALL.iter().zip(&sizes.schools) {
                let classes: u64 = schools.iter().flatten().map(|g| u64::from(g.classes)).sum();
                let mean = sum(schools) / classes;
                let usual = CLASS[*level as usize] as u64;
                assert!(
                    learners < 20_000 && *level == Level::Gdtx || learners < 5_000 || mean.abs_diff(usual) <= 3,
                    "{learners} {level:?} {mean}"
                );
                assert!(schools.iter().flatten().all(|g| g.learners <= g.classes * 48), "{learners} {level:?}");
            }
        }
    }

    #[test]
    fn a_real_province_has_a_real_number_of_schools() {
        let sizes = plan(480_000, &mut Dice::new(1, 0, Purpose::Plan));
        let counts: Vec<usize> = sizes.schools.iter().map(Vec::len).collect();
        assert!((250..350).contains(&counts[0]) && (240..300).contains(&counts[1]), "{counts:?}");
        assert!((230..290).contains(&counts[2]) && (45..60).contains(&counts[3]), "{counts:?}");
    }
}
