//! Chance, always from a seed. The same seed, unit and purpose give the same throws on any machine and
//! in any order of schools; nothing here may ask for the time or for real randomness.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What throws are for: each purpose has its own stream, so that more throws for one thing do not
/// change another.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose {
    /// Sizes, names and places of schools.
    Plan,
    /// School, campuses, rooms, money.
    Site,
    /// Staff.
    Staff,
    /// Who learns here, and when they came and went.
    Cohorts,
    /// Names, families, addresses.
    People,
    /// Marks, awards, health.
    Results,
}

/// A stream of throws.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream for a unit (0: the province) and purpose.
    pub(super) fn new(seed: u64, unit: u32, purpose: Purpose) -> Self {
        let mut key = [0u8; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..12].copy_from_slice(&unit.to_le_bytes());
        key[12] = purpose as u8;
        Self(ChaCha8Rng::from_seed(key))
    }

    /// Any number.
    pub(super) fn any(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// 0 to `n` − 1; 0 if `n` is 0.
    pub(super) fn below(&mut self, n: u32) -> u32 {
        ((u64::from(self.any()) * u64::from(n)) >> 32) as u32
    }

    /// `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i32, high: i32) -> i32 {
        low + self.below((high - low + 1).max(1) as u32) as i32
    }

    /// Yes, so many times in ten thousand.
    pub(super) fn chance(&mut self, in_10_000: u32) -> bool {
        self.below(10_000) < in_10_000
    }

    /// One of them; the slice must not be empty.
    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u32) as usize]
    }

    /// About a bell curve: mean 0, standard deviation 100, never beyond ±345.
    pub(super) fn bell(&mut self) -> i32 {
        let sum: i32 = self.any().to_le_bytes().iter().map(|b| i32::from(*b)).sum();
        (sum - 510) * 100 / 148
    }

    /// `count` × `in_10_000` / 10 000, rounded up or down by chance so that the mean is right.
    pub(super) fn share(&mut self, count: u32, in_10_000: u32) -> u32 {
        let exact = count * in_10_000;
        exact / 10_000 + u32::from(self.below(10_000) < exact % 10_000)
    }

    /// The index drawn by weights whose running totals are `totals`.
    pub(super) fn weighted(&mut self, totals: &[u32]) -> usize {
        let at = self.below(totals.last().copied().unwrap_or(0));
        totals.partition_point(|total| *total <= at)
    }
}

fn mixed(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// Shuffles the numbers 0 to `side`² − 1: different numbers stay different, neighbours part.
pub(super) fn scramble(key: u64, number: u32, side: u32) -> u32 {
    let (mut high, mut low) = (number / side % side, number % side);
    for round in 0..4u64 {
        let push = mixed(key ^ (round << 56) ^ u64::from(low)) % u64::from(side);
        (high, low) = (low, (high + push as u32) % side);
    }
    high * side + low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scrambled_numbers_stay_different() {
        let mut seen = vec![false; 10_000];
        for n in 0..10_000 {
            seen[scramble(42, n, 100) as usize] = true;
        }
        assert!(seen.iter().all(|s| *s));
        assert_ne!(scramble(1, 5, 1000), scramble(2, 5, 1000));
    }

    #[test]
    fn shares_are_right_on_average() {
        let mut dice = Dice::new(1, 1, Purpose::Plan);
        let sum: u32 = (0..10_000).map(|_| dice.share(30, 150)).sum();
        assert!((4_300..4_700).contains(&sum), "{sum}");
        let bell: i32 = (0..10_000).map(|_| dice.bell()).sum();
        assert!(bell.abs() < 60_000, "{bell}");
    }
}
