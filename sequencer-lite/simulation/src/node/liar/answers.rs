//! Dishonest answers to those who have missed something.

use bytes::Bytes;
use commonware_codec::{Decode as _, Encode as _, RangeCfg};
use commonware_p2p::Recipients;
use crema_consensus::store::{Basis, DecidedLeaf};
use crema_consensus::{NetworkKey, channel};
use crema_types::vote::QuorumCertificate;
use crema_types::{Leaf, Payload, Version, wire};
use crema_vid::{Common, Share};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Liar, Lie};
use crate::dice::Dice;
use crate::members::Crypto;
use crate::node::outbox::Passage;

/// The number of the question, eight bytes, and the mark of an answer stand before it.
const NUMBER: usize = 8;
const ANSWER: u8 = 1;

/// Bytes of a huge answer.
const HUGE: usize = 4 << 20;

impl<C: Crypto> Liar<C> {
    /// What those who ask get.
    pub(super) fn answer(&self, channel: u64, recipients: &Recipients<NetworkKey>, bytes: &[u8]) -> Passage {
        if bytes.get(NUMBER) != Some(&ANSWER) {
            return Passage::AsItIs;
        }
        let (head, body) = bytes.split_at(NUMBER + 1);
        match self.lie {
            Lie::WrongAnswers => {
                let before = std::mem::replace(&mut self.memory().answer, body.to_vec());
                if before.is_empty() || self.memory().dice.once_in(2) {
                    return self.garble(recipients, bytes);
                }
                self.to_all(recipients, &[&[head, &before].concat()])
            }
            Lie::AlteredAnswers if channel == channel::REQUESTS => {
                let any = RangeCfg::from(..);
                let Ok(value) = Bytes::decode_cfg(Bytes::copy_from_slice(body), &any) else {
                    return Passage::AsItIs;
                };
                match alter(&value, &mut self.memory().dice) {
                    Some(other) => self.to_all(recipients, &[&[head, &Bytes::from(other).encode()].concat()]),
                    None => self.garble(recipients, bytes),
                }
            }
            Lie::HugeAnswers => {
                let huge = Bytes::from(vec![0; HUGE]).encode();
                self.to_all(recipients, &[&[head, &huge].concat()])
            }
            Lie::NoAnswers => Passage::Instead(Vec::new()),
            _ => Passage::AsItIs,
        }
    }
}

/// Something else of the same kind, as plausible as can be.
fn alter(value: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    if let Some(mut row) = decode::<Vec<DecidedLeaf>>(value) {
        match dice.between(0, 3) {
            // a shorter chain, which nothing proves
            0 if row.len() > 1 => drop(row.pop()),
            // the proof of finality is another leaf's
            1 if row.len() > 1 => {
                let proof = row.last().and_then(|last| last.finality.clone());
                row.pop();
                row.last_mut()?.finality = proof;
            }
            _ => alter_leaf(&mut row.last_mut()?.leaf, dice),
        }
        return encode(&row);
    }
    if let Some(mut basis) = decode::<Basis>(value) {
        alter_leaf(&mut basis.leaf, dice);
        return encode(&basis);
    }
    if let Some(mut certificate) = decode::<QuorumCertificate>(value) {
        certificate.view_number.0 += 1;
        return encode(&certificate);
    }
    if let Some(payload) = decode::<Payload>(value) {
        let mut bytes = payload.as_bytes().to_vec();
        *bytes.last_mut()? ^= 1;
        return encode(&Payload::from_parts(bytes, payload.ns_table().clone()));
    }
    let (common, share) = decode::<(Common, Share)>(value)?;
    // the answer is right, and of twice the length
    encode(&(common, share.clone(), share))
}

/// Another account's state, another chain's configuration, or another time.
fn alter_leaf(leaf: &mut Leaf, dice: &mut Dice) {
    let header = &mut leaf.block_header;
    match dice.between(0, 2) {
        0 => header.fee_merkle_tree_root = header.block_merkle_tree_root,
        1 => header.chain_config = crema_types::ChainConfig::default().into(),
        _ => header.timestamp += 1,
    }
}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    wire::decode(Version::V0_2, bytes).ok()
}

fn encode<T: Serialize>(value: &T) -> Option<Vec<u8>> {
    wire::encode(Version::V0_2, value).ok()
}
