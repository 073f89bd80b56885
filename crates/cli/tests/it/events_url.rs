//! `events.url` at the start: what is wrong with it is one clear line and an exit code, and nothing is half started.

use std::process::Command;

/// A server that is away, or the settings to mend.
const AWAY: i32 = 69;
const WRONG: i32 = 78;

/// Starts a marketplace whose events are to be there, and tells how that ended.
fn start(url: &str) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = Command::new(env!("CARGO_BIN_EXE_picasso"))
        .arg("dev")
        .env_clear()
        .env("PICASSO_DATA_DIR", folder.path().join("data"))
        .env("PICASSO_SERVER__LISTEN", "127.0.0.1:0")
        .env("PICASSO_SANDBOX__LISTEN", "127.0.0.1:0")
        .env("PICASSO_EVENTS__URL", url)
        .output()
        .expect("it runs and ends");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), said)
}

#[test]
fn a_database_that_cannot_be_used_is_told_at_the_start() {
    let server = picasso_testing::variable("PICASSO_TEST_POSTGRES_URL");
    let (address, _) = server.rsplit_once('/').expect("a URL with a database");
    let (_, host) = address.rsplit_once('@').expect("a URL with a password");
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.local_addr().expect("an address")
    };
    for (url, code, words) in [
        (
            format!("postgres://picasso:secret1@{closed}/x"),
            AWAY,
            "refused",
        ),
        (
            format!("postgres://picasso:secret1@{host}/postgres"),
            WRONG,
            "password authentication failed",
        ),
        (
            format!("{address}/nowhere"),
            WRONG,
            "\"nowhere\" does not exist",
        ),
        (
            format!("{server}?options[synchronous_commit]=off"),
            WRONG,
            "synchronous_commit=off",
        ),
        (
            "mysql://picasso:secret1@127.0.0.1/x".to_owned(),
            WRONG,
            "events.url",
        ),
    ] {
        let (ended, said) = start(&url);
        assert_eq!(ended, Some(code), "{words}: {said}");
        let lines: Vec<_> = said
            .lines()
            .filter(|line| line.starts_with("picasso: "))
            .collect();
        assert!(
            lines.len() == 1 && lines[0].contains(words),
            "{words}: {said}"
        );
        assert!(!said.contains("secret1"), "the password is told: {said}");
    }
}
