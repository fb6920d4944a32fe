//! Checkpoints of trained networks.

use super::exporter::{Exporter, networks};
use crate::findings::Findings;
use crate::report::folder::Folder;

/// `models/PART/SERIES/seed-N.safetensors`.
#[derive(Debug)]
pub(super) struct Model;

impl Exporter for Model {
    fn add(&mut self, findings: &Findings, folder: &Folder) -> anyhow::Result<()> {
        for (place, measured) in networks(findings) {
            if let Some(model) = &measured.model {
                folder.write(&format!("models/{place}.safetensors"), model)?;
            }
        }
        Ok(())
    }
}
