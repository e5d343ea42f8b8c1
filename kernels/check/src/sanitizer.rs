//! Runs this program's conformance tests again under compute-sanitizer.

use std::{
    env,
    path::PathBuf,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::report::Sanitized;

const PROGRAM: &str = "compute-sanitizer";
/// The tools: addresses, and races in shared memory.
const TOOLS: [&str; 2] = ["memcheck", "racecheck"];
/// Tests that start every kernel; the tools slow them a hundredfold.
const TESTS: &str = "gather,mask,add_at,evaluate_coset_matches_definition,interpolate_cosets_round_trip,linear_combination,\
                     divide_by_linear,grand_product_refuses_zero,quotient_extreme_values,msm_wire_scalars,msm_equal_scalars";
/// Exit status that stands for the tool's findings.
const FOUND: &str = "86";

/// Where the tool is: on `PATH`, or in the toolkit.
fn find() -> Option<PathBuf> {
    let toolkits = ["CUDA_HOME", "CUDA_PATH", "CUDA_ROOT"]
        .into_iter()
        .filter_map(|name| env::var_os(name).map(PathBuf::from))
        .chain([PathBuf::from("/usr/local/cuda")])
        .flat_map(|root| [root.join("bin"), root.join(PROGRAM)]);
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path: Vec<PathBuf> = env::split_paths(&path).collect();
    on_path
        .into_iter()
        .chain(toolkits)
        .map(|directory| directory.join(PROGRAM))
        .find(|path| path.is_file())
}

/// Runs both tools, each for as long as `left` at most.
pub fn run(device: u32, left: impl Fn() -> Duration) -> Vec<Sanitized> {
    let found = find();
    TOOLS
        .into_iter()
        .map(|tool| {
            let start = Instant::now();
            let result = match (&found, env::current_exe()) {
                (Some(sanitizer), Ok(this)) => {
                    let mut command = Command::new(sanitizer);
                    command
                        .args(["--tool", tool, "--error-exitcode", FOUND])
                        .arg(this)
                        .args(["--only", "conformance", "--points", "400", "--tests", TESTS])
                        .args(["--device", &device.to_string()]);
                    watched(command, left())
                }
                (None, _) => Err(format!(
                    "{PROGRAM} is neither on PATH nor in CUDA_HOME: it comes with the CUDA toolkit"
                )),
                (_, Err(error)) => Err(format!("this program does not know its own path: {error}")),
            };
            let seconds = start.elapsed().as_secs_f64();
            match result {
                Ok((passed, message)) => Sanitized {
                    tool,
                    ran: true,
                    passed,
                    message,
                    seconds,
                },
                Err(message) => Sanitized {
                    tool,
                    ran: false,
                    passed: false,
                    message,
                    seconds,
                },
            }
        })
        .collect()
}

/// Whether a command ends well, and its last words. `Err` when it does not start or takes too long.
fn watched(mut command: Command, limit: Duration) -> Result<(bool, String), String> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{PROGRAM} does not start: {error}"))?;
    let readers = [
        child.stdout.take().map(|pipe| thread::spawn(move || read(pipe))),
        child.stderr.take().map(|pipe| thread::spawn(move || read(pipe))),
    ];
    let start = Instant::now();
    let status = loop {
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) => break status,
            None if start.elapsed() > limit => {
                child
                    .kill()
                    .and_then(|()| child.wait())
                    .map_err(|error| error.to_string())?;
                return Err(format!(
                    "stopped after {} s, the time that was left",
                    limit.as_secs()
                ));
            }
            None => thread::sleep(Duration::from_millis(50)),
        }
    };
    let text: String = readers
        .into_iter()
        .flatten()
        .filter_map(|reader| reader.join().ok())
        .collect();
    let summary = text.lines().rfind(|line| line.contains("SUMMARY"));
    let told = summary.or_else(|| text.lines().last()).unwrap_or("no word");
    if summary.is_none() {
        // without its summary the tool did not watch anything, whatever the program's own status is
        return Err(format!("{PROGRAM} ended with {status} and no summary: {told}"));
    }
    Ok((status.success(), told.trim_start_matches(['=', ' ']).to_owned()))
}

fn read(mut pipe: impl std::io::Read) -> String {
    let mut bytes = Vec::new();
    // what was read before a failure is worth having
    let _ = pipe.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}
