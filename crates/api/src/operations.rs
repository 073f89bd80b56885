//! `OperationsService`: watches and repairs the read side.

mod aggregate;
mod rebuild;
mod verify;

use std::sync::Arc;

use futures::{future::join_all, stream::BoxStream};
use picasso_eventlog::{EventFeed, EventLog, LogId, Offset, Position, Reach, reach};
use picasso_projections::{
    Live,
    erased::{AnyProjection, Projections},
    folding::{Target, retry_parked},
    ports::{Generation, GenerationState, Parked},
    rebuild::Rebuilder,
    runtime::{self, Progress, backoff::chain},
};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, service::RoutesBuilder};

use self::rebuild::Work;
use crate::{
    convert::{position, timestamp},
    proto::operations::v1::{
        Generation as GenerationMessage, GenerationState as StateMessage, GetAggregateRequest,
        GetAggregateResponse, GetStatusRequest, GetStatusResponse, ListParkedRequest,
        ListParkedResponse, LogProgress, ParkedDocument, ProjectionStatus,
        RebuildProjectionRequest, RebuildProjectionResponse, RelayStatus, RetryParkedRequest,
        RetryParkedResponse, RollbackProjectionRequest, RollbackProjectionResponse,
        VerifyProjectionRequest, VerifyProjectionResponse,
        operations_service_server::{OperationsService, OperationsServiceServer},
    },
    status::{Reason, Refusal},
};

const DEFAULT_PARKED: usize = 100;
const MAX_PARKED: usize = 1_000;

/// What operators work with.
#[derive(Clone)]
pub struct Operations {
    pub projections: Projections,
    pub progress: Progress,
    pub rebuilder: Arc<Rebuilder>,
    pub live: Arc<Live>,
    pub log: Arc<dyn EventLog>,
    pub feed: Arc<dyn EventFeed>,
    /// The version of the running program.
    pub version: &'static str,
    /// Ends rebuilds when the server stops; the next one goes on where it stopped.
    pub stop: CancellationToken,
}

type Answers<T> = BoxStream<'static, Result<T, Status>>;

impl Operations {
    pub(crate) fn mount(self, routes: &mut RoutesBuilder, message_bytes: usize) {
        let server = OperationsServiceServer::new(self);
        routes.add_service(server.max_decoding_message_size(message_bytes));
    }

    fn projection(&self, name: &str) -> Result<Arc<dyn AnyProjection>, Refusal> {
        let found = self
            .projections
            .iter()
            .find(|projection| projection.name() == name);
        found.cloned().ok_or_else(|| {
            let known: Vec<_> = self.projections.iter().map(|known| known.name()).collect();
            Refusal::new(Reason::UnknownProjection).with("known", known.join(", "))
        })
    }

    /// The live generation of a projection, as something to fold into.
    async fn target(&self, name: &str) -> Result<Target, Refusal> {
        let projection = self.projection(name)?;
        let generation = self.live.get(name).await?;
        Ok(Target {
            projection,
            generation: generation.id,
            store: Arc::clone(self.live.store()),
            log: Arc::clone(&self.log),
        })
    }

    /// How far a log is relayed that ends here, if it is.
    async fn relay(&self, head: Position) -> Option<RelayStatus> {
        let (reach, error) = match reach(self.feed.as_ref(), head).await {
            Ok(reach) => (reach?, String::new()),
            Err(error) => (
                Reach {
                    end: Offset::START,
                    lag: head.offset.0,
                },
                chain(&error),
            ),
        };
        Some(RelayStatus {
            log: u32::from(head.log.0),
            end: reach.end.0,
            lag_events: reach.lag,
            error,
        })
    }

    async fn status_of(
        &self,
        status: runtime::ProjectionStatus,
    ) -> Result<ProjectionStatus, Refusal> {
        let generations = self.live.store().generations(status.name).await?;
        let log = |log: runtime::LogProgress| LogProgress {
            log: u32::from(log.log.0),
            checkpoint: log.checkpoint.0,
            head: log.head.0,
        };
        Ok(ProjectionStatus {
            name: status.name.to_owned(),
            generations: generations.into_iter().map(generation).collect(),
            logs: status.logs.into_iter().map(log).collect(),
            lag_events: status.lag,
            parked_documents: u32::try_from(status.parked).unwrap_or(u32::MAX),
            events_per_second: status.events_per_second,
            error: status.error.unwrap_or_default(),
        })
    }
}

