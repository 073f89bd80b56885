//! The Firebase Auth emulator's own tokens, and what only looks like them.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use picasso_adapters::firebase::{EmulatorError, EmulatorTokenVerifier};
use picasso_commands::ports::{IdentityError, Role, TokenVerifier};
use picasso_domain::Timestamp;
use serde_json::{Value, json};

use super::{OURS, Provider, claims, local_sandbox, verdict};

/// The project that `scripts/servers` starts the emulator with.
const DEMO: &str = "demo-picasso";
const PASSWORD: &str = "correct horse";

fn emulator() -> String {
    picasso_testing::variable("PICASSO_TEST_FIREBASE_AUTH_URL")
}

/// Somebody new at the emulator, who leaves at the end.
struct Somebody {
    email: String,
    local_id: String,
    token: String,
}

/// Asks as a person; as the project's owner what is below the project.
async fn ask(path: &str, body: Value) -> Value {
    let url = format!("{}/identitytoolkit.googleapis.com/v1/{path}", emulator());
    let mut request = reqwest::Client::new().post(url);
    if path.starts_with("projects/") {
        request = request.bearer_auth("owner");
    }
    let answer = request.json(&body).send().await.expect("an answer");
    assert!(answer.status().is_success(), "{path}: {answer:?}");
    answer.json().await.expect("JSON")
}

fn text(answer: &Value, field: &str) -> String {
    answer[field].as_str().expect("a text").to_owned()
}

impl Somebody {
    async fn sign_up() -> Self {
        let email = format!("{}@example.org", uuid::Uuid::now_v7().simple());
        let body = json!({"email": email, "password": PASSWORD, "returnSecureToken": true});
        let joined = ask("accounts:signUp?key=any", body).await;
        Self {
            email,
            local_id: text(&joined, "localId"),
            token: text(&joined, "idToken"),
        }
    }

    /// As a project's administrator does; the next sign-in carries the claims.
    async fn set_claims(&mut self, claims: &Value) {
        let body = json!({"localId": self.local_id, "customAttributes": claims.to_string()});
        ask(&format!("projects/{DEMO}/accounts:update"), body).await;
        let body = json!({"email": self.email, "password": PASSWORD, "returnSecureToken": true});
        let session = ask("accounts:signInWithPassword?key=any", body).await;
        self.token = text(&session, "idToken");
    }

    async fn leave(self) {
        let body = json!({"localId": self.local_id});
        ask(&format!("projects/{DEMO}/accounts:delete"), body).await;
    }
}

async fn verifier() -> EmulatorTokenVerifier {
    local_sandbox::install_crypto();
    let connected = EmulatorTokenVerifier::connect(DEMO, &emulator()).await;
    connected.expect("the emulator answers")
}

async fn fares(verifier: &EmulatorTokenVerifier, token: &str) -> &'static str {
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
async fn the_emulators_tokens_name_the_person_and_the_roles() {
    let verifier = verifier().await;
    let mut ada = Somebody::sign_up().await;
    let person = verifier.verify(&ada.token).await.expect("believed");
    assert_eq!(person.user_id.as_str(), ada.local_id);
    assert_eq!(person.email.as_deref(), Some(&*ada.email));
    assert!(!person.email_verified);
    assert_eq!(person.roles, []);
    ada.set_claims(&json!({"roles": ["operator", "emperor"]}))
        .await;
    let person = verifier.verify(&ada.token).await.expect("believed");
    assert_eq!(person.roles, [Role::Operator]);
    ada.leave().await;
}

#[tokio::test]
async fn a_verifier_of_real_tokens_refuses_the_emulators() {
    let ada = Somebody::sign_up().await;
    let provider = Provider::start(&[&OURS]).await;
    assert_eq!(verdict(&provider.verifier(), &ada.token).await, "malformed");
    assert_eq!(provider.asked(), 0);
    ada.leave().await;
}

/// Written as the emulator writes them.
fn unsigned(header: &Value, claims: &Value) -> String {
    let [header, claims] = [header, claims].map(|part| BASE64.encode(part.to_string()));
    format!("{header}.{claims}.")
}

#[tokio::test]
async fn each_claim_of_an_unsigned_token_is_checked() {
    let verifier = verifier().await;
    let header = json!({"alg": "none", "typ": "JWT"});
    let now_s = Timestamp::now().as_second();
    let mut good = claims();
    good["aud"] = json!(DEMO);
    good["iss"] = json!(format!("https://securetoken.google.com/{DEMO}"));
    assert_eq!(
        fares(&verifier, &unsigned(&header, &good)).await,
        "believed"
    );
    let cases = [
        ("aud", json!("demo-other"), "wrong audience"),
        ("aud", Value::Null, "malformed"),
        (
            "iss",
            json!("https://securetoken.google.com/x"),
            "wrong audience",
        ),
        ("exp", json!(now_s - 60), "expired"),
        ("exp", Value::Null, "malformed"),
        ("iat", json!(now_s + 90), "forged"),
        ("auth_time", json!(now_s + 90), "forged"),
        ("sub", json!(""), "malformed"),
        ("sub", json!("x".repeat(129)), "malformed"),
    ];
    for (claim, value, expected) in cases {
        let mut claims = good.clone();
        claims[claim] = value.clone();
        let token = unsigned(&header, &claims);
        assert_eq!(fares(&verifier, &token).await, expected, "{claim}: {value}");
    }
}

#[tokio::test]
async fn a_signed_token_is_not_taken_for_an_unsigned_one() {
    let verifier = verifier().await;
    assert_eq!(fares(&verifier, &OURS.sign(&claims())).await, "forged");
    let header = json!({"alg": "none"});
    let signed = format!("{}c2lnbmVk", unsigned(&header, &claims()));
    assert_eq!(fares(&verifier, &signed).await, "forged");
    let claimed = unsigned(&json!({"alg": "RS256", "kid": "x"}), &claims());
    assert_eq!(fares(&verifier, &claimed).await, "forged");
    for malformed in ["", "a.b", "a.b.c.d", "..", &"x".repeat(1 << 20)] {
        assert_eq!(fares(&verifier, malformed).await, "malformed");
    }
}

#[tokio::test]
async fn only_a_demo_project_of_an_emulator_is_taken() {
    local_sandbox::install_crypto();
    let real = EmulatorTokenVerifier::connect("picasso", &emulator()).await;
    assert!(matches!(real.err(), Some(EmulatorError::RealProject(_))));
    let nobody = EmulatorTokenVerifier::connect(DEMO, "http://127.0.0.1:9").await;
    let nobody = nobody.err().expect("nobody answers");
    assert!(nobody.is_transient(), "{nobody:?}");
    let sandbox = local_sandbox::start().await;
    let other = EmulatorTokenVerifier::connect(DEMO, &sandbox.url).await;
    let other = other.err().expect("no emulator answers");
    assert!(
        matches!(other, EmulatorError::SomethingElse(_)),
        "{other:?}"
    );
}
