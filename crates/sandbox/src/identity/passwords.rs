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