#[tonic::async_trait]
impl OperationsService for Operations {
    async fn get_status(
        &self,
        _: Request<GetStatusRequest>,
    ) -> Result<Response<GetStatusResponse>, Status> {
        let mut heads = Vec::new();
        for log in (0..self.log.logs()).map(LogId) {
            let head = self.log.head(log).await.map_err(Refusal::from)?;
            heads.push(Position::new(log, head));
        }
        let relays = join_all(heads.iter().map(|head| self.relay(*head))).await;
        let mut projections = Vec::new();
        for status in self.progress.status().await.map_err(Refusal::from)? {
            projections.push(self.status_of(status).await?);
        }
        Ok(Response::new(GetStatusResponse {
            version: self.version.to_owned(),
            epoch: self.log.epoch().to_string(),
            heads: heads.into_iter().map(position).collect(),
            projections,
            relays: relays.into_iter().flatten().collect(),
        }))
    }

    type RebuildProjectionStream = Answers<RebuildProjectionResponse>;

    async fn rebuild_projection(
        &self,
        request: Request<RebuildProjectionRequest>,
    ) -> Result<Response<Self::RebuildProjectionStream>, Status> {
        let projection = self.projection(&request.get_ref().projection)?;
        let progress = Work::Rebuild.start(self, projection);
        let answer = |progress| RebuildProjectionResponse {
            progress: Some(progress),
        };
        Ok(Response::new(rebuild::answers(progress, answer)))
    }

    type RollbackProjectionStream = Answers<RollbackProjectionResponse>;

    async fn rollback_projection(
        &self,
        request: Request<RollbackProjectionRequest>,
    ) -> Result<Response<Self::RollbackProjectionStream>, Status> {
        let projection = self.projection(&request.get_ref().projection)?;
        let progress = Work::Rollback.start(self, projection);
        let answer = |progress| RollbackProjectionResponse {
            progress: Some(progress),
        };
        Ok(Response::new(rebuild::answers(progress, answer)))
    }

    async fn list_parked(
        &self,
        request: Request<ListParkedRequest>,
    ) -> Result<Response<ListParkedResponse>, Status> {
        let message = request.get_ref();
        let target = self.target(&message.projection).await?;
        let limit = match usize::try_from(message.page_size) {
            Ok(0) => DEFAULT_PARKED,
            Ok(size) => size.min(MAX_PARKED),
            Err(_) => {
                return Err(Refusal::invalid("page_size", "OUT_OF_RANGE", "is negative").into());
            }
        };
        let after = Some(message.page_token.as_str()).filter(|token| !token.is_empty());
        let found = target.store.parked(&target.generation, after, limit).await;
        let found = found.map_err(Refusal::from)?;
        let full = found.len() == limit;
        let next_page_token = found.last().filter(|_| full).map(|last| last.key.clone());
        Ok(Response::new(ListParkedResponse {
            documents: found.into_iter().map(parked).collect(),
            next_page_token: next_page_token.unwrap_or_default(),
        }))
    }

    async fn retry_parked(
        &self,
        request: Request<RetryParkedRequest>,
    ) -> Result<Response<RetryParkedResponse>, Status> {
        let target = self.target(&request.get_ref().projection).await?;
        let retried = retry_parked(&target).await.map_err(Refusal::from)?;
        let count = |documents| u32::try_from(documents).unwrap_or(u32::MAX);
        Ok(Response::new(RetryParkedResponse {
            released: count(retried.freed),
            still_parked: count(retried.still_parked),
        }))
    }

    type VerifyProjectionStream = Answers<VerifyProjectionResponse>;

    async fn verify_projection(
        &self,
        request: Request<VerifyProjectionRequest>,
    ) -> Result<Response<Self::VerifyProjectionStream>, Status> {
        let projection = self.projection(&request.get_ref().projection)?;
        let (log, live) = (Arc::clone(&self.log), Arc::clone(&self.live));
        Ok(Response::new(verify::start(projection, log, live)))
    }

    async fn get_aggregate(
        &self,
        request: Request<GetAggregateRequest>,
    ) -> Result<Response<GetAggregateResponse>, Status> {
        let found = aggregate::find(&*self.log, request.into_inner()).await?;
        Ok(Response::new(found))
    }
}

fn generation(generation: Generation) -> GenerationMessage {
    let state = match generation.state {
        GenerationState::Building => StateMessage::Building,
        GenerationState::Live => StateMessage::Live,
        GenerationState::Retired => StateMessage::Retired,
    };
    GenerationMessage {
        number: generation.id.number,
        state: state.into(),
        fold_version: generation.version,
        created_at: timestamp(generation.created_at),
    }
}

fn parked(parked: Parked) -> ParkedDocument {
    ParkedDocument {
        key: parked.key,
        position: Some(position(Position::new(parked.log, parked.offset))),
        reason: parked.reason,
        attempts: parked.attempts,
        parked_at: timestamp(parked.parked_at),
    }
}
