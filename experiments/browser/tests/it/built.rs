//! docs/lab.html is built from these sources, and its WebAssembly answers as the crates do now.

use std::fs;
use std::path::{Path, PathBuf};

use browser::Session;
use serde_json::Value;
use sha2::{Digest, Sha256};

const BUILD_AGAIN: &str = "experiments/browser/build.sh builds docs/lab.html again";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// What the page says of its build.
fn record() -> Value {
    let page = fs::read_to_string(folder().join("../../docs/lab.html")).unwrap();
    let (_, rest) = page.split_once(r#"id="build">"#).unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

#[test]
fn the_page_is_built_from_its_sources() {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder().join("page")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        hash.update(file.file_name().unwrap().to_str().unwrap());
        hash.update(fs::read(file).unwrap());
    }
    let hash: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(record()["sources"] == hash, "experiments/browser/page has changed: {BUILD_AGAIN}");
}

/// Draws are equal; WebAssembly rounds products and sums apart, so numbers may differ a little.
#[test]
fn the_page_computes_what_the_crates_compute() {
    let mut session = Session::default();
    for pair in record()["numbers"].as_array().unwrap() {
        let (request, expected) = (&pair[0], &pair[1]);
        let answer = session.answer(request.to_string().as_bytes(), &mut Vec::new());
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        assert!(close(&answer, expected), "{request}: {answer}, built {expected}: {BUILD_AGAIN}");
    }
}

/// Whether numbers at the same places differ by at most 1e-4 of their size.
fn close(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            (a - b).abs() <= 1e-4 * (1.0 + a.abs())
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| close(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| close(a, b)))
        }
        (a, b) => a == b,
    }
}
