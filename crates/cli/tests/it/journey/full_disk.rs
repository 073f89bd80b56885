//! The disk under the blob store is full: commands that need it are refused, everything else goes on, and it heals.

use std::time::{Duration, Instant};

use picasso_api::proto::{
    commands::v1::{FinishUploadRequest, FinishUploadResponse, StartUploadResponse},
    queries::v1::{ListPicturesRequest, ListPicturesResponse, PictureOrder},
    types::v1::Edition,
};
use picasso_testing::TestBucket;
use tonic::Code;

use super::FAST;
use crate::support::{
    grpc_web::CallError,
    market::Market,
    minio::SmallMinio,
    person::{Person, Published, eur},
    photograph,
};

const FINISH: &str = "picasso.commands.v1.PictureCommandService/FinishUpload";
const PATIENCE: Duration = Duration::from_secs(60);

fn finish(upload: &StartUploadResponse) -> FinishUploadRequest {
    let token = &upload.upload_token;
    Person::finish(token, "Made room for", eur(1_500), Edition::Open)
}

/// The gallery and a preview from it, which comes from the full disk.
async fn reads_go_on(person: &Person, published: &Published) {
    let list = ListPicturesRequest {
        order: PictureOrder::Newest.into(),
        min_position: published.position.clone(),
        ..Default::default()
    };
    let method = "picasso.queries.v1.GalleryQueryService/ListPictures";
    let listed: ListPicturesResponse = person.client.get(method, &list).await;
    let viewed = listed.pictures.first().expect("a picture");
    let picture = viewed.picture.as_ref().expect("a picture");
    let preview = &picture.preview.as_ref().expect("a preview").url;
    let answer = person.client.http().get(preview).send().await;
    let answer = answer.expect("an answer");
    assert!(answer.status().is_success(), "{preview}: {answer:?}");
    assert!(answer.bytes().await.expect("a file").len() > 1_000);
}

#[tokio::test]
async fn a_full_disk_under_the_bucket_refuses_commands_and_heals_by_itself() {
    let minio = SmallMinio::start(200).await;
    let bucket = TestBucket::make(minio.server.clone()).await;
    let market = Market::start_with(&[&FAST[..], &bucket.settings()].concat()).await;
    let ann = Person::join(&market, "ann").await;
    let first = photograph("gps-DSCN0010.jpg");
    let published = ann.publish(&first, "Before", Edition::Open).await;
    let second = photograph("gps-DSCN0012.jpg");
    let upload = ann.put(&second).await;

    minio.fill();
    let refusal = ann.client.refused(FINISH, &finish(&upload)).await;
    assert_eq!(refusal.code, Code::Unavailable);
    assert_eq!(refusal.reason, "SERVICE_UNAVAILABLE");
    reads_go_on(&ann, &published).await;
    // What touches no file is taken.
    ann.like(&published.picture_id).await;

    minio.clear();
    let healed = Instant::now() + PATIENCE;
    let request = finish(&upload);
    loop {
        match ann
            .client
            .call::<_, FinishUploadResponse>(FINISH, &request)
            .await
        {
            Ok(_) => break,
            Err(CallError::Refused(refusal)) if refusal.reason == "SERVICE_UNAVAILABLE" => {}
            Err(other) => panic!("{other:?}"),
        }
        assert!(Instant::now() < healed, "it does not heal");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    reads_go_on(&ann, &published).await;
    market.says(&["doctor"]);
}
