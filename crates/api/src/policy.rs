//! Who may call what: one row per RPC. An RPC of the descriptor sets without a row keeps the server from starting.

use std::collections::{BTreeSet, HashMap};

use picasso_commands::ports::{Identity, Role};
use prost::Message;
use prost_types::FileDescriptorSet;

use crate::{
    proto,
    status::{Reason, Refusal},
};

/// Who may call an RPC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody; a token may be sent along and is then verified.
    Public,
    /// Anybody with a token, about their own things: the caller's id is the key of what is read or written.
    SignedIn,
    /// Anybody with a token; the domain checks that the thing named in the request is theirs.
    Owner,
    /// Only people with one of these roles.
    Role(&'static [Role]),
}

const OPERATOR: Access = Access::Role(&[Role::Operator]);
const ANALYST: Access = Access::Role(&[Role::Analyst, Role::Operator]);

/// The table.
pub const POLICY: &[(&str, Access)] = &[
    (
        "/picasso.commands.v1.AccountCommandService/RegisterAccount",
        Access::SignedIn,
    ),
    (
        "/picasso.commands.v1.AccountCommandService/ChangeProfile",
        Access::SignedIn,
    ),
    (
        "/picasso.commands.v1.AccountCommandService/ChooseNotifications",
        Access::SignedIn,
    ),
    (
        "/picasso.commands.v1.PictureCommandService/StartUpload",
        Access::SignedIn,
    ),
    (
        "/picasso.commands.v1.PictureCommandService/FinishUpload",
        Access::Owner,
    ),
    (
        "/picasso.commands.v1.PictureCommandService/PublishPicture",
        Access::Owner,
    ),
    (
        "/picasso.commands.v1.PictureCommandService/RepricePicture",
        Access::Owner,
    ),
    (
        "/picasso.commands.v1.PictureCommandService/ChangePictureDetails",
        Access::Owner,
    ),
    (
        "/picasso.commands.v1.PictureCommandService/WithdrawPicture",
        Access::Owner,
    ),
    (
        "/picasso.commands.v1.PurchaseCommandService/StartCheckout",
        Access::SignedIn,
    ),
    (
        "/picasso.commands.v1.PurchaseCommandService/CancelCheckout",
        Access::Owner,
    ),
    (
        "/picasso.commands.v1.PurchaseCommandService/RefundPurchase",
        Access::Owner,
    ),
    (
        "/picasso.commands.v1.PayoutCommandService/StartPayoutOnboarding",
        Access::SignedIn,
    ),
    (
        "/picasso.commands.v1.ReactionCommandService/LikePicture",
        Access::SignedIn,
    ),
    (
        "/picasso.commands.v1.ReactionCommandService/UnlikePicture",
        Access::SignedIn,
    ),
    (
        "/picasso.queries.v1.AccountQueryService/GetAccount",
        Access::Public,
    ),
    (
        "/picasso.queries.v1.AccountQueryService/GetMyAccount",
        Access::SignedIn,
    ),
    (
        "/picasso.queries.v1.GalleryQueryService/ListPictures",
        Access::Public,
    ),
    (
        "/picasso.queries.v1.GalleryQueryService/ListMyPictures",
        Access::SignedIn,
    ),
    (
        "/picasso.queries.v1.GalleryQueryService/GetPicture",
        Access::Public,
    ),
    (
        "/picasso.queries.v1.GalleryQueryService/GetProvenance",
        Access::Public,
    ),
    (
        "/picasso.queries.v1.GalleryQueryService/SuggestWords",
        Access::Public,
    ),
    (
        "/picasso.queries.v1.LibraryQueryService/ListLibrary",
        Access::SignedIn,
    ),
    (
        "/picasso.queries.v1.LibraryQueryService/GetDownloadLink",
        Access::Owner,
    ),
    (
        "/picasso.queries.v1.OrderQueryService/ListOrders",
        Access::SignedIn,
    ),
    (
        "/picasso.queries.v1.OrderQueryService/GetOrder",
        Access::Owner,
    ),
    (
        "/picasso.queries.v1.OrderQueryService/WatchOrder",
        Access::Owner,
    ),
    (
        "/picasso.queries.v1.PayoutQueryService/GetPayoutStatus",
        Access::SignedIn,
    ),
    (
        "/picasso.queries.v1.PayoutQueryService/GetEarnings",
        Access::SignedIn,
    ),
    (
        "/picasso.queries.v1.LedgerQueryService/ListLedgerEntries",
        OPERATOR,
    ),
    (
        "/picasso.queries.v1.LedgerQueryService/GetLedgerAccount",
        OPERATOR,
    ),
    (
        "/picasso.queries.v1.ReactionQueryService/BatchGetReactions",
        Access::SignedIn,
    ),
    (
        "/picasso.queries.v1.ReactionQueryService/ListLikedPictures",
        Access::SignedIn,
    ),
    (
        "/picasso.queries.v1.SalesQueryService/ListSales",
        Access::SignedIn,
    ),
    (
        "/picasso.queries.v1.SalesQueryService/GetSalesSummary",
        Access::SignedIn,
    ),
    (
        "/picasso.queries.v1.SalesQueryService/GetSalesByDay",
        Access::SignedIn,
    ),
    (
        "/picasso.events.v1.EventStreamService/DescribeLogs",
        ANALYST,
    ),
    (
        "/picasso.events.v1.EventStreamService/ReplayEvents",
        ANALYST,
    ),
    (
        "/picasso.operations.v1.OperationsService/GetStatus",
        OPERATOR,
    ),
    (
        "/picasso.operations.v1.OperationsService/RebuildProjection",
        OPERATOR,
    ),
    (
        "/picasso.operations.v1.OperationsService/RollbackProjection",
        OPERATOR,
    ),
    (
        "/picasso.operations.v1.OperationsService/ListParked",
        OPERATOR,
    ),
    (
        "/picasso.operations.v1.OperationsService/RetryParked",
        OPERATOR,
    ),
    (
        "/picasso.operations.v1.OperationsService/VerifyProjection",
        OPERATOR,
    ),
    (
        "/picasso.operations.v1.OperationsService/GetAggregate",
        OPERATOR,
    ),
    ("/grpc.health.v1.Health/Check", Access::Public),
    ("/grpc.health.v1.Health/Watch", Access::Public),
    (
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        Access::Public,
    ),
    (
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        Access::Public,
    ),
];

