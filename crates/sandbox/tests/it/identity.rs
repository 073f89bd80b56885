//! Accounts and tokens in Firebase's shapes.

use axum::http::StatusCode;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};

use picasso_sandbox::SandboxConfig;

use super::support::{Running, config, start, start_with};

const SIGN_UP: &str = "/identity/v1/accounts:signUp";
const SIGN_IN: &str = "/identity/v1/accounts:signInWithPassword";

fn credentials(email: &str, password: &str) -> Value {
    json!({"email": email, "password": password, "returnSecureToken": true})
}

/// Verifies a token as any Firebase verifier does, and answers its claims.
async fn verified(it: &Running, token: &str) -> Value {
    let keys: JwkSet = it
        .get("/identity/keys")
        .await
        .json()
        .await
        .expect("a key set");
    let kid = decode_header(token).expect("a header").kid.expect("a kid");
    let key = DecodingKey::from_jwk(keys.find(&kid).expect("the key")).expect("a usable key");
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&["picasso-test"]);
    validation.set_issuer(&["https://securetoken.google.com/picasso-test"]);
    decode::<Value>(token, &key, &validation)
        .expect("a valid token")
        .claims
}

#[tokio::test]
async fn signing_up_gives_a_token_in_firebases_claim_shape() {
    let it = start().await;
    let (status, answer) = it
        .post_json(SIGN_UP, credentials("Ada@Example.org", "correct horse"))
        .await;
    assert_eq!(status, StatusCode::OK);
    let local_id = answer["localId"].as_str().expect("an id");
    assert_eq!(
        (local_id.len(), answer["expiresIn"].as_str()),
        (28, Some("3600"))
    );
    let claims = verified(&it, answer["idToken"].as_str().expect("a token")).await;
    assert_eq!(
        (claims["sub"].as_str(), claims["user_id"].as_str()),
        (Some(local_id), Some(local_id))
    );
    assert_eq!(claims["email"], "ada@example.org");
    assert_eq!(claims["email_verified"], true);
    assert_eq!(
        claims["exp"].as_i64(),
        claims["iat"].as_i64().map(|iat| iat + 3600)
    );
    assert_eq!(
        claims["firebase"],
        json!({"sign_in_provider": "password", "identities": {"email": ["ada@example.org"]}})
    );
    it.stop().await;
}

#[tokio::test]
async fn signing_in_and_refreshing_name_the_same_person() {
    let it = start().await;
    let (_, up) = it
        .post_json(SIGN_UP, credentials("ada@example.org", "correct horse"))
        .await;
    let (status, sign_in) = it
        .post_json(SIGN_IN, credentials("ada@example.org", "correct horse"))
        .await;
    assert_eq!(
        (status, &sign_in["localId"]),
        (StatusCode::OK, &up["localId"])
    );
    let grant = [
        ("grant_type", "refresh_token"),
        (
            "refresh_token",
            sign_in["refreshToken"].as_str().expect("a token"),
        ),
    ];
    let url = format!("{}/identity/v1/token", it.base);
    let refreshed: Value = it
        .http
        .post(url)
        .form(&grant)
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    let claims = verified(&it, refreshed["id_token"].as_str().expect("a token")).await;
    assert_eq!(claims["sub"], up["localId"]);
    it.stop().await;
}

#[tokio::test]
async fn what_firebase_refuses_is_refused_in_its_words() {
    let it = start().await;
    it.post_json(SIGN_UP, credentials("ada@example.org", "correct horse"))
        .await;
    let cases = [
        (
            SIGN_UP,
            credentials("ADA@example.org", "another horse"),
            "EMAIL_EXISTS",
        ),
        (
            SIGN_UP,
            credentials("not an address", "correct horse"),
            "INVALID_EMAIL",
        ),
        (
            SIGN_UP,
            credentials("b@example.org", "short"),
            "WEAK_PASSWORD",
        ),
        (
            SIGN_UP,
            credentials("b@example.org", &"x".repeat(129)),
            "PASSWORD_DOES_NOT_MEET_REQUIREMENTS",
        ),
        (
            SIGN_IN,
            credentials("ada@example.org", "wrong horse"),
            "INVALID_LOGIN_CREDENTIALS",
        ),
        (
            SIGN_IN,
            credentials("nobody@example.org", "correct horse"),
            "INVALID_LOGIN_CREDENTIALS",
        ),
        (SIGN_IN, json!({"email": 7}), "INVALID_REQUEST"),
        (
            "/identity/v1/token",
            json!({"grant_type": "refresh_token", "refresh_token": "x"}),
            "INVALID_REFRESH_TOKEN",
        ),
        (
            "/identity/v1/token",
            json!({"grant_type": "password", "refresh_token": "x"}),
            "INVALID_GRANT_TYPE",
        ),
        (
            "/sandbox/roles",
            json!({"email": "nobody@example.org", "roles": []}),
            "EMAIL_NOT_FOUND",
        ),
        (
            "/sandbox/roles",
            json!({"email": "ada@example.org", "roles": ["NO SHOUTING"]}),
            "INVALID_CLAIMS",
        ),
    ];
    for (path, body, code) in cases {
        let (status, error) = it.post_json(path, body).await;
        assert_eq!(
            (status, &error["error"]["code"]),
            (StatusCode::BAD_REQUEST, &400.into()),
            "{code}"
        );
        assert!(
            error["error"]["message"]
                .as_str()
                .expect("text")
                .starts_with(code),
            "{error}"
        );
    }
    it.stop().await;
}

