//! `--config FILE` reads flags from a file; a manifest holds the flags of its run in the same form.

use std::ffi::OsString;
use std::path::Path;

use anyhow::{Context, anyhow, bail};
use clap::builder::BoolValueParser;
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Map, Value};

use super::{Failure, Result, help};

/// The flag that names the file.
const CONFIG: &str = "config";
/// Where a manifest keeps the flags of its run.
pub const SETTINGS: &str = "settings";
/// Flags that are not part of what a run is, and so not in its manifest.
const OF_THE_CALL: [&str; 9] = [
    CONFIG,
    "out",
    "force",
    "checkpoint-every",
    "resume",
    "no-progress",
    "quiet",
    "completions",
    "man",
];

/// Settings that change no number of a run.
pub const CHANGE_NO_NUMBER: [&str; 8] =
    ["lang", "table", "threads", "strict", "save-model", "tensorboard", "npz", "verify"];

/// Parses a command line. Flags that it leaves out are taken from its `--config` file, then from
/// their defaults. With a file, `--quick=false` turns a switch off that the file turns on.
///
/// # Errors
/// [`Failure::Usage`] for a file that cannot be read or used. Mistakes on the command line itself,
/// `--help` and `--version` end the program, as clap does.
pub fn matches(command: &Command, line: Vec<OsString>) -> Result<ArgMatches> {
    let with_file = command.clone().mut_args(switch_with_value);
    let given = match with_file.clone().try_get_matches_from(&line) {
        // The file may have the flag that is missing.
        Err(error) if error.kind() == ErrorKind::MissingRequiredArgument => {
            with_file.clone().ignore_errors(true).try_get_matches_from(&line).ok()
        }
        parsed => parsed.ok(),
    };
    let Some((given, file)) = given.and_then(|given| {
        let file = given.try_get_one::<std::path::PathBuf>(CONFIG).ok()??.clone();
        Some((given, file))
    }) else {
        let parsed = command.clone().try_get_matches_from(line);
        return Ok(parsed.unwrap_or_else(|said| help::end(&said)));
    };
    let usage = |error: anyhow::Error| {
        Failure::Usage(error.context(format!("--config {}", file.display())))
    };
    let flags = read(&file, command.get_name()).map_err(usage)?;
    let mut whole: Vec<OsString> = line.iter().take(1).cloned().collect();
    for (name, value) in flags {
        let long = |arg: &&Arg| arg.get_long() == Some(name.as_str());
        let arg = command.get_arguments().find(long);
        let id = arg.map(|arg| arg.get_id().as_str());
        let is_switch = arg.is_some_and(|arg| matches!(arg.get_action(), ArgAction::SetTrue));
        if id.is_some_and(|id| given.value_source(id) == Some(ValueSource::CommandLine)) {
            continue;
        }
        // Leave a switch out that is off: it may require a flag that is not given.
        if value == Value::Bool(false) && is_switch {
            continue;
        }
        for text in texts(&name, value).map_err(usage)? {
            whole.push(format!("--{name}={text}").into());
        }
    }
    whole.extend(line.into_iter().skip(1));
    // The command line alone was valid but for what the file may add, so the error is in the file.
    with_file.try_get_matches_from(whole).map_err(|error| usage(anyhow!(plain(&error))))
}

/// A switch that also takes `=true` and `=false`.
fn switch_with_value(arg: Arg) -> Arg {
    if !matches!(arg.get_action(), ArgAction::SetTrue) {
        return arg;
    }
    let arg = arg.action(ArgAction::Set).value_parser(BoolValueParser::new());
    arg.num_args(0..=1).require_equals(true).default_value("false").default_missing_value("true")
}

