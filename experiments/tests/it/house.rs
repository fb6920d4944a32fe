//! The structure of the workspace: dependencies are those drawn in ARCHITECTURE.md, imports are not
//! circular, and each public type name is defined once.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::slice;

use crate::common::root;
use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The path of a module in its crate: empty for the root.
type Place = Vec<String>;
type Arrows = BTreeSet<(String, String)>;

/// What a file imports, names and defines outside its tests.
#[derive(Default)]
struct Module {
    /// For each imported item: whether the `use` is public, the local name, and the path.
    uses: Vec<(bool, String, Place)>,
    paths: Vec<Place>,
    types: Vec<String>,
}

/// The modules of a library or program.
#[derive(Default)]
struct Target(BTreeMap<Place, Module>);

impl Target {
    fn read(root: &Path) -> Self {
        let mut target = Self::default();
        target.add(Vec::new(), root, root.parent().unwrap());
        target
    }

    fn add(&mut self, place: Place, file: &Path, folder: &Path) {
        let text = fs::read_to_string(file).unwrap();
        let mut tokens = Vec::new();
        flatten(text.parse().unwrap(), &mut tokens);
        let module = Module::of(&tokens);
        self.0.insert(place.clone(), module);
        for [_, child, _] in tokens.array_windows().filter(|[a, _, b]| a == "mod" && b == ";") {
            let place = [&place[..], slice::from_ref(child)].concat();
            let below = folder.join(child);
            let files = [below.with_extension("rs"), below.join("mod.rs")];
            let file = files.iter().find(|file| file.exists()).unwrap();
            self.add(place, file, &below);
        }
    }

    /// The module that defines the item which module `from` names by `path`; `None` if that is a
    /// module or from another crate.
    fn definer(&self, from: &[String], path: &[String]) -> Option<Place> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => self.item(&[], rest),
            "self" => self.item(from, rest),
            "super" => self.item(from, path),
            _ => self.item(from, path).filter(|place| place != from),
        }
    }

    fn item(&self, module: &[String], path: &[String]) -> Option<Place> {
        let (first, rest) = path.split_first()?;
        if first == "super" {
            return self.item(&module[..module.len() - 1], rest);
        }
        let child = [module, slice::from_ref(first)].concat();
        if self.0.contains_key(&child) && !rest.is_empty() {
            return self.item(&child, rest);
        }
        let uses = &self.0[module].uses;
        match uses.iter().find(|(_, name, _)| name == first) {
            // Another crate imported by its own name, as in `use rand::{self, Rng}`.
            Some((_, name, used)) if used[0] == *name && !self.0.contains_key(&child) => None,
            Some((_, _, used)) => self.definer(module, &[used, rest].concat()),
            None if self.0.contains_key(&child) => None,
            None => Some(module.to_vec()),
        }
    }

    /// Arrows from each module to the modules that define the items it names. A `pub use` alone is
    /// not an arrow, since it only passes an item on.
    fn imports(&self) -> BTreeSet<(Place, Place)> {
        let mut imports = BTreeSet::new();
        for (place, module) in &self.0 {
            let private = module.uses.iter().filter(|(public, ..)| !public).map(|(.., path)| path);
            let definers = private.chain(&module.paths).filter_map(|p| self.definer(place, p));
            imports.extend(definers.map(|definer| (place.clone(), definer)));
        }
        imports
    }
}

/// The imports between the children of `parent`. A child includes all modules below it; `mod.rs` is
/// the file of the parent itself.
fn between_children(parent: &[String], imports: &BTreeSet<(Place, Place)>) -> Arrows {
    let child = |place: &Place| {
        let below = place.strip_prefix(parent)?;
        Some(below.first().map_or("mod.rs", String::as_str).to_owned())
    };
    let arrows = imports.iter().filter_map(|(from, to)| Some((child(from)?, child(to)?)));
    arrows.filter(|(from, to)| from != to).collect()
}

