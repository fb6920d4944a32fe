//! Training and test accuracy by epoch, as a table and as figures.

use experiments::curves::{Style, curve};
use experiments::{Failure, Run};
use viz::{Axis, Color, Figure, Marker, Panel};

use crate::{HIDDEN, Variant};

/// The notebook's table.
///
/// # Errors
/// If stdout cannot be written to.
pub fn print_table(run: &mut Run, variants: &[Variant]) -> Result<(), Failure> {
    for variant in variants {
        let [train, test] = ["train_accuracy", "test_accuracy"]
            .map(|metric| run.metrics().bands(variant.part, variant.series, metric));
        run.say(&format!("=============== {} ===============", variant.label))?;
        for ((epoch, train), (_, test)) in train.iter().zip(&test) {
            let (train, test) = (train.text(4), test.text(4));
            run.say(&format!("epoch:{epoch}, train acc:{train}, test acc:{test}"))?;
        }
    }
    Ok(())
}

/// A figure for each variant, and all of them side by side.
pub fn draw(run: &mut Run, variants: &[Variant]) {
    let size = |variant: &Variant| format!("{} training images", variant.train_size);
    let baseline = variants.iter().find(|variant| variant.series == "overfit");
    let network = run.data().layers(&HIDDEN);
    for variant in variants {
        let figure = Figure::new(format!("Training and test accuracy: {}", variant.label))
            .subtitle(run.subtitle(&format!("{}, {network}, SGD(0.01)", size(variant))))
            .panel(panel(run, variant, "", variant.epochs));
        let reading = reading(run, variant, baseline);
        run.figure(&format!("sec6_4_{}", variant.series), figure, &reading);
    }
    if variants.len() > 1 {
        let longest = variants.iter().map(|variant| variant.epochs).max().unwrap_or(1);
        let panels = variants.iter().map(|variant| panel(run, variant, variant.label, longest));
        let figure = Figure::new("What regularisation does to training and test accuracy")
            .subtitle(run.subtitle(&format!("{network}, SGD(0.01)")))
            .grid(2, 2)
            .panels(panels);
        let gaps = variants.iter().map(|variant| {
            let [train, test] = last(run, variant);
            format!("{} {:.3}", variant.label, train - test)
        });
        let gaps = gaps.collect::<Vec<_>>().join("; ");
        let reading = format!("Training less test accuracy at the end: {gaps}.");
        run.figure("sec6_4_comparison", figure, &reading);
    }
}

/// Mean training and test accuracy at the end.
fn last(run: &Run, variant: &Variant) -> [f64; 2] {
    ["train_accuracy", "test_accuracy"].map(|metric| {
        let bands = run.metrics().bands(variant.part, variant.series, metric);
        bands.last().map_or(f64::NAN, |(_, band)| band.mean)
    })
}

/// What the curves come to, beside those without regularisation where these were trained too.
fn reading(run: &Run, variant: &Variant, baseline: Option<&Variant>) -> String {
    let [train, test] = last(run, variant);
    let ends = format!(
        "Training accuracy ends at {train:.3}, test accuracy at {test:.3}: a gap of {:.3}",
        train - test
    );
    match baseline {
        Some(plain) if plain.series != variant.series => {
            let [train, test] = last(run, plain);
            format!(
                "{ends}. Without regularisation, on {} images, the gap is {:.3}, and test accuracy \
                 {test:.3}.",
                plain.train_size,
                train - test
            )
        }
        _ => format!("{ends}."),
    }
}

fn panel(run: &Run, variant: &Variant, title: &str, epochs: usize) -> Panel {
    let name = |metric| (variant.part, variant.series, metric);
    let train = Style::solid("training", Color::BLUE).marker(Marker::Circle, 10);
    let test = Style::dashed("test", Color::VERMILLION).marker(Marker::Square, 10);
    Panel::new(title)
        .x_axis(Axis::linear("epoch", 0.0, (epochs - 1) as f64))
        .y_axis(Axis::linear("accuracy", 0.0, 1.0))
        .marks(curve(run.metrics(), name("train_accuracy"), &train))
        .marks(curve(run.metrics(), name("test_accuracy"), &test))
}
