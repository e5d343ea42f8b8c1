//! Proposed headers: what leaders make is accepted, and every rule has a header that breaks it alone.

use crema_light_client::u256::U256;
use crema_types::ethereum::{EthereumSigningKey, SignatureError};
use crema_types::fee::fee_message;
use crema_types::header::{
    Block, HeaderError, HeaderVersion, L1Verdict, ProposalContext, check_l1, propose, sign_least_fee,
    validate,
};
use crema_types::l1::L1BlockHash;
use crema_types::merkle::FeeTreeError;
use crema_types::namespace::NamespaceTableError;
use crema_types::{
    ChainConfig, FeeAmount, FeeInfo, Genesis, Header, L1BlockInfo, L1Snapshot, NamespaceTable, Payload,
    Transaction, ValidatedState, VidCommitment,
};

fn l1_block(number: u64) -> L1BlockInfo {
    L1BlockInfo {
        number,
        timestamp: U256::from(number / 12),
        hash: L1BlockHash([number as u8; 32]),
    }
}

const NOW: u64 = 1_800_000_000;

/// A parent, its state, and a header that is valid on them.
struct Scene {
    key: EthereumSigningKey,
    parent: Header,
    state: ValidatedState,
    deposits: Vec<FeeInfo>,
    payload: Payload,
    header: Header,
    next: ValidatedState,
}

impl Scene {
    fn new() -> Self {
        let key = EthereumSigningKey::from_be_bytes(&[7; 32]).unwrap();
        let genesis = Genesis::from_toml(&format!(
            r#"
            base_version = "0.2"
            upgrade_version = "0.2"
            [stake_table]
            capacity = 10
            [chain_config]
            chain_id = 1
            max_block_size = "1kb"
            base_fee = "2 wei"
            fee_recipient = "0x00000000000000000000000000000000000000ff"
            [accounts]
            "{}" = 1000
            [header]
            timestamp = {NOW}
            [l1_finalized]
            number = 5
            "#,
            key.address()
        ))
        .unwrap();
        let parent = genesis.header(Some(l1_block(5))).unwrap();
        let state = genesis.state().unwrap();
        let transaction = Transaction {
            namespace: 3.into(),
            payload: vec![1; 20],
        };
        let payload = Payload::from_transactions([&transaction], 1000).payload;
        let (fee_info, builder_signature) = sign_least_fee(&key, &state, &payload).unwrap();
        let deposits = vec![FeeInfo {
            account: FeeInfo::null().account,
            amount: 9.into(),
        }];
        let block = Block {
            version: HeaderVersion::V0_2,
            payload: &payload,
            payload_commitment: VidCommitment([8; 32]),
            fee_info,
            builder_signature,
            l1: L1Snapshot {
                head: 20,
                finalized: Some(l1_block(7)),
            },
            deposits: &deposits,
            now: NOW + 1,
        };
        let (header, next) = propose(&parent, &state, &block).unwrap();
        Self {
            key,
            parent,
            state,
            deposits,
            payload,
            header,
            next,
        }
    }

    fn check(&self, header: &Header) -> Result<ValidatedState, HeaderError> {
        self.check_with(header, |_| ())
    }

    fn check_with<'a>(
        &'a self,
        header: &Header,
        change: impl FnOnce(&mut ProposalContext<'a>),
    ) -> Result<ValidatedState, HeaderError> {
        let mut context = ProposalContext {
            parent: &self.parent,
            state: &self.state,
            version: HeaderVersion::V0_2,
            deposits: &self.deposits,
            payload_len: self.payload.as_bytes().len() as u64,
            now: NOW + 2,
        };
        change(&mut context);
        validate(header, &context)
    }

    /// The error of the valid header after `change`.
    fn broken(&self, change: impl FnOnce(&mut Header)) -> HeaderError {
        let mut header = self.header.clone();
        change(&mut header);
        self.check(&header).unwrap_err()
    }

    /// As [`Self::broken`], with the fee signed again afterwards.
    fn broken_and_signed(&self, change: impl FnOnce(&mut Header)) -> HeaderError {
        self.broken(|header| {
            change(header);
            let message = fee_message(&header.fee_info.amount, &header.ns_table).unwrap();
            header.builder_signature = Some(self.key.sign(&message).unwrap());
        })
    }
}

