//! The engines that are compared.

use std::env;

use crema_kernels::{
    AnyEngine, Engine,
    icicle::DIRECTORY_VARIABLE,
    select::{Bytes, EngineChoice, Request},
};

use super::error::KernelsError;

/// An engine, and how it was asked for.
pub struct Contestant {
    /// Its own name.
    pub name: String,
    /// The engine.
    pub engine: AnyEngine,
}

/// Opens the engines asked for, or all that there are. One that is twice the same, as the processor's two are where it
/// has no vector instructions for them, is there once.
///
/// # Errors
/// [`KernelsError::Engine`] on an engine that was asked for by name and cannot be had.
pub fn open(choices: &[EngineChoice], limit: Option<Bytes>) -> Result<Vec<Contestant>, KernelsError> {
    let mut engines: Vec<Contestant> = Vec::new();
    let mut enter = |choice| -> Result<(), KernelsError> {
        let request = Request {
            engine: choice,
            device_memory_limit: limit,
        };
        let selected = request
            .open()
            .map_err(|source| KernelsError::Engine { choice, source })?;
        let name = selected.engine.name();
        if engines.iter().all(|other| other.name != name) {
            engines.push(Contestant {
                name,
                engine: selected.engine,
            });
        }
        Ok(())
    };
    if !choices.is_empty() {
        choices.iter().try_for_each(|&choice| enter(choice))?;
        return Ok(engines);
    }
    enter(EngineChoice::Cpu)?;
    enter(EngineChoice::CpuPortable)?;
    for choice in optional() {
        if let Err(error) = enter(choice) {
            eprintln!("left out: {error}");
        }
    }
    Ok(engines)
}

/// Engines that a machine may have.
fn optional() -> Vec<EngineChoice> {
    let mut choices = Vec::new();
    if cfg!(feature = "cuda") {
        choices.push(EngineChoice::Cuda { index: 0 });
    }
    if env::var_os(DIRECTORY_VARIABLE).is_some() {
        for name in ["icicle:cpu", "icicle:cuda"] {
            choices.extend(name.parse::<EngineChoice>());
        }
    }
    choices
}
