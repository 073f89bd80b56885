//! Where an event stands: a log, and an offset in it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One of the deployment's logs, from 0.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct LogId(pub u16);

/// A place within one log, from 1; 0 stands before the first event.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Offset(pub u64);

impl Offset {
    pub const START: Self = Self(0);

    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// A place in the deployment, written `<log>:<offset>`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
pub struct Position {
    pub log: LogId,
    pub offset: Offset,
}

impl Position {
    #[must_use]
    pub fn new(log: LogId, offset: Offset) -> Self {
        Self { log, offset }
    }
}

/// A position that is not written `<log>:<offset>`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a position is written <log>:<offset>, for example 0:42")]
pub struct ParsePositionError;

impl FromStr for Position {
    type Err = ParsePositionError;
    fn from_str(raw: &str) -> Result<Self, ParsePositionError> {
        let (log, offset) = raw.split_once(':').ok_or(ParsePositionError)?;
        let log = log.parse().map_err(|_| ParsePositionError)?;
        let offset = offset.parse().map_err(|_| ParsePositionError)?;
        Ok(Self::new(LogId(log), Offset(offset)))
    }
}

impl fmt::Display for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.log, self.offset)
    }
}

/// A log's history; a restore from backup starts a new one, and positions of another are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub Uuid);

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The log an aggregate lives in: FNV-1a of its partition key, modulo the number of logs.
///
/// The partition key is what stands before the first `.` of the id. FNV-1a (Fowler, Noll, Vo) is fixed
/// by its published constants, so every build and every language routes alike.
#[must_use]
pub fn route(aggregate_id: &str, logs: u16) -> LogId {
    let key = aggregate_id.split('.').next().unwrap_or(aggregate_id);
    let hash = key.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let log = hash % u64::from(logs.max(1));
    LogId(u16::try_from(log).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_its_reactions_and_its_purchases_share_a_log() {
        let picture = "0190c0de-0000-7000-8000-000000000001";
        let log = route(picture, 4);
        assert_eq!(route(&format!("{picture}.ann"), 4), log);
        assert_eq!(route(&format!("{picture}.ann.b.3"), 4), log);
    }

    #[test]
    fn routing_never_changes() {
        assert_eq!(route("ann", 4), LogId(0));
        assert_eq!(route("bob", 5), LogId(2));
        assert_eq!(route("cleo", 4), LogId(2));
        assert_eq!(route("anything", 1), LogId(0));
    }

    #[test]
    fn a_position_reads_back_as_written() {
        let position = Position::new(LogId(3), Offset(42));
        assert_eq!(position.to_string().parse(), Ok(position));
        assert_eq!("3".parse::<Position>(), Err(ParsePositionError));
        assert_eq!("3:-1".parse::<Position>(), Err(ParsePositionError));
    }
}
