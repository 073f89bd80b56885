//! Sign-in by the Firebase Auth emulator, as pages are developed with it, and that it never stands beside production.

use picasso_api::proto::{
    commands::v1::{RegisterAccountRequest, RegisterAccountResponse},
    operations::v1::{GetStatusRequest, GetStatusResponse},
};
use serde_json::{Value, json};
use tonic::Code;
use uuid::Uuid;

use crate::support::{
    grpc_web::Client,
    market::Market,
    person::{PASSWORD, request_id},
};

/// The project that `scripts/servers` starts the emulator with.
const PROJECT: &str = "demo-picasso";
const STATUS: &str = "picasso.operations.v1.OperationsService/GetStatus";

fn emulator() -> String {
    picasso_testing::variable("PICASSO_TEST_FIREBASE_AUTH_URL")
}

/// Asks as a person; as the project's owner what is below the project.
async fn ask(path: &str, body: &Value) -> Value {
    let url = format!("{}/identitytoolkit.googleapis.com/v1/{path}", emulator());
    let mut request = reqwest::Client::new().post(url).json(body);
    if path.starts_with("projects/") {
        request = request.bearer_auth("owner");
    }
    let answer = request.send().await.expect("an answer");
    assert!(answer.status().is_success(), "{path}: {answer:?}");
    answer.json().await.expect("JSON")
}

fn text(answer: &Value, field: &str) -> String {
    answer[field].as_str().expect("a text").to_owned()
}

#[tokio::test]
async fn who_signs_in_at_the_emulator_may_do_what_its_claims_say() {
    let url = emulator();
    let settings = [
        ("IDENTITY__EMULATOR_URL", url.as_str()),
        ("IDENTITY__PROJECT_ID", PROJECT),
    ];
    let market = Market::start_with(&settings).await;
    let email = format!("{}@example.org", Uuid::now_v7().simple());
    let account = json!({"email": email, "password": PASSWORD, "returnSecureToken": true});
    let joined = ask("accounts:signUp?key=any", &account).await;
    let ada: Client = market.client().signed_in(text(&joined, "idToken"));
    let register = RegisterAccountRequest {
        request_id: request_id(),
        handle: "ada".to_owned(),
        display_name: "Ada".to_owned(),
        bio: String::new(),
    };
    let method = "picasso.commands.v1.AccountCommandService/RegisterAccount";
    let _: RegisterAccountResponse = ada.get(method, &register).await;
    let refusal = ada.refused(STATUS, &GetStatusRequest::default()).await;
    assert_eq!(refusal.code, Code::PermissionDenied, "{refusal:?}");

    let claims = json!({"roles": ["operator"]}).to_string();
    let promotion = json!({"localId": text(&joined, "localId"), "customAttributes": claims});
    ask(&format!("projects/{PROJECT}/accounts:update"), &promotion).await;
    let session = ask("accounts:signInWithPassword?key=any", &account).await;
    let ada = market.client().signed_in(text(&session, "idToken"));
    let _: GetStatusResponse = ada.get(STATUS, &GetStatusRequest::default()).await;
    let leave = json!({"localId": text(&joined, "localId")});
    ask(&format!("projects/{PROJECT}/accounts:delete"), &leave).await;
}

#[tokio::test]
async fn the_emulator_does_not_start_beside_production_settings() {
    let market = Market::start().await;
    let url = emulator();
    let production = [
        (
            "PICASSO_IDENTITY__PROJECT_ID",
            "picasso",
            "identity.project_id",
        ),
        (
            "PICASSO_PAYMENTS__SECRET_KEY",
            "sk_live_1",
            "payments.secret_key",
        ),
        (
            "PICASSO_SERVER__PUBLIC_URL",
            "https://picasso.example",
            "server.public_url",
        ),
    ];
    for (name, value, setting) in production {
        let mut serve = market.command(&["serve"]);
        serve
            .env("PICASSO_IDENTITY__EMULATOR_URL", &url)
            .env("PICASSO_IDENTITY__PROJECT_ID", PROJECT)
            .env(name, value);
        let output = serve.output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(78), "{said}");
        assert!(said.contains("identity.emulator_url"), "{said}");
        assert!(said.contains(setting), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(!said.contains("sk_live"), "{said}");
    }
}
