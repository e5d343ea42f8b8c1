//! What a node tells of itself reaches the ledger; of a sabotaged node, something else does.

use std::sync::Arc;

use crema_consensus::DecidedLeaf;
use crema_consensus::ordering::Fault;
use crema_consensus::source::{Observer, StateSignatureSink};
use crema_light_client::bundle::StateSignatureRequestBody;
use crema_light_client::schnorr;
use crema_types::vote::Signers;

use super::SharedLedger;
use crate::scenario::Sabotage;

/// The height at which sabotage shows.
const SABOTAGED_HEIGHT: u64 = 3;

/// Tells the ledger what one node does.
pub(crate) struct Witness {
    pub ledger: SharedLedger,
    pub node: usize,
    /// The node's key for states, to sabotage with.
    pub state_key: schnorr::SigningKey,
    pub sabotage: Option<Sabotage>,
}

impl Witness {
    /// What is told in the place of a decided leaf.
    fn told(&self, decided: &Arc<DecidedLeaf>) -> Arc<DecidedLeaf> {
        if decided.leaf.block_header.height != SABOTAGED_HEIGHT {
            return Arc::clone(decided);
        }
        let mut other = DecidedLeaf::clone(decided);
        match self.sabotage {
            Some(Sabotage::ConflictingBlock) => other.leaf.block_header.timestamp += 1,
            Some(Sabotage::ThinCertificate) => {
                if let Some((_, signers)) = &mut other.certificate.signatures {
                    let mut fewer = Signers::new(signers.len());
                    for signer in signers.iter().skip(1) {
                        fewer.insert(signer);
                    }
                    *signers = fewer;
                }
            }
            _ => {}
        }
        Arc::new(other)
    }
}

impl Observer for Witness {
    fn decided(&self, leaves: &[Arc<DecidedLeaf>]) {
        let mut ledger = self.ledger.lock();
        for leaf in leaves {
            ledger.decided(self.node, &self.told(leaf));
        }
    }

    fn fault(&self, fault: &Fault) {
        self.ledger.lock().accused(self.node, fault);
    }
}

impl StateSignatureSink for Witness {
    fn post(&self, signature: StateSignatureRequestBody) {
        let mut state = signature.state;
        let mut ledger = self.ledger.lock();
        ledger.signed(self.node, &signature);
        match self.sabotage {
            Some(Sabotage::EarlyState) => state.block_height += 1,
            Some(Sabotage::TwoStates) => state.view_number += 1,
            _ => return,
        }
        let signed = StateSignatureRequestBody {
            state,
            signature: self.state_key.sign(&state.message()),
            ..signature
        };
        ledger.signed(self.node, &signed);
    }
}
