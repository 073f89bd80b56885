//! The journeys of `web/e2e` in a real browser, over two processes of every role behind the proxy and the real servers.
//! Over `picasso dev` they run by themselves: `npm run e2e`.

use std::{path::Path, process::Command};

use crate::{journey::FAST, support::market::Market, support::servers::Servers};

/// Plays one of them, found by its file and by what it is called, in a marketplace of its own.
async fn play(file: &str, called: &str) {
    let market = Market::start_full(&Servers::given(), &FAST).await;
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web");
    let mut vitest = Command::new(web.join("node_modules/.bin/vitest"));
    vitest.args(["run", "--config", "e2e/vitest.config.ts", file]);
    vitest.args(["--testNamePattern", called]);
    vitest.current_dir(web);
    vitest.env("PICASSO_E2E_URL", market.url());
    vitest.env("PICASSO_E2E_SANDBOX_URL", market.sandbox_url());
    let ended = tokio::task::spawn_blocking(move || vitest.output()).await;
    let output = ended
        .expect("no panic")
        .expect("npm runs: it comes with Node");
    let (told, complaint) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{file}:\n{told}\n{complaint}");
    assert!(
        told.contains("1 passed"),
        "{file} has no such test:\n{told}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_people_trade_a_photograph_in_browsers() {
    play("trade", "two people trade").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_done_by_keyboard_alone() {
    play("keyboard", "who has no mouse").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_is_enough() {
    play("phone", "who holds a phone").await;
}
