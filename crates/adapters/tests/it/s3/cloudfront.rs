//! Links to originals by CloudFront, checked as CloudFront checks them: by the public key, over the policy made again
//! from the link.

use std::{io::Write, path::Path};

use aws_lc_rs::{
    encoding::AsDer,
    rand::SystemRandom,
    rsa::{KeyPair as RsaPair, KeySize},
    signature::{
        ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair,
        RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
    },
};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use picasso_adapters::s3::{CloudFrontConfig, S3BlobStore, S3Error};
use picasso_commands::{
    contract::blobs::digest_of,
    ports::{BlobStore, DownloadGrant},
};
use picasso_domain::values::MediaType;
use picasso_testing::TestBucket;
use reqwest::Url;
use tempfile::NamedTempFile;

use super::{in_an_hour, server};

const BASE: &str = "https://d111111abcdef8.cloudfront.net";

fn pem(der: &[u8]) -> NamedTempFile {
    let body = BASE64.encode(der);
    let mut file = NamedTempFile::new().expect("a file");
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n");
    file.write_all(pem.as_bytes()).expect("written");
    file
}

fn ecdsa_pkcs8() -> Vec<u8> {
    let random = SystemRandom::new();
    let pair = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random);
    pair.expect("a key").as_ref().to_vec()
}

async fn store(bucket: &TestBucket, key: &Path) -> Result<S3BlobStore, S3Error> {
    let mut config = server::config_of(bucket);
    config.prefix = "shop/".to_owned();
    config.cloudfront = Some(CloudFrontConfig {
        base_url: BASE.to_owned(),
        key_pair_id: "K2JCJMDEHXQW5F".to_owned(),
        private_key_file: key.to_owned(),
    });
    S3BlobStore::open(config).await
}

/// What CloudFront does with a request: takes its own parameters off, makes the policy, verifies.
fn is_let_in(link: &str, public: &[u8], by: &'static dyn VerificationAlgorithm) -> bool {
    let (resource, own) = link.split_once("&Expires=").expect("a signed link");
    let mut parts = own.split('&');
    let expires = parts.next().expect("a time");
    let signature = parts
        .next()
        .and_then(|part| part.strip_prefix("Signature="));
    assert_eq!(parts.next(), Some("Key-Pair-Id=K2JCJMDEHXQW5F"));
    assert_eq!(parts.next(), Some("Hash-Algorithm=SHA256"));
    assert_eq!(parts.next(), None);
    let signature = signature.expect("a signature");
    let signature = signature.replace('-', "+").replace('_', "=");
    let signature = BASE64.decode(signature.replace('~', "/"));
    let policy = format!(
        "{{\"Statement\":[{{\"Resource\":\"{resource}\",\"Condition\":{{\"DateLessThan\":\
         {{\"AWS:EpochTime\":{expires}}}}}}}]}}"
    );
    let key = UnparsedPublicKey::new(by, public);
    let signature = signature.expect("base64");
    key.verify(policy.as_bytes(), &signature).is_ok()
}

async fn link(store: &S3BlobStore) -> String {
    let grant = DownloadGrant {
        original: digest_of(b"an original"),
        media_type: MediaType::Jpeg,
        file_name: "ein-schöner-tag.jpg".to_owned(),
    };
    let link = store.download_link(&grant, in_an_hour()).await;
    link.expect("links").url
}

#[tokio::test]
async fn cloudfront_lets_in_who_has_a_link_and_nobody_who_altered_it() {
    let bucket = server::bucket().await;
    let rsa = RsaPair::generate(KeySize::Rsa2048).expect("a key");
    let rsa_public = rsa.public_key().as_ref().to_vec();
    let rsa = rsa.as_der().expect("PKCS#8").as_ref().to_vec();
    let ecdsa = ecdsa_pkcs8();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &ecdsa);
    let ecdsa_public = pair.expect("a key").public_key().as_ref().to_vec();
    let rsa_by: &'static dyn VerificationAlgorithm = &RSA_PKCS1_2048_8192_SHA256;
    let keys = [
        (rsa, rsa_public, rsa_by),
        (ecdsa, ecdsa_public, &ECDSA_P256_SHA256_ASN1),
    ];
    for (private, public, by) in keys {
        let file = pem(&private);
        let store = store(&bucket, file.path()).await.expect("opens");
        let link = link(&store).await;
        assert!(is_let_in(&link, &public, by), "{link}");
        let digest = digest_of(b"an original").to_string();
        let other = link.replace(&digest, &digest_of(b"another").to_string());
        assert!(!is_let_in(&other, &public, by), "another file");
        let later = link.replace("&Expires=", "&Expires=9");
        assert!(!is_let_in(&later, &public, by), "a later end");
        let renamed = link.replace("tag.jpg", "tag.exe");
        assert_ne!(renamed, link);
        assert!(!is_let_in(&renamed, &public, by), "another name");
    }
    bucket.remove().await;
}

#[tokio::test]
async fn a_cloudfront_link_names_the_file_and_how_to_serve_it() {
    let bucket = server::bucket().await;
    let file = pem(&ecdsa_pkcs8());
    let store = store(&bucket, file.path()).await.expect("opens");
    let link = link(&store).await;
    let resource = link.split_once("&Expires=").expect("a signed link").0;
    assert!(!resource.contains('+'), "a space is %20: {resource}");
    assert!(!resource.contains('*'), "no wildcard: {resource}");
    let url = Url::parse(&link).expect("a URL");
    let path = format!("/shop/originals/{}", digest_of(b"an original"));
    assert_eq!(url.path(), path);
    let query: Vec<_> = url.query_pairs().into_owned().take(3).collect();
    let disposition = "attachment; filename=\"ein-sch_ner-tag.jpg\"; \
                       filename*=UTF-8''ein-sch%C3%B6ner-tag.jpg";
    let expected = [
        ("response-content-type", "image/jpeg"),
        ("response-content-disposition", disposition),
        ("response-cache-control", "private, no-store"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(query, expected);
    bucket.remove().await;
}

#[tokio::test]
async fn a_key_that_is_none_is_told_by_its_file() {
    let bucket = server::bucket().await;
    let file = pem(b"hush");
    let error = store(&bucket, file.path()).await.err().expect("refused");
    assert!(matches!(error, S3Error::Key(_)), "{error:?}");
    assert!(!format!("{error:?}").contains("hush"));
    let gone = file.path().with_extension("gone");
    let error = store(&bucket, &gone).await.err().expect("refused");
    assert!(matches!(error, S3Error::KeyFile { .. }), "{error:?}");
    bucket.remove().await;
}
