//! The eight-lane arithmetic against `ark-ff`, at the bounds that its documentation allows.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};

use super::Ifma;
use crate::{
    conformance::sampler::Sampler,
    cpu::lanes::{Arithmetic, Kernel, MAX_WIDTH},
};

type Row = [Fr; MAX_WIDTH];

/// Zero, one, minus one, their neighbours, elements with extreme limbs, and random ones.
fn samples() -> Vec<Fr> {
    let mut samples = vec![Fr::ZERO, Fr::ONE, -Fr::ONE, Fr::from(2u64), -Fr::from(2u64)];
    for bits in [52, 64, 104, 128, 156, 192, 208, 253] {
        let power = Fr::from(2u64).pow([bits]);
        samples.extend([power, power - Fr::ONE, -power]);
    }
    samples.extend(Sampler::new(60).scalars(31));
    samples
}

/// Every pair of samples, eight at a time.
fn rows() -> Vec<(Row, Row)> {
    let samples = samples();
    let pairs: Vec<(Fr, Fr)> = samples
        .iter()
        .flat_map(|a| samples.iter().map(|b| (*a, *b)))
        .collect();
    let (rows, _) = pairs.as_chunks::<MAX_WIDTH>();
    rows.iter()
        .map(|row| (row.map(|(a, _)| a), row.map(|(_, b)| b)))
        .collect()
}

/// Runs a check with the instructions enabled, or says that the machine has none.
fn with_ifma(check: impl Fn(Ifma, &Row, &Row)) {
    struct Check<'a, F>(&'a F, &'a (Row, Row));
    impl<F: Fn(Ifma, &Row, &Row)> Kernel<Ifma> for Check<'_, F> {
        type Output = ();

        fn run(self, ifma: Ifma) {
            self.0(ifma, &self.1.0, &self.1.1);
        }
    }
    let Some(ifma) = Ifma::detect() else {
        eprintln!("not tested: this machine has no AVX-512 IFMA");
        return;
    };
    for row in &rows() {
        ifma.enter(Check(&check, row));
    }
}

fn stored(f: Ifma, wide: <Ifma as Arithmetic>::Wide) -> Row {
    let mut values = [Fr::ZERO; MAX_WIDTH];
    f.store_wide(wide, &mut values);
    values
}

fn each(a: &Row, b: &Row, operation: impl Fn(Fr, Fr) -> Fr) -> Row {
    std::array::from_fn(|lane| operation(a[lane], b[lane]))
}

#[test]
fn loads_and_stores() {
    with_ifma(|f, a, b| {
        assert_eq!(stored(f, f.wide(f.load(a))), *a);
        let mut values = [Fr::ZERO; MAX_WIDTH];
        f.store(f.load(b), &mut values);
        assert_eq!(values, *b);
        // a factor times one as data is data
        let one = f.broadcast(&f.data(Fr::ONE));
        f.store(f.mul(f.load_factor(a), one), &mut values);
        assert_eq!(values, *a);
        f.store(
            f.mul(f.gather(&a.map(|value| f.constant(value))), one),
            &mut values,
        );
        assert_eq!(values, *a);
        // unreduced values come back as they were
        let doubled = f.add(f.wide(f.load(a)), f.wide(f.load(a)));
        f.store_unreduced(f.carry(doubled), &mut values);
        assert_eq!(stored(f, f.wide(f.load(&values))), each(a, a, |a, b| a + b));
    });
}

#[test]
fn products() {
    with_ifma(|f, a, b| {
        let constants = f.gather(&b.map(|value| f.constant(value)));
        assert_eq!(
            stored(f, f.wide(f.mul(f.load(a), constants))),
            each(a, b, |a, b| a * b)
        );
        // the loosest factors, below 16p each
        let one = f.broadcast(&f.data(Fr::ONE));
        let product = f.mul(f.load_factor(a), f.load_factor(b));
        assert_eq!(stored(f, f.wide(f.mul(product, one))), each(a, b, |a, b| a * b));
        let square = f.square(f.load_factor(a));
        assert_eq!(
            stored(f, f.wide(f.mul(square, one))),
            each(a, b, |a, _| a.square())
        );
    });
}

#[test]
fn sums_up_to_the_bounds() {
    with_ifma(|f, a, b| {
        let (x, y) = (f.wide(f.load(a)), f.wide(f.load(b)));
        assert_eq!(stored(f, f.add(x, y)), each(a, b, |a, b| a + b));
        for log_bound in 0..6 {
            assert_eq!(stored(f, f.sub(x, y, log_bound)), each(a, b, |a, b| a - b));
        }
        // 32p - y - y - ... stays above zero and below 64p, and is a factor on the left-hand side
        let mut sum = f.sub(f.zero(), y, 5);
        let mut expected = each(a, b, |_, b| -b);
        for _ in 0..30 {
            sum = f.add(sum, x);
            expected = each(&expected, a, |sum, a| sum + a);
        }
        assert_eq!(stored(f, sum), expected);
        let product = f.mul(f.carry(sum), f.gather(&b.map(|value| f.constant(value))));
        assert_eq!(stored(f, f.wide(product)), each(&expected, b, |a, b| a * b));
    });
}

#[test]
fn sums_of_products_up_to_the_bounds() {
    with_ifma(|f, a, b| {
        let one = f.broadcast(&f.data(Fr::ONE));
        // 27 products of factors below 16p: 27·16·16/84 + 1 < 84, the most that fits
        let mut sum = f.no_products();
        let mut expected = [Fr::ZERO; MAX_WIDTH];
        for term in 0..27 {
            let right = if term % 2 == 0 { b } else { a };
            f.add_product(&mut sum, f.load_factor(a), f.load_factor(right));
            expected = each(&expected, &each(a, right, |a, b| a * b), |sum, product| {
                sum + product
            });
        }
        assert_eq!(stored(f, f.wide(f.mul(f.reduce(sum), one))), expected);
        // 32 products of reduced elements, the most that columns hold
        let mut sum = f.no_products();
        let constants = f.gather(&b.map(|value| f.constant(value)));
        for _ in 0..32 {
            f.add_product(&mut sum, f.load(a), constants);
        }
        assert_eq!(
            stored(f, f.wide(f.reduce(sum))),
            each(a, b, |a, b| a * b * Fr::from(32u64))
        );
    });
}

#[test]
fn inverses() {
    with_ifma(|f, a, _| {
        let factors = f.gather(&a.map(|value| f.constant(value)));
        match f.invert(factors) {
            None => assert!(a.contains(&Fr::ZERO)),
            Some(inverses) => {
                let one = f.broadcast(&f.data(Fr::ONE));
                let expected = a.map(|value| value.inverse().expect("no element of the row is zero"));
                assert_eq!(stored(f, f.wide(f.mul(inverses, one))), expected);
            }
        }
    });
}

#[test]
fn columns_are_transposed() {
    with_ifma(|f, a, b| {
        let stride = 11;
        let matrix: Vec<Fr> = (0..MAX_WIDTH * stride)
            .map(|i| a[i % 8] + b[i / 8 % 8] * Fr::from(i as u64))
            .collect();
        let mut columns = [f.carry(f.zero()); MAX_WIDTH];
        f.load_columns(&matrix, stride, &mut columns);
        for (column, lanes) in columns.iter().enumerate() {
            let expected: Row = std::array::from_fn(|row| matrix[row * stride + column]);
            assert_eq!(stored(f, f.wide(*lanes)), expected);
        }
    });
}
