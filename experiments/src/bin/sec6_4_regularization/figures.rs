//! Training and test accuracy by epoch, as a table and as figures.

use experiments::curves::{Style, curve};
use experiments::{Failure, Run};
use viz::{Axis, Color, Figure, Marker, Panel};

use crate::Variant;

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
    for variant in variants {
        let figure = Figure::new(format!("Training and test accuracy: {}", variant.label))
            .subtitle(run.subtitle(&format!("{}, 784-100×6-10, SGD(0.01)", size(variant))))
            .panel(panel(run, variant, "", variant.epochs));
        let reading = match variant.series {
            "overfit" => {
                "The training images are learnt to the last one; the test images are not: the gap \
                 is overfitting."
            }
            "weight_decay" => "The gap is narrower, but the test accuracy is not higher.",
            "weight_decay_400" => "On 400 images, the number that the notebook's prints come from.",
            _ => "Dropout narrows the gap further; learning takes longer, and is not done here.",
        };
        run.figure(&format!("sec6_4_{}", variant.series), figure, reading);
    }
    if variants.len() > 1 {
        let longest = variants.iter().map(|variant| variant.epochs).max().unwrap_or(1);
        let panels = variants.iter().map(|variant| panel(run, variant, variant.label, longest));
        let figure = Figure::new("What regularisation does to training and test accuracy")
            .subtitle(run.subtitle("784-100×6-10, SGD(0.01)"))
            .grid(2, 2)
            .panels(panels);
        run.figure(
            "sec6_4_comparison",
            figure,
            "Weight decay and dropout bring the two curves together mostly by lowering the training \
             accuracy.",
        );
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
