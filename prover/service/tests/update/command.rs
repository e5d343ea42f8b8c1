//! The program itself: exit codes, what it prints, what it must not print, and signals.

use std::{
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    chain::{Chain, MNEMONIC},
    key,
    services::{Services, arguments, nobody},
    testing::{Network, state},
};

/// The program with an update's arguments, none of its variables set.
fn program(chain: &Chain, services: &Services, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_state-prover"));
    command.args(&arguments(chain, services, more)[1..]);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("ESPRESSO_")
            || text.starts_with("CREMA_")
            || text == "AZTEC_SRS_PATH"
            || text == "RUST_LOG"
        {
            command.env_remove(&name);
        }
    }
    command
}

/// Runs it where it does not block the services that it asks.
async fn output(mut command: Command) -> Output {
    tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_what_it_did_and_keeps_its_secrets() {
    let network = Network::new(5, 1);
    let chain = Chain::start(&network).await;
    let services = Services::of(&network, &network.bundle(state(12, 10), &[0, 1])).await;
    key::prover();

    // as an operator's .env has it
    let mut command = program(&chain, &services, &["--json"]);
    let endpoint = format!("{}/?apikey=0123secret", chain.url());
    let arguments: Vec<_> = command.get_args().map(ToOwned::to_owned).collect();
    let mut environment = Command::new(command.get_program());
    for pair in arguments[..arguments.len() - 1].chunks(2) {
        let variable = match pair[0].to_str().unwrap() {
            "--relay-server" => "ESPRESSO_STATE_RELAY_SERVER_URL",
            "--sequencer-url" => "ESPRESSO_SEQUENCER_URL",
            "--l1-provider" => "ESPRESSO_SEQUENCER_L1_PROVIDER",
            "--light-client-address" => "ESPRESSO_SEQUENCER_LIGHT_CLIENT_PROXY_ADDRESS",
            "--eth-mnemonic" => "ESPRESSO_SEQUENCER_ETH_MNEMONIC",
            "--eth-account-index" => "ESPRESSO_SEQUENCER_STATE_PROVER_ACCOUNT_INDEX",
            "--stake-table-capacity" => "ESPRESSO_SEQUENCER_STAKE_TABLE_CAPACITY",
            "--srs" => "CREMA_SRS",
            "--key-cache" => "CREMA_KEY_CACHE",
            "--data-dir" => "CREMA_DATA_DIR",
            other => panic!("{other}"),
        };
        environment.env(variable, &pair[1]);
    }
    environment
        .arg("--json")
        .env("ESPRESSO_SEQUENCER_L1_PROVIDER", endpoint)
        .env("RUST_LOG", "trace");
    command = environment;
    let run = output(command).await;
    let (stdout, stderr) = (text(&run.stdout), text(&run.stderr));
    assert_eq!(run.status.code(), Some(0), "{stderr}");
    let report: Value =
        serde_json::from_str(&stdout).expect("one JSON object on standard output, and nothing else");
    assert_eq!(report["outcome"], "updated");
    assert_eq!(report["state"]["block_height"], 10);
    assert_eq!(report["previous"]["block_height"], 0);
    assert!(report["gas_used"].is_u64() && report["steps"].is_array());
    assert!(
        stderr.contains("INSECURE"),
        "the insecure reference string is not mentioned"
    );
    for secret in [MNEMONIC, "junk", "0123secret"] {
        assert!(
            !stdout.contains(secret) && !stderr.contains(secret),
            "{secret} was printed"
        );
    }

    let run = output(program(&chain, &services, &[])).await;
    assert_eq!(run.status.code(), Some(0));
    assert!(
        text(&run.stdout).contains("nothing to do"),
        "{}",
        text(&run.stdout)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_have_exit_codes_and_a_json_form() {
    let chain = Chain::start(&Network::new(5, 1)).await;
    let services = Services::start().await;
    let nobody = nobody().await;
    for (more, exit, code) in [
        (&["--relay-server", "nowhere"][..], 2, "bad-option"),
        (&["--eth-mnemonic", "one two three"], 2, "bad-option"),
        (&["--relay-server", &nobody], 10, "relay-unreachable"),
        (&[], 11, "no-bundle"),
    ] {
        let run = output(program(&chain, &services, more)).await;
        assert_eq!(run.status.code(), Some(exit), "{more:?}");
        assert!(run.stdout.is_empty(), "{}", text(&run.stdout));
        assert!(text(&run.stderr).starts_with("error: "), "{}", text(&run.stderr));
        let run = output(program(&chain, &services, &[more, &["--json"]].concat())).await;
        assert_eq!(run.status.code(), Some(exit), "{more:?}");
        let failure: Value = serde_json::from_slice(&run.stdout).unwrap();
        assert_eq!(
            (failure["outcome"].as_str(), failure["code"].as_str()),
            (Some("error"), Some(code))
        );
    }
    let mut without_contract = program(&chain, &services, &[]);
    without_contract = {
        let mut bare = Command::new(without_contract.get_program());
        bare.env_clear();
        bare
    };
    let run = output(without_contract).await;
    assert_eq!(run.status.code(), Some(2));
    assert!(
        text(&run.stderr).contains("--light-client-address"),
        "{}",
        text(&run.stderr)
    );
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_ends_well_on_sigterm() {
    let chain = Chain::start(&Network::new(5, 1)).await;
    let services = Services::start().await;
    let mut command = program(&chain, &services, &["--daemon", "--retry-freq", "20ms"]);
    let mut daemon = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(
        daemon.try_wait().unwrap().is_none(),
        "the daemon has ended by itself"
    );
    let asked = Instant::now();
    let id = daemon.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .unwrap()
            .success()
    );
    let run = tokio::task::spawn_blocking(move || daemon.wait_with_output().unwrap())
        .await
        .unwrap();
    assert_eq!(run.status.code(), Some(0), "{}", text(&run.stderr));
    assert!(asked.elapsed() < Duration::from_secs(5));
    assert!(text(&run.stderr).contains("no-bundle"), "{}", text(&run.stderr));
}
