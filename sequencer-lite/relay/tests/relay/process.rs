//! The program itself, started, ended and started again.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crema_light_client::stake_table::StakeTable;

use super::network::{Caller, SOON, config};

/// A program that does not outlive the test.
struct Guard(Child);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A running `state-relay-server`, killed when dropped.
pub struct Process {
    child: Guard,
    pub client: Caller,
}

impl Process {
    /// Starts it on the signatures and the stake table in `folder`, and waits until it knows the table.
    pub async fn start(folder: &Path, options: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_state-relay-server"));
        command
            .args(["--port", "0", "--host", "127.0.0.1", "--posts-per-second", "0"])
            .arg("--storage-path")
            .arg(folder.join("store"))
            .arg("--stake-table")
            .arg(folder.join("stake-table.json"))
            .args(options)
            .env("RUST_LOG", "warn")
            .stdout(Stdio::piped());
        let mut child = Guard(command.spawn().unwrap());
        let mut line = String::new();
        let mut output = BufReader::new(child.0.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let process = Self {
            child,
            client: Caller::new(line.trim().to_owned()),
        };
        let ready = async {
            while process.client.metric("state_relay_signers").await == 0 {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(SOON, ready)
            .await
            .expect("it reads the stake table");
        process
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        self.child.0.kill().unwrap();
        self.child.0.wait().unwrap();
    }

    /// SIGTERM; waits for the end.
    pub fn terminate(mut self) {
        let id = self.child.0.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &id])
                .status()
                .unwrap()
                .success()
        );
        assert!(
            self.child.0.wait().unwrap().success(),
            "a graceful stop is a success"
        );
    }

    /// Resident memory in megabytes.
    pub fn memory(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.0.id())).unwrap();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .unwrap();
        let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse().unwrap();
        kilobytes / 1024.0
    }
}

/// Puts a stake table where [`Process::start`] expects it.
pub fn write_table(folder: &Path, table: &StakeTable) {
    let json = serde_json::to_vec(&config(table)).unwrap();
    std::fs::write(folder.join("stake-table.json"), json).unwrap();
}
