//! What the HTTP services of a network have in common.
//!
//! | module | holds |
//! |---|---|
//! | [`connection`] | accepting connections: how many, how slow they may be, how they end |
//! | [`origin`] | who a request comes from, and how much of everything one origin may have |
//! | [`encoding`] | the two forms of bodies: JSON, and the binary form that HotShot's Rust clients prefer |
//! | [`reply`] | answers that are written in the form that the request accepts |
//! | [`body`] | bodies of requests, bounded in length and time |
//! | [`cors`] | pages of other sites may use the service |
//! | [`stop`] | being asked to stop, heard by whatever waits |

pub mod body;
pub mod connection;
pub mod cors;
pub mod encoding;
pub mod origin;
pub mod reply;
pub mod stop;
