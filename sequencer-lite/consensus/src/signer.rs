//! Signatures on light-client states: this node says on the L1 what it has decided.

use std::collections::BTreeMap;
use std::sync::Arc;

use crema_light_client::bundle::StateSignatureRequestBody;
use crema_light_client::schnorr::SigningKey;
use crema_light_client::state::{LightClientState, block_comm_root_from_merkle};
use crema_types::Leaf;

use crate::source::StateSignatureSink;

/// Signatures kept, newest heights first.
const KEPT: usize = 100;

/// The light client's view of a decided leaf.
pub fn light_client_state(leaf: &Leaf) -> LightClientState {
    let header = &leaf.block_header;
    LightClientState {
        view_number: leaf.view_number.0,
        block_height: header.height,
        block_comm_root: block_comm_root_from_merkle(&header.block_merkle_tree_root.to_bytes()),
    }
}

/// Signs decided states, each once, and keeps the last hundred signatures.
pub(crate) struct StateSigner {
    key: SigningKey,
    sink: Arc<dyn StateSignatureSink>,
    signed: BTreeMap<u64, StateSignatureRequestBody>,
}

impl StateSigner {
    pub fn new(key: SigningKey, sink: Arc<dyn StateSignatureSink>) -> Self {
        Self {
            key,
            sink,
            signed: BTreeMap::new(),
        }
    }

    /// Signs the state of `leaf`, which must be decided and on disk.
    pub fn decided(&mut self, leaf: &Leaf) {
        let state = light_client_state(leaf);
        if self.signed.contains_key(&state.block_height) {
            return;
        }
        let body = StateSignatureRequestBody {
            key: self.key.verifying_key(),
            state,
            signature: self.key.sign(&state.message()),
        };
        self.sink.post(body.clone());
        self.signed.insert(state.block_height, body);
        while self.signed.len() > KEPT {
            self.signed.pop_first();
        }
    }

    /// The signature on the state of this height, if it is among those kept.
    pub fn at(&self, height: u64) -> Option<&StateSignatureRequestBody> {
        self.signed.get(&height)
    }
}
