//! The queries of the read models over a real read store: who sees what, and that walking pages shows everything
//! exactly once.

use std::collections::HashSet;

use picasso_domain::{
    picture::{Edition, PictureEvent},
    values::{Currency, Handle, PictureId, Tag},
};
use picasso_projections::{
    blobs::BlobKind,
    gallery::{Filter, Sorting},
    ledger::Account,
    orders::Side,
    payouts::PayoutStatus,
    ports::ReadStoreError,
    query::{Page, Paging, QueryError},
};
use proptest::prelude::*;

use crate::market::*;

fn page(size: u32, token: &str) -> Paging {
    let token = token.to_owned();
    Paging { size, token }
}

fn tagged(tag: &str) -> Filter {
    let tag = Some(Tag::parse(tag).expect("a tag"));
    Filter {
        tag,
        ..Filter::default()
    }
}

fn searching(words: &str) -> Filter {
    let words = words.to_owned();
    Filter {
        words,
        ..Filter::default()
    }
}

fn popular(filter: Filter) -> Filter {
    let sorting = Sorting::Popular;
    Filter { sorting, ..filter }
}

/// Follows the tokens to the end.
async fn walk(market: &Market, filter: &Filter, size: u32) -> Vec<PictureId> {
    let (mut seen, mut paging) = (vec![], page(size, ""));
    loop {
        let page = market.queries.gallery.list(None, filter, &paging).await;
        let page = page.expect("a page");
        assert!(page.items.len() <= size as usize);
        seen.extend(page.items.iter().map(|it| it.artwork.picture_id));
        match page.next {
            Some(token) => paging.token = token,
            None => return seen,
        }
    }
}

async fn with_pictures(count: u16) -> Market {
    let mut market = Market::open().await;
    let all = (1..=count).flat_map(|n| [Sheet::of(n).uploads(), publishes(n)]);
    market.happens(all).await;
    market
}

/// A picture of the property test: what it says and how many like it.
#[derive(Debug, Clone)]
struct Any {
    artist: bool,
    tag: bool,
    word: bool,
    likes: u16,
    published: bool,
}

fn any_picture() -> impl Strategy<Value = Any> {
    let flags = any::<(bool, bool, bool)>();
    (flags, 0..4_u16, prop::bool::weighted(0.9)).prop_map(
        |((artist, tag, word), likes, published)| Any {
            artist,
            tag,
            word,
            likes,
            published,
        },
    )
}

async fn hang(pictures: &[Any]) -> Market {
    let mut market = Market::open().await;
    let mut news = vec![];
    for (number, picture) in (1..).zip(pictures) {
        let sheet = Sheet {
            number,
            artist: if picture.artist { "ann" } else { "cleo" },
            title: if picture.word {
                "Quiet harbour"
            } else {
                "Loud street"
            },
            tags: if picture.tag { &["sea"] } else { &[] },
            edition: Edition::Open,
        };
        news.push(sheet.uploads());
        if picture.published {
            news.push(publishes(number));
        }
        news.extend((0..picture.likes).map(|n| likes(&format!("fan{n}"), number)));
    }
    market.happens(news).await;
    market
}

/// What a list has to show, in this order.
fn expected(pictures: &[Any], filter: &Filter) -> Vec<PictureId> {
    let holds = |it: &Any| {
        it.published
            && filter
                .artist
                .as_ref()
                .is_none_or(|artist| (artist.as_str() == "ann") == it.artist)
            && (filter.tag.is_none() || it.tag)
            && (filter.words.is_empty() || it.word)
    };
    let numbered = (1..).zip(pictures).filter(|(_, it)| holds(it));
    let mut found: Vec<(u16, u16)> = numbered.map(|(number, it)| (it.likes, number)).collect();
    match filter.sorting {
        Sorting::Newest => found.sort_by_key(|(_, number)| std::cmp::Reverse(*number)),
        Sorting::Popular => found.sort_by_key(|it| std::cmp::Reverse(*it)),
    }
    found
        .into_iter()
        .map(|(_, number)| picture_id(number))
        .collect()
}

fn any_filter() -> impl Strategy<Value = Filter> {
    any::<[bool; 4]>().prop_map(|[artist, tag, words, is_popular]| Filter {
        artist: artist.then(|| user("ann")),
        tag: tag.then(|| Tag::parse("sea").expect("a tag")),
        words: if words { "HARBOUR quiet" } else { "" }.to_owned(),
        price: None,
        sorting: if is_popular {
            Sorting::Popular
        } else {
            Sorting::Newest
        },
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn walking_the_pages_shows_each_picture_once_and_in_order(
        pictures in prop::collection::vec(any_picture(), 0..60),
        filters in prop::collection::vec((any_filter(), 1..9_u32), 1..6),
    ) {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let market = hang(&pictures).await;
            for (filter, size) in &filters {
                let seen = walk(&market, filter, *size).await;
                assert_eq!(seen, expected(&pictures, filter), "{filter:?} by {size}");
            }
        });
    }
}

