//! Colours: a palette that colour-blind readers can tell apart, and viridis for values.

/// An opaque sRGB colour.
///
/// The constants are the palette of Okabe and Ito (2008), *Color Universal Design*, which readers
/// with any common kind of colour blindness can tell apart. Its yellow is left out because it
/// vanishes on white.
///
/// ```
/// use viz::Color;
/// assert_eq!(Color::cycle(0), Color::BLUE);
/// assert_eq!(Color::cycle(7), Color::BLUE);
/// assert_ne!(Color::cycle(1), Color::cycle(2));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color(
    /// Red.
    pub u8,
    /// Green.
    pub u8,
    /// Blue.
    pub u8,
);

impl Color {
    /// Okabe–Ito blue, the first of the cycle.
    pub const BLUE: Color = Color(0x00, 0x72, 0xB2);
    /// Okabe–Ito vermillion, a red-orange.
    pub const VERMILLION: Color = Color(0xD5, 0x5E, 0x00);
    /// Okabe–Ito bluish green.
    pub const GREEN: Color = Color(0x00, 0x9E, 0x73);
    /// Okabe–Ito reddish purple.
    pub const PURPLE: Color = Color(0xCC, 0x79, 0xA7);
    /// Okabe–Ito orange.
    pub const ORANGE: Color = Color(0xE6, 0x9F, 0x00);
    /// Okabe–Ito sky blue.
    pub const SKY: Color = Color(0x56, 0xB4, 0xE9);
    /// Nearly black, for marks drawn over the series.
    pub const INK: Color = Color(0x1F, 0x24, 0x2B);
    /// Middle grey, for context: contours, arrows, references.
    pub const GREY: Color = Color(0x8A, 0x92, 0x9C);

    /// The colour of the `index`-th series: blue, vermillion, green, purple, orange, sky, ink, then
    /// blue again.
    pub const fn cycle(index: usize) -> Color {
        const CYCLE: [Color; 7] = [
            Color::BLUE,
            Color::VERMILLION,
            Color::GREEN,
            Color::PURPLE,
            Color::ORANGE,
            Color::SKY,
            Color::INK,
        ];
        CYCLE[index % CYCLE.len()]
    }

    /// The colour of viridis at `t`, clamped to [0, 1]; NaN counts as 0. Viridis is perceptually
    /// uniform, dark violet to yellow (Smith and van der Walt 2015), for values.
    ///
    /// ```
    /// use viz::Color;
    /// assert_eq!(Color::viridis(0.0), Color(68, 1, 84));
    /// assert_eq!(Color::viridis(2.0), Color(253, 231, 37));
    /// ```
    pub fn viridis(t: f64) -> Color {
        let t = if t.is_nan() { 0.0 } else { t.clamp(0.0, 1.0) };
        let position = t * (VIRIDIS.len() - 1) as f64;
        let below = (position as usize).min(VIRIDIS.len() - 2);
        let [from, to] = [below, below + 1].map(|k| Color::rgb(VIRIDIS[k]));
        from.mix(to, position - below as f64)
    }

    /// As in SVG and CSS: `#RRGGBB`.
    pub(crate) fn hex(self) -> String {
        let Color(red, green, blue) = self;
        format!("#{red:02X}{green:02X}{blue:02X}")
    }

    fn rgb(hex: u32) -> Color {
        let [_, red, green, blue] = hex.to_be_bytes();
        Color(red, green, blue)
    }

    fn mix(self, other: Color, share: f64) -> Color {
        let mix =
            |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as u8;
        Color(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }
}

/// Seventeen equally spaced colours of viridis, as 0xRRGGBB: interpolated linearly, they are within
/// 6/255 of the original map.
const VIRIDIS: [u32; 17] = [
    0x440154, 0x48186A, 0x472D7B, 0x424086, 0x3B528B, 0x33638D, 0x2C728E, 0x26828E, 0x21918C,
    0x1F9F88, 0x27AD81, 0x3DBC74, 0x5CC863, 0x81D34D, 0xAADC32, 0xD5E21A, 0xFDE725,
];
