//! Plots of what is kept.

use std::collections::BTreeMap;

use crate::{
    kernels::record::Record as Kernels,
    plot::{Bars, Curve, Curves, Row},
    units,
};

use super::{prove, store::Store};

/// Every plot that the results have something for, with its file's name.
pub fn all(store: &Store) -> Vec<(String, String)> {
    let mut plots = Vec::new();
    plots.extend(rounds(store).map(|svg| ("prove-rounds".to_owned(), svg)));
    plots.extend(kernels(store));
    plots
}

/// Shares of the rounds in a proof's time.
fn rounds(store: &Store) -> Option<String> {
    let cases = prove::cases(store);
    let names = |case: &prove::Case| -> Vec<String> {
        let rounds = &case.records[0].summary.rounds_s;
        rounds.iter().map(|(name, _)| name.clone()).collect()
    };
    let series = names(cases.first()?);
    let rows = cases.iter().map(|case| {
        let summary = &case.records[0].summary;
        let parts = summary.rounds_s.iter().enumerate().map(|(i, (name, figure))| {
            (
                i,
                figure.median,
                format!("{name}: {}", units::seconds(figure.median)),
            )
        });
        let total = units::seconds(summary.prove_s.median);
        Row::stacked(format!("capacity {}", case.capacity), total, parts)
    });
    let plot = Bars {
        title: "Rounds of a proof, by their part of its time".to_owned(),
        series,
        rows: rows.collect(),
        shares: true,
    };
    Some(plot.svg(units::seconds))
}

/// A plot per operation and kind of inputs: a curve per engine.
fn kernels(store: &Store) -> Vec<(String, String)> {
    let records = store.newest("kernels", |line| {
        serde_json::from_value::<Kernels>(line.value.clone()).ok()
    });
    let mut plots: BTreeMap<String, Curves> = BTreeMap::new();
    for record in records {
        let task = &record.task;
        let name = format!("{}-{}", task.operation, task.inputs.name());
        let plot = plots.entry(format!("kernels-{name}")).or_insert_with(|| Curves {
            title: format!(
                "{}, {} inputs, {} threads; dashed: the machine's floor",
                task.operation,
                task.inputs.name(),
                task.threads
            ),
            curves: Vec::new(),
        });
        for time in &record.results {
            let place = plot
                .curves
                .iter()
                .position(|curve| curve.name == time.engine)
                .unwrap_or_else(|| {
                    plot.curves.push(Curve {
                        name: time.engine.clone(),
                        ..Curve::default()
                    });
                    plot.curves.len() - 1
                });
            let curve = &mut plot.curves[place];
            let wall = &time.wall_s;
            curve
                .points
                .push((task.log_size, [wall.median, wall.min, wall.max]));
            curve
                .floor
                .extend(time.floor_s.map(|floor| (task.log_size, floor)));
        }
    }
    let drawn = plots.into_iter().filter_map(|(name, mut plot)| {
        for curve in &mut plot.curves {
            curve.points.sort_by_key(|(size, _)| *size);
            curve.floor.sort_by_key(|(size, _)| *size);
        }
        Some((name, plot.svg(units::seconds)?))
    });
    drawn.collect()
}