#[tokio::test]
async fn a_page_has_30_entries_and_never_more_than_100() {
    let market = with_pictures(101).await;
    for (asked, given) in [(0, 30), (7, 7), (100, 100), (u32::MAX, 100)] {
        let paging = page(asked, "");
        let page = market
            .queries
            .gallery
            .list(None, &Filter::default(), &paging)
            .await;
        assert_eq!(
            page.expect("a page").items.len(),
            given,
            "asked for {asked}"
        );
    }
}

#[tokio::test]
async fn a_full_last_page_has_no_next_one() {
    let market = with_pictures(10).await;
    let page = market
        .queries
        .gallery
        .list(None, &Filter::default(), &page(10, ""))
        .await;
    assert_eq!(page.expect("a page").next, None);
}

#[tokio::test]
async fn a_rare_find_behind_many_candidates_is_reached_over_short_pages() {
    let mut market = Market::open().await;
    let rare = Sheet {
        tags: &["rare"],
        ..Sheet::of(1)
    };
    market.happens([rare.uploads(), publishes(1)]).await;
    let common = (2..=1_200).flat_map(|n| [Sheet::of(n).uploads(), publishes(n)]);
    market.happens(common).await;
    let filter = popular(tagged("rare"));
    let first = market
        .queries
        .gallery
        .list(None, &filter, &page(30, ""))
        .await;
    let first = first.expect("a page");
    assert!(first.items.is_empty() && first.next.is_some());
    assert_eq!(walk(&market, &filter, 30).await, [picture_id(1)]);
}

#[tokio::test]
async fn a_page_token_works_only_for_the_query_and_filter_it_was_made_for() {
    let market = with_pictures(3).await;
    let gallery = &market.queries.gallery;
    let first = gallery.list(None, &tagged("sea"), &page(1, "")).await;
    let next = page(1, &first.expect("a page").next.expect("a next page"));
    for other in [
        Filter::default(),
        tagged("dawn"),
        searching("sea"),
        popular(tagged("sea")),
    ] {
        let refused = gallery.list(None, &other, &next).await;
        assert!(
            matches!(refused, Err(QueryError::PageToken(_))),
            "{other:?}"
        );
    }
    let mine = gallery.mine(&user("ann"), &page(1, "")).await;
    let mine = page(1, &mine.expect("a page").next.expect("a next page"));
    assert!(gallery.mine(&user("ann"), &mine).await.is_ok());
    let others = gallery.mine(&user("bob"), &mine).await;
    assert!(matches!(others, Err(QueryError::PageToken(_))));
}

#[tokio::test]
async fn a_page_token_outlives_a_rebuild() {
    let market = with_pictures(5).await;
    let gallery = &market.queries.gallery;
    let first = gallery
        .list(None, &Filter::default(), &page(2, ""))
        .await
        .expect("a page");
    let token = first.next.expect("a next page");
    market.rebuild().await;
    let second = gallery
        .list(None, &Filter::default(), &page(2, &token))
        .await;
    let second = second.expect("a page").items;
    let ids: Vec<_> = second.iter().map(|it| it.artwork.picture_id).collect();
    assert_eq!(ids, [picture_id(3), picture_id(2)]);
}

#[tokio::test]
async fn an_artist_is_named_beside_the_picture_and_found_by_handle() {
    let mut market = with_pictures(1).await;
    let unnamed = market
        .queries
        .gallery
        .get(None, picture_id(1))
        .await
        .expect("it is public");
    assert_eq!(unnamed.artist.handle, "");
    market.happens([registers("ann")]).await;
    let named = market
        .queries
        .gallery
        .get(None, picture_id(1))
        .await
        .expect("it is public");
    assert_eq!(
        (
            named.artist.handle.as_str(),
            named.artist.display_name.as_str()
        ),
        ("ann", "ANN")
    );
    let handle = Handle::parse("@Ann").expect("a handle");
    let profile = market
        .queries
        .profiles
        .by_handle(&handle)
        .await
        .expect("she is there");
    assert_eq!(profile.user_id, user("ann"));
    let nobody = market.queries.profiles.get(&user("nobody")).await;
    assert!(matches!(nobody, Err(QueryError::NotFound { .. })));
}

