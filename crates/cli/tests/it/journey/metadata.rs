//! Nothing public carries the original's metadata, and everything public stands upright.

use picasso_api::proto::{
    queries::v1::{GetPictureRequest, GetPictureResponse, Picture},
    types::v1::Edition,
};

use crate::support::{market::Market, person::Person, photograph, photographs};

/// The public renditions of a picture.
async fn renditions(person: &Person, picture: &Picture) -> Vec<(String, Vec<u8>, (u32, u32))> {
    let kinds = [
        &picture.preview,
        &picture.preview_small,
        &picture.thumbnail_large,
        &picture.thumbnail_small,
    ];
    let mut files = Vec::new();
    for rendition in kinds.iter().copied().flatten() {
        let size = rendition.dimensions.expect("dimensions");
        let answer = person
            .client
            .http()
            .get(&rendition.url)
            .send()
            .await
            .expect("an answer");
        assert!(
            answer.status().is_success(),
            "{}: {}",
            rendition.url,
            answer.status()
        );
        let bytes = answer.bytes().await.expect("a file").to_vec();
        files.push((rendition.url.clone(), bytes, (size.width, size.height)));
    }
    assert_eq!(files.len(), kinds.len(), "every picture has all renditions");
    files
}

async fn publish(person: &Person, name: &str) -> Picture {
    let file = photograph(name);
    let published = person
        .publish(&file, name.trim_end_matches(".jpg"), Edition::Open)
        .await;
    let get = GetPictureRequest {
        picture_id: published.picture_id,
        min_position: published.position,
    };
    let method = "picasso.queries.v1.GalleryQueryService/GetPicture";
    let answer: GetPictureResponse = person.client.get(method, &get).await;
    answer
        .picture
        .and_then(|viewed| viewed.picture)
        .expect("a picture")
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}

#[tokio::test]
async fn no_rendition_carries_gps_exif_or_xmp() {
    let market = Market::start().await;
    let ann = Person::join(&market, "ann").await;
    let mut photographs: Vec<String> = std::fs::read_dir(photographs())
        .expect("the folder of photographs")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("a name")
        })
        .filter(|name| {
            name.starts_with("gps-") || name.starts_with("xmp-") || name.starts_with("phone-")
        })
        .collect();
    photographs.sort();
    assert!(photographs.len() >= 8, "found only {photographs:?}");
    for name in photographs {
        let picture = publish(&ann, &name).await;
        for (url, bytes, _) in renditions(&ann, &picture).await {
            let traces: [&[u8]; 6] = [
                b"Exif\0\0",
                b"http://ns.adobe.com/",
                b"<x:xmpmeta",
                b"GPSLatitude",
                b"Photoshop 3.0",
                name.as_bytes(),
            ];
            for trace in traces {
                let trace_name = String::from_utf8_lossy(trace);
                assert!(!holds(&bytes, trace), "{name}: {url} holds {trace_name}");
            }
        }
    }
}

#[tokio::test]
async fn pictures_stand_upright_whatever_their_orientation_says() {
    let market = Market::start().await;
    let ann = Person::join(&market, "ann").await;
    for (shape, wide) in [("landscape", true), ("portrait", false)] {
        let mut first: Option<image::RgbImage> = None;
        for orientation in [1, 3, 6, 8] {
            let name = format!("orientation-{shape}-{orientation}.jpg");
            let picture = publish(&ann, &name).await;
            for (url, bytes, size) in renditions(&ann, &picture).await {
                let shown = image::load_from_memory(&bytes).expect("a JPEG").to_rgb8();
                assert_eq!(shown.dimensions(), size, "{name}: {url}");
                assert_eq!(
                    size.0 > size.1,
                    wide,
                    "{name}: {url} does not stand upright"
                );
                // The samples show the same scene: upright, they look alike; upside down they would not.
                if size.0.max(size.1) <= 320 {
                    let small = image::imageops::thumbnail(&shown, 24, 24);
                    match &first {
                        None => first = Some(small),
                        Some(first) => assert!(
                            distance(first, &small) < 30.0,
                            "{name} is turned: {}",
                            distance(first, &small)
                        ),
                    }
                }
            }
        }
    }
}

/// Mean absolute difference of two pictures' channels, 0 to 255.
fn distance(one: &image::RgbImage, other: &image::RgbImage) -> f64 {
    let pairs = one.as_raw().iter().zip(other.as_raw());
    let sum: f64 = pairs.map(|(a, b)| f64::from(a.abs_diff(*b))).sum();
    sum / one.as_raw().len() as f64
}
