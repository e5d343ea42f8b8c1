//! Checks and times the CUDA kernels on a machine with a card and nothing else: facts of the card, rates of its pipes,
//! every conformance test, the sanitizer where there is one, and times beside the predicted ones.

mod arguments;
mod conformance;
mod facts;
mod inputs;
mod model;
mod report;
mod sanitizer;
mod table;
mod timings;

use std::{
    process::ExitCode,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use arguments::{Arguments, Step};
use clap::Parser;
use crema_kernels::{
    Engine,
    conformance::limit_sums,
    cpu::CpuEngine,
    cuda::{CudaEngine, Options},
};
use model::Rates;
use report::{Pipe, Report};

/// Points of a sum in a conformance test, where an addition takes a microsecond.
const FEW_POINTS: usize = 400;
const FAILED: u8 = 1;
const NO_CARD: u8 = 2;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let options = Options {
        index: arguments.device,
        ..Options::default()
    };
    let engine = match CudaEngine::open(options) {
        Ok(engine) => engine,
        Err(error) => {
            eprintln!("kernels-check: nothing to check: {error}");
            return ExitCode::from(NO_CARD);
        }
    };
    match Run::new(&arguments, &engine).all() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(FAILED),
        Err(message) => {
            eprintln!("kernels-check: {message}");
            ExitCode::from(FAILED)
        }
    }
}

/// A step's function.
type Work<'a> = fn(&mut Run<'a>);

/// A run and what it has found so far.
struct Run<'a> {
    arguments: &'a Arguments,
    engine: &'a CudaEngine,
    start: Instant,
    report: Report,
}

