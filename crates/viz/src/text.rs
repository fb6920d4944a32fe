//! Widths of texts and line breaking.
//!
//! The layout needs widths before anything is drawn, and the SVG back end estimates them from the
//! number of bytes. These are the advances of the bundled fonts; characters beyond ASCII share a
//! few widths. Exact ones for all, which `skrifa` would read from the fonts, move English texts of
//! the gallery by 0.1 pixel and its Korean legend by 5.

use crate::{Color, script};

/// The bundled fonts, then similar ones of common systems. Latin fonts come first, since
/// NanumSquare has no minus sign.
pub(crate) const FAMILY: &str =
    "Inter,'Helvetica Neue',Arial,NanumSquare,'Apple SD Gothic Neo','Malgun Gothic',sans-serif";

/// Size, weight and colour of a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Font {
    pub(crate) size: f64,
    pub(crate) color: Color,
    pub(crate) bold: bool,
}

/// Advances of U+0020…U+007E in Inter Regular, in thousandths of the font size.
const ASCII: [u16; 95] = [
    281, 288, 466, 633, 642, 982, 644, 300, 365, 365, 501, 662, 288, 460, 288, 360, 631, 407, 610,
    618, 646, 593, 620, 566, 619, 620, 288, 302, 662, 662, 662, 511, 966, 690, 654, 730, 722, 601,
    590, 746, 743, 269, 571, 672, 565, 903, 753, 765, 639, 765, 644, 642, 646, 744, 690, 985, 682,
    679, 629, 365, 360, 365, 471, 456, 323, 562, 612, 571, 612, 583, 370, 613, 591, 242, 242, 549,
    242, 876, 591, 600, 612, 612, 376, 528, 327, 591, 562, 818, 546, 562, 552, 426, 333, 426, 662,
];

fn advance(c: char) -> f64 {
    if let Some((plain, _)) = script::ordinary(c) {
        return script::SIZE * advance(plain);
    }
    let thousandths = match c {
        ' '..='~' => ASCII[c as usize - 0x20],
        '·' | '’' | '‘' => 288,
        '\u{00A0}'..='\u{03FF}' | '−' | '–' => 660,
        '…' | '—' => 870,
        // Hangul, 910 in NanumSquare, and whatever else may be as wide.
        _ => 960,
    };
    f64::from(thousandths) / 1000.0
}

/// Width of one line of text at `size` pixels.
pub(crate) fn width(line: &str, size: f64) -> f64 {
    line.chars().map(advance).sum::<f64>() * size
}

/// Width of the widest of `lines`; 0 for none.
pub(crate) fn widest(lines: impl IntoIterator<Item = impl AsRef<str>>, size: f64) -> f64 {
    lines.into_iter().map(|line| width(line.as_ref(), size)).fold(0.0, f64::max)
}

/// Breaks `text` into lines no wider than `limit`: at spaces, and inside words wider than a line. A
/// percent sign stays with its number.
pub(crate) fn wrap(text: &str, size: f64, limit: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        let paragraph = paragraph.replace(" %", "\u{a0}%");
        for word in paragraph.split_ascii_whitespace() {
            let word = &word.replace('\u{a0}', " ");
            let joined = if line.is_empty() { word.clone() } else { format!("{line} {word}") };
            if width(&joined, size) <= limit {
                line = joined;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            for c in word.chars() {
                if !line.is_empty() && width(&line, size) + advance(c) * size > limit {
                    lines.push(std::mem::take(&mut line));
                }
                line.push(c);
            }
        }
        lines.push(line);
    }
    lines
}

/// The largest size up to `size` at which `line` is no wider than `limit`.
pub(crate) fn shrink(line: &str, size: f64, limit: f64) -> f64 {
    size * (limit / width(line, size).max(1e-9)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapped_lines_keep_every_word_and_fit() {
        let text = "batch norm wins at 14 of 16 scales; \
                    배치 정규화는 열여섯 가운데 열넷에서 앞선다 averyveryverylongword";
        let lines = wrap(text, 12.0, 90.0);
        assert!(lines.iter().all(|l| width(l, 12.0) <= 90.0), "{lines:?}");
        assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        assert!(wrap("", 12.0, 90.0).is_empty());
        assert_eq!(wrap("lines: 95 % of", 12.0, width("lines: 95", 12.0)), ["lines:", "95 % of"]);
        assert_eq!(wrap("가나다", 12.0, 1.0).len(), 3);
    }

    #[test]
    fn shrinking_stops_at_the_wanted_size() {
        assert_eq!(shrink("ab", 12.0, 1000.0), 12.0);
        let size = shrink("a long panel title", 12.0, 50.0);
        assert!((width("a long panel title", size) - 50.0).abs() < 1e-9);
    }

    #[test]
    fn widths_are_those_of_the_bundled_fonts() {
        use resvg::usvg::Node;
        for line in [
            "Training accuracy, 1,000 samples",
            "0.0005",
            "10⁻⁶",
            "−10",
            "x²/20 + y²",
            "배치 정규화",
            "±1σ…",
        ] {
            let svg = format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1000\" height=\"100\">\
                 <text y=\"50\" font-size=\"20\" font-family=\"Inter\">{}</text></svg>",
                script::spans(line, 0.0),
            );
            let tree = crate::png::parse(&svg).unwrap();
            let [Node::Text(text)] = tree.root().children() else { panic!("one text") };
            let (ours, real) = (width(line, 20.0), f64::from(text.bounding_box().width()));
            // Kerning is left out. Widths that are a little too large cut nothing.
            assert!((real * 0.97..real * 1.12).contains(&ours), "{line:?}: {ours} for {real}");
        }
    }
}
