//! What is searched: a distribution for each of several hyperparameters.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::Path;

use toml::Spanned;

use crate::{Distribution, Params, SpaceError};

/// The dimensions of a search, in the order in which they were given.
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
    dimensions: Vec<(String, Distribution)>,
}

/// Gives the name by which a dimension is known, or says why it cannot be searched so.
pub type Check<'a> = dyn Fn(&str, &Distribution) -> Result<String, SpaceError> + 'a;

impl Space {
    /// A space of these names and distributions.
    pub fn of<S: Into<String>>(dimensions: impl IntoIterator<Item = (S, Distribution)>) -> Self {
        let dimensions = dimensions.into_iter();
        Self {
            dimensions: dimensions
                .map(|(name, distribution)| (name.into(), distribution))
                .collect(),
        }
    }

    /// The space of flags `NAME=DISTRIBUTION`, as in `lr=log:1e-6:1e-2`.
    ///
    /// # Errors
    /// [`SpaceError`] if one cannot be read, a name is there twice, a range is empty, or there is
    /// nothing to search.
    pub fn parse<'a>(flags: impl IntoIterator<Item = &'a str>) -> Result<Self, SpaceError> {
        Self::parse_with(flags, &any)
    }

    /// The same, of what `check` lets through, under the names that it gives.
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
    /// As [`parse`](Self::parse), and what `check` gives.
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
    /// [`SpaceError::File`] with the line, for whatever [`parse`](Self::parse) refuses, and if the
    /// file cannot be read.
    pub fn read(path: &Path) -> Result<Self, SpaceError> {
        Self::read_with(path, &any)
    }

    /// The same, of what `check` lets through, under the names that it gives.
    ///
    /// # Errors
    /// As [`read`](Self::read), and with the line what `check` gives.
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

    /// Checks that there is something, and nothing twice.
    fn whole(dimensions: Vec<(String, Distribution)>) -> Result<Self, SpaceError> {
        if dimensions.is_empty() {
            return Err(SpaceError::Empty);
        }
        let mut names = dimensions.iter().map(|(name, _)| name).enumerate();
        let twice = names.find(|(i, name)| dimensions[..*i].iter().any(|(n, _)| n == *name));
        if let Some((_, name)) = twice {
            return Err(SpaceError::Twice { name: name.clone() });
        }
        Ok(Self { dimensions })
    }

    /// Whether every point of `old` is one of this space too: the same names in the same order, each with a
    /// distribution that [extends](Distribution::extends) the old one.
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
        let pairs = self.dimensions.iter().zip(&old.dimensions);
        let each = |((name, new), (old_name, old)): (&(_, Distribution), &(_, _))| {
            name == old_name && new.extends(old)
        };
        self.len() == old.len() && pairs.into_iter().all(each)
    }

    /// Names and distributions in order.
    pub fn dimensions(&self) -> &[(String, Distribution)] {
        &self.dimensions
    }

    /// The number of dimensions.
    pub fn len(&self) -> usize {
        self.dimensions.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.dimensions.is_empty()
    }

    /// The distribution of a dimension.
    pub fn get(&self, name: &str) -> Option<&Distribution> {
        self.dimensions.iter().find(|(known, _)| known == name).map(|(_, d)| d)
    }

    /// The parameters at a point of the unit cube.
    ///
    /// # Panics
    /// If `unit` has not one number a dimension.
    #[track_caller]
    pub fn at(&self, unit: &[f64]) -> Params {
        assert_eq!(unit.len(), self.len(), "one number a dimension");
        let pairs = self.dimensions.iter().zip(unit);
        Params::of(pairs.map(|((name, distribution), &u)| (name.clone(), distribution.at(u))))
    }

    /// Where `params` lie in the unit cube; `None` if they are not of this space.
    pub fn unit(&self, params: &Params) -> Option<Vec<f64>> {
        let place = |(name, d): &(String, Distribution)| d.unit(params.get(name)?);
        let unit: Option<Vec<f64>> = self.dimensions.iter().map(place).collect();
        unit.filter(|_| params.iter().len() == self.len())
    }
}

/// Lets every name through.
fn any(name: &str, distribution: &Distribution) -> Result<String, SpaceError> {
    match name.trim() {
        "" => Err(SpaceError::NoName { found: format!("{name}={distribution}") }),
        name => Ok(name.to_owned()),
    }
}

fn checked(
    name: &str,
    text: &str,
    check: &Check<'_>,
) -> Result<(String, Distribution), SpaceError> {
    let distribution = text.parse()?;
    Ok((check(name, &distribution)?, distribution))
}

impl fmt::Display for Space {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (name, distribution)) in self.dimensions.iter().enumerate() {
            let gap = if i > 0 { " " } else { "" };
            write!(f, "{gap}{name}={distribution}")?;
        }
        Ok(())
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
