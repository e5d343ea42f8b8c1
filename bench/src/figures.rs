//! Figures from lines of results, whichever bench wrote them.
//!
//! A figure is whatever stands in a record as a [`Summary`]. What it is of, is what the record's `task` says without
//! what only tells how often or with which random numbers, and the names on the way to it.

use std::{fs, path::Path};

use serde_json::Value;

use crate::{error::Error, fingerprint::Fingerprint, statistics::Summary, units};

/// A line of results, read back.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Which bench.
    pub bench: String,
    /// What it was measured on.
    pub fingerprint: Fingerprint,
    /// All of it.
    pub value: Value,
}

/// A figure, and what it is of.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Bench and task.
    pub subject: String,
    /// Which of the task's figures.
    pub name: String,
    /// Its value.
    pub summary: Summary,
}

/// Parts of a task that say nothing about what is measured.
const INCIDENTAL: [&str; 3] = ["repeat", "warm_up", "seed"];
/// Parts of a record that are no figures of the project's.
const NOT_OURS: [&str; 6] = [
    "fingerprint",
    "task",
    "machine",
    "ratios",
    "speedup",
    "others_cpu_s",
];

impl Figure {
    /// Whether more of it is better: whatever is counted per second. Of all else less is.
    pub fn more_is_better(&self) -> bool {
        self.name.ends_with("_per_s")
    }

    /// Whether it is counted, so that every difference is one.
    pub fn is_exact(&self) -> bool {
        self.parts().any(|part| part == "gas")
    }

    /// A value of this figure in its unit, which its name tells.
    pub fn show(&self, value: f64) -> String {
        let ends_in = |ending: &str| self.parts().any(|part| part.ends_with(ending));
        if self.is_exact() {
            units::count(value)
        } else if ends_in("_bytes") {
            units::memory(value)
        } else if ends_in("_s") && !ends_in("_per_s") {
            units::seconds(value)
        } else {
            format!("{value:.2}")
        }
    }

    fn parts(&self) -> impl Iterator<Item = &str> {
        self.name.split(": ")
    }
}

/// Reads a file of results, lines that bench wrote.
///
/// # Errors
/// [`Error::Unreadable`].
pub fn read(path: &Path) -> Result<Vec<Line>, Error> {
    let unreadable = |reason: String| Error::Unreadable {
        path: path.to_owned(),
        reason,
    };
    let text = fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
    let lines = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| {
            parse(line).map_err(|reason| unreadable(format!("line {}: {reason}", number + 1)))
        })
        .collect()
}

fn parse(line: &str) -> Result<Line, String> {
    let value: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let bench = value
        .get("bench")
        .and_then(Value::as_str)
        .ok_or("no record of bench")?
        .to_owned();
    let fingerprint = value.get("fingerprint").cloned().ok_or("no fingerprint")?;
    Ok(Line {
        bench,
        fingerprint: serde_json::from_value(fingerprint).map_err(|error| format!("fingerprint: {error}"))?,
        value,
    })
}

/// The figures of some lines. What several of them have is one figure over all of their repetitions.
pub fn figures(lines: &[Line]) -> Vec<Figure> {
    let mut groups: Vec<(String, String, Vec<Summary>)> = Vec::new();
    for line in lines {
        let subject = subject(line);
        let mut found = Vec::new();
        walk(&line.value, String::new(), &mut found);
        for (name, summary) in found {
            match groups
                .iter_mut()
                .find(|(of, what, _)| (of, what) == (&subject, &name))
            {
                Some((_, _, summaries)) => summaries.push(summary),
                None => groups.push((subject.clone(), name, vec![summary])),
            }
        }
    }
    let figure = |(subject, name, summaries): (String, String, Vec<Summary>)| {
        Summary::pool(&summaries).map(|summary| Figure {
            subject,
            name,
            summary,
        })
    };
    groups.into_iter().filter_map(figure).collect()
}

/// Bench and task as one line of text.
pub fn subject(line: &Line) -> String {
    let task = line.value.get("task").and_then(Value::as_object);
    let told = |(key, value): (&String, &Value)| {
        let says_something = !INCIDENTAL.contains(&key.as_str()) && !value.is_null();
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        says_something.then(|| format!(" {key}={value}"))
    };
    let mut parts: Vec<String> = task.into_iter().flatten().filter_map(told).collect();
    parts.sort();
    format!("{}{}", line.bench, parts.concat())
}

fn walk(value: &Value, path: String, found: &mut Vec<(String, Summary)>) {
    // serde would take a list of four numbers for one as well
    if value.is_object()
        && let Ok(summary) = serde_json::from_value::<Summary>(value.clone())
    {
        found.push((path, summary));
        return;
    }
    let below = |name: &str| {
        if path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}: {name}")
        }
    };
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                if !NOT_OURS.contains(&key.as_str()) {
                    walk(value, below(key), found);
                }
            }
        }
        Value::Array(elements) => {
            for element in elements {
                // [name, figure], or an object that says whose figures it holds
                if let Some([Value::String(name), value]) = element.as_array().map(Vec::as_slice) {
                    walk(value, below(name), found);
                } else if let Some(name) = ["engine", "name"]
                    .iter()
                    .find_map(|key| element.get(key)?.as_str())
                {
                    walk(element, below(name), found);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn line(task: &Value, results: &Value) -> Line {
        Line {
            bench: "test".to_owned(),
            fingerprint: Fingerprint::take().unwrap(),
            value: json!({"task": task, "results": results}),
        }
    }

    fn summary(median: f64) -> Value {
        json!({"median": median, "min": median - 1.0, "max": median + 1.0, "count": 3})
    }

    #[test]
    fn figures_are_found_by_their_names() {
        let results = json!({
            "prove_s": summary(2.0),
            "rounds_s": [["round 1", summary(3.0)], ["round 2", summary(4.0)]],
            "engines": [{"engine": "cpu", "wall_s": summary(5.0), "speedup": summary(6.0)}],
            "others_cpu_s": summary(7.0),
            "plain": 8.0,
        });
        let figures = figures(&[line(
            &json!({"size": 3, "seed": 9, "limit": null, "kind": "x"}),
            &results,
        )]);
        let mut names: Vec<_> = figures.iter().map(|figure| figure.name.as_str()).collect();
        names.sort_unstable();
        let expected = [
            "results: engines: cpu: wall_s",
            "results: prove_s",
            "results: rounds_s: round 1",
            "results: rounds_s: round 2",
        ];
        assert_eq!(names, expected);
        assert!(
            figures
                .iter()
                .all(|figure| figure.subject == "test kind=x size=3")
        );
    }

    #[test]
    fn repetitions_of_a_task_are_one_figure() {
        let of = |seed: u64, median| line(&json!({"size": 3, "seed": seed}), &json!({"a": summary(median)}));
        let found = figures(&[of(1, 4.0), of(2, 9.0), of(3, 5.0)]);
        assert_eq!(found.len(), 1);
        let Summary {
            median,
            min,
            max,
            count,
            ..
        } = found[0].summary;
        assert_eq!((median, min, max, count), (5.0, 3.0, 10.0, 9));
    }

    #[test]
    fn what_is_no_record_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.jsonl");
        for (text, reason) in [
            ("{}", "line 1: no record"),
            ("\n{", "line 2"),
            (r#"{"bench":"a"}"#, "no fingerprint"),
        ] {
            fs::write(&path, text).unwrap();
            let error = read(&path).unwrap_err().to_string();
            assert!(error.contains(reason) && error.contains("x.jsonl"), "{error}");
        }
        assert!(read(folder.path()).is_err());
    }
}