#[test]
fn what_a_leader_proposes_is_accepted() {
    let scene = Scene::new();
    let next = scene.check(&scene.header).unwrap();
    assert_eq!(next, scene.next);
    assert_eq!(scene.header.new_l1_blocks(&scene.parent), Some(6..=7));
    assert_eq!(scene.header.new_l1_blocks(&scene.header), None);
    // 28 bytes at 2 wei, from the builder to the recipient, and a deposit
    let balance = |account| next.fee_merkle_tree.balance(&account).unwrap();
    assert_eq!(balance(scene.key.address()), 944.into());
    assert_eq!(balance(scene.state.chain_config.fee_recipient), 56.into());
    assert_eq!(balance(FeeInfo::null().account), 9.into());

    // and so is the block after it, made by a leader whose L1 lags and whose clock is slow
    let payload = Payload::default();
    let (fee_info, builder_signature) = sign_least_fee(&scene.key, &next, &payload).unwrap();
    let block = Block {
        version: HeaderVersion::V0_2,
        payload: &payload,
        payload_commitment: VidCommitment([9; 32]),
        fee_info,
        builder_signature,
        l1: L1Snapshot {
            head: 1,
            finalized: None,
        },
        deposits: &[],
        now: 0,
    };
    let (second, after) = propose(&scene.header, &next, &block).unwrap();
    let context = ProposalContext {
        parent: &scene.header,
        state: &next,
        version: HeaderVersion::V0_2,
        deposits: &[],
        payload_len: 0,
        now: NOW,
    };
    assert_eq!(validate(&second, &context), Ok(after.clone()));
    assert_eq!(second.block_merkle_tree_root.num_leaves, 2);
    assert_eq!(
        after.block_merkle_tree.commitment(),
        second.block_merkle_tree_root
    );

    // the state comes back from the header and a frontier
    let frontier = after.block_merkle_tree.to_frontier();
    let restored = ValidatedState::from_header(&second, frontier.as_ref()).unwrap();
    assert_eq!(restored.block_merkle_tree, after.block_merkle_tree);
    assert_eq!(
        restored.fee_merkle_tree.commitment(),
        after.fee_merkle_tree.commitment()
    );
    assert!(ValidatedState::from_header(&second, None).is_err());
    assert!(ValidatedState::from_header(&scene.parent, None).is_ok());
    assert!(ValidatedState::from_header(&scene.header, frontier.as_ref()).is_err());
}

#[test]
fn time_version_and_height() {
    let scene = Scene::new();
    assert_eq!(
        scene.broken(|header| header.version = HeaderVersion::V0_1),
        HeaderError::Version {
            expected: HeaderVersion::V0_2,
            found: HeaderVersion::V0_1
        }
    );
    assert_eq!(
        scene.broken(|header| header.timestamp = NOW - 1),
        HeaderError::TimestampBeforeParent {
            parent: NOW,
            found: NOW - 1
        }
    );
    for (timestamp, now) in [
        (NOW + 15, NOW + 2),
        (NOW, NOW + 13),
        (u64::MAX, NOW),
        (NOW, u64::MAX),
    ] {
        let mut header = scene.header.clone();
        header.timestamp = timestamp;
        assert_eq!(
            scene.check_with(&header, |context| context.now = now),
            Err(HeaderError::TimestampDrift {
                now,
                found: timestamp
            })
        );
    }
    for (timestamp, now) in [(NOW + 14, NOW + 2), (NOW, NOW + 12)] {
        let mut header = scene.header.clone();
        header.timestamp = timestamp;
        assert!(scene.check_with(&header, |context| context.now = now).is_ok());
    }
    for height in [0, 2, u64::MAX] {
        assert_eq!(
            scene.broken(|header| header.height = height),
            HeaderError::Height {
                expected: 1,
                found: height
            }
        );
    }
}

