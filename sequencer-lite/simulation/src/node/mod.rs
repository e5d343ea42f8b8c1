//! What a simulated node stands on, and how it speaks.

pub(crate) mod disk;
pub(crate) mod liar;
pub(crate) mod machine;
pub(crate) mod outbox;
