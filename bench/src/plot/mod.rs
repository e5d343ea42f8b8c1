//! Plots as SVG that reads well on light and on dark paper, without a library: rows of bars, and curves on log axes.

mod bars;
mod curves;

pub use bars::{Bars, Row};
pub use curves::{Curve, Curves};

use std::fmt::Write;

/// Width of every plot, in pixels.
const WIDTH: f64 = 760.0;
/// Height of a line of text.
const LINE: f64 = 18.0;
/// Colours of series, on light and on dark paper, apart in lightness as well as in hue.
const COLOURS: [(&str, &str); 8] = [
    ("#1f5fa8", "#6ea8e8"),
    ("#d1731c", "#f0a45d"),
    ("#2a8a4a", "#6cc98a"),
    ("#b03a48", "#ec8590"),
    ("#6b4fa0", "#b49be6"),
    ("#8a6d1a", "#d8bd66"),
    ("#117a83", "#5fc9d2"),
    ("#6d6d6d", "#b0b0b0"),
];

/// The class of a series.
fn colour(series: usize) -> String {
    format!("c{}", series % COLOURS.len())
}

/// An SVG in the making.
struct Canvas(String);

impl Canvas {
    /// Paper of so many pixels' height, with a title.
    fn new(title: &str, height: f64) -> Self {
        let mut light = String::new();
        let mut dark = String::new();
        let mut classes = String::new();
        for (i, (on_light, on_dark)) in COLOURS.iter().enumerate() {
            let _ = write!(light, "--c{i}:{on_light};");
            let _ = write!(dark, "--c{i}:{on_dark};");
            let _ = write!(classes, ".plot .c{i}{{fill:var(--c{i});stroke:var(--c{i})}}");
        }
        let mut text = format!(
            "<svg class=\"plot\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
             width=\"{WIDTH}\" height=\"{height}\" role=\"img\">\n<title>{title}</title>\n<style>\
             .plot{{--paper:#ffffff;--ink:#1b1f24;--faint:#d4d8dd;{light}font:13px system-ui,sans-serif}}\
             @media (prefers-color-scheme:dark){{.plot{{--paper:#15191e;--ink:#e2e6ea;--faint:#3a424b;{dark}}}}}\
             .plot text{{fill:var(--ink);stroke:none}}.plot .paper{{fill:var(--paper)}}\
             {classes}\
             .plot .axis{{stroke:var(--faint);stroke-width:1}}.plot .line{{fill:none;stroke-width:2}}\
             .plot .dashed{{fill:none;stroke-width:1.5;stroke-dasharray:5 4}}\
             .plot .range{{stroke:var(--ink);stroke-width:1}}.plot .title{{font-size:15px;font-weight:600}}\
             </style>\n",
            title = escape(title),
        );
        let _ = writeln!(
            text,
            "<rect class=\"paper\" width=\"{WIDTH}\" height=\"{height}\"/>"
        );
        let mut canvas = Self(text);
        canvas.text(12.0, 22.0, "title", "start", title);
        canvas
    }

    fn text(&mut self, x: f64, y: f64, class: &str, anchor: &str, text: &str) {
        let text = escape(text);
        let _ = writeln!(
            self.0,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" class=\"{class}\" text-anchor=\"{anchor}\">{text}</text>"
        );
    }

    fn line(&mut self, from: (f64, f64), to: (f64, f64), class: &str) {
        let ((x1, y1), (x2, y2)) = (from, to);
        let _ = writeln!(
            self.0,
            "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" class=\"{class}\"/>"
        );
    }

    fn path(&mut self, points: &[(f64, f64)], class: &str) {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let _ = writeln!(
            self.0,
            "<polyline points=\"{}\" class=\"{class}\"/>",
            points.join(" ")
        );
    }

    /// A rectangle that tells what it is when pointed at.
    fn bar(&mut self, corner: (f64, f64), size: (f64, f64), class: &str, told: &str) {
        let ((x, y), (width, height)) = (corner, size);
        let told = escape(told);
        let _ = writeln!(
            self.0,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" class=\"{class}\">\
             <title>{told}</title></rect>"
        );
    }

    /// Names of series with their colours, in lines that are as full as they get; returns where they end.
    fn legend(&mut self, y: f64, names: &[String]) -> f64 {
        let (mut x, mut y) = (12.0, y);
        for (i, name) in names.iter().enumerate() {
            let width = 34.0 + text_width(name);
            if x + width > WIDTH && x > 12.0 {
                x = 12.0;
                y += LINE;
            }
            self.bar((x, y - 10.0), (11.0, 11.0), &colour(i), name);
            self.text(x + 16.0, y, "", "start", name);
            x += width;
        }
        y + LINE
    }

    fn finish(mut self) -> String {
        self.0.push_str("</svg>\n");
        self.0
    }
}

/// Lines that a legend takes.
fn legend_height(names: &[String]) -> f64 {
    // the same steps, drawn nowhere
    Canvas(String::new()).legend(0.0, names)
}

/// About how wide a text is, in pixels.
fn text_width(text: &str) -> f64 {
    7.2 * text.chars().count() as f64
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Round numbers between zero and `most`, about five of them.
fn ticks(most: f64) -> Vec<f64> {
    if !(most.is_finite() && most > 0.0) {
        return vec![0.0];
    }
    let rough = most / 5.0;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= rough)
        .unwrap_or(10.0 * power);
    let count = (most / step * (1.0 + 1e-9)).floor();
    std::iter::successors(Some(0.0), |i| (*i < count).then_some(i + 1.0))
        .map(|i| i * step)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round() {
        assert_eq!(ticks(10.0), [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
        assert_eq!(
            ticks(473_211.0),
            [0.0, 100_000.0, 200_000.0, 300_000.0, 400_000.0]
        );
        assert_eq!(ticks(0.0), [0.0]);
        assert_eq!(ticks(f64::NAN), [0.0]);
    }

    #[test]
    fn names_cannot_break_out() {
        let mut canvas = Canvas::new("a <b> & \"c\"", 10.0);
        canvas.text(0.0, 0.0, "", "start", "</svg>");
        let svg = canvas.finish();
        assert!(
            svg.contains("a &lt;b&gt; &amp; &quot;c&quot;") && svg.matches("</svg>").count() == 1,
            "{svg}"
        );
    }

    #[test]
    fn a_long_legend_has_several_lines() {
        let names: Vec<String> = (0..20).map(|i| format!("series number {i}")).collect();
        assert!(legend_height(&names) > 3.0 * LINE);
        assert!((legend_height(&names[..2]) - LINE).abs() < f64::EPSILON);
    }
}
