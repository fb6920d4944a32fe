//! Flags that change how networks are trained.
//!
//! A section takes those that mean something to it. A run with one of them is not the book's, and
//! says so.

use clap::builder::RangedU64ValueParser;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Args, Command};

/// The heading of these flags in `--help`.
pub const KNOBS: &str = "Other settings of the networks than the book's";

/// What every section that trains a few networks takes; what is not given is as in the book.
#[derive(Clone, Debug, Args)]
pub struct TrainingFlags {
    /// Learning rate of every network, instead of the book's
    #[arg(long, value_name = "X", value_parser = learning_rate, allow_hyphen_values = true, help_heading = KNOBS)]
    pub lr: Option<f64>,
    /// Images of a mini-batch, instead of the book's
    #[arg(long, value_name = "N", value_parser = count(), allow_hyphen_values = true, help_heading = KNOBS)]
    pub batch_size: Option<usize>,
    /// Units of the hidden layers, instead of the book's: 100,100 are two of 100
    #[arg(long, value_name = "N,N,…", value_parser = count(), value_delimiter = ',', num_args = 1, allow_hyphen_values = true, help_heading = KNOBS)]
    pub hidden: Option<Vec<usize>>,
    /// Number of training images, instead of the book's
    #[arg(long, value_name = "N", value_parser = count(), allow_hyphen_values = true, help_heading = KNOBS)]
    pub train_size: Option<usize>,
}

/// The same where training is counted in epochs.
#[derive(Clone, Debug, Args)]
pub struct EpochFlags {
    /// Those of every section.
    #[command(flatten)]
    pub training: TrainingFlags,
    /// Number of passes over the training images, instead of the book's
    #[arg(long, value_name = "N", value_parser = count(), allow_hyphen_values = true, help_heading = KNOBS)]
    pub epochs: Option<usize>,
}

/// Those of the flags under the heading [`KNOBS`] that were given, in words: `lr 0.1`.
pub(crate) fn given(command: &Command, matches: &ArgMatches) -> Vec<String> {
    let knobs = command.get_arguments().filter(|flag| flag.get_help_heading() == Some(KNOBS));
    let told = |flag: &Arg| {
        let id = flag.get_id().as_str();
        let given = matches.value_source(id) == Some(ValueSource::CommandLine);
        let words = match id {
            "hidden" => "hidden layers".to_owned(),
            "train_size" => "training images".to_owned(),
            _ => id.replace('_', " "),
        };
        let values = matches.get_raw(id).filter(|_| given)?;
        let values: Vec<_> = values.map(|text| text.to_string_lossy()).collect();
        Some(format!("{words} {}", values.join("-")))
    };
    knobs.filter_map(told).collect()
}

/// A number of images, units, updates or epochs.
pub fn count() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..=1_000_000)
}

/// Within the range of `f32`, so that it is valid in both precisions.
fn learning_rate(text: &str) -> Result<f64, String> {
    let lr = number(text).filter(|lr| *lr > 0.0 && *lr <= f64::from(f32::MAX));
    lr.ok_or_else(|| "give a number above 0, and at most 3e38".to_owned())
}

/// A strength such as that of weight decay.
///
/// # Errors
/// What is expected instead.
pub fn not_negative(text: &str) -> Result<f64, String> {
    number(text).filter(|x| *x >= 0.0).ok_or_else(|| "give a number from 0 on".to_owned())
}

/// A share of units.
///
/// # Errors
/// What is expected instead.
pub fn share(text: &str) -> Result<f64, String> {
    let share = number(text).filter(|x| (0.0..1.0).contains(x));
    share.ok_or_else(|| "give a number from 0 to below 1".to_owned())
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|x: &f64| x.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, FromArgMatches, Parser};

    #[derive(Parser)]
    struct All {
        #[command(flatten)]
        training: EpochFlags,
        #[arg(long, value_parser = share, allow_hyphen_values = true, help_heading = KNOBS)]
        dropout: Option<f64>,
        #[arg(long, value_parser = not_negative, allow_hyphen_values = true)]
        weight_decay: Option<f64>,
    }

    fn parsed(line: &[&str]) -> Result<(All, Vec<String>), String> {
        let line = std::iter::once(&"x").chain(line);
        let command = All::command();
        let matches = command.clone().try_get_matches_from(line).map_err(|e| e.to_string())?;
        Ok((All::from_arg_matches(&matches).unwrap(), given(&command, &matches)))
    }

    #[test]
    fn what_is_given_is_told_in_words() {
        let (all, told) = parsed(&["--hidden", "50,20", "--lr", "0.1"]).unwrap();
        let EpochFlags { training, epochs } = all.training;
        assert_eq!((training.lr, training.hidden), (Some(0.1), Some(vec![50, 20])));
        assert_eq!((all.dropout, all.weight_decay, epochs), (None, None, None));
        assert_eq!(told, ["lr 0.1", "hidden layers 50-20"]);
        assert!(parsed(&[]).unwrap().1.is_empty());
        let told = parsed(&["--dropout", "0.3", "--weight-decay", "0.1"]).unwrap().1;
        assert_eq!(told, ["dropout 0.3"], "the other flag stands under no heading");
    }

    #[test]
    fn values_without_meaning_are_refused() {
        for (flag, value, expected) in [
            ("--lr", "0", "a number above 0"),
            ("--lr", "1e39", "at most 3e38"),
            ("--lr", "NaN", "a number above 0"),
            ("--dropout", "1", "from 0 to below 1"),
            ("--weight-decay", "-1", "a number from 0 on"),
            ("--hidden", "10,0", "0 is not in 1..=1000000"),
            ("--epochs", "0", "0 is not in 1..=1000000"),
        ] {
            let Err(error) = parsed(&[flag, value]) else { panic!("{flag} {value} was taken") };
            assert!(error.contains(expected), "{error}");
        }
    }
}
