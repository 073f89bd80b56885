//! A person with a browser: signs up at the sandbox, then calls over gRPC-web and HTTP.

use picasso_api::proto::{
    commands::v1::{
        FinishUploadRequest, FinishUploadResponse, LikePictureRequest, LikePictureResponse,
        PictureDetails, PublishPictureRequest, PublishPictureResponse, RegisterAccountRequest,
        RegisterAccountResponse, StartCheckoutRequest, StartCheckoutResponse, StartUploadRequest,
        StartUploadResponse,
    },
    types::v1::{Edition, Licence, Money, Position, Receipt},
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{grpc_web::Client, market::Market};

pub const PASSWORD: &str = "correct horse battery";

#[derive(Clone)]
pub struct Person {
    pub client: Client,
}

/// A published picture and where the log stood then.
pub struct Published {
    pub picture_id: String,
    pub position: Vec<Position>,
}

pub fn request_id() -> String {
    Uuid::now_v7().to_string()
}

pub fn eur(amount_minor: i64) -> Option<Money> {
    let currency = "EUR".to_owned();
    Some(Money {
        amount_minor,
        currency,
    })
}

/// The position a receipt names, as a query's `min_position`.
pub fn after(receipt: Option<&Receipt>) -> Vec<Position> {
    let position = receipt.and_then(|receipt| receipt.position);
    vec![position.expect("a receipt names its position")]
}

impl Person {
    /// Signs up and registers under a handle.
    pub async fn join(market: &Market, handle: &str) -> Self {
        let person = Self::sign_up(market, handle).await;
        let register = RegisterAccountRequest {
            request_id: request_id(),
            handle: handle.to_owned(),
            display_name: handle.to_owned(),
            bio: String::new(),
        };
        let method = "picasso.commands.v1.AccountCommandService/RegisterAccount";
        let _: RegisterAccountResponse = person.client.get(method, &register).await;
        person
    }

    /// Signs up at the sandbox only.
    pub async fn sign_up(market: &Market, name: &str) -> Self {
        let email = format!("{name}@example.org");
        let url = format!("{}/identity/v1/accounts:signUp", market.sandbox_url());
        let client = market.client();
        let body =
            serde_json::json!({"email": email, "password": PASSWORD, "returnSecureToken": true});
        let answer = client
            .http()
            .post(url)
            .json(&body)
            .send()
            .await
            .expect("an answer");
        assert!(answer.status().is_success(), "sign-up: {}", answer.status());
        let session: serde_json::Value = answer.json().await.expect("JSON");
        let text = |field: &str| session[field].as_str().expect("a text").to_owned();
        Self {
            client: client.signed_in(text("idToken")),
        }
    }

    /// Signs up at the sandbox as somebody who may do more.
    pub async fn sign_up_as(market: &Market, name: &str, role: &str) -> Self {
        let email = format!("{name}@example.org");
        let person = Self::sign_up(market, name).await;
        let post = async |path: &str, body: serde_json::Value| {
            let url = format!("{}{path}", market.sandbox_url());
            let answer = person.client.http().post(url).json(&body).send().await;
            let answer = answer.expect("an answer");
            assert!(answer.status().is_success(), "{path}: {}", answer.status());
            answer.json::<serde_json::Value>().await.expect("JSON")
        };
        let roles = serde_json::json!({"email": email, "roles": [role]});
        post("/sandbox/roles", roles).await;
        // A token says what its owner may do when it is made.
        let sign_in =
            serde_json::json!({"email": email, "password": PASSWORD, "returnSecureToken": true});
        let session = post("/identity/v1/accounts:signInWithPassword", sign_in).await;
        let token = session["idToken"].as_str().expect("a token").to_owned();
        Self {
            client: person.client.signed_in(token),
        }
    }

    /// Starts an upload and PUTs the file.
    pub async fn put(&self, file: &[u8]) -> StartUploadResponse {
        let started = self.start_upload(file).await;
        let answer = self.put_request(&started, file).send().await;
        let status = answer.expect("an answer").status();
        assert!(status.is_success(), "PUT: {status}");
        started
    }

    /// The request that PUTs a file where an upload was told to.
    pub fn put_request(
        &self,
        started: &StartUploadResponse,
        file: &[u8],
    ) -> reqwest::RequestBuilder {
        let put = self.client.http().put(&started.upload_url);
        let headers = started.upload_headers.iter();
        headers
            .fold(put, |put, (name, value)| put.header(name, value))
            .body(file.to_vec())
    }

    pub async fn start_upload(&self, file: &[u8]) -> StartUploadResponse {
        let start = StartUploadRequest {
            request_id: request_id(),
            size_bytes: file.len() as u64,
            sha256: hex::encode(Sha256::digest(file)),
        };
        let method = "picasso.commands.v1.PictureCommandService/StartUpload";
        self.client.get(method, &start).await
    }

    pub fn finish(
        upload_token: &str,
        title: &str,
        price: Option<Money>,
        edition: Edition,
    ) -> FinishUploadRequest {
        FinishUploadRequest {
            request_id: request_id(),
            upload_token: upload_token.to_owned(),
            details: Some(PictureDetails {
                title: title.to_owned(),
                description: "Taken on a walk".to_owned(),
                alt_text: "A street".to_owned(),
                tags: vec!["street".to_owned()],
            }),
            price,
            edition: edition.into(),
            licence: Licence::Personal.into(),
        }
    }

    /// Uploads and publishes a file.
    pub async fn publish(&self, file: &[u8], title: &str, edition: Edition) -> Published {
        let started = self.put(file).await;
        let finish = Self::finish(&started.upload_token, title, eur(1_500), edition);
        self.finish_and_publish(&finish).await
    }

    pub async fn finish_and_publish(&self, finish: &FinishUploadRequest) -> Published {
        let method = "picasso.commands.v1.PictureCommandService/FinishUpload";
        let finished: FinishUploadResponse = self.client.get(method, finish).await;
        let publish = PublishPictureRequest {
            request_id: request_id(),
            picture_id: finished.picture_id.clone(),
            etag: None,
        };
        let method = "picasso.commands.v1.PictureCommandService/PublishPicture";
        let published: PublishPictureResponse = self.client.get(method, &publish).await;
        Published {
            picture_id: finished.picture_id,
            position: after(published.receipt.as_ref()),
        }
    }

    pub async fn start_checkout(&self, picture_id: &str, shown: i64) -> StartCheckoutResponse {
        let start = StartCheckoutRequest {
            request_id: request_id(),
            picture_id: picture_id.to_owned(),
            shown_price: eur(shown),
        };
        let method = "picasso.commands.v1.PurchaseCommandService/StartCheckout";
        self.client.get(method, &start).await
    }

    pub async fn like(&self, picture_id: &str) -> LikePictureResponse {
        let like = LikePictureRequest {
            request_id: request_id(),
            picture_id: picture_id.to_owned(),
        };
        let method = "picasso.commands.v1.ReactionCommandService/LikePicture";
        self.client.get(method, &like).await
    }

    /// Presses "pay" on a checkout page.
    pub async fn pay(&self, checkout_url: &str) {
        let url = format!("{checkout_url}/pay");
        let answer = self
            .client
            .http()
            .post(url)
            .send()
            .await
            .expect("an answer");
        // The page sends the buyer back to the web app, which may answer anything.
        assert!(
            !answer.status().is_server_error(),
            "pay: {}",
            answer.status()
        );
    }
}