impl Module {
    fn of(tokens: &[String]) -> Self {
        let mut module = Self::default();
        let mut at = 0;
        while at < tokens.len() {
            let before = if at == 0 { "" } else { &tokens[at - 1] };
            match tokens[at].as_str() {
                // Not the captured lifetimes of `impl Trait + use<T>`.
                "use" if tokens[at + 1] != "<" => {
                    let public = matches!(before, "pub" | ")");
                    let mut leaves = Vec::new();
                    at = leaf(tokens, at + 1, &[], &mut leaves);
                    module.uses.extend(leaves.into_iter().map(|(name, path)| (public, name, path)));
                }
                "struct" | "enum" | "trait" | "type" if matches!(before, "pub" | ")") => {
                    module.types.push(tokens[at + 1].clone());
                }
                word if is_word(word) && !matches!(before, "." | "'" | "::") => {
                    let mut path = vec![word.to_owned()];
                    while tokens.get(at + 1).is_some_and(|t| t == "::") && is_word(&tokens[at + 2])
                    {
                        at += 2;
                        path.push(tokens[at].clone());
                    }
                    module.paths.push(path);
                }
                _ => {}
            }
            at += 1;
        }
        module
    }
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Collects the items of one tree of a `use`, and returns where the tree ends.
fn leaf(
    tokens: &[String],
    mut at: usize,
    stem: &[String],
    leaves: &mut Vec<(String, Place)>,
) -> usize {
    let mut path = stem.to_vec();
    loop {
        match tokens[at].as_str() {
            "::" => {}
            "{" => {
                while tokens[at] != "}" {
                    at = leaf(tokens, at + 1, &path, leaves);
                }
                return at + 1;
            }
            "as" => {
                leaves.push((tokens[at + 1].clone(), path));
                return at + 2;
            }
            word if is_word(word) || word == "*" => path.push(word.to_owned()),
            _ => break,
        }
        at += 1;
    }
    if path.len() > stem.len() {
        path.pop_if(|last| last == "self");
        leaves.push((path.last().unwrap().clone(), path));
    }
    at
}

/// Appends the tokens of `stream` to `tokens`, except attributes and code compiled only for tests.
fn flatten(stream: TokenStream, tokens: &mut Vec<String>) {
    let mut trees = stream.into_iter().peekable();
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Punct(hash) if hash.as_char() == '#' => {
                trees.next_if(|tree| tree.to_string() == "!");
                let attribute = trees.next().unwrap().to_string().replace(' ', "");
                if ["[cfg(test", "[cfg(all(test"].iter().any(|test| attribute.starts_with(test)) {
                    trees.find(|tree| match tree {
                        TokenTree::Punct(end) => end.as_char() == ';',
                        TokenTree::Group(body) => body.delimiter() == Delimiter::Brace,
                        _ => false,
                    });
                }
            }
            TokenTree::Group(group) => {
                let [open, close] = match group.delimiter() {
                    Delimiter::Brace => ["{", "}"],
                    _ => ["(", ")"],
                };
                tokens.push(open.to_owned());
                flatten(group.stream(), tokens);
                tokens.push(close.to_owned());
            }
            TokenTree::Punct(colon)
                if colon.as_char() == ':'
                    && trees.next_if(|tree| tree.to_string() == ":").is_some() =>
            {
                tokens.push("::".to_owned());
            }
            other => tokens.push(other.to_string()),
        }
    }
}

/// The folders of the crates that ARCHITECTURE.md draws.
fn crates() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("crates")).unwrap();
    let mut crates: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    crates.sort();
    crates.push(root().join("experiments"));
    crates.push(root().join("experiments/browser"));
    crates
}

fn name(path: &Path) -> String {
    path.file_stem().unwrap().to_str().unwrap().to_owned()
}

/// The libraries and programs of the workspace, with their names.
fn targets() -> Vec<(String, Target)> {
    let mut targets = Vec::new();
    for folder in crates() {
        targets.push((name(&folder), Target::read(&folder.join("src/lib.rs"))));
        for entry in fs::read_dir(folder.join("src/bin")).into_iter().flatten() {
            let path = entry.unwrap().path();
            let file = if path.is_dir() { path.join("main.rs") } else { path.clone() };
            targets.push((name(&path), Target::read(&file)));
        }
    }
    targets
}

/// The arrows that belong to a circle: other arrows lead from their end back to their start.
fn circles(arrows: &Arrows) -> Vec<&(String, String)> {
    let leads_back = |(from, to): &&(String, String)| {
        let mut reached = BTreeSet::from([to]);
        // No way to a place is longer than the number of arrows.
        for _ in arrows {
            let next: Vec<_> = arrows.iter().filter(|(a, _)| reached.contains(a)).collect();
            reached.extend(next.into_iter().map(|(_, b)| b));
        }
        reached.contains(from)
    };
    arrows.iter().filter(leads_back).collect()
}

/// The arrows of each flowchart in ARCHITECTURE.md, by the folder in its first line.
fn drawn() -> BTreeMap<String, Arrows> {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let charts = text.split("```mermaid\nflowchart TD\n%% ").skip(1);
    charts
        .map(|chart| {
            let (folder, rest) = chart.split_once('\n').unwrap();
            let lines = rest.lines().take_while(|line| *line != "```");
            let arrows = lines.flat_map(|line| {
                let (from, to) = line.trim().split_once(" --> ").unwrap();
                to.split(" & ").map(move |to| (from.to_owned(), to.to_owned()))
            });
            (folder.to_owned(), arrows.collect())
        })
        .collect()
}

