//! Superscripts and subscripts, such as the 2 of x² and the −6 of 10⁻⁶.
//!
//! Inside the crate they are Unicode characters. In an SVG they are ordinary characters, smaller
//! and moved up or down: a viewer takes characters that its first font lacks from any installed
//! font, and NanumSquare, for one, has an empty ⁻, so that 10⁻⁶ would be read as 10⁶.

/// Size of a superscript or subscript, in sizes of the text.
pub(crate) const SIZE: f64 = 0.72;
/// How far superscripts and subscripts are moved upwards, in sizes of the text.
const RAISED: f64 = 0.36;
const LOWERED: f64 = -0.18;

/// The ordinary character of a superscript or subscript, and how far upwards it is moved; `None`
/// for all other characters.
pub(crate) fn ordinary(c: char) -> Option<(char, f64)> {
    let index = u32::from(c) & 0xF;
    let plain = match c {
        '¹' => '1',
        '²' => '2',
        '³' => '3',
        'ⁱ' => 'i',
        'ⁿ' => 'n',
        '⁰' | '⁴'..='⁾' | '₀'..='₎' => "0123456789+−=()".chars().nth(index as usize)?,
        _ => return None,
    };
    Some((plain, if ('₀'..='₎').contains(&c) { LOWERED } else { RAISED }))
}

/// A line of SVG in which superscripts and subscripts are ordinary characters in spans. Only what
/// precedes the first tag is text, since markup in texts is escaped. `down` is the `dy` of the text
/// element, which a span at the beginning of the text replaces.
pub(crate) fn spans(line: &str, down: f64) -> String {
    let (text, tags) = line.split_at(line.find('<').unwrap_or(line.len()));
    let mut out = String::with_capacity(line.len());
    // How far the text is moved upwards here, and the tag that ends the open span.
    let (mut up, mut end) = (0.0, "");
    for c in text.chars() {
        let (plain, wanted) = ordinary(c).unwrap_or((c, 0.0));
        if wanted != up {
            let from = if out.is_empty() { down } else { up };
            out.push_str(end);
            out.push_str(&span(from, wanted));
            (up, end) = (wanted, "</tspan>");
        }
        // No Nanum font has a minus; every font has an en dash, which is as long.
        out.push(if plain == '−' { '–' } else { plain });
    }
    out + end + tags
}

/// The opening tag of a span that is `to` above the line, after text that was `from` above it.
fn span(from: f64, to: f64) -> String {
    // An em is the span's own size.
    let (size, smaller) =
        if to == 0.0 { (1.0, String::new()) } else { (SIZE, format!(" font-size=\"{SIZE}em\"")) };
    format!("<tspan dy=\"{}em\"{smaller}>", ((from - to) / size * 1000.0).round() / 1000.0)
}

/// A text for screen readers: `10^-6` for 10⁻⁶, `x_1` for x₁.
pub(crate) fn spoken(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = 0.0;
    for c in text.chars() {
        let (plain, up) = ordinary(c).unwrap_or((c, 0.0));
        if up != before && up != 0.0 {
            out.push(if up > 0.0 { '^' } else { '_' });
        }
        out.push(if up != 0.0 && plain == '−' { '-' } else { plain });
        before = up;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponents_are_ordinary_characters_raised() {
        assert_eq!(spans("plain −1 &lt;</text>", 0.364), "plain –1 &lt;</text>");
        assert_eq!(
            spans("10⁻⁶</text>", 0.364),
            "10<tspan dy=\"-0.5em\" font-size=\"0.72em\">–6</tspan></text>"
        );
        assert_eq!(
            spans("x²₁ y</text>", 0.364),
            "x<tspan dy=\"-0.5em\" font-size=\"0.72em\">2</tspan>\
             <tspan dy=\"0.75em\" font-size=\"0.72em\">1</tspan>\
             <tspan dy=\"-0.18em\"> y</tspan></text>"
        );
        assert_eq!(
            spans("²x</text>", 0.36),
            "<tspan dy=\"0em\" font-size=\"0.72em\">2</tspan><tspan dy=\"0.36em\">x</tspan></text>"
        );
    }

    #[test]
    fn every_raised_and_lowered_character_has_an_ordinary_one() {
        let plain =
            |text: &str| -> String { text.chars().filter_map(|c| Some(ordinary(c)?.0)).collect() };
        assert_eq!(plain("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ"), "0123456789+−=()ni");
        assert_eq!(plain("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎"), "0123456789+−=()");
    }

    #[test]
    fn read_aloud_they_are_powers_and_indices() {
        assert_eq!(spoken("10⁻⁵ of x₁² + 3×10⁶ − 1"), "10^-5 of x_1^2 + 3×10^6 − 1");
    }
}
