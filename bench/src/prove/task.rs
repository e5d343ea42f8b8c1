//! What a worker process is told and what it tells.

use std::{
    env,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crema_circuit::Version;
use crema_kernels::{
    AnyEngine,
    select::{InvalidBytes, UnknownEngine},
};
use crema_service::{
    engine::EngineOptions,
    keys::{KeyCache, KeyRequest, SetupError},
    srs::SrsChoice,
};
use serde::{Deserialize, Serialize};

use super::{ProveOptions, measure::Proving, prepare::Preparation};
use crate::error::Error;

/// What is measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// The circuit, by its name.
    pub circuit: String,
    /// Lines of the stake table.
    pub capacity: usize,
    /// The reference string, by its name.
    pub srs: String,
    /// Where to compute, by its name.
    pub engine: String,
    /// The most of a card's memory to use, where that was chosen.
    #[serde(default)]
    pub device_memory_limit: Option<String>,
    /// Proofs that count.
    pub repeat: usize,
    /// Proofs before those.
    pub warm_up: usize,
    /// Threads, where they were chosen.
    pub threads: Option<u16>,
    /// What statements are derived from.
    pub seed: u64,
}

/// What a worker is told. Where the keys lie is no part of the task, as it says nothing about the figures.
#[derive(Serialize, Deserialize)]
pub struct Order {
    /// What to do.
    pub step: Step,
    /// What is measured.
    pub task: Task,
    /// Folder of the proving keys.
    pub key_cache: Option<PathBuf>,
}

/// Which part of a task a worker does.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub enum Step {
    /// Make the key unless it is there.
    Prepare,
    /// Load the key and prove.
    Prove,
}

/// What a worker found.
#[derive(Serialize, Deserialize)]
pub enum Outcome {
    /// The key is there.
    Prepared(Preparation),
    /// Proofs were made.
    Proved(Proving),
}

impl Task {
    /// The task at one of the capacities asked for.
    pub fn new(options: &ProveOptions, capacity: usize) -> Self {
        Self {
            circuit: options.circuit.to_string(),
            capacity,
            srs: options.srs.to_string(),
            engine: options.engine.engine.to_string(),
            device_memory_limit: options.engine.device_memory_limit.map(|limit| limit.to_string()),
            repeat: options.repeat.into(),
            warm_up: options.warm_up.into(),
            threads: options.threads,
            seed: options.seed,
        }
    }

    /// The circuit.
    ///
    /// # Errors
    /// [`Error::Task`].
    pub fn version(&self) -> Result<Version, Error> {
        self.circuit
            .parse()
            .map_err(|error: crema_circuit::UnknownVersion| Error::Task(error.to_string()))
    }

    /// Opens the engine.
    ///
    /// # Errors
    /// [`Error::Task`] when it has no such name, [`Error::Setup`] when it cannot be had.
    pub fn engine(&self) -> Result<AnyEngine, Error> {
        let limit = self.device_memory_limit.as_deref().map(str::parse).transpose();
        let options = EngineOptions {
            engine: self
                .engine
                .parse()
                .map_err(|error: UnknownEngine| Error::Task(error.to_string()))?,
            device_memory_limit: limit.map_err(|error: InvalidBytes| Error::Task(error.to_string()))?,
        };
        Ok(options.open().map_err(SetupError::from)?)
    }

    /// The key's name.
    ///
    /// # Errors
    /// [`Error::Task`].
    pub fn request(&self) -> Result<KeyRequest, Error> {
        let srs: Result<SrsChoice, _> = self.srs.parse();
        Ok(KeyRequest {
            version: self.version()?,
            capacity: self.capacity,
            srs: srs.map_err(|error| Error::Task(error.to_string()))?,
        })
    }
}

impl Order {
    /// What a step of a task needs.
    pub fn new(step: Step, task: &Task, key_cache: Option<&Path>) -> Self {
        Self {
            step,
            task: task.clone(),
            key_cache: key_cache.map(Path::to_owned),
        }
    }

    /// Where keys are kept.
    ///
    /// # Errors
    /// As [`KeyCache::new`].
    pub fn keys(&self) -> Result<KeyCache, Error> {
        Ok(KeyCache::new(self.key_cache.clone())?)
    }

    /// Has a worker see to the key.
    ///
    /// # Errors
    /// [`Error`].
    pub fn prepare(task: &Task, key_cache: Option<&Path>) -> Result<Preparation, Error> {
        match Self::new(Step::Prepare, task, key_cache).delegate("making the key")? {
            Outcome::Prepared(preparation) => Ok(preparation),
            Outcome::Proved(_) => Err(Error::Task("a proof came back instead of a key".to_owned())),
        }
    }

    /// Has a worker prove.
    ///
    /// # Errors
    /// [`Error`].
    pub fn prove(task: &Task, key_cache: Option<&Path>) -> Result<Proving, Error> {
        match Self::new(Step::Prove, task, key_cache).delegate("proving")? {
            Outcome::Proved(proving) => Ok(proving),
            Outcome::Prepared(_) => Err(Error::Task("a key came back instead of a proof".to_owned())),
        }
    }

    fn delegate(&self, task: &'static str) -> Result<Outcome, Error> {
        let spawn = |source| Error::Spawn { task, source };
        let mut command = Command::new(env::current_exe().map_err(spawn)?);
        command
            .arg("prove-worker")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        if let Some(threads) = self.task.threads {
            command.env("RAYON_NUM_THREADS", threads.to_string());
        }
        let mut worker = command.spawn().map_err(spawn)?;
        let order = serde_json::to_vec(self)?;
        if let Some(mut stdin) = worker.stdin.take() {
            stdin.write_all(&order).map_err(spawn)?;
        }
        let output = worker.wait_with_output().map_err(spawn)?;
        if !output.status.success() {
            return Err(Error::Worker {
                task,
                status: output.status,
            });
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }
}
