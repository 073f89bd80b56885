//! Bad links on demand: a proxy between two processes that delays, starves, cuts or resets what passes
//! (<https://github.com/Shopify/toxiproxy>).

use picasso_testing::free_port;
use serde_json::{Value, json};

use super::{counter::Counter, servers::Servers};

/// What can be wrong with a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// 100 ms more, each way.
    Latency,
    /// 256 KiB a second.
    Bandwidth,
    /// A connection that ends takes a second to.
    SlowClose,
    /// Connections are reset as soon as something is said on them.
    Reset,
    /// Nothing passes, and nobody says so.
    Cut,
}

impl Fault {
    fn toxic(self) -> (&'static str, Value) {
        match self {
            Self::Latency => ("latency", json!({"latency": 100, "jitter": 10})),
            Self::Bandwidth => ("bandwidth", json!({"rate": 256})),
            Self::SlowClose => ("slow_close", json!({"delay": 1_000})),
            Self::Reset => ("reset_peer", json!({"timeout": 0})),
            Self::Cut => ("timeout", json!({"timeout": 0})),
        }
    }
}

/// A link to one server, which can be made bad.
pub struct Link {
    pub name: &'static str,
    /// Where the link begins.
    pub port: u16,
    counter: Counter,
    control: String,
    id: String,
    http: reqwest::Client,
}

impl Link {
    /// Opens a way to `upstream`, an address such as `127.0.0.1:5432`.
    pub async fn open(servers: &Servers, name: &'static str, upstream: &str) -> Self {
        let bad = free_port();
        let counter = Counter::before(bad).await;
        let link = Self {
            name,
            port: counter.port,
            counter,
            control: servers.get("PICASSO_TEST_TOXIPROXY_URL"),
            id: format!("{name}_{bad}"),
            http: reqwest::Client::builder()
                .no_proxy()
                .build()
                .expect("a client"),
        };
        let listen = format!("127.0.0.1:{bad}");
        let proxy =
            json!({"name": link.id, "listen": listen, "upstream": upstream, "enabled": true});
        link.tell("POST", "/proxies", Some(proxy)).await;
        link
    }

    pub async fn break_by(&self, fault: Fault) {
        let (kind, attributes) = fault.toxic();
        for stream in ["upstream", "downstream"] {
            let name = format!("{kind}_{stream}");
            let toxic =
                json!({"name": name, "type": kind, "stream": stream, "attributes": attributes});
            self.tell("POST", &format!("/proxies/{}/toxics", self.id), Some(toxic))
                .await;
        }
    }

    /// Takes the fault away. Connections that were cut come back to life with a hole in them, so they are closed.
    pub async fn mend(&self, fault: Fault) {
        let (kind, _) = fault.toxic();
        for stream in ["upstream", "downstream"] {
            let path = format!("/proxies/{}/toxics/{kind}_{stream}", self.id);
            self.tell("DELETE", &path, None).await;
        }
        if fault == Fault::Cut {
            self.enable(false).await;
            self.enable(true).await;
        }
    }

    /// Closes the link, or opens it again: connections are refused meanwhile.
    pub async fn enable(&self, enabled: bool) {
        let path = format!("/proxies/{}", self.id);
        self.tell("POST", &path, Some(json!({"enabled": enabled})))
            .await;
    }

    /// Calls of the server so far.
    pub fn calls(&self) -> u64 {
        self.counter.calls()
    }

    async fn tell(&self, method: &str, path: &str, body: Option<Value>) {
        let method = method.parse().expect("a method");
        let mut request = self.http.request(method, format!("{}{path}", self.control));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.expect("toxiproxy answers");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        let url = format!("{}/proxies/{}", self.control, self.id);
        let deleted = std::process::Command::new("curl")
            .args([
                "--silent",
                "--fail",
                "--max-time",
                "5",
                "-X",
                "DELETE",
                &url,
            ])
            .status();
        if !deleted.is_ok_and(|status| status.success()) {
            println!("the link {} is left behind", self.id);
        }
    }
}
