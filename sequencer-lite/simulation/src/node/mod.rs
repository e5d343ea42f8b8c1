//! A node's machine: runtime, disk, power, and what leaves it.

pub(crate) mod disk;
pub(crate) mod liar;
pub(crate) mod machine;
pub(crate) mod outbox;
pub(crate) mod power;
pub(crate) mod twins;