#[test]
fn crates_depend_on_each_other_as_drawn() {
    let crates = crates();
    let names: BTreeSet<_> = crates.iter().map(|folder| name(folder)).collect();
    let mut arrows = Arrows::new();
    for folder in &crates {
        let text = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let manifest: toml::Table = text.parse().unwrap();
        let Some(dependencies) = manifest.get("dependencies") else { continue };
        let ours = dependencies.as_table().unwrap().keys().filter(|to| names.contains(*to));
        arrows.extend(ours.map(|to| (name(folder), to.clone())));
    }
    assert_eq!(drawn()["crates"], arrows);
}

/// The other charts show the folders and files of a library.
#[test]
fn imports_between_folders_are_drawn() {
    for (folder, drawn) in drawn().iter().filter(|(folder, _)| *folder != "crates") {
        let imports = Target::read(&root().join(folder).join("lib.rs")).imports();
        let mut arrows = between_children(&[], &imports);
        arrows.retain(|(from, _)| from != "mod.rs");
        let missing: Vec<_> = arrows.difference(drawn).collect();
        assert!(missing.is_empty(), "{folder}: {missing:?}");
    }
}

#[test]
fn no_imports_between_files_or_folders_are_circular() {
    let mut found = Vec::new();
    for (name, target) in targets() {
        let imports = target.imports();
        for parent in target.0.keys() {
            let arrows = between_children(parent, &imports);
            let place = [slice::from_ref(&name), &parent[..]].concat().join("::");
            found.extend(circles(&arrows).iter().map(|(a, b)| format!("{place}: {a} → {b}")));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The tree is the list of sections that scripts read. Readers and tools have lists of their own.
#[test]
fn each_section_is_listed_where_readers_and_tools_look() {
    let folders = fs::read_dir(root().join("experiments/src/bin")).unwrap();
    let folders = folders.map(|entry| name(&entry.unwrap().path()));
    let sections: Vec<String> = folders.filter(|name| name.starts_with("sec")).collect();
    assert!(sections.len() >= 5, "{sections:?}");
    let lists = [
        "README.md",
        "README.ko.md",
        "experiments/README.md",
        "experiments/pyproject.toml",
        "experiments/src/report/page.rs",
        "experiments/tests/it/smoke.rs",
        "data/reference/digests.json",
    ];
    let mut lacking = Vec::new();
    for list in lists {
        let text = fs::read_to_string(root().join(list)).unwrap();
        let missing = sections.iter().filter(|section| !text.contains(*section));
        lacking.extend(missing.map(|section| format!("{section} to {list}")));
    }
    assert!(lacking.is_empty(), "ARCHITECTURE.md says how to add {lacking:#?}");
}

#[test]
fn each_public_type_name_is_defined_once() {
    let mut meanings = BTreeMap::<String, Vec<String>>::new();
    for (name, target) in targets() {
        for (place, module) in &target.0 {
            for word in &module.types {
                let place = format!("{name}::{}", place.join("::"));
                meanings.entry(word.clone()).or_default().push(place);
            }
        }
    }
    meanings.retain(|_, places| places.len() > 1);
    assert!(meanings.is_empty(), "give each public type a name of its own: {meanings:#?}");
}

/// The Rust files in these folders and below, and their texts.
fn sources(mut folders: Vec<PathBuf>) -> Vec<(PathBuf, String)> {
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() && !path.ends_with("target") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                sources.push((path.clone(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    sources
}

/// rustfmt leaves comments as they are.
#[test]
fn comments_are_at_most_100_columns_wide() {
    let folders = ["crates", "experiments", "benches"].map(|name| root().join(name));
    let mut wide = Vec::new();
    for (path, text) in sources(folders.to_vec()) {
        let lines = (1..).zip(text.lines());
        let comments = lines.filter(|(_, line)| line.trim_start().starts_with("//"));
        let too_wide = comments.filter(|(_, line)| line.chars().count() > 100);
        wide.extend(too_wide.map(|(number, _)| format!("{}:{number}", path.display())));
    }
    assert!(wide.is_empty(), "comments wider than 100 columns, which rustfmt leaves: {wide:#?}");
}

/// A library that named one would decide for every program that uses it.
#[test]
fn only_programs_name_their_allocator() {
    let folders = fs::read_dir(root().join("crates")).unwrap().map(|entry| entry.unwrap().path());
    let mut libraries: Vec<PathBuf> = folders.map(|folder| folder.join("src")).collect();
    libraries.push(root().join("experiments/src"));
    for (path, text) in sources(libraries) {
        let program = path.starts_with(root().join("experiments/src/bin"));
        let names_it = text.lines().any(|line| line.trim() == "#[global_allocator]");
        assert!(program || !names_it, "{}", path.display());
    }
}
