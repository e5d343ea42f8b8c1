//! Running the binary in a scratch folder.

use std::{
    fs,
    io::Read,
    path::PathBuf,
    process::{Command, Stdio},
};

use serde_json::Value;

/// A golden vector file of this crate.
pub fn vectors(name: &str) -> Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/vectors")
        .join(format!("{name}.json.gz"));
    let file = fs::File::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut text = String::new();
    flate2::read::GzDecoder::new(file)
        .read_to_string(&mut text)
        .unwrap();
    serde_json::from_str(&text).unwrap()
}

/// A folder that vanishes with the test.
pub struct Scratch(tempfile::TempDir);

impl Scratch {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    pub fn exists(&self, name: &str) -> bool {
        self.0.path().join(name).exists()
    }

    pub fn write(&self, name: &str, value: &Value) -> String {
        self.write_text(name, &value.to_string())
    }

    pub fn write_text(&self, name: &str, text: &str) -> String {
        fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    pub fn read(&self, name: &str) -> Value {
        serde_json::from_str(&fs::read_to_string(self.path(name)).unwrap()).unwrap()
    }

    /// Runs the binary and returns its exit code, with the keys of all tests in one cache under `target`.
    pub fn run(&self, arguments: &[String]) -> i32 {
        self.output(arguments).0
    }

    /// Runs the binary and shows what it said if the exit code is another.
    pub fn expect(&self, arguments: &[String], code: i32) {
        let (found, said) = self.output(arguments);
        assert_eq!(found, code, "{arguments:?}\n{said}");
    }

    fn output(&self, arguments: &[String]) -> (i32, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_state-prover"))
            .args(arguments)
            .current_dir(self.0.path())
            .env("CREMA_KEY_CACHE", concat!(env!("CARGO_TARGET_TMPDIR"), "/keys"))
            .env_remove("AZTEC_SRS_PATH")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!said.contains("panicked"), "{arguments:?} panicked: {said}");
        (output.status.code().expect("an exit code, not a signal"), said)
    }
}
