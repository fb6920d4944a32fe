//! Stairs instead of slopes.

/// The corners of stairs through points `(x, value)`: each value holds until the next x.
pub(super) fn stairs<V: Copy>(points: impl IntoIterator<Item = (f64, V)>) -> Vec<(f64, V)> {
    let mut corners: Vec<(f64, V)> = Vec::new();
    for (x, value) in points {
        corners.extend(corners.last().map(|&(_, held)| (x, held)));
        corners.push((x, value));
    }
    corners
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stairs_hold_each_value_until_the_next_x() {
        let corners = stairs([(1.0, 'a'), (2.0, 'b'), (4.0, 'c')]);
        assert_eq!(corners, [(1.0, 'a'), (2.0, 'a'), (2.0, 'b'), (4.0, 'b'), (4.0, 'c')]);
        assert!(stairs::<f64>([]).is_empty());
    }
}
