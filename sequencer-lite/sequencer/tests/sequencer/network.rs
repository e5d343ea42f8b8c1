//! An orchestrator and nodes as processes, on free ports, in a folder that goes with them.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use reqwest::{Client, StatusCode};
use serde_json::Value;
use tempfile::TempDir;

/// How long anything in here may take on a machine that is busy.
pub const SOON: Duration = Duration::from_secs(90);

const GENESIS: &str = r#"
base_version = "0.2"
upgrade_version = "0.2"
[stake_table]
capacity = 10
[chain_config]
chain_id = 999999999
base_fee = 0
max_block_size = "1mb"
fee_recipient = "0x0000000000000000000000000000000000000000"
[header]
timestamp = "1970-01-01T00:00:00Z"
"#;

/// A program that does not outlive the test.
pub struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Process {
    /// Starts a program; its first line is the URL that it serves.
    fn start(mut command: Command) -> (Self, mpsc::Receiver<String>) {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let output = child.stdout.take().unwrap();
        let (sender, url) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        (Self(child), url)
    }

    /// SIGTERM; waits for the end.
    pub fn terminate(mut self) {
        let id = self.0.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(told.success());
        assert!(self.0.wait().unwrap().success(), "a graceful stop is a success");
    }
}

/// A port that nobody listens on.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A network's folder, ports and clients.
pub struct Network {
    pub folder: TempDir,
    pub orchestrator: String,
    orchestrator_port: u16,
    p2p: Vec<u16>,
    pub client: Client,
}

impl Network {
    /// Keys for `nodes`, and an address for each.
    pub fn new(nodes: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys = Command::new(env!("CARGO_BIN_EXE_keygen"))
            .args(["-n", &nodes.to_string(), "--not-da", "4", "-o"])
            .arg(folder.path().join("keys"))
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(keys.success());
        std::fs::write(folder.path().join("genesis.toml"), GENESIS).unwrap();
        let port = free_port();
        // the first call in this process chooses
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self {
            folder,
            orchestrator: format!("http://127.0.0.1:{port}"),
            orchestrator_port: port,
            p2p: (0..nodes).map(|_| free_port()).collect(),
            client: Client::builder()
                .timeout(Duration::from_secs(10))
                .build()
                .unwrap(),
        }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The orchestrator of this network, for listed keys, in this process: it goes with the test.
    pub fn serve_orchestrator(&self) -> crema_http::stop::Stopper {
        use crema_orchestrator::{
            http, key_list, orchestrator::Orchestrator, registry::Admission, rules, store,
        };
        let keys = key_list::read(&self.path().join("keys/public-keys.toml")).unwrap();
        let store = store::Store::open(&self.path().join("orchestrator")).unwrap();
        let rules = rules::Rules {
            start_threshold: "8:10".parse().unwrap(),
            start_delay: Duration::ZERO,
            next_view_timeout: Duration::from_secs(12),
            seed: [0; 32],
            builder_urls: Vec::new(),
            builder_timeout: Duration::from_secs(2),
            manual_start: false,
        };
        let orchestrator = Orchestrator::open(store, Admission::Listed(keys), rules, None).unwrap();
        let address = ([127, 0, 0, 1], self.orchestrator_port).into();
        let listener = http::listen(address).unwrap();
        let (stopper, stop) = crema_http::stop::channel();
        tokio::spawn(http::serve(listener, orchestrator.into(), stop));
        stopper
    }

    /// Node `index`, about to be started.
    pub fn command(&self, index: usize) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sequencer"));
        let p2p = self.p2p[index];
        command
            .args(["--orchestrator-url", &self.orchestrator])
            .args(["--libp2p-bind-address", &format!("127.0.0.1:{p2p}")])
            .args(["--libp2p-advertise-address", &format!("localhost:{p2p}")])
            .args(["--state-relay-server-url", "http://127.0.0.1:1"])
            .arg("--genesis-file")
            .arg(self.path().join("genesis.toml"))
            .arg("--key-file")
            .arg(self.path().join(format!("keys/{index}.env")))
            .env(
                "ESPRESSO_SEQUENCER_IS_DA",
                if index < 4 { "true" } else { "false" },
            )
            .env("RUST_LOG", "warn")
            .args(["--", "storage-fs", "--path"])
            .arg(self.path().join(index.to_string()))
            .args("-- http --port 0 -- query -- submit -- config".split(' '));
        command
    }

    /// Starts node `index`.
    pub fn start(&self, index: usize) -> Node {
        let (process, url) = Process::start(self.command(index));
        Node {
            process,
            url,
            base: None,
            client: self.client.clone(),
        }
    }
}

/// A node's process and its API.
pub struct Node {
    pub process: Process,
    url: mpsc::Receiver<String>,
    base: Option<String>,
    client: Client,
}

impl Node {
    /// Waits until it serves.
    pub fn wait(&mut self) {
        let line = self.url.recv_timeout(SOON).expect("the node comes up");
        self.base = Some(line.trim().replace("0.0.0.0", "127.0.0.1"));
    }

    pub async fn get(&self, path: &str) -> (StatusCode, Value) {
        let url = format!("{}/{path}", self.base.as_ref().unwrap());
        let answer = self.client.get(url).send().await.unwrap();
        let status = answer.status();
        (status, answer.json().await.unwrap())
    }

    pub async fn post(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        let url = format!("{}/{path}", self.base.as_ref().unwrap());
        let answer = self.client.post(url).json(body).send().await.unwrap();
        let status = answer.status();
        (status, answer.json().await.unwrap())
    }

    /// The number of blocks that the node has decided.
    pub async fn height(&self) -> u64 {
        self.get("v0/status/block-height").await.1.as_u64().unwrap()
    }

    /// Waits until the node has decided so many blocks.
    pub async fn reach(&self, height: u64) {
        let start = Instant::now();
        while self.height().await < height {
            assert!(start.elapsed() < SOON, "no block {height} after {SOON:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The decided leaf of a height and its certificate.
    pub async fn leaf(&self, height: u64) -> Value {
        let (status, leaf) = self.get(&format!("v0/availability/leaf/{height}")).await;
        assert_eq!(status, StatusCode::OK, "{leaf}");
        leaf
    }
}