/// The flags in a file: TOML, or JSON where its name ends so.
fn read(file: &Path, section: &str) -> anyhow::Result<Map<String, Value>> {
    let text = std::fs::read_to_string(file).context("cannot be read")?;
    // The byte order mark of Windows editors; the TOML parser skips it, the JSON parser does not.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let json = file.extension().is_some_and(|extension| extension == "json");
    let mut flags: Map<String, Value> =
        if json { serde_json::from_str(text)? } else { toml::from_str(text)? };
    if let Some(Value::String(other)) = flags.get("section")
        && other != section
    {
        bail!("is of a run of {other}; give it to that program, not to {section}");
    }
    match flags.remove(SETTINGS) {
        Some(Value::Object(settings)) => Ok(settings),
        Some(_) => bail!("{SETTINGS}: a list of flags and values was expected"),
        None if flags.contains_key("section") => {
            bail!("is a manifest without {SETTINGS}, written by an earlier version")
        }
        None => Ok(flags),
    }
}

/// A value as it would be typed on a command line; several for a flag that is repeated.
fn texts(name: &str, value: Value) -> anyhow::Result<Vec<String>> {
    match value {
        Value::String(text) => Ok(vec![text]),
        Value::Bool(_) | Value::Number(_) => Ok(vec![value.to_string()]),
        Value::Array(values) => {
            let texts: Vec<_> =
                values.into_iter().map(|v| texts(name, v)).collect::<Result<_, _>>()?;
            Ok(texts.concat())
        }
        Value::Object(_) | Value::Null => {
            bail!("{name}: a text, number, true, false or list of them was expected")
        }
    }
}

/// The message of a clap error in one line, without the usage.
fn plain(error: &clap::Error) -> String {
    let text = error.to_string();
    let lines = text.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:"));
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    lines.join("; ").trim_start_matches("error: ").to_owned()
}

/// Every flag that is part of what a run is, given or default: the contents of a `--config` file.
pub fn settings(command: &Command, matches: &ArgMatches) -> Value {
    let mut settings = Map::new();
    for arg in command.get_arguments() {
        let (Some(long), id) = (arg.get_long(), arg.get_id().as_str()) else { continue };
        if OF_THE_CALL.contains(&long) {
            continue;
        }
        let Ok(Some(raw)) = matches.try_get_raw(id) else { continue };
        let mut values: Vec<Value> = raw.map(|value| typed(&value.to_string_lossy())).collect();
        let several = matches!(arg.get_action(), ArgAction::Append);
        let value = if several { Value::Array(values) } else { values.swap_remove(0) };
        settings.insert(long.to_owned(), value);
    }
    settings.into()
}