#[tokio::test]
async fn what_is_not_on_sale_is_seen_by_its_owner_and_its_buyers_only() {
    let mut market = with_pictures(1).await;
    market.happens(opens_checkout("bob", 1)).await;
    market.happens([is_granted("bob", 1), withdraws(1)]).await;
    let gallery = &market.queries.gallery;
    for viewer in ["ann", "bob"] {
        let seen = gallery.get(Some(&user(viewer)), picture_id(1)).await;
        assert_eq!(seen.expect("it is shown").is_own, viewer == "ann");
    }
    for viewer in [None, Some(user("cleo"))] {
        let refused = gallery.get(viewer.as_ref(), picture_id(1)).await;
        assert!(matches!(refused, Err(QueryError::NotFound { .. })));
    }
    assert_eq!(walk(&market, &Filter::default(), 5).await, []);
    let mine = gallery
        .mine(&user("ann"), &page(5, ""))
        .await
        .expect("a page");
    assert_eq!(mine.items.len(), 1);
}

/// The people who may download picture 1.
async fn downloaders(market: &Market) -> Vec<&'static str> {
    let mut found = vec![];
    for name in ["ann", "bob", "cleo"] {
        let right = market
            .queries
            .downloads
            .may_download(&user(name), picture_id(1))
            .await;
        if let Some(right) = right.expect("an answer") {
            assert_eq!(right.original, digest(1));
            assert_eq!(right.file_name, "quiet-harbour.png");
            found.push(name);
        }
    }
    found
}

#[tokio::test]
async fn only_the_owner_and_who_has_paid_may_download() {
    let mut market = with_pictures(1).await;
    assert_eq!(downloaders(&market).await, ["ann"]);
    market.happens(opens_checkout("bob", 1)).await;
    assert_eq!(downloaders(&market).await, ["ann"]);
    market.happens([is_granted("bob", 1)]).await;
    assert_eq!(downloaders(&market).await, ["ann", "bob"]);
    market.happens([is_revoked("bob", 1)]).await;
    assert_eq!(downloaders(&market).await, ["ann"]);
}

#[tokio::test]
async fn the_artist_of_a_sold_exclusive_picture_may_not_download_it_any_more() {
    let mut market = Market::open().await;
    let edition = Edition::Exclusive;
    let sheet = Sheet {
        edition,
        ..Sheet::of(1)
    };
    let sold = PictureEvent::PictureSold {
        purchase_id: purchase_id("bob", 1),
        buyer: user("bob"),
        listed: sheet.listed(),
    };
    market
        .happens([sheet.uploads(), publishes(1), to_picture(1, sold)])
        .await;
    assert_eq!(downloaders(&market).await, ["bob"]);
    let public = market
        .queries
        .gallery
        .get(None, picture_id(1))
        .await
        .expect("it is shown");
    assert!(
        !format!("{public:?}").contains("bob"),
        "the buyer is nobody's business"
    );
}

#[tokio::test]
async fn an_order_is_shown_to_its_sides_and_its_checkout_to_the_buyer() {
    let mut market = with_pictures(1).await;
    market.happens(opens_checkout("bob", 1)).await;
    let (orders, id) = (&market.queries.orders, purchase_id("bob", 1));
    let buyers = orders.get(&user("bob"), &id).await.expect("his order");
    assert_eq!(buyers.side, Side::Buyer);
    assert!(buyers.order.checkout_url.is_some());
    let sellers = orders.get(&user("ann"), &id).await.expect("her order");
    assert_eq!(
        (sellers.side, &sellers.order.checkout_url),
        (Side::Seller, &None)
    );
    let strangers = orders.get(&user("cleo"), &id).await;
    assert!(matches!(strangers, Err(QueryError::NotFound { .. })));
    for (name, side, count) in [
        ("bob", Side::Buyer, 1),
        ("ann", Side::Seller, 1),
        ("ann", Side::Buyer, 0),
    ] {
        let listed = orders.list(&user(name), side, &Paging::default()).await;
        assert_eq!(
            listed.expect("a page").items.len(),
            count,
            "{name} as {side:?}"
        );
    }
}

