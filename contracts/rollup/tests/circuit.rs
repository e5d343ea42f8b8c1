//! The circuit against the ledger: every transfer there can be has a witness, and no other outcome has one.

#![allow(
    clippy::unwrap_used,
    reason = "a test may panic, and its helpers are not test functions"
)]

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use crema_light_client::schnorr::SigningKey;
use crema_rollup::{
    Batch, Source,
    batch::domain,
    circuit::{BATCH, PUBLIC_INPUTS, Statement, structure, witness},
    token::{ACCOUNTS, Account, Ledger, LedgerError, Transfer},
};

const SOURCE: Source = Source {
    commitment: Fr::ONE,
    height: 2,
    first: 0,
};

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&[seed; 32])
}

/// Alice has 1000 at index 0, Bob 50 at index 80.
fn ledger() -> Ledger {
    let mut accounts = [Account::EMPTY; ACCOUNTS];
    accounts[0] = Account::new(&key(1).verifying_key(), 1000);
    accounts[80] = Account::new(&key(2).verifying_key(), 50);
    Ledger::new(domain(31337, 17), &accounts).unwrap()
}

fn from_alice(to: u32, amount: u64, nonce: u64) -> Transfer {
    Transfer::sign(&key(1), ledger().domain(), [0, to], amount, nonce)
}

fn execute(transfers: &[Transfer]) -> (Ledger, Batch) {
    let mut ledger = ledger();
    let batch = Batch::execute(&mut ledger, &SOURCE, transfers).unwrap();
    (ledger, batch)
}

fn holds(statement: &Statement) -> bool {
    let circuit = structure();
    let values = witness(statement);
    circuit.check(&values, &statement.public_inputs).is_ok()
}

#[test]
fn valid_transfers_move_tokens() {
    let from_bob = Transfer::sign(&key(2), ledger().domain(), [80, 0], 340, 0);
    let transfers = [
        from_alice(80, 300, 0),
        from_bob,
        from_alice(0, 7, 1),
        from_alice(80, 1033, 2),
    ];
    let (ledger, batch) = execute(&transfers);
    assert_eq!(batch.valid, [true; BATCH]);
    let balances = [0, 80].map(|index| {
        let account = ledger.tree().get(index).unwrap();
        (account.balance, account.nonce)
    });
    assert_eq!(balances, [(7, 3), (1043, 1)]);
    assert!(holds(&batch.statement));
    let circuit = structure();
    assert_eq!(circuit.public_inputs, PUBLIC_INPUTS);
    assert_eq!(
        circuit.domain.size,
        1 << 15,
        "{} gates: the key would grow",
        circuit.gates
    );
}

#[test]
fn what_is_no_valid_transfer_changes_nothing_and_can_be_proven() {
    let good = from_alice(80, 300, 0);
    let mut others_signature = good;
    others_signature.signature = Transfer::sign(&key(2), ledger().domain(), [0, 80], 300, 0).signature;
    let mut off_curve = good;
    off_curve.signature.r.x += Fr::ONE;
    let mut other_response = good;
    other_response.signature.s += ark_ed_on_bn254::Fr::ONE;
    let mut raised = good;
    raised.amount += 1;
    let other_rollup = Transfer::sign(&key(1), domain(31337, 18), [0, 80], 300, 0);
    let cases = [
        ("nobody has signed", Transfer::NOTHING),
        ("somebody else has signed", others_signature),
        ("no point", off_curve),
        ("another response", other_response),
        ("the amount was raised", raised),
        ("for another rollup", other_rollup),
        ("a later nonce", from_alice(80, 300, 1)),
        ("more than there is", from_alice(80, 1001, 0)),
        ("to nobody", from_alice(5, 300, 0)),
        (
            "from nobody",
            Transfer::sign(&key(1), ledger().domain(), [5, 80], 0, 0),
        ),
    ];
    for cases in cases.chunks(BATCH) {
        let transfers: Vec<Transfer> = cases.iter().map(|(_, transfer)| *transfer).collect();
        let (after, batch) = execute(&transfers);
        for ((name, _), valid) in cases.iter().zip(&batch.valid) {
            assert!(!valid, "{name}");
        }
        assert_eq!(after.root(), ledger().root());
        assert!(holds(&batch.statement), "{:?}", cases[0].0);
    }
    assert!(
        execute(&[good, good]).1.valid == [true, false],
        "a nonce counts once"
    );
}

