//! Where proofs are computed.

use crema_kernels::{
    AnyEngine,
    select::{Bytes, EngineChoice, Request, SelectError},
};

/// Which engine.
#[derive(clap::Args, Clone, Copy, Debug, Default)]
pub struct EngineOptions {
    /// Where to compute: cuda or cuda:INDEX (an NVIDIA card), cpu, cpu-portable (without vector instructions),
    /// icicle:cuda or icicle:cpu (ICICLE's libraries in CREMA_ICICLE_DIR), or auto: a card where there is one that works.
    #[arg(long, env = "CREMA_ENGINE", default_value_t, value_name = "ENGINE")]
    pub engine: EngineChoice,

    /// The most of a card's memory to use, for instance 24GiB; all that is free by default.
    #[arg(long, env = "CREMA_DEVICE_MEMORY_LIMIT", value_name = "SIZE")]
    pub device_memory_limit: Option<Bytes>,
}

impl EngineOptions {
    /// Opens the engine and says which it is.
    ///
    /// # Errors
    /// [`SelectError`].
    pub fn open(self) -> Result<AnyEngine, SelectError> {
        let selected = Request {
            engine: self.engine,
            device_memory_limit: self.device_memory_limit,
        }
        .open()?;
        eprintln!("engine: {selected}");
        Ok(selected.engine)
    }
}
