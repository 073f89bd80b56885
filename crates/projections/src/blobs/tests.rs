//! The fold of blobs.

use picasso_domain::{picture::Edition, values::DerivativeKind};

use super::*;
use crate::samples::*;

survives_any_history!(Blobs);

#[test]
fn an_upload_references_its_original_and_every_derivative() {
    let keys = Blobs.keys(&uploaded(1, Edition::Open));
    assert_eq!(keys.len(), 1 + DerivativeKind::ALL.len());
    assert!(keys.contains(&key(BlobKind::Original, digest(1))));
    assert!(keys.contains(&key(BlobKind::Derivative, digest(10))));
}

#[test]
fn an_original_and_a_derivative_of_the_same_bytes_are_two_files() {
    let (original, derivative) = (BlobKind::Original, BlobKind::Derivative);
    assert_ne!(key(original, digest(1)), key(derivative, digest(1)));
}

#[test]
fn derivatives_of_the_same_bytes_are_one_file() {
    let mut upload = upload(Edition::Open);
    upload.derivatives[1].digest = upload.derivatives[2].digest;
    let event = picture(1, PictureEvent::PictureUploaded(Box::new(upload)));
    assert_eq!(Blobs.keys(&event).len(), DerivativeKind::ALL.len());
}

#[test]
fn uploads_of_the_same_file_are_counted() {
    let original = key(BlobKind::Original, digest(1));
    let history = [uploaded(1, Edition::Open), uploaded(2, Edition::Open)];
    let blob = fold(&Blobs, &original, &history).unwrap().unwrap();
    assert_eq!((blob.first_picture, blob.pictures), (picture_id(), 2));
}
