//! Parameters in paths.

use crema_light_client::tagged::{self, Tagged};
use crema_types::{Address, NamespaceId};

use crate::error::RequestError;

/// A decimal number.
pub(crate) fn integer(text: &str) -> Result<u64, RequestError> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(RequestError::InvalidParam {
            param_type: "Integer".into(),
            reason: "invalid digit found in string".into(),
        });
    }
    text.parse().map_err(|_| RequestError::IntegerOverflow)
}

/// A rollup's number.
pub(crate) fn namespace(text: &str) -> Result<NamespaceId, RequestError> {
    let id = integer(text)?;
    u32::try_from(id)
        .map(NamespaceId)
        .map_err(|_| RequestError::IntegerOverflow)
}

/// A hash with its tag.
pub(crate) fn hash<T: Tagged>(text: &str) -> Result<T, RequestError> {
    if let Some((tag, _)) = text.split_once('~')
        && tag != T::TAG
    {
        return Err(RequestError::TagMismatch {
            actual: tag.chars().take(32).collect(),
            expected: T::TAG.into(),
        });
    }
    tagged::from_text(text).map_err(|error| RequestError::TaggedBase64 {
        reason: error.to_string(),
    })
}

/// An Ethereum address.
pub(crate) fn address(text: &str) -> Result<Address, RequestError> {
    text.parse().map_err(|_| RequestError::InvalidParam {
        param_type: "Literal".into(),
        reason: "an address is 0x and 40 hexadecimal digits".into(),
    })
}

#[cfg(test)]
mod tests {
    use crema_types::{BlockHash, TransactionHash};

    use super::*;

    #[test]
    fn numbers_are_decimal_and_fit() {
        assert_eq!(integer("17"), Ok(17));
        for text in ["", "-1", "+1", "0x1", "1.0", " 1"] {
            assert!(
                matches!(integer(text), Err(RequestError::InvalidParam { .. })),
                "{text}"
            );
        }
        assert_eq!(
            integer("18446744073709551616"),
            Err(RequestError::IntegerOverflow)
        );
        assert_eq!(namespace("4294967296"), Err(RequestError::IntegerOverflow));
    }

    #[test]
    fn hashes_say_what_they_are_of() {
        let text = BlockHash([7; 32]).to_string();
        assert_eq!(hash(&text), Ok(BlockHash([7; 32])));
        assert!(matches!(
            hash::<TransactionHash>(&text),
            Err(RequestError::TagMismatch { .. })
        ));
        assert!(matches!(
            hash::<BlockHash>("BLOCK~AAAA"),
            Err(RequestError::TaggedBase64 { .. })
        ));
    }
}
