//! The command line as people and scripts meet it.

use picasso_api::proto::{
    queries::v1::{GetAccountRequest, GetAccountResponse, get_account_request::Account},
    types::v1::Position,
};

use crate::support::{market::Market, person::Person};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test]
async fn a_second_seed_adds_nothing_and_the_doctor_finds_nothing() {
    let market = Market::start().await;
    let seed = || {
        let args = ["--json", "seed", "--artists", "2", "--pictures", "2"];
        let output = market.command(&args).output().expect("it runs");
        assert!(output.status.success(), "{}", text(&output.stderr));
        let value: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        value["events_added"].as_u64().expect("a number")
    };
    assert!(seed() > 10);
    assert_eq!(seed(), 0);
    let doctor = market.command(&["doctor"]).output().expect("it runs");
    assert!(doctor.status.success(), "{}", text(&doctor.stdout));
}

#[tokio::test]
async fn an_export_is_continued_where_it_ends() {
    let market = Market::start().await;
    let seed = ["seed", "--artists", "2", "--pictures", "1"];
    assert!(market.command(&seed).status().expect("it runs").success());
    let file = market.data().join("events.jsonl");
    let path = file.to_str().expect("UTF-8");
    let export = || {
        let output = market.command(&["events", "export", "-o", path]).output();
        assert!(output.expect("it runs").status.success());
        std::fs::read_to_string(&file).expect("an export")
    };
    let whole = export();
    // Stopped in the middle of a line, the next run writes that line again and goes on.
    std::fs::write(&file, &whole[..whole.len() / 2]).expect("written");
    assert_eq!(export(), whole);
}

#[tokio::test]
async fn what_followed_from_one_request_is_found_by_its_correlation_id() {
    let market = Market::start().await;
    Person::join(&market, "ann").await;
    Person::join(&market, "bob").await;
    let exported = |args: &[&str]| -> Vec<serde_json::Value> {
        let lines = market.says(&[&["events", "export"], args].concat());
        let lines = lines.lines().map(serde_json::from_str);
        lines.collect::<Result<_, _>>().expect("JSON")
    };
    let all = exported(&[]);
    let correlation = |event: &serde_json::Value| event["metadata"]["correlation_id"].clone();
    let wanted = correlation(&all[0]);
    let found = exported(&["--correlation", wanted.as_str().expect("a UUID")]);
    let expected: Vec<_> = all
        .iter()
        .filter(|event| correlation(event) == wanted)
        .collect();
    assert_eq!(found.iter().collect::<Vec<_>>(), expected);
    assert!(!found.is_empty() && found.len() < all.len(), "{found:?}");
}

#[tokio::test]
async fn a_rebuild_replaces_what_readers_see_and_a_rollback_brings_it_back() {
    let market = Market::start().await;
    let seed = ["seed", "--artists", "2", "--pictures", "1"];
    assert!(market.command(&seed).status().expect("it runs").success());
    for args in [
        ["projections", "rebuild", "gallery"],
        ["projections", "rollback", "gallery"],
    ] {
        let output = market.command(&args).output().expect("it runs");
        assert!(
            output.status.success(),
            "{args:?}: {}",
            text(&output.stderr)
        );
    }
    let list = market
        .command(&["--json", "projections", "list"])
        .output()
        .expect("it runs");
    let first = text(&list.stdout)
        .lines()
        .next()
        .map(str::to_owned)
        .expect("a line");
    let gallery: serde_json::Value = serde_json::from_str(&first).expect("JSON");
    assert_eq!(gallery["generation"], 1, "{gallery}");
    let verify = market
        .command(&["projections", "verify"])
        .output()
        .expect("it runs");
    assert!(verify.status.success(), "{}", text(&verify.stdout));
}

#[tokio::test]
async fn a_log_restored_from_a_backup_is_noticed_and_begins_a_new_history() {
    // The log is put back as a file.
    let mut market = Market::start_embedded(&[]).await;
    let market_data = market.data().to_owned();
    let run = |market: &Market, args: &[&str]| {
        let output = market.command(args).output().expect("it runs");
        (output.status.success(), text(&output.stdout))
    };
    // A log is its file and what has not been moved into it yet.
    let copy = |from: &str, to: &str| {
        for ending in ["", "-wal", "-shm"] {
            let file = |name: &str| market_data.join(format!("{name}{ending}"));
            if file(to).exists() {
                std::fs::remove_file(file(to)).expect("removed");
            }
            if file(from).exists() && ending != "-shm" {
                std::fs::copy(file(from), file(to)).expect("copied");
            }
        }
    };
    // The profiles tell of somebody's second event, which is the log's fourth.
    let told_of = async |person: &Person, handle: &str| {
        let get = GetAccountRequest {
            account: Some(Account::Handle(handle.to_owned())),
            min_position: vec![Position { log: 0, offset: 4 }],
        };
        let method = "picasso.queries.v1.AccountQueryService/GetAccount";
        let _: GetAccountResponse = person.client.get(method, &get).await;
    };
    Person::join(&market, "ann").await;
    market.terminate();
    copy("log.db", "backup.db");
    market.boot();
    market.ready().await;
    let bob = Person::join(&market, "bob").await;
    told_of(&bob, "bob").await;
    market.terminate();
    copy("backup.db", "log.db");
    let (_, status) = run(&market, &["status"]);
    assert!(status.contains("was restored from a backup"), "{status}");
    assert!(run(&market, &["events", "restored"]).0);
    market.boot();
    market.ready().await;
    let cleo = Person::join(&market, "cleo").await;
    told_of(&cleo, "cleo").await;
    let (clean, doctor) = run(&market, &["doctor"]);
    assert!(clean, "{doctor}");
    let (_, status) = run(&market, &["status"]);
    assert!(!status.contains("was restored"), "{status}");
}

