//! Connections to the mail server: signed in, few, and kept for the next letter for a while.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use lettre::transport::smtp::{
    authentication::Mechanism,
    client::{AsyncSmtpConnection, TlsParameters},
    extension::ClientId,
};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::{Instant, timeout},
};

use super::{
    STEP, SmtpError,
    address::{Server, Tls},
    within,
};

/// Letters on their way at once, and so connections.
const CONNECTIONS: usize = 4;
/// How long a letter waits for its turn.
const TURN: Duration = Duration::from_secs(60);
/// How long a connection is kept without a letter; servers close them after minutes.
const KEEP: Duration = Duration::from_secs(30);
/// One that rested so long is asked whether it still lives.
const RESTED: Duration = Duration::from_secs(1);
const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];

pub(super) struct Connections {
    server: Server,
    hello: ClientId,
    places: Semaphore,
    parked: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
}

impl Connections {
    pub(super) fn new(server: Server, domain: &str) -> Self {
        Self {
            server,
            hello: ClientId::Domain(domain.to_owned()),
            places: Semaphore::new(CONNECTIONS),
            parked: Mutex::default(),
        }
    }

    /// Leave to use one connection.
    pub(super) async fn place(&self) -> Result<SemaphorePermit<'_>, SmtpError> {
        match timeout(TURN, self.places.acquire()).await {
            Ok(place) => Ok(place.expect("the semaphore is never closed")),
            Err(_) => Err(SmtpError::TimedOut(TURN)),
        }
    }

    /// One that lives: a parked one, or a new one.
    pub(super) async fn take(&self) -> Result<AsyncSmtpConnection, SmtpError> {
        while let Some((mut connection, since)) = self.unpark() {
            let rested = since.elapsed();
            if rested < RESTED {
                return Ok(connection);
            }
            if rested < KEEP && matches!(timeout(STEP, connection.test_connected()).await, Ok(true))
            {
                return Ok(connection);
            }
        }
        self.open().await
    }

    /// Keeps one that is between two letters.
    pub(super) fn park(&self, connection: AsyncSmtpConnection) {
        let mut parked = self.parked();
        parked.retain(|(_, since)| since.elapsed() < KEEP);
        parked.push((connection, Instant::now()));
    }

    fn unpark(&self) -> Option<(AsyncSmtpConnection, Instant)> {
        self.parked().pop()
    }

    fn parked(&self) -> std::sync::MutexGuard<'_, Vec<(AsyncSmtpConnection, Instant)>> {
        self.parked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new one, encrypted and signed in as the address says.
    pub(super) async fn open(&self) -> Result<AsyncSmtpConnection, SmtpError> {
        let server = &self.server;
        let tls = || TlsParameters::new(server.host.clone());
        let implicit = (server.tls == Tls::Implicit).then(tls).transpose()?;
        let place = (server.host.as_str(), server.port);
        let connect =
            AsyncSmtpConnection::connect_tokio1(place, Some(STEP), &self.hello, implicit, None);
        let mut connection = within(STEP, connect).await?;
        if server.tls == Tls::Upgraded {
            within(STEP, connection.starttls(tls()?, &self.hello)).await?;
        }
        if let Some(credentials) = &server.credentials {
            within(STEP, connection.auth(&MECHANISMS, credentials)).await?;
        }
        Ok(connection)
    }
}
