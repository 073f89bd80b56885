//! A crowd wants one exclusive picture: one of them gets it, and nobody else has paid in the end.

use futures::future::join_all;
use picasso_commands::{CheckoutStarted, CommandError};
use picasso_domain::{
    Picture,
    picture::{self, Edition, PictureError},
    purchase::Stage,
    values::{PictureId, UserId},
};

use super::{
    fixture::{Market, open},
    stall::{at, by, eur},
};

fn crowd() -> usize {
    match std::env::var("PICASSO_CAMPAIGN") {
        Ok(campaign) if campaign == "full" => 1_000,
        _ => 60,
    }
}

/// All at once; answers the pages that some of them got.
async fn rush(market: &Market, people: &[UserId], picture: PictureId) -> Vec<CheckoutStarted> {
    let attempts = people.iter().map(|person| {
        let (purchases, context) = (market.purchases.clone(), by(person));
        let command = at(picture, eur(1_200));
        tokio::spawn(async move { purchases.start_checkout(&context, command).await })
    });
    let outcomes = join_all(attempts).await.into_iter();
    let pages = outcomes.filter_map(|outcome| match outcome.expect("no panic") {
        Ok(page) => Some(page),
        Err(CommandError::Picture(PictureError::Reserved)) => None,
        Err(error) => panic!("refused for another reason: {error}"),
    });
    pages.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_races_for_one_exclusive_picture_campaign() {
    let market = open().await;
    let seller = market.person("seller").await;
    let picture = market.picture(&seller, Edition::Exclusive).await;
    let names: Vec<String> = (0..crowd())
        .map(|number| format!("buyer{number}"))
        .collect();
    let people = join_all(names.iter().map(|name| market.person(name))).await;
    let began = std::time::Instant::now();
    // The first who gets the page thinks better of it, so that the picture is free again and all rush anew.
    let given_up = rush(&market, &people, picture).await;
    assert_eq!(given_up.len(), 1);
    let id = &given_up[0].purchase_id;
    let cancelled = market.purchases.cancel_checkout(&by(id.buyer()), id).await;
    cancelled.expect("cancels");
    let pages = rush(&market, &people, picture).await;
    let raced = began.elapsed();
    let everyone = pages.iter().chain(&given_up);
    join_all(everyone.map(|page| market.press(page, "pay"))).await;
    market.settle().await;
    let ledger = market.sandbox.ledger(None).await.expect("a ledger");
    let net: i64 = ledger.references.iter().map(|entry| entry.net).sum();
    let payers = ledger.references.iter().filter(|entry| entry.net != 0);
    let (payers, people) = (payers.count(), people.len());
    println!(
        "race: {people} buyers, twice at once in {:.2} s; {} pages, {payers} sale, {net} cents kept",
        raced.as_secs_f64(),
        pages.len() + given_up.len(),
    );
    assert_eq!((payers, net), (1, 1_200));
    let listing = market.listing(picture).await;
    assert_eq!(listing.stage, picture::Stage::Sold);
    let sold_by = listing.sold_by.expect("sold");
    assert_eq!(&listing.owner, sold_by.buyer());
    assert_eq!(market.purchase(&sold_by).await.stage, Stage::Granted);
    let happened = market.names::<Picture>(&picture.to_string()).await;
    let sales = happened.iter().filter(|name| **name == "PictureSold");
    assert_eq!(sales.count(), 1);
}