#[tokio::test]
async fn it_stops_cleanly_when_told_to() {
    let mut market = Market::start().await;
    let (code, took) = market.terminate();
    assert_eq!(code, Some(0));
    assert!(took < std::time::Duration::from_secs(5), "it took {took:?}");
}

#[tokio::test]
async fn what_is_wrong_is_one_line_and_an_exit_code() {
    let market = Market::start().await;
    let cases: [(&[&str], i32, &str); 4] = [
        (
            &["events", "show", "0:999999"],
            3,
            "there is no event at 0:999999",
        ),
        (
            &["aggregate", "show", "picture", "nobody"],
            3,
            "there is no picture nobody",
        ),
        (
            &["projections", "rebuild", "nothing"],
            3,
            "there is no projection nothing",
        ),
        (
            &["--config", "/nowhere.toml", "status"],
            78,
            "/nowhere.toml",
        ),
    ];
    for (args, code, words) in cases {
        let output = market.command(args).output().expect("it runs");
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {said}");
        assert!(said.contains(words), "{args:?}: {said}");
    }
    let settings = [
        ("PICASSO_SERVER__LISTEN", "nowhere", "server.listen"),
        ("PICASSO_KEYS__LINKS", "0123", "keys.links"),
    ];
    for (name, value, words) in settings {
        let mut wrong = market.command(&["status"]);
        let output = wrong.env(name, value).output().expect("it runs");
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(78), "{name}: {said}");
        assert!(said.contains(words), "{name}: {said}");
    }
}

/// Settings, the exit code they lead to, and words of the complaint.
type Ending<'a> = (&'a [(&'a str, &'a str)], i32, &'a str);

/// `picasso dev` on ports and a folder of its own, as it ends.
fn dev(settings: &[(&str, &str)]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().expect("a folder");
    // One that starts after all is a failure, not a wait.
    let output = std::process::Command::new("timeout")
        .args(["60", env!("CARGO_BIN_EXE_picasso"), "dev"])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("PICASSO_DATA_DIR", folder.path().join("data"))
        .env("PICASSO_SERVER__LISTEN", "127.0.0.1:0")
        .env("PICASSO_SANDBOX__LISTEN", "127.0.0.1:0")
        .envs(settings.iter().copied())
        .current_dir(folder.path())
        .output()
        .expect("it runs");
    (output.status.code(), text(&output.stderr))
}

#[test]
fn a_mail_server_or_topic_that_cannot_be_used_is_found_at_the_start() {
    let sns = picasso_testing::variable("PICASSO_TEST_SNS_URL");
    let smtp = picasso_testing::variable("PICASSO_TEST_SMTP_URL");
    let (url, from) = (
        "PICASSO_MAIL__SMTP_URL",
        ("PICASSO_MAIL__FROM", "a@b.example"),
    );
    let upgrade = format!("{smtp}?tls=required");
    let (topic, endpoint) = ("PICASSO_NOTIFY__SNS_TOPIC_ARN", "PICASSO_NOTIFY__ENDPOINT");
    let arn = "arn:aws:sns:us-east-1:123456789012:nothing";
    let keys = [
        ("PICASSO_NOTIFY__ACCESS_KEY_ID", "a"),
        ("PICASSO_NOTIFY__SECRET_ACCESS_KEY", "b"),
    ];
    let with_keys = |place| [(topic, arn), (endpoint, place), keys[0], keys[1]];
    let away = with_keys("http://127.0.0.1:9");
    let missing = with_keys(&sns);
    let cases: [Ending<'_>; 8] = [
        (
            &[(url, "smtp://127.0.0.1:9"), from],
            69,
            "mail cannot be sent",
        ),
        (
            &[(url, "http://127.0.0.1"), from],
            78,
            "not one of a mail server",
        ),
        (
            &[(url, "smtp://u:hush@mail.example"), from],
            78,
            "not encrypted",
        ),
        (&[(url, &upgrade), from], 78, "STARTTLS"),
        (&[(url, "smtp://127.0.0.1:9")], 78, "mail.from is not set"),
        (&[(topic, "picasso")], 78, "not an ARN"),
        (&away, 69, "notifications cannot be sent"),
        (&missing, 78, "there is no such topic"),
    ];
    for (settings, expected, words) in cases {
        let (code, said) = dev(settings);
        assert_eq!(code, Some(expected), "{settings:?}: {said}");
        assert!(said.contains(words), "{settings:?}: {said}");
        let complaint = said.lines().filter(|line| line.starts_with("picasso: "));
        assert_eq!(complaint.count(), 1, "{said}");
        assert!(!said.contains("hush"), "{said}");
    }
}
