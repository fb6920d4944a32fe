//! `manifest.json`: everything that is needed to reproduce a run.

use mnist_io::Kind;
use serde_json::{Value, json};

use crate::lab::Lab;

/// Libraries whose version can change a result.
const LIBRARIES: [&str; 10] = [
    "chacha20",
    "flate2",
    "kernels",
    "layers",
    "libm",
    "nalgebra",
    "optimizers",
    "rand",
    "rand_distr",
    "tensor-ops",
];

/// The contents of `manifest.json` without settings and times.
pub(super) fn manifest(section: &str, lab: &Lab) -> Value {
    let (args, data) = (&lab.args, &lab.data);
    let instructions = kernels::Instructions::best();
    let fused = instructions.fuse_multiply_adds();
    let files: Vec<Value> = data
        .source
        .files
        .iter()
        .map(|f| json!({ "path": f.path, "bytes": f.bytes, "sha256_of_content": f.sha256 }))
        .collect();
    let kind = match data.source.kind {
        Kind::Synthetic { .. } => "synthetic",
        Kind::Mnist => "mnist",
        Kind::FashionMnist => "fashion-mnist",
        Kind::Custom => "custom",
    };
    json!({
        "section": section,
        "command": std::env::args().collect::<Vec<_>>(),
        "parts": lab.parts,
        "seeds": args.seeds(),
        "quick": args.quick,
        "precision": args.precision.to_string(),
        "threads": lab.threads,
        "data": {
            "kind": kind,
            "description": data.source.kind.to_string(),
            "files": files,
            "transposed": args.data.transpose,
            "classes": data.classes(),
            "fallback_because": data.fallback,
        },
        "determinism": {
            "tier": if fused { "A" } else { "B" },
            "A": "the same release on processors with fused multiply-adds (x86-64 since 2013, 64-bit ARM): metrics.csv equal to the byte, whatever the system and the number of threads",
            "B": "the same release without fused multiply-adds: the same random draws; losses of the first epoch agree to a relative 1e-4",
            "C": "another release: the same figures within the band of seeds",
        },
        "program": {
            "version": env!("CARGO_PKG_VERSION"),
            "git_revision": env!("GIT_REVISION"),
            "optimized": !cfg!(debug_assertions),
            "libraries": versions(),
        },
        "host": {
            "os": std::env::consts::OS,
            "architecture": std::env::consts::ARCH,
            "instructions": instructions.name(),
            "fused_multiply_add": fused,
            "cores": std::thread::available_parallelism().map_or(0, usize::from),
        },
    })
}

/// The versions in the lock file at build time.
fn versions() -> Value {
    let lock = include_str!("../../../Cargo.lock");
    let packages = lock.split("[[package]]").filter_map(|package| {
        let field = |name: &str| {
            let line = package.lines().find_map(|line| line.strip_prefix(name))?;
            Some(line.trim().trim_matches('"').to_owned())
        };
        Some((field("name =")?, field("version =")?))
    });
    packages
        .filter(|(name, _)| LIBRARIES.contains(&name.as_str()))
        .map(|(name, version)| (name, Value::from(version)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_library_has_a_version() {
        let versions = versions();
        for library in LIBRARIES {
            assert!(versions[library].is_string(), "{library}: {versions}");
        }
    }
}
