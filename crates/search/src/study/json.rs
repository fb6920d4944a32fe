//! JSON as Python writes it.

use std::borrow::Cow;

use serde_json::Value;

/// Reads a line; Python's bare `NaN`, `Infinity` and `-Infinity`, which JSON does not know, are null.
pub(super) fn parse(line: &str) -> serde_json::Result<Value> {
    serde_json::from_str(&without_bare_words(line))
}

fn without_bare_words(line: &str) -> Cow<'_, str> {
    const WORDS: [&str; 3] = ["-Infinity", "Infinity", "NaN"];
    if !WORDS.iter().any(|word| line.contains(word)) {
        return Cow::Borrowed(line);
    }
    let (mut clean, mut rest, mut in_text) = (String::new(), line, false);
    while let Some(c) = rest.chars().next() {
        let word = WORDS.iter().find(|word| !in_text && rest.starts_with(**word));
        let taken = match (word, c) {
            (Some(word), _) => word.len(),
            (None, '\\') => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            (None, _) => c.len_utf8(),
        };
        in_text ^= c == '"';
        clean.push_str(if word.is_some() { "null" } else { &rest[..taken] });
        rest = &rest[taken..];
    }
    Cow::Owned(clean)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn pythons_words_for_what_is_no_number_are_null() {
        let line = r#"{"a":NaN,"b":[-Infinity,Infinity],"c":"NaN \" Infinity","d":"\\"}"#;
        let value = json!({ "a": null, "b": [null, null], "c": "NaN \" Infinity", "d": "\\" });
        assert_eq!(parse(line).unwrap(), value);
        assert!(parse("{\"a\":nan}").is_err());
    }

    #[test]
    fn numbers_read_back_exactly() {
        for x in [0.1_f64 + 0.2, 5e-324, 1.7976931348623157e308, 0.006_249_999_999_999_999] {
            let read = parse(&json!(x).to_string()).unwrap();
            assert_eq!(read.as_f64().unwrap().to_bits(), x.to_bits());
        }
    }
}
