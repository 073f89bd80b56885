//! The released server as a process that takes commands, over PostgreSQL, with the sandbox for identity; people who are
//! registered, and pictures to like.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use picasso_api::proto::commands::v1::{
    LikePictureRequest, RegisterAccountRequest,
    account_command_service_client::AccountCommandServiceClient,
    reaction_command_service_client::ReactionCommandServiceClient,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{runtime::Runtime, task::JoinSet};
use tonic::{Request, metadata::MetadataValue, transport::Channel};
use uuid::Uuid;

use crate::{
    feed::deployment::Deployment,
    rounds::beside,
    stored::{PUBLISHED, UPLOADED, record},
};

/// More than one person likes in a run.
const PICTURES: usize = 4_000;
const PATIENCE: Duration = Duration::from_secs(60);
const PASSWORD: &str = "correct horse battery";

pub struct Market {
    url: String,
    people: Vec<Liker>,
    pictures: Vec<String>,
    _processes: [Server; 2],
    _folder: TempDir,
}

/// A person, and the first picture they have not liked.
struct Liker {
    token: String,
    next: AtomicUsize,
}

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

impl Market {
    pub fn start(people: usize) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let runtime = Runtime::new()?;
        let deployment = runtime.block_on(Deployment::make())?;
        let [port, sandbox_port] = [free_port()?, free_port()?];
        let sandbox = format!("http://127.0.0.1:{sandbox_port}");
        let url = format!("http://127.0.0.1:{port}");
        let settings = [
            ("DATA_DIR", folder.path().join("data").display().to_string()),
            ("SERVER__LISTEN", format!("127.0.0.1:{port}")),
            ("SERVER__PUBLIC_URL", url.clone()),
            ("SANDBOX__LISTEN", format!("127.0.0.1:{sandbox_port}")),
            ("EVENTS__URL", deployment.url()),
            ("PAYMENTS__SECRET_KEY", "sk_test_sandbox".to_owned()),
            ("PAYMENTS__WEBHOOK_SECRET", "whsec_sandbox".to_owned()),
            ("PAYMENTS__API_BASE", sandbox.clone()),
            ("IDENTITY__PROJECT_ID", "picasso-sandbox".to_owned()),
            ("IDENTITY__KEYS_URL", format!("{sandbox}/identity/keys")),
            ("MAIL__SANDBOX_URL", sandbox.clone()),
        ];
        let start = |args: &[&str]| -> Result<Server> {
            let settings = settings.iter();
            let child = Command::new(beside("picasso")?)
                .args(args)
                .envs(settings.map(|(name, value)| (format!("PICASSO_{name}"), value)))
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()?;
            Ok(Server(child))
        };
        let processes = [
            start(&["sandbox"])?,
            start(&["serve", "--role", "commands"])?,
        ];
        let (people, pictures) = runtime.block_on(async {
            ready(&format!("{url}/readyz")).await?;
            anyhow::Ok((
                join(&url, &sandbox, people).await?,
                publish(&deployment).await?,
            ))
        })?;
        Ok(Self {
            url,
            people,
            pictures,
            _processes: processes,
            _folder: folder,
        })
    }

    /// Everybody likes one picture after the other; answers how many likes were answered.
    pub fn like(&'static self, until: Instant) -> Result<u64> {
        Runtime::new()?.block_on(async {
            let mut clients = JoinSet::new();
            for person in &self.people {
                let channel = Channel::from_shared(self.url.clone())?.connect().await?;
                clients.spawn(self.like_one_by_one(person, channel, until));
            }
            let mut done = 0;
            while let Some(ended) = clients.join_next().await {
                done += ended??;
            }
            Ok(done)
        })
    }

    async fn like_one_by_one(
        &self,
        person: &Liker,
        channel: Channel,
        until: Instant,
    ) -> Result<u64> {
        let mut client = ReactionCommandServiceClient::new(channel);
        let mut done = 0;
        while Instant::now() < until {
            let next = person.next.fetch_add(1, Ordering::Relaxed);
            let picture_id = self
                .pictures
                .get(next)
                .context("more pictures are needed")?;
            let request = LikePictureRequest {
                request_id: Uuid::now_v7().to_string(),
                picture_id: picture_id.clone(),
            };
            client.like_picture(signed(&person.token, request)?).await?;
            done += 1;
        }
        Ok(done)
    }
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn signed<T>(token: &str, message: T) -> Result<Request<T>> {
    let mut request = Request::new(message);
    let token: MetadataValue<_> = format!("Bearer {token}").parse()?;
    request.metadata_mut().insert("authorization", token);
    Ok(request)
}

async fn ready(url: &str) -> Result<()> {
    let began = Instant::now();
    loop {
        match reqwest::get(url).await {
            Ok(answer) if answer.status().is_success() => return Ok(()),
            Ok(answer) if began.elapsed() > PATIENCE => bail!("{url} says {}", answer.status()),
            Err(error) if began.elapsed() > PATIENCE => return Err(error.into()),
            _ => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

/// Signs people up and registers them.
async fn join(url: &str, sandbox: &str, people: usize) -> Result<Vec<Liker>> {
    let http = reqwest::Client::new();
    let channel = Channel::from_shared(url.to_owned())?.connect().await?;
    let mut accounts = AccountCommandServiceClient::new(channel);
    let mut joined = vec![];
    for number in 0..people {
        let person = json!({"email": format!("liker{number}@example.org"), "password": PASSWORD});
        let url = format!("{sandbox}/identity/v1/accounts:signUp");
        let answer = http.post(url).json(&person).send().await?;
        let answer: Value = answer.error_for_status()?.json().await?;
        let token = answer["idToken"].as_str().context("a token")?.to_owned();
        let request = RegisterAccountRequest {
            request_id: Uuid::now_v7().to_string(),
            handle: format!("liker{number}"),
            display_name: format!("Liker {number}"),
            bio: String::new(),
        };
        accounts.register_account(signed(&token, request)?).await?;
        joined.push(Liker {
            token,
            next: AtomicUsize::new(0),
        });
    }
    Ok(joined)
}

async fn publish(deployment: &Deployment) -> Result<Vec<String>> {
    let log = deployment.log().await?;
    let mut pictures = vec![];
    for _ in 0..PICTURES {
        let id = Uuid::now_v7().to_string();
        record(log.as_ref(), "picture", &id, &[UPLOADED, PUBLISHED]).await?;
        pictures.push(id);
    }
    ensure!(!pictures.is_empty(), "no picture");
    Ok(pictures)
}
