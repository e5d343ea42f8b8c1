//! Generic tests that every engine passes, from definitions that share no code with any engine.
//!
//! Each function takes an engine and panics on the first difference. [`conformance_tests!`](crate::conformance_tests)
//! turns all of them into `#[test]` functions. Inputs come from fixed seeds, so that a failure repeats.

mod msm;
mod permutation;
mod polynomial;
pub(crate) mod sampler;
mod transform;
mod vector;

pub use msm::{
    msm_bit_scalars, msm_colliding_points, msm_edge_scalars, msm_equal_scalars, msm_large, msm_lengths,
    msm_several_vectors, msm_too_few_bases, msm_wire_scalars,
};
pub use permutation::{
    grand_product_matches_definition, grand_product_refuses_zero, permutation_rejects_lengths,
    quotient_extreme_values, quotient_matches_definition, quotient_on_large_domain,
    quotient_rejects_subgroup,
};
pub use polynomial::{divide_by_linear, evaluate, linear_combination};
pub use transform::{
    evaluate_coset_matches_definition, interpolate_cosets_rejects, interpolate_cosets_round_trip,
    interpolate_matches_definition, large_transforms, transform_extreme_values, transform_rejects_lengths,
};
pub use vector::{add_at, gather, mask, transfers};

use std::sync::atomic::{AtomicUsize, Ordering};

use ark_bn254::Fr;

use crate::{Engine, Shared};

static LARGEST_SUM: AtomicUsize = AtomicUsize::new(usize::MAX);

/// Keeps the multi-scalar multiplications of this process's tests to so many points: an engine whose card is emulated
/// takes a microsecond for an addition of points, and hundreds of them to prepare one.
pub fn limit_sums(points: usize) {
    LARGEST_SUM.store(points, Ordering::Relaxed);
}

fn largest_sum() -> usize {
    LARGEST_SUM.load(Ordering::Relaxed)
}

fn upload<E: Engine>(engine: &E, values: &[Fr]) -> E::Vector {
    engine.upload(Shared::from(values.to_vec())).expect("upload")
}

fn download<E: Engine>(engine: &E, vector: &E::Vector) -> Vec<Fr> {
    engine
        .download(vector, 0..engine.length(vector))
        .expect("download")
}

/// Value of a polynomial by Horner's rule.
fn horner(coefficients: &[Fr], x: Fr) -> Fr {
    coefficients
        .iter()
        .rev()
        .fold(Fr::from(0u64), |sum, c| sum * x + c)
}

/// A conformance test with its name.
pub type Named<E> = (&'static str, fn(&E));

/// Every conformance test, for programs that run them outside a test harness.
pub fn all<E: Engine>() -> Vec<Named<E>> {
    crate::conformance_tests!(@all list E;)
}

/// Instantiates every conformance test for the engine that an expression makes.
///
/// ```no_run
/// mod portable {
///     crema_kernels::conformance_tests!(crema_kernels::cpu::CpuEngine::portable());
/// }
/// ```
#[macro_export]
macro_rules! conformance_tests {
    ($engine:expr) => {
        $crate::conformance_tests!(@all each $engine;);
    };
    (@all $what:ident $($of:tt)*) => {
        $crate::conformance_tests! { @$what $($of)*
            transfers gather mask add_at
            interpolate_matches_definition evaluate_coset_matches_definition large_transforms
            transform_extreme_values transform_rejects_lengths interpolate_cosets_round_trip interpolate_cosets_rejects
            evaluate linear_combination divide_by_linear
            grand_product_matches_definition grand_product_refuses_zero permutation_rejects_lengths
            quotient_extreme_values quotient_matches_definition quotient_on_large_domain quotient_rejects_subgroup
            msm_lengths msm_edge_scalars msm_bit_scalars msm_equal_scalars msm_wire_scalars
            msm_colliding_points msm_large msm_several_vectors msm_too_few_bases
        }
    };
    (@each $engine:expr; $($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                $crate::conformance::$name(&$engine);
            }
        )*
    };
    (@list $engine:ty; $($name:ident)*) => {
        vec![$((stringify!($name), $crate::conformance::$name::<$engine> as fn(&$engine))),*]
    };
}
