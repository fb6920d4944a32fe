//! The search space: a distribution for each hyperparameter.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::ops::Range;
use std::path::Path;

use toml::Spanned;

use crate::{Distribution, Params, SpaceError};

type Dimension = (String, Distribution);

/// The hyperparameters to search and their distributions, in the order in which they were given.
///
/// ```
/// use search::Space;
///
/// let space = Space::parse(["lr=log:1e-4:1", "optimizer=choice:sgd,adam"])?;
/// assert_eq!(space.to_string(), "lr=log:0.0001:1.0 optimizer=choice:sgd,adam");
/// let params = space.at(&[0.5, 0.9]);
/// assert_eq!(params.to_string(), "lr=0.01, optimizer=adam");
/// assert_eq!(space.unit(&params), Some(vec![0.5, 0.75]));
///
/// let error = Space::parse(["lr=log:1:0.1"]).unwrap_err().to_string();
/// assert_eq!(error, "\"log:1:0.1\": the lower end 1 is above the upper end 0.1");
/// # Ok::<(), search::SpaceError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Space {
    dimensions: Vec<Dimension>,
}

/// Gives the name that the space uses for a hyperparameter, or an error if it cannot be searched
/// with this distribution.
pub type Check<'a> = dyn Fn(&str, &Distribution) -> Result<String, SpaceError> + 'a;

impl Space {
    /// A space with these names and distributions.
    pub fn of<S: Into<String>>(dimensions: impl IntoIterator<Item = (S, Distribution)>) -> Self {
        Self { dimensions: dimensions.into_iter().map(|(name, d)| (name.into(), d)).collect() }
    }

    /// The space of flags `NAME=DISTRIBUTION`, as in `lr=log:1e-6:1e-2`.
    ///
    /// # Errors
    /// [`SpaceError`] if a flag is not valid, a name is given twice, or there are no flags.
    pub fn parse<'a>(flags: impl IntoIterator<Item = &'a str>) -> Result<Self, SpaceError> {
        Self::parse_with(flags, &any_name)
    }

    /// As [`parse`](Self::parse), with each dimension checked and named by `check`.
    ///
    /// ```
    /// use search::{Space, SpaceError};
    ///
    /// let only_x = |name: &str, _: &_| match name {
    ///     "x" | "X" => Ok("x".to_owned()),
    ///     _ => Err(SpaceError::UnknownName { found: name.to_owned(), known: "x".to_owned() }),
    /// };
    /// assert_eq!(Space::parse_with(["X=int:1:3"], &only_x)?.to_string(), "x=int:1:3");
    /// let error = Space::parse_with(["y=int:1:3"], &only_x).unwrap_err().to_string();
    /// assert_eq!(error, "no hyperparameter is called \"y\": give x");
    /// # Ok::<(), SpaceError>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`parse`](Self::parse), and those of `check`.
    pub fn parse_with<'a>(
        flags: impl IntoIterator<Item = &'a str>,
        check: &Check<'_>,
    ) -> Result<Self, SpaceError> {
        let dimension = |flag: &str| {
            let (name, text) = flag
                .split_once('=')
                .ok_or_else(|| SpaceError::NoName { found: flag.to_owned() })?;
            checked(name, text, check)
        };
        Self::whole(flags.into_iter().map(dimension).collect::<Result<_, _>>()?)
    }

    /// The space of a TOML file: a line `name = "DISTRIBUTION"` for each hyperparameter.
    ///
    /// ```toml
    /// lr = "log:1e-6:1e-2"
    /// activation = "choice:relu,tanh"
    /// ```
    ///
    /// # Errors
    /// [`SpaceError::File`] if the file cannot be read, or for what [`parse`](Self::parse) refuses,
    /// with its line.
    pub fn read(path: &Path) -> Result<Self, SpaceError> {
        Self::read_with(path, &any_name)
    }

    /// As [`read`](Self::read), with each dimension checked and named by `check`.
    ///
    /// # Errors
    /// Those of [`read`](Self::read), and those of `check` with their line.
    pub fn read_with(path: &Path, check: &Check<'_>) -> Result<Self, SpaceError> {
        let error = |line, reason| SpaceError::in_file(path, line, reason);
        let text = std::fs::read_to_string(path).map_err(|io| error(None, io.to_string()))?;
        let line = |span: Range<usize>| Some(1 + text[..span.start].matches('\n').count());
        let table: BTreeMap<Spanned<String>, Spanned<String>> = toml::from_str(&text)
            .map_err(|wrong| error(wrong.span().and_then(line), wrong.message().to_owned()))?;
        let mut lines: Vec<_> = table.into_iter().collect();
        lines.sort_by_key(|(name, _)| name.span().start);
        let dimension = |(name, distribution): (Spanned<String>, Spanned<String>)| {
            checked(name.get_ref(), distribution.get_ref(), check)
                .map_err(|wrong| error(line(name.span()), wrong.to_string()))
        };
        Self::whole(lines.into_iter().map(dimension).collect::<Result<_, _>>()?)
            .map_err(|wrong| error(None, wrong.to_string()))
    }

    /// Refuses an empty space, and a name that is given twice.
    fn whole(dimensions: Vec<Dimension>) -> Result<Self, SpaceError> {
        let mut names = HashSet::new();
        match dimensions.iter().find(|(name, _)| !names.insert(name)) {
            Some((name, _)) => Err(SpaceError::Twice { name: name.clone() }),
            None if dimensions.is_empty() => Err(SpaceError::Empty),
            None => Ok(Self { dimensions }),
        }
    }

    /// Whether a study of `old` can go on in this space: the same names in the same order, each
    /// with a distribution that [extends](Distribution::extends) the old one.
    ///
    /// ```
    /// use search::Space;
    ///
    /// let old = Space::parse(["lr=log:1e-4:1e-2", "optimizer=choice:sgd,adam"])?;
    /// let wider = Space::parse(["lr=log:1e-6:1", "optimizer=choice:sgd,adam,lion"])?;
    /// assert!(wider.extends(&old) && !old.extends(&wider));
    /// # Ok::<(), search::SpaceError>(())
    /// ```
    pub fn extends(&self, old: &Self) -> bool {
        let mut pairs = self.dimensions.iter().zip(&old.dimensions);
        self.len() == old.len() && pairs.all(|(new, old)| new.0 == old.0 && new.1.extends(&old.1))
    }

    /// Names and distributions, in order.
    pub fn dimensions(&self) -> &[(String, Distribution)] {
        &self.dimensions
    }

    /// The number of dimensions.
    pub fn len(&self) -> usize {
        self.dimensions.len()
    }

    /// Whether the space has no dimensions.
    pub fn is_empty(&self) -> bool {
        self.dimensions.is_empty()
    }

    /// The distribution of the dimension called `name`.
    pub fn get(&self, name: &str) -> Option<&Distribution> {
        self.dimensions.iter().find(|(known, _)| known == name).map(|(_, d)| d)
    }

    /// The parameters at a point of the unit cube.
    ///
    /// # Panics
    /// If `unit` does not have one number per dimension.
    #[track_caller]
    pub fn at(&self, unit: &[f64]) -> Params {
        assert_eq!(unit.len(), self.len(), "one number per dimension");
        let pairs = self.dimensions.iter().zip(unit);
        Params::of(pairs.map(|((name, distribution), &u)| (name.clone(), distribution.at(u))))
    }

    /// Where `params` lie in the unit cube; `None` if the space does not contain them.
    pub fn unit(&self, params: &Params) -> Option<Vec<f64>> {
        let place = |(name, d): &Dimension| d.unit(params.get(name)?);
        let unit: Option<Vec<f64>> = self.dimensions.iter().map(place).collect();
        unit.filter(|_| params.iter().len() == self.len())
    }
}

