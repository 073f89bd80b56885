//! The two servers: both answer `GetPicture` for one published picture.

use std::{future::Future, path::Path, sync::Arc};

use anyhow::Result;
use picasso_adapters::{
    firebase::FirebaseTokenVerifier,
    fs::FolderBlobStore,
    sqlite::{event_log::SqliteEventLog, leases::SqliteLeases, read_store::SqliteReadStore},
};
use picasso_api::{
    Limits, Origins, Queries, Services,
    http::Plain,
    proto::queries::v1::{
        GetPictureRequest, GetPictureResponse, GetProvenanceRequest, GetProvenanceResponse,
        ListMyPicturesRequest, ListMyPicturesResponse, ListPicturesRequest, ListPicturesResponse,
        SuggestWordsRequest, SuggestWordsResponse,
        gallery_query_service_client::GalleryQueryServiceClient,
        gallery_query_service_server::{GalleryQueryService, GalleryQueryServiceServer},
    },
};
use picasso_commands::{
    links::LinkSigner,
    ports::{BlobStore, SystemClock},
};
use picasso_eventlog::{EventLog, LogFeed};
use picasso_projections::{
    Live,
    gallery::Gallery,
    library::Library,
    profiles::Profiles,
    query::{self, PageTokens},
    reactions::Reactions,
    runtime::Runtime as ProjectionRuntime,
};
use tempfile::TempDir;
use tokio::{net::TcpListener, runtime::Runtime};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, transport::Channel};
use uuid::Uuid;

use crate::stored::{PUBLISHED, REGISTERED, UPLOADED, record};

/// Both servers, running until the process ends.
pub struct Servers {
    pub echo_url: &'static str,
    pub stack_url: &'static str,
    pub picture_id: String,
    _runtime: Runtime,
    _folder: TempDir,
}

impl Servers {
    pub fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let runtime = Runtime::new()?;
        let picture_id = Uuid::now_v7().to_string();
        let stack_url = runtime.block_on(stack(folder.path(), &picture_id))?;
        let echo_url = runtime.block_on(echo(stack_url, &picture_id))?;
        Ok(Self {
            echo_url,
            stack_url,
            picture_id,
            _runtime: runtime,
            _folder: folder,
        })
    }
}

/// The whole stack over the embedded stores, once its read models hold the picture.
async fn stack(folder: &Path, picture_id: &str) -> Result<&'static str> {
    let log: Arc<dyn EventLog> = Arc::new(SqliteEventLog::open(&folder.join("log.db"), 1)?);
    record(&*log, "account", "ann", &[REGISTERED]).await?;
    let position = record(&*log, "picture", picture_id, &[UPLOADED, PUBLISHED]).await?;
    let live = Live::new(Arc::new(SqliteReadStore::open(&folder.join("read.db"))?));
    let feed = Arc::new(LogFeed::new(Arc::clone(&log)));
    let models: picasso_projections::erased::Projections = vec![
        Arc::new(Gallery),
        Arc::new(Profiles),
        Arc::new(Library),
        Arc::new(Reactions),
    ];
    let names: Vec<_> = models.iter().map(|model| model.name()).collect();
    let leases = Arc::new(SqliteLeases::open(&folder.join("leases"))?);
    let projections = ProjectionRuntime::new(models, log, feed, Arc::clone(&live), leases);
    let progress = projections.progress();
    tokio::spawn(projections.run(CancellationToken::new()));
    let due = tokio::time::Instant::now() + std::time::Duration::from_secs(30);
    for name in names {
        progress.wait_for(name, position, due).await?;
    }
    let signer = LinkSigner::new(&[7; 32]);
    let blobs: Arc<dyn BlobStore> = Arc::new(FolderBlobStore::open(
        &folder.join("blobs"),
        signer,
        "http://127.0.0.1",
    )?);
    let services = Services {
        verifier: Arc::new(FirebaseTokenVerifier::new(
            "bench",
            "http://127.0.0.1/keys",
        )?),
        commands: None,
        queries: Some(Queries {
            models: query::Queries::new(&live, &PageTokens::new([7; 32])),
            progress,
            blobs,
            clock: Arc::new(SystemClock),
            stop: CancellationToken::new(),
        }),
        events: None,
        operations: None,
        plain: Plain::default(),
        origins: Origins::Any,
        limits: Limits::default(),
    };
    let app = services.router()?;
    serve(|listener| picasso_api::serve(listener, app, Limits::default(), CancellationToken::new()))
        .await
}

/// A server with nothing but tonic, which answers what the stack answers.
async fn echo(stack_url: &'static str, picture_id: &str) -> Result<&'static str> {
    let channel = Channel::from_static(stack_url).connect().await?;
    let ask = GetPictureRequest {
        picture_id: picture_id.to_owned(),
        ..Default::default()
    };
    let answer = GalleryQueryServiceClient::new(channel)
        .get_picture(ask)
        .await?
        .into_inner();
    let service = GalleryQueryServiceServer::new(Echo(answer));
    serve(|listener| {
        let incoming =
            tonic::transport::server::TcpIncoming::from(listener).with_nodelay(Some(true));
        tonic::transport::Server::builder()
            .add_service(service)
            .serve_with_incoming(incoming)
    })
    .await
}

/// Runs a server on a free port and answers its URL.
async fn serve<F, T>(start: impl FnOnce(TcpListener) -> F) -> Result<&'static str>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    tokio::spawn(start(listener));
    // One small leak per run, so that plain functions can name the server.
    Ok(url.leak())
}

#[derive(Clone)]
struct Echo(GetPictureResponse);

#[tonic::async_trait]
impl GalleryQueryService for Echo {
    async fn get_picture(
        &self,
        _: Request<GetPictureRequest>,
    ) -> Result<Response<GetPictureResponse>, Status> {
        Ok(Response::new(self.0.clone()))
    }

    async fn list_pictures(
        &self,
        _: Request<ListPicturesRequest>,
    ) -> Result<Response<ListPicturesResponse>, Status> {
        Err(Status::unimplemented("the echo answers one picture"))
    }

    async fn list_my_pictures(
        &self,
        _: Request<ListMyPicturesRequest>,
    ) -> Result<Response<ListMyPicturesResponse>, Status> {
        Err(Status::unimplemented("the echo answers one picture"))
    }

    async fn get_provenance(
        &self,
        _: Request<GetProvenanceRequest>,
    ) -> Result<Response<GetProvenanceResponse>, Status> {
        Err(Status::unimplemented("the echo answers one picture"))
    }

    async fn suggest_words(
        &self,
        _: Request<SuggestWordsRequest>,
    ) -> Result<Response<SuggestWordsResponse>, Status> {
        Err(Status::unimplemented("the echo answers one picture"))
    }
}
