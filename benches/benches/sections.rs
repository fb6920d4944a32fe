//! Whole sections as their readers run them: program start, MNIST, training, figures, files;
//! compiled as plain `cargo run` does, and by `--release`, which is not to be much faster.
//!
//! Needs `MNIST_DIR` or `data/mnist`; without a network the programs draw digits and say so.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// (binary, its flags, training iterations of single networks)
const SECTIONS: [(&str, &[&str], u64); 6] = [
    ("sec6_1_optimizers", &[], 4 * 2000),
    ("sec6_2_weight_init", &[], 3 * 2000),
    ("sec6_3_batchnorm", &[], 32 * 191),
    ("sec6_4_regularization", &["--part", "overfit"], 601),
    ("sec6_4_regularization", &["--part", "dropout"], 601 + 901),
    ("sec6_5_hyperparameters", &["--part", "search"], 100 * 200),
];

/// (name in the report, flags of cargo, folder of the programs)
const PROFILES: [(&str, &[&str], &str); 2] =
    [("dev", &[], "debug"), ("release", &["--release"], "release")];

fn all(c: &mut Criterion) {
    PROFILES.into_iter().for_each(|profile| sections(c, profile));
}

fn sections(c: &mut Criterion, (profile, flags, folder): (&str, &[&str], &str)) {
    let workspace = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--locked", "-p", "experiments", "--bins"])
        .args(flags)
        .current_dir(&workspace)
        .status()
        .expect("cargo runs");
    assert!(built.success(), "the sections do not build");
    // This program is target/<profile>/deps/sections-….
    let target = std::env::current_exe().expect("a path").ancestors().nth(3).map(PathBuf::from);
    let programs = target.expect("a target folder").join(folder);
    let out = std::env::temp_dir().join(format!("sections-{}", std::process::id()));

    let mut group = c.benchmark_group(format!("whole section, f32, all cores, {profile}"));
    group.sample_size(10).warm_up_time(Duration::from_millis(1));
    for (name, flags, iterations) in SECTIONS {
        group.throughput(Throughput::Elements(iterations));
        let id = BenchmarkId::from_parameter([&[name], flags].concat().join(" "));
        group.bench_function(id, |b| {
            b.iter(|| {
                let status = Command::new(programs.join(name))
                    .args(flags)
                    .args(["--quiet", "--force", "--out"])
                    .arg(&out)
                    .stdout(Stdio::null())
                    .status();
                assert!(status.expect("the section starts").success(), "{name} failed");
            });
        });
    }
    group.finish();
    let _ = std::fs::remove_dir_all(out);
}

criterion_group!(benches, all);
criterion_main!(benches);
