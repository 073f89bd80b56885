//! The PostgreSQL adapters over a real server, each case in a schema of its own.

#[path = "postgres/event_log.rs"]
mod event_log;
#[path = "postgres/leases.rs"]
mod leases;
#[path = "postgres/oracle.rs"]
mod oracle;
#[path = "postgres/postgres_es.rs"]
mod postgres_es;
#[path = "postgres/server.rs"]
mod server;
#[path = "postgres/surroundings.rs"]
mod surroundings;

use sqlx::{Connection, Executor, PgConnection};
use uuid::Uuid;

/// The server that tests share.
pub(crate) fn server() -> String {
    picasso_testing::variable("PICASSO_TEST_POSTGRES_URL")
}

/// An empty database on the server.
pub(crate) struct Database {
    name: String,
}

impl Database {
    pub(crate) async fn fresh() -> Self {
        let name = format!("test_{}", Uuid::now_v7().simple());
        let mut connection = PgConnection::connect(&server())
            .await
            .expect("the test server answers");
        let create = format!("CREATE DATABASE {name}");
        connection.execute(create.as_str()).await.expect("made");
        Self { name }
    }

    pub(crate) fn url(&self) -> String {
        let server = server();
        let (address, _) = server.rsplit_once('/').expect("a URL with a database");
        format!("{address}/{}", self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        remove(format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

/// An empty schema on the server.
pub(crate) struct Schema {
    name: String,
}

impl Schema {
    pub(crate) async fn fresh() -> Self {
        let name = format!("test_{}", Uuid::now_v7().simple());
        let schema = Self { name };
        schema.run(&format!("CREATE SCHEMA {}", schema.name)).await;
        schema
    }

    /// The server's address with this schema selected.
    pub(crate) fn url(&self) -> String {
        let server = server();
        let separator = if server.contains('?') { '&' } else { '?' };
        format!("{server}{separator}options[search_path]={}", self.name)
    }

    /// Runs statements in this schema, as someone with a console does.
    pub(crate) async fn run(&self, statements: &str) {
        let mut connection = PgConnection::connect(&self.url())
            .await
            .expect("the test server answers");
        connection
            .execute(statements)
            .await
            .expect("the statements run");
    }

    /// What a query of one text answers.
    pub(crate) async fn tell(&self, query: &str) -> String {
        let mut connection = PgConnection::connect(&self.url())
            .await
            .expect("the test server answers");
        let answer = sqlx::query_scalar(query).fetch_one(&mut connection).await;
        answer.expect("an answer")
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        remove(format!("DROP SCHEMA {} CASCADE", self.name));
    }
}

/// On a thread of its own: a drop cannot wait on the runtime it runs in.
fn remove(statement: String) {
    let (url, drop_it) = (server(), statement.clone());
    let dropped = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(async {
            let mut connection = PgConnection::connect(&url).await?;
            connection.execute(drop_it.as_str()).await.map(drop)
        })
    });
    if let Ok(Err(error)) = dropped.join() {
        println!("left behind, for {statement} failed: {error}");
    }
}
