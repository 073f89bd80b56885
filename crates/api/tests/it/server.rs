//! One port speaks gRPC, gRPC-web and plain HTTP, refuses with reasons, and stops when told to.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use axum::body::{Body, to_bytes};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use picasso_api::{
    Limits, Origins, ServeError, Services,
    http::{App, BuiltFile, Check, Plain, Reach},
    proto::queries::v1::{
        GetPictureRequest, gallery_query_service_client::GalleryQueryServiceClient,
    },
    serve,
};
use picasso_commands::ports::{Identity, IdentityError, TokenVerifier};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_stream::StreamExt;
use tokio_util::sync::CancellationToken;
use tonic::{Code, Status, transport::Channel};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
    server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
};
use tonic_types::StatusExt;
use tower::ServiceExt;

/// A deployment that nobody can sign in to.
struct Nobody;

#[async_trait]
impl TokenVerifier for Nobody {
    async fn verify(&self, _: &str) -> Result<Identity, IdentityError> {
        Err(IdentityError::Forged)
    }
}

/// A web app of a page, a script in two forms, and a picture.
pub fn web_app() -> App {
    let file = |name: &str, content: &'static str| BuiltFile {
        name: name.to_owned(),
        bytes: Bytes::from_static(content.as_bytes()),
        digest: format!("of-{content}"),
    };
    let files = [
        file("index.html", "<h1>Picasso</h1>"),
        file("favicon.svg", "<svg/>"),
        file("assets/index-1f.js", "script"),
        file("assets/index-1f.js.br", "brotli"),
    ];
    let config = serde_json::json!({"version": "1"});
    App::new(files, &Reach::default(), &config).unwrap()
}

pub fn services() -> Services {
    Services {
        verifier: Arc::new(Nobody),
        commands: None,
        queries: None,
        events: None,
        operations: None,
        plain: Plain {
            checks: vec![Check::running("projections", || true)],
            app: Some(web_app()),
            ..Plain::default()
        },
        origins: Origins::These(vec!["https://example.org".to_owned()]),
        limits: Limits::default(),
    }
}

struct Running {
    address: SocketAddr,
    stop: CancellationToken,
    task: JoinHandle<Result<(), ServeError>>,
}

async fn start(services: Services) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let app = services.router().unwrap();
    let task = tokio::spawn(serve(listener, app, Limits::default(), stop.clone()));
    Running {
        address,
        stop,
        task,
    }
}

impl Running {
    async fn channel(&self) -> Channel {
        let uri = format!("http://{}", self.address);
        Channel::from_shared(uri).unwrap().connect().await.unwrap()
    }
}

fn reason(status: &Status) -> String {
    status.get_details_error_info().unwrap().reason
}

pub async fn fetch(request: Request<Body>) -> Response<Body> {
    services().router().unwrap().oneshot(request).await.unwrap()
}

pub async fn body(response: Response<Body>) -> Bytes {
    to_bytes(response.into_body(), 1 << 20).await.unwrap()
}

pub fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

#[tokio::test]
async fn health_is_answered_without_a_token() {
    let running = start(services()).await;
    let mut health = HealthClient::new(running.channel().await);
    let answer = health.check(HealthCheckRequest::default()).await.unwrap();
    assert_eq!(answer.into_inner().status, 1);
}

/// What reflection answers to one question.
async fn reflect(running: &Running, ask: MessageRequest) -> Option<MessageResponse> {
    let mut client = ServerReflectionClient::new(running.channel().await);
    let ask = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(ask),
    };
    let answers = client
        .server_reflection_info(tokio_stream::once(ask))
        .await
        .unwrap();
    let answer = answers.into_inner().next().await.unwrap().unwrap();
    answer.message_response
}

#[tokio::test]
async fn reflection_explains_the_details_of_refusals() {
    let running = start(services()).await;
    for detail in ["ErrorInfo", "BadRequest", "RetryInfo"] {
        let ask = MessageRequest::FileContainingSymbol(format!("google.rpc.{detail}"));
        let answer = reflect(&running, ask).await;
        assert!(
            matches!(answer, Some(MessageResponse::FileDescriptorResponse(_))),
            "{answer:?}"
        );
    }
}

