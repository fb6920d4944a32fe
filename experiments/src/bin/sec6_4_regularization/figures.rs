//! Training and test accuracy by epoch, as a table and as figures.

use experiments::cli::Failure;
use experiments::findings::Metric;
use experiments::lab::Lab;
use experiments::report::RunReport;
use experiments::report::curves::{Style, curve};
use viz::{Axis, Color, Figure, Marker, Panel};

use crate::networks::{HIDDEN, Trained};

/// The notebook's table.
///
/// # Errors
/// If stdout cannot be written to.
pub fn print_table(report: &mut RunReport, trained: &[Option<Trained>]) -> Result<(), Failure> {
    for trained in trained.iter().flatten() {
        let [train, test] = [Metric::TRAIN_ACCURACY, Metric::TEST_ACCURACY]
            .map(|metric| trained.series().spreads(metric));
        report.say(&format!("=============== {} ===============", trained.variant.label))?;
        for ((epoch, train), (_, test)) in train.iter().zip(&test) {
            let (train, test) = (train.text(4), test.text(4));
            report.say(&format!("epoch:{epoch}, train acc:{train}, test acc:{test}"))?;
        }
    }
    Ok(())
}

/// Draws a figure for each variant, and all of them in one. The first variant is the one without
/// regularisation, if it was trained.
pub fn draw(report: &mut RunReport, lab: &Lab, trained: &[Option<Trained>]) {
    let baseline = trained[0].as_ref();
    let trained: Vec<&Trained> = trained.iter().flatten().collect();
    let network = lab.data().layers(&HIDDEN);
    for &one in &trained {
        let variant = &one.variant;
        let settings = format!("{} training images, {network}, SGD(0.01)", variant.train_size);
        let figure = Figure::new(format!("Training and test accuracy: {}", variant.label))
            .subtitle(lab.subtitle(&settings))
            .panel(panel(one, "", variant.epochs));
        report.figure(&format!("sec6_4_{}", variant.series), figure, &reading(one, baseline));
    }
    if trained.len() > 1 {
        let longest = trained.iter().map(|one| one.variant.epochs).max().unwrap_or(1);
        let panels = trained.iter().map(|one| panel(one, one.variant.label, longest));
        let figure = Figure::new("What regularisation does to training and test accuracy")
            .subtitle(lab.subtitle(&format!("{network}, SGD(0.01)")))
            .grid(2, 2)
            .panels(panels);
        let gaps = trained.iter().map(|one| format!("{} {:.3}", one.variant.label, one.gap()));
        let gaps = gaps.collect::<Vec<_>>().join("; ");
        let reading = format!("Training less test accuracy at the end: {gaps}.");
        report.figure("sec6_4_comparison", figure, &reading);
    }
}

/// The caption: the final accuracies and their gap; for any other variant also the gap and the test
/// accuracy of the baseline, if that was trained.
fn reading(trained: &Trained, baseline: Option<&Trained>) -> String {
    let [train, test] = trained.last().map(|spread| spread.mean);
    let ends = format!(
        "Training accuracy ends at {train:.3}, test accuracy at {test:.3}: a gap of {:.3}",
        trained.gap()
    );
    match baseline {
        Some(plain) if !std::ptr::eq(plain, trained) => format!(
            "{ends}. Without regularisation, on {} images, the gap is {:.3}, and test accuracy {:.3}.",
            plain.variant.train_size,
            plain.gap(),
            plain.last()[1].mean
        ),
        _ => format!("{ends}."),
    }
}

fn panel(trained: &Trained, title: &str, epochs: usize) -> Panel {
    let train = Style::solid("training", Color::BLUE).marker(Marker::Circle, 10);
    let test = Style::dashed("test", Color::VERMILLION).marker(Marker::Square, 10);
    Panel::new(title)
        .x_axis(Axis::linear("epoch", 0.0, (epochs - 1) as f64))
        .y_axis(Axis::linear("accuracy", 0.0, 1.0))
        .marks(curve(trained.series(), Metric::TRAIN_ACCURACY, &train))
        .marks(curve(trained.series(), Metric::TEST_ACCURACY, &test))
}
