//! The differences between the series of two runs.

use anyhow::Context;

use experiments::findings::{Spread, significant};

use crate::results::{LastValue, LastValues, Results, SeriesName};

/// A series in both runs.
#[derive(Debug)]
pub struct Difference {
    pub name: SeriesName,
    /// The name of the series for readers.
    pub label: String,
    first: LastValues,
    second: LastValues,
    /// Second − first for each seed that both runs have; empty if none is shared.
    paired: Vec<f64>,
}

/// Every series that both runs have, in the order of the first.
pub fn all(a: &Results, b: &Results) -> Vec<Difference> {
    let of = |(name, first): &(SeriesName, LastValues)| {
        let (_, second) = b.series.iter().find(|(other, _)| other == name)?;
        Some(Difference::new(name.clone(), a.label(name), [first.clone(), second.clone()]))
    };
    a.series.iter().filter_map(of).collect()
}

impl Difference {
    fn new(name: SeriesName, label: String, [first, second]: [LastValues; 2]) -> Self {
        let pair = |end: &LastValue| {
            let first = first.iter().find(|other| other.seed == end.seed)?;
            Some(end.value - first.value)
        };
        let paired = second.iter().filter_map(pair).collect();
        Self { name, label, first, second, paired }
    }

    /// The difference over seeds. Without shared seeds: the difference of the means, the root of
    /// the sum of both variances, and the range that the two ranges allow.
    pub fn spread(&self) -> Spread {
        if !self.paired.is_empty() {
            return Spread::of(&self.paired);
        }
        let [a, b] = [&self.first, &self.second].map(of);
        Spread {
            runs: a.runs.min(b.runs),
            mean: b.mean - a.mean,
            std: libm::hypot(a.std, b.std),
            min: b.min - a.max,
            max: b.max - a.min,
        }
    }

    /// Whether all there is to see is one seed of each run, which says nothing about others.
    pub fn is_of_one_seed(&self) -> bool {
        self.spread().runs < 2
    }

    /// In how many seeds the second run is higher or lower.
    fn verdict(&self) -> String {
        if self.is_of_one_seed() && self.paired != [0.0] {
            return "one seed".to_owned();
        }
        if self.paired.is_empty() {
            let Spread { min, max, .. } = self.spread();
            return match () {
                () if min > 0.0 => "ranges apart: higher",
                () if max < 0.0 => "ranges apart: lower",
                () if min.is_nan() => "",
                () => "ranges overlap",
            }
            .to_owned();
        }
        let count = |test: fn(&f64) -> bool| self.paired.iter().filter(|d| test(d)).count();
        let (higher, lower) = (count(|d| *d > 0.0), count(|d| *d < 0.0));
        let equal = count(|d| *d == 0.0);
        match self.paired.len() {
            n if equal == n => "equal".to_owned(),
            n if higher >= lower && higher > 0 => format!("higher in {higher} of {n}"),
            n if lower > 0 => format!("lower in {lower} of {n}"),
            _ => String::new(),
        }
    }

    /// A row of the table.
    pub fn cells(&self) -> Vec<String> {
        let (part, _, metric) = &self.name;
        let side = |ends: &LastValues| {
            let diverged = match ends.iter().filter(|end| end.diverged).count() {
                0 => String::new(),
                lost => format!("{lost} of {} diverged", ends.len()),
            };
            let spread = of(ends);
            let number = if spread.mean.is_nan() { String::new() } else { text(&spread, "") };
            [number, diverged].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(", ")
        };
        let spread = self.spread();
        let difference = match spread.mean {
            mean if mean.is_nan() => "–".to_owned(),
            mean if mean == 0.0 && spread.std == 0.0 => "0".to_owned(),
            mean => text(&spread, if mean >= 0.0 { "+" } else { "" }),
        };
        vec![
            part.clone(),
            self.label.clone(),
            metric.replace('_', " "),
            side(&self.first),
            side(&self.second),
            difference,
            self.verdict(),
        ]
    }
}

