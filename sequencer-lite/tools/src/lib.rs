//! Tools for a sequencer network.
//!
//! | program | does |
//! |---|---|
//! | `submit-transactions` | submits random transactions and watches until they are in blocks |
//! | `verify-headers` | walks all headers and checks that they follow one another, and the L1 |
//! | `nasty-client` | asks a sequencer everything at random, for as long as wanted, and compares its answers |

pub mod headers;
pub mod load;
pub mod log;
pub mod nasty;
pub mod random;
