//! A secret shared with a telephone, and codes for the day it is lost.

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use totp_rs::{Builder, Secret, Totp};

/// Recovery codes given at once.
pub const CODES: usize = 8;
/// Bytes of a secret (RFC 4226 asks for 16 at least).
pub const SECRET_BYTES: usize = 20;
/// Codes of so many half minutes before and after are taken: telephones' clocks differ.
const SKEW: u16 = 1;

/// A person's second step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondStep {
    /// Shared with the telephone.
    pub secret: Vec<u8>,
    /// blake3 of the recovery codes not used yet.
    pub codes: Vec<[u8; 32]>,
    /// Since when, ms.
    pub since_ms: i64,
}
crate::stored_value!(SecondStep, 1);

/// How a code fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It is the telephone's of this half minute.
    Step(u64),
    /// It is this recovery code.
    Recovery(usize),
}

impl SecondStep {
    /// Whether what was typed fits. `last` is the last half minute whose code was used: none is taken
    /// twice, nor an older one.
    pub fn fits(&self, typed: &str, now_ms: i64, last: u64) -> Option<Fit> {
        if let Some(step) = step_of(&self.secret, typed, now_ms).ok().flatten() {
            return (step > last).then_some(Fit::Step(step));
        }
        let hash = hash_of(typed);
        self.codes.iter().position(|code| *code == hash).map(Fit::Recovery)
    }
}

/// The half minute of which a code is, if it is one of this secret's and of about now.
pub fn step_of(secret: &[u8], typed: &str, now_ms: i64) -> Result<Option<u64>> {
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let others = typed.chars().any(|c| !c.is_ascii_digit() && !c.is_whitespace());
    if others || digits.len() != 6 {
        return Ok(None);
    }
    Ok(totp(secret)?.check(&digits, now_ms.max(0).unsigned_abs() / 1000))
}

fn totp(secret: &[u8]) -> Result<Totp> {
    let builder = Builder::new().with_secret(secret.to_vec()).with_skew(SKEW);
    builder.build().map_err(|e| Error::Internal(format!("second step: {e}")))
}

/// The secret as a person types it.
pub fn readable(secret: &[u8]) -> String {
    Secret::from(secret.to_vec()).to_base32()
}

/// What a telephone reads from the picture.
pub fn address(secret: &[u8], system: &str, login: &str) -> String {
    let system = crate::ui::link::escape(system).replace('+', "%20");
    let secret = readable(secret);
    format!("otpauth://totp/{system}:{login}?secret={secret}&issuer={system}")
}

/// A recovery code as it is kept: dashes, blanks and capitals make no difference.
pub fn hash_of(code: &str) -> [u8; 32] {
    let clean: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    *blake3::hash(clean.to_ascii_lowercase().as_bytes()).as_bytes()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, the last six digits of its SHA-1 column.
    #[test]
    fn the_codes_are_those_of_the_standard() {
        let secret = b"12345678901234567890";
        for (second, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (2_000_000_000, "279037")]
        {
            assert_eq!(step_of(secret, code, second * 1000).unwrap(), Some(second.unsigned_abs() / 30), "{second}");
            assert_eq!(step_of(secret, code, (second + 95) * 1000).unwrap(), None, "{second}: too old");
        }
        assert_eq!(step_of(secret, "081 804", 1_111_111_109_000).unwrap(), Some(1_111_111_109 / 30));
        assert_eq!(readable(secret), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    #[test]
    fn no_code_is_taken_twice() {
        let secret = b"12345678901234567890".to_vec();
        let step = SecondStep { secret, codes: vec![hash_of("abcd-efgh")], since_ms: 0 };
        let Some(Fit::Step(at)) = step.fits("081804", 1_111_111_109_000, 0) else { panic!("not taken") };
        assert_eq!(step.fits("081804", 1_111_111_109_000, at), None);
        assert_eq!(step.fits("ABCD EFGH", 0, at), Some(Fit::Recovery(0)));
        assert_eq!(step.fits("abcd-efgx", 0, 0), None);
    }
}
