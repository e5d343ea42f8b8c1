//! Everything that can go wrong here.

use std::{io, path::PathBuf};

use crema_service::keys::SetupError;

/// Why there is no measurement.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file of the operating system that measurements need.
    #[error("cannot read {path}: {source}; bench measures through Linux's /proc")]
    Proc {
        /// The file.
        path: &'static str,
        /// What happened.
        source: io::Error,
    },
    /// A file of the operating system lacks what is measured.
    #[error("{path} has no {key} in a form that bench knows")]
    ProcField {
        /// The file.
        path: &'static str,
        /// The field.
        key: &'static str,
    },
    /// No key.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// No statement or witness.
    #[error(transparent)]
    Circuit(#[from] crema_circuit::Error),
    /// The stake table for the benchmark is not one.
    #[error("the benchmark's stake table: {0}")]
    StakeTable(String),
    /// No proof.
    #[error(transparent)]
    Prove(#[from] crema_plonk::ProveError),
    /// A wrong proof.
    #[error(
        "proof {index} does not verify ({source}): a fault of the machine or of this program, so no figure stands"
    )]
    Verify {
        /// Which proof, from zero.
        index: usize,
        /// The verifier's reason.
        source: crema_plonk::VerifyError,
    },
    /// Two proofs are the same, so the second one's time means nothing.
    #[error("proof {index} equals an earlier one: a witness and its blinders were used twice")]
    Repeated {
        /// Which proof, from zero.
        index: usize,
    },
    /// A key that was just made is gone.
    #[error("the key was made anew while its loading was to be timed; leave the key cache alone meanwhile")]
    KeyVanished,
    /// The process that does one task.
    #[error("cannot run {task} in a process of its own: {source}")]
    Spawn {
        /// What was to be done.
        task: &'static str,
        /// What happened.
        source: io::Error,
    },
    /// The process failed, and has said why on stderr.
    #[error("{task} failed ({status}); its reason stands above")]
    Worker {
        /// What was to be done.
        task: &'static str,
        /// How it ended.
        status: std::process::ExitStatus,
    },
    /// Two ends of a pipe that do not understand each other.
    #[error("a worker's task or outcome is not what was expected: {0}")]
    Exchange(#[from] serde_json::Error),
    /// A task that this program would not have written.
    #[error("a worker's task is malformed: {0}")]
    Task(String),
    /// The results cannot be kept.
    #[error("cannot append to {path}: {source}")]
    Results {
        /// The file.
        path: PathBuf,
        /// What happened.
        source: io::Error,
    },
    /// Results or a document cannot be read.
    #[error("cannot read {path}: {reason}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Something that was to be written was not.
    #[error("cannot write {path}: {source}")]
    Write {
        /// The file.
        path: PathBuf,
        /// What happened.
        source: io::Error,
    },
    /// Something got worse.
    #[error("{0} figures got worse beyond their spread")]
    Regressions(usize),
    /// Two files of results that have nothing to do with each other.
    #[error(
        "the two files have no figure in common: were they made by the same bench with the same options?"
    )]
    NothingInCommon,
    /// Documents that say something else than the results.
    #[error("{0}: not what the results say; run \"bench report\" and look at the difference")]
    Stale(String),
    /// Another program's figures cannot be read.
    #[error("cannot read the reference figures in {path}: {reason}")]
    Reference {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}
