//! The public interface of each crate, as docs/api/ lists it: a change shows in the diff of a
//! commit, beside its line in CHANGELOG.md.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use crate::common::root;

#[test]
fn the_public_interface_of_each_crate_is_the_listed_one() {
    let mut changed = Vec::new();
    for name in crates() {
        let source = root().join("crates").join(&name).join("src");
        let mut lines = Vec::new();
        for file in files(&source) {
            let found = items(&fs::read_to_string(&file).unwrap());
            if !found.is_empty() {
                lines.push(format!("# {}", file.strip_prefix(&source).unwrap().display()));
                lines.extend(found);
            }
        }
        let listing = lines.join("\n") + "\n";
        let path = root().join("docs/api").join(name.clone() + ".txt");
        if env::var_os("LIST_API").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &listing).unwrap();
        }
        // Git for Windows may write other ends of lines.
        let listed = fs::read_to_string(&path).unwrap_or_default().replace('\r', "");
        if listed != listing {
            let new = listing.lines().filter(|line| !listed.lines().any(|known| known == *line));
            changed.push(format!("{name}: {:?}", new.take(3).collect::<Vec<_>>()));
        }
    }
    assert!(
        changed.is_empty(),
        "the public interface differs from docs/api: {changed:#?}\nadd a line to CHANGELOG.md and \
         list it again: LIST_API=1 cargo test -p experiments --test it api"
    );
}

#[test]
fn only_what_users_can_name_is_listed() {
    let source = "
        #[derive(Debug)] pub struct A<T> { pub x: Vec<T>, y: u8 }
        impl<T: Copy> A<T> { pub fn new(x: &[T]) -> Self { x } fn hidden() {} }
        impl<T> Clone for A<T> { fn clone(&self) -> Self { self } }
        pub(crate) struct B; struct C;
        pub enum D { #[default] E, F { g: u8 } }
        pub trait H { const I: usize; fn j(&self) -> bool { true } }
        pub const K: [u8; 2] = [1, 2];
        #[cfg(test)] mod tests { pub fn l() {} }";
    let expected = [
        "pub struct A<T> { pub x: Vec<T> }",
        "impl<T: Copy> A<T>: pub fn new(x: &[T]) -> Self",
        "impl<T> Clone for A<T>",
        "pub enum D { E, F { g: u8 } }",
        "pub trait H",
        "trait H: const I: usize",
        "trait H: fn j(&self) -> bool",
        "pub const K: [u8; 2]",
    ];
    assert_eq!(items(source), expected);
}

fn crates() -> Vec<String> {
    let entries = fs::read_dir(root().join("crates")).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// All source files below a folder, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    let below = entries.into_iter().flat_map(|path| match path.is_dir() {
        true => files(&path),
        false => vec![path],
    });
    below.filter(|path| path.extension().is_some_and(|end| end == "rs")).collect()
}

fn items(source: &str) -> Vec<String> {
    let mut lines = Vec::new();
    list(source.parse().unwrap(), "", &mut lines);
    lines
}

/// Adds the public items of a file, an `impl` or a trait; `owner` stands before each.
fn list(tokens: TokenStream, owner: &str, lines: &mut Vec<String>) {
    let in_trait = owner.starts_with("trait ");
    let (mut head, mut tokens) = (Vec::new(), tokens.into_iter().peekable());
    let mut is_test = false;
    while let Some(token) = tokens.next() {
        match &token {
            TokenTree::Punct(mark) if mark.as_char() == '#' && head.is_empty() => {
                tokens.next_if(|next| next.to_string() == "!");
                let attribute = tokens.next().map(|group| group.to_string()).unwrap_or_default();
                is_test |= attribute.replace(' ', "") == "[cfg(test)]";
            }
            TokenTree::Punct(mark) if mark.as_char() == ';' => {
                finish(&head, None, owner, in_trait, is_test, lines);
                (head, is_test) = (Vec::new(), false);
            }
            // A brace after `=` belongs to a value, as in `const X: A = A { … };`.
            TokenTree::Group(body)
                if body.delimiter() == Delimiter::Brace
                    && !head.iter().any(|token: &TokenTree| token.to_string() == "=") =>
            {
                finish(&head, Some(body), owner, in_trait, is_test, lines);
                (head, is_test) = (Vec::new(), false);
            }
            _ => head.push(token),
        }
    }
}

