//! The folder store: the contract of `BlobStore`, and what only a folder can get wrong.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use futures::{StreamExt, stream};
use picasso_adapters::fs::FolderBlobStore;
use picasso_commands::{
    contract::blobs::{self, ThroughReceive, grant_for, in_pieces},
    links::{LinkError, LinkSigner},
    ports::{BlobStore, DownloadGrant, MAX_UPLOAD_BYTES, ReceiveError},
};
use picasso_domain::{Timestamp, values::MediaType};
use tempfile::TempDir;

const KEY: [u8; 32] = [42; 32];

fn store_in(root: &Path) -> FolderBlobStore {
    let signer = LinkSigner::new(&KEY);
    FolderBlobStore::open(root, signer, "http://127.0.0.1:8080/").expect("a folder store opens")
}

fn fresh() -> (TempDir, FolderBlobStore) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store_in(&folder.path().join("blobs"));
    (folder, store)
}

/// Every file below a folder, with its mode.
fn files_below(folder: &Path) -> Vec<(PathBuf, u32)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("reads") {
        let entry = entry.expect("reads");
        if entry.file_type().expect("a type").is_dir() {
            found.extend(files_below(&entry.path()));
        } else {
            let mode = entry.metadata().expect("metadata").permissions().mode();
            found.push((entry.path(), mode & 0o777));
        }
    }
    found
}

#[tokio::test]
async fn the_folder_store_keeps_the_contract() {
    let (_folder, store) = fresh();
    blobs::every_rule(&store, &ThroughReceive(&store)).await;
    blobs::every_rule_of_receiving(&store).await;
}

#[tokio::test]
async fn what_is_stored_is_there_after_opening_again() {
    let (folder, store) = fresh();
    let grant = grant_for(b"lasting");
    let received = store.receive(&grant, in_pieces(b"lasting", 3)).await;
    received.expect("receives");
    store.keep_original(&grant).await.expect("keeps");
    let again = store_in(&folder.path().join("blobs"));
    let original = again.original(grant.digest).await.expect("reads");
    assert_eq!(blobs::read(original.expect("kept")).await, b"lasting");
}

#[tokio::test]
async fn only_this_user_may_read_what_is_stored() {
    let (folder, store) = fresh();
    let grant = grant_for(b"private");
    let received = store.receive(&grant, in_pieces(b"private", 3)).await;
    received.expect("receives");
    store.keep_original(&grant).await.expect("keeps");
    let files = files_below(folder.path());
    assert_eq!(files.len(), 2, "staged and kept: {files:?}");
    assert!(files.iter().all(|(_, mode)| *mode == 0o600), "{files:?}");
    let name = grant.digest.to_string();
    let mut path = folder.path().join("blobs");
    for part in ["originals", &name[..2], &name[2..4]] {
        path = path.join(part);
        let mode = fs::metadata(&path).expect("a folder").permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{}", path.display());
    }
    assert!(path.join(&name).is_file());
}

#[tokio::test]
async fn a_refused_upload_leaves_no_file_at_all() {
    let (folder, store) = fresh();
    let grant = grant_for(b"announced");
    for sent in [&b"ann"[..], b"ANNOUNCED", b"announced and more"] {
        let refused = store.receive(&grant, in_pieces(sent, 4)).await;
        assert!(refused.is_err());
        assert_eq!(files_below(folder.path()), []);
    }
}

#[tokio::test]
async fn no_more_than_was_announced_is_ever_on_the_disk() {
    let (folder, store) = fresh();
    let root = folder.path().to_owned();
    let grant = grant_for(&[1; 1000]);
    // An endless body: each piece first looks at what the earlier ones have left on the disk.
    let body = stream::repeat_with(move || {
        let on_disk: u64 = files_below(&root)
            .iter()
            .map(|(path, _)| fs::metadata(path).map_or(0, |found| found.len()))
            .sum();
        assert!(on_disk <= 1000, "{on_disk} bytes lie on the disk");
        Ok(vec![1; 300].into())
    });
    let refused = store.receive(&grant, body.boxed()).await;
    assert!(matches!(refused, Err(ReceiveError::TooLarge)));
    assert_eq!(files_below(folder.path()), []);
}

#[tokio::test]
async fn an_announcement_above_the_largest_upload_is_refused_before_a_byte_is_read() {
    let (_folder, store) = fresh();
    let mut grant = grant_for(b"x");
    grant.size_bytes = MAX_UPLOAD_BYTES + 1;
    let untouched = stream::poll_fn(|_| panic!("the body was read"));
    let refused = store.receive(&grant, untouched.boxed()).await;
    assert!(matches!(refused, Err(ReceiveError::TooLarge)));
}

