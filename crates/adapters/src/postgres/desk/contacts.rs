//! E-mail addresses by person: kept here so that they never enter the log.

use async_trait::async_trait;
use picasso_commands::ports::{ContactBook, Unavailable};
use picasso_domain::values::UserId;
use sqlx::Row;

use super::PostgresDesk;

const SERVICE: &str = "contact book";

#[derive(Clone)]
pub struct PostgresContactBook {
    desk: PostgresDesk,
}

impl PostgresContactBook {
    pub(super) fn new(desk: PostgresDesk) -> Self {
        Self { desk }
    }
}

#[async_trait]
impl ContactBook for PostgresContactBook {
    async fn remember(&self, user_id: &UserId, email: &str) -> Result<(), Unavailable> {
        let sql = "INSERT INTO contacts (user_id, email) VALUES ($1, $2)
            ON CONFLICT (user_id) DO UPDATE SET email = excluded.email";
        let statement = sqlx::query(sql).bind(user_id.as_str()).bind(email);
        self.desk.run(SERVICE, statement).await?;
        Ok(())
    }

    async fn email(&self, user_id: &UserId) -> Result<Option<String>, Unavailable> {
        let sql = "SELECT email FROM contacts WHERE user_id = $1";
        let statement = sqlx::query(sql).bind(user_id.as_str());
        let mut found = self
            .desk
            .fetch(SERVICE, statement, |row| row.try_get(0))
            .await?;
        Ok(found.pop())
    }
}
