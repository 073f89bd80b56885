//! An audit over a stream: signs of life while it reads, then what it found. It ends when its caller leaves.

use std::{sync::Arc, time::Duration};

use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use picasso_eventlog::{EventLog, Position};
use picasso_projections::{
    Live,
    audit::{self, Difference, Fault, Verdict},
    erased::AnyProjection,
};
use tokio::time::timeout;
use tonic::Status;

use crate::{
    convert::position,
    proto::operations::v1::{
        Difference as DifferenceMessage, Fault as FaultMessage, Verdict as VerdictMessage,
        VerifyProjectionResponse,
    },
    status::Refusal,
};

/// How often a running audit says that it is still there.
const SIGN_OF_LIFE: Duration = Duration::from_secs(1);

pub(super) fn start(
    projection: Arc<dyn AnyProjection>,
    log: Arc<dyn EventLog>,
    live: Arc<Live>,
) -> BoxStream<'static, Result<VerifyProjectionResponse, Status>> {
    let audit = Box::pin(async move { audit::verify(&projection, &log, &live).await });
    let answers = stream::unfold(Some(audit), |audit| async move {
        let mut audit = audit?;
        match timeout(SIGN_OF_LIFE, &mut audit).await {
            Err(_) => Some((Ok(VerifyProjectionResponse { verdict: None }), Some(audit))),
            Ok(Ok(verdict)) => {
                let verdict = Some(show(verdict));
                Some((Ok(VerifyProjectionResponse { verdict }), None))
            }
            Ok(Err(trouble)) => Some((Err(Refusal::from(trouble).into()), None)),
        }
    });
    answers.boxed()
}

fn show(verdict: Verdict) -> VerdictMessage {
    VerdictMessage {
        generation: verdict.generation.number,
        documents: verdict.documents,
        parked: verdict.parked,
        differing: verdict.differing,
        differences: verdict.differences.into_iter().map(difference).collect(),
    }
}

fn difference(difference: Difference) -> DifferenceMessage {
    let (fault, at) = match difference.fault {
        Fault::Differs => (FaultMessage::Differs, None),
        Fault::Lacks { log, offset } => (FaultMessage::Lacks, Some(Position::new(log, offset))),
        Fault::Refused { log, offset } => (FaultMessage::Refused, Some(Position::new(log, offset))),
    };
    DifferenceMessage {
        key: difference.key,
        fault: fault.into(),
        position: at.map(position),
    }
}
