//! The provider's public keys, fetched when needed and kept as long as their `Cache-Control` says.
//!
//! Keeps true: however many tokens with unknown keys come, one fetch runs at a time and at most one every
//! few seconds; a provider that does not answer for a while locks nobody out whose key is known.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use futures::StreamExt;
use jsonwebtoken::{
    DecodingKey,
    jwk::{AlgorithmParameters, JwkSet},
};
use picasso_commands::ports::Unavailable;
use reqwest::{
    Client, Response, Url,
    header::{AGE, CACHE_CONTROL, HeaderMap},
    redirect::Policy,
};
use tokio::{sync::Mutex, time::Instant};

const SERVICE: &str = "identity keys";
/// The least time between two fetches.
const MIN_INTERVAL: Duration = Duration::from_secs(5);
/// How long keys are good without a word from the provider, and the most that is believed.
const DEFAULT_MAX_AGE: Duration = Duration::from_secs(60 * 60);
const MAX_MAX_AGE: Duration = Duration::from_secs(24 * 60 * 60);
/// How long keys are used beyond their age while the provider does not answer.
const GRACE: Duration = Duration::from_secs(60 * 60);
const TIMEOUT: Duration = Duration::from_secs(5);
/// Google's set has about 2 KiB.
const MAX_SET_BYTES: usize = 64 << 10;

