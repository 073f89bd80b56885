//! The gate in front of every RPC: policy, token, deadline, and how many calls run at once. Refuses before any
//! service sees the request.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, header::AUTHORIZATION};
use http_body_util::BodyExt;
use picasso_commands::ports::{Identity, TokenVerifier};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout_at},
};
use tonic::{Code, Status};

use crate::{
    limits::Limits,
    policy::{Access, Rule, Rules},
    status::{Reason, Refusal},
};

/// The longest token that is looked at.
const MAX_TOKEN_CHARS: usize = 8 << 10;

/// When the answer to a call is due. Streaming calls have one only if their caller named it.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    pub at: Instant,
    /// Whether the caller named it, by `grpc-timeout`.
    pub named: bool,
}

/// What every RPC passes.
pub struct Gate {
    rules: Rules,
    verifier: Arc<dyn TokenVerifier>,
    calls: Arc<Semaphore>,
    streams: Arc<Semaphore>,
    watches: Arc<Semaphore>,
    public_streams: Arc<Semaphore>,
    limits: Limits,
}

impl Gate {
    #[must_use]
    pub fn new(rules: Rules, verifier: Arc<dyn TokenVerifier>, limits: Limits) -> Self {
        Self {
            rules,
            verifier,
            calls: Arc::new(Semaphore::new(limits.calls)),
            streams: Arc::new(Semaphore::new(limits.streams)),
            watches: Arc::new(Semaphore::new(limits.watches)),
            public_streams: Arc::new(Semaphore::new(limits.public_streams)),
            limits,
        }
    }

    /// Lets a call in, with its caller and deadline in the request's extensions.
    async fn admit(&self, request: &mut Request) -> Result<(Rule, OwnedSemaphorePermit), Refusal> {
        let rule = *self
            .rules
            .find(request.uri().path())
            .ok_or_else(|| Refusal::new(Reason::UnknownMethod))?;
        let pool = match (rule.streaming, rule.access) {
            (false, _) => &self.calls,
            (true, Access::Public) => &self.public_streams,
            // People who follow their own things never keep operators out.
            (true, Access::SignedIn | Access::Owner) => &self.watches,
            (true, Access::Role(_)) => &self.streams,
        };
        let permit = Arc::clone(pool)
            .try_acquire_owned()
            .map_err(|_| Refusal::new(Reason::Overloaded))?;
        let caller = identify(request.headers(), &*self.verifier).await?;
        rule.access.check(caller.as_ref())?;
        if let Some(caller) = caller {
            request.extensions_mut().insert(caller);
        }
        if let Some(deadline) = self.deadline(request.headers(), rule) {
            request.extensions_mut().insert(deadline);
        }
        Ok((rule, permit))
    }

    fn deadline(&self, headers: &HeaderMap, rule: Rule) -> Option<Deadline> {
        let named = headers
            .get("grpc-timeout")
            .and_then(|value| parse_timeout(value.to_str().ok()?));
        let timeout = match (rule.streaming, named) {
            (true, named) => named?,
            (false, Some(named)) => named.min(self.limits.longest_timeout),
            (false, None) => self.limits.default_timeout,
        };
        // A year is for ever, and no sum of it overflows.
        let at = Instant::now() + timeout.min(Duration::from_secs(31_536_000));
        Some(Deadline {
            at,
            named: named.is_some(),
        })
    }
}

/// The middleware: admits a call, runs it within its deadline and gives every refusal its reason.
pub async fn gate(State(gate): State<Arc<Gate>>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let (rule, permit) = match gate.admit(&mut request).await {
        Ok(admitted) => admitted,
        Err(refusal) => return Status::from(refusal).into_http(),
    };
    let deadline = request
        .extensions()
        .get::<Deadline>()
        .map(|deadline| deadline.at);
    let answer = next.run(request);
    let response = match deadline {
        Some(at) if !rule.streaming => timeout_at(at, answer)
            .await
            .unwrap_or_else(|_| Status::from(Refusal::new(Reason::DeadlineExceeded)).into_http()),
        _ => answer.await,
    };
    let response = give_reason(response);
    measure(rule, &response, started.elapsed());
    if rule.streaming {
        hold_while_streaming(response, permit)
    } else {
        response
    }
}

