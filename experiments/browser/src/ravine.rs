//! 6.1.2 to 6.1.7: paths on f(x, y) = x²/20 + y², in `f64`.

use optimizers::{OptimizerError, OptimizerKind, Slot};
use serde::Deserialize;

/// An optimizer on its way.
#[derive(Debug, Deserialize)]
pub(crate) struct Walk {
    optimizer: String,
    lr: f64,
    /// Of momentum only.
    momentum: Option<f64>,
    start: [f64; 2],
    points: usize,
}

/// The points that the optimizer visits, the start first.
pub(crate) fn path(walk: &Walk) -> Result<Vec<[f64; 2]>, String> {
    points(walk).map_err(|error| error.to_string())
}

fn points(walk: &Walk) -> Result<Vec<[f64; 2]>, OptimizerError> {
    let mut optimizer = walk.optimizer.parse::<OptimizerKind>()?.build::<f64>()?;
    optimizer.set_lr(walk.lr)?;
    if let Some(momentum) = walk.momentum {
        optimizer.set("momentum", momentum)?;
    }
    let [mut x, mut y] = walk.start.map(|coordinate| [coordinate]);
    let mut points = vec![walk.start];
    while points.len() < walk.points {
        let (mut dx, mut dy) = ([x[0] / 10.0], [2.0 * y[0]]);
        optimizer.step(&mut [
            Slot { value: &mut x, grad: &mut dx, decay: false },
            Slot { value: &mut y, grad: &mut dy, decay: false },
        ])?;
        points.push([x[0], y[0]]);
    }
    Ok(points)
}
