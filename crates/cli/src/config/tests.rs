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
fn what_the_web_app_is_told_of_sign_in_can_stand_in_its_pages() {
    for (name, value) in [
        ("sandbox_url", "127.0.0.1:8081"),
        ("sandbox_url", "http://127.0.0.1:8081/"),
        ("api_key", ""),
        ("api_key", "AIza'; script-src *"),
        ("auth_domain", "https://shop.firebaseapp.com"),
        ("auth_domain", "shop.firebaseapp.com; script-src *"),
    ] {
        let error = load_file(&format!("[identity]\n{name} = \"{value}\"\n"));
        let error = error.expect_err("refused");
        assert!(error.contains(&format!("identity.{name}")), "{error}");
    }
    let good = "api_key = \"AIzaSy_x-1\"\nauth_domain = \"auth.shop.example\"";
    let config = load_file(&format!("[identity]\n{good}\n")).expect("settings");
    assert_eq!(config.identity.auth_domain("shop"), "auth.shop.example");
    assert_eq!(
        Identity::default().auth_domain("shop"),
        "shop.firebaseapp.com"
    );
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

#[test]
fn what_is_said_of_a_bucket_must_fit_together() {
    let wrong = [
        ("endpoint = \"http://127.0.0.1:9000\"", "blobs.bucket"),
        (
            "bucket = \"b\"\naccess_key_id = \"k\"",
            "blobs.secret_access_key",
        ),
        (
            "bucket = \"b\"\nendpoint = \"minio:9000\"",
            "blobs.endpoint",
        ),
        ("bucket = \"b\"\nprefix = \"/a/\"", "blobs.prefix"),
        ("bucket = \"b\"\nprefix = \"a\"", "blobs.prefix"),
        (
            "bucket = \"b\"\npublic_base_url = \"cdn\"",
            "blobs.public_base_url",
        ),
        (
            "bucket = \"b\"\ncloudfront_url = \"https://d1.cloudfront.net\"",
            "blobs.cloudfront_key_pair_id",
        ),
        (
            "bucket = \"b\"\ncloudfront_private_key_file = \"key.pem\"",
            "blobs.cloudfront_private_key_file",
        ),
    ];
    for (section, setting) in wrong {
        let error = load_file(&format!("[blobs]\n{section}\n")).expect_err("refused");
        assert!(error.contains(setting), "{section}: {error}");
    }
    let whole = "bucket = \"b\"\nprefix = \"shop/a/\"\nendpoint = \"http://127.0.0.1:9000\"\n\
                 access_key_id = \"k\"\nsecret_access_key = \"hush\"";
    let config = load_file(&format!("[blobs]\n{whole}\n")).expect("settings");
    assert!(!config.to_toml().expect("toml").contains("hush"));
}

#[test]
fn the_emulator_never_stands_beside_production_settings() {
    let emulator =
        "[identity]\nemulator_url = \"http://127.0.0.1:9099\"\nproject_id = \"demo-shop\"\n";
    load_file(emulator).expect("a developer's settings");
    let test_key = format!("{emulator}[payments]\nsecret_key = \"sk_test_1\"\n");
    load_file(&test_key).expect("a developer's settings");
    let production = [
        emulator.replace("demo-shop", "shop"),
        emulator.replace("project_id = \"demo-shop\"\n", ""),
        emulator.replace("http://", "ftp://"),
        format!("{emulator}[payments]\nsecret_key = \"sk_live_1\"\n"),
        format!("{emulator}[payments]\nsecret_key = \"rk_live_1\"\n"),
        format!("{emulator}[server]\npublic_url = \"https://picasso.example\"\n"),
    ];
    for settings in production {
        let error = load_file(&settings).expect_err("refused");
        assert!(
            error.contains("identity.emulator_url"),
            "{settings}: {error}"
        );
        assert!(error.contains("Config"), "exit code 78: {error}");
    }
}
