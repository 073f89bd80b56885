//! What a process that starts says of a NATS that is of no use: one line, and the code that tells who must mend it.

use std::{
    io::Write,
    net::TcpListener,
    process::{Command, Output},
};

fn serve(role: &str, settings: &[(&str, &str)]) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_picasso"));
    command.arg("--data-dir").arg(folder.path());
    command.args(["serve", "--role", role]);
    command.env("PICASSO_SERVER__LISTEN", "127.0.0.1:0");
    for (name, value) in settings {
        command.env(name, value);
    }
    command.output().expect("it runs")
}

#[track_caller]
fn expect_end(output: &Output, code: i32, told: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    assert!(stderr.contains(told), "{stderr}");
    assert!(!stderr.contains("hush"), "{stderr}");
    // What is wrong, and what helps.
    assert!(stderr.lines().count() <= 2, "{stderr}");
}

/// An address where nobody listens.
fn nowhere() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = listener.local_addr().expect("its address").port();
    format!("nats://ann:hush@127.0.0.1:{port}")
}

#[test]
fn a_nats_that_cannot_be_reached_ends_whoever_follows_events() {
    for role in ["projections", "queries", "reactors", "relay", "all"] {
        let output = serve(role, &[("PICASSO_FEED__URL", &nowhere())]);
        expect_end(
            &output,
            69,
            "the feed cannot be opened: the server cannot be reached",
        );
    }
}

/// A server that speaks as far as asking for a password, and takes none.
#[test]
fn a_refused_password_is_told_in_one_line() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = listener.local_addr().expect("its address").port();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client.expect("a client");
            let info = r#"INFO {"server_id":"x","version":"2.10.0","proto":1,"go":"","host":"127.0.0.1","port":1,"headers":true,"max_payload":1048576,"auth_required":true}"#;
            write!(client, "{info}\r\n-ERR 'Authorization Violation'\r\n").expect("told");
            // Until the client leaves.
            std::io::copy(&mut client, &mut std::io::sink()).unwrap_or_default();
        }
    });
    let url = format!("nats://ann:hush@127.0.0.1:{port}");
    let output = serve("relay", &[("PICASSO_FEED__URL", &url)]);
    expect_end(&output, 78, "the server refused the user and password");
}

#[test]
fn a_wrong_setting_of_the_feed_is_named() {
    let cases = [
        (
            "PICASSO_FEED__URL",
            "http://ann:hush@127.0.0.1",
            "feed.url must begin with nats://",
        ),
        ("PICASSO_FEED__PREFIX", "a.b", "feed.prefix must be"),
        ("PICASSO_FEED__REPLICAS", "2", "feed.replicas must be"),
    ];
    for (name, value, told) in cases {
        expect_end(&serve("all", &[(name, value)]), 78, told);
    }
}

#[test]
fn a_relay_without_nats_has_nothing_to_do() {
    expect_end(
        &serve("relay", &[]),
        78,
        "the role relay needs the setting feed.url",
    );
}

/// It gets as far as any other without its settings: NATS is none of its business.
#[test]
fn who_only_takes_commands_never_looks_for_nats() {
    let output = serve("commands", &[("PICASSO_FEED__URL", &nowhere())]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!stderr.contains("feed"), "{stderr}");
}
