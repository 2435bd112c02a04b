//! Measures every operation on its fragment graph, each fragment once, before anything is expanded: 25 fragments that
//! spread each other twice are 2^25 fields and one linear pass.

use apollo_compiler::Name;
use apollo_compiler::ast::{Definition, Document, FragmentDefinition, Selection};
use rustc_hash::FxHashMap;

use crate::operation::error::{RequestError, RequestErrorCode};
use crate::operation::limits::Limits;

/// Fragments nested in fragments; far beyond what the field depth allows in documents that people write.
const NESTING: usize = 200;

/// What a selection set amounts to with all fragments expanded.
#[derive(Clone, Copy, Debug, Default)]
struct Size {
    depth: usize,
    aliases: usize,
    top: usize,
    selections: usize,
    directives: usize,
}

struct Measure<'a> {
    fragments: FxHashMap<&'a Name, &'a FragmentDefinition>,
    /// `None` while the fragment is being measured: a cycle, which validation will refuse.
    known: FxHashMap<&'a Name, Option<Size>>,
    too_deep: bool,
}

/// Refuses a document with an operation beyond the limits.
pub(super) fn check(document: &Document, limits: &Limits) -> Result<(), Vec<RequestError>> {
    let mut measure =
        Measure { fragments: FxHashMap::default(), known: FxHashMap::default(), too_deep: false };
    for definition in &document.definitions {
        if let Definition::FragmentDefinition(fragment) = definition {
            measure.fragments.insert(&fragment.name, fragment);
        }
    }
    for definition in &document.definitions {
        let Definition::OperationDefinition(operation) = definition else { continue };
        let mut size = measure.set(&operation.selection_set, 0);
        size.directives = size.directives.saturating_add(operation.directives.len());
        let exceeded = exceeded(&size, limits, measure.too_deep);
        if !exceeded.is_empty() {
            return Err(exceeded);
        }
    }
    Ok(())
}

fn exceeded(size: &Size, limits: &Limits, too_deep: bool) -> Vec<RequestError> {
    let checks = [
        ("nested fields", size.depth, limits.depth),
        ("aliases", size.aliases, limits.aliases),
        ("root fields", size.top, limits.root_fields),
        ("fields", size.selections, limits.selections),
        ("directives", size.directives, limits.directives),
        ("nested fragments", if too_deep { usize::MAX } else { 0 }, NESTING),
    ];
    let over = checks.iter().filter(|(_, found, allowed)| found > allowed);
    over.map(|(what, _, allowed)| {
        let message = format!("the operation has more than {allowed} {what}");
        RequestError::new(RequestErrorCode::LimitExceeded, message)
    })
    .collect()
}

impl<'a> Measure<'a> {
    fn set(&mut self, selections: &'a [Selection], nesting: usize) -> Size {
        let mut total = Size::default();
        if nesting > NESTING {
            self.too_deep = true;
            return total;
        }
        for selection in selections {
            let (part, directives) = match selection {
                Selection::Field(field) => {
                    let below = self.set(&field.selection_set, nesting + 1);
                    let own = Size {
                        depth: below.depth.saturating_add(1),
                        aliases: below.aliases.saturating_add(usize::from(field.alias.is_some())),
                        top: 1,
                        selections: below.selections.saturating_add(1),
                        directives: below.directives,
                    };
                    (own, field.directives.len())
                }
                Selection::InlineFragment(inline) => {
                    (self.set(&inline.selection_set, nesting + 1), inline.directives.len())
                }
                Selection::FragmentSpread(spread) => {
                    (self.fragment(&spread.fragment_name, nesting + 1), spread.directives.len())
                }
            };
            total.add(&part, directives);
        }
        total
    }

    fn fragment(&mut self, name: &'a Name, nesting: usize) -> Size {
        if let Some(known) = self.known.get(name) {
            return known.unwrap_or_default();
        }
        let Some(fragment) = self.fragments.get(name).copied() else { return Size::default() };
        self.known.insert(name, None);
        let mut size = self.set(&fragment.selection_set, nesting);
        size.directives = size.directives.saturating_add(fragment.directives.len());
        self.known.insert(name, Some(size));
        size
    }
}

impl Size {
    fn add(&mut self, other: &Self, directives: usize) {
        self.depth = self.depth.max(other.depth);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.top = self.top.saturating_add(other.top);
        self.selections = self.selections.saturating_add(other.selections);
        self.directives = self.directives.saturating_add(other.directives).saturating_add(directives);
    }
}
