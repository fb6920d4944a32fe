//! The language of figures, conclusions and the page.
//!
//! Sections write English. The report and the page look each text up in the table of the language,
//! `lang/ko.toml`, before it is shown. Keys in files stay English.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::Mutex;

use clap::ValueEnum;

/// A language that texts can be in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Korean.
    Ko,
}

impl Lang {
    /// The table from English texts to this language.
    fn table(self) -> &'static str {
        match self {
            Self::En => "",
            Self::Ko => include_str!("../../lang/ko.toml"),
        }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::En => "en",
            Self::Ko => "ko",
        })
    }
}

/// The texts of a language.
///
/// A key of the table may hold placeholders, `{name}`, which its translation repeats. If the name
/// begins with `n` it matches a number, with `x` a text that is kept as it is, otherwise a text
/// that is translated in turn. A text without an entry is split at its commas and translated piece
/// by piece.
#[derive(Debug)]
pub struct Texts {
    lang: Lang,
    plain: HashMap<String, String>,
    /// Keys with placeholders, those with the longest fixed text first.
    patterns: Vec<(Vec<Token>, String)>,
    missing: Mutex<BTreeSet<String>>,
}

/// A part of a key: fixed text or a placeholder.
#[derive(Clone, Debug, PartialEq)]
enum Token {
    Text(String),
    Place(String),
}

impl Texts {
    /// The texts of `lang`.
    pub fn new(lang: Lang) -> Self {
        let table: HashMap<String, String> =
            toml::from_str(lang.table()).expect("the table is part of the program and tested");
        let (plain, patterns): (HashMap<_, _>, HashMap<_, _>) =
            table.into_iter().partition(|(english, _)| !english.contains('{'));
        let mut patterns: Vec<_> =
            patterns.into_iter().map(|(english, other)| (tokens(&english), other)).collect();
        let says = |tokens: &[Token]| -> usize {
            let text = |token: &Token| if let Token::Text(text) = token { text.len() } else { 0 };
            tokens.iter().map(text).sum()
        };
        patterns.sort_by(|(a, x), (b, y)| says(b).cmp(&says(a)).then(x.cmp(y)));
        Self { lang, plain, patterns, missing: Mutex::default() }
    }

    /// The language of these texts.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// Translates an English text, piece by piece if the table lacks the whole. Pieces that it
    /// lacks stay English and are noted as missing; if the text is a sentence, all of it is noted.
    pub fn text(&self, english: &str) -> String {
        if self.lang == Lang::En {
            return english.to_owned();
        }
        let mut missing = Vec::new();
        let text = self.find(english).unwrap_or_else(|| self.pieces(english, &mut missing));
        if !missing.is_empty() && english.ends_with(['.', '?']) {
            missing = vec![english.to_owned()];
        }
        self.missing.lock().expect("no holder panics").extend(missing);
        text
    }

    /// The translation of a whole text, if the table has it; else the text itself, which is not
    /// missing: a name or a number.
    pub fn word(&self, english: &str) -> String {
        self.find(english).unwrap_or_else(|| english.to_owned())
    }

    /// The texts that the table lacked so far.
    pub fn missing(&self) -> Vec<String> {
        self.missing.lock().expect("no holder panics").iter().cloned().collect()
    }

    fn find(&self, english: &str) -> Option<String> {
        if let Some(text) = self.plain.get(english) {
            return Some(text.clone());
        }
        self.patterns.iter().find_map(|(key, other)| {
            let mut places = Vec::new();
            fit(key, english, &mut places).then(|| {
                places.iter().fold(other.clone(), |text, (name, value)| {
                    let kept = name.starts_with(['n', 'x']);
                    let value = if kept { (*value).to_owned() } else { self.text(value) };
                    text.replace(&format!("{{{name}}}"), &value)
                })
            })
        })
    }

    fn pieces(&self, english: &str, missing: &mut Vec<String>) -> String {
        let piece = |piece: &str| {
            self.find(piece).unwrap_or_else(|| {
                // Numbers, symbols and acronyms need no translation: they have no two lower-case
                // letters in a row.
                let pairs = &mut piece.as_bytes().windows(2);
                if pairs.any(|pair| pair.iter().all(u8::is_ascii_lowercase)) {
                    missing.push(piece.to_owned());
                }
                piece.to_owned()
            })
        };
        english.split(", ").map(piece).collect::<Vec<_>>().join(", ")
    }
}

fn tokens(key: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = key;
    while let Some((text, (name, after))) =
        rest.split_once('{').and_then(|(text, after)| Some((text, after.split_once('}')?)))
    {
        tokens.extend((!text.is_empty()).then(|| Token::Text(text.to_owned())));
        tokens.push(Token::Place(name.to_owned()));
        rest = after;
    }
    tokens.extend((!rest.is_empty()).then(|| Token::Text(rest.to_owned())));
    tokens
}

