//! The account's mnemonic: held for as long as it takes to derive the key, never printed.

use std::{convert::Infallible, fmt, str::FromStr};

use alloy::signers::local::{LocalSignerError, MnemonicBuilder, PrivateKeySigner, coins_bip39::English};
use zeroize::Zeroizing;

/// A BIP-39 phrase. Wiped from memory when dropped; its debug form says nothing.
#[derive(Clone)]
pub struct Mnemonic(Zeroizing<String>);

impl fmt::Debug for Mnemonic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mnemonic(…)")
    }
}

impl FromStr for Mnemonic {
    type Err = Infallible;

    fn from_str(phrase: &str) -> Result<Self, Infallible> {
        Ok(Self(Zeroizing::new(phrase.trim().to_owned())))
    }
}

impl Mnemonic {
    /// The signer of `m/44'/60'/0'/0/index`.
    ///
    /// # Errors
    /// When the phrase is not BIP-39 English. The error does not repeat it.
    pub fn signer(&self, index: u32) -> Result<PrivateKeySigner, InvalidMnemonic> {
        let builder = MnemonicBuilder::<English>::default().phrase(self.0.as_str());
        builder
            .index(index)
            .and_then(|builder| builder.build())
            .map_err(InvalidMnemonic::from)
    }
}

/// A phrase that gives no key; says why in words that do not contain any of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not 12 to 24 words of the BIP-39 English list with a good checksum")]
pub struct InvalidMnemonic;

impl From<LocalSignerError> for InvalidMnemonic {
    /// Drops the library's message: it may quote the word that it did not know.
    fn from(_: LocalSignerError) -> Self {
        Self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published with every development chain; no account of value has it.
    const DEVELOPMENT: &str = "test test test test test test test test test test test junk";

    #[test]
    fn derives_the_development_accounts() {
        let mnemonic: Mnemonic = DEVELOPMENT.parse().unwrap();
        for (index, address) in [
            (0, "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
            (1, "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"),
        ] {
            assert_eq!(mnemonic.signer(index).unwrap().address().to_string(), address);
        }
    }

    #[test]
    fn neither_debug_nor_errors_repeat_the_phrase() {
        let mnemonic: Mnemonic = "hush hush secretword".parse().unwrap();
        let error = mnemonic.signer(0).unwrap_err();
        for text in [format!("{mnemonic:?}"), format!("{error:?}"), error.to_string()] {
            assert!(!text.contains("secretword") && !text.contains("hush"), "{text}");
        }
    }
}
