//! Passwords: their length, their Argon2id hashes, and how many may be hashed at once.

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier, Version};
use tokio::sync::Semaphore;

use super::IdentityError;
use crate::config::PasswordCost;
use crate::error::{Result, SandboxError};

const LENGTH_CHARS: std::ops::RangeInclusive<usize> = 8..=128;
/// Each hash holds a core and the configured memory for its time.
const AT_ONCE: usize = 2;
/// How long a person waits for their turn before being told to try again.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

pub(super) fn check(password: &str) -> Result<(), IdentityError> {
    let chars = password.chars().count();
    if chars < *LENGTH_CHARS.start() {
        return Err(IdentityError::WeakPassword);
    }
    if chars > *LENGTH_CHARS.end() {
        return Err(IdentityError::PasswordTooLong);
    }
    Ok(())
}

#[derive(Clone)]
pub(super) struct PasswordHasher {
    argon2: Argon2<'static>,
}

impl PasswordHasher {
    pub fn new(cost: PasswordCost) -> Result<Self> {
        let params = Params::new(cost.memory_kib, cost.passes, 1, None).map_err(|error| {
            SandboxError::Setting {
                name: "password_cost",
                problem: error.to_string(),
            }
        })?;
        Ok(Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
        })
    }

    fn hash(&self, password: &str) -> Result<String> {
        let hash = self
            .argon2
            .hash_password(password.as_bytes())
            .map_err(failed)?;
        Ok(hash.to_string())
    }

    fn matches(&self, password: &str, hash: &str) -> Result<bool> {
        let hash = PasswordHash::new(hash).map_err(failed)?;
        Ok(self
            .argon2
            .verify_password(password.as_bytes(), &hash)
            .is_ok())
    }
}

/// Hashes off the async threads, a few at a time.
pub(super) struct Passwords {
    hasher: PasswordHasher,
    turns: Arc<Semaphore>,
    /// Verified in place of an unknown account's, so that both take as long.
    decoy: String,
}

impl Passwords {
    pub fn new(hasher: PasswordHasher) -> Result<Self> {
        let decoy = hasher.hash("nobody has this password")?;
        Ok(Self {
            hasher,
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            decoy,
        })
    }

    pub async fn hash(&self, password: String) -> Result<String, IdentityError> {
        self.in_turn(move |hasher| hasher.hash(&password)).await
    }

    /// Whether the password fits; never without a hash, but only after as much work.
    pub async fn verify(
        &self,
        password: String,
        hash: Option<String>,
    ) -> Result<bool, IdentityError> {
        let is_known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.decoy.clone());
        let fits = self
            .in_turn(move |hasher| hasher.matches(&password, &hash))
            .await?;
        Ok(fits && is_known)
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&PasswordHasher) -> Result<T> + Send + 'static,
    ) -> Result<T, IdentityError> {
        let turn = tokio::time::timeout(LONGEST_WAIT, self.turns.clone().acquire_owned())
            .await
            .map_err(|_| IdentityError::TooManyAttempts)?;
        let hasher = self.hasher.clone();
        let done = tokio::task::spawn_blocking(move || {
            let result = work(&hasher);
            drop(turn);
            result
        });
        Ok(done.await.map_err(SandboxError::from)??)
    }
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> SandboxError {
    SandboxError::PasswordHash(Box::new(error))
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::phc::PasswordHash;
    use futures::FutureExt;

    use super::{AT_ONCE, PasswordCost, PasswordHasher, Passwords};

    fn passwords() -> Passwords {
        let hasher = PasswordHasher::new(PasswordCost::for_tests()).expect("parameters in range");
        Passwords::new(hasher).expect("a decoy")
    }

    #[tokio::test]
    async fn only_the_right_password_of_a_known_person_fits() {
        let passwords = passwords();
        let hash = passwords
            .hash("correct horse".into())
            .await
            .expect("a hash");
        let mut fits = Vec::new();
        for (password, hash) in [
            ("correct horse", Some(hash.clone())),
            ("wrong horse", Some(hash)),
            ("nobody has this password", None),
        ] {
            fits.push(
                passwords
                    .verify(password.into(), hash)
                    .await
                    .expect("an answer"),
            );
        }
        assert_eq!(fits, [true, false, false]);
    }

    /// The work is the same, so the time is: the decoy costs what any hash costs, and is really verified.
    #[tokio::test]
    async fn an_unknown_person_costs_as_much_work_as_a_wrong_password() {
        let passwords = passwords();
        let hash = passwords
            .hash("correct horse".into())
            .await
            .expect("a hash");
        let cost = |hash: &str| PasswordHash::new(hash).expect("a hash").params.to_string();
        assert_eq!(cost(&passwords.decoy), cost(&hash));

        let turns = u32::try_from(AT_ONCE).expect("a few");
        let all = passwords
            .turns
            .acquire_many(turns)
            .await
            .expect("free turns");
        let unknown = passwords.verify("wrong horse".into(), None).now_or_never();
        assert!(unknown.is_none(), "it must wait for its turn to hash");
        drop(all);
    }
}
