//! JSON as Python writes it.

use serde_json::Value;

/// What Python writes for numbers that JSON does not have.
const WORDS: [&str; 3] = ["-Infinity", "Infinity", "NaN"];

/// Parses a line; a number that JSON does not have becomes null.
pub(super) fn parse(line: &str) -> serde_json::Result<Value> {
    if !WORDS.iter().any(|word| line.contains(word)) {
        return serde_json::from_str(line);
    }
    let (mut clean, mut in_string) = (String::new(), false);
    for piece in line.split_inclusive('"') {
        if in_string {
            clean += piece;
        } else {
            clean += &WORDS.iter().fold(piece.to_owned(), |text, word| text.replace(word, "null"));
        }
        // Within a string, a quote after an odd number of backslashes does not end it.
        let before = piece.trim_end_matches('"');
        let backslashes = before.len() - before.trim_end_matches('\\').len();
        in_string = !in_string || backslashes % 2 == 1;
    }
    serde_json::from_str(&clean)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nan_and_infinity_of_python_are_null() {
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
