//! Everything one process serves, put together behind the gate; what is absent is not mounted.

use std::sync::Arc;

use axum::{Router, body::Body, middleware};
use http::{HeaderName, HeaderValue, Method, header};
use picasso_commands::ports::TokenVerifier;
use tonic::service::{Routes, RoutesBuilder};
use tonic_web::GrpcWebLayer;
use tower::ServiceBuilder;
use tower_http::cors::{AllowOrigin, Any, CorsLayer};

use crate::{
    auth::{Gate, gate},
    commands::Commands,
    correlation::{self, CORRELATION_ID},
    events::Events,
    http::{Plain, nothing_here},
    limits::Limits,
    operations::Operations,
    policy::Rules,
    proto,
    queries::Queries,
    server::ServeError,
    unread,
};

/// How long browsers may remember what an origin is allowed to do.
const PREFLIGHT_TTL: std::time::Duration = std::time::Duration::from_secs(7_200);

/// Which web pages may call: tokens travel in a header, never in a cookie, so any page may unless told otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Origins {
    #[default]
    Any,
    /// For example `https://example.org`.
    These(Vec<String>),
}

/// Everything one process serves.
pub struct Services {
    pub verifier: Arc<dyn TokenVerifier>,
    pub commands: Option<Commands>,
    pub queries: Option<Queries>,
    pub events: Option<Events>,
    pub operations: Option<Operations>,
    pub plain: Plain,
    pub origins: Origins,
    pub limits: Limits,
}

impl Services {
    /// One router for the whole port.
    ///
    /// # Errors
    /// [`ServeError`] when an RPC has no policy or an origin cannot be read.
    pub fn router(self) -> Result<Router, ServeError> {
        let Self {
            verifier,
            commands,
            queries,
            events,
            operations,
            plain,
            origins,
            limits,
        } = self;
        let cors = cors(origins)?;
        let gatekeeper = Arc::new(Gate::new(Rules::load()?, verifier, limits.clone()));
        let mut routes = RoutesBuilder::from(Router::new());
        let (_, health) = tonic_health::server::health_reporter();
        routes.add_service(health);
        reflect(&mut routes)?;
        if let Some(commands) = commands {
            commands.mount(&mut routes, limits.message_bytes);
        }
        if let Some(queries) = queries {
            queries.mount(&mut routes, &limits);
        }
        if let Some(events) = events {
            events.mount(&mut routes, limits.message_bytes);
        }
        if let Some(operations) = operations {
            operations.mount(&mut routes, limits.message_bytes);
        }
        // One stack each: every layer a router is given apart costs each request another clone of all beneath it.
        let door = ServiceBuilder::new()
            .layer(GrpcWebLayer::new())
            .map_request(|request: http::Request<tonic::body::Body>| request.map(Body::new))
            .layer(middleware::from_fn_with_state(gatekeeper, gate));
        let grpc = Routes::into_axum_router(routes.routes()).layer(door);
        let app = grpc.merge(plain.router(&limits)).fallback(nothing_here);
        let around = ServiceBuilder::new()
            .layer(middleware::from_fn(unread::finish))
            .layer(middleware::from_fn(correlation::correlate))
            .layer(cors);
        Ok(app.layer(around))
    }
}

/// Both versions of reflection, so that every grpcurl finds one; with the details of refusals, so that it can
/// show them.
fn reflect(routes: &mut RoutesBuilder) -> Result<(), ServeError> {
    let builder = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(proto::DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
    };
    routes
        .add_service(builder().build_v1()?)
        .add_service(builder().build_v1alpha()?);
    Ok(())
}

fn cors(origins: Origins) -> Result<CorsLayer, ServeError> {
    let layer = CorsLayer::new()
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::RANGE,
            HeaderName::from_static("grpc-timeout"),
            HeaderName::from_static("traceparent"),
            HeaderName::from_static("x-grpc-web"),
            HeaderName::from_static("x-user-agent"),
            CORRELATION_ID,
        ])
        .expose_headers([
            HeaderName::from_static("grpc-status"),
            HeaderName::from_static("grpc-message"),
            HeaderName::from_static("grpc-status-details-bin"),
            header::ETAG,
            header::RETRY_AFTER,
            CORRELATION_ID,
        ])
        .max_age(PREFLIGHT_TTL);
    match origins {
        Origins::Any => Ok(layer.allow_origin(Any)),
        Origins::These(origins) => {
            let origins: Result<Vec<_>, _> = origins.into_iter().map(parse_origin).collect();
            Ok(layer.allow_origin(AllowOrigin::list(origins?)))
        }
    }
}

fn parse_origin(origin: String) -> Result<HeaderValue, ServeError> {
    let web = origin.starts_with("https://") || origin.starts_with("http://");
    match HeaderValue::from_str(&origin) {
        Ok(value) if web && !origin.ends_with('/') => Ok(value),
        _ => Err(ServeError::Origin { origin }),
    }
}
