//! Rows of segments: stacks where each begins where the one before ends, waterfalls where it begins when it begins.

use super::{Canvas, LINE, WIDTH, colour, legend_height, text_width, ticks};

/// A plot of rows.
#[derive(Clone, Debug, Default)]
pub struct Bars {
    /// What it shows.
    pub title: String,
    /// Names of the series, which segments refer to by place.
    pub series: Vec<String>,
    /// From top to bottom.
    pub rows: Vec<Row>,
    /// Whether each row fills the width, so that shares compare; else lengths do.
    pub shares: bool,
}

/// A row.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Its name, at the left.
    pub name: String,
    /// What it comes to, at the right.
    pub total: String,
    /// Its parts.
    pub segments: Vec<Segment>,
}

/// A part of a row.
#[derive(Clone, Debug)]
pub struct Segment {
    /// Which of the series.
    pub series: usize,
    /// Where it begins.
    pub start: f64,
    /// How long it is.
    pub length: f64,
    /// What it says when pointed at.
    pub told: String,
}

impl Row {
    /// A row of parts one after the other: series, length and what it says.
    pub fn stacked(
        name: String,
        total: String,
        parts: impl IntoIterator<Item = (usize, f64, String)>,
    ) -> Self {
        let mut start = 0.0;
        let segments = parts.into_iter().map(|(series, length, told)| {
            let segment = Segment {
                series,
                start,
                length,
                told,
            };
            start += length;
            segment
        });
        Self {
            name,
            total,
            segments: segments.collect(),
        }
    }

    fn end(&self) -> f64 {
        self.segments
            .iter()
            .map(|segment| segment.start + segment.length)
            .fold(0.0, f64::max)
    }
}

const BAR: f64 = 22.0;
const GAP: f64 = 10.0;

impl Bars {
    /// The plot; `show` writes a length with its unit.
    pub fn svg(&self, show: impl Fn(f64) -> String) -> String {
        let widest = |text: fn(&Row) -> &String| {
            self.rows
                .iter()
                .map(|row| text_width(text(row)))
                .fold(0.0, f64::max)
        };
        let (left, right) = (
            24.0 + widest(|row| &row.name),
            WIDTH - 24.0 - widest(|row| &row.total),
        );
        let top = 40.0 + legend_height(&self.series);
        let bottom = top + self.rows.len() as f64 * (BAR + GAP);
        let mut canvas = Canvas::new(&self.title, bottom + 2.0 * LINE);
        canvas.legend(46.0, &self.series);
        let longest = self.rows.iter().map(Row::end).fold(0.0, f64::max);
        if !self.shares {
            for tick in ticks(longest) {
                let x = left + (right - left) * tick / longest.max(f64::MIN_POSITIVE);
                canvas.line((x, top), (x, bottom), "axis");
                canvas.text(x, bottom + LINE, "", "middle", &show(tick));
            }
        }
        for (i, row) in self.rows.iter().enumerate() {
            let y = top + i as f64 * (BAR + GAP);
            let whole = if self.shares { row.end() } else { longest };
            let scale = (right - left) / whole.max(f64::MIN_POSITIVE);
            canvas.text(left - 8.0, y + 16.0, "", "end", &row.name);
            canvas.text(right + 8.0, y + 16.0, "", "start", &row.total);
            for segment in &row.segments {
                let corner = (left + segment.start * scale, y);
                canvas.bar(
                    corner,
                    (segment.length * scale, BAR),
                    &colour(segment.series),
                    &segment.told,
                );
            }
        }
        canvas.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_rows(shares: bool) -> String {
        let row = |name: &str, parts: [f64; 2]| {
            let parts = parts
                .into_iter()
                .enumerate()
                .map(|(i, length)| (i, length, format!("part {length}")));
            Row::stacked(name.to_owned(), "all".to_owned(), parts)
        };
        Bars {
            title: "test".to_owned(),
            series: vec!["a".to_owned(), "b".to_owned()],
            rows: vec![row("one", [1.0, 3.0]), row("two", [10.0, 10.0])],
            shares,
        }
        .svg(|value| format!("{value} s"))
    }

    /// Widths of bars in the order of the text, those of the legend left out.
    fn widths(svg: &str) -> Vec<f64> {
        let bars = svg.lines().filter(|line| line.contains("<title>part"));
        bars.map(|bar| {
            bar.split("width=\"")
                .nth(1)
                .unwrap()
                .split('"')
                .next()
                .unwrap()
                .parse()
                .unwrap()
        })
        .collect()
    }

    #[test]
    fn lengths_compare_between_rows() {
        let [a, b, c, d] = widths(&two_rows(false)).try_into().unwrap();
        let close = |one: f64, other: f64| (one - other).abs() < 0.5;
        assert!(
            close(b, 3.0 * a) && close(c, 10.0 * a) && close(c, d),
            "{a} {b} {c} {d}"
        );
    }

    #[test]
    fn shares_fill_the_row() {
        let [a, b, c, d] = widths(&two_rows(true)).try_into().unwrap();
        assert!(
            (a + b - c - d).abs() < 0.5 && (b / a - 3.0).abs() < 0.05,
            "{a} {b} {c} {d}"
        );
    }
}
