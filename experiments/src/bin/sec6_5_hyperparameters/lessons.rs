//! What each part asks a reader, and what its findings answer.

use experiments::findings::{Spread, significant};
use experiments::report::{Lesson, RunReport};
use search::{Trial, ranking};

use crate::rank_correlation::mean_correlation;
use crate::trial_measurements::real;

/// The choice for a share: less than a quarter, at most a half, or more.
fn bin(share: f64) -> usize {
    usize::from(share >= 0.25) + usize::from(share > 0.5)
}

/// The choice for a place: the first, among the first ten, or behind them.
fn top(place: usize) -> usize {
    usize::from(place > 1) + usize::from(place > 10)
}

/// The choice that more than half of the seeds bear out.
fn of_most_seeds(choices: impl IntoIterator<Item = Option<usize>>) -> Option<usize> {
    let choices: Vec<Option<usize>> = choices.into_iter().collect();
    let seeds = |choice: &usize| choices.iter().filter(|one| **one == Some(*choice)).count();
    choices.iter().flatten().find(|choice| 2 * seeds(choice) > choices.len()).copied()
}

/// How many of a search's trials are of use.
pub fn search(report: &mut RunReport, all: &[Vec<Trial>]) {
    let good = |trials: &[Trial]| trials.iter().filter(|trial| trial.value() > 0.5).count();
    let bin = |trials: &Vec<Trial>| bin(good(trials) as f64 / trials.len() as f64);
    let (good, trials): (usize, usize) =
        (all.iter().map(|one| good(one)).sum(), all.iter().map(Vec::len).sum());
    let best = all.iter().map(|trials| ranking(trials)[0].value()).collect::<Vec<_>>();
    let Spread { min, max, .. } = Spread::of(&best);
    let best = if all.len() > 1 {
        format!("the best of a seed ends at {min:.2} to {max:.2}")
    } else {
        format!("the best ends at {min:.2}")
    };
    report.lesson(Lesson {
        question: "A trial trains a network with hyperparameters that the search chose. How many of the \
                   trials end above a validation accuracy of 0.5?",
        choices: &["fewer than a quarter", "a quarter to a half", "more than half"],
        answer: of_most_seeds(all.iter().map(|trials| Some(bin(trials)))),
        see: format!("{good} of {trials} trials end above 0.5; {best}."),
        why: "A random search knows nothing of where good values lie. It spreads its trials evenly \
              over the whole range, on a log scale with equally many for each power of ten. If only \
              a small part of the range trains well, most trials are spent elsewhere; the best of \
              them show where to search next.",
        formula: "<math display=\"block\"><mi>x</mi><mo>=</mo><msup><mn>10</mn><mrow>\
                  <mi>u</mi><mo>·</mo><mo>(</mo><msub><mi>log</mi><mn>10</mn></msub><mi>high</mi>\
                  <mo>−</mo><msub><mi>log</mi><mn>10</mn></msub><mi>low</mi><mo>)</mo><mo>+</mo>\
                  <msub><mi>log</mi><mn>10</mn></msub><mi>low</mi></mrow></msup></math>",
        exercise: "Where are the best learning rates if the range goes up to 1?",
        flags: "--part search --space lr=log:1e-4:1 --space weight_decay=log:1e-8:1e-1",
    });
}

