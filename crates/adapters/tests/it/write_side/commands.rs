//! What the handlers add to the deciders: one answer for one request, versions, who may ask at all.

use picasso_commands::{CommandError, Context, Receipt, UploadError, ports::Clock};
use picasso_domain::{
    Account, HandleClaim, Picture, Reaction,
    account::{AccountError, Notifications},
    handle::{CLAIM_TERM, HandleCommand, HandleError},
    picture::{Edition, PictureError},
    purchase::PurchaseError,
    values::{PictureId, PurchaseId, UserId},
};
use uuid::Uuid;

use super::{
    fixture::{Market, open},
    stall::{FILE, announce, at, by, details, eur, finish, handle, profile, registration, user},
};

/// Every command once: what it answers, in words, and under which request it was asked.
struct Asked<'m> {
    market: &'m Market,
    ann: UserId,
    bob: UserId,
    picture: PictureId,
    purchase: PurchaseId,
    upload_token: String,
}

const COMMANDS: [&str; 15] = [
    "RegisterAccount",
    "ChangeProfile",
    "ChooseNotifications",
    "StartUpload",
    "FinishUpload",
    "PublishPicture",
    "RepricePicture",
    "ChangePictureDetails",
    "LikePicture",
    "UnlikePicture",
    "StartCheckout",
    "CancelCheckout",
    "WithdrawPicture",
    "RefundPurchase",
    "StartPayoutOnboarding",
];

impl Asked<'_> {
    /// Asks for a command with the same content each time.
    async fn ask(&self, command: &str, request_id: Uuid) -> Result<String, CommandError> {
        let market = self.market;
        let (ann, bob) = (
            &Context::new(self.ann.clone(), request_id),
            &Context::new(self.bob.clone(), request_id),
        );
        let receipt = |receipt: Receipt| format!("{receipt:?}");
        match command {
            "RegisterAccount" => {
                let cleo = Context::new(user("cleo"), request_id);
                let registered = market.accounts.register(&cleo, registration("cleo"));
                registered.await.map(receipt)
            }
            "ChangeProfile" => {
                let changed = market.accounts.change_profile(ann, profile("Ann B."));
                changed.await.map(receipt)
            }
            "ChooseNotifications" => {
                let none = Notifications {
                    sales: false,
                    likes: false,
                };
                let chosen = market.accounts.choose_notifications(ann, none);
                chosen.await.map(receipt)
            }
            "StartUpload" => {
                let started = market.pictures.start_upload(ann, announce(&FILE)).await;
                started.map(|ticket| format!("{ticket:?}"))
            }
            "FinishUpload" => {
                let finish = finish(&self.upload_token, Edition::Open);
                let finished = market.pictures.finish_upload(ann, finish).await;
                finished.map(|finished| format!("{finished:?}"))
            }
            "PublishPicture" => market
                .pictures
                .publish(ann, self.picture)
                .await
                .map(receipt),
            "RepricePicture" => {
                let repriced = market.pictures.reprice(ann, self.picture, eur(1_100));
                repriced.await.map(receipt)
            }
            "ChangePictureDetails" => {
                let details = details("Harbour at dusk");
                let changed = market.pictures.change_details(ann, self.picture, details);
                changed.await.map(receipt)
            }
            "WithdrawPicture" => {
                let withdrawn = market.pictures.withdraw(ann, self.picture).await;
                withdrawn.map(receipt)
            }
            "LikePicture" => market.reactions.like(bob, self.picture).await.map(receipt),
            "UnlikePicture" => market
                .reactions
                .unlike(bob, self.picture)
                .await
                .map(receipt),
            "StartCheckout" => {
                let command = at(self.picture, eur(1_200));
                let started = market.purchases.start_checkout(bob, command).await;
                started.map(|page| format!("{page:?}"))
            }
            "CancelCheckout" => {
                let id = PurchaseId::new(self.picture, self.bob.clone(), 1);
                market
                    .purchases
                    .cancel_checkout(bob, &id)
                    .await
                    .map(receipt)
            }
            "RefundPurchase" => {
                let refunded = market.purchases.refund(ann, &self.purchase, false);
                refunded.await.map(receipt)
            }
            "StartPayoutOnboarding" => {
                // The page is another each time, because each is good once.
                let started = market.onboarding.start(ann).await;
                started.map(|started| receipt(started.receipt))
            }
            other => panic!("{other} is no command"),
        }
    }
}

