//! The end of `--help`, shell completions and the manual page.

use std::env;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::Command;
use clap_complete::Shell;

use super::quoting::Quoting;
use super::{Failure, Result};
use crate::screen::print;

/// The examples and exit codes below the flags in `--help`.
pub fn epilogue(name: &str, part: &str) -> String {
    format!(
        "Examples:
  # look around, in seconds
  {}
  # five seeds, drawn as mean and band
  {}
  # one part, in Korean
  {}
  # flags from a file, and another seed
  {}
  # that run again, to the byte
  {}

Completions, for bash: source <({})

Exit codes: 0 done, 2 wrong usage, 3 unusable data, 4 a conclusion does not hold in more than half of \
the seeds (--strict), 5 output could not be written, 6 numbers differ from the published ones (--verify), 130 or 143 stopped by a signal.",
        line("--quick"),
        line("--runs 5"),
        line(&format!("--part {part} --lang ko")),
        line("--config run.toml --seed 7"),
        line(&format!("--config results/{name}/manifest.json")),
        line("--completions bash"),
    )
}

/// What to type to start this program with `flags`, none of which has a space in it.
pub fn line(flags: &str) -> String {
    line_with(flags.split_whitespace())
}

/// What to type to start this program with these flags.
pub fn line_with<'a>(flags: impl IntoIterator<Item = &'a str>) -> String {
    line_of(Quoting::of_reader(), &env::args().next().unwrap_or_default(), by_cargo(), flags)
}

/// What to type to start another section with these flags, as this one was started.
pub fn line_of_section<'a>(section: &str, flags: impl IntoIterator<Item = &'a str>) -> String {
    let called = PathBuf::from(env::args().next().unwrap_or_default());
    let mut other = called.with_file_name(section);
    // Windows' .exe.
    if let Some(extension) = called.extension() {
        other.set_extension(extension);
    }
    line_of(Quoting::of_reader(), &other.to_string_lossy(), by_cargo(), flags)
}

/// Whether Cargo started this program in its workspace: it sets this variable for what it starts,
/// and installed programs have no workspace.
fn by_cargo() -> bool {
    env::var_os("CARGO_MANIFEST_DIR").is_some_and(|package| package == env!("CARGO_MANIFEST_DIR"))
}

fn line_of<'a>(
    quoting: Quoting,
    called: &str,
    by_cargo: bool,
    flags: impl IntoIterator<Item = &'a str>,
) -> String {
    let flags: Vec<String> = flags.into_iter().map(|flag| quoting.word(flag)).collect();
    let program = if by_cargo {
        let binary = Path::new(called).file_stem().unwrap_or_default().to_string_lossy();
        let separator = if flags.is_empty() { "" } else { " --" };
        format!("cargo run -p experiments --bin {binary}{separator}")
    } else {
        quoting.program(called)
    };
    [vec![program], flags].concat().join(" ")
}

/// Prints a completion script or, without a shell, the manual page.
///
/// # Errors
/// [`Failure::Output`] if stdout cannot be written to.
pub fn print_instead(mut command: Command, shell: Option<Shell>) -> Result<()> {
    let mut text = Vec::new();
    let written = match shell {
        Some(shell) => {
            let name = command.get_name().to_owned();
            clap_complete::generate(shell, &mut command, name, &mut text);
            Ok(())
        }
        None => clap_mangen::Man::new(command).render(&mut text),
    };
    written.and_then(|()| print(&text)).map(drop).map_err(Failure::of_stdout)
}

/// Ends the program with clap's message: help or version on stdout, or an error of the user on
/// stderr.
pub fn end(said: &clap::Error) -> ! {
    let code = match said.print() {
        Err(error) if !said.use_stderr() && error.kind() != ErrorKind::BrokenPipe => {
            Failure::of_stdout(error).report().into()
        }
        _ => said.exit_code(),
    };
    std::process::exit(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_started_again_as_it_was_started() {
        let line_of = |called, by_cargo, flags: &str| {
            line_of(Quoting::Posix, called, by_cargo, flags.split_whitespace())
        };
        let called = "target/debug/sec6_3_batchnorm";
        let by_cargo = "cargo run -p experiments --bin sec6_3_batchnorm";
        assert_eq!(line_of(called, true, ""), by_cargo);
        assert_eq!(line_of(called, true, "--quick"), format!("{by_cargo} -- --quick"));
        assert_eq!(line_of("sec6_3_batchnorm", false, ""), "sec6_3_batchnorm");
        assert_eq!(line_of("sec6_3_batchnorm", false, "--quick"), "sec6_3_batchnorm --quick");
        assert_eq!(line_of("/my venv/bin/a", false, "--quick"), "'/my venv/bin/a' --quick");
    }
}
