//! What is searched: a distribution for each of several hyperparameters.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::Path;

use toml::Spanned;

use super::{Distribution, Hyperparameter, Params, Settings, SpaceError};

/// The dimensions of a search, in a fixed order whatever order they were given in.
///
/// Hyperparameters that are not in the space keep their value of [`Settings::default`].
///
/// ```
/// use experiments::search::Space;
///
/// let space = Space::parse(["optimizer=choice:sgd,adam", "lr=log:1e-4:1"])?;
/// assert_eq!(space.to_string(), "lr=log:0.0001:1.0 optimizer=choice:sgd,adam");
/// let params = space.at(&[0.5, 0.9]);
/// assert_eq!(params.to_string(), "lr=0.01, optimizer=adam");
/// assert_eq!(space.unit(&params), Some(vec![0.5, 0.75]));
///
/// let error = Space::parse(["dropout=uniform:0:1"]).unwrap_err().to_string();
/// assert_eq!(error, "dropout = 1.0: must be at least 0 and less than 1");
/// # Ok::<(), experiments::search::SpaceError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Space {
    dimensions: Vec<(String, Distribution)>,
}

impl Space {
    /// The notebook's space: lr = 10^U(−6, −2), weight decay = 10^U(−8, −4).
    pub fn notebook() -> Self {
        let log = |low, high| Distribution::LogUniform { low, high };
        Self::of([("lr", log(1e-6, 1e-2)), ("weight_decay", log(1e-8, 1e-4))])
    }

    /// A space of any names, for functions other than a network's accuracy.
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
    /// [`SpaceError`] if one cannot be read, a name is unknown or there twice, a range is empty or
    /// goes beyond what its hyperparameter can be, or there is nothing to search.
    pub fn parse<'a>(flags: impl IntoIterator<Item = &'a str>) -> Result<Self, SpaceError> {
        let mut dimensions = Vec::new();
        for flag in flags {
            dimensions.push(dimension(flag)?);
        }
        Self::ordered(dimensions)
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
        let error =
            |line, reason| SpaceError::File { file: path.display().to_string(), line, reason };
        let text = std::fs::read_to_string(path).map_err(|io| error(None, io.to_string()))?;
        let line = |span: Range<usize>| Some(1 + text[..span.start].matches('\n').count());
        let table: BTreeMap<Spanned<String>, Spanned<String>> = toml::from_str(&text)
            .map_err(|wrong| error(wrong.span().and_then(line), wrong.message().to_owned()))?;
        let mut dimensions = Vec::new();
        for (name, distribution) in &table {
            let read = || -> Result<_, SpaceError> {
                let name = name.get_ref().parse()?;
                Ok((name, checked(name, distribution.get_ref().parse()?)?))
            };
            dimensions.push(read().map_err(|wrong| error(line(name.span()), wrong.to_string()))?);
        }
        Self::ordered(dimensions).map_err(|wrong| error(None, wrong.to_string()))
    }

    /// Puts dimensions in order, and checks that they go together.
    fn ordered(mut dimensions: Vec<(Hyperparameter, Distribution)>) -> Result<Self, SpaceError> {
        dimensions.sort_by_key(|(name, _)| *name);
        if dimensions.is_empty() {
            return Err(SpaceError::Empty);
        }
        if let Some(pair) = dimensions.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(SpaceError::Twice { name: pair[0].0.to_string() });
        }
        let space = Self::of(dimensions.into_iter().map(|(name, d)| (name.to_string(), d)));
        let takes_momentum = |choice: &String| ["momentum", "nesterov"].contains(&choice.as_str());
        let optimizers = match space.get(Hyperparameter::Optimizer.name()) {
            Some(Distribution::Categorical { choices }) => choices.as_slice(),
            _ => &[],
        };
        let momentum = Hyperparameter::Momentum.name();
        if space.get(momentum).is_some() && !optimizers.iter().any(takes_momentum) {
            return Err(SpaceError::Idle {
                name: momentum.to_owned(),
                reason: "no optimizer of the space has one; add optimizer=choice:momentum"
                    .to_owned(),
            });
        }
        Ok(space)
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
        Params(pairs.map(|((name, distribution), &u)| (name.clone(), distribution.at(u))).collect())
    }

    /// Where `params` lie in the unit cube; `None` if they are not of this space.
    pub fn unit(&self, params: &Params) -> Option<Vec<f64>> {
        let place = |(name, d): &(String, Distribution)| d.unit(params.get(name)?);
        let unit: Option<Vec<f64>> = self.dimensions.iter().map(place).collect();
        unit.filter(|_| params.iter().len() == self.len())
    }
}

