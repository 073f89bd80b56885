//! What must never be printed, however much is logged: whoever reads the logs could act as somebody else.

use picasso_api::proto::{
    queries::v1::{GetDownloadLinkRequest, GetDownloadLinkResponse},
    types::v1::Edition,
};

use super::{FAST, granted};
use crate::support::{
    market::Market,
    person::{PASSWORD, Person, eur},
    photograph,
};

/// The last part of an address: what makes it a secret one.
fn token_of(url: &str) -> String {
    let last = url.rsplit('/').next().expect("a path");
    last.to_owned()
}

#[tokio::test]
async fn no_secret_and_no_address_is_logged() {
    let everything = [("LOG__LEVEL", "trace")];
    let market = Market::start_with(&[FAST.as_slice(), &everything].concat()).await;
    let (ann, bob) = (
        Person::join(&market, "ann").await,
        Person::join(&market, "bob").await,
    );
    let started = ann.put(&photograph("orientation-landscape-1.jpg")).await;
    let finish = Person::finish(&started.upload_token, "A walk", eur(1_500), Edition::Open);
    let published = ann.finish_and_publish(&finish).await;
    let checkout = bob.start_checkout(&published.picture_id, 1_500).await;
    bob.pay(&checkout.checkout_url).await;
    let told = granted(&bob, &checkout.purchase_id).await;
    let request = GetDownloadLinkRequest {
        picture_id: published.picture_id,
        min_position: told,
    };
    let method = "picasso.queries.v1.LibraryQueryService/GetDownloadLink";
    let link: GetDownloadLinkResponse = bob.client.get(method, &request).await;
    let answer = bob.client.http().get(&link.url).send().await;
    assert!(answer.expect("an answer").status().is_success());

    let printed = market.printed();
    assert!(printed.contains(" TRACE "), "everything is logged");
    let secrets = [
        ("ann's token", ann.client.token().to_owned()),
        ("bob's token", bob.client.token().to_owned()),
        ("a password", PASSWORD.to_owned()),
        ("an address", "@example.org".to_owned()),
        ("an upload token", started.upload_token.clone()),
        ("an upload link", token_of(&started.upload_url)),
        ("a download link", token_of(&link.url)),
        ("the webhook secret", "whsec_".to_owned()),
        ("the payment key", "sk_test_".to_owned()),
    ];
    for (what, secret) in secrets {
        let line = printed.lines().find(|line| line.contains(&secret));
        assert_eq!(line, None, "{what} was logged");
    }
}
