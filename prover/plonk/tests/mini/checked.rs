//! Engines that go wrong: the proof that leaves verifies all the same, and the failure can be repeated.

use std::time::Duration;

use ark_bn254::Fr;
use crema_kernels::{
    DeviceError, Error,
    cpu::CpuEngine,
    faulty::{Fault, FaultyEngine},
};
use crema_plonk::{
    Blinders, Cause, Checked, CheckedError, Claim, Failure, KeyMaterial, ProveError, ProvingKey,
    key::{MemorySink, preprocess},
    prove, prove_checked, verify,
};

use crate::{
    srs,
    vectors::{circuit, frs, mini},
};

struct Setup {
    engine: FaultyEngine<CpuEngine>,
    key: ProvingKey<FaultyEngine<CpuEngine>>,
    material: KeyMaterial,
    witness: Vec<Fr>,
    inputs: Vec<Fr>,
}

impl Setup {
    fn new() -> Self {
        let vectors = mini();
        let description = &vectors["circuits"][0];
        let circuit = circuit(description);
        let srs = srs(&vectors, &description["runs"][0], circuit.domain.size + 3);
        let engine = FaultyEngine::new(CpuEngine::default());
        let mut sink = MemorySink::default();
        let info = preprocess(&engine, &circuit, &srs, "mini", true, &mut sink, &()).unwrap();
        let material = sink.finish(info);
        Self {
            key: ProvingKey::new(&engine, &material).unwrap(),
            engine,
            material,
            witness: frs(&description["witness"]),
            inputs: frs(&description["public_inputs"]),
        }
    }

    fn claim(&self) -> Claim<'_> {
        Claim {
            witness: self.witness.clone().into(),
            public_inputs: &self.inputs,
            message: b"a message",
        }
    }

    fn prove(&self, claim: &Claim<'_>) -> Result<Checked, CheckedError> {
        let portable = CpuEngine::portable();
        prove_checked(
            (&self.engine, &self.key),
            (&portable, &self.material),
            claim,
            &Blinders::random,
            &(),
        )
    }

    /// A proof that verifies, though the engine is as it was armed.
    fn survives(&self) -> Checked {
        let checked = self.prove(&self.claim()).unwrap();
        crema_plonk::verify_with_message(
            &self.key.info.verifying_key,
            &self.inputs,
            &checked.proof,
            b"a message",
        )
        .unwrap();
        let second = checked.engine.starts_with("cpu (portable");
        assert_eq!(second, checked.failure.is_some(), "{checked:?}");
        checked
    }
}

#[test]
fn an_engine_that_is_well_proves_alone() {
    let setup = Setup::new();
    assert!(setup.survives().failure.is_none());
}

#[test]
fn every_flipped_limb_is_noticed() {
    let setup = Setup::new();
    let (mut wrong, mut harmless) = (0, 0);
    for result in 0.. {
        setup.engine.arm(Fault::FlippedLimb { result });
        let checked = setup.survives();
        if !setup.engine.struck() {
            // all results of a proof have had their turn
            assert!(
                result > 70 && wrong > 10,
                "{result} results, {wrong} wrong proofs"
            );
            break;
        }
        match checked.failure.map(|failure| failure.cause) {
            Some(Cause::Wrong { .. }) => wrong += 1,
            Some(Cause::Engine(ProveError::Unsatisfied | ProveError::Kernel(Error::DivisionByZero(_)))) => {}
            Some(Cause::Engine(error)) => panic!("result {result}: {error}"),
            // a value that no gate depends on
            None => harmless += 1,
        }
    }
    assert!(harmless <= 1, "{harmless} flips went unnoticed");
}

#[test]
fn every_lack_of_memory_is_survived() {
    let setup = Setup::new();
    for allocation in 0.. {
        setup.engine.arm(Fault::OutOfMemory { allocation });
        let checked = setup.survives();
        if !setup.engine.struck() {
            assert!(allocation > 80, "{allocation} allocations");
            break;
        }
        let cause = checked.failure.unwrap().cause;
        assert!(is_device_error(&cause, |error| matches!(
            error,
            DeviceError::OutOfMemory { .. }
        )));
    }
}