#[tokio::test]
async fn the_library_and_the_ledger_show_what_was_bought() {
    let mut market = with_pictures(2).await;
    for number in [1, 2] {
        market.happens(opens_checkout("bob", number)).await;
        market.happens([is_granted("bob", number)]).await;
    }
    market.happens([is_revoked("bob", 1)]).await;
    let queries = &market.queries;
    let library = queries.library.list(&user("bob"), &Paging::default()).await;
    let Page { items, next } = library.expect("a page");
    assert_eq!((items.len(), next), (1, None));
    assert_eq!(items[0].bought.picture_id, picture_id(2));
    assert!(items[0].artwork.is_some());
    let ledger = queries.sales.list(&user("ann"), &Paging::default()).await;
    let lines = ledger.expect("a page").items;
    let revoked: Vec<_> = lines
        .iter()
        .map(|it| it.entry.revoked_at.is_some())
        .collect();
    assert_eq!(revoked, [false, true]);
    let figures = queries.sales.figures(&user("ann")).await.expect("figures")[&Currency::Eur];
    assert_eq!(
        (figures.gross_minor, figures.refunded_minor),
        (3_800, 1_900)
    );
    assert!(
        queries
            .sales
            .figures(&user("bob"))
            .await
            .expect("none")
            .is_empty()
    );
}

#[tokio::test]
async fn a_like_of_a_withdrawn_picture_stands_without_the_picture() {
    let mut market = with_pictures(2).await;
    market
        .happens([likes("bob", 1), likes("bob", 2), withdraws(1)])
        .await;
    let reactions = &market.queries.reactions;
    let listed = reactions.list(&user("bob"), &Paging::default()).await;
    let shown = listed.expect("a page").items;
    let shown: Vec<_> = shown
        .iter()
        .map(|it| (it.picture_id, it.picture.is_some()))
        .collect();
    assert_eq!(shown, [(picture_id(2), true), (picture_id(1), false)]);
    let asked = [picture_id(1), picture_id(3)];
    let liked = reactions
        .liked(&user("bob"), &asked)
        .await
        .expect("an answer");
    assert_eq!(liked, HashSet::from([picture_id(1)]));
}

#[tokio::test]
async fn only_files_that_events_speak_of_are_referenced() {
    let market = with_pictures(1).await;
    let blobs = &market.queries.blobs;
    let asked = [digest(1), digest(2), digest(10_001)];
    let originals = blobs
        .referenced(BlobKind::Original, &asked)
        .await
        .expect("an answer");
    assert_eq!(originals, HashSet::from([digest(1)]));
    let derivatives = blobs
        .referenced(BlobKind::Derivative, &asked)
        .await
        .expect("an answer");
    assert_eq!(derivatives, HashSet::from([digest(10_001)]));
}

#[tokio::test]
async fn the_ledger_adds_up_and_tells_each_seller_what_they_have_earned() {
    let mut market = with_pictures(2).await;
    market.happens(opens_checkout("bob", 1)).await;
    market
        .happens([is_paid("bob", 1), is_granted("bob", 1)])
        .await;
    let ledger = &market.queries.ledger;
    let sums = ledger.sums().await.expect("sums");
    assert_eq!(sums, [(Currency::Eur, 0)].into());
    let earned = ledger.earnings(&user("ann")).await.expect("earnings");
    assert_eq!(earned[&Currency::Eur].pending_minor, 1_710);
    let nothing = ledger.earnings(&user("bob")).await.expect("earnings");
    assert!(nothing.is_empty());
}

#[tokio::test]
async fn entries_are_listed_for_one_account_or_for_all_latest_first() {
    let mut market = with_pictures(2).await;
    market.happens(opens_checkout("bob", 1)).await;
    market
        .happens([is_paid("bob", 1), is_granted("bob", 1)])
        .await;
    let listed = async |account: Option<Account>, size: u32| {
        let paging = page(size, "");
        let ledger = &market.queries.ledger;
        let page = ledger.entries(account.as_ref(), &paging).await;
        let page = page.expect("a page");
        let names: Vec<String> = page.items.into_iter().map(|entry| entry.what).collect();
        (names, page.next.is_some())
    };
    let both = vec!["PurchaseGranted".to_owned(), "PaymentReceived".to_owned()];
    assert_eq!(listed(None, 30).await, (both.clone(), false));
    assert_eq!(listed(None, 1).await, (both[..1].to_vec(), true));
    assert_eq!(
        listed(Some(Account::Buyers), 30).await,
        (both.clone(), false)
    );
    assert_eq!(
        listed(Some(Account::Provider), 30).await,
        (both[1..].to_vec(), false)
    );
    assert_eq!(listed(Some(Account::Disputed), 30).await, (vec![], false));
}

