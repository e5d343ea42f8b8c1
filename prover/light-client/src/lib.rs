//! The vocabulary of a HotShot light client, shared by everything that speaks it: the state-update circuit, the
//! prover service and the sequencer.
//!
//! Pure data and cryptography: no sockets, no files, no clocks. Whatever arrives from outside is decoded strictly
//! (canonical scalars, points on the curve and in the prime-order subgroup, one text per value) and every decoder
//! returns a typed error.
//!
//! | module | holds |
//! |---|---|
//! | [`field`], [`u256`] | scalars and 256-bit amounts as text and bytes |
//! | [`rescue`] | the permutation and the variable-length hash over BN254's scalar field |
//! | [`schnorr`] | the signatures that a state proof verifies, on the Edwards curve over that field |
//! | [`bls`] | the signatures of consensus, over BN254's pairing |
//! | [`tagged`] | `TAG~base64` texts and their binary form |
//! | [`stake_table`] | who may sign, with what weight, and the commitments to that |
//! | [`state`] | the light-client state and the messages that are signed for it |
//! | [`bundle`] | what a state relay hands out, and its check against a stake table |
//! | [`config`] | the stake table as a sequencer's configuration names it |

pub mod bls;
pub mod bundle;
pub mod codec;
pub mod config;
mod constant_time;
pub mod field;
pub mod rescue;
pub mod schnorr;
pub mod stake_table;
pub mod state;
pub mod tagged;
pub mod u256;
