//! Why a NATS server could not be used, and whether asking again may help.

use async_nats::{ConnectErrorKind, jetstream::ErrorCode};

type Source = Box<dyn std::error::Error + Send + Sync>;

/// What is wrong with a server, or with the way to it. Never holds the address, which may have the password in it.
#[derive(Debug, thiserror::Error)]
pub enum NatsError {
    #[error(
        "the address is not one of a NATS server: nats://user:password@host:port, several separated by commas"
    )]
    Address,
    #[error("the server refused the user and password, or the token")]
    Refused,
    #[error("the server cannot be reached")]
    Unreachable(#[source] async_nats::ConnectError),
    #[error(
        "JetStream is not enabled on the server, or not for this user: start it with --jetstream"
    )]
    NoJetStream,
    #[error("JetStream may store nothing on disk for this user")]
    NoStorage,
    #[error("one server alone cannot keep {0} replicas of a stream")]
    Replicas(usize),
    #[error("there is a stream {0} already that picasso did not make")]
    Foreign(String),
    #[error("there is no such stream yet: no relay has made it")]
    NoStream,
    #[error("JetStream cannot be used")]
    JetStream(#[source] Source),
    #[error("JetStream refused: {0}")]
    Api(#[source] async_nats::jetstream::Error),
}

impl NatsError {
    /// Any failed request to JetStream.
    pub(super) fn request(error: impl Into<Source>) -> Self {
        Self::JetStream(error.into())
    }

    /// What JetStream answered instead of doing as it was told.
    pub(super) fn refused(error: async_nats::jetstream::Error) -> Self {
        match error.error_code() {
            ErrorCode::JETSTREAM_NOT_ENABLED | ErrorCode::JETSTREAM_NOT_ENABLED_FOR_ACCOUNT => {
                Self::NoJetStream
            }
            _ => Self::Api(error),
        }
    }

    /// What may pass by itself: the server is away, restarting, full, or without a leader.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::NoStream | Self::JetStream(_) | Self::Api(_) => true,
            Self::Address
            | Self::Refused
            | Self::NoJetStream
            | Self::NoStorage
            | Self::Replicas(_)
            | Self::Foreign(_) => false,
        }
    }
}

impl From<async_nats::ConnectError> for NatsError {
    fn from(error: async_nats::ConnectError) -> Self {
        match error.kind() {
            ConnectErrorKind::ServerParse => Self::Address,
            ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation => {
                Self::Refused
            }
            ConnectErrorKind::Dns
            | ConnectErrorKind::TimedOut
            | ConnectErrorKind::Tls
            | ConnectErrorKind::Io
            | ConnectErrorKind::MaxReconnects => Self::Unreachable(error),
        }
    }
}