/// Why there are no keys to verify tokens with.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    #[error("the address of the identity keys is not an http(s) URL")]
    Address,
    #[error("the client for identity keys cannot be built")]
    Client(#[source] reqwest::Error),
    #[error("the identity keys cannot be fetched")]
    Fetch(#[source] reqwest::Error),
    #[error("the identity keys have more than {MAX_SET_BYTES} bytes")]
    TooLarge,
    #[error("the identity keys are no JSON Web Key Set")]
    Unreadable(#[source] serde_json::Error),
    #[error("there is no RSA key among the identity keys")]
    NoKey,
    #[error("the last fetch of the identity keys failed; the next is in a few seconds")]
    Pausing,
}

/// RSA keys by their id.
#[derive(Clone)]
pub(super) struct Keys(HashMap<String, Arc<DecodingKey>>);

impl Keys {
    pub fn parse(set: &JwkSet) -> Result<Self, KeysError> {
        let rsa = set.keys.iter().filter_map(|jwk| match jwk.algorithm {
            AlgorithmParameters::RSA(_) => {
                let key = DecodingKey::from_jwk(jwk);
                Some((jwk.common.key_id.clone()?, Arc::new(key.ok()?)))
            }
            _ => None,
        });
        let keys: HashMap<_, _> = rsa.collect();
        if keys.is_empty() {
            return Err(KeysError::NoKey);
        }
        Ok(Self(keys))
    }

    pub fn find(&self, kid: &str) -> Option<Arc<DecodingKey>> {
        self.0.get(kid).cloned()
    }
}

/// Keys as they were fetched.
struct Cached {
    keys: Keys,
    fresh_until: Instant,
}

/// Keys behind a URL.
pub(super) struct FetchedKeys {
    client: Client,
    url: Url,
    cached: RwLock<Option<Arc<Cached>>>,
    /// Held while fetching; when the last fetch began.
    last_fetch: Mutex<Option<Instant>>,
}

impl FetchedKeys {
    pub fn new(url: &str) -> Result<Self, KeysError> {
        let url = Url::parse(url).map_err(|_| KeysError::Address)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(KeysError::Address);
        }
        let client = Client::builder().timeout(TIMEOUT).redirect(Policy::none());
        Ok(Self {
            client: client.build().map_err(KeysError::Client)?,
            url,
            cached: RwLock::new(None),
            last_fetch: Mutex::new(None),
        })
    }

    /// The key of an id, `None` when the provider has no such key.
    pub async fn find(&self, kid: &str) -> Result<Option<Arc<DecodingKey>>, Unavailable> {
        if let Some(key) = self.cached_key(kid, Duration::ZERO) {
            return Ok(Some(key));
        }
        // A key that is only a little too old is used while somebody else fetches the new ones.
        let usable = self.cached_key(kid, GRACE);
        let mut last_fetch = match (self.last_fetch.try_lock(), usable) {
            (Ok(held), _) => held,
            (Err(_), Some(key)) => return Ok(Some(key)),
            (Err(_), None) => self.last_fetch.lock().await,
        };
        if let Some(key) = self.cached_key(kid, Duration::ZERO) {
            return Ok(Some(key));
        }
        if last_fetch.is_some_and(|began| began.elapsed() < MIN_INTERVAL) {
            return self.settle(kid, KeysError::Pausing);
        }
        *last_fetch = Some(Instant::now());
        match self.fetch().await {
            Ok(cached) => {
                let key = cached.keys.find(kid);
                *self.cached.write().unwrap_or_else(PoisonError::into_inner) =
                    Some(Arc::new(cached));
                Ok(key)
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "identity keys");
                self.settle(kid, error)
            }
        }
    }

    /// What can be said of a key id without fresh keys: nothing, unless what we have is still good.
    fn settle(
        &self,
        kid: &str,
        problem: KeysError,
    ) -> Result<Option<Arc<DecodingKey>>, Unavailable> {
        match (self.cached_key(kid, GRACE), self.has_fresh_keys()) {
            (Some(key), _) => Ok(Some(key)),
            (None, true) => Ok(None),
            (None, false) => Err(Unavailable::new(SERVICE, problem)),
        }
    }

    fn cached(&self) -> Option<Arc<Cached>> {
        let cached = self.cached.read();
        cached.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn cached_key(&self, kid: &str, grace: Duration) -> Option<Arc<DecodingKey>> {
        let cached = self.cached()?;
        let is_usable = Instant::now() < cached.fresh_until + grace;
        is_usable.then(|| cached.keys.find(kid)).flatten()
    }

    fn has_fresh_keys(&self) -> bool {
        let cached = self.cached();
        cached.is_some_and(|cached| Instant::now() < cached.fresh_until)
    }

    async fn fetch(&self) -> Result<Cached, KeysError> {
        let asked = self.client.get(self.url.clone()).send().await;
        let answer = asked.and_then(Response::error_for_status);
        let answer = answer.map_err(KeysError::Fetch)?;
        let fresh_until = Instant::now() + freshness(answer.headers());
        let set = serde_json::from_slice(&body(answer).await?).map_err(KeysError::Unreadable)?;
        Ok(Cached {
            keys: Keys::parse(&set)?,
            fresh_until,
        })
    }
}

/// How long an answer stays fresh: `max-age` of `Cache-Control`, less the `Age` it already has in some cache on the
/// way (RFC 9111, sections 4.2.1 and 4.2.3).
fn freshness(headers: &HeaderMap) -> Duration {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let control = text(CACHE_CONTROL).unwrap_or_default().to_ascii_lowercase();
    let mut directives = control.split(',').map(str::trim);
    let max_age = directives.find_map(|directive| directive.strip_prefix("max-age="));
    let max_age = max_age.and_then(|seconds| seconds.trim_matches('"').parse().ok());
    let max_age = max_age.map_or(DEFAULT_MAX_AGE, Duration::from_secs);
    let age = text(AGE).and_then(|seconds| seconds.trim().parse().ok());
    let age = age.map_or(Duration::ZERO, Duration::from_secs);
    max_age.saturating_sub(age).min(MAX_MAX_AGE)
}

async fn body(answer: Response) -> Result<Vec<u8>, KeysError> {
    let mut pieces = answer.bytes_stream();
    let mut body = Vec::new();
    while let Some(piece) = pieces.next().await {
        body.extend_from_slice(&piece.map_err(KeysError::Fetch)?);
        if body.len() > MAX_SET_BYTES {
            return Err(KeysError::TooLarge);
        }
    }
    Ok(body)
}