#[tokio::test]
async fn roles_are_in_the_next_token_and_absent_without_any() {
    let it = start().await;
    let (_, up) = it
        .post_json(SIGN_UP, credentials("ada@example.org", "correct horse"))
        .await;
    let claims = verified(&it, up["idToken"].as_str().expect("a token")).await;
    assert_eq!(claims.get("roles"), None);
    it.post_json(
        "/sandbox/roles",
        json!({"email": "ada@example.org", "roles": ["operator", "analyst"]}),
    )
    .await;
    let (_, sign_in) = it
        .post_json(SIGN_IN, credentials("ada@example.org", "correct horse"))
        .await;
    let claims = verified(&it, sign_in["idToken"].as_str().expect("a token")).await;
    assert_eq!(claims["roles"], json!(["operator", "analyst"]));
    it.stop().await;
}

#[tokio::test]
async fn pages_of_this_machine_and_of_the_app_may_sign_people_in_and_make_no_operators() {
    let it = start_with(SandboxConfig {
        app_url: "https://picasso.example/".into(),
        ..config()
    })
    .await;
    let asked = |path: &str, origin: &str| {
        it.http
            .request(reqwest::Method::OPTIONS, format!("{}{path}", it.base))
            .header("origin", origin.to_owned())
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type")
            .send()
    };
    let allows = async |path: &str, origin: &str| {
        let answer = asked(path, origin).await.expect("an answer");
        let headers = answer.headers();
        assert_eq!(headers.get("access-control-allow-credentials"), None);
        headers
            .get("access-control-allow-origin")
            .is_some_and(|allowed| allowed == origin)
    };
    for origin in [
        "http://127.0.0.1:8080",
        "http://localhost:5173",
        "http://[::1]:8080",
        "https://picasso.example",
    ] {
        assert!(allows(SIGN_IN, origin).await, "{origin}");
        assert!(!allows("/sandbox/roles", origin).await, "{origin}");
    }
    for origin in [
        "https://evil.example",
        "http://127.0.0.1.evil.example",
        "https://picasso.example.evil.example",
        "http://localhost@evil.example",
        "null",
    ] {
        assert!(!allows(SIGN_IN, origin).await, "{origin}");
    }
    it.stop().await;
}

#[tokio::test]
async fn the_keys_say_how_long_they_may_be_cached() {
    let it = start().await;
    let keys = it.get("/identity/keys").await;
    assert!(
        keys.headers()["cache-control"]
            .to_str()
            .expect("ASCII")
            .contains("max-age=3600")
    );
    let keys: Value = keys.json().await.expect("JSON");
    assert_eq!(
        (&keys["keys"][0]["kty"], &keys["keys"][0]["alg"]),
        (&"RSA".into(), &"RS256".into())
    );
    assert_eq!(keys["keys"][0].get("d"), None);
    it.stop().await;
}

#[tokio::test]
async fn tests_may_sign_claims_of_their_own() {
    let it = start().await;
    let person = it
        .sandbox
        .identity()
        .sign_up("ada@example.org", "correct horse")
        .await
        .expect("signed up");
    let token = it
        .sandbox
        .identity()
        .issue_token(&person.account)
        .expect("a token");
    let mut claims = verified(&it, &token).await;
    claims["admin"] = true.into();
    let own = it.sandbox.identity().sign(&claims).expect("a token");
    assert_eq!(verified(&it, &own).await["admin"], true);
    it.stop().await;
}
