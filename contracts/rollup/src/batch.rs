//! From transfers on the chain to a statement, as the contract sees it.

use alloy::primitives::{U256, keccak256};
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, PrimeField};
use crema_light_client::{field, rescue};

use crate::{
    circuit::{BATCH, Statement},
    token::{Ledger, Transfer},
};

/// Where the contract reads a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// The light client's commitment for the block; zero for transfers that are forced through the escape hatch.
    pub commitment: Fr,
    /// The block's height.
    pub height: u64,
    /// Index of the first transaction that is looked at, in the namespace's.
    pub first: u64,
}

/// A batch, executed.
#[derive(Clone, Debug)]
pub struct Batch {
    /// What is to be proven.
    pub statement: Statement,
    /// Which of the transfers were valid.
    pub valid: Vec<bool>,
}

impl Batch {
    /// Executes up to [`BATCH`] transfers on the ledger.
    ///
    /// # Errors
    /// [`TooManyTransfers`].
    pub fn execute(
        ledger: &mut Ledger,
        source: &Source,
        transfers: &[Transfer],
    ) -> Result<Self, TooManyTransfers> {
        if transfers.len() > BATCH {
            return Err(TooManyTransfers {
                found: transfers.len(),
            });
        }
        let before = ledger.root();
        let mut padded = [Transfer::NOTHING; BATCH];
        padded[..transfers.len()].copy_from_slice(transfers);
        let steps = padded.map(|transfer| ledger.apply(&transfer));
        let mut elements = vec![ledger.domain()];
        elements.extend(padded.map(|transfer| transfer.elements()).as_flattened());
        let digest = rescue::hash(&elements);
        let challenge = source.challenge(digest, &elements);
        let value = elements
            .iter()
            .rev()
            .fold(Fr::ZERO, |sum, element| sum * challenge + element);
        Ok(Self {
            statement: Statement {
                domain: ledger.domain(),
                steps,
                public_inputs: [before, ledger.root(), digest, challenge, value],
            },
            valid: steps[..transfers.len()].iter().map(|step| step.valid).collect(),
        })
    }
}

/// Transfers that do not fit one proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found} transfers, a batch has room for {BATCH}; make several")]
pub struct TooManyTransfers {
    /// Transfers given.
    pub found: usize,
}

impl Source {
    /// The hash of everything that the contract has read and the prover has sent, as words.
    fn challenge(&self, digest: Fr, elements: &[Fr]) -> Fr {
        let word = |number: u64| U256::from(number).to_be_bytes::<32>();
        let mut words = [
            field::to_be_bytes(&self.commitment),
            word(self.height),
            word(self.first),
            field::to_be_bytes(&digest),
        ]
        .concat();
        words.extend(elements.iter().flat_map(field::to_be_bytes));
        Fr::from_be_bytes_mod_order(keccak256(words).as_slice())
    }
}

/// What keeps a transfer from counting elsewhere: the L1's chain id, and the namespace.
pub fn domain(chain_id: u64, namespace: u32) -> Fr {
    Fr::from(u128::from(chain_id) << 32 | u128::from(namespace))
}
