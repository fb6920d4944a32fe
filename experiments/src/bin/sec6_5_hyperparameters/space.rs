//! Spaces of a network's hyperparameters.
//!
//! Those that are not in a space keep their value of [`Settings::default`].

use std::path::Path;

use search::{Distribution, Space, SpaceError};

use crate::settings::Settings;

/// The notebook's space: lr = 10^U(−6, −2), weight decay = 10^U(−8, −4).
pub fn notebook() -> Space {
    let log = |low, high| Distribution::LogUniform { low, high };
    Space::of([("lr", log(1e-6, 1e-2)), ("weight_decay", log(1e-8, 1e-4))])
}

/// The space of flags `NAME=DISTRIBUTION`, in the order of [`Settings::names`].
///
/// # Errors
/// As [`Space::parse`], and if a name is unknown, a range goes beyond what its hyperparameter can
/// be, or one would change nothing.
pub fn parse<'a>(flags: impl IntoIterator<Item = &'a str>) -> Result<Space, SpaceError> {
    ordered(Space::parse_with(flags, &checked)?)
}

/// The same of a TOML file.
///
/// # Errors
/// As [`Space::read`] and [`parse`].
pub fn read(path: &Path) -> Result<Space, SpaceError> {
    ordered(Space::read_with(path, &checked)?)
        .map_err(|wrong| SpaceError::in_file(path, None, wrong.to_string()))
}

/// Refuses a distribution of which some value is none that the hyperparameter can take.
fn checked(name: &str, distribution: &Distribution) -> Result<String, SpaceError> {
    let mut known = name.to_owned();
    for value in distribution.extremes() {
        known = Settings::check(name, &value.to_string())?.0.to_owned();
    }
    Ok(known)
}

/// Puts dimensions in order, and checks that they go together.
fn ordered(space: Space) -> Result<Space, SpaceError> {
    let mut dimensions = space.dimensions().to_vec();
    dimensions.sort_by_key(|(name, _)| Settings::names().position(|known| known == name));
    let takes_momentum = |choice: &String| ["momentum", "nesterov"].contains(&choice.as_str());
    let optimizers = space.get("optimizer").map_or(&[][..], |d| d.choices());
    let momentum = "momentum";
    if space.get(momentum).is_some() && !optimizers.iter().any(takes_momentum) {
        return Err(SpaceError::Idle {
            name: momentum.to_owned(),
            reason: "no optimizer of the space has one; add optimizer=choice:momentum".to_owned(),
        });
    }
    Ok(Space::of(dimensions))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_the_notebooks_but_for_what_is_in_the_space() {
        let space = parse(["width=int:10:200", "lr=log:1e-6:1e-2"]).unwrap();
        assert_eq!(space.to_string(), "lr=log:1e-6:0.01 width=int:10:200");
        let settings = Settings::of(&space.at(&[1.0, 0.0])).unwrap();
        assert_eq!((settings.lr, settings.width, settings.depth), (0.01, 10, 6));
    }

    #[test]
    fn the_order_of_flags_changes_nothing() {
        let flags = ["weight_decay=log:1e-8:1e-4", "lr=log:1e-6:1e-2"];
        assert_eq!(parse(flags), Ok(notebook()));
    }

    #[test]
    fn what_cannot_be_searched_says_why() {
        for (flags, reason) in [
            (
                &["learning_rate=log:1e-6:1"][..],
                "no hyperparameter is called \"learning_rate\": give lr,",
            ),
            (&["lr"], "give for example lr=log:1e-6:1e-2"),
            (&["lr=uniform:0:1"], "lr = 0.0: must be above 0"),
            (&["width=uniform:10:100"], "width = 10.0: must be a whole number"),
            (&["width=int:0:100"], "must be from 1 to"),
            (&["activation=choice:relu,swish"], "no activation is called \"swish\""),
            (&["optimizer=choice:sgd,adamm"], "unknown optimizer \"adamm\""),
            (&["batch_norm=choice:yes,no"], "must be true or false"),
            (
                &["batch_norm=choice:true,false", "batch-norm=choice:true"],
                "batch_norm is given twice",
            ),
            (&["momentum=uniform:0:0.9"], "add optimizer=choice:momentum"),
            (&[], "the space is empty"),
        ] {
            let message = parse(flags.iter().copied()).unwrap_err().to_string();
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
        let space = parse(flags).unwrap();
        assert_eq!(space.len(), Settings::names().count());
        let settings = Settings::of(&space.at(&[0.999; 11])).unwrap();
        assert_eq!((settings.depth, settings.width, settings.batch_norm), (8, 100, true));
        assert_eq!(settings.initializer, "orthogonal:1.4".parse().unwrap());
    }

    #[test]
    fn the_file_that_we_ship_searches_everything() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("spaces/all.toml");
        assert_eq!(read(&path).unwrap().len(), Settings::names().count());
    }

    #[test]
    fn a_file_is_checked_as_flags_are() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("space.toml");
        let read = |text: &str| {
            std::fs::write(&path, text).unwrap();
            read(&path).map_err(|error| error.to_string())
        };
        let text = "# the notebook's\nweight_decay = \"log:1e-8:1e-4\"\nlr = \"log:1e-6:1e-2\"\n";
        assert_eq!(read(text), Ok(notebook()));
        for (text, place, reason) in [
            ("lr = \"log:1e-6:1e-2\"\ndepht = \"int:1:3\"\n", ", line 2: ", "\"depht\""),
            ("\nlr = \"uniform:0:1\"\n", ", line 2: ", "lr = 0.0: must be above 0"),
            ("momentum = \"uniform:0:0.9\"\n", "space.toml: ", "momentum changes nothing here"),
        ] {
            let message = read(text).unwrap_err();
            assert!(message.contains(place) && message.contains(reason), "{message}");
        }
    }
}
