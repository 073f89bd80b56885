//! Sends the letters on the agenda: to whom has an address, and wants them.

use std::sync::Arc;

use jiff::SignedDuration;
use picasso_domain::Account;
use picasso_eventlog::RecordedEvent;

use super::{Once, Outcome, Worker};
use crate::{
    CommandError, Executor,
    letters::Letter,
    links::{LinkSigner, OptOutGrant},
    ports::{Clock, ContactBook, Mail, Mailer, Task},
};

const KIND: &str = "mail";
/// How long the link in a letter ends such letters.
const OPT_OUT_FOR: SignedDuration = SignedDuration::from_hours(2 * 366 * 24);

/// Writes and sends letters, each at most once.
pub struct Post {
    pub contacts: Arc<dyn ContactBook>,
    pub mailer: Arc<dyn Mailer>,
    pub once: Arc<Once>,
    /// Knows what people have chosen.
    pub executor: Executor,
    pub links: LinkSigner,
    pub clock: Arc<dyn Clock>,
    /// How people reach the marketplace.
    pub public_url: String,
}

impl Letter {
    /// The task of sending this letter, which is the same however often its event is read.
    pub(super) fn task(&self, about: &str, event: &RecordedEvent) -> Task {
        // In a history restored from a backup another event may take this one's place: its letter is another one.
        let at = event.recorded_at.as_microsecond();
        let key = format!("{about}/{}/{at}", self.occasion.kind());
        self.task_at(key, event.recorded_at)
    }

    pub(super) fn task_at(&self, key: String, due_at: picasso_domain::Timestamp) -> Task {
        let payload = serde_json::to_string(self).expect("a letter has only JSON's own types");
        Task {
            payload,
            ..Task::new(KIND, key, due_at)
        }
    }
}

impl Worker for Post {
    const KIND: &'static str = KIND;

    async fn attempt(&self, task: &Task) -> Outcome {
        let letter: Letter = match serde_json::from_str(&task.payload) {
            Ok(letter) => letter,
            Err(error) => {
                tracing::error!(key = task.key, %error, "a letter cannot be read");
                return Outcome::Done;
            }
        };
        match self.write(&letter, &task.key).await {
            Ok(Some(mail)) => {
                let send = || self.mailer.send(&mail);
                self.once.attempt(task, send).await
            }
            Ok(None) => Outcome::Done,
            Err(error) => {
                let (key, error) = (&task.key, &error as &dyn std::error::Error);
                tracing::warn!(key, error, "a letter is put off");
                Outcome::Failed
            }
        }
    }
}

impl Post {
    /// The letter as it is sent, unless its reader has no address or does not want it.
    async fn write(&self, letter: &Letter, key: &str) -> Result<Option<Mail>, CommandError> {
        let (to, occasion) = (&letter.to, &letter.occasion);
        let mut opt_out_url = None;
        if let Some(topic) = occasion.topic() {
            let account: Account = self.executor.load(to.as_str()).await?;
            if !account.notifications().about(topic) {
                tracing::debug!(user_id = %to, kind = occasion.kind(), "not wanted");
                return Ok(None);
            }
            let grant = OptOutGrant {
                user_id: to.clone(),
                topic,
            };
            let until = self.clock.now() + OPT_OUT_FOR;
            let token = self.links.seal_opt_out(&grant, until);
            opt_out_url = Some(format!("{}/letters/opt-out/{token}", self.public_url));
        }
        let Some(email) = self.contacts.email(to).await? else {
            tracing::info!(user_id = %to, "nobody to write to: the person left no address");
            return Ok(None);
        };
        let written = occasion.write(&self.public_url, opt_out_url.as_deref());
        Ok(Some(Mail {
            to: email,
            subject: written.subject,
            text: written.text,
            html: written.html,
            kind: occasion.kind(),
            opt_out_url,
            dedupe_key: key.to_owned(),
        }))
    }
}
