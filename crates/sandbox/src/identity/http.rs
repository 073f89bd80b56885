//! Firebase's identity REST API: <https://firebase.google.com/docs/reference/rest/auth>. Pages of this machine and
//! of the web app may call it; nothing here rests on cookies.

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tower_http::cors::CorsLayer;

use super::{Identity, IdentityError, SignedIn, origins};
use crate::server::Sandbox;

const PASSWORD_RESET: &str = "PASSWORD_RESET";
const KEYS_MAX_AGE: &str = "public, max-age=3600, must-revalidate";

pub(crate) fn router(app_url: &str) -> Router<Sandbox> {
    let cors = CorsLayer::new()
        .allow_origin(origins::allowed(app_url))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            header::CONTENT_TYPE,
            HeaderName::from_static("x-client-version"),
        ]);
    Router::new()
        .route("/identity/v1/accounts:signUp", post(sign_up))
        .route("/identity/v1/accounts:signInWithPassword", post(sign_in))
        .route("/identity/v1/accounts:sendOobCode", post(send_oob_code))
        .route("/identity/v1/accounts:resetPassword", post(reset_password))
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
#[serde(rename_all = "camelCase")]
struct CodeRequest {
    request_type: String,
    email: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reset {
    oob_code: String,
    /// Without it the code is only looked at.
    new_password: Option<String>,
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

/// The answer is the same whether there is such an account or not, as with Firebase's protection against enumeration.
async fn send_oob_code(
    State(sandbox): State<Sandbox>,
    body: Result<Json<CodeRequest>, JsonRejection>,
) -> Response {
    let Ok(Json(CodeRequest {
        request_type,
        email,
    })) = body
    else {
        return malformed();
    };
    if request_type != PASSWORD_RESET {
        return failure(StatusCode::BAD_REQUEST, "INVALID_REQ_TYPE");
    }
    let (app_url, now_s) = (sandbox.config().app_url.clone(), sandbox.clock().now_s());
    let sent = sandbox.identity().send_reset_code(&email, app_url, now_s);
    match sent.await {
        Ok(email) => Json(json!({
            "kind": "identitytoolkit#GetOobConfirmationCodeResponse", "email": email,
        }))
        .into_response(),
        Err(error) => refuse(&error),
    }
}

async fn reset_password(
    State(sandbox): State<Sandbox>,
    body: Result<Json<Reset>, JsonRejection>,
) -> Response {
    let Ok(Json(Reset {
        oob_code,
        new_password,
    })) = body
    else {
        return malformed();
    };
    let (identity, now_s) = (sandbox.identity(), sandbox.clock().now_s());
    let owner = match new_password {
        Some(password) => identity.reset_password(&oob_code, &password, now_s).await,
        None => identity.check_reset_code(&oob_code, now_s).await,
    };
    match owner {
        Ok(account) => Json(json!({
            "kind": "identitytoolkit#ResetPasswordResponse",
            "email": account.email,
            "requestType": PASSWORD_RESET,
        }))
        .into_response(),
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
