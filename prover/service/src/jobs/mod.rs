//! Updates as jobs in a database, so that nothing is lost, proved twice or paid twice whenever the process dies.
//!
//! [`Phase`] says what may follow what, [`Job`] what is known of an update, [`Jobs`] keeps both: SQLite in the data
//! directory, or a PostgreSQL that several provers share. Two rules make a crash at any line harmless: a proof is in the
//! store before anything is done with it, and a transaction is signed into the store before it is sent. What was sent and
//! what was not can then be told by asking the chain, and sending the same bytes again is no second payment.

mod claim;
mod crash;
mod error;
mod job;
mod phase;
mod rows;
mod store;

pub use claim::Claim;
pub use crash::CrashPoint;
pub use error::StoreError;
pub use job::{Failure, Job, JobId, Mined, ProofRecord, Target, Transaction};
pub use phase::{Phase, UnknownPhase};
pub(crate) use store::now;
pub use store::{Jobs, Location};
