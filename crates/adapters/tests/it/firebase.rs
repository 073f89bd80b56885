//! ID tokens: which are believed, which are not, and how the provider's keys are fetched.

#[path = "firebase/emulator.rs"]
mod emulator;

use std::{
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use aws_lc_rs::{
    encoding::AsDer,
    rsa::{KeyPair, KeySize},
};
use axum::{Router, http::StatusCode, routing::get};
use base64::{Engine, engine::general_purpose::STANDARD};
use jsonwebtoken::{
    Algorithm, EncodingKey, Header,
    jwk::{AlgorithmParameters, Jwk, JwkSet},
};
use picasso_adapters::firebase::FirebaseTokenVerifier;
use picasso_commands::ports::{IdentityError, Role, TokenVerifier};
use picasso_domain::Timestamp;
use serde_json::{Value, json};

use super::local_sandbox::{self, PROJECT, install_crypto};

/// A key that signs, and its public half.
struct Signer {
    key: EncodingKey,
    kid: &'static str,
}

static OURS: LazyLock<Signer> = LazyLock::new(|| Signer::generate("ours"));
static STRANGERS: LazyLock<Signer> = LazyLock::new(|| Signer::generate("strangers"));

impl Signer {
    fn generate(kid: &'static str) -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("a key");
        let der = STANDARD.encode(pair.as_der().expect("PKCS#8").as_ref());
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{der}\n-----END PRIVATE KEY-----\n");
        let key = EncodingKey::from_rsa_pem(pem.as_bytes()).expect("a key");
        Self { key, kid }
    }

    fn jwk(&self) -> Jwk {
        let mut jwk = Jwk::from_encoding_key(&self.key, Algorithm::RS256).expect("a JWK");
        jwk.common.key_id = Some(self.kid.to_owned());
        jwk
    }

    fn sign(&self, claims: &Value) -> String {
        self.sign_as(self.kid, claims)
    }

    fn sign_as(&self, kid: &str, claims: &Value) -> String {
        let header = Header {
            kid: Some(kid.to_owned()),
            ..Header::new(Algorithm::RS256)
        };
        jsonwebtoken::encode(&header, claims, &self.key).expect("a token")
    }
}

/// What a good token says, made ten seconds ago.
fn claims() -> Value {
    let now_s = Timestamp::now().as_second();
    json!({
        "iss": format!("https://securetoken.google.com/{PROJECT}"),
        "aud": PROJECT,
        "sub": "Zx81",
        "iat": now_s - 10,
        "exp": now_s + 3_590,
        "auth_time": now_s - 10,
        "email": "ada@example.org",
        "email_verified": true,
        "roles": ["analyst", "emperor"],
    })
}

/// A good token but for one claim; `null` leaves it out.
fn token_with(claim: &str, value: Value) -> String {
    let mut claims = claims();
    claims[claim] = value;
    let kept = claims.as_object_mut().expect("an object");
    kept.retain(|_, value| !value.is_null());
    OURS.sign(&claims)
}

fn verifier() -> FirebaseTokenVerifier {
    install_crypto();
    let keys = JwkSet {
        keys: vec![OURS.jwk()],
    };
    FirebaseTokenVerifier::with_keys(PROJECT, &keys).expect("a verifier")
}

/// The stable word for how a token fares.
async fn verdict(verifier: &FirebaseTokenVerifier, token: &str) -> &'static str {
    match verifier.verify(token).await {
        Ok(_) => "believed",
        Err(IdentityError::Forged) => "forged",
        Err(IdentityError::Expired) => "expired",
        Err(IdentityError::WrongAudience) => "wrong audience",
        Err(IdentityError::Malformed) => "malformed",
        Err(IdentityError::Unavailable(_)) => "unavailable",
    }
}

#[tokio::test]
async fn a_good_token_names_the_person_and_the_roles_we_know() {
    let person = verifier().verify(&OURS.sign(&claims())).await;
    let person = person.expect("believed");
    assert_eq!(person.user_id.as_str(), "Zx81");
    assert_eq!(person.email.as_deref(), Some("ada@example.org"));
    assert!(person.email_verified);
    assert_eq!(person.roles, [Role::Analyst]);
}

#[tokio::test]
async fn each_claim_is_checked() {
    let verifier = verifier();
    let now_s = Timestamp::now().as_second();
    let cases = [
        ("aud", json!("another-project"), "wrong audience"),
        ("aud", Value::Null, "malformed"),
        (
            "iss",
            json!("https://securetoken.google.com/x"),
            "wrong audience",
        ),
        ("iss", Value::Null, "malformed"),
        ("sub", json!(""), "malformed"),
        ("sub", json!("x".repeat(128)), "believed"),
        ("sub", json!("x".repeat(129)), "malformed"),
        ("sub", Value::Null, "malformed"),
        ("exp", json!(now_s - 60), "expired"),
        ("exp", json!(now_s - 5), "believed"),
        ("exp", Value::Null, "malformed"),
        ("iat", json!(now_s + 90), "forged"),
        ("iat", json!(now_s + 5), "believed"),
        ("iat", Value::Null, "malformed"),
        ("auth_time", json!(now_s + 90), "forged"),
        ("auth_time", Value::Null, "malformed"),
        ("email", Value::Null, "believed"),
        ("roles", Value::Null, "believed"),
    ];
    for (claim, value, expected) in cases {
        let token = token_with(claim, value.clone());
        let got = verdict(&verifier, &token).await;
        assert_eq!(got, expected, "{claim}: {value}");
    }
}

