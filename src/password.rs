//! Passwords: argon2id, 19 MiB, two passes. Two are computed at a time, others wait in a bounded fair
//! queue, never on the threads that serve pages.

use crate::chance::Chance;
use crate::error::{Error, Result};
use crate::http::{LaneLimits, Queue};
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use std::sync::Arc;
use std::time::Duration;

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const WIDTH: LaneLimits = LaneLimits { slots: 2, waiting: 200, within: Duration::from_secs(5) };
/// Longer passwords are refused before they cost anything.
pub const LENGTH_MAX: usize = 256;
/// NIST SP 800-63B: fifteen characters where the password stands alone.
pub const LENGTH_MIN: usize = 15;

/// How much work a hash is made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cost {
    /// For real accounts.
    Full,
    /// For the demo's thousands of logins; raised to full at the first sign-in.
    Demo,
}

fn argon(cost: Cost) -> Result<Argon2<'static>> {
    let params = match cost {
        Cost::Full => Params::new(MEMORY_KIB, PASSES, 1, None),
        Cost::Demo => Params::new(64, 1, 1, None),
    }
    .map_err(|e| Error::Internal(format!("argon2 parameters: {e}")))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Hashes a password with a salt from `chance`.
pub fn hash(password: &str, chance: &Chance, cost: Cost) -> Result<String> {
    let argon = argon(cost)?;
    let salt = chance.bytes::<16>();
    argon
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map(|h: PasswordHash| h.to_string())
        .map_err(|e| Error::Internal(format!("argon2: {e}")))
}

/// Whether the password fits the hash. A broken hash fits nothing.
pub fn fits(password: &str, phc: &str) -> bool {
    PasswordHash::new(phc).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// Whether the hash was made with less work than real accounts get.
pub fn is_weak(phc: &str) -> bool {
    !phc.contains(&format!("m={MEMORY_KIB},t={PASSES},"))
}

/// Refuses passwords that are too short or too easy to guess.
pub fn check_new(password: &str, login: &str, name: &str) -> Result<()> {
    let problem = |message: &str| Err(Error::invalid("new_password", "password", message));
    let count = password.chars().count();
    if count < LENGTH_MIN {
        return problem(
            "Mật khẩu cần ít nhất 15 ký tự. Thầy/cô có thể dùng một câu dễ nhớ, ví dụ vài từ không liên quan ghép lại.",
        );
    }
    if password.len() > LENGTH_MAX {
        return problem("Mật khẩu dài quá 256 byte. Thầy/cô chọn câu ngắn hơn.");
    }
    let folded = crate::text::fold(password).replace(' ', "");
    let login_folded = login.replace(['.', '-', '_'], "");
    let distinct = folded.chars().collect::<std::collections::BTreeSet<_>>().len();
    let name_folded = crate::text::fold(name).replace(' ', "");
    if distinct < 6
        || ["matkhau", "password", "123456789", "qwertyuiop"].iter().any(|w| folded.contains(w))
        || (login_folded.len() >= 5 && folded.contains(&login_folded))
        || (name_folded.len() >= 8 && folded.contains(&name_folded))
    {
        return problem(
            "Mật khẩu này dễ đoán (lặp lại, có tên đăng nhập, họ tên hoặc từ phổ biến). Thầy/cô chọn mật khẩu khác.",
        );
    }
    Ok(())
}

/// The slots in which passwords are computed.
#[derive(Clone)]
pub struct Gate {
    queue: Arc<Queue>,
    /// Compared when the login does not exist, so that the answer takes as long.
    nobody: Arc<str>,
}

impl Gate {
    /// A gate with two slots.
    pub fn new(chance: &Chance) -> Result<Self> {
        Ok(Self { queue: Arc::new(Queue::new(WIDTH)), nobody: hash(&chance.token::<16>(), chance, Cost::Full)?.into() })
    }

    /// Runs password work in a slot; says "busy" at once when it would wait too long.
    pub async fn run<R: Send + 'static>(&self, work: impl FnOnce() -> R + Send + 'static) -> Result<R> {
        let Some(slot) = self.queue.enter().await else { return Err(Error::Busy { retry_after_s: 10 }) };
        // The slot is the work's: it goes on after whoever asked has gone.
        let work = move || {
            let _slot = slot;
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(|e| Error::Internal(format!("password task: {e}")))
    }

    /// The hash to compare with when there is no account.
    pub fn nobody(&self) -> Arc<str> {
        Arc::clone(&self.nobody)
    }
}