/// Whether the order of the best trials is that of their learning rates.
pub fn winners(report: &mut RunReport, all: &[Vec<Trial>]) {
    // Its place among the learning rates, the highest first.
    let place = |trials: &Vec<Trial>| {
        let best = real(ranking(trials)[0], "lr");
        1 + trials.iter().filter(|trial| real(trial, "lr") > best).count()
    };
    let places: Vec<usize> = all.iter().map(place).collect();
    let [rate, decay] = ["lr", "weight_decay"].map(|name| mean_correlation(all, name));
    let places_in_words = places.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    report.lesson(Lesson {
        question: "Does the best trial have the highest learning rate of all?",
        choices: &["yes", "no, but one of the ten highest", "no, a lower one"],
        answer: of_most_seeds(places.iter().map(|place| Some(top(*place)))),
        see: format!(
            "Counted from the highest learning rate, the best trial is number {places_in_words}. Rank \
             correlation with the accuracy: {rate:.2} of the learning rate, {decay:.2} of the weight decay."
        ),
        why: "A trial's accuracy is partly luck: its first weights, its mini-batches, and which 100 \
              images judge it. An accuracy p measured on 100 images has by itself the \
              standard deviation below, 0.04 at an accuracy of 0.8. So the order of the best few says \
              little about their settings.",
        formula: "<math display=\"block\"><mi>σ</mi><mo>=</mo><msqrt><mi>p</mi><mo>(</mo>\
                  <mn>1</mn><mo>−</mo><mi>p</mi><mo>)</mo><mo>/</mo><mn>100</mn></msqrt></math>",
        exercise: "Five other searches: five other winners?",
        flags: "--part search --seed 100 --runs 5",
    });
}

/// What narrowing makes better. The numbers are of each round, seed by seed.
pub fn narrow(report: &mut RunReport, medians: &[Vec<f64>], bests: &[Vec<f64>]) {
    let gains = |rounds: &[Vec<f64>]| -> Vec<bool> {
        let ends = rounds[0].iter().zip(&rounds[rounds.len() - 1]);
        ends.map(|(first, last)| last - first > 0.1).collect()
    };
    let choice = |(median, best): (bool, bool)| match (median, best) {
        (true, true) => Some(0),
        (true, false) => Some(1),
        (false, false) => Some(2),
        (false, true) => None,
    };
    let mean = |values: &[f64]| Spread::of(values).mean;
    let [[from, to], [best_from, best_to]] =
        [medians, bests].map(|rounds| [&rounds[0], &rounds[rounds.len() - 1]].map(|r| mean(r)));
    report.lesson(Lesson {
        question: "From the first round to the last, what gains more than 0.1 of accuracy: the \
                   median trial, or the best one too?",
        choices: &["both", "the median trial only", "neither of them"],
        answer: of_most_seeds(gains(medians).into_iter().zip(gains(bests)).map(choice)),
        see: format!(
            "In the mean of all seeds, the median of a round goes from {from:.2} to {to:.2}, the best trial \
             from {best_from:.2} to {best_to:.2}. The figure shows the first seed."
        ),
        why: "Each round leaves out the part of the range in which none of the best trials lay, so \
              later trials are not spent there. The best trial has less to gain: a search of the \
              whole range may already have come upon a place as good as any. And what was left out \
              once is never tried again, right or wrong.",
        formula: "",
        exercise: "Do other seeds narrow to the same range?",
        flags: "--part narrow --seed 100 --runs 3",
    });
}

/// Whether a winner stays one. `places` are those of the notebook's winner among its own trials,
/// trained again with each seed; `again` are its accuracies there.
pub fn printed(report: &mut RunReport, printed: f64, again: &[f64], places: &[usize]) {
    let places_in_words = places.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    report.lesson(Lesson {
        question: "The notebook's trials are trained again with other random numbers. Where does \
                   its winner come in?",
        choices: &["first again", "among the first ten", "behind them"],
        answer: of_most_seeds(places.iter().map(|place| Some(top(*place)))),
        see: format!(
            "The winner, printed with {printed}, has {} here and comes in as number {places_in_words}.",
            Spread::of(again).text(2)
        ),
        why: "The winner of a search is the largest of many noisy numbers, so a part of its lead may \
              be luck, and luck does not come back when the same settings are trained again. So \
              train the best few with several other seeds before you choose one of them.",
        formula: "<math display=\"block\"><mi>E</mi><mo>[</mo><msub><mi>max</mi><mi>i</mi></msub>\
                  <msub><mi>X</mi><mi>i</mi></msub><mo>]</mo><mo>≥</mo><msub><mi>max</mi><mi>i</mi>\
                  </msub><mi>E</mi><mo>[</mo><msub><mi>X</mi><mi>i</mi></msub><mo>]</mo></math>",
        exercise: "How far does each point move with the seed?",
        flags: "--part printed --runs 5",
    });
}