impl<'a> Run<'a> {
    fn new(arguments: &'a Arguments, engine: &'a CudaEngine) -> Self {
        let emulated = facts::is_emulated(engine.device());
        let label = if emulated { "EMULATED, no card: " } else { "" };
        let report = Report {
            program: env!("CARGO_PKG_VERSION"),
            started_unix_s: SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |time| time.as_secs()),
            engine: format!("{label}{}", engine.name()),
            emulated,
            quick: arguments.quick,
            ..Report::default()
        };
        Self {
            arguments,
            engine,
            start: Instant::now(),
            report,
        }
    }

    /// Every step in its order; whether all passed.
    fn all(mut self) -> Result<bool, String> {
        self.facts();
        self.write()?;
        let steps: [(Step, Work<'a>); 4] = [
            (Step::Pipes, Self::pipes),
            (Step::Conformance, Self::conformance),
            (Step::Sanitizer, Self::sanitizer),
            (Step::Timings, Self::timings),
        ];
        for (step, run) in steps {
            if !self.arguments.runs(step) {
                continue;
            }
            if self.start.elapsed() >= self.arguments.budget() {
                self.left_out(format!("{step:?}: no time left"));
            } else {
                run(&mut self);
            }
            self.write()?;
        }
        self.report.finished = true;
        self.write()?;
        self.verdict();
        Ok(self.report.passed())
    }

    fn write(&mut self) -> Result<(), String> {
        self.report.seconds = self.start.elapsed().as_secs_f64();
        self.report.write(self.arguments.out.as_deref())
    }

    fn left_out(&mut self, what: String) {
        println!("  NOT DONE: {what}");
        self.report.incomplete.push(what);
    }

    fn facts(&mut self) {
        println!("facts\n  {}", self.report.engine);
        facts::of_card(self.engine.device(), &mut self.report);
        let now = facts::now(
            self.engine.device(),
            self.report.emulated,
            &mut self.report.missing,
        );
        self.report.facts.extend(now);
        for (name, value) in &self.report.facts {
            match self.report.missing.get(*name) {
                Some(reason) => println!("  {name}: not available ({reason})"),
                None => println!("  {name}: {value}"),
            }
        }
    }

    fn pipes(&mut self) {
        println!("pipes (lanes per clock and multiprocessor)");
        let rounds = if self.arguments.quick { 8 } else { 512 };
        let rates = match self.engine.device().pipe_rates(rounds) {
            Ok(rates) => rates,
            Err(error) => return self.report.failures.push(format!("pipes: {error}")),
        };
        for rate in &rates {
            let name = rate.pipe.name();
            let emulated = self.report.emulated;
            let pipe = Pipe {
                instruction: name,
                lanes_per_clock: rate.lanes_per_clock,
                reason: rate
                    .lanes_per_clock
                    .is_none()
                    .then_some("the card's counter of cycles stands still"),
                tera_per_second: (!emulated).then_some(rate.per_second / 1e12),
                correct: rate.correct,
            };
            match pipe.lanes_per_clock {
                Some(lanes) => println!("  {name:<10} {lanes:>6.1}  {:.2} T/s", rate.per_second / 1e12),
                None => println!("  {name:<10}      -  (no counter of cycles)"),
            }
            if !pipe.correct {
                self.report
                    .failures
                    .push(format!("pipes: {name} gave a wrong result"));
            }
            self.report.pipes.push(pipe);
        }
        let multiprocessors = self.engine.device().facts().multiprocessors;
        self.report.rates = Some(Rates::measured(multiprocessors, &rates));
    }

    fn conformance(&mut self) {
        println!("conformance");
        let few = self.report.emulated.then_some(FEW_POINTS);
        if let Some(points) = self.arguments.points.or(few) {
            limit_sums(points);
        }
        let outcomes = conformance::run(self.engine, &self.arguments.tests, |outcome| {
            let word = if outcome.passed { "passed" } else { "FAILED" };
            println!("  {word} {} ({:.2} s)", outcome.test, outcome.seconds);
            if let Some(message) = &outcome.message {
                println!("    {message}");
            }
        });
        let failed = outcomes.iter().filter(|outcome| !outcome.passed).count();
        println!("  {} passed, {failed} failed", outcomes.len() - failed);
        if outcomes.is_empty() {
            self.report
                .failures
                .push("conformance: no test has a name like that".to_owned());
        }
        for outcome in outcomes.iter().filter(|outcome| !outcome.passed) {
            self.report
                .failures
                .push(format!("conformance: {} failed", outcome.test));
        }
        self.report.conformance = outcomes;
    }

    fn sanitizer(&mut self) {
        println!("sanitizer");
        let (start, budget) = (self.start, self.arguments.budget());
        let runs = sanitizer::run(self.arguments.device, || {
            budget.saturating_sub(start.elapsed()) / 2
        });
        for run in &runs {
            if !run.ran {
                self.left_out(format!("{}: {}", run.tool, run.message));
            } else if run.passed {
                println!("  passed {} ({:.0} s): {}", run.tool, run.seconds, run.message);
            } else {
                println!("  FAILED {}: {}", run.tool, run.message);
                self.report
                    .failures
                    .push(format!("{}: {}", run.tool, run.message));
            }
        }
        self.report.sanitizer = runs;
    }

    fn timings(&mut self) {
        println!("timings");
        let multiprocessors = self.engine.device().facts().multiprocessors;
        let rates = self
            .report
            .rates
            .get_or_insert_with(|| Rates::assumed(multiprocessors))
            .clone();
        table::head(self.report.emulated);
        let mut bench = timings::Bench {
            engine: self.engine,
            cpu: CpuEngine::default(),
            rates: &rates,
            emulated: self.report.emulated,
            quick: self.arguments.quick,
            icicle: self.arguments.icicle,
            deadline: self.start + self.arguments.budget(),
            timings: Vec::new(),
            incomplete: Vec::new(),
            failures: Vec::new(),
        };
        timings::run(&mut bench);
        self.report.timings = bench.timings;
        self.report.failures.extend(bench.failures);
        for what in bench.incomplete {
            self.left_out(what);
        }
        self.report.afterwards = facts::now(
            self.engine.device(),
            self.report.emulated,
            &mut self.report.missing,
        );
    }

    fn verdict(&self) {
        let Report {
            failures,
            incomplete,
            seconds,
            ..
        } = &self.report;
        println!(
            "{} failures, {} things not done, {seconds:.0} s",
            failures.len(),
            incomplete.len()
        );
        for failure in failures {
            println!("  FAILED {failure}");
        }
        for what in incomplete {
            println!("  NOT DONE {what}");
        }
    }
}
