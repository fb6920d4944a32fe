//! What both parts compare.

use viz::{Color, Marker};

/// Names in files, names in the table, colours and markers.
pub const OPTIMIZERS: [(&str, &str, Color, Marker); 4] = [
    ("sgd", "SGD", Color::VERMILLION, Marker::Circle),
    ("momentum", "Momentum", Color::ORANGE, Marker::Cross),
    ("adagrad", "AdaGrad", Color::BLUE, Marker::Square),
    ("adam", "Adam", Color::GREEN, Marker::Diamond),
];