/// A number or boolean if the text is exactly how JSON writes it, else the text.
fn typed(text: &str) -> Value {
    let value = serde_json::from_str::<Value>(text).ok();
    let exact = |value: &Value| {
        let simple = value.is_number() || value.is_boolean();
        simple && format!("{value}") == text
    };
    value.filter(exact).unwrap_or_else(|| text.into())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use clap::{Args, CommandFactory, FromArgMatches, Parser};

    use crate::cli::CommandLine;

    #[derive(Clone, Debug, Args)]
    struct Flags {
        #[arg(long)]
        book_range: bool,
        #[arg(long, requires = "space")]
        again: bool,
        #[arg(long)]
        space: Vec<String>,
    }

    fn command() -> Command {
        CommandLine::<Flags>::command().name("section")
    }

    fn parse(file: &str, text: &str, line: &[&str]) -> Result<(CommandLine<Flags>, Value), String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(file);
        fs::write(&path, text).unwrap();
        let start = ["section", "--config", path.to_str().unwrap()];
        let line = start.iter().chain(line);
        let command = command();
        match matches(&command, line.map(OsString::from).collect()) {
            Ok(m) => Ok((CommandLine::from_arg_matches(&m).unwrap(), settings(&command, &m))),
            Err(Failure::Usage(error)) => Err(format!("{error:#}")),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn flags_win_over_the_file_and_the_file_over_defaults() {
        let file = "seed = 7\nruns = 3\nquick = true\nbook-range = true\nspace = ['a=1', 'b=2']\n";
        let (line, _) = parse("run.toml", file, &["--runs", "5", "--quick=false"]).unwrap();
        assert_eq!((line.args.seed, line.args.runs, line.args.quick), (7, 5, false));
        assert!(line.flags.book_range);
        assert_eq!(line.flags.space, ["a=1", "b=2"]);
        let (line, _) = parse("run.toml", file, &["--space", "c=3"]).unwrap();
        assert_eq!(line.flags.space, ["c=3"], "a list is replaced, not continued");
        assert!(line.args.quick);
    }

    /// It was refused since `--space` is not on the command line.
    #[test]
    fn a_flag_may_require_one_of_the_file() {
        let (line, _) = parse("run.toml", "space = ['a=1']\n", &["--again"]).unwrap();
        assert!(line.flags.again && line.flags.space == ["a=1"]);
        let error = parse("run.toml", "seed = 7\n", &["--again"]).unwrap_err();
        assert!(error.contains("--space"), "{error}");
    }

    #[test]
    fn what_a_manifest_keeps_gives_the_same_flags_again() {
        let file = "seed = 7\nquick = true\nspace = ['lr=log:1e-6:1e-2']\nout = 'elsewhere'\n";
        let (_, settings) = parse("run.toml", file, &["--precision", "f64"]).unwrap();
        assert_eq!(settings["seed"], 7);
        assert_eq!(settings["quick"], true);
        assert!(settings.get("out").is_none() && settings.get("config").is_none());
        let manifest = serde_json::json!({ "section": "section", SETTINGS: settings });
        let (line, again) = parse("manifest.json", &manifest.to_string(), &[]).unwrap();
        assert_eq!(again, settings);
        assert_eq!(line.flags.space, ["lr=log:1e-6:1e-2"]);
    }

    /// A folder called `false` was read as a switch that is off, and other data was used.
    #[test]
    fn a_value_that_reads_like_a_switch_that_is_off_is_kept() {
        let (line, settings) = parse("run.toml", "", &["--data-dir", "false"]).unwrap();
        assert_eq!(line.args.data.data_dir, Some("false".into()));
        let manifest = serde_json::json!({ "section": "section", SETTINGS: settings });
        let (line, again) = parse("manifest.json", &manifest.to_string(), &[]).unwrap();
        assert_eq!(line.args.data.data_dir, Some("false".into()));
        assert_eq!(again, settings);
    }

    #[test]
    fn a_mark_of_the_byte_order_is_passed_over() {
        for (file, text) in
            [("run.toml", "\u{feff}seed = 7"), ("run.json", "\u{feff}{\"seed\": 7}")]
        {
            assert_eq!(parse(file, text, &[]).unwrap().0.args.seed, 7, "{file}");
        }
    }

    #[test]
    fn mistakes_in_the_file_are_told_with_its_name() {
        for (file, text, expected) in [
            ("run.toml", "lerning = 1", "unexpected argument '--lerning'"),
            ("run.toml", "runs = 0", "0 is not in 1..=1000"),
            ("run.toml", "quick = 'yes'", "'yes' for '--quick"),
            ("run.toml", "seed = {}", "seed: a text, number"),
            ("run.toml", "seed = ", "TOML parse error"),
            ("run.json", "[1]", "expected a map"),
            ("m.json", r#"{"section": "other"}"#, "is of a run of other"),
            ("m.json", r#"{"section": "section"}"#, "earlier version"),
        ] {
            let error = parse(file, text, &[]).unwrap_err();
            assert!(error.contains(expected) && error.contains(file), "{error}");
        }
        let line = ["section", "--config", "nowhere.toml"].map(OsString::from);
        let Err(Failure::Usage(error)) = matches(&command(), line.to_vec()) else { panic!() };
        assert!(format!("{error:#}").contains("cannot be read"), "{error:#}");
        let plain = CommandLine::<Flags>::try_parse_from(["section", "--quick=false"]);
        assert!(plain.is_err(), "without a file a switch is a switch");
    }
}
