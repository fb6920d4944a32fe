//! Two runs of a section side by side.

use std::process::ExitCode;

fn main() -> ExitCode {
    experiments::compare::main()
}
