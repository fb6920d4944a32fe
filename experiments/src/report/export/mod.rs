//! Files that other programs open.

mod networks;
mod npz;
mod tensorboard;

use super::folder::Folder;
use crate::cli::Args;
use crate::findings::{Findings, Row};
use networks::networks;

/// Writes the formats that the flags ask for; checkpoints of trained networks are
/// `models/PART/SERIES/seed-N.safetensors`.
pub(super) fn write(
    args: &Args,
    findings: &[Findings],
    rows: &[Row],
    folder: &Folder,
) -> anyhow::Result<()> {
    if args.tensorboard {
        tensorboard::write(findings, folder)?;
    }
    if args.npz {
        npz::write(findings, rows, folder)?;
    }
    if args.save_model {
        for (place, measured) in networks(findings) {
            if let Some(model) = &measured.model {
                folder.write(&format!("models/{place}.safetensors"), model)?;
            }
        }
    }
    Ok(())
}
