//! Times as a table for people.

use crate::report::Timing;

/// What stands above the lines.
pub fn head(emulated: bool) {
    if emulated {
        println!("  EMULATED: these times are this processor's and say nothing of any card");
    }
    println!(
        "  {:<28} {:>5} {:>11} {:>11} {:>9} {:>9}",
        "operation", "size", "median", "predicted", "ratio", "roofline"
    );
}

/// One time.
pub fn line(timing: &Timing) {
    let or_none = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
    println!(
        "  {:<28} {:>5} {:>8.3} ms {:>11} {:>9} {:>9}  {}{}",
        timing.operation,
        format!("2^{}", timing.log_size),
        timing.median_ms,
        or_none(
            timing
                .predicted
                .map(|prediction| format!("{:.3} ms", prediction.expected_ms))
        ),
        or_none(timing.of_predicted.map(|ratio| format!("{ratio:.2}"))),
        or_none(timing.of_roofline.map(|part| format!("{:.0} %", 100.0 * part))),
        if timing.emulated { "EMULATED; " } else { "" },
        timing.note,
    );
}
