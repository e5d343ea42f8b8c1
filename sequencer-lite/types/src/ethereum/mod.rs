//! Ethereum's vocabulary in headers: addresses, and signatures on personal messages (EIP-191).

mod address;
mod signature;

pub use address::{Address, ParseAddressError};
pub use signature::{EthereumSignature, EthereumSigningKey, SignatureError, personal_message_hash};
