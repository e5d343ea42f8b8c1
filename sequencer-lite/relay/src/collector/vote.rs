//! Votes: unchecked as they arrive, checked as they count, and the contradictions among them.

use crema_light_client::bundle::StateSignatureRequestBody;
use crema_light_client::codec::DecodeError;
use crema_light_client::schnorr::{Signature, VerifyingKey};
use crema_light_client::state::LightClientState;
use crema_light_client::tagged::Tagged;
use crema_light_client::tagged_text;
use serde::{Deserialize, Serialize};

use super::refusal::{BadSignature, Refusal};

/// The bytes of a Schnorr verifying key, whose point nobody has looked at yet.
///
/// A key has one encoding only, so that the bytes can be looked up where the point would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyBytes(pub [u8; 64]);

/// The bytes of a Schnorr signature, whose point nobody has looked at yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignatureBytes(pub [u8; 96]);

fn exactly<const N: usize>(what: &'static str, value: &[u8]) -> Result<[u8; N], DecodeError> {
    value.try_into().map_err(|_| DecodeError::Length {
        what,
        expected: N,
        found: value.len(),
    })
}

impl Tagged for KeyBytes {
    const TAG: &'static str = VerifyingKey::TAG;

    fn to_value(&self) -> Vec<u8> {
        self.0.to_vec()
    }

    fn from_value(value: &[u8]) -> Result<Self, DecodeError> {
        exactly("Schnorr verifying key", value).map(Self)
    }
}

impl Tagged for SignatureBytes {
    const TAG: &'static str = Signature::TAG;

    fn to_value(&self) -> Vec<u8> {
        self.0.to_vec()
    }

    fn from_value(value: &[u8]) -> Result<Self, DecodeError> {
        exactly("Schnorr signature", value).map(Self)
    }
}

tagged_text!(KeyBytes, SignatureBytes);

/// What a node posts, in the form of [`StateSignatureRequestBody`] but with its points still bytes: whoever is not in
/// the stake table is turned away before anything costs time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UncheckedVote {
    /// Who is said to have signed.
    pub key: KeyBytes,
    /// What is said to be signed.
    pub state: LightClientState,
    /// The signature.
    pub signature: SignatureBytes,
}

impl UncheckedVote {
    /// Verifies the signature under `key`, the point that [`super::Collector::screen`] has found for the key's bytes.
    ///
    /// # Errors
    /// [`Refusal::BadSignature`].
    pub fn verify(&self, key: VerifyingKey) -> Result<Vote, Refusal> {
        let bad = |reason: BadSignature| Refusal::BadSignature(reason);
        let signature = Signature::from_value(&self.signature.0).map_err(|error| bad(error.into()))?;
        Vote::verify(StateSignatureRequestBody {
            key,
            state: self.state,
            signature,
        })
    }
}

/// A vote whose signature has been verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vote(StateSignatureRequestBody);

impl Vote {
    /// Verifies the signature.
    ///
    /// # Errors
    /// [`Refusal::BadSignature`].
    pub fn verify(body: StateSignatureRequestBody) -> Result<Self, Refusal> {
        body.verify()
            .map_err(|error| Refusal::BadSignature(error.into()))?;
        Ok(Self(body))
    }

    /// A vote that has been verified before.
    pub(super) fn restored(key: VerifyingKey, signed: SignedState) -> Self {
        let SignedState { state, signature } = signed;
        Self(StateSignatureRequestBody {
            key,
            state,
            signature,
        })
    }

    /// Who has signed.
    pub fn key(&self) -> VerifyingKey {
        self.0.key
    }

    /// What is signed.
    pub fn state(&self) -> &LightClientState {
        &self.0.state
    }

    /// The height of the state.
    pub fn height(&self) -> u64 {
        self.0.state.block_height
    }

    /// State and signature.
    pub fn signed(&self) -> SignedState {
        SignedState {
            state: self.0.state,
            signature: self.0.signature,
        }
    }
}

/// A state and a signature on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedState {
    /// What is signed.
    pub state: LightClientState,
    /// The signature.
    pub signature: Signature,
}

/// Two states of one height signed by one key: proof that its holder follows no honest protocol, or that two machines
/// share the key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Who has signed both.
    pub key: VerifyingKey,
    /// The one that came first, and counts.
    pub first: SignedState,
    /// The one that came later.
    pub second: SignedState,
}

impl Evidence {
    pub(super) fn new(key: VerifyingKey, first: SignedState, second: SignedState) -> Self {
        Self { key, first, second }
    }

    /// The height of both states.
    pub fn height(&self) -> u64 {
        self.first.state.block_height
    }

    /// Whether this is what it says: two different states of one height, both with good signatures.
    pub fn is_proof(&self) -> bool {
        let good = |signed: &SignedState| {
            let message = signed.state.message();
            self.key.verify(&message, &signed.signature).is_ok()
        };
        self.first.state != self.second.state
            && self.first.state.block_height == self.second.state.block_height
            && good(&self.first)
            && good(&self.second)
    }
}