/// What the gate knows of one RPC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The RPC's full path, which is also its name in metrics and traces.
    pub path: &'static str,
    pub access: Access,
    /// Whether either side sends a stream: such calls have no time limit of their own.
    pub streaming: bool,
}

/// The table and the descriptor sets do not agree.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    #[error("policy.rs has no row for {0:?}")]
    Missing(Vec<String>),
    #[error("policy.rs has rows for RPCs that do not exist: {0:?}")]
    Unknown(Vec<String>),
    #[error("a descriptor set cannot be read")]
    Unreadable(#[from] prost::DecodeError),
}

/// The rules by path.
#[derive(Debug)]
pub struct Rules(HashMap<&'static str, Rule>);

impl Rules {
    /// The rules of all RPCs this crate can serve.
    ///
    /// # Errors
    /// [`PolicyError`] when an RPC has no row or a row no RPC.
    pub fn load() -> Result<Self, PolicyError> {
        Self::check(&rpcs(&descriptor_sets()?), POLICY)
    }

    /// Matches a table with RPCs, given as (path, streaming).
    ///
    /// # Errors
    /// As [`Rules::load`].
    pub fn check(
        rpcs: &[(String, bool)],
        table: &'static [(&'static str, Access)],
    ) -> Result<Self, PolicyError> {
        let known: HashMap<_, _> = table.iter().copied().collect();
        let exists: BTreeSet<_> = rpcs.iter().map(|(path, _)| path.as_str()).collect();
        let missing = rpcs
            .iter()
            .filter(|(path, _)| !known.contains_key(path.as_str()));
        let missing: Vec<_> = missing.map(|(path, _)| path.clone()).collect();
        if !missing.is_empty() {
            return Err(PolicyError::Missing(missing));
        }
        let unknown = table.iter().filter(|(path, _)| !exists.contains(path));
        let unknown: Vec<_> = unknown.map(|(path, _)| (*path).to_owned()).collect();
        if !unknown.is_empty() {
            return Err(PolicyError::Unknown(unknown));
        }
        let streaming: HashMap<_, _> = rpcs
            .iter()
            .map(|(path, streaming)| (path.as_str(), *streaming))
            .collect();
        let rules = table.iter().map(|&(path, access)| {
            let streaming = streaming.get(path).copied().unwrap_or(false);
            (
                path,
                Rule {
                    path,
                    access,
                    streaming,
                },
            )
        });
        Ok(Self(rules.collect()))
    }

    #[must_use]
    pub fn find(&self, path: &str) -> Option<&Rule> {
        self.0.get(path)
    }
}

impl Access {
    /// Whether this caller passes.
    ///
    /// # Errors
    /// `TOKEN_MISSING` or `ROLE_MISSING`.
    pub fn check(self, caller: Option<&Identity>) -> Result<(), Refusal> {
        match (self, caller) {
            (Self::Public, _) | (Self::SignedIn | Self::Owner, Some(_)) => Ok(()),
            (Self::Role(roles), Some(caller)) => {
                if caller.roles.iter().any(|role| roles.contains(role)) {
                    Ok(())
                } else {
                    Err(Refusal::new(Reason::RoleMissing))
                }
            }
            (Self::SignedIn | Self::Owner | Self::Role(_), None) => {
                Err(Refusal::new(Reason::TokenMissing))
            }
        }
    }
}

/// The descriptor sets of everything served: ours, health, and both versions of reflection.
///
/// # Errors
/// When one cannot be decoded.
pub fn descriptor_sets() -> Result<Vec<FileDescriptorSet>, prost::DecodeError> {
    [
        proto::DESCRIPTOR_SET,
        tonic_health::pb::FILE_DESCRIPTOR_SET,
        tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET,
        tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET,
    ]
    .into_iter()
    .map(FileDescriptorSet::decode)
    .collect()
}

/// Every RPC of some descriptor sets as (path, streaming), in order.
#[must_use]
pub fn rpcs(sets: &[FileDescriptorSet]) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    for file in sets.iter().flat_map(|set| &set.file) {
        for service in &file.service {
            for method in &service.method {
                let path = format!("/{}.{}/{}", file.package(), service.name(), method.name());
                found.push((path, method.client_streaming() || method.server_streaming()));
            }
        }
    }
    found
}
