//! E-mail addresses by person: kept here so that they never enter the log.

use async_trait::async_trait;
use picasso_commands::ports::{ContactBook, Unavailable};
use picasso_domain::values::UserId;
use rusqlite::{OptionalExtension, Transaction};

use super::Desk;

const SERVICE: &str = "contact book";

#[derive(Clone)]
pub struct SqliteContactBook {
    desk: Desk,
}

impl SqliteContactBook {
    pub(super) fn new(desk: Desk) -> Self {
        Self { desk }
    }
}

#[async_trait]
impl ContactBook for SqliteContactBook {
    async fn remember(&self, user_id: &UserId, email: &str) -> Result<(), Unavailable> {
        let (user_id, email) = (user_id.to_string(), email.to_owned());
        let work = move |tx: &Transaction<'_>| {
            let sql = "INSERT INTO contacts (user_id, email) VALUES (?1, ?2)
                ON CONFLICT (user_id) DO UPDATE SET email = excluded.email";
            tx.prepare_cached(sql)?.execute([user_id, email])?;
            Ok::<_, rusqlite::Error>(())
        };
        self.desk.transact(SERVICE, work).await
    }

    async fn email(&self, user_id: &UserId) -> Result<Option<String>, Unavailable> {
        let user_id = user_id.to_string();
        let work = move |tx: &Transaction<'_>| {
            let sql = "SELECT email FROM contacts WHERE user_id = ?1";
            let mut query = tx.prepare_cached(sql)?;
            query.query_row([user_id], |row| row.get(0)).optional()
        };
        self.desk.transact(SERVICE, work).await
    }
}
