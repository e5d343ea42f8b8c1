//! Curves over sizes, both axes logarithmic.

use super::{Canvas, LINE, WIDTH, colour, legend_height};

/// A plot of curves.
#[derive(Clone, Debug, Default)]
pub struct Curves {
    /// What it shows.
    pub title: String,
    /// One after the other on top.
    pub curves: Vec<Curve>,
}

/// A curve.
#[derive(Clone, Debug, Default)]
pub struct Curve {
    /// Its name.
    pub name: String,
    /// Base-two logarithm of the size; the value in the middle, the least and the greatest.
    pub points: Vec<(u32, [f64; 3])>,
    /// What it cannot fall below, at the same sizes, where that is known.
    pub floor: Vec<(u32, f64)>,
}

const LEFT: f64 = 76.0;
const HEIGHT: f64 = 300.0;

impl Curves {
    /// The plot; `show` writes a value with its unit. None where there is nothing to show.
    pub fn svg(&self, show: impl Fn(f64) -> String) -> Option<String> {
        let points = || self.curves.iter().flat_map(|curve| &curve.points);
        let floors = || self.curves.iter().flat_map(|curve| &curve.floor);
        let values = points()
            .flat_map(|(_, values)| *values)
            .chain(floors().map(|(_, value)| *value))
            .filter(|value| *value > 0.0);
        let (low, high) = values.fold((f64::INFINITY, 0.0f64), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        let (first, last) = (
            points().map(|(size, _)| *size).min()?,
            points().map(|(size, _)| *size).max()?,
        );
        if low > high {
            return None;
        }
        let (bottom_decade, top_decade) = (
            low.log10().floor(),
            high.log10().ceil().max(low.log10().floor() + 1.0),
        );
        let names: Vec<String> = self.curves.iter().map(|curve| curve.name.clone()).collect();
        let top = 40.0 + legend_height(&names);
        let x = |size: u32| {
            LEFT + (WIDTH - LEFT - 30.0) * f64::from(size - first) / f64::from((last - first).max(1))
        };
        let y =
            |value: f64| top + HEIGHT * (top_decade - value.max(low).log10()) / (top_decade - bottom_decade);
        let mut canvas = Canvas::new(&self.title, top + HEIGHT + 2.0 * LINE);
        canvas.legend(46.0, &names);
        let decades = std::iter::successors(Some(bottom_decade), |decade| {
            (*decade < top_decade).then_some(decade + 1.0)
        });
        for decade in decades {
            let value = 10f64.powf(decade);
            canvas.line((LEFT, y(value)), (WIDTH - 30.0, y(value)), "axis");
            canvas.text(LEFT - 8.0, y(value) + 4.0, "", "end", &show(value));
        }
        for size in first..=last {
            canvas.line((x(size), top), (x(size), top + HEIGHT), "axis");
            canvas.text(x(size), top + HEIGHT + LINE, "", "middle", &format!("2^{size}"));
        }
        for (i, curve) in self.curves.iter().enumerate() {
            let class = colour(i);
            let floor: Vec<_> = curve
                .floor
                .iter()
                .map(|(size, value)| (x(*size), y(*value)))
                .collect();
            canvas.path(&floor, &format!("{class} dashed"));
            let middle: Vec<_> = curve
                .points
                .iter()
                .map(|(size, [value, ..])| (x(*size), y(*value)))
                .collect();
            canvas.path(&middle, &format!("{class} line"));
            for (size, [value, least, greatest]) in &curve.points {
                canvas.line((x(*size), y(*least)), (x(*size), y(*greatest)), "range");
                let told = format!("{}, 2^{size}: {}", curve.name, show(*value));
                canvas.bar((x(*size) - 3.0, y(*value) - 3.0), (6.0, 6.0), &class, &told);
            }
        }
        Some(canvas.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_is_in_the_picture() {
        let plot = Curves {
            title: "test".to_owned(),
            curves: vec![Curve {
                name: "one".to_owned(),
                points: vec![(10, [2e-6, 1e-6, 4e-6]), (20, [3e-3, 2e-3, 5.0])],
                floor: vec![(10, 5e-7), (20, 1e-3)],
            }],
        };
        let svg = plot.svg(|value| value.to_string()).unwrap();
        let height: f64 = svg
            .split("viewBox=\"0 0 760 ")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .parse()
            .unwrap();
        let mut seen = 0;
        for text in svg.split(" y=\"").skip(1) {
            let y: f64 = text.split('"').next().unwrap().parse().unwrap();
            assert!((0.0..height).contains(&y), "{y}");
            seen += 1;
        }
        assert!(seen > 20 && svg.contains("one, 2^20: 0.003"), "{svg}");
    }

    #[test]
    fn nothing_is_no_picture() {
        assert_eq!(Curves::default().svg(|value| value.to_string()), None);
    }
}
