//! What the section teaches and concludes.

use experiments::findings::{Findings, Metric, Series, significant};
use experiments::report::{Lesson, RunReport};

use crate::figures;
use crate::networks::{BatchNormSettings, SCALES, weight_scale};
use crate::scales::{LEARNT, OPENING, both, ends, is_plain_ahead, learnt, list, not_ahead};

const BATCH_NORM: &str = "<math display=\"block\"><mi>y</mi><mo>=</mo><mi>γ</mi><mfrac><mrow>\
    <mi>x</mi><mo>−</mo><mi>μ</mi></mrow><msqrt><msup><mi>σ</mi><mn>2</mn></msup><mo>+</mo><mi>ε</mi>\
    </msqrt></mfrac><mo>+</mo><mi>β</mi></math>";

/// Training by epoch at one scale.
pub fn one_scale(report: &mut RunReport, settings: &BatchNormSettings, findings: &Findings) {
    let passes = |kind: usize| {
        let accuracy = both(findings, OPENING)[kind].spreads(Metric::TRAIN_ACCURACY);
        accuracy.iter().find(|(_, spread)| spread.mean > LEARNT).map_or_else(
            || "does not pass it".to_owned(),
            |(epoch, _)| format!("passes it in epoch {epoch}"),
        )
    };
    report.lesson(Lesson {
        question: "The same network with and without batch normalisation, from small random weights of \
                   standard deviation 0.0136: which of the two learns?",
        choices: &[
            "only the one with batch normalisation",
            "both, the one with it faster",
            "both, the one without it faster",
            "neither learns",
        ],
        answer: match (ends(findings, OPENING).map(|end| end > LEARNT), faster(findings)) {
            ([false, true], _) => Some(0),
            ([true, true], true) => Some(1),
            ([true, true], false) => Some(2),
            ([false, false], _) => Some(3),
            ([true, false], _) => None,
        },
        see: format!(
            "Look where a curve passes an accuracy of {LEARNT}: the network with batch normalisation {}, the \
             one without it {}.",
            passes(1),
            passes(0)
        ),
        why: "Each layer multiplies by its weights. If they are small, activations and gradients shrink from \
              layer to layer, and too little reaches the first layers for them to learn. Batch \
              normalisation gives every unit mean 0 and variance 1 over the mini-batch, in each layer and \
              whatever the scale of the weights; γ and β, which are learned, then scale and shift.",
        formula: BATCH_NORM,
        exercise: "Does the network without batch normalisation only need more time? Train five times as \
               long.",
        flags: "--epochs 100 --runs 3",
    });
    figures::opening(report, settings, findings);
    let [plain, normalised] = both(findings, OPENING).map(mean_over_epochs);
    report.conclude(
        &format!(
            "at W {} the network learns faster with batch normalisation",
            significant(weight_scale(OPENING))
        ),
        "its training accuracy, averaged over the epochs, is higher",
        &findings.each_seed(faster),
        format!("{normalised:.3} with it, {plain:.3} without it"),
    );
}

/// Whether the network with batch normalisation learns faster at the scale of the opening figure.
fn faster(findings: &Findings) -> bool {
    let [plain, normalised] = both(findings, OPENING).map(mean_over_epochs);
    normalised > plain
}

fn mean_over_epochs(series: &Series) -> f64 {
    let accuracy = series.spreads(Metric::TRAIN_ACCURACY);
    accuracy.iter().map(|(_, spread)| spread.mean).sum::<f64>() / accuracy.len() as f64
}

/// Where training ends at each of the scales.
pub fn all_scales(report: &mut RunReport, settings: &BatchNormSettings, findings: &Findings) {
    let behind = not_ahead(findings);
    let ahead = SCALES - behind.len();
    let only_where_plain_learns = behind
        .iter()
        .all(|&scale| ends(findings, scale)[0] > LEARNT && is_plain_ahead(findings, scale));
    report.lesson(Lesson {
        question: "And from other weights? At 16 scales W from 1 to 0.0001, where does batch normalisation \
                   end ahead?",
        choices: &[
            "at every scale",
            "at most scales, but not where the network learns without it, too",
            "at about half of the scales",
        ],
        answer: match ahead {
            SCALES => Some(0),
            13.. if only_where_plain_learns => Some(1),
            6..=10 => Some(2),
            _ => None,
        },
        see: match &behind[..] {
            [] => format!("Batch normalisation ends ahead at all {SCALES} scales."),
            _ if only_where_plain_learns => format!(
                "Batch normalisation ends ahead at {ahead} of {SCALES} scales. At the others, W {}, the \
                 network learns without it, too, and ends higher.",
                list(&behind)
            ),
            _ => format!(
                "Batch normalisation ends ahead at {ahead} of {SCALES} scales, not at W {}.",
                list(&behind)
            ),
        },
        why: "Without batch normalisation, each layer multiplies the size of activations and gradients by a \
              factor that depends on W; they keep their size only near W = √(2/n), He's value for n inputs \
              of a layer. With it, the outputs of a layer do not change if all its weights are multiplied \
              by a number, but their gradient is divided by it: the larger W is, the less an update turns \
              the weights.",
        formula: "",
        exercise: "Is a larger learning rate as good a remedy? Train all networks at ten times the rate.",
        flags: "--lr 0.1 --runs 3",
    });
    figures::by_scale(report, settings, findings);
    figures::grid(report, settings, findings);
    conclude(report, findings);
}

fn conclude(report: &mut RunReport, findings: &Findings) {
    let worst = |findings: &Findings| {
        (0..SCALES).map(|scale| ends(findings, scale)[1]).fold(f64::INFINITY, f64::min)
    };
    report.conclude(
        "with batch normalisation the network learns at every scale",
        "its final accuracy is above 0.3 at each scale",
        &findings.each_seed(|one| worst(one) > 0.3),
        format!("the lowest final accuracy over the scales is {:.3}", worst(findings)),
    );
    report.conclude(
        "without it, learning depends on the scale of the initial weights",
        "its final accuracy is above 0.5 at fewer than half of the scales",
        &findings.each_seed(|one| learnt(one, 0).len() < SCALES / 2),
        format!("{} of {SCALES} scales end above 0.5", learnt(findings, 0).len()),
    );
    let ahead = |findings: &Findings| SCALES - not_ahead(findings).len();
    report.conclude(
        "batch normalisation is ahead at almost every scale",
        "its final accuracy is higher at 13 scales or more",
        &findings.each_seed(|one| ahead(one) >= 13),
        format!("ahead at {} of {SCALES} scales", ahead(findings)),
    );
    let beside = |scale: usize| {
        let [plain, normalised] = ends(findings, scale);
        format!(
            "W {}: {plain:.3} without it, {normalised:.3} with it",
            significant(weight_scale(scale))
        )
    };
    let beside: Vec<String> = learnt(findings, 0).into_iter().map(beside).collect();
    report.conclude(
        "where the network learns without batch normalisation, it ends ahead without it",
        "there are scales at which it ends above 0.5 without it, and at each of them it ends higher than with it",
        &findings.each_seed(|one| {
            let scales = learnt(one, 0);
            !scales.is_empty() && scales.iter().all(|&scale| is_plain_ahead(one, scale))
        }),
        if beside.is_empty() { "no scale ends above 0.5".to_owned() } else { beside.join("; ") },
    );
}
