//! The services that answer queries: each method waits for what its caller has seen, asks one read model, shapes
//! the answer.

mod account;
mod gallery;
mod ledger;
mod library;
mod order;
mod payout;
mod reaction;
mod sales;
mod view;
mod wait;
mod watch;

use std::sync::Arc;

use picasso_commands::ports::{BlobStore, Clock};
use picasso_domain::values::UserId;
use picasso_projections::{query, runtime::Progress};
use tokio_util::sync::CancellationToken;
use tonic::{Extensions, service::RoutesBuilder};

pub(crate) use self::{wait::Waits, watch::Watches};
use crate::{
    convert::caller,
    limits::Limits,
    proto::queries::v1::{
        account_query_service_server::AccountQueryServiceServer,
        gallery_query_service_server::GalleryQueryServiceServer,
        ledger_query_service_server::LedgerQueryServiceServer,
        library_query_service_server::LibraryQueryServiceServer,
        order_query_service_server::OrderQueryServiceServer,
        payout_query_service_server::PayoutQueryServiceServer,
        reaction_query_service_server::ReactionQueryServiceServer,
        sales_query_service_server::SalesQueryServiceServer,
    },
    status::Refusal,
};

/// The read side.
#[derive(Clone)]
pub struct Queries {
    pub models: query::Queries,
    /// How far the models have read.
    pub progress: Progress,
    /// Where public renditions are, and links to originals.
    pub blobs: Arc<dyn BlobStore>,
    pub clock: Arc<dyn Clock>,
    /// Ends what people follow when the server stops.
    pub stop: CancellationToken,
}

/// What the eight services share.
struct Shared {
    models: query::Queries,
    waits: Waits,
    watches: Watches,
    blobs: Arc<dyn BlobStore>,
    clock: Arc<dyn Clock>,
}

/// One of the eight services: they differ in the traits they implement.
#[derive(Clone)]
struct Service(Arc<Shared>);

impl Queries {
    pub(crate) fn mount(self, routes: &mut RoutesBuilder, limits: &Limits) {
        let shared = Shared {
            models: self.models,
            watches: Watches::new(self.progress.clone(), self.stop, limits),
            waits: Waits::new(self.progress, limits),
            blobs: self.blobs,
            clock: self.clock,
        };
        let service = Service(Arc::new(shared));
        let bytes = limits.message_bytes;
        routes
            .add_service(
                AccountQueryServiceServer::new(service.clone()).max_decoding_message_size(bytes),
            )
            .add_service(
                GalleryQueryServiceServer::new(service.clone()).max_decoding_message_size(bytes),
            )
            .add_service(
                LedgerQueryServiceServer::new(service.clone()).max_decoding_message_size(bytes),
            )
            .add_service(
                PayoutQueryServiceServer::new(service.clone()).max_decoding_message_size(bytes),
            )
            .add_service(
                LibraryQueryServiceServer::new(service.clone()).max_decoding_message_size(bytes),
            )
            .add_service(
                OrderQueryServiceServer::new(service.clone()).max_decoding_message_size(bytes),
            )
            .add_service(
                ReactionQueryServiceServer::new(service.clone()).max_decoding_message_size(bytes),
            )
            .add_service(SalesQueryServiceServer::new(service).max_decoding_message_size(bytes));
    }
}

/// The caller, if they sent a token.
fn viewer(extensions: &Extensions) -> Option<UserId> {
    caller(extensions).ok().map(|caller| caller.user_id.clone())
}

/// The caller of an RPC that needs a token.
fn person(extensions: &Extensions) -> Result<UserId, Refusal> {
    caller(extensions).map(|caller| caller.user_id.clone())
}

/// # Errors
/// `INVALID_VALUE` for a negative size.
fn paging(size: i32, token: String) -> Result<query::Paging, Refusal> {
    let size = u32::try_from(size)
        .map_err(|_| Refusal::invalid("page_size", "OUT_OF_RANGE", "is negative"))?;
    Ok(query::Paging { size, token })
}