#[test]
fn every_public_input_counts() {
    let (_, batch) = execute(&[from_alice(80, 300, 0)]);
    for input in 0..PUBLIC_INPUTS {
        let mut statement = batch.statement.clone();
        statement.public_inputs[input] += Fr::ONE;
        assert!(!holds(&statement), "input {input}");
    }
}

#[test]
fn a_prover_cannot_lie_about_what_it_witnesses() {
    let (_, batch) = execute(&[from_alice(80, 300, 0)]);
    type Lie = fn(&mut Statement);
    let lies: [(&str, Lie); 8] = [
        ("a transfer is left out", |s| {
            s.steps[0].transfer = Transfer::NOTHING;
        }),
        ("a signature is spoilt", |s| {
            s.steps[0].transfer.signature.s += ark_ed_on_bn254::Fr::ONE;
        }),
        ("the payer has more", |s| s.steps[0].payer.balance += 1),
        ("the payer is another", |s| s.steps[0].payer.key[0] += Fr::ONE),
        ("the payee has more", |s| s.steps[0].payee.balance += 1),
        ("the payee is somewhere else", |s| s.steps[0].transfer.to = 79),
        ("the payer's path", |s| s.steps[0].payer_path[3][0] += Fr::ONE),
        ("another rollup", |s| s.domain += Fr::ONE),
    ];
    for (name, lie) in lies {
        let mut statement = batch.statement.clone();
        lie(&mut statement);
        assert!(!holds(&statement), "{name}");
    }
    // and a new challenge for the changed transfers is another statement, not this one's
    let (_, other) = execute(&[from_alice(80, 301, 0)]);
    let mut statement = other.statement;
    statement.public_inputs[3..].copy_from_slice(&batch.statement.public_inputs[3..]);
    assert!(!holds(&statement), "the contract's challenge and value");
}

#[test]
fn a_place_binds_the_challenge() {
    let challenge = |source: Source| {
        let batch = Batch::execute(&mut ledger(), &source, &[from_alice(80, 1, 0)]).unwrap();
        batch.statement.public_inputs[3]
    };
    let others = [
        Source {
            commitment: Fr::ZERO,
            ..SOURCE
        },
        Source { height: 3, ..SOURCE },
        Source { first: 1, ..SOURCE },
    ];
    for other in others {
        assert_ne!(challenge(SOURCE), challenge(other), "{other:?}");
    }
}

#[test]
fn accounts_that_a_rollup_cannot_start_with() {
    let alice = Account::new(&key(1).verifying_key(), u64::MAX);
    let new = |accounts: &[Account]| Ledger::new(Fr::ONE, accounts).map(|ledger| ledger.root());
    assert!(new(&[alice]).is_ok());
    assert_eq!(
        new(&[alice, Account::new(&key(2).verifying_key(), 1)]),
        Err(LedgerError::Supply)
    );
    assert_eq!(
        new(&[Account::EMPTY; ACCOUNTS + 1]),
        Err(LedgerError::TooManyAccounts { found: ACCOUNTS + 1 })
    );
    // the identity, for which everybody can sign; no point; tokens that are nobody's
    for (key, balance) in [([0, 1], 5), ([1, 1], 5), ([0, 0], 5)] {
        let account = Account {
            key: key.map(Fr::from),
            balance,
            nonce: 0,
        };
        assert_eq!(
            new(&[alice, account].map(|a| Account { balance: 1, ..a })),
            Err(LedgerError::Key { index: 1 })
        );
    }
    let used = Account { nonce: 1, ..alice };
    assert_eq!(new(&[used]), Err(LedgerError::Nonce { index: 0, found: 1 }));
}
