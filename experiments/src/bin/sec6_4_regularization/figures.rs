//! Training and test accuracy by epoch as figures.

use experiments::findings::Metric;
use experiments::lab::Lab;
use experiments::report::RunReport;
use experiments::report::curves::{Style, curve};
use viz::{Area, Axis, Color, Corner, Figure, Line, LineStyle, Mark, Marker, Note, Panel};

use crate::networks::Variant;
use crate::trained::Trained;

const METRICS: [Metric; 2] = [Metric::TRAIN_ACCURACY, Metric::TEST_ACCURACY];

/// A network; unless it is `plain` itself, the one without regularisation stands behind it.
pub fn network(report: &mut RunReport, lab: &Lab, trained: &Trained<'_>, plain: &Trained<'_>) {
    let variant = trained.variant;
    let figure = Figure::new(format!("Training and test accuracy: {}", variant.label))
        .subtitle(lab.subtitle(&variant.made))
        .panel(panel(trained, plain, "", variant.epochs));
    report.figure(&format!("sec6_4_{}", variant.series), figure, &reading(trained, plain));
}

/// All networks side by side, first the one without regularisation.
pub fn comparison(report: &mut RunReport, subtitle: &str, trained: &[Trained<'_>]) {
    let plain = &trained[0];
    let longest = trained.iter().map(|one| one.variant.epochs).max().unwrap_or(1);
    let panels = trained.iter().map(|one| panel(one, plain, &one.variant.label, longest));
    let figure = Figure::new("What regularisation does to training and test accuracy")
        .subtitle(subtitle)
        .panels(panels);
    let figure = if trained.len() == 4 { figure.grid(2, 2) } else { figure };
    let gaps = trained.iter().map(|one| format!("{}: {:.3}", one.variant.label, one.ends().gap()));
    let gaps = gaps.collect::<Vec<_>>().join("; ");
    let reading = format!(
        "Shaded is the gap, training less test accuracy; its size at the end, network by network: {gaps}."
    );
    report.figure("sec6_4_comparison", figure, &reading);
}

/// The caption: the final accuracies and their gap; for any other network also the gap and the test
/// accuracy without regularisation.
fn reading(trained: &Trained<'_>, plain: &Trained<'_>) -> String {
    let ends = trained.ends();
    let own = format!(
        "Training accuracy ends at {:.3}, test accuracy at {:.3}: a gap of {:.3}",
        ends.train.mean,
        ends.test.mean,
        ends.gap()
    );
    if is(trained, plain) {
        return format!("{own}.");
    }
    let (images, baseline) = (plain.variant.train_size, plain.ends());
    let beside = format!(
        "{own}. Without regularisation, on {images} images and after {} epochs, the gap is {:.3}, and test \
         accuracy {:.3}.",
        plain.variant.epochs - 1,
        baseline.gap(),
        baseline.test.mean
    );
    if trained.variant.train_size == images {
        beside
    } else {
        format!("{beside} The numbers of images differ, so regularisation is not all that differs.")
    }
}

fn is(one: &Trained<'_>, other: &Trained<'_>) -> bool {
    one.variant.series == other.variant.series
}

/// Both accuracies by epoch over the shaded gap between them, in front of those without
/// regularisation.
fn panel(trained: &Trained<'_>, plain: &Trained<'_>, title: &str, epochs: usize) -> Panel {
    // About twenty markers, however long the training.
    let every = (epochs / 20).max(1);
    let styles = [
        Style::solid("training", Color::BLUE).marker(Marker::Circle, every),
        Style::dashed("test", Color::VERMILLION).marker(Marker::Square, every),
    ];
    let [train, test] = METRICS.map(|metric| trained.series().spreads(metric));
    let both = train.iter().zip(&test);
    let gap = both.map(|((epoch, train), (_, test))| (*epoch as f64, test.mean, train.mean));
    let ends = trained.ends();
    let told = Note::corner(Corner::LowerRight, &format!("gap at the end: {:.3}", ends.gap()));
    let mut panel = Panel::new(title)
        .x_axis(Axis::linear("epoch", 0.0, (epochs - 1) as f64))
        .y_axis(Axis::linear("accuracy", 0.0, 1.0))
        .mark(Area::new(Color::GREY, gap).opacity(0.2).named("gap"));
    if !is(trained, plain) {
        let Variant { label, train_size, .. } = plain.variant;
        let looks = [("training", LineStyle::Solid), ("test", LineStyle::Dashed)];
        panel = panel.marks(METRICS.iter().zip(looks).map(|(metric, (on, style))| {
            let name = format!("{label}, {train_size} images, {on}");
            let means = plain.series().spreads(*metric).into_iter();
            let line =
                Line::new(Color::GREY, means.map(|(epoch, spread)| (epoch as f64, spread.mean)));
            line.style(style).width(1.3).named(name)
        }));
    }
    let curves = METRICS.iter().zip(&styles);
    let curves = curves.flat_map(|(metric, style)| curve(trained.series(), *metric, style));
    panel.marks(curves.collect::<Vec<Mark>>()).mark(told.color(Color::INK))
}