#[tokio::test]
async fn a_seller_is_told_whether_they_can_be_paid() {
    let mut market = Market::open().await;
    let status = async |market: &Market| {
        let found = market.queries.payouts.status(&user("ann")).await;
        found.expect("an answer").map(|it| it.status)
    };
    assert_eq!(status(&market).await, None);
    market.happens([asks_to_be_paid("ann")]).await;
    assert_eq!(status(&market).await, Some(PayoutStatus::Requested));
}

#[tokio::test]
async fn a_model_that_was_never_built_is_not_an_empty_one() {
    let market = Market::unbuilt();
    let refused = market
        .queries
        .gallery
        .list(None, &Filter::default(), &Paging::default())
        .await;
    let not_built =
        |error: &QueryError| matches!(error, QueryError::Store(ReadStoreError::NotBuilt(_)));
    assert!(refused.is_err_and(|error| not_built(&error)));
}

/// Tags and how often they are suggested, and the handles of artists, for a beginning.
async fn suggested(market: &Market, prefix: &str) -> (Vec<(String, u64)>, Vec<String>) {
    let found = market.queries.suggestions.suggest(prefix).await;
    let found = found.expect("suggestions");
    let tags = found.tags.into_iter();
    let artists = found.artists.into_iter();
    (
        tags.map(|(tag, pictures)| (tag.as_str().to_owned(), pictures))
            .collect(),
        artists.map(|artist| artist.person.handle).collect(),
    )
}

fn tags(expected: &[(&str, u64)]) -> Vec<(String, u64)> {
    let expected = expected.iter();
    expected
        .map(|(tag, pictures)| ((*tag).to_owned(), *pictures))
        .collect()
}

#[tokio::test]
async fn what_begins_alike_is_suggested_by_how_much_of_it_is_for_sale() {
    let mut market = Market::open().await;
    let sheets = [
        Sheet {
            tags: &["sea", "season", "façade"],
            ..Sheet::of(1)
        },
        Sheet {
            tags: &["season"],
            artist: "anton",
            ..Sheet::of(2)
        },
        Sheet {
            tags: &["season", "sea"],
            artist: "anton",
            ..Sheet::of(3)
        },
        Sheet {
            tags: &["seal-of-the-baltic", "seal-of-the-baltimore"],
            artist: "bob",
            ..Sheet::of(4)
        },
    ];
    let people = ["ann", "anton", "bob", "andy"].map(registers);
    market.happens(people).await;
    let all = sheets
        .iter()
        .flat_map(|sheet| [sheet.uploads(), sheet.publishes()]);
    market.happens(all).await;
    let (seas, artists) = suggested(&market, "SEA").await;
    assert_eq!(seas[..2], tags(&[("season", 3), ("sea", 2)]));
    assert_eq!((seas.len(), artists), (4, vec![]));
    let (found, artists) = suggested(&market, "an").await;
    assert_eq!(
        (found, artists),
        (vec![], vec!["anton".to_owned(), "ann".to_owned()])
    );
    assert_eq!(suggested(&market, "facade").await.0, tags(&[("façade", 1)]));
    let long = suggested(&market, "seal-of-the-baltim").await.0;
    assert_eq!(long, tags(&[("seal-of-the-baltimore", 1)]));
    let (most, artists) = suggested(&market, "").await;
    assert_eq!((most.len(), &most[0].0), (5, &"season".to_owned()));
    assert!(artists.is_empty());
    assert_eq!(suggested(&market, "…").await, (vec![], vec![]));

    market
        .happens([sheets[1].withdraws(), sheets[2].withdraws()])
        .await;
    let (found, artists) = suggested(&market, "an").await;
    assert_eq!((found, artists), (vec![], vec!["ann".to_owned()]));
    let (seas, _) = suggested(&market, "sea").await;
    assert!(seas.contains(&("season".to_owned(), 1)), "{seas:?}");
    let too_long = "s".repeat(61);
    let refused = market.queries.suggestions.suggest(&too_long).await;
    assert!(matches!(refused, Err(QueryError::InvalidFilter { .. })));
}

#[tokio::test]
async fn no_more_than_ten_tags_and_five_artists_are_suggested() {
    let mut market = Market::open().await;
    let names: Vec<String> = (0..12).map(|n| format!("same{n:02}")).collect();
    let mut news: Vec<_> = names.iter().map(|name| registers(name)).collect();
    for (number, name) in (1..).zip(&names) {
        let sheet = Sheet {
            artist: name,
            tags: &[name.as_str()],
            ..Sheet::of(number)
        };
        news.extend([sheet.uploads(), sheet.publishes()]);
    }
    market.happens(news).await;
    let (tags, artists) = suggested(&market, "same").await;
    assert_eq!((tags.len(), artists.len()), (10, 5));
}
