//! The optimizers that both parts compare.

use viz::{Color, Marker};

/// Name in files, name in the table, colour, marker.
pub const OPTIMIZERS: [(&str, &str, Color, Marker); 4] = [
    ("sgd", "SGD", Color::VERMILLION, Marker::Circle),
    ("momentum", "Momentum", Color::ORANGE, Marker::Cross),
    ("adagrad", "AdaGrad", Color::BLUE, Marker::Square),
    ("adam", "Adam", Color::GREEN, Marker::Diamond),
];
