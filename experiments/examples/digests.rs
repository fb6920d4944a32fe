//! Writes `data/reference/digests.json`, which `--verify` compares runs with.
//!
//! ```text
//! cargo run -p experiments --example digests -- RESULTS DIGESTS.json
//! ```
//!
//! RESULTS holds the folders of runs, as `data/reference/digests.sh` leaves them. Digests of other
//! runs stay in the file.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;

use experiments::findings::Digest;
use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(results), Some(digests)) = (args.next(), args.next()) else {
        return Err("usage: digests RESULTS DIGESTS.json".into());
    };
    let mut all: BTreeMap<String, BTreeMap<String, Digest>> =
        serde_json::from_slice(&fs::read(&digests)?)?;
    for folder in fs::read_dir(&results)? {
        let folder = folder?.path();
        let read = |name: &str| {
            let path = folder.join(name);
            fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))
        };
        let manifest: Value = serde_json::from_slice(&read("manifest.json")?)?;
        let text = |key: &str| manifest[key].as_str().unwrap_or_default().to_owned();
        let length = if manifest["quick"] == true { "quick" } else { "full" };
        let digest = Digest::of(&read("metrics.csv")?);
        let run = format!("{length} {}", text("precision"));
        all.entry(text("section")).or_default().insert(run, digest);
    }
    fs::write(digests, serde_json::to_string_pretty(&all)? + "\n")?;
    Ok(())
}
