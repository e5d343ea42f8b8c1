//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use crema_circuit::Version;

use crate::{
    engine::EngineOptions,
    keys::KeyRequest,
    offline::{CalldataOptions, ProveOptions, VerifyOptions, VkOptions},
    srs::SrsChoice,
    update::UpdateOptions,
};

/// Proves that a quorum of stake signed a new HotShot light-client state, and submits it to L1.
///
/// Without a subcommand it takes the newest bundle from the state relay, proves it and updates the contract once;
/// with --daemon it goes on doing so.
#[derive(Debug, Parser)]
#[command(name = "state-prover", version, args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// What to do; updating the contract when absent.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Options of the update.
    #[command(flatten)]
    pub update: UpdateOptions,
}

/// Commands that need no network.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print a circuit's verification key.
    Vk(VkOptions),
    /// Prove a case.
    Prove(ProveOptions),
    /// Check a proof: exit code 0 accepted, 1 rejected, 2 unreadable.
    Verify(VerifyOptions),
    /// Print the ABI-encoded newFinalizedState.
    Calldata(CalldataOptions),
}

/// Which key.
#[derive(Args, Clone, Debug)]
pub struct KeyOptions {
    /// v1, v2, v3 (as deployed), v1-canonical or v2-canonical.
    #[arg(long)]
    pub circuit: Version,
    /// Lines of the stake table: 200 on public networks, 10 on the demo network.
    #[arg(long)]
    pub capacity: usize,
    /// aztec (the file at AZTEC_SRS_PATH), file:PATH, or insecure-tau:0x… for development.
    #[arg(long, default_value = "aztec")]
    pub srs: SrsChoice,
    /// Folder of the proving keys; a key is made on first use. Default: crema/keys in the user's cache folder.
    #[arg(long, value_name = "FOLDER", env = "CREMA_KEY_CACHE")]
    pub key_cache: Option<PathBuf>,
    /// Where to compute.
    #[command(flatten)]
    pub engine: EngineOptions,
}

impl KeyOptions {
    /// The key's name.
    pub fn request(&self) -> KeyRequest {
        KeyRequest {
            version: self.circuit,
            capacity: self.capacity,
            srs: self.srs.clone(),
        }
    }
}