fn dimension(flag: &str) -> Result<(Hyperparameter, Distribution), SpaceError> {
    let (name, distribution) =
        flag.split_once('=').ok_or_else(|| SpaceError::NoName { found: flag.to_owned() })?;
    let name = name.parse()?;
    Ok((name, checked(name, distribution.parse()?)?))
}

/// Refuses a distribution of which some value is none that the hyperparameter can take.
fn checked(name: Hyperparameter, distribution: Distribution) -> Result<Distribution, SpaceError> {
    for value in distribution.extremes() {
        Settings::default().set(name, &value.to_string())?;
    }
    Ok(distribution)
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
    fn the_order_of_flags_changes_nothing() {
        let flags = ["weight_decay=log:1e-8:1e-4", "lr=log:1e-6:1e-2"];
        assert_eq!(Space::parse(flags), Ok(Space::notebook()));
    }

    #[test]
    fn what_cannot_be_searched_says_why() {
        for (flags, reason) in [
            (
                &["learning_rate=log:1e-6:1"][..],
                "no hyperparameter is called \"learning_rate\": give lr,",
            ),
            (&["lr"], "give for example lr=log:1e-6:1e-2"),
            (&["lr=log:1:0.1"], "above the upper end"),
            (&["lr=uniform:0:1"], "lr = 0.0: must be above 0"),
            (&["width=uniform:10:100"], "width = 10.0: must be a whole number"),
            (&["width=int:0:100"], "must be from 1 to"),
            (&["activation=choice:relu,swish"], "no activation is called \"swish\""),
            (&["optimizer=choice:sgd,adamm"], "unknown optimizer \"adamm\""),
            (&["batch_norm=choice:yes,no"], "must be true or false"),
            (&["lr=log:1e-3:1", "lr=log:1e-2:1"], "lr is given twice"),
            (&["momentum=uniform:0:0.9"], "add optimizer=choice:momentum"),
            (&[], "the space is empty"),
        ] {
            let message = Space::parse(flags.iter().copied()).unwrap_err().to_string();
            assert!(message.contains(reason), "{message}");
        }
    }

    #[test]
    fn every_hyperparameter_can_be_searched() {
        let flags = [
            "lr=log:1e-6:1",
            "weight-decay=log:1e-8:1e-1",
            "momentum=uniform:0:0.99",
            "batch-size=logint:10:400",
            "depth=int:1:8",
            "width=choice:10,50,100",
            "activation=choice:relu,tanh,gelu",
            "initializer=choice:he,xavier,0.01,orthogonal:1.4",
            "optimizer=choice:sgd,momentum,adam",
            "dropout=uniform:0:0.5",
            "batch-norm=choice:false,true",
        ];
        let space = Space::parse(flags).unwrap();
        assert_eq!(space.len(), Hyperparameter::ALL.len());
        let settings = Settings::of(&space.at(&[0.999; 11])).unwrap();
        assert_eq!((settings.depth, settings.width, settings.batch_norm), (8, 100, true));
        assert_eq!(settings.initializer, "orthogonal:1.4".parse().unwrap());
    }

    #[test]
    fn the_file_that_we_ship_searches_everything() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("spaces/all.toml");
        assert_eq!(Space::read(&path).unwrap().len(), Hyperparameter::ALL.len());
    }

    #[test]
    fn a_file_is_read_and_its_mistakes_have_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("space.toml");
        let read = |text: &str| {
            std::fs::write(&path, text).unwrap();
            Space::read(&path).map_err(|error| error.to_string())
        };
        let text = "# the notebook's\nweight_decay = \"log:1e-8:1e-4\"\nlr = \"log:1e-6:1e-2\"\n";
        assert_eq!(read(text), Ok(Space::notebook()));
        for (text, line, reason) in [
            ("lr = \"log:1e-6:1e-2\"\ndepht = \"int:1:3\"\n", ", line 2: ", "\"depht\""),
            ("\nlr = \"log:1:0.1\"\n", ", line 2: ", "above the upper end"),
            ("lr = 0.1\n", ", line 1: ", "expected a string"),
            ("lr = \"log:1e-6:1e-2\"\nlr = \"log:1e-6:1e-2\"\n", ", line 2: ", "duplicate"),
            ("lr = \"log\n", ", line 1: ", ""),
            ("", "space.toml: ", "the space is empty"),
        ] {
            let message = read(text).unwrap_err();
            assert!(message.contains(line) && message.contains(reason), "{message}");
        }
        std::fs::remove_file(&path).unwrap();
        assert!(Space::read(&path).unwrap_err().to_string().contains("space.toml: "));
    }
}
