//! Who a person is, by ID tokens in Firebase's shape; the sandbox signs the same shape with its own key.
//!
//! Keeps true: only an RS256 signature by a key of the provider's own set is believed, whatever the token
//! says about itself; the rules are <https://firebase.google.com/docs/auth/admin/verify-id-tokens>.

mod emulator;
mod keys;

use std::collections::HashSet;

use async_trait::async_trait;
use jsonwebtoken::{Algorithm, Validation, errors::ErrorKind, jwk::JwkSet};
use picasso_commands::ports::{Identity, IdentityError, Role, TokenVerifier};
use picasso_domain::{Timestamp, values::UserId};
use serde::Deserialize;

pub use emulator::{EmulatorError, EmulatorTokenVerifier};
pub use keys::KeysError;
use keys::{FetchedKeys, Keys};

/// Where Google publishes the keys that sign Firebase's ID tokens.
pub const GOOGLE_KEYS_URL: &str =
    "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com";

/// Real tokens have one to two kilobytes.
const MAX_TOKEN_BYTES: usize = 8 << 10;
/// How far the provider's clock and ours may be apart.
const LEEWAY_S: u64 = 30;

/// [`TokenVerifier`] for one Firebase project, or one sandbox.
pub struct FirebaseTokenVerifier {
    keys: KeySource,
    validation: Validation,
}

enum KeySource {
    Fetched(FetchedKeys),
    Fixed(Keys),
}

impl FirebaseTokenVerifier {
    /// Verifies tokens of a project by the keys published at a URL: [`GOOGLE_KEYS_URL`], or the sandbox's
    /// `/identity/keys`. The keys are fetched when the first token comes.
    ///
    /// # Errors
    /// [`KeysError`] when the URL is not http(s).
    pub fn new(project_id: &str, keys_url: &str) -> Result<Self, KeysError> {
        let keys = KeySource::Fetched(FetchedKeys::new(keys_url)?);
        Ok(Self::with(project_id, keys))
    }

    /// Verifies tokens of a project by keys that never change.
    ///
    /// # Errors
    /// [`KeysError`] when the set holds no usable key.
    pub fn with_keys(project_id: &str, keys: &JwkSet) -> Result<Self, KeysError> {
        let keys = KeySource::Fixed(Keys::parse(keys)?);
        Ok(Self::with(project_id, keys))
    }

    fn with(project_id: &str, keys: KeySource) -> Self {
        let mut validation = Validation::new(Algorithm::RS256);
        validation.leeway = LEEWAY_S;
        validation.set_audience(&[project_id]);
        validation.set_issuer(&[issuer(project_id)]);
        let required = ["exp", "aud", "iss", "sub"];
        validation.required_spec_claims = HashSet::from(required.map(str::to_owned));
        Self { keys, validation }
    }
}

#[async_trait]
impl TokenVerifier for FirebaseTokenVerifier {
    async fn verify(&self, token: &str) -> Result<Identity, IdentityError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(IdentityError::Malformed);
        }
        let header = jsonwebtoken::decode_header(token).map_err(|e| refused(e.kind()))?;
        if header.alg != Algorithm::RS256 {
            return Err(IdentityError::Forged);
        }
        let kid = header.kid.ok_or(IdentityError::Malformed)?;
        let key = match &self.keys {
            KeySource::Fetched(keys) => keys.find(&kid).await?,
            KeySource::Fixed(keys) => keys.find(&kid),
        };
        let key = key.ok_or(IdentityError::Forged)?;
        let decoded = jsonwebtoken::decode::<Claims>(token, &key, &self.validation);
        let claims = decoded.map_err(|e| refused(e.kind()))?.claims;
        claims.check_times(Timestamp::now().as_second())?;
        claims.identity()
    }
}

fn issuer(project_id: &str) -> String {
    format!("https://securetoken.google.com/{project_id}")
}

/// The claims we read beyond those jsonwebtoken has checked.
#[derive(Deserialize)]
struct Claims {
    sub: String,
    /// Seconds since the Unix epoch, as all times here.
    iat: i64,
    auth_time: i64,
    email: Option<String>,
    #[serde(default)]
    email_verified: bool,
    /// A custom claim of ours.
    #[serde(default)]
    roles: Vec<String>,
}

impl Claims {
    /// A token cannot have been made, nor its person signed in, in the future.
    fn check_times(&self, now_s: i64) -> Result<(), IdentityError> {
        let latest_s = now_s.saturating_add_unsigned(LEEWAY_S);
        if self.iat > latest_s || self.auth_time > latest_s {
            return Err(IdentityError::Forged);
        }
        Ok(())
    }

    /// [`UserId`] keeps Firebase's own limits of a `sub`: not empty, 128 characters at most.
    fn identity(self) -> Result<Identity, IdentityError> {
        let user_id = UserId::parse(&self.sub).map_err(|_| IdentityError::Malformed)?;
        Ok(Identity {
            user_id,
            email: self.email,
            email_verified: self.email_verified,
            roles: self
                .roles
                .iter()
                .filter_map(|role| parse_role(role))
                .collect(),
        })
    }
}

/// Roles we do not know give no rights.
fn parse_role(raw: &str) -> Option<Role> {
    match raw {
        "operator" => Some(Role::Operator),
        "analyst" => Some(Role::Analyst),
        _ => None,
    }
}

fn refused(kind: &ErrorKind) -> IdentityError {
    match kind {
        ErrorKind::ExpiredSignature => IdentityError::Expired,
        // The signature was good: the provider made it, for another project.
        ErrorKind::InvalidAudience | ErrorKind::InvalidIssuer => IdentityError::WrongAudience,
        ErrorKind::InvalidSignature
        | ErrorKind::InvalidAlgorithm
        | ErrorKind::ImmatureSignature => IdentityError::Forged,
        _ => IdentityError::Malformed,
    }
}
