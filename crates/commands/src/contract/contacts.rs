//! The contract of [`ContactBook`]; each rule wants an empty one. A broken rule panics.

use picasso_domain::values::UserId;

use crate::ports::ContactBook;

fn user(id: &str) -> UserId {
    UserId::parse(id).expect("a user id")
}

async fn email(book: &dyn ContactBook, id: &str) -> Option<String> {
    book.email(&user(id)).await.expect("email")
}

pub async fn an_address_is_found_by_its_person_alone(book: &dyn ContactBook) {
    let stored = book.remember(&user("ada"), "ada@example.com").await;
    stored.expect("stored");
    assert_eq!(email(book, "ada").await.as_deref(), Some("ada@example.com"));
    assert_eq!(email(book, "Ada").await, None, "ids are case-sensitive");
    assert_eq!(email(book, "bob").await, None);
}

pub async fn a_new_address_replaces_the_old_one(book: &dyn ContactBook) {
    for address in ["old@example.com", "new@example.com", "new@example.com"] {
        let stored = book.remember(&user("ada"), address).await;
        stored.expect("stored");
    }
    assert_eq!(email(book, "ada").await.as_deref(), Some("new@example.com"));
}