/// Reads `authorization: Bearer …` and has it verified; no header is no caller.
async fn identify(
    headers: &HeaderMap,
    verifier: &dyn TokenVerifier,
) -> Result<Option<Identity>, Refusal> {
    let Some(value) = headers.get(AUTHORIZATION) else {
        return Ok(None);
    };
    let malformed = || Refusal::new(Reason::TokenMalformed);
    let (scheme, token) = value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .ok_or_else(malformed)?;
    if !scheme.eq_ignore_ascii_case("bearer") || token.len() > MAX_TOKEN_CHARS {
        return Err(malformed());
    }
    Ok(Some(verifier.verify(token.trim()).await?))
}

/// Reads a `grpc-timeout`: at most eight digits and a unit (gRPC over HTTP/2, "Requests").
fn parse_timeout(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 {
        return None;
    }
    let amount: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(amount * 3_600)),
        "M" => Some(Duration::from_secs(amount * 60)),
        "S" => Some(Duration::from_secs(amount)),
        "m" => Some(Duration::from_millis(amount)),
        "u" => Some(Duration::from_micros(amount)),
        "n" => Some(Duration::from_nanos(amount)),
        _ => None,
    }
}

/// Refusals made by the gRPC library itself (unreadable messages, unknown methods) get a reason of ours too.
fn give_reason(response: Response) -> Response {
    if !response.headers().contains_key(Status::GRPC_STATUS)
        || response.headers().contains_key("grpc-status-details-bin")
    {
        return response;
    }
    let Some(status) = Status::from_header_map(response.headers()) else {
        return response;
    };
    let reason = match status.code() {
        Code::Ok => return response,
        Code::OutOfRange => Reason::MessageTooLarge,
        Code::Unimplemented => Reason::UnknownMethod,
        Code::Cancelled | Code::DeadlineExceeded => Reason::DeadlineExceeded,
        // Services refuse with details, so what is left is a message that could not be read.
        Code::Internal | Code::InvalidArgument | Code::Unknown => Reason::MalformedMessage,
        // Health and reflection answer their own well-known codes.
        _ => return response,
    };
    Status::from(Refusal::new(reason)).into_http()
}

fn measure(rule: Rule, response: &Response, elapsed: Duration) {
    let code = match response.headers().get(Status::GRPC_STATUS) {
        None => "0".to_owned(),
        Some(code) => code.to_str().unwrap_or("2").to_owned(),
    };
    let labels = [
        ("rpc", rule.path.into()),
        ("code", metrics::SharedString::from(code)),
    ];
    metrics::histogram!("picasso_rpc_seconds", &labels).record(elapsed.as_secs_f64());
}

/// Marks answers that may never end by themselves: the server ends them when it stops.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Endless;

/// A stream counts as open until its last frame has gone or its reader has left.
fn hold_while_streaming(response: Response, permit: OwnedSemaphorePermit) -> Response {
    let mut response = response.map(|body| {
        Body::new(body.map_frame(move |frame| {
            let _open = &permit;
            frame
        }))
    });
    response.extensions_mut().insert(Endless);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grpc_timeout_is_digits_and_a_unit() {
        assert_eq!(parse_timeout("250m"), Some(Duration::from_millis(250)));
        assert_eq!(parse_timeout("2S"), Some(Duration::from_secs(2)));
        assert_eq!(
            parse_timeout("99999999H"),
            Some(Duration::from_secs(99_999_999 * 3_600))
        );
    }

    #[test]
    fn a_malformed_grpc_timeout_is_none() {
        for text in ["", "S", "12", "-1S", "123456789S", "1d", "1é"] {
            assert_eq!(parse_timeout(text), None, "{text:?}");
        }
    }
}
