//! A chain, a host that serves the demo network's configuration, and the program pointed at both.

use std::{
    env,
    fmt::Write as _,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
};

use alloy::{
    node_bindings::{Anvil, AnvilInstance},
    primitives::{Address, U256, address},
    providers::{DynProvider, Provider, ProviderBuilder},
};
use ark_ec::AffineRepr;
use crema_contracts::permissioned_stake_table::BN254::G2Point;
use crema_light_client::{bls, field::to_be_bytes};
use serde_json::{Value, json};
use tempfile::TempDir;

/// anvil's own phrase.
const MNEMONIC: &str = "test test test test test test test test test test test junk";
/// Its first account.
pub const DEPLOYER: Address = address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
/// The demo network's validators.
const VALIDATORS: &str = include_str!("../vectors/demo_validators.json");

pub struct Network {
    anvil: AnvilInstance,
    sequencer: String,
    folder: TempDir,
}

impl Network {
    pub fn start() -> Self {
        // the program installs its own; a second of the test's would do as well
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self {
            anvil: Anvil::at(anvil()).prague().try_spawn().unwrap(),
            sequencer: serve(&configuration()),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub fn provider(&self) -> DynProvider {
        ProviderBuilder::new()
            .connect_http(self.anvil.endpoint_url())
            .erased()
    }

    /// The program's report, or what it said on standard error.
    pub fn deploy(&self, arguments: &[&str]) -> Result<Value, String> {
        let text = self.run(&[arguments, &["--json"]].concat())?;
        Ok(serde_json::from_str(&text).unwrap())
    }

    /// The program's standard output, or its standard error.
    pub fn run(&self, arguments: &[&str]) -> Result<String, String> {
        let output = self.command(arguments).output().unwrap();
        if output.status.success() {
            Ok(String::from_utf8(output.stdout).unwrap())
        } else {
            Err(String::from_utf8(output.stderr).unwrap())
        }
    }

    pub fn spawn(&self, arguments: &[&str]) -> Child {
        self.command(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_deploy"));
        command
            .env_clear()
            .env("ESPRESSO_SEQUENCER_L1_PROVIDER", self.anvil.endpoint())
            .env("ESPRESSO_SEQUENCER_L1_POLLING_INTERVAL", "20ms")
            .env("ESPRESSO_SEQUENCER_URL", &self.sequencer)
            .env("ESPRESSO_SEQUENCER_ETH_MNEMONIC", MNEMONIC)
            .env("CREMA_DEPLOYER_BROADCAST", self.folder.path())
            .args(arguments);
        command
    }

    /// The record of this chain.
    pub fn record(&self) -> PathBuf {
        self.folder.path().join("31337/deploy.json")
    }

    /// A file with the demo network's first four validators.
    pub fn stake_table_file(&self) -> String {
        let path = self.folder.path().join("stake_table.toml");
        let mut text = String::new();
        for (bls, schnorr, da) in validators().iter().take(4) {
            let keys = format!("stake_table_key = \"{bls}\"\nstate_ver_key = \"{schnorr}\"");
            writeln!(text, "[[public_keys]]\n{keys}\nda = {da}\nstake = 1\n").unwrap();
        }
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// BLS keys, and whether that file has them.
    pub fn bls_keys() -> Vec<(G2Point, bool)> {
        validators()
            .iter()
            .enumerate()
            .map(|(i, (key, _, _))| {
                let key: bls::VerifyingKey = serde_json::from_value(json!(key)).unwrap();
                let (x, y) = key.0.xy().unwrap();
                let word = |element| U256::from_be_bytes(to_be_bytes(&element));
                let point = G2Point {
                    x0: word(x.c1),
                    x1: word(x.c0),
                    y0: word(y.c1),
                    y1: word(y.c0),
                };
                (point, i < 4)
            })
            .collect()
    }
}

/// anvil's binary, or a failure that says how to get it.
fn anvil() -> PathBuf {
    if let Some(path) = env::var_os("CREMA_ANVIL") {
        return path.into();
    }
    let platform = match (env::consts::OS, env::consts::ARCH) {
        ("macos", "aarch64") => "darwin-arm64",
        ("macos", _) => "darwin-amd64",
        (_, "aarch64") => "linux-arm64",
        _ => "linux-amd64",
    };
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join(format!("../node_modules/@foundry-rs/anvil-{platform}/bin/anvil"));
    assert!(
        path.exists(),
        "{} is missing: run `npm ci --prefix contracts --ignore-scripts`, or name an anvil in CREMA_ANVIL",
        path.display()
    );
    path
}

/// BLS key, Schnorr key and whether it stores data, of every validator.
fn validators() -> Vec<(String, String, bool)> {
    let list: Vec<Value> = serde_json::from_str(VALIDATORS).unwrap();
    list.iter()
        .map(|validator| {
            let text = |name: &str| validator[name].as_str().unwrap().to_owned();
            (text("bls"), text("schnorr"), validator["da"].as_bool().unwrap())
        })
        .collect()
}

/// What a sequencer answers at `config/hotshot`.
fn configuration() -> Value {
    let nodes: Vec<Value> = validators()
        .iter()
        .map(|(bls, schnorr, _)| {
            json!({
                "stake_table_entry": { "stake_key": bls, "stake_amount": "0x1" },
                "state_ver_key": schnorr,
            })
        })
        .collect();
    json!({ "config": { "known_nodes_with_stake": nodes } })
}

/// Serves one document to everybody for as long as the process lives; returns its base URL.
fn serve(document: &Value) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let body = document.to_string();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            while lines
                .next()
                .is_some_and(|line| line.is_ok_and(|line| !line.is_empty()))
            {}
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close";
            // a client that has gone away is its own business
            let _ = write!(stream, "{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        }
    });
    url
}
