//! Firebase's identity REST API: <https://firebase.google.com/docs/reference/rest/auth>. Browsers of
//! every origin may call it, as with Firebase; nothing here rests on cookies.

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tower_http::cors::{Any, CorsLayer};

use super::{Identity, IdentityError, SignedIn};
use crate::server::Sandbox;

const KEYS_MAX_AGE: &str = "public, max-age=3600, must-revalidate";

pub(crate) fn router() -> Router<Sandbox> {
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            header::CONTENT_TYPE,
            HeaderName::from_static("x-client-version"),
        ]);
    Router::new()
        .route("/identity/v1/accounts:signUp", post(sign_up))
        .route("/identity/v1/accounts:signInWithPassword", post(sign_in))
        .route("/identity/v1/token", post(token))
        .route("/identity/keys", get(keys))
        .layer(cors)
        // Outside the CORS layer: a page in a browser must not make itself an operator.
        .route("/sandbox/roles", post(set_roles))
}

#[derive(Deserialize)]
struct Credentials {
    email: String,
    password: String,
}

#[derive(Deserialize)]
struct Grant {
    grant_type: String,
    refresh_token: String,
}

#[derive(Deserialize)]
struct Roles {
    email: String,
    roles: Vec<String>,
}

async fn sign_up(
    State(sandbox): State<Sandbox>,
    body: Result<Json<Credentials>, JsonRejection>,
) -> Response {
    let Ok(Json(Credentials { email, password })) = body else {
        return malformed();
    };
    match sandbox.identity().sign_up(&email, &password).await {
        Ok(session) => Json(signed_in(&session, "SignupNewUserResponse")).into_response(),
        Err(error) => refuse(&error),
    }
}

async fn sign_in(
    State(sandbox): State<Sandbox>,
    body: Result<Json<Credentials>, JsonRejection>,
) -> Response {
    let Ok(Json(Credentials { email, password })) = body else {
        return malformed();
    };
    match sandbox.identity().sign_in(&email, &password).await {
        Ok(session) => {
            let mut answer = signed_in(&session, "VerifyPasswordResponse");
            answer["registered"] = true.into();
            Json(answer).into_response()
        }
        Err(error) => refuse(&error),
    }
}

/// Form-encoded in Firebase's own clients, JSON in others; both are taken.
async fn token(State(sandbox): State<Sandbox>, headers: HeaderMap, body: Bytes) -> Response {
    let is_json = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/json"));
    let grant: Option<Grant> = if is_json {
        serde_json::from_slice(&body).ok()
    } else {
        serde_qs::from_bytes(&body).ok()
    };
    let Some(Grant {
        grant_type,
        refresh_token,
    }) = grant
    else {
        return malformed();
    };
    if grant_type != "refresh_token" {
        return failure(StatusCode::BAD_REQUEST, "INVALID_GRANT_TYPE");
    }
    match sandbox.identity().refresh(&refresh_token).await {
        Ok(session) => Json(refreshed(sandbox.identity(), &session)).into_response(),
        Err(error) => refuse(&error),
    }
}

async fn keys(State(sandbox): State<Sandbox>) -> Response {
    (
        [(header::CACHE_CONTROL, KEYS_MAX_AGE)],
        Json(sandbox.identity().jwks().clone()),
    )
        .into_response()
}

async fn set_roles(
    State(sandbox): State<Sandbox>,
    body: Result<Json<Roles>, JsonRejection>,
) -> Response {
    let Ok(Json(Roles { email, roles })) = body else {
        return malformed();
    };
    match sandbox.identity().set_roles(&email, roles).await {
        Ok(account) => Json(json!({
            "localId": account.local_id, "email": account.email, "roles": account.roles,
        }))
        .into_response(),
        Err(error) => refuse(&error),
    }
}

fn signed_in(session: &SignedIn, kind: &str) -> Value {
    json!({
        "kind": format!("identitytoolkit#{kind}"),
        "localId": session.account.local_id,
        "email": session.account.email,
        "idToken": session.id_token,
        "refreshToken": session.refresh_token,
        "expiresIn": session.expires_in_s.to_string(),
    })
}

fn refreshed(identity: &Identity, session: &SignedIn) -> Value {
    json!({
        "access_token": session.id_token,
        "expires_in": session.expires_in_s.to_string(),
        "token_type": "Bearer",
        "refresh_token": session.refresh_token,
        "id_token": session.id_token,
        "user_id": session.account.local_id,
        "project_id": identity.project_id(),
    })
}

fn refuse(error: &IdentityError) -> Response {
    if let IdentityError::Broken(cause) = error {
        tracing::error!(
            error = cause as &dyn std::error::Error,
            "sandbox identity call failed"
        );
        return failure(StatusCode::INTERNAL_SERVER_ERROR, error.code());
    }
    failure(StatusCode::BAD_REQUEST, error.code())
}

fn malformed() -> Response {
    failure(
        StatusCode::BAD_REQUEST,
        "INVALID_REQUEST : Send a JSON body with the fields of this call",
    )
}

fn failure(status: StatusCode, message: &str) -> Response {
    let error = json!({
        "code": status.as_u16(),
        "message": message,
        "errors": [{"message": message, "domain": "global", "reason": "invalid"}],
    });
    (status, Json(json!({ "error": error }))).into_response()
}
