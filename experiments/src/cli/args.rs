//! The flags that all sections share.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Parser, ValueEnum};
use clap_complete::Shell;
use mnist_io::DatasetName;

use super::{Lang, Stream};

/// The whole command line of a section: the shared flags and its own.
#[derive(Clone, Debug, Parser)]
pub struct CommandLine<F: clap::Args> {
    /// The shared ones.
    #[command(flatten)]
    pub args: Args,
    /// Its own.
    #[command(flatten, next_help_heading = "Of this section")]
    pub flags: F,
}

/// For a section without flags of its own.
#[derive(Clone, Debug, clap::Args)]
pub struct NoFlags {}

/// What to run, on what, and where the results go.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// First seed; every random number of a run follows from it
    #[arg(long, value_name = "N", default_value_t = 0, allow_hyphen_values = true)]
    pub seed: u64,
    /// How many runs with seeds N, N+1, …: figures show the mean and a band
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1000), allow_hyphen_values = true)]
    pub runs: u64,
    /// What differs between runs, once for each: weights, batches, dropout, images, trials, inputs;
    /// all of them by default
    ///
    /// The other random numbers are those of the first run. images: which of 6.5's images train
    /// and which validate. A stream that a part does not draw from leaves its runs equal.
    #[arg(long, value_name = "STREAM", hide_possible_values = true, hide_short_help = true)]
    pub vary: Vec<Stream>,
    /// Run only this part of the section (see above); all parts by default
    #[arg(long, value_name = "NAME")]
    pub part: Option<String>,
    /// A small version that ends within seconds: other numbers than the book's
    #[arg(long)]
    pub quick: bool,
    /// Exit with code 4 if a conclusion of the section does not hold in more than half of the
    /// seeds; --quick judges none
    #[arg(long, hide_short_help = true)]
    pub strict: bool,
    /// Compare the numbers with those published of the same run, and exit with code 6 if one
    /// differs
    ///
    /// Published are the runs of the book's settings with seed 0, in f32 and f64: in full on MNIST,
    /// and --quick on --dataset synthetic. Every x86-64 processor with fused multiply-adds (since
    /// 2013) and every 64-bit ARM processor computes them to the last digit.
    #[arg(long, hide_short_help = true)]
    pub verify: bool,
    /// Take flags from a TOML file, or from the manifest.json of an earlier run
    ///
    /// A line is a flag without its dashes: seed = 7, quick = true. Flags on the command line win
    /// over the file; --quick=false turns a switch of the file off. The manifest of a run repeats
    /// it: everything but --out, --force, --quiet and --no-progress is in it.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Language of figures, conclusions and the page: en or ko
    #[arg(long, value_enum, hide_possible_values = true, value_name = "LANG", default_value_t = Lang::En)]
    pub lang: Lang,
    /// What is printed: short, a table of results; full, the notebook's print and each comparison
    /// with it
    #[arg(long, value_enum, hide_possible_values = true, value_name = "KIND", default_value_t = Tables::Short, help_heading = "Output", hide_short_help = true)]
    pub table: Tables,
    /// What to train on
    #[command(flatten)]
    pub data: DataArgs,
    /// Folder for the results [default: results/ and the name of the binary]
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub out: Option<PathBuf>,
    /// Replace the output folder even if it does not hold results of an earlier run
    #[arg(long, help_heading = "Output", hide_short_help = true)]
    pub force: bool,
    /// Keep the state of every network after each N updates beside the output folder, for --resume
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), group = "kept", help_heading = "Output", hide_short_help = true, allow_hyphen_values = true)]
    pub checkpoint_every: Option<u64>,
    /// Go on from what a stopped run kept, if it is there: ends as an unbroken run would have
    #[arg(long, requires = "kept", help_heading = "Output", hide_short_help = true)]
    pub resume: bool,
    /// Keep every trained network as models/PART/SERIES/seed-N.safetensors; of a search, the best
    #[arg(long, help_heading = "For other programs")]
    pub save_model: bool,
    /// Write event files for TensorBoard: numbers, histograms of parameters and activations
    #[arg(long, help_heading = "For other programs")]
    pub tensorboard: bool,
    /// Write the numbers and the histograms as metrics.npz and histograms.npz for NumPy
    #[arg(long, help_heading = "For other programs")]
    pub npz: bool,
    /// No progress bar
    #[arg(long, help_heading = "Output", hide_short_help = true)]
    pub no_progress: bool,
    /// Nothing on stderr but warnings and errors
    #[arg(long, short, help_heading = "Output", hide_short_help = true)]
    pub quiet: bool,
    /// Threads that train networks side by side; results do not depend on it [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..), help_heading = "Computation", hide_short_help = true, allow_hyphen_values = true)]
    pub threads: Option<u16>,
    /// f32, or f64 as the notebook
    #[arg(long, value_enum, hide_possible_values = true, value_name = "TYPE", default_value_t = Precision::F32, help_heading = "Computation", hide_short_help = true)]
    pub precision: Precision,
    /// Print a completion script for bash, zsh, fish, elvish or powershell, and do nothing else
    #[arg(
        long,
        value_name = "SHELL",
        hide_possible_values = true,
        exclusive = true,
        help_heading = "For the shell",
        hide_short_help = true
    )]
    pub completions: Option<Shell>,
    /// Print the manual page, and do nothing else: --man | man -l -
    #[arg(long, exclusive = true, help_heading = "For the shell", hide_short_help = true)]
    pub man: bool,
}

