//! Running a section as a user does.

use std::path::Path;
use std::process::Output;

use assert_cmd::Command;

/// Runs a section in `folder`, with no environment that could change what it does.
pub fn run(section: &str, folder: &Path, flags: &[&str]) -> Output {
    let binary = Path::new(env!("CARGO_BIN_EXE_sec6_3_batchnorm")).with_file_name(section);
    Command::new(binary)
        .current_dir(folder)
        .env_remove("MNIST_DIR")
        .args(flags)
        .output()
        .expect("the binary was built with the tests")
}

/// What came out on stderr.
pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
