//! Letters by a real mail server: they arrive, and the link in one ends letters of its kind without a sign-in.

use std::time::Duration;

use picasso_api::proto::types::v1::Edition;
use picasso_testing::{letters_holding, variable};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::{FAST, granted};
use crate::support::{
    market::Market,
    person::{Person, Published},
    photograph,
};

/// How long a letter may take.
const LIMIT: Duration = Duration::from_secs(60);

/// The letters a person got, with one whose subject begins so among them.
async fn letters(to: &str, subject: &str) -> Vec<String> {
    let (to, subject) = (format!("To: {to}"), format!("\nSubject: {subject}"));
    let began = Instant::now();
    loop {
        let found = letters_holding(&to);
        if found.iter().any(|letter| letter.contains(&subject)) {
            return found;
        }
        assert!(
            began.elapsed() < LIMIT,
            "no letter with{subject}: {found:?}"
        );
        sleep(Duration::from_millis(20)).await;
    }
}

/// Where a letter says that one click ends such letters.
fn opt_out_url(letter: &str) -> &str {
    let header = letter.split("\nList-Unsubscribe: <").nth(1);
    let url = header.and_then(|rest| rest.split('>').next());
    url.expect("a way to end it")
}

async fn buy(person: &Person, published: &Published) {
    let checkout = person.start_checkout(&published.picture_id, 1_500).await;
    person.pay(&checkout.checkout_url).await;
    granted(person, &checkout.purchase_id).await;
}

#[tokio::test]
async fn letters_go_by_smtp_and_end_by_the_link_in_them() {
    let url = variable("PICASSO_TEST_SMTP_URL");
    let mail = [
        ("MAIL__SANDBOX_URL", ""),
        ("MAIL__SMTP_URL", url.as_str()),
        ("MAIL__FROM", "Picasso <mail@picasso.example>"),
    ];
    let market = Market::start_with(&[&FAST[..], &mail].concat()).await;
    let name = |who: &str| format!("{who}{}", &Uuid::new_v4().simple().to_string()[..8]);
    let [ann, bob, cleo] = ["ann", "bob", "cleo"].map(name);
    let address = |name: &str| format!("{name}@example.org");
    let seller = Person::join(&market, &ann).await;
    let photo = photograph("phone-nokia.jpg");
    let published = seller.publish(&photo, "Harbour", Edition::Open).await;
    let buyer = Person::join(&market, &bob).await;
    buy(&buyer, &published).await;
    letters(&address(&bob), "Your picture: Harbour").await;
    let of_ann = letters(&address(&ann), "Sold: Harbour").await;
    let url = opt_out_url(&of_ann[0]);
    let http = market.client();

    // Looking changes nothing; a mail program's POST does, and may come twice.
    let looked = http.http().get(url).send().await.expect("an answer");
    assert!(looked.status().is_success());
    let page = looked.text().await.expect("a page");
    assert!(page.contains("<form method=\"post\">"), "{page}");
    assert!(
        !market
            .says(&["events", "tail"])
            .contains("NotificationsChosen")
    );
    for _ in 0..2 {
        let click = http.http().post(url).body("List-Unsubscribe=One-Click");
        let ended = click.send().await.expect("an answer");
        assert!(ended.status().is_success(), "{}", ended.status());
    }
    let events = market.says(&["events", "tail"]);
    assert_eq!(events.matches("NotificationsChosen").count(), 1, "{events}");
    let changed = http.http().post(format!("{url}x")).send().await;
    assert_eq!(changed.expect("an answer").status().as_u16(), 400);

    // The next buyer's receipt comes, and by then ann's letter would have: both were planned at once.
    let second = Person::join(&market, &cleo).await;
    buy(&second, &published).await;
    letters(&address(&cleo), "Your picture: Harbour").await;
    mail_is_done(&market).await;
    assert_eq!(letters(&address(&ann), "Sold: Harbour").await.len(), 1);
}

/// Waits until no letter is on the agenda and none in doubt.
async fn mail_is_done(market: &Market) {
    let began = Instant::now();
    loop {
        let status = market.says(&["--json", "status"]);
        let status: serde_json::Value = serde_json::from_str(&status).expect("JSON");
        let tasks = status["tasks"].as_array().expect("tasks");
        let mail = tasks.iter().find(|task| task["kind"] == "mail");
        if mail.expect("mail")["waiting"] == 0 {
            assert_eq!(status["effects_in_doubt"], 0);
            return;
        }
        assert!(began.elapsed() < LIMIT, "{status}");
    }
}