/// Where images come from.
#[derive(Clone, Debug, clap::Args)]
pub struct DataArgs {
    /// Folder of the four MNIST files, gzip or plain [default: $MNIST_DIR, then data/mnist]
    #[arg(long, value_name = "DIR", help_heading = "Data")]
    pub data_dir: Option<PathBuf>,
    /// mnist, fashion-mnist, synthetic (built-in digits), or custom (any IDX files in the folder,
    /// of which a section takes the first images, as many as of MNIST)
    #[arg(long, value_name = "NAME", default_value_t = DataChoice::Files(DatasetName::Mnist), help_heading = "Data", hide_short_help = true)]
    pub dataset: DataChoice,
    /// Exchange rows and columns of the images of --dataset custom: EMNIST's are kept column by
    /// column
    #[arg(long, help_heading = "Data", hide_short_help = true)]
    pub transpose: bool,
}

impl Args {
    /// The folder for the results of a section.
    pub fn out_of(&self, section: &str) -> PathBuf {
        self.out.clone().unwrap_or_else(|| PathBuf::from("results").join(section))
    }

    /// Whether histograms are needed for a file that was asked for.
    pub fn histograms(&self) -> bool {
        self.tensorboard || self.npz
    }

    /// The seeds of the runs, first to last.
    pub fn seeds(&self) -> Vec<u64> {
        (0..self.runs).map(|run| self.seed.wrapping_add(run)).collect()
    }
}

/// The element type of networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Precision {
    /// 32-bit floats.
    F32,
    /// 64-bit floats, as in the notebook.
    F64,
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::F32 => "f32",
            Self::F64 => "f64",
        })
    }
}

/// How much is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Tables {
    /// A table of results.
    Short,
    /// What the notebook prints, and each comparison with it.
    Full,
}

/// What to train on: files, or the built-in digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataChoice {
    /// A data set on disk.
    Files(DatasetName),
    /// Synthetic digits.
    Synthetic,
}

impl fmt::Display for DataChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Files(name) => name.fmt(f),
            Self::Synthetic => f.write_str("synthetic"),
        }
    }
}

impl FromStr for DataChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "synthetic" {
            return Ok(Self::Synthetic);
        }
        let name = text
            .parse()
            .map_err(|_| "give mnist, fashion-mnist, synthetic or custom".to_owned())?;
        Ok(Self::Files(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_flags_are_consistent() {
        CommandLine::<NoFlags>::command().debug_assert();
    }

    #[test]
    fn runs_use_consecutive_seeds() {
        let line = CommandLine::<NoFlags>::parse_from(["x", "--seed", "7", "--runs", "3"]);
        assert_eq!(line.args.seeds(), [7, 8, 9]);
    }

    #[test]
    fn mistakes_say_what_is_allowed() {
        for (flag, value, allowed) in [
            ("--runs", "0", "1..=1000"),
            ("--dataset", "cifar", "mnist, fashion-mnist, synthetic or custom"),
            ("--precision", "f16", "f32, f64"),
            ("--lang", "fr", "en, ko"),
            ("--table", "long", "short, full"),
            ("--threads", "0", "1.."),
            ("--vary", "seed", "weights, batches, dropout, images, trials, inputs"),
        ] {
            let error =
                CommandLine::<NoFlags>::try_parse_from(["x", flag, value]).unwrap_err().to_string();
            assert!(error.contains(allowed), "{error}");
        }
    }
}
