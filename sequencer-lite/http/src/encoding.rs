//! The two forms of bodies: JSON, and the versioned binary form that HotShot's Rust clients prefer.

use axum::http::{HeaderMap, HeaderName, header};
use crema_types::Version;
use crema_types::wire::{self, WireError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

/// A form of bodies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// `application/json`.
    #[default]
    Json,
    /// `application/octet-stream`: version 0.1, then bincode.
    Binary,
}

/// Why a value has no such form.
#[derive(Debug, Error)]
pub enum EncodeError {
    /// No JSON.
    #[error("no JSON form: {0}")]
    Json(#[from] serde_json::Error),
    /// No binary form.
    #[error("no binary form: {0}")]
    Binary(#[from] WireError),
}

impl Encoding {
    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Binary => "application/octet-stream",
        }
    }

    /// The form of answers that a request accepts: the first that we have, JSON where it names none of them.
    pub fn accepted(headers: &HeaderMap) -> Self {
        let mut types = media_types(headers, &header::ACCEPT);
        types.find_map(Self::from_media_type).unwrap_or_default()
    }

    /// The form of a request's body, if it is one of ours.
    pub fn of_body(headers: &HeaderMap) -> Option<Self> {
        let mut types = media_types(headers, &header::CONTENT_TYPE);
        types.next().and_then(Self::from_media_type)
    }

    fn from_media_type(name: &str) -> Option<Self> {
        [Self::Json, Self::Binary]
            .into_iter()
            .find(|encoding| name.eq_ignore_ascii_case(encoding.media_type()))
    }
}

/// The media types in a header, without parameters.
fn media_types<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let texts = headers
        .get_all(name)
        .into_iter()
        .filter_map(|value| value.to_str().ok());
    let types = texts.flat_map(|text| text.split(','));
    types.map(|media_type| media_type.split(';').next().unwrap_or_default().trim())
}

/// `value` in this form.
///
/// # Errors
/// [`EncodeError`], for values that do not have it.
pub fn encode<T: Serialize>(value: &T, encoding: Encoding) -> Result<Vec<u8>, EncodeError> {
    Ok(match encoding {
        Encoding::Json => serde_json::to_vec(value)?,
        Encoding::Binary => wire::encode(Version::V0_1, value)?,
    })
}

/// A value from this form.
///
/// # Errors
/// [`EncodeError`], for bytes that are no such value.
pub fn decode<T: DeserializeOwned>(bytes: &[u8], encoding: Encoding) -> Result<T, EncodeError> {
    Ok(match encoding {
        Encoding::Json => serde_json::from_slice(bytes)?,
        Encoding::Binary => wire::decode(Version::V0_1, bytes)?,
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn the_first_form_that_we_have_is_taken() {
        for (accept, expected) in [
            ("application/octet-stream", Encoding::Binary),
            ("application/json", Encoding::Json),
            ("*/*", Encoding::Json),
            (
                "text/html, application/octet-stream;q=0.5, application/json",
                Encoding::Binary,
            ),
            ("APPLICATION/OCTET-STREAM", Encoding::Binary),
            ("", Encoding::Json),
        ] {
            assert_eq!(
                Encoding::accepted(&headers(header::ACCEPT, accept)),
                expected,
                "{accept}"
            );
        }
        assert_eq!(Encoding::accepted(&HeaderMap::new()), Encoding::Json);
    }

    #[test]
    fn bodies_say_what_they_are() {
        let of = |value| Encoding::of_body(&headers(header::CONTENT_TYPE, value));
        assert_eq!(of("application/json; charset=utf-8"), Some(Encoding::Json));
        assert_eq!(of("application/octet-stream"), Some(Encoding::Binary));
        assert_eq!(of("text/plain"), None);
        assert_eq!(Encoding::of_body(&HeaderMap::new()), None);
    }
}
