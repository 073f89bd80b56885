//! What a browser is given before it calls anything: the page, whom the page may reach, and where to sign in.

use picasso_api::proto::{
    commands::v1::FinishUploadResponse,
    queries::v1::{GetPictureRequest, GetPictureResponse},
    types::v1::Edition,
};
use serde_json::{Value, json};

use crate::support::{
    market::Market,
    person::{Person, eur},
    photograph,
};

/// The origins that one directive of a policy names.
fn allowed(policy: &str, directive: &str) -> Vec<String> {
    let found = policy.split("; ").find_map(|it| it.strip_prefix(directive));
    let found = found.unwrap_or_else(|| panic!("no {directive} in {policy}"));
    found.split_whitespace().map(str::to_owned).collect()
}

fn origin(url: &str) -> String {
    let url = reqwest::Url::parse(url).expect("an address");
    url.origin().ascii_serialization()
}

#[tokio::test]
async fn the_page_may_reach_what_it_is_told_of_and_is_told_where_to_sign_in() {
    let market = Market::start().await;
    let http = market.client().http().clone();
    let page = http.get(format!("{}/orders/a.b.1", market.url()));
    let page = page.send().await.expect("an answer");
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    let policy = page.headers()["content-security-policy"].to_str();
    let policy = policy.expect("text").to_owned();

    let config = http.get(format!("{}/app/config.json", market.url()));
    let config: Value = config
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    let sandbox = market.sandbox_url();
    let identity = json!({"kind": "sandbox", "url": format!("{sandbox}/identity")});
    assert_eq!(config["identity"], identity);
    assert_eq!(config["payments"], "sandbox");
    let mailbox = config["mailbox"].as_str().expect("an address");
    assert!(
        http.get(mailbox)
            .send()
            .await
            .expect("an answer")
            .status()
            .is_success()
    );

    let ann = Person::join(&market, "ann").await;
    let published = ann
        .publish(&photograph("phone-nokia.jpg"), "Street", Edition::Open)
        .await;
    let request = GetPictureRequest {
        picture_id: published.picture_id,
        min_position: published.position,
    };
    let method = "picasso.queries.v1.GalleryQueryService/GetPicture";
    let picture: GetPictureResponse = market.client().get(method, &request).await;
    let picture = picture
        .picture
        .and_then(|viewed| viewed.picture)
        .expect("a picture");
    let preview = picture.preview.expect("a preview").url;
    assert!(
        allowed(&policy, "img-src").contains(&origin(&preview)),
        "{policy}"
    );
    assert!(
        allowed(&policy, "connect-src").contains(&sandbox),
        "{policy}"
    );
    assert_eq!(
        allowed(&policy, "script-src"),
        ["'self'"],
        "Firebase's are not needed"
    );
}

/// Programs that show links read the head and run no scripts.
#[tokio::test]
async fn a_link_to_a_picture_tells_what_it_shows_and_a_link_to_a_hidden_one_nothing() {
    let market = Market::start().await;
    let http = market.client().http().clone();
    let page = async |id: &str| {
        let answer = http.get(format!("{}/pictures/{id}", market.url())).send();
        answer.await.expect("an answer").text().await.expect("text")
    };
    let ann = Person::join(&market, "ann").await;
    let photo = photograph("phone-nokia.jpg");
    let put = ann.put(&photo).await;
    let finish = Person::finish(&put.upload_token, "Unpublished", eur(1_500), Edition::Open);
    let method = "picasso.commands.v1.PictureCommandService/FinishUpload";
    let hidden: FinishUploadResponse = ann.client.get(method, &finish).await;
    let shown = ann
        .publish(&photo, "A \"<cat>\" & more", Edition::Open)
        .await;
    let request = GetPictureRequest {
        picture_id: shown.picture_id.clone(),
        min_position: shown.position,
    };
    let method = "picasso.queries.v1.GalleryQueryService/GetPicture";
    let picture: GetPictureResponse = ann.client.get(method, &request).await;
    let picture = picture.picture.and_then(|viewed| viewed.picture);
    let preview = picture.and_then(|picture| picture.preview);

    let told = page(&shown.picture_id).await;
    let title = r#"<meta property="og:title" content="A &quot;&lt;cat&gt;&quot; &amp; more"#;
    let image = format!(
        r#"<meta property="og:image" content="{}">"#,
        preview.expect("a preview").url
    );
    assert!(told.contains(title), "{told}");
    assert!(told.contains(&image), "{told}");
    assert!(
        told.contains("<link rel=\"preload\" as=\"image\""),
        "{told}"
    );
    for id in [hidden.picture_id.as_str(), "x"] {
        let told = page(id).await;
        assert!(
            told.contains("</html>")
                && !told.contains("og:title")
                && !told.contains("as=\"image\""),
            "{told}"
        );
    }
}
