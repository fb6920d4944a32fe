//! What the section teaches and concludes, a lesson a part.

use experiments::findings::{Findings, Metric};
use experiments::lab::Lab;
use experiments::report::{Lesson, RunReport};

use crate::ensemble;
use crate::figures;
use crate::networks::{DROPOUT, OVERFIT, RegularizationSettings, WEIGHT_DECAY};
use crate::trained::{Ends, Trained};

/// The lesson of a way to regularise.
type Teach = fn(&mut RunReport, &Effect<'_>);

/// The lessons of the parts that are run. The first of the networks is the one without
/// regularisation.
pub fn report(
    report: &mut RunReport,
    lab: &Lab,
    settings: &RegularizationSettings,
    trained: &[Trained<'_>],
    averaged: Option<&Findings>,
) {
    let plain = &trained[0];
    if lab.wants(OVERFIT) {
        overfit(report, plain);
        figures::network(report, lab, plain, plain);
        conclude_overfit(report, plain);
    }
    for (part, lesson) in [(WEIGHT_DECAY, weight_decay as Teach), (DROPOUT, dropout)] {
        let of_part: Vec<_> = trained.iter().filter(|one| one.variant.part == part).collect();
        // The first is trained on the same images as the network without regularisation.
        if let [regularised, ..] = of_part[..]
            && lab.wants(part)
        {
            let effect = Effect { plain, regularised };
            lesson(report, &effect);
            of_part.iter().for_each(|one| figures::network(report, lab, one, plain));
            effect.conclude(report);
        }
    }
    if [OVERFIT, WEIGHT_DECAY, DROPOUT].iter().all(|part| lab.wants(part)) {
        figures::comparison(report, &settings.subtitle, trained);
    }
    let dropout = trained.iter().find(|one| one.variant.part == DROPOUT);
    if let (Some(averaged), Some(dropout)) = (averaged, dropout) {
        ensemble(report, averaged, [plain, dropout]);
        ensemble::figure(report, lab, averaged, [plain, dropout]);
        conclude_ensemble(report, averaged, dropout);
    }
}

const GAP: &str = "<math display=\"block\"><mtext>gap</mtext><mo>=</mo><msub><mtext>accuracy</mtext>\
    <mtext>training</mtext></msub><mo>−</mo><msub><mtext>accuracy</mtext><mtext>test</mtext></msub></math>";

fn overfit(report: &mut RunReport, plain: &Trained<'_>) {
    let ends = plain.ends();
    let [train, test] = [ends.train, ends.test].map(|spread| spread.mean);
    let learnt = train > 0.95;
    report.lesson(Lesson {
        question: "A large network is trained on few images. How many of these does it classify rightly at \
                   the end, and how many test images, which it has not seen?",
        choices: &[
            "almost all of both",
            "almost all training images, clearly fewer test images",
            "few of both",
        ],
        answer: match ends.gap() {
            gap if learnt && gap < 0.05 => Some(0),
            _ if learnt => Some(1),
            _ if train < 0.5 && test < 0.5 => Some(2),
            _ => None,
        },
        see: format!(
            "The shaded area is the gap. The network misses {:.1} % of its training images and {:.1} % of \
             the test images.",
            100.0 * (1.0 - train),
            100.0 * (1.0 - test)
        ),
        why: "A network with many more weights than images can fit them in many ways, down to their \
              accidents. Nothing in the loss prefers the ways that hold for other images, too. The gap \
              between training and test accuracy tells how far it has learnt its images by heart.",
        formula: GAP,
        exercise: "Do more images close the gap? Train on ten times as many.",
        flags: "--part overfit --train-size 3000 --epochs 50 --runs 3",
    });
}

fn conclude_overfit(report: &mut RunReport, plain: &Trained<'_>) {
    let (ends, seeds) = (plain.ends(), plain.of_each_seed());
    let held = seeds.iter().map(|ends| ends.train.mean > 0.99 && ends.test.mean < 0.9);
    report.conclude(
        "few images and a large network overfit",
        "training accuracy ends above 0.99, test accuracy below 0.9",
        &held.collect::<Vec<bool>>(),
        format!("training {}, test {}", ends.train.text(3), ends.test.text(3)),
    );
}

/// What regularisation does, beside the network without it.
struct Effect<'a> {
    plain: &'a Trained<'a>,
    regularised: &'a Trained<'a>,
}

/// What one may guess of it.
const GUESSES: [&str; 3] = [
    "the gap narrows, and test accuracy rises",
    "the gap narrows, but test accuracy does not rise",
    "the gap does not narrow",
];

impl Effect<'_> {
    /// Whether the gap is narrower, and whether test accuracy is higher, in each seed.
    fn of_each_seed(&self) -> [Vec<bool>; 2] {
        let seeds = self.regularised.of_each_seed().into_iter().zip(self.plain.of_each_seed());
        let judged =
            |(own, plain): (Ends, Ends)| (own.gap() < plain.gap(), own.test.mean > plain.test.mean);
        seeds.map(judged).unzip().into()
    }

    /// The guess that more than half of the seeds bear out.
    fn answer(&self) -> Option<usize> {
        let most = |held: &[bool]| 2 * held.iter().filter(|held| **held).count() > held.len();
        let [narrower, higher] = self.of_each_seed();
        match (most(&narrower), most(&higher)) {
            (true, true) => Some(0),
            (true, false) => Some(1),
            (false, _) => Some(2),
        }
    }

    fn seen(&self) -> String {
        let (own, plain) = (self.regularised.ends(), self.plain.ends());
        // Of the numbers as they are shown elsewhere, with three digits: readers subtract those.
        let shown = |x: f64| (1000.0 * x).round() / 1000.0;
        let change = |own, plain, [more, less, same]: [&str; 3]| match shown(own) - shown(plain) {
            d if d.abs() < 5e-4 => same.to_owned(),
            d => format!("{:.3} {}", d.abs(), if d > 0.0 { more } else { less }),
        };
        format!(
            "Beside the grey curves of the network without regularisation, the gap at the end is {}, test \
             accuracy {}.",
            change(own.gap(), plain.gap(), ["wider", "narrower", "the same"]),
            change(own.test.mean, plain.test.mean, ["higher", "lower", "the same"])
        )
    }

    fn conclude(&self, report: &mut RunReport) {
        let what =
            if self.regularised.variant.part == DROPOUT { "dropout" } else { "weight decay" };
        let ([narrower, higher], ends) = (self.of_each_seed(), self.regularised.ends());
        report.conclude(
            &format!("{what} narrows the gap between training and test accuracy"),
            "the gap at the end is smaller than without it",
            &narrower,
            format!(
                "gap {:.3} instead of {:.3}: training {}, test {}",
                self.regularised.ends().gap(),
                self.plain.ends().gap(),
                ends.train.text(3),
                ends.test.text(3)
            ),
        );
        report.conclude(
            &format!("{what} does not raise test accuracy"),
            "test accuracy at the end is not higher than without it",
            &higher.iter().map(|higher| !higher).collect::<Vec<bool>>(),
            format!(
                "test accuracy {} instead of {}",
                ends.test.text(3),
                self.plain.ends().test.text(3)
            ),
        );
    }
}

