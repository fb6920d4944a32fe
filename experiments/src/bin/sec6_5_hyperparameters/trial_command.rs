//! One training as a command: `sec6_5_hyperparameters trial`, for programs that search.
//!
//! Flags in, lines out on stdout, everything else on stderr. With `--json` every line is an object:
//! an `epoch` for each epoch, then exactly one `done`; a training that was stopped has no `done`.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::thread::{sleep, spawn};
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use experiments::cli::{DataArgs, Failure, Precision, Result, help};
use experiments::lab::Data;
use experiments::screen::{DownloadView, Interrupt, notice};
use init::Seed;
use search::{End, Report};
use serde_json::{Value, json};
use training::Real;

use crate::settings::Settings;
use crate::task::{SIZE, Task};

/// A signal's epoch may take so long; engines kill after 30 s.
const LAST_EPOCH: Duration = Duration::from_secs(25);

/// Trains one network of section 6.5 and says what it comes to, epoch by epoch
///
/// Takes one thread. SIGTERM and SIGINT end it after the epoch, at the latest after 25 s; a reader
/// that closes stdout ends it at the next epoch.
#[derive(Debug, Parser)]
#[command(
    name = "sec6_5_hyperparameters trial",
    version,
    after_help = "Exit codes: 0 done, 2 wrong usage, 3 unusable data, 4 diverged, 5 stdout could not \
    be written, 130 or 143 stopped by a signal."
)]
struct CommandLine {
    #[command(flatten)]
    settings: Settings,
    /// Seed of the search: which images train and which validate, and everything random
    #[arg(long, value_name = "N", default_value_t = 0, allow_hyphen_values = true)]
    seed: u64,
    /// Which trial of the search: initial weights and batches
    #[arg(long, value_name = "K", default_value_t = 0, allow_hyphen_values = true)]
    number: u64,
    /// Epochs
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..), allow_hyphen_values = true)]
    epochs: u16,
    /// Write lines of JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data: DataArgs,
    /// f32, or f64 as the notebook
    #[arg(long, value_name = "TYPE", default_value_t = Precision::F32)]
    precision: Precision,
}

/// The whole program.
pub fn main() -> ExitCode {
    let line = CommandLine::try_parse_from(std::env::args_os().skip(1))
        .unwrap_or_else(|said| help::end(&said));
    // As many trials as cores run side by side: none may start workers of its own.
    rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .use_current_thread()
        .build_global()
        .expect("the first pool of the process");
    let done = match line.precision {
        Precision::F32 => train::<f32>(&line),
        Precision::F64 => train::<f64>(&line),
    };
    match done {
        Ok(End::Diverged(_)) => ExitCode::from(4),
        Ok(_) => ExitCode::SUCCESS,
        Err(Failure::Stopped(signal)) => {
            notice("stopped by a signal");
            ExitCode::from(128u8.saturating_add(signal as u8))
        }
        Err(failure) => failure.report().into(),
    }
}

fn train<T: Real>(line: &CommandLine) -> Result<End> {
    let interrupt = Interrupt::listen();
    end_late_epochs(interrupt.clone());
    let wrong = |error: search::SpaceError| Failure::Usage(error.into());
    let data = Data::load(&line.data, &mut DownloadView::new(false, false), SIZE, 0)?;
    let task = Task::new(&data.train, data.classes(), Seed::new(line.seed));
    let (mut last, mut going) = (None, Ok(()));
    let observe = |seen: Report, _: &mut _, _: &_| {
        going = say(line, &epoch(&seen), || text(&seen)).and_then(|()| {
            interrupt.signal().map_or(Ok(()), |signal| Err(Failure::Stopped(signal)))
        });
        last = Some(seen);
        if going.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    let epochs = usize::from(line.epochs);
    let trained = task.train::<T>(&line.settings, line.number, epochs, observe);
    let (end, _) = trained.map_err(wrong)?;
    // After the last epoch there is nothing left to stop.
    match going {
        Err(Failure::Stopped(_)) if last.as_ref().is_some_and(|last| last.step + 1 == epochs) => {}
        going => going?,
    }
    let end = if matches!(end, End::Stopped(_)) { End::Complete } else { end };
    let value = last.map(|last| last.value);
    say(line, &done(line, &data, end, value), || match end {
        End::Diverged(update) => format!("diverged at update {update}"),
        _ => format!("done: validation accuracy {}", value.unwrap_or(f64::NAN)),
    })?;
    Ok(end)
}

fn epoch(Report { step, value, measures }: &Report) -> Value {
    json!({
        "event": "epoch",
        "epoch": step,
        "validation_accuracy": value,
        "train_accuracy": measures["train_accuracy"],
        "train_loss": measures["train_loss"],
    })
}

fn text(Report { step, value, measures }: &Report) -> String {
    format!(
        "epoch {step}: validation accuracy {value}, training accuracy {}, loss {:.4}",
        measures["train_accuracy"], measures["train_loss"]
    )
}

/// The last line: the result, and enough to make it again.
fn done(line: &CommandLine, data: &Data, end: End, value: Option<f64>) -> Value {
    let (state, update) = match end {
        End::Diverged(update) => ("diverged", Some(update)),
        _ => ("complete", None),
    };
    let value = value.filter(|_| update.is_none());
    json!({
        "event": "done",
        "state": state,
        "value": value,
        "diverged_at": update,
        "seed": line.seed,
        "number": line.number,
        "epochs": line.epochs,
        "precision": line.precision.to_string(),
        "data": data.note().unwrap_or("MNIST"),
        "settings": line.settings,
    })
}

/// One line on stdout, there at once.
fn say(line: &CommandLine, json: &Value, text: impl Fn() -> String) -> Result<()> {
    let text = if line.json { json.to_string() } else { text() };
    let mut stdout = io::stdout().lock();
    let written = writeln!(stdout, "{text}").and_then(|()| stdout.flush());
    written.context("stdout is closed or cannot be written to").map_err(Failure::Output)
}

/// Ends the process if the epoch in which a signal came is too long.
fn end_late_epochs(interrupt: Interrupt) {
    spawn(move || {
        loop {
            sleep(Duration::from_millis(200));
            if let Some(signal) = interrupt.signal() {
                sleep(LAST_EPOCH);
                notice("stopped by a signal in an epoch that took too long");
                std::process::exit(128 + signal);
            }
        }
    });
}