/// Which sampler finds the most; `medians` are theirs on the network, in the order of `names`.
pub fn samplers(report: &mut RunReport, names: &[&str], medians: &[f64]) {
    let best = medians.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let places: Vec<usize> = (0..medians.len()).filter(|&k| medians[k] == best).collect();
    let listed = names.iter().zip(medians);
    let listed = listed.map(|(name, median)| format!("{name} {}", significant(*median)));
    report.lesson(Lesson {
        question: "With as many trials each, which finds the highest accuracy on the network?",
        choices: names,
        answer: match places[..] {
            [one] => Some(one),
            _ => None,
        },
        see: format!("Medians on the network: {}.", listed.collect::<Vec<_>>().join(", ")),
        why: "Random search, grid search and Sobol points choose without looking at any result. \
              Bayesian optimisation fits a Gaussian process to the trials so far, which predicts a \
              mean and a standard deviation everywhere, and tries the point whose expected \
              improvement is largest.",
        formula: "<math display=\"block\"><mi>EI</mi><mo>=</mo><mo>(</mo><mi>μ</mi><mo>−</mo>\
                  <mi>best</mi><mo>)</mo><mi>Φ</mi><mo>(</mo><mi>z</mi><mo>)</mo><mo>+</mo><mi>σ</mi>\
                  <mi>φ</mi><mo>(</mo><mi>z</mi><mo>)</mo><mo>,</mo><mi>z</mi><mo>=</mo><mfrac><mrow>\
                  <mi>μ</mi><mo>−</mo><mi>best</mi></mrow><mi>σ</mi></mfrac></math>",
        exercise: "Eleven hyperparameters at once: which of them matter?",
        flags: "--part search --space-file experiments/spaces/all.toml --sampler gp --pruner median \
                --trials 60",
    });
}

/// How much pruning saves: a name, the share of the epochs that is saved and the accuracy that is
/// lost for each pruner, seed by seed.
pub fn pruners(report: &mut RunReport, found: &[(&str, Vec<f64>, Vec<f64>)]) {
    let mean = |values: &[f64]| Spread::of(values).mean;
    // Accuracies are whole hundredths.
    let harmless = found.iter().filter(|(_, _, lost)| mean(lost) < 0.015);
    let saved = harmless.map(|(_, saved, _)| mean(saved)).fold(0.0, f64::max);
    let listed = found.iter().map(|(name, saved, lost)| {
        format!("{name} {:.0} % and {:.3}", 100.0 * mean(saved), mean(lost))
    });
    report.lesson(Lesson {
        question: "How much of the training can be saved by stopping trials early, if the best \
                   accuracy may fall by 0.01 at most?",
        choices: &["less than a quarter", "a quarter to a half", "more than half"],
        answer: Some(bin(saved)),
        see: format!(
            "Epochs saved and accuracy lost, in the mean of all seeds: {}. The figure shows the first seed.",
            listed.collect::<Vec<_>>().join(", ")
        ),
        why: "Most of a search is spent on trials that do not win. Median pruning stops a trial \
              whose best accuracy so far is below the median of the finished trials at that epoch; \
              successive halving lets about one trial in three pass each of its rungs. Both risk a \
              winner that starts slowly.",
        formula: "",
        exercise: "Spend what pruning saves: does a search with three times the trials find more?",
        flags: "--part search --pruner asha --trials 300",
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_needs_more_than_half_of_the_seeds() {
        assert_eq!(of_most_seeds([Some(1)]), Some(1));
        assert_eq!(of_most_seeds([Some(0), Some(2), Some(2)]), Some(2));
        assert_eq!(of_most_seeds([Some(0), Some(2)]), None);
        assert_eq!(of_most_seeds([Some(0), None]), None);
    }
}
