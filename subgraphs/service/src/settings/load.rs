//! Reads a settings file and lays environment variables over it.

use std::path::Path;

use serde::de::DeserializeOwned;

use super::tree::Tree;

/// What is wrong with the settings, with the line or the variable.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("cannot read {file}: {reason}")]
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        reason: String,
    },
    /// The file says something that is not a setting.
    #[error("{file}: {reason}")]
    File {
        /// The file.
        file: String,
        /// The line and the reason.
        reason: String,
    },
    /// The file and the environment variables together say something that is not a setting.
    #[error("{file} with the environment variables over it: {reason}")]
    Overlaid {
        /// The file.
        file: String,
        /// The reason.
        reason: String,
    },
    /// An environment variable says something that is not a setting.
    #[error("environment variable {variable}: {reason}")]
    Variable {
        /// The variable.
        variable: String,
        /// The reason.
        reason: String,
    },
}

/// Settings from `file` (if any), overlaid with `KNLAB_<SERVER>_<KEY>`; keys inside keys are joined by two underscores:
/// `KNLAB_AUTH_SERVER__TOKEN__ISSUER`.
pub fn load<S: DeserializeOwned>(
    server: &str,
    file: Option<&Path>,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<S, SettingsError> {
    let text = match file {
        Some(file) => std::fs::read_to_string(file).map_err(|error| SettingsError::Unreadable {
            file: named(Some(file)),
            reason: error.to_string(),
        })?,
        None => String::new(),
    };
    let text = if text.trim().is_empty() { "{}" } else { &text };
    let in_file = |reason: String| SettingsError::File { file: named(file), reason };
    let settings = serde_saphyr::from_str(text).map_err(|error| in_file(error.to_string()));
    let prefix = format!("KNLAB_{}_", server.to_uppercase());
    let mut overlays: Vec<_> =
        environment.into_iter().filter(|(name, _)| name.starts_with(&prefix)).collect();
    if overlays.is_empty() {
        return settings;
    }
    overlays.sort();
    let tree = Tree::parse(text).map_err(in_file)?;
    // The one to blame is the one without which the others are settings: some are settings only together.
    let is_fine_without = |place: &usize| overlaid::<S>(&tree, &prefix, &overlays, Some(*place)).is_ok();
    overlaid(&tree, &prefix, &overlays, None).map_err(|reason| match settings {
        Err(error) => error,
        Ok(_) => match (0..overlays.len()).find(is_fine_without) {
            Some(place) => SettingsError::Variable { variable: overlays[place].0.clone(), reason },
            None => SettingsError::Overlaid { file: named(file), reason },
        },
    })
}

fn overlaid<S: DeserializeOwned>(
    tree: &Tree,
    prefix: &str,
    overlays: &[(String, String)],
    without: Option<usize>,
) -> Result<S, String> {
    let mut tree = tree.clone();
    for (_, (variable, text)) in overlays.iter().enumerate().filter(|(place, _)| Some(*place) != without) {
        let keys: Vec<String> = variable[prefix.len()..].split("__").map(str::to_lowercase).collect();
        tree = tree.with(&keys, text);
    }
    S::deserialize(tree).map_err(|error| error.to_string())
}

fn named(file: Option<&Path>) -> String {
    file.map_or_else(|| "defaults".into(), |file| file.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::load;
    use crate::Settings;

    fn variable(name: &str, value: &str) -> Vec<(String, String)> {
        vec![(name.into(), value.into())]
    }

    #[test]
    fn environment_lies_over_the_file_and_mistakes_are_named_with_their_place() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("auth.yaml");
        let yaml =
            "listen: 127.0.0.1:4101\ncallers:\n  gateway: 0123456789\n  admin: 'true1234'\nbody_limit: 7\n";
        std::fs::write(&file, yaml).unwrap();
        let mut environment = variable("KNLAB_AUTH_TOKEN__LEEWAY_SECONDS", "7");
        environment.extend(variable("KNLAB_AUTH_CALLERS__OTHER", "#1: *secret"));
        environment.extend(variable("KNLAB_OTHER_LISTEN", "of another server"));
        let settings: Settings = load("auth", Some(&file), environment).unwrap();
        let numbers = (settings.listen.port(), settings.token.leeway_seconds, settings.body_limit);
        assert_eq!(numbers, (4101, 7, 7));
        for (caller, secret) in [("gateway", "0123456789"), ("admin", "true1234"), ("other", "#1: *secret")] {
            assert!(settings.callers[caller].matches(secret.as_bytes()), "{caller}");
            assert!(!format!("{settings:?}").contains(secret));
        }
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("auth.yaml");
        let cases = [
            ("listen: 127.0.0.1:4101\nlisen: x\n", "", "", &["lisen", "line 2"][..]),
            ("body_limit: much\n", "", "", &["line 1"]),
            ("callers: { gateway: short }", "", "", &["at least 8 characters", "line 1"]),
            ("callers: { gateway: 'file:/nowhere' }", "", "", &["/nowhere"]),
            ("{}", "KNLAB_AUTH_LISEN", "x", &["KNLAB_AUTH_LISEN", "lisen"]),
            ("{}", "KNLAB_AUTH_BODY_LIMIT", "much", &["KNLAB_AUTH_BODY_LIMIT", "a whole number", "much"]),
            ("{}", "KNLAB_AUTH_LISTEN__PORT", "1", &["KNLAB_AUTH_LISTEN__PORT"]),
            ("body_limit: much", "KNLAB_AUTH_LISTEN", "127.0.0.1:1", &["line 1"]),
        ];
        for (yaml, name, value, wanted) in cases {
            std::fs::write(&file, yaml).unwrap();
            let error = load::<Settings>("auth", Some(&file), variable(name, value)).unwrap_err().to_string();
            assert!(wanted.iter().all(|part| error.contains(part)), "{yaml} {name}: {error}");
        }
    }

    #[test]
    fn variables_may_be_settings_only_together() {
        let password = variable("KNLAB_COMMON_PASSWORD", "secret of search");
        let error = load::<crate::settings::SearchSettings>("common", None, password.clone()).unwrap_err();
        assert!(error.to_string().contains("urls"), "{error}");
        for urls in ["http://a:9200", "[http://a:9200, http://b:9200]"] {
            let mut environment = password.clone();
            environment.extend(variable("KNLAB_COMMON_URLS", urls));
            environment.extend(variable("KNLAB_COMMON_USER", "common"));
            let settings: crate::settings::SearchSettings = load("common", None, environment).unwrap();
            let connection = settings.connection();
            assert_eq!(connection.urls[0], "http://a:9200");
            assert_eq!(connection.password.as_deref(), Some("secret of search"));
        }
    }
}