fn weight_decay(report: &mut RunReport, effect: &Effect<'_>) {
    report.lesson(Lesson {
        question: "Weight decay makes large weights costly. What becomes of the gap between training and \
                   test accuracy, and of the test accuracy itself?",
        choices: &GUESSES,
        answer: effect.answer(),
        see: effect.seen(),
        why: "The penalty pulls every weight towards 0 in each update, so that only what many images agree \
              on can hold weights large. It also keeps the network from fitting its training images as \
              closely. So the gap can narrow in two ways: test accuracy rises, which is the aim, or \
              training accuracy falls, which helps nobody.",
        formula: "<math display=\"block\"><mi>L</mi><mo>+</mo><mfrac><mn>1</mn><mn>2</mn></mfrac><mi>λ</mi>\
                  <mo>∑</mo><msup><mi>W</mi><mn>2</mn></msup></math>",
        exercise: "Is it the same on other images? On synthetic digits, does weight decay narrow the gap, and \
               does test accuracy rise?",
        flags: "--part weight_decay --dataset synthetic --runs 3",
    });
}

fn dropout(report: &mut RunReport, effect: &Effect<'_>) {
    report.lesson(Lesson {
        question: "Dropout switches units off at random while training. What becomes of the gap between \
                   training and test accuracy, and of the test accuracy itself?",
        choices: &GUESSES,
        answer: effect.answer(),
        see: effect.seen(),
        why: "In each update another random part of the network is trained, so that no unit can rely on a \
              particular other one. The noise also slows learning: compare networks that have been trained \
              to their end before saying that dropout helps or harms.",
        formula: "<math display=\"block\"><msub><mi>y</mi><mtext>training</mtext></msub><mo>=</mo><mi>m</mi>\
                  <mi>x</mi><mo>,</mo><mspace width=\".5em\"/><mi>P</mi><mo stretchy=\"false\">(</mo><mi>m</mi>\
                  <mo>=</mo><mn>1</mn><mo stretchy=\"false\">)</mo><mo>=</mo><mn>1</mn><mo>−</mo><mi>r</mi></math>\
                  <math display=\"block\"><msub><mi>y</mi><mtext>test</mtext></msub><mo>=</mo>\
                  <mo stretchy=\"false\">(</mo><mn>1</mn><mo>−</mo><mi>r</mi><mo stretchy=\"false\">)</mo><mi>x</mi>\
                  </math>",
        exercise: "Has it been trained to its end? Give both networks 1,000 epochs.",
        flags: "--part dropout --epochs 1000 --runs 3",
    });
}

