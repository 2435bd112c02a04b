//! Reads a settings file and lays environment variables over it.

use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

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
    let (mut settings, mut tree) = match file {
        Some(file) => read_file::<S>(file)?,
        None => (
            from_tree(&Value::Object(Map::new())).map_err(|reason| in_file("defaults", reason))?,
            Value::Null,
        ),
    };
    let prefix = format!("KNLAB_{}_", server.to_uppercase());
    let mut overlays: Vec<_> =
        environment.into_iter().filter(|(name, _)| name.starts_with(&prefix)).collect();
    overlays.sort();
    for (variable, text) in overlays {
        let keys: Vec<String> = variable[prefix.len()..].split("__").map(str::to_lowercase).collect();
        (settings, tree) = overlay(&tree, &keys, &text)
            .map_err(|reason| SettingsError::Variable { variable: variable.clone(), reason })?;
    }
    Ok(settings)
}

fn in_file(file: &str, reason: impl ToString) -> SettingsError {
    SettingsError::File { file: file.to_string(), reason: reason.to_string() }
}

fn read_file<S: DeserializeOwned>(file: &Path) -> Result<(S, Value), SettingsError> {
    let name = file.display().to_string();
    let text = std::fs::read_to_string(file)
        .map_err(|error| SettingsError::Unreadable { file: name.clone(), reason: error.to_string() })?;
    let text = if text.trim().is_empty() { "{}" } else { &text };
    let settings = serde_saphyr::from_str(text).map_err(|error| in_file(&name, error))?;
    let tree = serde_saphyr::from_str(text).map_err(|error| in_file(&name, error))?;
    Ok((settings, tree))
}

fn from_tree<S: DeserializeOwned>(tree: &Value) -> Result<S, String> {
    serde_json::from_value(tree.clone()).map_err(|error| error.to_string())
}

/// Tries the text as it is, then as a number, boolean or list in YAML.
fn overlay<S: DeserializeOwned>(tree: &Value, keys: &[String], text: &str) -> Result<(S, Value), String> {
    let as_text = with(tree.clone(), keys, Value::String(text.to_string()));
    let reason = match from_tree(&as_text) {
        Ok(settings) => return Ok((settings, as_text)),
        Err(reason) => reason,
    };
    let typed = serde_saphyr::from_str::<Value>(text).map_err(|_| reason.clone())?;
    let as_typed = with(tree.clone(), keys, typed);
    from_tree(&as_typed).map(|settings| (settings, as_typed)).map_err(|_| reason)
}

fn with(tree: Value, keys: &[String], value: Value) -> Value {
    let Some((key, rest)) = keys.split_first() else { return value };
    let mut map = match tree {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    let inner = map.remove(key).unwrap_or(Value::Null);
    map.insert(key.clone(), with(inner, rest, value));
    Value::Object(map)
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
        std::fs::write(&file, "listen: 127.0.0.1:4101\ncallers:\n  gateway: secret-0123456789\n").unwrap();
        let settings: Settings =
            load("auth", Some(&file), variable("KNLAB_AUTH_TOKEN__LEEWAY_SECONDS", "7")).unwrap();
        assert_eq!((settings.listen.port(), settings.token.leeway_seconds), (4101, 7));
        assert!(settings.callers["gateway"].matches(b"secret-0123456789"));
        assert!(!format!("{settings:?}").contains("secret-"));

        std::fs::write(&file, "listen: 127.0.0.1:4101\nlisen: x\n").unwrap();
        let error = load::<Settings>("auth", Some(&file), vec![]).unwrap_err().to_string();
        assert!(error.contains("lisen") && error.contains("line 2"), "{error}");

        let error =
            load::<Settings>("auth", None, variable("KNLAB_AUTH_LISEN", "x")).unwrap_err().to_string();
        assert!(error.contains("KNLAB_AUTH_LISEN") && error.contains("lisen"), "{error}");
    }
}
