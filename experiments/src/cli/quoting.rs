//! Words of a command line, quoted for the shell of the reader.

use std::env;

/// How a shell wants words quoted that it would otherwise split or read in its own way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quoting {
    /// bash and its kin: on Windows that of Git.
    Posix,
    /// `cmd.exe`.
    Cmd,
    /// PowerShell.
    PowerShell,
}

impl Quoting {
    /// That of the shell which started this program.
    pub(super) fn of_reader() -> Self {
        // bash and cmd.exe each give a variable to their programs that PowerShell does not.
        match ["SHELL", "PROMPT"].map(|name| env::var_os(name).is_some()) {
            _ if !cfg!(windows) => Self::Posix,
            [true, _] => Self::Posix,
            [_, true] => Self::Cmd,
            _ => Self::PowerShell,
        }
    }

    /// A word as it is typed.
    pub(super) fn word(self, word: &str) -> String {
        if self.is_plain(word) {
            return word.to_owned();
        }
        match self {
            Self::Posix => format!("'{}'", word.replace('\'', r"'\''")),
            Self::PowerShell => format!("'{}'", word.replace('\'', "''")),
            Self::Cmd => {
                // One \ before the last quote would take its meaning away.
                let end = &word[word.trim_end_matches('\\').len()..];
                format!("\"{}{end}\"", word.replace('"', "\\\""))
            }
        }
    }

    /// A program as it is typed: PowerShell takes a quoted word for a text unless it is told to
    /// call it.
    pub(super) fn program(self, path: &str) -> String {
        let called = self == Self::PowerShell && !self.is_plain(path);
        format!("{}{}", if called { "& " } else { "" }, self.word(path))
    }

    fn is_plain(self, word: &str) -> bool {
        // For PowerShell, a comma makes a list, and -a.b is two words.
        let (safe, is_split) = match self {
            Self::Posix => ("-_./=:,", false),
            Self::Cmd => ("-_./=:,\\", false),
            Self::PowerShell => ("-_./=:\\", word.starts_with('-') && word.contains(['.', ':'])),
        };
        let is_safe = |c: char| c.is_ascii_alphanumeric() || safe.contains(c);
        !word.is_empty() && !is_split && word.chars().all(is_safe)
    }
}

#[cfg(test)]
mod tests {
    use super::Quoting::{Cmd, Posix, PowerShell};

    #[test]
    fn a_word_is_quoted_as_shells_need_it() {
        for (quoting, word, typed) in [
            (Posix, "results/a", "results/a"),
            (Posix, "", "''"),
            (Posix, "it's new", r"'it'\''s new'"),
            (Posix, r"C:\a", r"'C:\a'"),
            (Cmd, r"C:\a,b", r"C:\a,b"),
            (Cmd, r"C:\my data\", r#""C:\my data\\""#),
            (Cmd, "it's new", "\"it's new\""),
            (PowerShell, r"C:\a", r"C:\a"),
            (PowerShell, "it's new", "'it''s new'"),
            (PowerShell, "100,100", "'100,100'"),
            (PowerShell, "--lr=0.1", "'--lr=0.1'"),
            (PowerShell, "0.1", "0.1"),
        ] {
            assert_eq!(quoting.word(word), typed, "{quoting:?}");
        }
    }

    #[test]
    fn a_program_in_quotes_is_called() {
        let path = r"C:\my venv\a.exe";
        assert_eq!(Posix.program("/my venv/a"), "'/my venv/a'");
        assert_eq!(Cmd.program(path), r#""C:\my venv\a.exe""#);
        assert_eq!(PowerShell.program(path), r"& 'C:\my venv\a.exe'");
        assert_eq!(PowerShell.program(r"target\debug\a.exe"), r"target\debug\a.exe");
    }
}