async fn prepared(market: &Market) -> Asked<'_> {
    let (ann, bob) = (market.person("ann").await, market.person("bob").await);
    let sold = market.picture(&ann, Edition::Open).await;
    let page = market.buy(&bob, sold).await;
    market.pay(&page).await;
    Asked {
        picture: market.draft(&ann, Edition::Open).await,
        purchase: page.purchase_id,
        upload_token: market.send(&ann, &FILE).await.upload_token,
        market,
        ann,
        bob,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_answers_the_same_request_alike_and_once() {
    let market = open().await;
    let asked = prepared(&market).await;
    let mut first_answers = vec![];
    for command in COMMANDS {
        let request_id = Uuid::now_v7();
        let first = asked.ask(command, request_id).await;
        let first = first.unwrap_or_else(|refusal| panic!("{command}: {refusal}"));
        first_answers.push((command, request_id, first));
    }
    market.settle().await;
    let events = market.events().await.len();
    // Again when everything is over, whatever the state of things is by now.
    for (command, request_id, first) in first_answers {
        let again = asked.ask(command, request_id).await;
        let again = again.unwrap_or_else(|refusal| panic!("{command} again: {refusal}"));
        assert_eq!(again, first, "{command}");
    }
    market.settle().await;
    assert_eq!(market.events().await.len(), events);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_comes_many_times_at_once_gets_one_answer() {
    let market = open().await;
    let asked = prepared(&market).await;
    for command in COMMANDS {
        let request_id = Uuid::now_v7();
        let asks = (0..6).map(|_| asked.ask(command, request_id));
        let answers = futures::future::join_all(asks).await;
        let mut answers = answers
            .into_iter()
            .map(|answer| answer.unwrap_or_else(|refusal| panic!("{command} at once: {refusal}")));
        let first = answers.next().expect("an answer");
        assert!(answers.all(|answer| answer == first), "{command}");
    }
    market.settle().await;
    let id = asked.picture.to_string();
    let names = market.names::<Picture>(&id).await;
    let expected = [
        "PictureUploaded",
        "PicturePublished",
        "PictureRepriced",
        "PictureDetailsChanged",
        "PictureWithdrawn",
    ];
    assert_eq!(names, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_is_not_told_that_its_own_change_came_first() {
    let market = open().await;
    let ann = market.person("ann").await;
    let picture = market.picture(&ann, Edition::Open).await;
    for version in 2..22 {
        let context = Context {
            expected_version: Some(version),
            ..by(&ann)
        };
        let price = eur(1_000 + i64::try_from(version).expect("small"));
        let repeats = (0..6).map(|_| {
            let (pictures, context) = (market.pictures.clone(), context.clone());
            tokio::spawn(async move { pictures.reprice(&context, picture, price).await })
        });
        for repriced in futures::future::join_all(repeats).await {
            let repriced = repriced.expect("no panic").expect("one answer for all");
            assert_eq!(repriced.version, version + 1);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_id_stands_for_one_content_only() {
    let market = open().await;
    let (ann, bob) = (market.person("ann").await, market.person("bob").await);
    let picture = market.picture(&ann, Edition::Open).await;
    let context = by(&ann);
    let repriced = market.pictures.reprice(&context, picture, eur(900)).await;
    repriced.expect("reprices");
    let events = market.events().await.len();
    let reused = [
        market.pictures.reprice(&context, picture, eur(800)).await,
        market.pictures.publish(&context, picture).await,
        market
            .pictures
            .reprice(
                &Context {
                    expected_version: Some(1),
                    ..context.clone()
                },
                picture,
                eur(900),
            )
            .await,
    ];
    for refusal in reused {
        assert!(matches!(refusal, Err(CommandError::RequestReused)));
    }
    // Ids are each person's own.
    let same_id = Context::new(bob, context.request_id);
    let liked = market.reactions.like(&same_id, picture).await;
    liked.expect("likes");
    assert_eq!(market.events().await.len(), events + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_saw_an_older_version_is_told_so() {
    let market = open().await;
    let ann = market.person("ann").await;
    let picture = market.picture(&ann, Edition::Open).await;
    let seen = |expected_version| Context {
        expected_version: Some(expected_version),
        ..by(&ann)
    };
    let stale = market.pictures.reprice(&seen(1), picture, eur(900)).await;
    assert!(matches!(
        stale,
        Err(CommandError::StaleVersion { current: 2 })
    ));
    // Even where the command would be refused, or would change nothing: they decided on something else.
    let stale = market.pictures.publish(&seen(1), picture).await;
    assert!(matches!(
        stale,
        Err(CommandError::StaleVersion { current: 2 })
    ));
    let changed = market.pictures.reprice(&seen(2), picture, eur(900)).await;
    assert_eq!(changed.expect("the right version").version, 3);
    let stale = market.accounts.change_profile(&seen(7), profile("A")).await;
    assert!(matches!(
        stale,
        Err(CommandError::StaleVersion { current: 1 })
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unregistered_person_can_do_nothing() {
    let market = open().await;
    let ann = market.person("ann").await;
    let picture = market.picture(&ann, Edition::Open).await;
    let events = market.events().await.len();
    let eve = user("eve");
    let upload = market
        .pictures
        .start_upload(&by(&eve), announce(&FILE))
        .await;
    assert!(matches!(upload, Err(CommandError::NotRegistered)));
    let bought = market.try_to_buy(&eve, picture).await;
    assert!(matches!(bought, Err(CommandError::NotRegistered)));
    for refused in [
        market.reactions.like(&by(&eve), picture).await,
        market.reactions.unlike(&by(&eve), picture).await,
    ] {
        assert!(matches!(refused, Err(CommandError::NotRegistered)));
    }
    let changed = market
        .accounts
        .change_profile(&by(&eve), profile("E"))
        .await;
    let not_registered = AccountError::NotRegistered;
    assert!(matches!(changed, Err(CommandError::Account(error)) if error == not_registered));
    let withdrawn = market.pictures.withdraw(&by(&eve), picture).await;
    let not_owner = PictureError::NotOwner;
    assert!(matches!(withdrawn, Err(CommandError::Picture(error)) if error == not_owner));
    assert_eq!(market.events().await.len(), events);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_exist_is_unknown() {
    let market = open().await;
    let ann = market.person("ann").await;
    let nothing = PictureId::new(Uuid::now_v7());
    let unknown = PictureError::Unknown;
    for refused in [
        market.pictures.publish(&by(&ann), nothing).await,
        market.pictures.withdraw(&by(&ann), nothing).await,
        market.pictures.reprice(&by(&ann), nothing, eur(900)).await,
        market.reactions.like(&by(&ann), nothing).await,
        market.reactions.unlike(&by(&ann), nothing).await,
        market
            .try_to_buy(&ann, nothing)
            .await
            .map(|page| page.receipt),
    ] {
        assert!(matches!(refused, Err(CommandError::Picture(error)) if error == unknown));
    }
    let id = PurchaseId::new(nothing, ann.clone(), 1);
    for refused in [
        market.purchases.cancel_checkout(&by(&ann), &id).await,
        market.purchases.refund(&by(&ann), &id, true).await,
    ] {
        let unknown = PurchaseError::Unknown;
        assert!(matches!(refused, Err(CommandError::Purchase(error)) if error == unknown));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handle_belongs_to_whoever_came_first() {
    let market = open().await;
    market.person("ann").await;
    let bob = user("bob");
    let refused = market
        .accounts
        .register(&by(&bob), registration("ann"))
        .await;
    let taken = HandleError::HandleTaken;
    assert!(matches!(refused, Err(CommandError::Handle(error)) if error == taken));
    assert!(market.names::<Account>("bob").await.is_empty());
    market.person("bob").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_want_one_handle_at_once_one_gets_it() {
    let market = open().await;
    let people: Vec<UserId> = (0..12).map(|n| user(&format!("person{n}"))).collect();
    let registrations = people.iter().map(|person| {
        let accounts = market.accounts.clone();
        async move { accounts.register(&by(person), registration("star")).await }
    });
    let outcomes = futures::future::join_all(registrations).await;
    let registered = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(registered, 1);
    assert_eq!(market.names::<HandleClaim>("star").await, ["HandleClaimed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_registers_under_many_handles_at_once_keeps_one() {
    let market = open().await;
    let (ann, names) = (user("ann"), ["star", "moon", "sun", "sky"]);
    let registrations = names.map(|name| {
        let (accounts, context) = (market.accounts.clone(), by(&ann));
        async move { accounts.register(&context, registration(name)).await }
    });
    let outcomes = futures::future::join_all(registrations).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    market.advance(CLAIM_TERM);
    let mut free = 0;
    for (number, name) in names.iter().enumerate() {
        let bob = by(&user(&format!("bob{number}")));
        free += usize::from(
            market
                .accounts
                .register(&bob, registration(name))
                .await
                .is_ok(),
        );
    }
    assert_eq!(free, names.len() - 1, "all but the one she has");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_that_broke_off_after_the_claim_goes_on_from_there() {
    let market = open().await;
    let ann = user("ann");
    // As a crash between the two commits leaves it.
    let unit = picasso_commands::bridge::Unit::begin(market.log.clone(), "ann");
    let claim = HandleCommand::Claim {
        user_id: ann.clone(),
        at: market.clock.now(),
        unused: true,
    };
    let claim = unit.execute::<HandleClaim>("ann", claim);
    claim.await.expect("claims");
    let commit = unit.into_commit(picasso_eventlog::Metadata::default(), None);
    let appended = market.log.append(commit.expect("a commit")).await;
    appended.expect("appends");
    market.person("ann").await;
    assert_eq!(market.names::<HandleClaim>("ann").await, ["HandleClaimed"]);
    assert_eq!(market.names::<Account>("ann").await, ["AccountRegistered"]);
    let account: Account = market.load("ann").await;
    assert!(account.is_registered_as(&handle("ann")));
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_upload_cannot_be_finished() {
    let market = open().await;
    let (ann, bob) = (market.person("ann").await, market.person("bob").await);
    let ticket = market.send(&ann, &FILE).await;
    let stolen = finish(&ticket.upload_token, Edition::Open);
    let refused = market.pictures.finish_upload(&by(&bob), stolen).await;
    let Err(CommandError::Upload(UploadError::NotYours)) = refused else {
        panic!("{refused:?}");
    };
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_stands_on_what_was_only_read_too() {
    let market = open().await;
    let (ann, bob) = (market.person("ann").await, market.person("bob").await);
    let picture = market.picture(&ann, Edition::Open).await;
    let id = picture.to_string();
    // A like was decided while the picture was published …
    let unit = picasso_commands::bridge::Unit::begin(market.log.clone(), &id);
    unit.load::<Picture>(&id).await.expect("loads");
    let like = picasso_domain::reaction::ReactionCommand::Like {
        picture_id: picture,
        user_id: bob.clone(),
        picture_is_listed: true,
    };
    let reaction = Reaction::id(picture, &bob);
    unit.execute::<Reaction>(&reaction, like)
        .await
        .expect("likes");
    // … and comes to the log after it was withdrawn.
    market
        .pictures
        .withdraw(&by(&ann), picture)
        .await
        .expect("withdraws");
    let commit = unit.into_commit(picasso_eventlog::Metadata::default(), None);
    let refused = market.log.append(commit.expect("a commit")).await;
    let conflict = picasso_eventlog::AppendError::Conflict {
        aggregate_type: "picture".to_owned(),
        aggregate_id: id,
    };
    assert_eq!(
        refused.expect_err("refused").to_string(),
        conflict.to_string()
    );
}
