//! TurboPlonk over BN254 with KZG commitments, byte-compatible with jellyfish's jf-plonk 0.5.
//!
//! Five wires, thirteen selectors. Given the same SRS, circuit, witness and blinders, keys, challenges and proofs are the
//! same bytes as jellyfish's, so that contracts which verify its proofs verify these.

mod blinders;
mod checked;
pub mod constraint_system;
mod error;
pub mod key;
mod linearization;
mod progress;
mod proof;
mod prover;
mod transcript;
mod verifier;
mod verifying_key;
mod words;

pub use blinders::{BLINDERS, Blinders};
pub use checked::{Cause, Checked, CheckedError, Claim, Failure, prove_checked};
pub use constraint_system::Circuit;
pub use error::{DecodeError, ProveError, VerifyError};
pub use key::{KeyInfo, KeyMaterial, ProvingKey};
pub use progress::Progress;
pub use proof::{Evaluations, PROOF_WORDS, Proof};
pub use prover::{ROUNDS, prove, prove_with_message};
pub use transcript::Transcript;
pub use verifier::{verify, verify_with_message};
pub use verifying_key::{KEY_WORDS, VerifyingKey};

use ark_bn254::Fr;
use ark_ff::{Field, MontFp};
use crema_kernels::quotient::WIRES;

/// Representatives of the five cosets that tell the wires apart in the permutation argument: one, and the first four
/// scalars that ChaCha20 with the zero seed yields through arkworks' sampler. The deployed verifiers hold the same.
pub const fn coset_representatives() -> [Fr; WIRES] {
    [
        Fr::ONE,
        MontFp!("21509278299504349099462204191118037118107610078220221266349290695035863440714"),
        MontFp!("13976592813031577188125521927972899479470463550363151269753910432073024188453"),
        MontFp!("14591765506482671446560885548197471556272316625185371414625730123191650159626"),
        MontFp!("20883368082289025076967387451686443472842943894869136517205989827531572897921"),
    ]
}
