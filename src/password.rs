//! Passwords: argon2id, 19 MiB, two passes. Two are computed at a time, others wait in a bounded fair
//! queue. Who comes gives way to who works: they are computed on threads of their own, behind those that serve.

use crate::chance::Chance;
use crate::error::{Error, Result};
use crate::http::{LaneLimits, Queue};
use crate::priority::{Behind, step_back};
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

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

/// What a password is computed in. Worth keeping for the next: to get 19 MiB from the system takes half as long as
/// the work in it.
#[derive(Debug, Default)]
pub struct Memory(Vec<Block>);

impl Memory {
    fn compute(&mut self, password: &str, salt: &Salt, argon: &Argon2<'_>) -> Result<Output> {
        let broken = |e: &dyn std::fmt::Display| Error::Internal(format!("argon2: {e}"));
        let blocks = argon.params().block_count();
        if self.0.len() < blocks {
            self.0.resize(blocks, Block::new());
        }
        let length = argon.params().output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
        let mut out = [0; Output::MAX_LENGTH];
        let out = out.get_mut(..length).ok_or_else(|| broken(&"output too long"))?;
        argon
            .hash_password_into_with_memory(password.as_bytes(), salt, out, &mut self.0[..blocks])
            .map_err(|e| broken(&e))?;
        Output::new(out).map_err(|e| broken(&e))
    }
}

/// Hashes a password with a salt from `chance`.
pub fn hash(password: &str, chance: &Chance, cost: Cost, memory: &mut Memory) -> Result<String> {
    let broken = |e: &dyn std::fmt::Display| Error::Internal(format!("argon2 parameters: {e}"));
    let params = match cost {
        Cost::Full => Params::new(MEMORY_KIB, PASSES, 1, None),
        Cost::Demo => Params::new(64, 1, 1, None),
    }
    .map_err(|e| broken(&e))?;
    let salt = Salt::new(&chance.bytes::<16>()).map_err(|e| broken(&e))?;
    let kept = ParamsString::try_from(&params).map_err(|e| broken(&e))?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: kept,
        salt: Some(salt),
        hash: Some(memory.compute(password, &salt, &argon)?),
    };
    Ok(hash.to_string())
}

/// Whether the password fits the hash. A broken hash fits nothing.
pub fn fits(password: &str, phc: &str, memory: &mut Memory) -> bool {
    let mut computed = || {
        let hash = PasswordHash::new(phc).ok()?;
        let params = Params::try_from(&hash).ok()?;
        let version = hash.version.map_or(Ok(Version::V0x13), Version::try_from).ok()?;
        let argon = Argon2::new(Algorithm::try_from(hash.algorithm.as_str()).ok()?, version, params);
        // Outputs are compared in constant time.
        Some(memory.compute(password, &hash.salt?, &argon).ok()? == hash.hash?)
    };
    computed().unwrap_or(false)
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
    /// Kept while somebody waits.
    free: Arc<Mutex<Vec<Memory>>>,
    /// Compared when the login does not exist, so that the answer takes as long.
    nobody: Arc<str>,
}

impl Gate {
    /// A gate with two slots.
    pub fn new(chance: &Chance) -> Result<Self> {
        let nobody = hash(&chance.token::<16>(), chance, Cost::Full, &mut Memory::default())?.into();
        Ok(Self { queue: Arc::new(Queue::new(WIDTH)), free: Arc::default(), nobody })
    }

    /// Runs password work in a slot; says "busy" at once when it would wait too long.
    pub async fn run<R: Send + 'static>(&self, work: impl FnOnce(&mut Memory) -> R + Send + 'static) -> Result<R> {
        let Some(slot) = self.queue.enter().await else { return Err(Error::Busy { retry_after_s: 10 }) };
        let (done, ended) = oneshot::channel();
        let gate = self.clone();
        // The slot is the work's: it goes on after whoever asked has gone.
        let work = move || {
            step_back(Behind::Last);
            let mut memory = gate.free().pop().unwrap_or_default();
            let result = work(&mut memory);
            let mut free = gate.free();
            if gate.queue.is_waited_for() {
                free.push(memory);
            } else {
                free.clear();
            }
            drop((free, slot));
            let _ = done.send(result); // whoever asked may have gone
        };
        std::thread::Builder::new().name("password".into()).spawn(work).map_err(Error::io("starting a thread"))?;
        ended.await.map_err(|_| Error::Internal("password work panicked".into()))
    }

    fn free(&self) -> std::sync::MutexGuard<'_, Vec<Memory>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The hash to compare with when there is no account.
    pub fn nobody(&self) -> Arc<str> {
        Arc::clone(&self.nobody)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::*;
    use argon2::password_hash::{PasswordHasher, PasswordVerifier};

    #[test]
    fn hashes_are_those_of_everybody_else_whatever_was_in_the_memory() {
        let chance = Chance::seeded(7);
        let mut memory = Memory::default();
        for (password, cost) in [("một câu dễ nhớ", Cost::Demo), ("", Cost::Full), ("x", Cost::Demo)] {
            let ours = hash(password, &chance, cost, &mut memory).unwrap();
            let parsed = PasswordHash::new(&ours).unwrap();
            assert_eq!(is_weak(&ours), cost == Cost::Demo);
            assert!(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok(), "{ours}");
            assert!(fits(password, &ours, &mut memory) && !fits("khác", &ours, &mut memory), "{ours}");
            assert!(fits(password, &ours, &mut Memory::default()));
        }
        let theirs: PasswordHash = Argon2::default().hash_password_with_salt(b"correct", b"sixteen bytes ..").unwrap();
        assert!(fits("correct", &theirs.to_string(), &mut memory));
        assert!(!fits("incorrect", &theirs.to_string(), &mut memory));
        for broken in ["", "$argon2id$", "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ", "$scrypt$x"] {
            assert!(!fits("correct", broken, &mut memory), "{broken}");
        }
    }

    #[tokio::test]
    async fn memory_is_kept_while_somebody_waits_and_no_longer() {
        let gate = Gate::new(&Chance::seeded(7)).unwrap();
        let work = || {
            gate.run(|memory| fits("x", "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAA", memory))
        };
        let all = tokio::join!(work(), work(), work(), work(), work(), work());
        assert!(
            !(all.0.unwrap() || all.1.unwrap() || all.2.unwrap() || all.3.unwrap() || all.4.unwrap() || all.5.unwrap())
        );
        assert_eq!(gate.free().len(), 0, "nobody waits any more");
    }
}
