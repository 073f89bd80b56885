//! A gRPC-web client of a page's means: HTTP/1.1 POSTs with length-prefixed frames
//! (<https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md>).

use prost::Message;
use tonic::{Code, Status, metadata::MetadataMap};
use tonic_types::StatusExt;

/// Calls services of one server, as one person or nobody.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

/// A refusal as a page would see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub code: Code,
    /// `ErrorInfo.reason`.
    pub reason: String,
    pub metadata: Vec<(String, String)>,
}

/// What can go wrong with a call.
#[derive(Debug)]
pub enum CallError {
    Refused(Refusal),
    /// The connection broke, or nothing readable came: it is unknown whether the call was carried out.
    Broken(String),
}

impl Client {
    pub fn new(base: impl Into<String>) -> Self {
        let http = reqwest::Client::builder()
            .http1_only()
            .no_proxy()
            .build()
            .expect("an HTTP client");
        Self {
            http,
            base: base.into(),
            token: None,
        }
    }

    pub fn signed_in(&self, token: impl Into<String>) -> Self {
        Self {
            token: Some(token.into()),
            ..self.clone()
        }
    }

    /// The person's token.
    pub fn token(&self) -> &str {
        self.token.as_deref().expect("somebody is signed in")
    }

    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Calls one unary method, for example `picasso.queries.v1.GalleryQueryService/GetPicture`.
    pub async fn call<Q: Message + std::fmt::Debug, A: Message + Default>(
        &self,
        method: &str,
        request: &Q,
    ) -> Result<A, CallError> {
        let broken = |error: &dyn std::fmt::Display| CallError::Broken(error.to_string());
        let mut body = vec![0];
        let message = request.encode_to_vec();
        body.extend(
            u32::try_from(message.len())
                .expect("a small message")
                .to_be_bytes(),
        );
        body.extend(message);
        let mut post = self
            .http
            .post(format!("{}/{method}", self.base))
            .header("content-type", "application/grpc-web+proto")
            .header("x-grpc-web", "1")
            .body(body);
        if let Some(token) = &self.token {
            post = post.bearer_auth(token);
        }
        let response = post.send().await.map_err(|error| broken(&error))?;
        let headers = response.headers().clone();
        let bytes = response.bytes().await.map_err(|error| broken(&error))?;
        let (message, trailers) = split(&bytes).ok_or_else(|| broken(&"a frame was cut short"))?;
        let trailers = trailers.unwrap_or(headers);
        let status = Status::from_header_map(&trailers).ok_or_else(|| broken(&"no grpc-status"))?;
        if status.code() != Code::Ok {
            return Err(CallError::Refused(Refusal::from(&status)));
        }
        let message = message.ok_or_else(|| broken(&"no message"))?;
        A::decode(message).map_err(|error| broken(&error))
    }

    /// Calls a method that must succeed.
    pub async fn get<Q: Message + std::fmt::Debug, A: Message + Default>(
        &self,
        method: &str,
        request: &Q,
    ) -> A {
        match self.call(method, request).await {
            Ok(answer) => answer,
            Err(error) => panic!("{method} with {request:?} failed: {error:?}"),
        }
    }

    /// Calls a method that must be refused.
    pub async fn refused<Q: Message + std::fmt::Debug>(
        &self,
        method: &str,
        request: &Q,
    ) -> Refusal {
        match self.call::<Q, Nothing>(method, request).await {
            Err(CallError::Refused(refusal)) => refusal,
            Err(CallError::Broken(error)) => panic!("{method} broke: {error}"),
            Ok(_) => panic!("{method} with {request:?} was not refused"),
        }
    }
}

/// A message whose content does not matter.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Nothing {}

type Parts<'a> = (Option<&'a [u8]>, Option<http::HeaderMap>);

/// Takes a body's frames apart: the message, and the trailers if they came as a frame.
fn split(mut body: &[u8]) -> Option<Parts<'_>> {
    let (mut message, mut trailers) = (None, None);
    while !body.is_empty() {
        let (head, rest) = body.split_first_chunk::<5>()?;
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
        let (frame, rest) = rest.split_at_checked(length)?;
        body = rest;
        if head[0] & 0x80 == 0 {
            message = Some(frame);
        } else {
            trailers = Some(parse_trailers(frame)?);
        }
    }
    Some((message, trailers))
}

fn parse_trailers(frame: &[u8]) -> Option<http::HeaderMap> {
    let text = std::str::from_utf8(frame).ok()?;
    let mut map = MetadataMap::new().into_headers();
    for line in text.split("\r\n").filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':')?;
        let name: http::HeaderName = name.trim().parse().ok()?;
        map.insert(name, value.trim().parse().ok()?);
    }
    Some(map)
}

impl From<&Status> for Refusal {
    fn from(status: &Status) -> Self {
        let info = status.get_details_error_info();
        let (reason, metadata) = info.map_or_else(Default::default, |info| {
            (info.reason, info.metadata.into_iter().collect::<Vec<_>>())
        });
        let mut metadata = metadata;
        metadata.sort();
        Self {
            code: status.code(),
            reason,
            metadata,
        }
    }
}