#[tokio::test]
async fn only_our_provider_can_sign() {
    let verifier = verifier();
    let good = OURS.sign(&claims());
    let (signed, signature) = good.rsplit_once('.').expect("a token");
    let (header, _) = signed.split_once('.').expect("a token");
    let other = OURS.sign(&json!({"sub": "somebody else"}));
    let other_claims = other.split('.').nth(1).expect("claims");
    let forged = [
        STRANGERS.sign(&claims()),
        STRANGERS.sign_as(OURS.kid, &claims()),
        format!("{header}.{other_claims}.{signature}"),
        hmac_by_our_public_key(),
    ];
    for token in forged {
        assert_eq!(verdict(&verifier, &token).await, "forged", "{token}");
    }
    let unsigned = json!({"alg": "none", "kid": OURS.kid}).to_string();
    let unsigned = base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(unsigned);
    let claims = signed.split('.').nth(1).expect("claims");
    let nobodys = jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &OURS.key);
    let malformed = [
        String::new(),
        "a.b.c".into(),
        format!("{unsigned}.{claims}."),
        nobodys.expect("a token without a kid"),
        "x".repeat(1 << 20),
    ];
    for token in malformed {
        assert_eq!(verdict(&verifier, &token).await, "malformed", "{token:.99}");
    }
}

/// The classic confusion: what is public to us, taken as a shared secret.
fn hmac_by_our_public_key() -> String {
    let AlgorithmParameters::RSA(public) = OURS.jwk().algorithm else {
        panic!("an RSA key");
    };
    let header = Header {
        kid: Some(OURS.kid.to_owned()),
        ..Header::new(Algorithm::HS256)
    };
    let secret = EncodingKey::from_secret(public.n.as_bytes());
    jsonwebtoken::encode(&header, &claims(), &secret).expect("a token")
}

#[tokio::test]
async fn the_sandboxs_tokens_are_believed_with_its_published_keys() {
    let it = local_sandbox::start().await;
    let identity = it.sandbox.identity();
    let joined = identity.sign_up("Ada@example.org", "correct horse").await;
    let user_id = joined.expect("an account").account.local_id;
    let roles = vec!["operator".to_owned()];
    let promoted = identity.set_roles("ada@example.org", roles).await;
    promoted.expect("promoted");
    let session = identity.sign_in("ada@example.org", "correct horse").await;
    let token = session.expect("signed in").id_token;
    let keys_url = format!("{}/identity/keys", it.url);
    let verifier = FirebaseTokenVerifier::new(PROJECT, &keys_url).expect("a verifier");
    let person = verifier.verify(&token).await.expect("believed");
    assert_eq!(person.user_id.as_str(), user_id);
    assert_eq!(person.email.as_deref(), Some("ada@example.org"));
    assert_eq!(person.roles, [Role::Operator]);
    let stranger = FirebaseTokenVerifier::new("another", &keys_url).expect("a verifier");
    assert_eq!(verdict(&stranger, &token).await, "wrong audience");
}

/// A provider that counts how often it is asked for its keys.
struct Provider {
    url: String,
    asked: Arc<AtomicUsize>,
    answer: Arc<Mutex<(StatusCode, String)>>,
    headers: Arc<Mutex<[(&'static str, &'static str); 2]>>,
}

impl Provider {
    async fn start(signers: &[&Signer]) -> Self {
        install_crypto();
        let (listener, url) = local_sandbox::listen().await;
        let asked = Arc::new(AtomicUsize::new(0));
        let answer = Arc::new(Mutex::new((StatusCode::OK, key_set(signers))));
        let headers = Arc::new(Mutex::new([
            ("cache-control", "public, max-age=600"),
            ("age", "0"),
        ]));
        let (count, answers, said) = (asked.clone(), answer.clone(), headers.clone());
        let keys = move || async move {
            count.fetch_add(1, Ordering::Relaxed);
            let answer = answers.lock().expect("no panic").clone();
            let headers = *said.lock().expect("no panic");
            (answer.0, headers, answer.1)
        };
        let router = Router::new().route("/keys", get(keys));
        tokio::spawn(axum::serve(listener, router).into_future());
        let url = format!("{url}/keys");
        Self {
            url,
            asked,
            answer,
            headers,
        }
    }

    fn verifier(&self) -> FirebaseTokenVerifier {
        FirebaseTokenVerifier::new(PROJECT, &self.url).expect("a verifier")
    }

