//! Holding a job while working on it, for as long as the work takes.

use std::time::Duration;

use tokio::task::JoinHandle;

use super::{JobId, Jobs};

/// How long a claim lasts without being renewed: a prover that died is replaced after this time.
pub const LEASE: Duration = Duration::from_mins(1);

/// A job that no other prover may touch. Renewed while it lives; given back when dropped, or when the lease runs out.
#[derive(Debug)]
pub struct Claim {
    jobs: Jobs,
    id: JobId,
    renewal: JoinHandle<()>,
}

impl Claim {
    /// Claims the job, unless another prover has it.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn take(jobs: &Jobs, id: &JobId) -> Result<Option<Self>, super::StoreError> {
        if !jobs.claim(id, LEASE).await? {
            return Ok(None);
        }
        let renewal = tokio::spawn({
            let (jobs, id) = (jobs.clone(), id.clone());
            async move {
                loop {
                    tokio::time::sleep(LEASE / 4).await;
                    // a store that does not answer gives the job away by itself, and every later change is refused
                    if let Err(error) = jobs.claim(&id, LEASE).await {
                        tracing::warn!(job = %id, %error, "the claim could not be renewed");
                    }
                }
            }
        });
        Ok(Some(Self {
            jobs: jobs.clone(),
            id: id.clone(),
            renewal,
        }))
    }

    /// Gives the job back.
    pub async fn release(self) {
        self.renewal.abort();
        if let Err(error) = self.jobs.release(&self.id).await {
            tracing::debug!(job = %self.id, %error, "the claim was not given back; it runs out");
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}
