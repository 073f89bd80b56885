//! Letters: who gets which, what they are not told, and how they are ended.

use picasso_commands::links::OptOutGrant;
use picasso_domain::{
    Account,
    account::{Notifications, Topic},
    picture::Edition,
    values::{PictureId, UserId},
};
use serde_json::Value;

use super::{
    fixture::{Market, open},
    reactors::{LIKES_EVERY, PUBLIC_URL},
    stall::by,
};
use picasso_commands::ports::Clock;

impl Market {
    async fn mail_to(&self, person: &UserId) -> Vec<Value> {
        let url = format!(
            "{}/mail/messages?to={person}%40example.org",
            self.sandbox_url
        );
        let answer = self.http.get(url).send().await.expect("an answer");
        let found: Value = answer.json().await.expect("JSON");
        found["messages"].as_array().expect("messages").clone()
    }

    async fn like(&self, person: &UserId, picture: PictureId) {
        let liked = self.reactions.like(&by(person), picture).await;
        liked.expect("liked");
    }

    /// Lets a tally of likes come due and be told.
    async fn tally(&self) {
        self.advance(LIKES_EVERY);
        self.settle().await;
    }

    async fn choose(&self, person: &UserId, notifications: Notifications) {
        let context = by(person);
        let chosen = self.accounts.choose_notifications(&context, notifications);
        chosen.await.expect("chosen");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn likes_are_gathered_and_told_without_names() {
    let market = open().await;
    let ann = market.person("ann").await;
    let picture = market.picture(&ann, Edition::Open).await;
    let mut people = Vec::new();
    for name in ["bobby", "cleo", "dave"] {
        let person = market.person(name).await;
        market.like(&person, picture).await;
        people.push(person);
    }
    market.like(&ann, picture).await;
    let back = market.reactions.unlike(&by(&people[2]), picture).await;
    back.expect("taken back");
    assert!(market.mail_to(&ann).await.is_empty(), "not at once");
    market.tally().await;
    let letters = market.mail_to(&ann).await;
    assert_eq!(letters.len(), 1, "{letters:?}");
    let letter = letters[0].to_string();
    assert_eq!(letters[0]["kind"], "likes");
    assert!(letter.contains("2 people like"), "{letter}");
    for person in &people {
        assert!(!letter.contains(person.as_str()), "{letter}");
    }
    market.tally().await;
    assert_eq!(market.mail_to(&ann).await.len(), 1, "nothing is told twice");
    let late = market.person("erin").await;
    market.like(&late, picture).await;
    market.tally().await;
    let letters = market.mail_to(&ann).await;
    assert_eq!(letters.len(), 2);
    assert!(letters[0].to_string().contains("1 person likes"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_chose_so_gets_receipts_and_nothing_else() {
    let market = open().await;
    let (ann, bob) = (market.person("ann").await, market.person("bob").await);
    let none = Notifications {
        sales: false,
        likes: false,
    };
    for person in [&ann, &bob] {
        market.choose(person, none).await;
    }
    let picture = market.picture(&ann, Edition::Open).await;
    market.like(&bob, picture).await;
    let page = market.buy(&bob, picture).await;
    market.pay(&page).await;
    market.settle().await;
    market.tally().await;
    assert!(market.letters(&ann).await.is_empty());
    assert_eq!(market.letters(&bob).await, ["receipt"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_link_in_a_letter_ends_letters_of_its_kind() {
    let market = open().await;
    let (ann, bob) = (market.person("ann").await, market.person("bob").await);
    let picture = market.picture(&ann, Edition::Open).await;
    let page = market.buy(&bob, picture).await;
    market.pay(&page).await;
    market.settle().await;
    let receipt = market.mail_to(&bob).await[0].to_string();
    assert!(!receipt.contains("opt-out"), "receipts always come");
    let sale = &market.mail_to(&ann).await[0];
    let text = sale["text"].as_str().expect("a text");
    let link = format!("{PUBLIC_URL}/letters/opt-out/");
    let token = text.split(&link).nth(1).expect("a link").trim();
    let now = market.clock.now();
    let grant = market.links.open_opt_out(token, now).expect("it opens");
    let of_ann = OptOutGrant {
        user_id: ann.clone(),
        topic: Topic::Sales,
    };
    assert_eq!(grant, of_ann);
    for _ in 0..2 {
        let ended = market.accounts.opt_out(&grant.user_id, grant.topic).await;
        ended.expect("ended");
    }
    let account: Account = market.load(ann.as_str()).await;
    let chosen = Notifications {
        sales: false,
        likes: true,
    };
    assert_eq!(account.notifications(), chosen);
    assert_eq!(
        market.names::<Account>(ann.as_str()).await,
        ["AccountRegistered", "NotificationsChosen"]
    );
}
