//! Checkpoints of trained networks.

use super::networks::networks;
use crate::findings::Findings;
use crate::report::folder::Folder;

/// `models/PART/SERIES/seed-N.safetensors`.
pub(super) fn write(findings: &[Findings], folder: &Folder) -> anyhow::Result<()> {
    for (place, measured) in networks(findings) {
        if let Some(model) = &measured.model {
            folder.write(&format!("models/{place}.safetensors"), model)?;
        }
    }
    Ok(())
}
