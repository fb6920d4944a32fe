//! Conclusions of the book, and in how many seeds a run confirms them.

use serde::Serialize;

use super::confidence_interval;

/// A conclusion of a section, judged once for each seed.
///
/// If it compares two series, the comparison is paired: both belong to the same seed. Then `chance`
/// is about P(A > B) for a new seed.
#[derive(Clone, Debug, Serialize)]
pub struct Conclusion {
    /// What the book says, or what many seeds show where the book is wrong.
    pub text: String,
    /// What must be true of a seed for the conclusion to hold in it.
    pub threshold: String,
    /// Whether it holds in more than half of the seeds.
    pub holds: bool,
    /// In how many seeds it holds.
    pub held: usize,
    /// In how many seeds it was judged.
    pub seeds: usize,
    /// The 95 % confidence interval of the probability that it holds in a new seed; `None` if there
    /// are no random numbers in it, and every seed would give the same.
    pub chance: Option<(f64, f64)>,
    /// Numbers to see it by, over all seeds.
    pub by: String,
}

impl Conclusion {
    /// A conclusion that holds in these seeds.
    pub fn new(text: &str, threshold: &str, held: &[bool], by: String) -> Self {
        let (seeds, held) = (held.len(), held.iter().filter(|holds| **holds).count());
        Self {
            text: text.to_owned(),
            threshold: threshold.to_owned(),
            holds: 2 * held > seeds,
            held,
            seeds,
            chance: Some(confidence_interval(held, seeds)),
            by,
        }
    }

    /// A conclusion about something without random numbers.
    pub fn without_chance(text: &str, threshold: &str, holds: bool, by: String) -> Self {
        Self { chance: None, ..Self::new(text, threshold, &[holds], by) }
    }

    /// In how many seeds it holds, and the chance for a new one.
    ///
    /// ```
    /// use experiments::findings::Conclusion;
    ///
    /// let judged = |held: &[bool]| Conclusion::new("", "", held, String::new()).in_seeds();
    /// assert_eq!(
    ///     judged(&[true; 10]),
    ///     "in 10 of 10 seeds; chance for a new seed 69 to 100 %, 95 % interval"
    /// );
    /// assert_eq!(judged(&[true]), "in the only seed; --runs 10 gives a chance for a new one");
    /// ```
    pub fn in_seeds(&self) -> String {
        let Self { held, seeds, .. } = self;
        match self.chance {
            None => "nothing is random here, every run gives the same".to_owned(),
            Some(_) if *seeds == 1 => {
                let not = if self.holds { "" } else { "not " };
                format!("{not}in the only seed; --runs 10 gives a chance for a new one")
            }
            Some((low, high)) => format!(
                "in {held} of {seeds} seeds; chance for a new seed {} to {} %, 95 % interval",
                percent(low),
                percent(high)
            ),
        }
    }
}

/// A probability in per cent, as `0` or `100` only if it is 0 or 1.
fn percent(probability: f64) -> String {
    let percent = 100.0 * probability;
    let digits = usize::from(percent.fract() != 0.0 && !(0.5..99.5).contains(&percent));
    format!("{percent:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(held: usize, seeds: usize) -> Conclusion {
        let seeds: Vec<bool> = (0..seeds).map(|seed| seed < held).collect();
        Conclusion::new("text", "threshold", &seeds, "numbers".to_owned())
    }

    #[test]
    fn a_conclusion_holds_in_more_than_half_of_the_seeds() {
        let holds = |held, seeds| judged(held, seeds).holds;
        assert!(holds(1, 1) && holds(2, 3) && holds(6, 10));
        assert!(!holds(0, 1) && !holds(1, 2) && !holds(5, 10));
    }

    #[test]
    fn seeds_and_chance_are_told() {
        let told = |held, seeds| judged(held, seeds).in_seeds();
        assert_eq!(
            told(9, 10),
            "in 9 of 10 seeds; chance for a new seed 55 to 99.7 %, 95 % interval"
        );
        assert_eq!(
            told(1, 10),
            "in 1 of 10 seeds; chance for a new seed 0.3 to 45 %, 95 % interval"
        );
        assert!(told(0, 10).contains("in 0 of 10 seeds; chance for a new seed 0 to 31 %"));
        assert!(told(0, 1).starts_with("not in the only seed"));
        let fixed = Conclusion::without_chance("text", "threshold", true, String::new());
        assert!(fixed.holds && fixed.in_seeds().starts_with("nothing is random here"));
    }

    #[test]
    fn files_hold_seeds_and_chance() {
        let saved = serde_json::to_value(judged(1, 1)).unwrap();
        assert_eq!((&saved["held"], &saved["seeds"]), (&1.into(), &1.into()));
        assert_eq!((&saved["threshold"], &saved["chance"][1]), (&"threshold".into(), &1.0.into()));
        let fixed = Conclusion::without_chance("text", "threshold", true, String::new());
        assert!(serde_json::to_value(fixed).unwrap()["chance"].is_null());
    }
}