/// Adds one item: what stands before its body or semicolon, and the body.
fn finish(
    head: &[TokenTree],
    body: Option<&Group>,
    owner: &str,
    in_trait: bool,
    is_test: bool,
    lines: &mut Vec<String>,
) {
    let words: Vec<String> = head.iter().map(ToString::to_string).collect();
    let has = |word: &str| words.iter().any(|found| found == word);
    if is_test || words.is_empty() {
        return;
    }
    let text = joined(head.iter().take_while(|token| token.to_string() != "=").cloned().collect());
    if words[0] == "impl" || words.starts_with(&["unsafe".to_owned(), "impl".to_owned()]) {
        match body {
            Some(_) if has("for") => lines.push(text),
            Some(body) => list(body.stream(), &text, lines),
            None => {}
        }
        return;
    }
    let restricted = matches!(head.get(1), Some(TokenTree::Group(_))) && words[0] == "pub";
    if !(in_trait || words[0] == "pub" && !restricted) || has("use") || has("mod") {
        return;
    }
    let before = if owner.is_empty() { String::new() } else { format!("{owner}: ") };
    match body {
        Some(body) if has("struct") || has("enum") => {
            let parts = parts(body.stream(), has("struct"));
            let parts = if parts.is_empty() {
                "{}".to_owned()
            } else {
                format!("{{ {} }}", parts.join(", "))
            };
            lines.push(format!("{before}{text} {parts}"));
        }
        Some(body) if has("trait") => {
            let name = text.trim_start_matches("pub ");
            let name = name.split(['<', ':']).next().unwrap_or(name).trim().to_owned();
            lines.push(format!("{before}{text}"));
            list(body.stream(), &name, lines);
        }
        _ => lines.push(format!("{before}{text}")),
    }
}

/// The fields or variants between commas, without attributes; of a struct only the public ones.
fn parts(body: TokenStream, only_public: bool) -> Vec<String> {
    let (mut parts, mut part) = (vec![], vec![]);
    let (mut depth, mut tokens) = (0, body.into_iter());
    while let Some(token) = tokens.next() {
        match &token {
            TokenTree::Punct(mark) if mark.as_char() == '#' => drop(tokens.next()),
            TokenTree::Punct(mark) if mark.as_char() == ',' && depth == 0 => {
                parts.push(std::mem::take(&mut part));
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                let inner = self::parts(group.stream(), false).join(", ");
                part.extend(format!("{{ {inner} }}").parse::<TokenStream>().unwrap());
            }
            _ => {
                match token.to_string().as_str() {
                    "<" => depth += 1,
                    ">" if depth > 0 => depth -= 1,
                    _ => {}
                }
                part.push(token);
            }
        }
    }
    parts.push(part);
    let texts = parts.into_iter().map(|part| joined(part.into_iter().collect()));
    texts.filter(|text| !text.is_empty() && (!only_public || text.starts_with("pub "))).collect()
}

/// The tokens as one writes them.
fn joined(tokens: TokenStream) -> String {
    let text = tokens.to_string();
    let mut text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for (spaced, tight) in [
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
        (" ,", ","),
        (" ;", ";"),
        (",)", ")"),
        (" :", ":"),
        (":: ", "::"),
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
        ("& ", "&"),
        ("[ ", "["),
        (" ]", "]"),
        (" .", "."),
        ("' ", "'"),
        (" ?", "?"),
        ("? ", "?"),
        ("->", " -> "),
        ("  ", " "),
    ] {
        text = text.replace(spaced, tight);
    }
    text
}
