//! Executes transfers, and remembers what proving them takes.

use ark_bn254::Fr;
use crema_light_client::schnorr::VerifyingKey;

use super::{Account, AccountTree, Path, Transfer};

/// Accounts that no rollup can start with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// The tree is full.
    #[error("{found} accounts, the tree has room for {}", super::ACCOUNTS)]
    TooManyAccounts {
        /// Accounts given.
        found: usize,
    },
    /// A balance could outgrow its 64 bits.
    #[error("the balances add up to 2^64 or more; choose smaller ones")]
    Supply,
    /// The last nonce could be reached.
    #[error("account {index} starts with nonce {found}; start with zero")]
    Nonce {
        /// The account.
        index: usize,
        /// Its nonce.
        found: u64,
    },
    /// Somebody, or everybody, could sign for the account.
    #[error("account {index} has no key of prime order; give it a Schnorr verifying key")]
    Key {
        /// The account.
        index: usize,
    },
}

/// The state of the token, and which rollup it is the state of.
#[derive(Clone, Debug)]
pub struct Ledger {
    domain: Fr,
    tree: AccountTree,
}

/// A transfer as it was executed: the witness of its part of a batch.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// The order.
    pub transfer: Transfer,
    /// Whether it changed anything.
    pub valid: bool,
    /// The payer before it.
    pub payer: Account,
    /// The payer's place before it.
    pub payer_path: Path,
    /// The payee after the payer has paid.
    pub payee: Account,
    /// The payee's place in the tree in which the payer has paid.
    pub payee_path: Path,
}

impl Ledger {
    /// The state that a rollup starts with.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn new(domain: Fr, accounts: &[Account]) -> Result<Self, LedgerError> {
        if accounts.len() > super::ACCOUNTS {
            return Err(LedgerError::TooManyAccounts {
                found: accounts.len(),
            });
        }
        accounts
            .iter()
            .try_fold(0u64, |sum, account| sum.checked_add(account.balance))
            .ok_or(LedgerError::Supply)?;
        for (index, account) in accounts.iter().enumerate() {
            if account.nonce != 0 {
                return Err(LedgerError::Nonce {
                    index,
                    found: account.nonce,
                });
            }
            let [x, y] = account.key;
            let point = ark_ed_on_bn254::EdwardsAffine::new_unchecked(x, y);
            let usable = point.is_on_curve()
                && point.is_in_correct_subgroup_assuming_on_curve()
                && !VerifyingKey(point).is_identity();
            if account.exists() && !usable || !account.exists() && *account != Account::EMPTY {
                return Err(LedgerError::Key { index });
            }
        }
        Ok(Self {
            domain,
            tree: AccountTree::new(accounts),
        })
    }

    /// What keeps a transfer from counting in another rollup.
    pub fn domain(&self) -> Fr {
        self.domain
    }

    /// The commitment to the state.
    pub fn root(&self) -> Fr {
        self.tree.root()
    }

    /// The accounts.
    pub fn tree(&self) -> &AccountTree {
        &self.tree
    }

    /// Executes a transfer.
    pub fn apply(&mut self, transfer: &Transfer) -> Step {
        let (from, to) = (transfer.from as usize, transfer.to as usize);
        let payer = self.tree.accounts()[from];
        let valid = self.is_valid(transfer);
        let moved = if valid { transfer.amount } else { 0 };
        let payer_path = self.tree.path(from);
        let paid = Account {
            balance: payer.balance - moved,
            nonce: payer.nonce + u64::from(valid),
            ..payer
        };
        self.tree.set(from, paid);
        let payee = self.tree.accounts()[to];
        let payee_path = self.tree.path(to);
        let credited = Account {
            balance: payee.balance + moved,
            ..payee
        };
        self.tree.set(to, credited);
        Step {
            transfer: *transfer,
            valid,
            payer,
            payer_path,
            payee,
            payee_path,
        }
    }

    /// Whether a transfer is signed, the payer's next, within its means, and to somebody.
    fn is_valid(&self, transfer: &Transfer) -> bool {
        let payer = &self.tree.accounts()[transfer.from as usize];
        let payee = &self.tree.accounts()[transfer.to as usize];
        let key = VerifyingKey(ark_ed_on_bn254::EdwardsAffine::new_unchecked(
            payer.key[0],
            payer.key[1],
        ));
        payee.exists()
            && payer.nonce == transfer.nonce
            && payer.balance >= transfer.amount
            && key
                .verify(&transfer.message(self.domain), &transfer.signature)
                .is_ok()
    }
}
