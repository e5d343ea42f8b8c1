//! What a node asks its peers for when it has missed it.

use std::fmt;

use bytes::BufMut;
use commonware_codec::{Buf, EncodeSize, Error, FixedSize, Read, ReadExt, Write};
use commonware_utils::Span;
use crema_types::{Commitment, VidCommitment};

/// A request to peers. Every answer can be checked by whoever asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Request {
    /// A leaf that was notarized, and the certificate that its payload is stored.
    Block(Commitment),
    /// A quorum certificate for a leaf.
    Certificate(Commitment),
    /// Decided leaves from this height on, up to one that is proved final.
    Decided(u64),
    /// A whole payload.
    Payload(VidCommitment),
    /// A member's share of a payload, by its place.
    Share(VidCommitment, u32),
}

impl Request {
    /// Whether it asks for a payload or a share of one.
    pub fn is_for_payload(&self) -> bool {
        matches!(self, Self::Payload(_) | Self::Share(..))
    }

    /// Whether it asks for this payload or a share of it.
    pub fn is_for(&self, payload: VidCommitment) -> bool {
        match self {
            Self::Payload(name) | Self::Share(name, _) => *name == payload,
            Self::Block(_) | Self::Certificate(_) | Self::Decided(_) => false,
        }
    }

    /// Tag, name and number, of which each kind uses what it needs. The rest is zero.
    fn parts(&self) -> (u8, [u8; 32], u64) {
        match self {
            Self::Block(leaf) => (0, leaf.0, 0),
            Self::Certificate(leaf) => (1, leaf.0, 0),
            Self::Decided(height) => (2, [0; 32], *height),
            Self::Payload(payload) => (3, payload.0, 0),
            Self::Share(payload, place) => (4, payload.0, (*place).into()),
        }
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Block(leaf) => write!(f, "block {leaf}"),
            Self::Certificate(leaf) => write!(f, "certificate of {leaf}"),
            Self::Decided(height) => write!(f, "decided leaves from {height}"),
            Self::Payload(payload) => write!(f, "payload {payload}"),
            Self::Share(payload, place) => write!(f, "share {place} of {payload}"),
        }
    }
}

impl Write for Request {
    fn write(&self, writer: &mut impl BufMut) {
        let (tag, name, number) = self.parts();
        tag.write(writer);
        name.write(writer);
        number.write(writer);
    }
}

impl EncodeSize for Request {
    fn encode_size(&self) -> usize {
        u8::SIZE + 32 + u64::SIZE
    }
}

impl Read for Request {
    type Cfg = ();

    fn read_cfg(reader: &mut impl Buf, (): &()) -> Result<Self, Error> {
        let (tag, name, number) = (u8::read(reader)?, <[u8; 32]>::read(reader)?, u64::read(reader)?);
        let invalid = || Error::Invalid("Request", "not a request in canonical form");
        let request = match tag {
            0 => Self::Block(Commitment(name)),
            1 => Self::Certificate(Commitment(name)),
            2 => Self::Decided(number),
            3 => Self::Payload(VidCommitment(name)),
            4 => Self::Share(VidCommitment(name), u32::try_from(number).map_err(|_| invalid())?),
            _ => return Err(invalid()),
        };
        if request.parts() == (tag, name, number) {
            Ok(request)
        } else {
            Err(invalid())
        }
    }
}

impl Span for Request {}
