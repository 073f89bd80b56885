//! `EventStreamService`: replays the log to analysts, bounded in memory whatever the log's size, resumable anywhere.

mod filter;
mod replay;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures::stream::BoxStream;
use picasso_eventlog::{EventFeed, EventLog, LogId, Offset, Position, route};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, service::RoutesBuilder};

use self::{filter::Filter, replay::Replay};
use crate::{
    convert::{parse_position, position},
    proto::events::v1::{
        DescribeLogsRequest, DescribeLogsResponse, ReplayEventsRequest, ReplayEventsResponse,
        event_stream_service_server::{EventStreamService, EventStreamServiceServer},
    },
    status::{Reason, Refusal},
};

/// The most events of one message.
const MAX_BATCH: u32 = 1_000;
const DEFAULT_BATCH: u32 = 200;
/// How often a live replay says that it is still there.
pub const HEARTBEAT: Duration = Duration::from_secs(15);

/// The log, for reading.
#[derive(Clone)]
pub struct Events {
    pub log: Arc<dyn EventLog>,
    pub feed: Arc<dyn EventFeed>,
    /// Ends live replays when the server stops.
    pub stop: CancellationToken,
    /// Usually [`HEARTBEAT`].
    pub heartbeat: Duration,
}

impl Events {
    pub(crate) fn mount(self, routes: &mut RoutesBuilder, message_bytes: usize) {
        let server = EventStreamServiceServer::new(self);
        routes.add_service(server.max_decoding_message_size(message_bytes));
    }

    async fn heads(&self) -> Result<BTreeMap<LogId, Offset>, Refusal> {
        let mut heads = BTreeMap::new();
        for log in (0..self.log.logs()).map(LogId) {
            heads.insert(log, self.log.head(log).await?);
        }
        Ok(heads)
    }

    /// Everything a replay needs, or why there can be none.
    async fn plan(&self, message: ReplayEventsRequest) -> Result<Replay, Refusal> {
        self.check_epoch(message.epoch.as_deref())?;
        let batch = parse_batch(message.batch_size)?;
        let mut heads = self.heads().await?;
        let mut after = parse_after(&message, &heads)?;
        if let Some(log) = self.only_log(&message)? {
            heads.retain(|id, _| *id == log);
        }
        after.retain(|id, _| heads.contains_key(id));
        for log in heads.keys() {
            after.entry(*log).or_insert(Offset::START);
        }
        Ok(Replay {
            feed: Arc::clone(&self.feed),
            epoch: self.log.epoch(),
            follow: message.follow,
            filter: Filter::parse(message)?,
            heads,
            reached: after,
            batch,
            heartbeat: self.heartbeat,
            stop: self.stop.clone(),
        })
    }

    fn check_epoch(&self, asked: Option<&str>) -> Result<(), Refusal> {
        let epoch = self.log.epoch().to_string();
        match asked {
            Some(asked) if asked != epoch => {
                Err(Refusal::new(Reason::WrongEpoch).with("current_epoch", epoch))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The one log a request is about, if it is about one: an aggregate lives in one log.
    fn only_log(&self, message: &ReplayEventsRequest) -> Result<Option<LogId>, Refusal> {
        let logs = self.log.logs();
        let named = message.log.map(|log| {
            let log = u16::try_from(log).ok().filter(|log| *log < logs);
            log.map(LogId)
                .ok_or_else(|| Refusal::new(Reason::UnknownPosition).with("logs", logs))
        });
        let home = message.aggregate_id.as_deref().map(|id| route(id, logs));
        Ok(named.transpose()?.or(home))
    }
}

fn parse_batch(size: Option<u32>) -> Result<usize, Refusal> {
    match size.unwrap_or(DEFAULT_BATCH) {
        size @ 1..=MAX_BATCH => Ok(size as usize),
        _ => Err(Refusal::invalid(
            "batch_size",
            "OUT_OF_RANGE",
            "is not between 1 and 1000",
        )),
    }
}

/// Where to begin, checked against where the logs end: a position beyond is of another history.
fn parse_after(
    message: &ReplayEventsRequest,
    heads: &BTreeMap<LogId, Offset>,
) -> Result<BTreeMap<LogId, Offset>, Refusal> {
    let mut after = BTreeMap::new();
    for named in &message.after {
        let Position { log, offset } = parse_position(named)?;
        if heads.get(&log).is_none_or(|head| offset > *head) {
            return Err(Refusal::new(Reason::UnknownPosition)
                .with("position", Position::new(log, offset))
                .at("after", "is beyond the end of its log"));
        }
        after.insert(log, offset);
    }
    Ok(after)
}

#[tonic::async_trait]
impl EventStreamService for Events {
    async fn describe_logs(
        &self,
        _: Request<DescribeLogsRequest>,
    ) -> Result<Response<DescribeLogsResponse>, Status> {
        let heads = self.heads().await?;
        let heads = heads
            .into_iter()
            .map(|(log, head)| position(Position::new(log, head)));
        Ok(Response::new(DescribeLogsResponse {
            epoch: self.log.epoch().to_string(),
            heads: heads.collect(),
        }))
    }

    type ReplayEventsStream = BoxStream<'static, Result<ReplayEventsResponse, Status>>;

    async fn replay_events(
        &self,
        request: Request<ReplayEventsRequest>,
    ) -> Result<Response<Self::ReplayEventsStream>, Status> {
        let replay = self.plan(request.into_inner()).await?;
        Ok(Response::new(replay.start()))
    }
}
