//! Reasons are a promise: unique, stable, and they tell nothing of our insides.

use std::io;

use picasso_api::status::{DOMAIN, Reason, Refusal};
use picasso_commands::{
    CommandError, UploadError,
    ports::{DevelopError, PaymentError, Unavailable},
};
use picasso_domain::{
    picture::PictureError,
    values::{Price, Title},
};
use picasso_eventlog::LogError;
use tonic::{Code, Status};
use tonic_types::StatusExt;

/// Every released reason with its code. Lines are added, never changed.
const RELEASED: &str = include_str!("reasons.txt");

#[test]
fn the_reasons_are_the_released_ones() {
    let now: Vec<_> = Reason::ALL
        .iter()
        .map(|reason| format!("{} {:?}", reason.as_str(), reason.code()))
        .collect();
    let released: Vec<_> = RELEASED.lines().collect();
    assert_eq!(now, released, "\n{}", now.join("\n"));
}

#[test]
fn a_reason_is_unique_and_in_screaming_snake_case() {
    let mut names: Vec<_> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
    for name in &names {
        assert!(
            name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'),
            "{name}"
        );
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Reason::ALL.len());
}

#[test]
fn a_reason_says_what_is_wrong_and_what_helps() {
    for reason in Reason::ALL {
        assert!(!reason.meaning().ends_with('.'), "{reason:?}");
        assert!(reason.remedy().ends_with('.'), "{reason:?}");
        assert_ne!(reason.code(), Code::Ok, "{reason:?}");
    }
}

fn status(error: impl Into<CommandError>) -> Status {
    Refusal::from(error.into()).into()
}

fn reason(status: &Status) -> String {
    let info = status.get_details_error_info().unwrap();
    assert_eq!(info.domain, DOMAIN);
    info.reason
}

#[test]
fn a_broken_rule_is_answered_with_its_reason_and_code() {
    let own = status(PictureError::OwnPicture);
    assert_eq!(
        (own.code(), reason(&own).as_str()),
        (Code::FailedPrecondition, "OWN_PICTURE")
    );
    let unknown = status(PictureError::Unknown);
    assert_eq!(
        (unknown.code(), reason(&unknown).as_str()),
        (Code::NotFound, "PICTURE_NOT_FOUND")
    );
    let other = status(PictureError::NotOwner);
    assert_eq!(
        (other.code(), reason(&other).as_str()),
        (Code::PermissionDenied, "NOT_OWNER")
    );
}

#[test]
fn a_wrong_value_is_answered_with_its_field_and_rule() {
    let refused = status(Title::parse("").unwrap_err());
    assert_eq!(refused.code(), Code::InvalidArgument);
    let violations = refused.get_details_bad_request().unwrap().field_violations;
    assert_eq!(violations[0].field, "title");
    let info = refused.get_details_error_info().unwrap();
    assert_eq!(info.reason, "INVALID_VALUE");
    assert_eq!(info.metadata["rule"], "EMPTY");
}

#[test]
fn a_risen_price_is_answered_with_the_price_to_agree_to() {
    let current = Price::parse(1_500, "EUR").unwrap();
    let info = status(CommandError::PriceRisen { current })
        .get_details_error_info()
        .unwrap();
    assert_eq!(info.reason, "PRICE_RISEN");
    assert_eq!(info.metadata["current_amount_minor"], "1500");
    assert_eq!(info.metadata["current_currency"], "EUR");
}

#[test]
fn what_went_wrong_inside_stays_inside() {
    let secret = || io::Error::other("password=hunter2");
    let errors: [CommandError; 4] = [
        LogError::Corrupt("password=hunter2".to_owned()).into(),
        LogError::unavailable(secret()).into(),
        Unavailable::new("blob store", secret()).into(),
        UploadError::from(DevelopError::Internal(Box::new(secret()))).into(),
    ];
    for error in errors {
        let status = status(error);
        assert!(!format!("{status:?}").contains("hunter2"), "{status:?}");
        let id = &status.get_details_error_info().unwrap().metadata["correlation_id"];
        assert_eq!(id.len(), 36);
    }
}

#[test]
fn what_may_help_later_says_when_to_come_back() {
    for error in [
        CommandError::Contended,
        PaymentError::Busy.into(),
        UploadError::Busy.into(),
        Unavailable::new("mail", io::Error::other("down")).into(),
    ] {
        let retry = status(error).get_details_retry_info().unwrap();
        assert!(retry.retry_delay.is_some());
    }
    assert!(
        status(PictureError::Sold)
            .get_details_retry_info()
            .is_none()
    );
}
