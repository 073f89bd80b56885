//! Mail into the sandbox's mail box: kept once per dedupe key and shown on a page, never sent.

use std::time::Duration;

use async_trait::async_trait;
use picasso_commands::ports::{EffectError, Mail, Mailer, Unavailable};
use reqwest::{Client, StatusCode, Url, redirect::Policy};
use serde::Serialize;

const SERVICE: &str = "mail";
const TIMEOUT: Duration = Duration::from_secs(5);

/// Why the mail box cannot be used, or has not taken a mail.
#[derive(Debug, thiserror::Error)]
pub enum MailboxError {
    #[error("the address of the mail box is not an http(s) URL")]
    Address,
    #[error("the client for the mail box cannot be built")]
    Client(#[source] reqwest::Error),
    #[error("the mail box answered {0}")]
    Status(StatusCode),
}

/// [`Mailer`] by the sandbox's `POST /mail/messages`.
#[derive(Clone)]
pub struct SandboxMailer {
    client: Client,
    url: Url,
}

#[derive(Serialize)]
struct Message<'a> {
    to: &'a str,
    subject: &'a str,
    text: &'a str,
    html: &'a str,
    kind: &'a str,
    dedupe_key: &'a str,
}

impl SandboxMailer {
    /// # Errors
    /// [`MailboxError`] when the sandbox's address is not an http(s) URL.
    pub fn new(sandbox_url: &str) -> Result<Self, MailboxError> {
        let base = sandbox_url.trim_end_matches('/');
        let url =
            Url::parse(&format!("{base}/mail/messages")).map_err(|_| MailboxError::Address)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(MailboxError::Address);
        }
        let client = Client::builder().timeout(TIMEOUT).redirect(Policy::none());
        let client = client.build().map_err(MailboxError::Client)?;
        Ok(Self { client, url })
    }
}

#[async_trait]
impl Mailer for SandboxMailer {
    async fn send(&self, mail: &Mail) -> Result<(), EffectError> {
        let message = Message {
            to: &mail.to,
            subject: &mail.subject,
            text: &mail.text,
            html: &mail.html,
            kind: mail.kind,
            dedupe_key: &mail.dedupe_key,
        };
        let post = self.client.post(self.url.clone()).json(&message);
        // The mail box keeps one mail per key, so one that was not answered may be sent again.
        let answer = post.send().await.map_err(|error| {
            // The URL in reqwest's error is no secret, but says nothing new either.
            EffectError::NotDone(Unavailable::new(SERVICE, error.without_url()))
        })?;
        let status = answer.status();
        let cause = || Unavailable::new(SERVICE, MailboxError::Status(status));
        if status.is_success() {
            Ok(())
        } else if status.is_client_error() {
            Err(EffectError::Refused(cause()))
        } else {
            Err(EffectError::NotDone(cause()))
        }
    }
}
