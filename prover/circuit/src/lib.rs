//! The light client's state-update circuits: "these keys, weighing at least the threshold of the stake table that is
//! committed to, have signed this state".
//!
//! [`structure`] builds what keys are made from, once per version and capacity; [`witness`] computes a proof's values.
//! Both run the same gadget code ([`gadget`], [`synthesize`]) with another
//! [`Builder`](crema_plonk::constraint_system::Builder). Versions 1, 2 and 3 equal the deployed circuits of Espresso's
//! light client gate for gate; versions 1 and 2 are unsound as deployed, see [`Version::is_sound`].

mod error;
pub mod gadget;
mod state_update;
mod statement;
mod table_traces;
mod version;

pub use error::Error;
pub use state_update::{MAX_CAPACITY, Witness, structure, synthesize, witness, witness_with};
pub use statement::{Entry, Message, Statement, public_inputs};
pub use table_traces::TableTraces;
pub use version::{UnknownVersion, Version};
