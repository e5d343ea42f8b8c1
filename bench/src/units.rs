//! Figures as people read them.

/// A time in the unit that suits it.
pub fn seconds(value: f64) -> String {
    if value.abs() < 0.000_999_5 {
        format!("{:.1} µs", 1e6 * value)
    } else if value < 0.0995 {
        format!("{:.1} ms", 1e3 * value)
    } else if value < 9.995 {
        format!("{value:.2} s")
    } else {
        format!("{value:.1} s")
    }
}

/// Memory in MiB.
pub fn mebibytes(bytes: f64) -> String {
    let whole = (bytes / f64::from(1 << 20)).round();
    #[allow(
        clippy::cast_sign_loss,
        reason = "no memory is negative, and the cast saturates"
    )]
    let whole = whole as u64;
    format!("{} MiB", thousands(whole))
}

/// Memory in MiB, or in GiB where there are more than four of them.
pub fn memory(bytes: f64) -> String {
    let gibibytes = bytes / f64::from(1 << 30);
    if gibibytes < 4.0 {
        mebibytes(bytes)
    } else {
        format!("{gibibytes:.1} GiB")
    }
}

/// A ratio with two digits that say something.
pub fn ratio(value: f64) -> String {
    let digits = if value < 0.0995 {
        3
    } else if value < 9.95 {
        2
    } else {
        0
    };
    format!("{value:.digits$}")
}

/// A count that was kept as a figure.
pub fn count(value: f64) -> String {
    #[allow(
        clippy::cast_sign_loss,
        reason = "no count is negative, and the cast saturates"
    )]
    let whole = value.round() as u64;
    thousands(whole)
}

/// An integer with its thousands apart.
pub fn thousands(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_three_digits_or_so() {
        assert_eq!(
            [0.0, 0.000_012_34, 0.000_999_4].map(seconds),
            ["0.0 µs", "12.3 µs", "999.4 µs"]
        );
        let shown = [0.00271, 0.0994, 0.0996, 1.234, 9.99, 9.996, 150.93].map(seconds);
        assert_eq!(
            shown,
            [
                "2.7 ms", "99.4 ms", "0.10 s", "1.23 s", "9.99 s", "10.0 s", "150.9 s"
            ]
        );
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(
            [0, 999, 1000, 659_275, 1_048_576].map(thousands),
            ["0", "999", "1,000", "659,275", "1,048,576"]
        );
        assert_eq!(count(1234.4), "1,234");
        assert_eq!(
            [0.0819, 0.0996, 1.234, 12.3].map(ratio),
            ["0.082", "0.10", "1.23", "12"]
        );
        assert_eq!(
            [51.0, 8313.0].map(|mib| memory(mib * 1048576.0)),
            ["51 MiB", "8.1 GiB"]
        );
        assert_eq!(mebibytes(8313.0 * 1048576.0), "8,313 MiB");
    }
}