#[test]
fn fees() {
    let scene = Scene::new();
    assert_eq!(
        scene.broken(|header| header.builder_signature = None),
        HeaderError::BuilderSignatureMissing
    );
    let other = EthereumSigningKey::from_be_bytes(&[8; 32]).unwrap();
    let account = scene.key.address();
    assert_eq!(
        scene.broken(|header| {
            let message = fee_message(&header.fee_info.amount, &header.ns_table).unwrap();
            header.builder_signature = Some(other.sign(&message).unwrap());
        }),
        HeaderError::BuilderSigner {
            account,
            signer: other.address()
        }
    );
    // a signature binds fee and table
    assert!(matches!(
        scene.broken(|header| header.fee_info.amount = 57.into()),
        HeaderError::BuilderSigner { .. } | HeaderError::BuilderSignature(_)
    ));
    assert!(matches!(
        scene.broken(|header| header.ns_table = NamespaceTable::default()),
        HeaderError::BuilderSigner { .. } | HeaderError::BuilderSignature(_)
    ));
    assert_eq!(
        scene.broken(|header| {
            if let Some(signature) = &mut header.builder_signature {
                signature.v = 3;
            }
        }),
        SignatureError::Parity { found: 3 }.into()
    );
    let amount = FeeAmount(U256::from_limbs([0, 1, 0, 0]));
    assert_eq!(
        scene.broken(|header| header.fee_info.amount = amount),
        HeaderError::FeeUnsignable { amount }
    );
    assert_eq!(
        scene.broken_and_signed(|header| header.fee_info.amount = 55.into()),
        HeaderError::Fee {
            expected: 56.into(),
            found: 55.into(),
            payload_len: 28
        }
    );
    assert_eq!(
        scene.broken_and_signed(|header| header.fee_info.amount = 1001.into()),
        FeeTreeError::InsufficientFunds {
            account,
            balance: 1000.into(),
            needed: 1001.into()
        }
        .into()
    );
    // paying more is allowed, but then the balances are others
    assert!(matches!(
        scene.broken_and_signed(|header| header.fee_info.amount = 57.into()),
        HeaderError::FeeMerkleRoot { .. }
    ));
    let mut expensive = scene.state.clone();
    expensive.chain_config.base_fee = FeeAmount(U256::MAX);
    let mut header = scene.header.clone();
    header.chain_config = expensive.chain_config.into();
    assert_eq!(
        scene.check_with(&header, |context| context.state = &expensive),
        Err(HeaderError::FeeOverflow {
            base_fee: FeeAmount(U256::MAX),
            payload_len: 28
        })
    );
    assert!(sign_least_fee(&scene.key, &expensive, &scene.payload).is_err());
}

#[test]
fn parameters_and_roots() {
    let scene = Scene::new();
    let config = ChainConfig {
        max_block_size: 1_000_000.into(),
        ..scene.state.chain_config
    };
    assert_eq!(
        scene.broken(|header| header.chain_config = config.into()),
        HeaderError::ChainConfig {
            expected: scene.state.chain_config.commit(),
            found: config.commit()
        }
    );
    // the commitment alone says the same
    let mut header = scene.header.clone();
    header.chain_config = crema_types::ResolvableChainConfig::Commitment(scene.state.chain_config.commit());
    assert!(scene.check(&header).is_ok());

    assert_eq!(
        scene.check_with(&scene.header, |context| context.payload_len = 1001),
        Err(HeaderError::BlockSize {
            max: 1000,
            found: 1001
        })
    );
    assert_eq!(
        scene.check_with(&scene.header, |context| context.payload_len = 27),
        Err(NamespaceTableError::PayloadLength {
            expected: 27,
            found: 28
        }
        .into())
    );
    assert!(matches!(
        scene.check_with(&scene.header, |context| context.deposits = &[]),
        Err(HeaderError::FeeMerkleRoot { .. })
    ));
    let root = scene.header.block_merkle_tree_root;
    assert_eq!(
        scene.broken(|header| header.block_merkle_tree_root.num_leaves = 2),
        HeaderError::BlockMerkleRoot {
            expected: root,
            found: crema_types::MerkleCommitment {
                num_leaves: 2,
                ..root
            }
        }
    );
    assert!(matches!(
        scene.broken(|header| header.fee_merkle_tree_root.root = [1; 32]),
        HeaderError::FeeMerkleRoot { .. }
    ));
    let duplicate = NamespaceTable::from_ends(&[(3.into(), 20), (3.into(), 28)]);
    assert_eq!(
        scene.broken_and_signed(|header| header.ns_table = duplicate),
        NamespaceTableError::Duplicate {
            id: 3.into(),
            index: 1
        }
        .into()
    );
}

