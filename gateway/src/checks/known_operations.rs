//! The operations that clients are known to send: GraphQL documents, and JSON files of persisted ones.

use std::collections::HashSet;
use std::path::Path;

use apollo_compiler::ast::{Definition, Document, OperationDefinition, Selection};
use apollo_compiler::{Name, Node};
use serde_json::Value;

use super::CheckError;

/// One operation of one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KnownOperation {
    /// The file, and the operation's name where it has one.
    pub(crate) label: String,
    /// The whole document, with the fragments it uses.
    pub(crate) document: String,
    /// Which operation of the document.
    pub(crate) name: Option<String>,
}

/// Reads all files that match the pattern.
pub(crate) fn read(folder: &Path, pattern: Option<&str>) -> Result<Vec<KnownOperation>, CheckError> {
    let Some(pattern) = pattern else {
        return Ok(Vec::new());
    };
    let wrong = |reason: String| CheckError::Operations { pattern: pattern.to_owned(), reason };
    let full = folder.join(pattern);
    let full = full.to_str().ok_or_else(|| wrong("it is not UTF-8".to_owned()))?;
    let paths = glob::glob(full).map_err(|error| wrong(format!("it is not a pattern: {error}")))?;
    let mut known = Vec::new();
    let mut files = 0;
    for path in paths {
        let path = path.map_err(|error| wrong(error.to_string()))?;
        if path.is_dir() {
            continue;
        }
        files += 1;
        let label = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
        let text = std::fs::read_to_string(&path).map_err(|error| wrong(format!("{label}: {error}")))?;
        let documents = if path.extension().is_some_and(|ending| ending == "json") {
            persisted(&text).map_err(|reason| wrong(format!("{label}: {reason}")))?
        } else {
            vec![text]
        };
        for document in documents {
            known.extend(split(&label, document).map_err(wrong)?);
        }
    }
    if files == 0 {
        return Err(wrong(
            "no file matches; quote the pattern, so that the shell leaves it alone".to_owned(),
        ));
    }
    Ok(known)
}

/// One entry per operation. Fragments alone are none.
fn split(label: &str, document: String) -> Result<Vec<KnownOperation>, String> {
    let parsed = Document::parse(document.as_str(), label).map_err(|invalid| {
        let first = invalid.errors.iter().next();
        let place = first.as_ref().and_then(|error| error.line_column_range());
        let line =
            place.map_or_else(String::new, |range| format!(":{}:{}", range.start.line, range.start.column));
        let reason = first.map_or_else(String::new, |error| error.error.to_string());
        format!("{label}{line}: {reason}")
    })?;
    let mut known = Vec::new();
    for definition in &parsed.definitions {
        if let Definition::OperationDefinition(operation) = definition {
            let name = operation.name.as_ref().map(ToString::to_string);
            let label = match &name {
                Some(name) => format!("{label} {name}"),
                None => label.to_owned(),
            };
            known.push(KnownOperation { label, document: only(operation, &parsed, &document), name });
        }
    }
    Ok(known)
}

/// The document with everything that the operation does not use blanked out: neighbours that are wrong do not make it
/// wrong, and positions stay those of the file.
fn only(operation: &Node<OperationDefinition>, parsed: &Document, text: &str) -> String {
    let mut used = HashSet::new();
    spread(&operation.selection_set, parsed, &mut used);
    let mut bytes = text.as_bytes().to_vec();
    for definition in &parsed.definitions {
        let kept = match definition {
            Definition::OperationDefinition(other) => other.ptr_eq(operation),
            Definition::FragmentDefinition(fragment) => used.contains(&fragment.name),
            _ => true,
        };
        let Some(span) = definition.location().filter(|_| !kept) else { continue };
        for byte in &mut bytes[span.offset()..span.end_offset()] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// Adds the fragments that selections use, directly or through others.
fn spread(selections: &[Selection], parsed: &Document, used: &mut HashSet<Name>) {
    for selection in selections {
        match selection {
            Selection::Field(field) => spread(&field.selection_set, parsed, used),
            Selection::InlineFragment(fragment) => spread(&fragment.selection_set, parsed, used),
            Selection::FragmentSpread(fragment) => {
                if used.insert(fragment.fragment_name.clone()) {
                    let named = parsed.definitions.iter().filter_map(Definition::as_fragment_definition);
                    for definition in named.filter(|named| named.name == fragment.fragment_name) {
                        spread(&definition.selection_set, parsed, used);
                    }
                }
            }
        }
    }
}

/// Apollo's persisted query manifest (`{"operations": [{"body": …}]}`) or Relay's (`{"hash": "query …"}`).
fn persisted(text: &str) -> Result<Vec<String>, String> {
    let json: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let bodies: Option<Vec<String>> = match json.get("operations") {
        Some(Value::Array(operations)) => operations
            .iter()
            .map(|operation| operation.get("body").and_then(Value::as_str).map(str::to_owned))
            .collect(),
        _ => json
            .as_object()
            .and_then(|entries| entries.values().map(|entry| entry.as_str().map(str::to_owned)).collect()),
    };
    bodies.ok_or_else(|| "is neither Apollo's nor Relay's form of persisted operations".to_owned())
}
