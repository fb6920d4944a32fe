//! What a command line offers beside running: its last words in `--help`, completions, a manual page.

use std::io::{self, ErrorKind, Write, stdout};

use anyhow::Context;
use clap::Command;
use clap_complete::Shell;

use crate::Failure;

/// Examples and exit codes, below the flags of a section.
pub(crate) fn epilogue(name: &str, part: &str) -> String {
    let run = format!("cargo run -p experiments --bin {name} --");
    format!(
        "Examples:
  # look around, in seconds
  {run} --quick
  # five seeds, drawn as mean and band
  {run} --runs 5
  # one part, in Korean
  {run} --part {part} --lang ko
  # flags from a file, and another seed
  {run} --config run.toml --seed 7
  # that run again, to the byte
  {run} --config results/{name}/manifest.json

Completions, for bash: source <(target/debug/{name} --completions bash)

Exit codes: 0 done, 2 wrong usage, 3 unusable data, 4 a conclusion failed (--strict), 5 output could \
not be written, 130 or 143 stopped by a signal."
    )
}

/// Prints a completion script or, without a shell, the manual page.
///
/// # Errors
/// [`Failure::Output`] if stdout cannot be written to.
pub(crate) fn print(mut command: Command, shell: Option<Shell>) -> Result<(), Failure> {
    let mut text = Vec::new();
    let written = match shell {
        Some(shell) => {
            let name = command.get_name().to_owned();
            clap_complete::generate(shell, &mut command, name, &mut text);
            Ok(())
        }
        None => clap_mangen::Man::new(command).render(&mut text),
    };
    printed(written.and_then(|()| stdout().write_all(&text)))
}

/// Ends the program where clap has something to say instead of arguments to give: help and version, on
/// stdout, or a mistake of the user's.
pub(crate) fn end(said: &clap::Error) -> ! {
    let written = said.print();
    let code = match printed(written) {
        Err(failure) if !said.use_stderr() => failure.tell().into(),
        _ => said.exit_code(),
    };
    std::process::exit(code)
}

/// What was printed on stdout for its own sake: a reader who has gone away (`| head`) had enough of it.
fn printed(written: io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.context("cannot write to stdout").map_err(Failure::Output),
    }
}
