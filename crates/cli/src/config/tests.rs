//! The rules of settings.

use std::io::Write;

use super::*;

fn load_file(text: &str) -> Result<Config, String> {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(text.as_bytes()).expect("written");
    let global = Global {
        config: Some(file.path().to_owned()),
        ..Global::default()
    };
    Config::load(&global).map_err(|failure| format!("{failure:?}"))
}

#[test]
fn a_file_changes_only_what_it_names() {
    let config = load_file("[server]\nlisten = \"127.0.0.1:9999\"\n").expect("settings");
    assert_eq!(config.server.listen.port(), 9999);
    assert_eq!(
        config.server.shutdown_grace_s,
        Server::default().shutdown_grace_s
    );
}

#[test]
fn a_wrong_setting_is_named() {
    let error = load_file("[server]\nlisten = \"nowhere\"\n").expect_err("refused");
    assert!(error.contains("server.listen"), "{error}");
    let error = load_file("[events]\nlogs = 0\n").expect_err("refused");
    assert!(error.contains("events.logs"), "{error}");
    let error = load_file("[events]\nurl = \"mysql://u:hush@h/d\"\n").expect_err("refused");
    assert!(error.contains("events.url"), "{error}");
    assert!(!error.contains("hush"), "{error}");
    for (name, value) in [("fee_bps", "5001"), ("payout_hold_s", "7776001")] {
        let error = load_file(&format!("[payments]\n{name} = {value}\n")).expect_err("refused");
        assert!(error.contains(&format!("payments.{name}")), "{error}");
    }
}

#[test]
fn an_unknown_setting_is_named() {
    let error = load_file("[server]\nlisen = \"127.0.0.1:1\"\n").expect_err("refused");
    assert!(error.contains("lisen"), "{error}");
}

#[test]
fn secrets_are_not_shown() {
    let config = load_file("[payments]\nsecret_key = \"sk_live_1\"\n").expect("settings");
    let shown = config.to_toml().expect("toml");
    assert!(!shown.contains("sk_live_1"), "{shown}");
    assert!(!format!("{config:?}").contains("sk_live_1"));
}