#[tokio::test]
async fn reflection_lists_our_services() {
    let running = start(services()).await;
    let ask = MessageRequest::ListServices(String::new());
    let answer = reflect(&running, ask).await;
    let Some(MessageResponse::ListServicesResponse(list)) = answer else {
        panic!("{answer:?}");
    };
    let names: Vec<_> = list
        .service
        .into_iter()
        .map(|service| service.name)
        .collect();
    assert!(
        names.contains(&"picasso.commands.v1.PictureCommandService".to_owned()),
        "{names:?}"
    );
    assert!(
        names.contains(&"grpc.health.v1.Health".to_owned()),
        "{names:?}"
    );
}

#[tokio::test]
async fn a_wrong_token_is_refused_even_where_none_is_needed() {
    let running = start(services()).await;
    let mut client = HealthClient::new(running.channel().await);
    for (header, expected) in [
        ("Bearer abc", "TOKEN_FORGED"),
        ("Basic abc", "TOKEN_MALFORMED"),
        ("abc", "TOKEN_MALFORMED"),
    ] {
        let mut request = tonic::Request::new(HealthCheckRequest::default());
        request
            .metadata_mut()
            .insert("authorization", header.parse().unwrap());
        let refused = client.check(request).await.unwrap_err();
        assert_eq!(
            (refused.code(), reason(&refused).as_str()),
            (Code::Unauthenticated, expected)
        );
    }
}

#[tokio::test]
async fn what_this_process_does_not_serve_is_unknown() {
    let running = start(services()).await;
    let mut client = GalleryQueryServiceClient::new(running.channel().await);
    let refused = client
        .get_picture(GetPictureRequest::default())
        .await
        .unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::Unimplemented, "UNKNOWN_METHOD")
    );
}

#[tokio::test]
async fn a_refusal_over_grpc_web_has_its_reason() {
    let request = Request::post("/grpc.health.v1.Health/Nothing")
        .header("content-type", "application/grpc-web+proto")
        .header("origin", "https://example.org")
        .body(Body::from(vec![0; 5]))
        .unwrap();
    let answer = fetch(request).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(
        answer.headers()["content-type"],
        "application/grpc-web+proto"
    );
    assert_eq!(answer.headers()["grpc-status"], "12");
    assert!(answer.headers().contains_key("grpc-status-details-bin"));
    let exposed = answer.headers()["access-control-expose-headers"]
        .to_str()
        .unwrap();
    assert!(exposed.contains("grpc-status-details-bin"), "{exposed}");
}

#[tokio::test]
async fn an_unreadable_message_is_the_callers_mistake() {
    // A frame of one byte, 0xff, which is no protobuf field.
    let request = Request::post("/grpc.health.v1.Health/Check")
        .header("content-type", "application/grpc-web+proto")
        .body(Body::from(vec![0, 0, 0, 0, 1, 0xff]))
        .unwrap();
    let answer = fetch(request).await;
    let status = Status::from_header_map(answer.headers()).unwrap();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::InvalidArgument, "MALFORMED_MESSAGE")
    );
}

#[tokio::test]
async fn a_browser_of_an_allowed_origin_may_call_and_others_may_not() {
    let preflight = |origin: &str| {
        Request::options("/picasso.queries.v1.GalleryQueryService/GetPicture")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                "authorization,x-grpc-web,content-type",
            )
            .body(Body::empty())
            .unwrap()
    };
    let allowed = fetch(preflight("https://example.org")).await;
    assert_eq!(
        allowed.headers()["access-control-allow-origin"],
        "https://example.org"
    );
    let refused = fetch(preflight("https://example.com")).await;
    assert!(
        !refused
            .headers()
            .contains_key("access-control-allow-origin")
    );
}

