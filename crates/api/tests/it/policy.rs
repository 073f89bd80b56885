//! Every RPC has exactly one row of policy.

use picasso_api::policy::{Access, POLICY, PolicyError, Rules};
use picasso_commands::ports::{Identity, Role};
use picasso_domain::values::UserId;

#[test]
fn every_rpc_of_the_descriptor_sets_has_a_row() {
    Rules::load().unwrap();
}

#[test]
fn an_rpc_without_a_row_does_not_start() {
    let rpcs = [("/picasso.queries.v1.NewService/New".to_owned(), false)];
    let refused = Rules::check(&rpcs, &[]).unwrap_err();
    assert_eq!(refused, PolicyError::Missing(vec![rpcs[0].0.clone()]));
}

#[test]
fn a_row_without_an_rpc_does_not_start() {
    static TABLE: &[(&str, Access)] = &[("/gone/Gone", Access::Public)];
    let refused = Rules::check(&[], TABLE).unwrap_err();
    assert_eq!(refused, PolicyError::Unknown(vec!["/gone/Gone".to_owned()]));
}

#[test]
fn no_row_stands_twice() {
    let mut paths: Vec<_> = POLICY.iter().map(|(path, _)| *path).collect();
    paths.sort_unstable();
    paths.dedup();
    assert_eq!(paths.len(), POLICY.len());
}

#[test]
fn no_command_is_public() {
    for (path, access) in POLICY
        .iter()
        .filter(|(path, _)| path.starts_with("/picasso.commands."))
    {
        assert!(
            matches!(access, Access::SignedIn | Access::Owner),
            "{path} is {access:?}"
        );
    }
}

#[test]
fn the_log_and_its_operation_need_a_role() {
    for (path, access) in POLICY {
        if path.starts_with("/picasso.events.") || path.starts_with("/picasso.operations.") {
            assert!(
                matches!(access, Access::Role(roles) if !roles.is_empty()),
                "{path}"
            );
        }
    }
}

#[test]
fn a_role_lets_in_those_who_have_it_and_nobody_else() {
    let operators = Access::Role(&[Role::Operator]);
    let person = |roles: &[Role]| Identity {
        user_id: UserId::parse("ada").unwrap(),
        email: None,
        email_verified: false,
        roles: roles.to_vec(),
    };
    operators.check(Some(&person(&[Role::Operator]))).unwrap();
    let refused = operators
        .check(Some(&person(&[Role::Analyst])))
        .unwrap_err();
    assert_eq!(refused.reason.as_str(), "ROLE_MISSING");
    assert_eq!(
        operators.check(None).unwrap_err().reason.as_str(),
        "TOKEN_MISSING"
    );
}

#[test]
fn the_streams_are_known_as_streams() {
    let rules = Rules::load().unwrap();
    let streaming = |path| rules.find(path).unwrap().streaming;
    assert!(streaming(
        "/picasso.events.v1.EventStreamService/ReplayEvents"
    ));
    assert!(streaming(
        "/picasso.operations.v1.OperationsService/RebuildProjection"
    ));
    assert!(!streaming(
        "/picasso.queries.v1.GalleryQueryService/GetPicture"
    ));
}
