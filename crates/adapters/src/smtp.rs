//! Mail by SMTP (RFC 5321), encrypted where the address says so.
//!
//! Keeps true: a letter whose content was not handed over is reported as not sent; only the wait for the answer to the
//! content leaves a doubt, and that is reported as one. Nothing is sent a second time from here.

mod address;
mod connections;
mod letter;

use std::{future::Future, time::Duration};

use async_trait::async_trait;
use lettre::{
    Message,
    message::Mailbox,
    transport::smtp::{
        Error,
        client::AsyncSmtpConnection,
        commands::{Data, Mail as MailFrom, Rcpt},
        extension::{Extension, MailParameter},
    },
};
use picasso_commands::ports::{EffectError, Mail, Mailer, Unavailable};
use tokio::time::timeout;

use self::{address::Server, connections::Connections};

const SERVICE: &str = "mail";
/// How long a server may take to answer one step; RFC 5321, section 4.5.3.2, allows minutes, a letter can wait instead.
const STEP: Duration = Duration::from_secs(20);
/// How long it may take to answer the content, of which a second sending would be the price.
const CONTENT: Duration = Duration::from_secs(60);

/// What is wrong with the settings of mail, a letter, or the server. Never holds the address, which has the password in it.
#[derive(Debug, thiserror::Error)]
pub enum SmtpError {
    #[error(
        "the address is not one of a mail server: smtp://user:password@host:587?tls=required or smtps://…"
    )]
    Address,
    #[error(
        "a password is not sent over a connection that is not encrypted: use smtps:// or ?tls=required"
    )]
    PasswordInTheClear,
    #[error("the sender is not an address such as Picasso <mail@example.org>")]
    Sender,
    #[error("the letter cannot be written")]
    Letter(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the server takes no addresses beyond ASCII")]
    ForeignAddress,
    #[error("the server did not answer within {} s", .0.as_secs())]
    TimedOut(Duration),
    #[error("the server refused or failed")]
    Server(#[from] Error),
}

impl SmtpError {
    /// What may pass by itself: the server is away, slow, or turns us away for now.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::TimedOut(_) => true,
            Self::Server(error) => {
                // A refused password, TLS that is not offered, and a certificate nobody knows want a person.
                !(error.is_permanent() || error.is_client() || error.is_tls())
            }
            _ => false,
        }
    }

    fn is_permanent(&self) -> bool {
        matches!(self, Self::Server(error) if error.is_permanent())
    }

    fn is_answer(&self) -> bool {
        matches!(self, Self::Server(error) if error.is_permanent() || error.is_transient())
    }
}

/// [`Mailer`] over one mail server.
pub struct SmtpMailer {
    connections: Connections,
    from: Mailbox,
}

impl SmtpMailer {
    /// A mailer that sends from `from` through the server at `url`.
    ///
    /// # Errors
    /// [`SmtpError`] when one of the two is malformed.
    pub fn new(url: &str, from: &str) -> Result<Self, SmtpError> {
        let from: Mailbox = from.parse().map_err(|_| SmtpError::Sender)?;
        let server = Server::parse(url)?;
        let connections = Connections::new(server, from.email.domain());
        Ok(Self { connections, from })
    }

    /// Connects and signs in, so that a wrong setting is found at the start.
    ///
    /// # Errors
    /// [`SmtpError`] as the server gave it.
    pub async fn check(&self) -> Result<(), SmtpError> {
        let connection = self.connections.open().await?;
        self.connections.park(connection);
        Ok(())
    }

    async fn deliver(&self, message: &Message) -> Result<(), EffectError> {
        let _place = self.connections.place().await.map_err(not_done)?;
        let mut connection = self.connections.take().await.map_err(not_done)?;
        announce(&mut connection, message).await?;
        let content = message.formatted();
        match within(CONTENT, connection.message(&content)).await {
            Ok(_) => {
                self.connections.park(connection);
                Ok(())
            }
            Err(error) if error.is_permanent() => Err(refused(error)),
            Err(error) if error.is_answer() => Err(not_done(error)),
            Err(error) => Err(EffectError::InDoubt(Unavailable::new(SERVICE, error))),
        }
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: &Mail) -> Result<(), EffectError> {
        let message = letter::write(mail, &self.from).map_err(refused)?;
        self.deliver(&message).await
    }
}

/// Everything before the content.
async fn announce(
    connection: &mut AsyncSmtpConnection,
    message: &Message,
) -> Result<(), EffectError> {
    let envelope = message.envelope();
    let mut parameters = vec![];
    let mut addresses = envelope.from().into_iter().chain(envelope.to());
    if addresses.any(|address| !AsRef::<str>::as_ref(address).is_ascii()) {
        if !connection
            .server_info()
            .supports_feature(Extension::SmtpUtfEight)
        {
            return Err(refused(SmtpError::ForeignAddress));
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    let from = MailFrom::new(envelope.from().cloned(), parameters);
    within(STEP, connection.command(from))
        .await
        .map_err(not_done)?;
    for to in envelope.to() {
        let to = within(STEP, connection.command(Rcpt::new(to.clone(), vec![]))).await;
        to.map_err(|error| match error.is_permanent() {
            true => refused(error),
            false => not_done(error),
        })?;
    }
    within(STEP, connection.command(Data))
        .await
        .map_err(not_done)?;
    Ok(())
}

fn not_done(error: SmtpError) -> EffectError {
    EffectError::NotDone(Unavailable::new(SERVICE, error))
}

fn refused(error: SmtpError) -> EffectError {
    EffectError::Refused(Unavailable::new(SERVICE, error))
}

async fn within<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, SmtpError> {
    match timeout(limit, work).await {
        Ok(outcome) => Ok(outcome?),
        Err(_) => Err(SmtpError::TimedOut(limit)),
    }
}
