//! Chance as an argument: secrets from the operating system in service, a seeded stream in the demo
//! and in tests, so that the same seed gives the same province to the last byte.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use std::sync::{Arc, Mutex, PoisonError};

/// A source of chance.
#[derive(Clone)]
pub struct Chance(Arc<Mutex<ChaCha20Rng>>);

impl Chance {
    /// From the operating system's generator.
    pub fn system() -> Self {
        let mut seed = [0u8; 32];
        getrandom::fill(&mut seed).expect("the operating system gives randomness");
        Self(Arc::new(Mutex::new(ChaCha20Rng::from_seed(seed))))
    }

    /// Always the same stream for the same seed. Never for secrets that guard real data.
    pub fn seeded(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(ChaCha20Rng::seed_from_u64(seed))))
    }

    /// Random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut out = [0u8; N];
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut out);
        out
    }

    /// A secret of `N` random bytes as lower-case hexadecimal.
    pub fn token<const N: usize>(&self) -> String {
        hex(&self.bytes::<N>())
    }

    /// A password a person can read aloud: groups of four from an alphabet without look-alikes.
    /// Sixteen characters carry 79 bits.
    pub fn password(&self) -> String {
        const ALPHABET: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";
        let mut out = String::with_capacity(19);
        while out.len() < 19 {
            if out.len() % 5 == 4 {
                out.push('-');
            }
            let [byte] = self.bytes::<1>();
            // Bytes that would favour the first letters are thrown away.
            if usize::from(byte) < 31 * 8 {
                out.push(char::from(ALPHABET[usize::from(byte) % 31]));
            }
        }
        out
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}