/// Accepts every name but an empty one.
fn any_name(name: &str, distribution: &Distribution) -> Result<String, SpaceError> {
    match name.trim() {
        "" => Err(SpaceError::NoName { found: format!("{name}={distribution}") }),
        name => Ok(name.to_owned()),
    }
}

fn checked(name: &str, text: &str, check: &Check<'_>) -> Result<Dimension, SpaceError> {
    let distribution = text.parse()?;
    Ok((check(name, &distribution)?, distribution))
}

impl fmt::Display for Space {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs = self.dimensions.iter().map(|(name, d)| format!("{name}={d}"));
        f.write_str(&pairs.collect::<Vec<_>>().join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_searched_says_why() {
        for (flags, reason) in [
            (&["lr"][..], "\"lr\" is not NAME=DISTRIBUTION: give for example lr=log:1e-6:1e-2"),
            (&[" =int:1:2"], "is not NAME=DISTRIBUTION"),
            (&["lr=log:1:0.1"], "above the upper end"),
            (&["lr=log:1e-3:1", "x=int:1:2", "lr=log:1e-2:1"], "lr is given twice"),
            (&[], "the space is empty"),
        ] {
            let message = Space::parse(flags.iter().copied()).unwrap_err().to_string();
            assert!(message.contains(reason), "{message}");
        }
    }

    #[test]
    fn a_file_is_read_in_its_order_and_its_mistakes_have_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("space.toml");
        let read = |text: &str| {
            std::fs::write(&path, text).unwrap();
            Space::read(&path).map_err(|error| error.to_string())
        };
        let text = "# two of them\nweight_decay = \"log:1e-8:1e-4\"\nlr = \"log:1e-6:1e-2\"\n";
        let flags = ["weight_decay=log:1e-8:1e-4", "lr=log:1e-6:1e-2"];
        assert_eq!(read(text), Ok(Space::parse(flags).unwrap()));
        for (text, line, reason) in [
            ("\nlr = \"log:1:0.1\"\n", ", line 2: ", "above the upper end"),
            ("lr = 0.1\n", ", line 1: ", "expected a string"),
            ("lr = \"log:1e-6:1e-2\"\nlr = \"log:1e-6:1e-2\"\n", ", line 2: ", "duplicate"),
            ("lr = \"log\n", ", line 1: ", ""),
            ("", "space.toml: ", "the space is empty"),
        ] {
            let message = read(text).unwrap_err();
            assert!(message.contains(line) && message.contains(reason), "{message}");
        }
        let no_b = |name: &str, _: &Distribution| match name {
            "b" => Err(SpaceError::UnknownName { found: "b".to_owned(), known: "a".to_owned() }),
            other => Ok(other.to_uppercase()),
        };
        std::fs::write(&path, "a = \"int:1:2\"\n").unwrap();
        assert_eq!(Space::read_with(&path, &no_b).unwrap().to_string(), "A=int:1:2");
        std::fs::write(&path, "a = \"int:1:2\"\nb = \"int:1:2\"\n").unwrap();
        let message = Space::read_with(&path, &no_b).unwrap_err().to_string();
        assert!(message.ends_with("space.toml, line 2: no hyperparameter is called \"b\": give a"));
        std::fs::remove_file(&path).unwrap();
        assert!(Space::read(&path).unwrap_err().to_string().contains("space.toml: "));
    }
}
