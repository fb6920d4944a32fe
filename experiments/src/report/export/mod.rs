//! Files that other programs open.

mod model;
mod networks;
mod npz;
mod tensorboard;

use super::folder::Folder;
use crate::cli::Args;
use crate::findings::{Findings, Row};

/// Writes the formats that the flags ask for.
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
        model::write(findings, folder)?;
    }
    Ok(())
}
