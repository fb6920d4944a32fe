//! The flags of this section.

use experiments::compare_losses::LossSettings;

/// The flags of this section.
#[derive(Clone, Debug, clap::Args)]
pub struct Flags {
    /// The flags of part `activations`.
    #[command(flatten)]
    pub activations: ActivationFlags,
    /// The flags of part `mnist`.
    #[command(flatten)]
    pub settings: LossSettings,
}

/// The flags for the histograms of activations.
#[derive(Clone, Debug, clap::Args)]
pub struct ActivationFlags {
    /// Draw the histograms over [0, 1] as the notebook does; half of tanh then falls outside
    #[arg(long)]
    pub book_range: bool,
    /// Use one weight matrix for all five layers, as the notebook does
    #[arg(long)]
    pub same_weights: bool,
}
