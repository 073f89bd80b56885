//! Who letters and notifications are handed to; a wrong setting, or a service that is away, is found at the start.

use std::sync::Arc;

use picasso_adapters::{
    mailbox::SandboxMailer,
    smtp::{SmtpError, SmtpMailer},
    sns::{SnsConfig, SnsError, SnsNotifier},
};
use picasso_commands::ports::{Mailer, Notifier};
use picasso_projections::runtime::backoff::chain;

use super::write::unset;
use crate::{
    config::{Config, Mail, Notify, Secret},
    exit::{Code, Failure},
};

/// The mail server, or the sandbox's mail box.
pub async fn open_mailer(config: &Config) -> Result<Arc<dyn Mailer>, Failure> {
    let Mail {
        smtp_url,
        from,
        sandbox_url,
    } = &config.mail;
    let (smtp_url, from) = (smtp_url.as_ref().map(Secret::reveal), given(from));
    match (smtp_url.filter(|url| !url.is_empty()), given(sandbox_url)) {
        (Some(url), None) => {
            let from = from.ok_or_else(|| unset("mail.from"))?;
            let mailer = open_smtp(url, from).await;
            Ok(Arc::new(mailer.map_err(|error| cannot_mail(&error))?))
        }
        (None, Some(url)) => {
            let mailer = SandboxMailer::new(url).map_err(|error| {
                Failure::from_error(Code::Config, &error).hint("see the section mail")
            })?;
            Ok(Arc::new(mailer))
        }
        (None, None) => Err(unset("mail.smtp_url")),
        (Some(_), Some(_)) => {
            let message = "the settings mail.smtp_url and mail.sandbox_url cannot both be set";
            Err(Failure::new(Code::Config, message))
        }
    }
}

/// A text that is set; an empty one is not.
fn given(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.is_empty())
}

async fn open_smtp(url: &str, from: &str) -> Result<SmtpMailer, SmtpError> {
    let mailer = SmtpMailer::new(url, from)?;
    mailer.check().await?;
    Ok(mailer)
}

fn cannot_mail(error: &SmtpError) -> Failure {
    let code = code(error.is_transient());
    let message = format!("mail cannot be sent: {}", chain(error));
    Failure::new(code, message).hint("see the settings mail.smtp_url and mail.from")
}

/// The topic for other systems, if there is one.
pub async fn open_notifier(config: &Config) -> Result<Option<Arc<dyn Notifier>>, Failure> {
    let Some(topic_arn) = given(&config.notify.sns_topic_arn) else {
        return Ok(None);
    };
    let notifier = open_sns(topic_arn.to_owned(), &config.notify).await?;
    Ok(Some(Arc::new(notifier)))
}

async fn open_sns(topic_arn: String, notify: &Notify) -> Result<SnsNotifier, Failure> {
    let text = |secret: &Secret| secret.reveal().to_owned();
    let access_key = match (&notify.access_key_id, &notify.secret_access_key) {
        (Some(id), Some(secret)) => Some((id.clone(), text(secret))),
        (None, None) => None,
        (Some(_), None) => return Err(unset("notify.secret_access_key")),
        (None, Some(_)) => return Err(unset("notify.access_key_id")),
    };
    // Where the topic is stands in its name.
    let region = topic_arn.split(':').nth(3).unwrap_or_default().to_owned();
    let config = SnsConfig {
        topic_arn,
        region,
        endpoint: notify.endpoint.clone(),
        access_key,
    };
    let notifier = SnsNotifier::new(config).await;
    let notifier = notifier.map_err(|error| cannot_notify(&error))?;
    notifier
        .check()
        .await
        .map_err(|error| cannot_notify(&error))?;
    Ok(notifier)
}

fn cannot_notify(error: &SnsError) -> Failure {
    let code = code(error.is_transient());
    let message = format!("notifications cannot be sent: {}", chain(error));
    Failure::new(code, message).hint("see the section notify of the settings")
}

fn code(is_transient: bool) -> Code {
    if is_transient {
        Code::Unavailable
    } else {
        Code::Config
    }
}
