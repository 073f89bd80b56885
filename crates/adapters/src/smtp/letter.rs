//! A letter as a message (RFC 5322): text and HTML side by side, and headers that say how to end such letters.

use lettre::{
    Message,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
};
use picasso_commands::ports::Mail;
use sha2::{Digest, Sha256};

use super::SmtpError;

pub(super) fn write(mail: &Mail, from: &Mailbox) -> Result<Message, SmtpError> {
    let wrong = |error: Box<dyn std::error::Error + Send + Sync>| SmtpError::Letter(error);
    let to = mail.to.parse().map_err(|error| wrong(Box::new(error)))?;
    let mut message = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(&mail.subject)
        .message_id(Some(message_id(&mail.dedupe_key, from.email.domain())))
        // Nobody's absence note should answer it (RFC 3834).
        .raw_header(header("Auto-Submitted", "auto-generated".to_owned()));
    if let Some(url) = &mail.opt_out_url {
        message = message
            .raw_header(header("List-Unsubscribe", format!("<{url}>")))
            .raw_header(header(
                "List-Unsubscribe-Post",
                "List-Unsubscribe=One-Click".to_owned(),
            ));
    }
    let both = MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone());
    message
        .multipart(both)
        .map_err(|error| wrong(Box::new(error)))
}

/// The same for the same key, so that servers and people can tell a second copy; says nothing of whom it is about.
fn message_id(dedupe_key: &str, domain: &str) -> String {
    let digest = hex::encode(Sha256::digest(dedupe_key));
    format!("<{}@{domain}>", &digest[..32])
}

/// Not folded: programs read these, and the values are short and ASCII.
fn header(name: &'static str, value: String) -> HeaderValue {
    let name = HeaderName::new_from_ascii_str(name);
    HeaderValue::dangerous_new_pre_encoded(name, value.clone(), value)
}
