//! Votes and certificates as simplex carries them.

use ark_bn254::G1Affine;
use ark_ec::AffineRepr;
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use bytes::BufMut;
use commonware_codec::{Buf, EncodeSize, Error, FixedSize, Read, Write};
use commonware_cryptography::certificate::Signers;

/// Bytes of a compressed point of G1.
const POINT: usize = 32;

/// A member's signatures on one subject.
///
/// A notarize vote signs twice: what HotShot signs, which names only leaf and view, and simplex's whole proposal.
/// Without the second, votes for one proposal could be relabelled as votes for another with the same leaf and a
/// different parent view.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VoteSignature {
    /// On the message of the subject's first kind.
    pub vote: G1Affine,
    /// On the whole proposal, for notarize votes; otherwise the identity.
    pub binding: G1Affine,
}

/// The sum of a quorum's signatures, and whose they are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VoteCertificate {
    /// The signers, in the order of simplex's participants.
    pub signers: Signers,
    /// The sum of their signatures.
    pub sum: VoteSignature,
}

fn write_point(point: &G1Affine, writer: &mut impl BufMut) {
    let mut bytes = [0; POINT];
    if point.serialize_compressed(&mut bytes[..]).is_ok() {
        writer.put_slice(&bytes);
    } else {
        unreachable!("a compressed point of G1 has {POINT} bytes");
    }
}

/// A canonical point of the curve, whose group has prime order.
fn read_point(reader: &mut impl Buf) -> Result<G1Affine, Error> {
    if reader.remaining() < POINT {
        return Err(Error::EndOfBuffer);
    }
    let mut bytes = [0; POINT];
    reader.copy_to_slice(&mut bytes);
    let point = G1Affine::deserialize_compressed(&bytes[..])
        .map_err(|_| Error::Invalid("VoteSignature", "not a point of G1"))?;
    let mut canonical = [0; POINT];
    let written = point.serialize_compressed(&mut canonical[..]);
    if written.is_err() || canonical != bytes {
        return Err(Error::Invalid(
            "VoteSignature",
            "not the canonical form of a point",
        ));
    }
    Ok(point)
}

impl Write for VoteSignature {
    fn write(&self, writer: &mut impl BufMut) {
        write_point(&self.vote, writer);
        write_point(&self.binding, writer);
    }
}

impl FixedSize for VoteSignature {
    const SIZE: usize = 2 * POINT;
}

impl Read for VoteSignature {
    type Cfg = ();

    fn read_cfg(reader: &mut impl Buf, (): &()) -> Result<Self, Error> {
        let vote = read_point(reader)?;
        if vote.is_zero() {
            return Err(Error::Invalid("VoteSignature", "the identity signs nothing"));
        }
        Ok(Self {
            vote,
            binding: read_point(reader)?,
        })
    }
}

impl Write for VoteCertificate {
    fn write(&self, writer: &mut impl BufMut) {
        self.signers.write(writer);
        self.sum.write(writer);
    }
}

impl EncodeSize for VoteCertificate {
    fn encode_size(&self) -> usize {
        self.signers.encode_size() + VoteSignature::SIZE
    }
}

impl Read for VoteCertificate {
    /// Most participants.
    type Cfg = usize;

    fn read_cfg(reader: &mut impl Buf, participants: &usize) -> Result<Self, Error> {
        Ok(Self {
            signers: Signers::read_cfg(reader, participants)?,
            sum: VoteSignature::read_cfg(reader, &())?,
        })
    }
}