#[tokio::test]
async fn an_upload_that_is_dropped_half_way_leaves_no_file() {
    let (folder, store) = fresh();
    let grant = grant_for(&[1; 10]);
    let body = in_pieces(&[1; 5], 5).chain(stream::pending()).boxed();
    let mut receiving = Box::pin(store.receive(&grant, body));
    while files_below(folder.path()).is_empty() {
        let waited = std::time::Duration::from_millis(1);
        let unfinished = tokio::time::timeout(waited, &mut receiving).await;
        assert!(unfinished.is_err(), "the body never ends");
    }
    drop(receiving);
    assert_eq!(files_below(folder.path()), []);
}

#[tokio::test]
async fn what_a_crash_left_half_written_is_discarded_when_stale() {
    let (folder, store) = fresh();
    let left = folder.path().join("blobs/partial/left-by-a-crash");
    fs::write(&left, b"half").expect("writes");
    let long_ago = Timestamp::UNIX_EPOCH;
    store
        .discard_stale_uploads(long_ago)
        .await
        .expect("discards");
    assert!(left.exists());
    let later = Timestamp::from_second(Timestamp::now().as_second() + 60).expect("a time");
    store.discard_stale_uploads(later).await.expect("discards");
    assert!(!left.exists());
}

#[tokio::test]
async fn files_that_are_not_ours_are_passed_over() {
    let (folder, store) = fresh();
    let originals = folder.path().join("blobs/originals");
    fs::create_dir_all(originals.join("ab/cd")).expect("makes");
    for name in ["ab/cd/README", "ab/.DS_Store", "lost+found"] {
        fs::write(originals.join(name), b"not ours").expect("writes");
    }
    let upper = originals.join("ab/cd").join("AB".repeat(32));
    fs::write(upper, b"not ours").expect("writes");
    let listed = store.list_originals(None, 10).await.expect("lists");
    assert_eq!(listed, []);
}

#[tokio::test]
async fn links_open_as_the_grant_they_were_made_for() {
    let (_folder, store) = fresh();
    let signer = LinkSigner::new(&KEY);
    let now = Timestamp::from_second(1_000).expect("a time");
    let then = Timestamp::from_second(2_000).expect("a time");
    let upload = grant_for(b"to come");
    let link = store.upload_link(&upload, then).await.expect("links");
    assert!(link.headers.is_empty(), "any client may PUT");
    let token = link.link.url.strip_prefix("http://127.0.0.1:8080/uploads/");
    let token = token.expect("an upload's address");
    assert_eq!(signer.open_upload(token, now), Ok(upload));
    let download = DownloadGrant {
        original: blobs::digest_of(b"kept"),
        media_type: MediaType::Png,
        file_name: "kept.png".to_owned(),
    };
    let link = store.download_link(&download, then).await.expect("links");
    let token = link.url.strip_prefix("http://127.0.0.1:8080/originals/");
    let token = token.expect("an original's address");
    assert_eq!(signer.open_download(token, now), Ok(download));
    assert_eq!(signer.open_download(token, then), Err(LinkError::Expired));
}

/// Set in the process that runs out of disk.
const FULL_DISK: &str = "PICASSO_TEST_FULL_DISK";

/// Runs itself again in a process whose files may not grow beyond 64 KiB, so that writing fails half way as it
/// does on a full disk.
#[tokio::test]
async fn a_full_disk_is_unavailable_and_leaves_nothing_over() {
    if std::env::var_os(FULL_DISK).is_some() {
        return run_out_of_disk().await;
    }
    let this = std::env::current_exe().expect("this test's binary");
    let run = "trap '' XFSZ; ulimit -f 64; exec \"$0\" --exact \"$1\" --nocapture";
    let ended = Command::new("bash")
        .args(["-c", run])
        .arg(this)
        .arg("blobs::a_full_disk_is_unavailable_and_leaves_nothing_over")
        .env(FULL_DISK, "1")
        .output()
        .expect("bash runs");
    let said = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
}

async fn run_out_of_disk() {
    let (folder, store) = fresh();
    let content = vec![5; 1 << 20];
    let grant = grant_for(&content);
    let full = store.receive(&grant, in_pieces(&content, 10_000)).await;
    assert!(
        matches!(full, Err(ReceiveError::Unavailable(_))),
        "{full:?}"
    );
    let digest = grant.digest;
    assert!(store.put_derivative(digest, content.into()).await.is_err());
    assert!(store.derivative(digest).await.expect("reads").is_none());
    assert_eq!(files_below(folder.path()), []);
}
