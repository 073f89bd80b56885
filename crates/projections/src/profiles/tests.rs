//! The fold of profiles.

use picasso_domain::values::{DisplayName, Personal};

use super::*;
use crate::samples::*;

survives_any_history!(Profiles);

fn renamed(offset: u64) -> Recorded {
    let profile = Profile {
        display_name: Personal(DisplayName::parse("Ann of the Sea").unwrap()),
        ..Profile::default()
    };
    account(offset, "ann", AccountEvent::ProfileChanged { profile })
}

#[test]
fn a_person_is_found_by_handle_once_registered() {
    let document = fold(&Profiles, "ann", &[registered(1, "ann")]).unwrap();
    let places = Profiles.index("ann", &document);
    assert_eq!(places, [entry(HANDLE, "ann", "")]);
    assert_eq!(document.unwrap().registered_at, at(1));
}

#[test]
fn a_changed_profile_keeps_handle_and_registration() {
    let history = [registered(1, "ann"), renamed(5)];
    let document = fold(&Profiles, "ann", &history).unwrap().unwrap();
    assert_eq!(document.profile.display_name.0.as_str(), "Ann of the Sea");
    assert_eq!(document.handle.as_str(), "ann");
    assert_eq!((document.registered_at, document.version), (at(1), 5));
}

#[test]
fn a_person_is_written_about_everything_until_they_choose() {
    let likes_only = Notifications {
        sales: false,
        likes: true,
    };
    let chosen = |notifications| AccountEvent::NotificationsChosen { notifications };
    let history = [
        registered(1, "ann"),
        account(2, "ann", chosen(likes_only)),
        renamed(3),
    ];
    let notifications = |history: &[Recorded]| {
        let document = fold(&Profiles, "ann", history).unwrap();
        document.unwrap().notifications
    };
    assert_eq!(notifications(&history[..1]), Notifications::default());
    assert_eq!(notifications(&history), likes_only);
}

#[test]
fn what_cannot_have_happened_parks_the_person() {
    assert!(fold(&Profiles, "ann", &[renamed(1)]).is_err());
    assert!(
        fold(
            &Profiles,
            "ann",
            &[registered(1, "ann"), registered(2, "ann")]
        )
        .is_err()
    );
}