/// Whether the whole text matches the key; collects what its placeholders matched.
fn fit<'a>(key: &'a [Token], text: &'a str, places: &mut Vec<(&'a str, &'a str)>) -> bool {
    match key {
        [] => text.is_empty(),
        [Token::Text(known), rest @ ..] => {
            text.strip_prefix(known.as_str()).is_some_and(|text| fit(rest, text, places))
        }
        [Token::Place(name), rest @ ..] => {
            let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
            ends.take_while(|&end| !name.starts_with('n') || is_number(&text[..end])).any(|end| {
                places.push((name, &text[..end]));
                let fits = fit(rest, &text[end..], places);
                if !fits {
                    places.pop();
                }
                fits
            })
        }
    }
}

/// Whether a text consists of the characters that numbers, ranges and spreads are written with.
fn is_number(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit() || ".,+-−– ±e×NaN".contains(c)) && text != " "
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ko(english: &str) -> (String, Vec<String>) {
        let texts = Texts::new(Lang::Ko);
        (texts.text(english), texts.missing())
    }

    #[test]
    fn english_stays_as_it_is() {
        let texts = Texts::new(Lang::En);
        assert_eq!(texts.text("epoch, anything"), "epoch, anything");
        assert!(texts.missing().is_empty());
    }

    #[test]
    fn texts_numbers_and_lists_are_translated() {
        assert_eq!(ko("epoch").0, "에폭");
        assert_eq!(ko("round 3").0, "3라운드");
        assert_eq!(ko("MNIST, seeds 0–4, f32"), ("MNIST, 시드 0–4, f32".to_owned(), vec![]));
        assert_eq!(
            ko("in 9 of 10 seeds; chance for a new seed 55 to 99.7 %, 95 % interval").0,
            "시드 10개 중 9개에서 성립; 새 시드에서 성립할 확률 55–99.7 %, 95 % 신뢰구간"
        );
    }

    #[test]
    fn what_is_missing_stays_english_and_is_noted() {
        let (text, missing) = ko("MNIST, a text that nobody translated");
        assert_eq!(text, "MNIST, a text that nobody translated");
        assert_eq!(missing, ["a text that nobody translated"]);
        let (_, missing) = ko("Here, nobody translated anything.");
        assert_eq!(missing, ["Here, nobody translated anything."], "a sentence is no list");
    }

    #[test]
    fn places_take_numbers_or_texts() {
        let fits = |key: &str, text: &str| fit(&tokens(key), text, &mut Vec::new());
        assert!(fits("{what} {n} %", "Xavier spreads them. 12.5 %"));
        assert!(!fits("round {n}", "round about"));
        assert!(fits("gap {n} instead of {n2}", "gap 0.17 ± 0.01 instead of 0.24"));
        assert!(!fits("{a}x", "x"), "a place is not empty");
    }

    /// A pattern can match a whole list, from the first piece to the last.
    #[test]
    fn pieces_of_a_list_keep_their_order() {
        let texts = Texts::new(Lang::Ko);
        for (english, korean) in [
            (
                "mini-batches 65 % of SGD, initial weights 82 % of Momentum",
                "미니배치만으로 65 %: SGD, 가중치 초깃값만으로 82 %: 모멘텀",
            ),
            ("SGD 0.1 at 0.3, Adam 2 at 1", "SGD 0.1(학습률 0.3), Adam 2(학습률 1)"),
            (
                "original, he: final gap: different, difference 0.1 (0.1 to 0.2), margin 0.03",
                "원본, he: 마지막 차이: 다름, 차이 0.1(0.1~0.2), 한계 0.03",
            ),
        ] {
            assert_eq!(texts.text(english), korean);
        }
    }

    #[test]
    fn every_entry_keeps_its_places_and_is_korean_or_a_name() {
        let table: HashMap<String, String> = toml::from_str(Lang::Ko.table()).unwrap();
        for (english, korean) in table {
            let names = |text: &str| -> BTreeSet<String> {
                let places = tokens(text).into_iter();
                places
                    .filter_map(|token| match token {
                        Token::Place(name) => Some(name),
                        Token::Text(_) => None,
                    })
                    .collect()
            };
            assert_eq!(names(&english), names(&korean), "{english}");
            let hangul = korean.chars().any(|c| ('가'..='힣').contains(&c));
            assert!(hangul || korean.eq_ignore_ascii_case(&english), "{english}: {korean}");
        }
    }
}