fn of(ends: &LastValues) -> Spread {
    Spread::of(&ends.iter().map(|end| end.value).collect::<Vec<_>>())
}

/// Mean and standard deviation, to three significant digits.
fn text(spread: &Spread, sign: &str) -> String {
    let mean = significant(spread.mean);
    if spread.runs > 1 {
        format!("{sign}{mean} ± {}", significant(spread.std))
    } else {
        format!("{sign}{mean}")
    }
}

/// The table in full precision.
pub fn to_csv(differences: &[Difference]) -> anyhow::Result<Vec<u8>> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    let columns = ["first_mean", "first_std", "second_mean", "second_std"];
    let spread = ["difference_mean", "difference_std", "difference_min", "difference_max"];
    let heads = [&["part", "series", "metric"][..], &columns, &spread, &["paired_seeds"]];
    csv.write_record(heads.concat())?;
    for difference in differences {
        let (part, series, metric) = &difference.name;
        let ([a, b], spread) =
            ([&difference.first, &difference.second].map(of), difference.spread());
        let numbers =
            [a.mean, a.std, b.mean, b.std, spread.mean, spread.std, spread.min, spread.max];
        let mut record = vec![part.clone(), series.clone(), metric.clone()];
        record.extend(numbers.map(|number| number.to_string()));
        record.push(difference.paired.len().to_string());
        csv.write_record(record)?;
    }
    csv.into_inner().context("differences.csv")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difference(first: &[(u64, f64)], second: &[(u64, f64)]) -> Difference {
        let name = ("p".to_owned(), "s".to_owned(), "accuracy".to_owned());
        let ends = |values: &[(u64, f64)]| {
            let end =
                |&(seed, value): &(u64, f64)| LastValue { seed, value, diverged: value.is_nan() };
            values.iter().map(end).collect()
        };
        Difference::new(name, "Series".to_owned(), [ends(first), ends(second)])
    }

    #[test]
    fn shared_seeds_are_compared_seed_by_seed() {
        // Seeds differ a lot, but in each the second run is 0.25 higher.
        let found = difference(&[(0, 0.125), (1, 0.5), (2, 9.0)], &[(1, 0.75), (0, 0.375)]);
        let spread = found.spread();
        assert!(spread.mean == 0.25 && spread.std == 0.0);
        assert_eq!(found.cells()[5..], ["+0.25 ± 0", "higher in 2 of 2"].map(str::to_owned));
    }

    #[test]
    fn other_seeds_are_compared_by_their_means() {
        let found = difference(&[(0, 1.0), (1, 2.0)], &[(2, 5.0), (3, 6.0)]);
        let spread = found.spread();
        assert_eq!((spread.mean, spread.std, spread.min, spread.max), (4.0, 1.0, 3.0, 5.0));
        assert_eq!(found.cells()[6], "ranges apart: higher");
        let overlapping = difference(&[(0, 1.0), (1, 2.0)], &[(2, 1.5), (3, 2.5)]);
        assert_eq!(overlapping.cells()[6], "ranges overlap");
    }

    /// Nothing is lower or higher in general if it is so once.
    #[test]
    fn one_seed_gives_no_verdict() {
        for second in [[(0, 1.0)], [(1, 1.0)]] {
            let cells = difference(&[(0, 2.0)], &second).cells();
            assert_eq!(cells[5..], ["-1", "one seed"].map(str::to_owned));
        }
    }

    #[test]
    fn diverged_runs_are_counted_and_have_no_difference() {
        let cells = difference(&[(0, 1.0), (1, 1.0)], &[(0, f64::NAN), (1, 2.0)]).cells();
        let expected = ["1 ± 0", "1 of 2 diverged", "–", "higher in 1 of 2"];
        assert_eq!(cells[3..], expected.map(str::to_owned));
    }

    #[test]
    fn equal_runs_are_equal() {
        let cells = difference(&[(0, 1.0)], &[(0, 1.0)]).cells();
        assert_eq!(cells[5..], ["0", "equal"].map(str::to_owned));
    }
}
