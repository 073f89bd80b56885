//! Reaching the server: limits on every wait, writes that stay, and a schema this program knows.

use std::time::Duration;

use mongodb::{
    Client, Database,
    bson::doc,
    error::{Error, ErrorKind},
    options::{Acknowledgment, ClientOptions, ReadConcern, WriteConcern},
};
use serde::{Deserialize, Serialize};

use super::{LIMIT, is_duplicate, names};

/// What an address names that names no database.
const DATABASE: &str = "picasso";
/// How long a start, or a call in hand, waits for a server that takes writes.
const REACH: Duration = Duration::from_secs(5);
/// Connections of one process to one server.
const POOL: u32 = 64;
/// MongoDB's code for a user without the right to do something.
const UNAUTHORIZED: i32 = 13;
/// The version of what [`super::names`] lists.
const SCHEMA: i64 = 1;

/// Why a database cannot be used as a read store. Says nothing of the address, which may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(
        "the address is not one of MongoDB, such as mongodb://user:password@host:27017/picasso"
    )]
    Address,
    #[error("the server does not answer as it should")]
    Server(#[from] Error),
    #[error(
        "its schema {0} is newer than this program, which knows {SCHEMA}; start the newer program"
    )]
    Newer(i64),
}

impl OpenError {
    /// Whether waiting may help; everything else, a person has to mend.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Address | Self::Newer(_) => false,
            Self::Server(error) => match error.kind.as_ref() {
                ErrorKind::Authentication { .. } => false,
                ErrorKind::Command(error) => error.code != UNAUTHORIZED,
                _ => true,
            },
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Schema {
    #[serde(rename = "_id")]
    id: String,
    version: i64,
}

pub async fn open(url: &str) -> Result<Database, OpenError> {
    // The driver's own words may repeat parts of the address.
    let options = ClientOptions::parse(url).await;
    let client = Client::with_options(limited(options.map_err(|_| OpenError::Address)?))?;
    let database = client.default_database();
    let database = database.unwrap_or_else(|| client.database(DATABASE));
    check_schema(&database).await?;
    Ok(database)
}

fn limited(mut options: ClientOptions) -> ClientOptions {
    let majority = WriteConcern::builder()
        .w(Acknowledgment::Majority)
        .journal(true)
        .w_timeout(LIMIT)
        .build();
    options.write_concern = Some(majority);
    options.read_concern = Some(ReadConcern::local());
    // Guards are held against what the primary has.
    options.selection_criteria = None;
    options.app_name.get_or_insert_with(|| "picasso".to_owned());
    options.connect_timeout.get_or_insert(REACH);
    options.server_selection_timeout.get_or_insert(REACH);
    options.max_pool_size.get_or_insert(POOL);
    options
}

/// Notes the schema of a new database; refuses that of a newer program.
async fn check_schema(database: &Database) -> Result<(), OpenError> {
    let schemas = database.collection::<Schema>(names::SCHEMA);
    let id = "read_store".to_owned();
    let Some(found) = schemas.find_one(doc! { "_id": &id }).await? else {
        let version = SCHEMA;
        let noted = schemas.insert_one(Schema { id, version }).await;
        return match noted {
            Err(error) if !is_duplicate(&error) => Err(error.into()),
            _ => Ok(()),
        };
    };
    match found.version {
        version if version > SCHEMA => Err(OpenError::Newer(version)),
        _ => Ok(()),
    }
}

/// Whether the server is FerretDB 1, which reads a document, compares it and writes it in separate steps.
pub async fn writes_in_steps(database: &Database) -> Result<bool, OpenError> {
    let answer = database.run_command(doc! { "buildInfo": 1 }).await?;
    Ok(answer.contains_key("ferretdbVersion"))
}
