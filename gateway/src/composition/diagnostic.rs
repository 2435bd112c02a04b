//! What composition has to say: a stable code, whose schema, where in it, and what to do about it.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use apollo_compiler::parser::{FileId, SourceFile, SourceMap, SourceSpan};
use serde::Serialize;

use super::codes::Code;

/// One finding. Composition always returns all of them, never only the first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// The published federation error code (or a hint's code).
    pub code: &'static str,
    /// Errors refuse the composition; warnings and hints do not.
    pub severity: Severity,
    /// What is wrong, with the coordinates of the elements concerned.
    pub message: String,
    /// The subgraphs concerned, by name.
    pub subgraphs: Vec<String>,
    /// Where; usually one place per subgraph concerned.
    pub places: Vec<Place>,
    /// What to do.
    pub help: &'static str,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// There is no supergraph.
    Error,
    /// There is a supergraph; it may not be what was meant.
    Warning,
    /// Worth knowing.
    Hint,
}

/// A range in the schema of one subgraph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Whose schema.
    pub subgraph: String,
    /// Where it begins.
    pub start: Position,
    /// Where it ends.
    pub end: Position,
    /// The same range in bytes of the text.
    pub bytes: Range<usize>,
}

/// A position in a text; both numbers begin at 1, columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// Where a finding stands, before it is resolved to lines and columns.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    /// Name of the subgraph.
    pub(crate) subgraph: Arc<str>,
    /// Place in its text, where there is one.
    pub(crate) span: Option<SourceSpan>,
}

/// Collects diagnostics; knows the texts of all subgraphs.
#[derive(Default)]
pub(crate) struct Diagnostics {
    found: Vec<Diagnostic>,
    sources: HashMap<FileId, Arc<SourceFile>>,
}

impl Diagnostics {
    /// Makes the texts of a subgraph known, so that spans in them can be told as lines and columns.
    pub(crate) fn add_sources(&mut self, sources: &SourceMap) {
        for (file, source) in sources.iter() {
            self.sources.insert(*file, Arc::clone(source));
        }
    }

    /// Adds one finding with the severity of its code.
    pub(crate) fn report(
        &mut self,
        code: Code,
        message: impl Into<String>,
        sites: impl IntoIterator<Item = Site>,
    ) {
        let mut subgraphs = Vec::new();
        let mut places = Vec::new();
        for site in sites {
            places.extend(self.place(&site));
            let name = site.subgraph.to_string();
            if !subgraphs.contains(&name) {
                subgraphs.push(name);
            }
        }
        let diagnostic = Diagnostic {
            code: code.name,
            severity: code.severity,
            message: message.into(),
            subgraphs,
            places,
            help: code.help,
        };
        if !self.found.contains(&diagnostic) {
            self.found.push(diagnostic);
        }
    }

    /// `None` when an error was found so far.
    pub(crate) fn none_is_an_error(&self) -> Option<()> {
        self.found.iter().all(|diagnostic| diagnostic.severity != Severity::Error).then_some(())
    }

    /// All findings, errors first; the order does not depend on the order of the subgraphs.
    pub(crate) fn finish(mut self) -> Vec<Diagnostic> {
        self.found.sort_by(|a, b| {
            fn key(diagnostic: &Diagnostic) -> (Severity, Option<(&str, Position)>, &str, &str) {
                let place = diagnostic.places.first();
                let place = place.map(|place| (place.subgraph.as_str(), place.start));
                (diagnostic.severity, place, diagnostic.code, &diagnostic.message)
            }
            key(a).cmp(&key(b))
        });
        self.found
    }

    fn place(&self, site: &Site) -> Option<Place> {
        let span = site.span?;
        let source = self.sources.get(&span.file_id())?;
        let bytes = span.offset()..span.end_offset();
        let range = source.get_line_column_range(bytes.clone())?;
        Some(Place {
            subgraph: site.subgraph.to_string(),
            start: Position { line: range.start.line, column: range.start.column },
            end: Position { line: range.end.line, column: range.end.column },
            bytes,
        })
    }
}
