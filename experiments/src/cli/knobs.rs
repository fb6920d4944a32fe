//! Flags that change how networks are trained, for sections that train few.
//!
//! A section flattens those that mean something to it into its own flags. A run with one of them is
//! not the book's, and says so.

use clap::builder::RangedU64ValueParser;
use clap::parser::ValueSource;
use clap::{ArgMatches, Args};

fn count() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..=1_000_000)
}

/// `--lr`
#[derive(Clone, Debug, Args)]
pub struct Lr {
    /// Learning rate of every network, instead of the book's
    #[arg(long, value_name = "X", value_parser = positive, allow_hyphen_values = true, help_heading = KNOBS)]
    pub lr: Option<f64>,
}

/// `--iterations`
#[derive(Clone, Debug, Args)]
pub struct Iterations {
    /// Number of updates, instead of the book's
    #[arg(long, value_name = "N", value_parser = count(), allow_hyphen_values = true, help_heading = KNOBS)]
    pub iterations: Option<usize>,
}

/// `--epochs`
#[derive(Clone, Debug, Args)]
pub struct Epochs {
    /// Number of passes over the training images, instead of the book's
    #[arg(long, value_name = "N", value_parser = count(), allow_hyphen_values = true, help_heading = KNOBS)]
    pub epochs: Option<usize>,
}

/// `--batch-size`
#[derive(Clone, Debug, Args)]
pub struct BatchSize {
    /// Images of a mini-batch, instead of the book's
    #[arg(long, value_name = "N", value_parser = count(), allow_hyphen_values = true, help_heading = KNOBS)]
    pub batch_size: Option<usize>,
}

/// `--hidden`
#[derive(Clone, Debug, Args)]
pub struct Hidden {
    /// Units of the hidden layers, instead of the book's: 100,100 are two of 100
    #[arg(long, value_name = "N,N,…", value_parser = count(), value_delimiter = ',', num_args = 1, allow_hyphen_values = true, help_heading = KNOBS)]
    pub hidden: Option<Vec<usize>>,
}

/// `--dropout`
#[derive(Clone, Debug, Args)]
pub struct DropoutShare {
    /// Share of the units that dropout sets to zero, instead of the book's
    #[arg(long, value_name = "SHARE", value_parser = share, allow_hyphen_values = true, help_heading = KNOBS)]
    pub dropout: Option<f64>,
}

/// `--weight-decay`
#[derive(Clone, Debug, Args)]
pub struct WeightDecay {
    /// Strength λ of weight decay, instead of the book's
    #[arg(long, value_name = "X", value_parser = not_negative, allow_hyphen_values = true, help_heading = KNOBS)]
    pub weight_decay: Option<f64>,
}

/// `--train-size`
#[derive(Clone, Debug, Args)]
pub struct TrainSize {
    /// Number of training images, instead of the book's
    #[arg(long, value_name = "N", value_parser = count(), allow_hyphen_values = true, help_heading = KNOBS)]
    pub train_size: Option<usize>,
}

const KNOBS: &str = "Other settings of the networks than the book's";

/// Those of these flags that were given, in words: `lr 0.1`.
pub(crate) fn given(matches: &ArgMatches) -> Vec<String> {
    let knobs = [
        ("lr", "lr"),
        ("iterations", "iterations"),
        ("epochs", "epochs"),
        ("batch_size", "batch size"),
        ("hidden", "hidden layers"),
        ("dropout", "dropout"),
        ("weight_decay", "weight decay"),
        ("train_size", "training images"),
    ];
    let value = |id: &str| {
        let raw = matches.try_get_raw(id).ok()??;
        let given = matches.value_source(id) == Some(ValueSource::CommandLine);
        let texts: Vec<_> = raw.map(|text| text.to_string_lossy().into_owned()).collect();
        given.then(|| texts.join("-"))
    };
    knobs.iter().filter_map(|(id, name)| Some(format!("{name} {}", value(id)?))).collect()
}

fn positive(text: &str) -> Result<f64, String> {
    number(text).filter(|x| *x > 0.0).ok_or_else(|| "give a number above 0".to_owned())
}

fn not_negative(text: &str) -> Result<f64, String> {
    number(text).filter(|x| *x >= 0.0).ok_or_else(|| "give a number from 0 on".to_owned())
}

fn share(text: &str) -> Result<f64, String> {
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
        lr: Lr,
        #[command(flatten)]
        hidden: Hidden,
        #[command(flatten)]
        dropout: DropoutShare,
        #[command(flatten)]
        decay: WeightDecay,
        #[command(flatten)]
        epochs: Epochs,
    }

    fn parsed(line: &[&str]) -> Result<(All, Vec<String>), String> {
        let line = std::iter::once(&"x").chain(line);
        let matches = All::command().try_get_matches_from(line).map_err(|e| e.to_string())?;
        Ok((All::from_arg_matches(&matches).unwrap(), given(&matches)))
    }

    #[test]
    fn what_is_given_is_told_in_words() {
        let (all, told) = parsed(&["--hidden", "50,20", "--lr", "0.1"]).unwrap();
        assert_eq!((all.lr.lr, all.hidden.hidden), (Some(0.1), Some(vec![50, 20])));
        assert_eq!(
            (all.dropout.dropout, all.decay.weight_decay, all.epochs.epochs),
            (None, None, None)
        );
        assert_eq!(told, ["lr 0.1", "hidden layers 50-20"]);
        assert!(parsed(&[]).unwrap().1.is_empty());
    }

    #[test]
    fn values_without_meaning_are_refused() {
        for (flag, value, expected) in [
            ("--lr", "0", "a number above 0"),
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