fn ensemble(report: &mut RunReport, averaged: &Findings, [plain, dropout]: [&Trained<'_>; 2]) {
    let (count, all) = ensemble::largest(averaged);
    report.lesson(Lesson {
        question: "Dropout is often called an ensemble of many networks in one. Beside a real ensemble, whose \
                   networks are trained separately and averaged, which is best on the test images?",
        choices: &["the ensemble", "the network with dropout", "a single network without either"],
        answer: match [plain, dropout].map(|one| one.ends().test.mean) {
            [plain, dropout] if all.mean > plain.max(dropout) => Some(0),
            [plain, dropout] if dropout > plain.max(all.mean) => Some(1),
            [plain, dropout] if plain > dropout.max(all.mean) => Some(2),
            _ => None,
        },
        see: format!(
            "By networks averaged: what each further one adds. By epoch: single networks, and the {count} at the \
             end of theirs. {}",
            ensemble::still_rising(dropout)
        ),
        why: "Networks that start from other weights and see other mini-batches make different mistakes, \
              and an average keeps what they agree on. The networks that dropout trains share their \
              weights, and each is trained for one update only: they are far less different, but cost one \
              training instead of many.",
        formula: "<math display=\"block\"><mi>p</mi><mo>=</mo><mfrac><mn>1</mn><mi>n</mi></mfrac><mo>∑</mo>\
                  <msub><mi>p</mi><mi>i</mi></msub></math>",
        exercise: "Is dropout behind only because it learns more slowly? Give all networks 1,000 epochs.",
        flags: "--part ensemble --epochs 1000",
    });
}

fn conclude_ensemble(report: &mut RunReport, averaged: &Findings, dropout: &Trained<'_>) {
    let Some(averages) = averaged.series.last() else { return };
    let seeds = averages.values(Metric::TEST_ACCURACY);
    let pairs = seeds[0].1.iter().zip(&seeds[seeds.len() - 1].1);
    let (_, one) = ensemble::sizes(averaged)[0];
    let (count, all) = ensemble::largest(averaged);
    report.conclude(
        "averaging separately trained networks raises test accuracy",
        "the average of all networks is more accurate than the first of them",
        &pairs.map(|(one, all)| all > one).collect::<Vec<bool>>(),
        format!(
            "one network {}, {count} averaged {}; one network with dropout {}",
            one.text(3),
            all.text(3),
            dropout.ends().test.text(3)
        ),
    );
}