#[test]
fn the_l1_does_not_go_back() {
    let scene = Scene::new();
    for found in [None, Some(l1_block(4))] {
        assert_eq!(
            scene.broken(|header| header.l1_finalized = found),
            HeaderError::L1FinalizedDecreased {
                parent: 5,
                found: found.map(|block| block.number)
            }
        );
    }
    let twin = L1BlockInfo {
        hash: L1BlockHash([0xee; 32]),
        ..l1_block(5)
    };
    assert_eq!(
        scene.broken(|header| header.l1_finalized = Some(twin)),
        HeaderError::L1FinalizedChanged { number: 5 }
    );
    let later = Header {
        l1_head: 21,
        ..scene.parent.clone()
    };
    let mut header = scene.header.clone();
    header.block_merkle_tree_root = scene
        .state
        .next(later.commit(), &scene.deposits, header.fee_info)
        .unwrap()
        .block_merkle_tree
        .commitment();
    assert_eq!(
        scene.check_with(&header, |context| context.parent = Box::leak(Box::new(later))),
        Err(HeaderError::L1HeadDecreased {
            parent: 21,
            found: 20
        })
    );
}

/// HEADER-1 of the audit: a leader that claims an L1 block which is not there.
#[test]
fn an_invented_l1_block_gets_no_vote() {
    let scene = Scene::new();
    let snapshot = L1Snapshot {
        head: 25,
        finalized: Some(l1_block(9)),
    };
    let check = |change: &dyn Fn(&mut Header), known: Option<L1BlockInfo>| {
        let mut header = scene.header.clone();
        change(&mut header);
        check_l1(&header, &scene.parent, &snapshot, |number| {
            known.filter(|block| block.number == number)
        })
    };
    assert_eq!(check(&|_| (), Some(l1_block(7))), L1Verdict::Agrees);
    assert_eq!(check(&|_| (), None), L1Verdict::Unknown { number: 7 });
    assert_eq!(
        check(&|header| header.l1_finalized = Some(l1_block(9)), None),
        L1Verdict::Agrees
    );
    // extreme values stay unvoted for as long as this node's L1 has not got there
    let extreme = |header: &mut Header| {
        header.l1_head = u64::MAX;
        header.l1_finalized = Some(l1_block(u64::MAX));
    };
    assert_eq!(
        check(&extreme, None),
        L1Verdict::Behind {
            head: u64::MAX,
            finalized: u64::MAX
        }
    );
    assert_eq!(
        check(&|header| header.l1_head = 26, Some(l1_block(7))),
        L1Verdict::Behind {
            head: 26,
            finalized: 7
        }
    );
    assert_eq!(
        check(&|header| header.l1_finalized = Some(l1_block(21)), None),
        L1Verdict::Disagrees(HeaderError::L1FinalizedAboveHead {
            finalized: 21,
            head: 20
        })
    );
    let forged = L1BlockInfo {
        timestamp: U256::MAX,
        ..l1_block(7)
    };
    assert_eq!(
        check(&|header| header.l1_finalized = Some(forged), Some(l1_block(7))),
        L1Verdict::Disagrees(HeaderError::L1Finalized {
            number: 7,
            expected: l1_block(7).commit(),
            found: forged.commit()
        })
    );
    // what the parent already has needs no second look, nor does saying nothing
    assert_eq!(
        check(&|header| header.l1_finalized = scene.parent.l1_finalized, None),
        L1Verdict::Agrees
    );
    assert_eq!(
        check(&|header| header.l1_finalized = None, None),
        L1Verdict::Agrees
    );
    let blind = L1Snapshot::default();
    assert_eq!(
        check_l1(&scene.header, &scene.parent, &blind, |_| None),
        L1Verdict::Behind {
            head: 20,
            finalized: 7
        }
    );
}
