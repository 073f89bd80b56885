//! What a process that starts is told of a wrong address or a server that is of no use.

use std::net::TcpListener;

use picasso_adapters::nats::{Nats, NatsError, Settings};
use picasso_eventlog::Epoch;
use picasso_testing::free_port;
use uuid::Uuid;

use super::{deployment::Deployment, server::Server, shared_server};

async fn refused(url: &str) -> NatsError {
    let connected = Nats::connect(url, Settings::default(), Epoch(Uuid::new_v4())).await;
    connected.err().expect("it is of no use")
}

#[tokio::test]
async fn an_address_of_something_else_is_named() {
    for url in [
        "http://127.0.0.1:80",
        "nats://:",
        "nats://127.0.0.1:99999",
        "",
    ] {
        let error = refused(url).await;
        assert!(matches!(error, NatsError::Address), "{url}: {error:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_away_may_come_back() {
    let error = refused(&format!("nats://127.0.0.1:{}", free_port())).await;
    assert!(error.is_transient(), "{error:?}");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let mute = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = mute.local_addr().expect("its address").port();
    let error = refused(&format!("nats://127.0.0.1:{port}")).await;
    assert!(error.is_transient(), "{error:?}");
}

#[tokio::test]
async fn a_wrong_password_is_refused_and_not_told() {
    let server = Server::start_with(&["--jetstream", "--user", "ann", "--pass", "s3cret%"]).await;
    let at = |user: &str| server.url().replace("//", &format!("//{user}@"));
    for wrong in ["ann:hush", "bob:s3cret%25", "hush"] {
        let error = refused(&at(wrong)).await;
        assert!(matches!(error, NatsError::Refused), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("hush"));
    }
    let right = at("ann:s3cret%25");
    let connected = Nats::connect(&right, Settings::default(), Epoch(Uuid::nil())).await;
    connected.expect("the password is decoded");
}

#[tokio::test]
async fn a_server_without_jetstream_is_of_no_use() {
    let server = Server::start_with(&[]).await;
    let error = refused(&server.url()).await;
    assert!(matches!(error, NatsError::NoJetStream), "{error:?}");
}

#[tokio::test]
async fn a_user_who_may_store_nothing_is_of_no_use() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("nats.conf");
    let accounts = r#"accounts { poor { jetstream { max_mem: 1MB, max_file: 0 }
        users [ { user: "ann", password: "s3cret" } ] } }"#;
    std::fs::write(&config, format!("jetstream: enabled\n{accounts}\n")).expect("written");
    let server = Server::start_with(&["--config", config.to_str().expect("UTF-8")]).await;
    let error = refused(&server.url().replace("//", "//ann:s3cret@")).await;
    assert!(matches!(error, NatsError::NoStorage), "{error:?}");
    assert!(!error.is_transient());
}

#[tokio::test]
async fn more_replicas_than_servers_are_refused() {
    let settings = Settings {
        replicas: 3,
        prefix: format!("test_{}", Uuid::now_v7().simple()),
        ..Settings::default()
    };
    let deployment = Deployment::with(&shared_server(), 1, settings).await;
    let error = deployment
        .relay(0)
        .prepare()
        .await
        .expect_err("it is alone");
    assert!(matches!(error, NatsError::Replicas(3)), "{error:?}");
}

#[tokio::test]
async fn a_stream_of_somebody_else_is_not_touched() {
    let deployment = Deployment::idle(&shared_server(), 1).await;
    let (other, name) = (
        deployment.other().await,
        deployment.stream(picasso_eventlog::LogId(0)),
    );
    other.create_stream(name.as_str()).await.expect("made");
    other
        .publish(name.clone(), "theirs".into())
        .await
        .expect("sent")
        .await
        .expect("stored");
    let error = deployment
        .relay(0)
        .prepare()
        .await
        .expect_err("it is not ours");
    assert!(matches!(error, NatsError::Foreign(_)), "{error:?}");
    let mut stream = other.get_stream(&name).await.expect("it is there");
    assert_eq!(stream.info().await.expect("info").state.messages, 1);
}
