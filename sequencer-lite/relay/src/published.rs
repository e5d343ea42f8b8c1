//! The newest bundle, in the forms in which it is handed out.

use std::sync::OnceLock;

use axum::body::Bytes;
use crema_light_client::bundle::StateSignaturesBundle;

use crema_http::encoding::{self, EncodeError, Encoding};

/// A bundle, encoded once per form however many ask for it.
#[derive(Debug)]
pub struct Published {
    bundle: StateSignaturesBundle,
    json: OnceLock<Bytes>,
    binary: OnceLock<Bytes>,
}

impl Published {
    /// A bundle to be handed out.
    pub fn new(bundle: StateSignaturesBundle) -> Self {
        Self {
            bundle,
            json: OnceLock::new(),
            binary: OnceLock::new(),
        }
    }

    /// The bundle.
    pub fn bundle(&self) -> &StateSignaturesBundle {
        &self.bundle
    }

    /// The height of its state, which names it in the stream.
    pub fn height(&self) -> u64 {
        self.bundle.state.block_height
    }

    /// The bundle in this form.
    ///
    /// # Errors
    /// [`EncodeError`].
    pub fn encoded(&self, encoding: Encoding) -> Result<Bytes, EncodeError> {
        let place = match encoding {
            Encoding::Json => &self.json,
            Encoding::Binary => &self.binary,
        };
        if let Some(bytes) = place.get() {
            return Ok(bytes.clone());
        }
        let bytes = Bytes::from(encoding::encode(&self.bundle, encoding)?);
        Ok(place.get_or_init(|| bytes).clone())
    }
}