#[test]
fn an_engine_that_hangs_is_given_up() {
    let setup = Setup::new();
    for operation in [0, 7, 40, 80] {
        setup.engine.arm(Fault::Hang {
            operation,
            patience: Duration::from_millis(1),
        });
        // the second proof finds it lost
        for _ in 0..2 {
            let cause = setup.survives().failure.unwrap().cause;
            assert!(is_device_error(&cause, DeviceError::is_fatal), "{cause}");
        }
    }
}

fn is_device_error(cause: &Cause, is: impl Fn(&DeviceError) -> bool) -> bool {
    match cause {
        Cause::Engine(
            ProveError::Kernel(Error::Device(error))
            | ProveError::Kzg(crema_kzg::Error::Kernel(Error::Device(error))),
        ) => is(error),
        _ => false,
    }
}

#[test]
fn a_failure_can_be_repeated() {
    let setup = Setup::new();
    let (fault, failure) = first_wrong_proof(&setup);
    let Cause::Wrong { proof, .. } = &failure.cause else {
        unreachable!("a wrong proof was looked for");
    };
    let again = |blinders: &Blinders| {
        crema_plonk::prove_with_message(
            &setup.engine,
            &setup.key,
            setup.witness.clone(),
            &failure.public_inputs,
            blinders,
            &failure.message,
            &(),
        )
        .unwrap()
    };
    setup.engine.arm(fault);
    assert_eq!(again(&failure.blinders), **proof, "the fault, repeated");
    let right = again(&failure.blinders);
    assert_ne!(right, **proof, "what it should have been");

    let record = format!("{failure:#}");
    for line in [
        "key mini (",
        "public_input 0x",
        "blinder 0x",
        "message 0x61206d657373616765",
        "witness_blake3 0x",
        &format!("proof 0x{}", hex::encode(proof.to_solidity())),
    ] {
        assert!(
            record.contains(&format!("\n{line}")),
            "{line} is missing in {record}"
        );
    }
    assert_eq!(record.matches("\nblinder 0x").count(), 17);
    let short = failure.to_string();
    assert!(!short.contains("blinder") && !short.contains('\n'), "{short}");
}

fn first_wrong_proof(setup: &Setup) -> (Fault, Box<Failure>) {
    (0..)
        .find_map(|result| {
            let fault = Fault::FlippedLimb { result };
            setup.engine.arm(fault);
            let failure = setup.survives().failure?;
            matches!(failure.cause, Cause::Wrong { .. }).then_some((fault, failure))
        })
        .unwrap()
}

#[test]
fn a_false_claim_is_false_on_every_engine() {
    let setup = Setup::new();
    let inputs: Vec<Fr> = setup.inputs.iter().map(|input| *input + Fr::from(1)).collect();
    let claim = Claim {
        public_inputs: &inputs,
        ..setup.claim()
    };
    for fault in [
        Fault::FlippedLimb { result: usize::MAX },
        Fault::OutOfMemory { allocation: 3 },
    ] {
        setup.engine.arm(fault);
        let refused = setup.prove(&claim);
        assert!(
            matches!(refused, Err(CheckedError::Refused(ProveError::Unsatisfied))),
            "{refused:?}"
        );
    }
    // what does not fit is not tried twice
    let claim = Claim {
        witness: setup.witness[1..].to_vec().into(),
        ..setup.claim()
    };
    assert!(matches!(
        setup.prove(&claim),
        Err(CheckedError::Refused(ProveError::Witness { .. }))
    ));
}

#[test]
fn two_engines_that_fail_are_both_named() {
    let setup = Setup::new();
    // while the key is loaded, and while the proof is made
    for allocation in [20, 180] {
        setup.engine.arm(Fault::OutOfMemory { allocation: 5 });
        let second = FaultyEngine::new(CpuEngine::default());
        second.arm(Fault::OutOfMemory { allocation });
        let result = prove_checked(
            (&setup.engine, &setup.key),
            (&second, &setup.material),
            &setup.claim(),
            &Blinders::random,
            &(),
        );
        assert!(second.struck());
        let Err(CheckedError::Both { first, second }) = result else {
            panic!("{result:?}");
        };
        assert!(first.engine.contains("OutOfMemory") && second.engine.contains("OutOfMemory"));
    }
    // and the engine is as good as before
    let proof = prove(
        &setup.engine,
        &setup.key,
        setup.witness.clone(),
        &setup.inputs,
        &Blinders::random().unwrap(),
        &(),
    )
    .unwrap();
    verify(&setup.key.info.verifying_key, &setup.inputs, &proof).unwrap();
}