#[tokio::test]
async fn a_wrong_origin_keeps_the_server_from_starting() {
    let origins = Origins::These(vec!["example.org".to_owned()]);
    let refused = Services {
        origins,
        ..services()
    }
    .router()
    .unwrap_err();
    assert!(matches!(refused, ServeError::Origin { origin } if origin == "example.org"));
}

#[tokio::test]
async fn health_and_readiness_are_plain_http() {
    assert_eq!(body(fetch(get("/healthz")).await).await, "ok\n");
    let ready = fetch(get("/readyz")).await;
    assert_eq!(ready.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_process_whose_parts_do_not_run_is_not_ready() {
    let plain = Plain {
        checks: vec![Check::running("projections", || false)],
        ..Plain::default()
    };
    let app = Services {
        plain,
        ..services()
    }
    .router()
    .unwrap();
    let answer = app.oneshot(get("/readyz")).await.unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    let text = body(answer).await;
    assert_eq!(text, r#"{"checks":{"projections":false},"ready":false}"#);
}

#[tokio::test]
async fn every_answer_has_a_correlation_id() {
    let given = "0192f0c1-7b3a-7c3e-9a53-1d6d0f9a7b21";
    let request = Request::get("/nowhere.txt").header("x-correlation-id", given);
    let answer = fetch(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    assert_eq!(answer.headers()["x-correlation-id"], given);
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let text = body(answer).await;
    assert!(String::from_utf8_lossy(&text).contains(given));
    let answer = fetch(get("/healthz")).await;
    assert_eq!(answer.headers()["x-correlation-id"].len(), 36);
}

/// Sends a request of so many bytes that nobody reads, in two pieces, and answers the head of what comes back.
async fn refuse_unread(stream: &mut TcpStream, announced: usize, sent: usize) -> String {
    let head = format!("PUT /nowhere HTTP/1.1\r\nhost: a\r\ncontent-length: {announced}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    stream.write_all(&vec![b'x'; sent]).await.unwrap();
    let mut answer = vec![0; 16 << 10];
    let length = stream.read(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer[..length]).to_lowercase()
}

#[tokio::test]
async fn a_refusal_before_the_body_leaves_the_connection_usable() {
    let running = start(services()).await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    for _ in 0..3 {
        let answer = refuse_unread(&mut stream, 1 << 20, 1 << 20).await;
        assert!(answer.starts_with("http/1.1 404"), "{answer}");
        assert!(!answer.contains("connection: close"), "{answer}");
    }
}

#[tokio::test]
async fn a_connection_with_too_much_unread_is_closed_with_notice() {
    let running = start(services()).await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    let answer = refuse_unread(&mut stream, 1 << 30, 10 << 20).await;
    assert!(answer.starts_with("http/1.1 404"), "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");
}

#[tokio::test]
async fn the_server_stops_when_told_to() {
    let running = start(services()).await;
    let mut health = HealthClient::new(running.channel().await);
    health.check(HealthCheckRequest::default()).await.unwrap();
    running.stop.cancel();
    running.task.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_stream_that_never_ends_ends_with_the_server() {
    let running = start(services()).await;
    let mut health = HealthClient::new(running.channel().await);
    let watch = health.watch(HealthCheckRequest::default()).await.unwrap();
    let mut watch = watch.into_inner();
    assert_eq!(watch.message().await.unwrap().unwrap().status, 1);
    running.stop.cancel();
    running.task.await.unwrap().unwrap();
}

#[tokio::test]
async fn anybodys_streams_are_limited() {
    let limits = Limits {
        public_streams: 1,
        ..Limits::default()
    };
    let running = start(Services {
        limits,
        ..services()
    })
    .await;
    let channel = running.channel().await;
    let mut first = HealthClient::new(channel.clone());
    let held = first.watch(HealthCheckRequest::default()).await.unwrap();
    let mut second = HealthClient::new(channel);
    let refused = second
        .watch(HealthCheckRequest::default())
        .await
        .unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::ResourceExhausted, "OVERLOADED")
    );
    drop(held);
}
