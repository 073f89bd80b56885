//! Tokens of the Firebase Auth emulator, which signs nothing: whoever can write JSON can be anybody.
//!
//! Keeps true: only a project of the emulator's kind (`demo-…`) is taken, which no real project can be; everything
//! that Firebase documents is checked but the signature.

use std::time::Duration;

use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use picasso_commands::ports::{Identity, IdentityError, TokenVerifier};
use picasso_domain::Timestamp;
use reqwest::{Client, Url};
use serde::{Deserialize, de::DeserializeOwned};

use super::{Claims, LEEWAY_S, MAX_TOKEN_BYTES, issuer};

const TIMEOUT: Duration = Duration::from_secs(5);
/// What the emulator's projects are called, for which Google keeps no resources
/// (<https://firebase.google.com/docs/emulator-suite/connect_auth>).
const DEMO_PREFIX: &str = "demo-";

/// Why the emulator cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum EmulatorError {
    #[error("the project {0} is not called {DEMO_PREFIX}…, so its tokens may be real")]
    RealProject(String),
    #[error("the address of the Firebase Auth emulator is not an http(s) URL")]
    Address,
    #[error("the Firebase Auth emulator cannot be reached")]
    Unreachable(#[source] reqwest::Error),
    #[error("what answers there is no Firebase Auth emulator")]
    SomethingElse(#[source] reqwest::Error),
}

impl EmulatorError {
    /// Whether it may pass by itself.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable(_) => true,
            Self::RealProject(_) | Self::Address | Self::SomethingElse(_) => false,
        }
    }
}

/// [`TokenVerifier`] for a project of the emulator.
pub struct EmulatorTokenVerifier {
    project_id: String,
}

/// What the emulator says of itself at `/`.
#[derive(Deserialize)]
struct Greeting {
    #[serde(rename = "authEmulator")]
    _auth_emulator: serde::de::IgnoredAny,
}

impl EmulatorTokenVerifier {
    /// Takes tokens of a project of the emulator that answers at a URL.
    ///
    /// # Errors
    /// [`EmulatorError`] when it does not answer, or the project may be a real one.
    pub async fn connect(project_id: &str, emulator_url: &str) -> Result<Self, EmulatorError> {
        if !project_id.starts_with(DEMO_PREFIX) {
            return Err(EmulatorError::RealProject(project_id.to_owned()));
        }
        let url = Url::parse(emulator_url).map_err(|_| EmulatorError::Address)?;
        let client = Client::builder().timeout(TIMEOUT).build();
        let client = client.map_err(EmulatorError::Unreachable)?;
        let answer = client.get(url).send().await;
        let answer = answer.map_err(EmulatorError::Unreachable)?;
        let greeting = answer.json::<Greeting>().await;
        greeting.map_err(EmulatorError::SomethingElse)?;
        Ok(Self {
            project_id: project_id.to_owned(),
        })
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
}

/// The claims that a library checks in signed tokens, and ours.
#[derive(Deserialize)]
struct Unsigned {
    iss: String,
    aud: String,
    /// Seconds since the Unix epoch.
    exp: i64,
    #[serde(flatten)]
    claims: Claims,
}

#[async_trait]
impl TokenVerifier for EmulatorTokenVerifier {
    async fn verify(&self, token: &str) -> Result<Identity, IdentityError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(IdentityError::Malformed);
        }
        let parts: Vec<_> = token.split('.').collect();
        let [header, claims, signature] = parts[..] else {
            return Err(IdentityError::Malformed);
        };
        let header: Header = read(header)?;
        // A signed token is somebody else's: nobody here looks at its signature.
        if header.alg != "none" || !signature.is_empty() {
            return Err(IdentityError::Forged);
        }
        let Unsigned {
            iss,
            aud,
            exp,
            claims,
        } = read(claims)?;
        let now_s = Timestamp::now().as_second();
        if aud != self.project_id || iss != issuer(&self.project_id) {
            return Err(IdentityError::WrongAudience);
        }
        if exp.saturating_add_unsigned(LEEWAY_S) < now_s {
            return Err(IdentityError::Expired);
        }
        claims.check_times(now_s)?;
        claims.identity()
    }
}

fn read<T: DeserializeOwned>(part: &str) -> Result<T, IdentityError> {
    let json = BASE64.decode(part).map_err(|_| IdentityError::Malformed)?;
    serde_json::from_slice(&json).map_err(|_| IdentityError::Malformed)
}
