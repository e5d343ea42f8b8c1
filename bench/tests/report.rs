//! `bench report`: the project's documents say what its results say.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn report(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bench"))
        .arg("report")
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap()
}

#[test]
fn the_documents_are_up_to_date() {
    let output = report(&["--check"]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn a_changed_figure_is_noticed_and_put_right() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("README.md");
    let original = fs::read_to_string(root().join("README.md")).unwrap();
    let changed = original.replacen(" s |", "1 s |", 1);
    assert_ne!(changed, original, "the table has seconds in it");
    fs::write(&copy, changed).unwrap();
    let arguments = ["--document", copy.to_str().unwrap()];
    let stale = report(&[&arguments[..], &["--check"]].concat());
    let errors = String::from_utf8_lossy(&stale.stderr);
    assert!(
        !stale.status.success() && errors.contains("not what the results say"),
        "{errors}"
    );
    assert!(report(&arguments).status.success());
    assert_eq!(fs::read_to_string(&copy).unwrap(), original);
    assert!(report(&[&arguments[..], &["--check"]].concat()).status.success());
}

#[test]
fn plots_and_the_page_are_whole() {
    let folder = tempfile::tempdir().unwrap();
    let results = folder.path().join("results");
    fs::create_dir(&results).unwrap();
    for entry in fs::read_dir(root().join("bench/results")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, results.join(path.file_name().unwrap())).unwrap();
    }
    let kernels = Command::new(env!("CARGO_BIN_EXE_bench"))
        .args([
            "kernels",
            "--sizes=6,8",
            "--operation=msm,ntt",
            "--engine=cpu-portable",
            "--repeat=1",
            "--threads=1",
        ])
        .arg("--json")
        .arg(results.join("9999-01-01-kernels.jsonl"))
        .output()
        .unwrap();
    assert!(
        kernels.status.success(),
        "{}",
        String::from_utf8_lossy(&kernels.stderr)
    );
    let [plots, page] = ["plots", "page.html"].map(|name| folder.path().join(name));
    let output = report(&[
        "--results",
        results.to_str().unwrap(),
        "--check",
        "--plots",
        plots.to_str().unwrap(),
        "--html",
        page.to_str().unwrap(),
    ]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let page = fs::read_to_string(page).unwrap();
    let mut names: Vec<_> = fs::read_dir(plots)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let svg = fs::read_to_string(&path).unwrap();
            assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n") && page.contains(&svg));
            path.file_stem().unwrap().to_str().unwrap().to_owned()
        })
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "kernels-msm-random",
            "kernels-msm-witness-like",
            "kernels-ntt-random",
            "prove-rounds"
        ]
    );
    assert!(
        !page.contains("http")
            || page.matches("http").count() == page.matches("http://www.w3.org/2000/svg").count()
    );
    assert!(page.contains("9999-01-01-kernels.jsonl") && page.contains("capacity=200"));
}

#[test]
fn what_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let document = folder.path().join("document.md");
    fs::write(
        &document,
        "<!-- bench report: weather -->\n<!-- end of report -->\n",
    )
    .unwrap();
    let document = document.to_str().unwrap();
    for (arguments, reason) in [
        (&["--document", "absent.md"][..], "absent.md"),
        (&["--results", "absent"], "absent"),
        (&["--document", document], "\"weather\""),
        (&["--document", "bench/Cargo.toml"], "has no block"),
    ] {
        let output = report(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && errors.contains(reason),
            "{arguments:?}: {errors}"
        );
    }
}