    fn answers(&self, status: StatusCode, body: String) {
        *self.answer.lock().expect("no panic") = (status, body);
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

fn key_set(signers: &[&Signer]) -> String {
    let keys: Vec<_> = signers.iter().map(|signer| signer.jwk()).collect();
    json!({ "keys": keys }).to_string()
}

/// Moves the clock by which keys age, and lets it run on.
async fn pass(seconds: u64) {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(seconds)).await;
    tokio::time::resume();
}

#[tokio::test]
async fn keys_are_fetched_once_while_they_are_fresh() {
    let provider = Provider::start(&[&OURS]).await;
    let verifier = provider.verifier();
    let token = OURS.sign(&claims());
    let at_once = (0..50).map(|_| verdict(&verifier, &token));
    for verdict in futures::future::join_all(at_once).await {
        assert_eq!(verdict, "believed");
    }
    pass(599).await;
    assert_eq!(verdict(&verifier, &token).await, "believed");
    assert_eq!(provider.asked(), 1);
    pass(2).await;
    assert_eq!(verdict(&verifier, &token).await, "believed");
    assert_eq!(provider.asked(), 2);
}

#[tokio::test]
async fn keys_age_by_what_their_own_headers_say() {
    let cases = [
        ("public, max-age=600", "0", 600),
        ("public, max-age=600", "400", 200),
        ("Public, Max-Age=\"300\"", "0", 300),
        ("no-transform", "0", 3_600),
        ("max-age=999999999", "0", 86_400),
    ];
    for (cache_control, age, fresh_s) in cases {
        let provider = Provider::start(&[&OURS]).await;
        *provider.headers.lock().expect("no panic") =
            [("cache-control", cache_control), ("age", age)];
        let verifier = provider.verifier();
        let token = OURS.sign(&claims());
        for (seconds, asked) in [(0, 1), (fresh_s - 2, 1), (4, 2)] {
            pass(seconds).await;
            assert_eq!(verdict(&verifier, &token).await, "believed");
            assert_eq!(provider.asked(), asked, "{cache_control}, age {age}");
        }
    }
}

#[tokio::test]
async fn a_flood_of_unknown_keys_does_not_become_a_flood_of_fetches() {
    let provider = Provider::start(&[&OURS]).await;
    let verifier = provider.verifier();
    let tokens: Vec<_> = (0..50)
        .map(|n| STRANGERS.sign_as(&format!("kid-{n}"), &claims()))
        .collect();
    for _ in 0..2 {
        let flood = tokens.iter().map(|token| verdict(&verifier, token));
        for verdict in futures::future::join_all(flood).await {
            assert_eq!(verdict, "forged");
        }
    }
    assert_eq!(provider.asked(), 1);
}

#[tokio::test]
async fn a_new_key_is_believed_as_soon_as_it_is_published() {
    let provider = Provider::start(&[&OURS]).await;
    let verifier = provider.verifier();
    let token = STRANGERS.sign(&claims());
    assert_eq!(verdict(&verifier, &token).await, "forged");
    provider.answers(StatusCode::OK, key_set(&[&OURS, &STRANGERS]));
    pass(6).await;
    assert_eq!(verdict(&verifier, &token).await, "believed");
}

#[tokio::test]
async fn a_withdrawn_key_is_believed_no_longer_than_it_is_fresh() {
    let provider = Provider::start(&[&OURS]).await;
    let verifier = provider.verifier();
    let token = OURS.sign(&claims());
    assert_eq!(verdict(&verifier, &token).await, "believed");
    provider.answers(StatusCode::OK, key_set(&[&STRANGERS]));
    pass(601).await;
    assert_eq!(verdict(&verifier, &token).await, "forged");
}

#[tokio::test]
async fn a_provider_that_is_down_for_a_while_locks_nobody_out() {
    let provider = Provider::start(&[&OURS]).await;
    let verifier = provider.verifier();
    let token = OURS.sign(&claims());
    assert_eq!(verdict(&verifier, &token).await, "believed");
    provider.answers(StatusCode::SERVICE_UNAVAILABLE, String::new());
    pass(601).await;
    for _ in 0..2 {
        assert_eq!(verdict(&verifier, &token).await, "believed");
    }
    assert_eq!(provider.asked(), 2, "and is left in peace meanwhile");
    let unknown = STRANGERS.sign(&claims());
    assert_eq!(verdict(&verifier, &unknown).await, "unavailable");
    pass(3_600).await;
    assert_eq!(verdict(&verifier, &token).await, "unavailable");
}

#[tokio::test]
async fn what_is_no_key_set_is_not_believed() {
    let provider = Provider::start(&[&OURS]).await;
    let token = OURS.sign(&claims());
    let huge = format!("{}{}", " ".repeat(1 << 20), key_set(&[&OURS]));
    for body in [String::new(), "{\"keys\":[]}".into(), huge] {
        provider.answers(StatusCode::OK, body);
        assert_eq!(verdict(&provider.verifier(), &token).await, "unavailable");
    }
}
