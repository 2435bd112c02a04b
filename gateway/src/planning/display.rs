//! A plan in the notation federation users know, and as JSON.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::{Value, json};

use super::fetch_document::fetch_document;
use super::query_plan::{
    ContextVariable, Fetch, FetchStep, Path, PathSegment, QueryPlan, Representation, RepresentationField,
};
use super::write::Writer;
use crate::operation::selection::{Defer, Guard, OperationType, PartId, PartSet};
use crate::supergraph::Supergraph;

/// Shows a plan; see [`QueryPlan::display`].
pub struct DisplayPlan<'a> {
    plan: &'a QueryPlan,
    supergraph: &'a Supergraph,
}

impl QueryPlan {
    /// The plan as text: `QueryPlan { Sequence { Fetch(service: "…") { … } Parallel { … } } }`. Levels of fetches are
    /// shown one after the other, though a fetch starts as soon as those it needs have ended.
    pub fn display<'a>(&'a self, supergraph: &'a Supergraph) -> DisplayPlan<'a> {
        DisplayPlan { plan: self, supergraph }
    }

    /// The plan as JSON.
    pub fn to_json(&self, supergraph: &Supergraph) -> Value {
        let fetch = |(index, fetch): (usize, &Fetch)| {
            let document = fetch_document(&self.operation, fetch);
            json!({
                "id": index,
                "service": name(supergraph, fetch),
                "kind": fetch.kind.name(),
                "after": fetch.after.iter().map(|id| id.0).collect::<Vec<_>>(),
                "guard": guard_text(&fetch.guard),
                "operation": document.text,
                "variables": document.variables.iter().map(|name| name.as_str()).collect::<Vec<_>>(),
                "steps": fetch.steps.iter().map(step_json).collect::<Vec<_>>(),
                "parts": fetch.due.iter().map(|part| part.0).collect::<Vec<_>>(),
            })
        };
        let defer = |(index, defer): (usize, &Defer)| {
            let path = defer.path.iter().map(|key| key.as_str()).collect::<Vec<_>>();
            json!({ "part": index + 1, "label": defer.label, "path": path, "after": defer.parent.0 })
        };
        json!({
            "kind": "QueryPlan",
            "fetches": self.fetches.iter().enumerate().map(fetch).collect::<Vec<_>>(),
            "deferred": self.operation.defers.iter().enumerate().map(defer).collect::<Vec<_>>(),
        })
    }
}

fn name<'a>(supergraph: &'a Supergraph, fetch: &Fetch) -> &'a str {
    supergraph.subgraphs().get(fetch.subgraph.0 as usize).map_or("", |subgraph| subgraph.name.as_str())
}

impl fmt::Display for DisplayPlan<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let levels = levels(self.plan, PartSet::FIRST);
        let mut writer = Writer::indented();
        writer.block("QueryPlan", |w| match self.plan.operation.kind {
            OperationType::Subscription if levels.len() > 1 => w.block("Subscription", |w| {
                w.block("Primary:", |w| self.level(w, &levels[0]));
                w.block("Rest:", |w| self.sequence(w, &levels[1..]));
            }),
            _ if self.plan.operation.defers.is_empty() => self.sequence(w, &levels),
            _ => w.block("Defer", |w| {
                w.block("Primary:", |w| self.sequence(w, &levels));
                self.deferred(w);
            }),
        });
        f.write_str(writer.text.trim_end())
    }
}

impl DisplayPlan<'_> {
    /// What is fetched for deferred fragments only, by the fragments that it is for.
    fn deferred(&self, writer: &mut Writer) {
        let later = self.plan.fetches.iter().map(|fetch| fetch.due).filter(|due| *due != PartSet::FIRST);
        for due in later.collect::<BTreeSet<_>>() {
            let fragments: Vec<String> = due.iter().map(|part| self.fragment(part)).collect();
            let head = format!("Deferred({}):", fragments.join(", "));
            writer.block(&head, |w| self.sequence(w, &levels(self.plan, due)));
        }
    }

    fn fragment(&self, part: PartId) -> String {
        let defer = usize::from(part.0).checked_sub(1).and_then(|at| self.plan.operation.defers.get(at));
        let path = defer.map(|defer| defer.path.iter().map(|key| key.as_str()).collect::<Vec<_>>().join("."));
        let label = defer.and_then(|defer| defer.label.as_ref()).map(|label| format!(", label: {label:?}"));
        format!("path: {:?}{}", path.unwrap_or_default(), label.unwrap_or_default())
    }

    fn sequence(&self, writer: &mut Writer, levels: &[Vec<&Fetch>]) {
        match levels {
            [] => {}
            [only] => self.level(writer, only),
            _ => writer.block("Sequence", |w| levels.iter().for_each(|level| self.level(w, level))),
        }
    }

    fn level(&self, writer: &mut Writer, fetches: &[&Fetch]) {
        match fetches {
            [only] => self.fetch(writer, only),
            _ => writer.block("Parallel", |w| fetches.iter().for_each(|fetch| self.fetch(w, fetch))),
        }
    }

    fn fetch(&self, writer: &mut Writer, fetch: &Fetch) {
        match fetch.guard.is_always() {
            true => self.steps(writer, fetch),
            false => {
                writer.block(&format!("Include(if: {})", guard_text(&fetch.guard)), |w| self.steps(w, fetch))
            }
        }
    }

    fn steps(&self, writer: &mut Writer, fetch: &Fetch) {
        let head = format!("Fetch(service: {:?})", name(self.supergraph, fetch));
        match fetch.steps.as_slice() {
            [FetchStep::Root { path, selection }] => flatten(writer, std::slice::from_ref(path), |w| {
                w.block(&head, |w| w.block("", |w| w.selections(selection)));
            }),
            [step @ FetchStep::Entities { paths, .. }] => {
                flatten(writer, paths, |w| w.block(&head, |w| entities(w, step)));
            }
            steps => writer.block(&head, |w| {
                for step in steps {
                    match step {
                        FetchStep::Root { path, selection } => flatten(w, std::slice::from_ref(path), |w| {
                            w.block("", |w| w.selections(selection));
                        }),
                        FetchStep::Entities { paths, .. } => flatten(w, paths, |w| entities(w, step)),
                    }
                }
            }),
        }
    }
}

/// Fetches for some parts, by the longest chain of them that leads there.
fn levels(plan: &QueryPlan, due: PartSet) -> Vec<Vec<&Fetch>> {
    let mut depths: Vec<Option<usize>> = Vec::new();
    let mut levels: Vec<Vec<&Fetch>> = Vec::new();
    for fetch in &plan.fetches {
        if fetch.due != due {
            depths.push(None);
            continue;
        }
        let before = fetch.after.iter().filter_map(|id| depths.get(id.0 as usize).copied().flatten()).max();
        let depth = before.map_or(0, |depth| depth + 1);
        depths.push(Some(depth));
        levels.resize_with(levels.len().max(depth + 1), Vec::new);
        levels[depth].push(fetch);
    }
    levels
}

fn flatten(writer: &mut Writer, paths: &[Path], inner: impl FnOnce(&mut Writer)) {
    if paths.iter().all(|path| path.0.is_empty()) {
        return inner(writer);
    }
    let text: Vec<String> = paths.iter().map(path_text).collect();
    writer.block(&format!("Flatten(path: {:?})", text.join(", ")), inner);
}

fn entities(writer: &mut Writer, step: &FetchStep) {
    let FetchStep::Entities { paths, representations, contexts, selection } = step else { return };
    writer.block("", |w| {
        for representation in representations {
            representation_lines(w, representation);
        }
        for variable in contexts {
            context_lines(w, paths, variable);
        }
    });
    writer.line("=>");
    writer.block("", |w| w.selections(selection));
}

fn representation_lines(writer: &mut Writer, representation: &Representation) {
    let types = match &representation.type_name {
        Some(name) => std::slice::from_ref(name),
        None => representation.types.as_slice(),
    };
    for ty in types {
        writer.block(&format!("... on {ty}"), |w| {
            w.line("__typename");
            fields(w, &representation.fields);
        });
    }
}

/// `$variable: path` for each place where its value may be found.
fn context_lines(writer: &mut Writer, paths: &[Path], variable: &ContextVariable) {
    for source in &variable.sources {
        let path = paths.first().map(|path| path_text(&to_object(path, source.depth))).unwrap_or_default();
        let types: Vec<&str> = source.types.iter().map(|name| name.as_str()).collect();
        let mut text = format!("{path}|[{}]", types.join("|"));
        let mut below = source.value.as_ref();
        if below.is_none() {
            text.push_str(" null");
        }
        while let Some(field) = below {
            text.push_str(&format!(".{}", field.slot));
            below = field.fields.iter().find(|field| field.name != "__typename");
        }
        writer.line(&format!("${}: {text}", variable.variable));
    }
}

/// The part of a path that has this many keys.
fn to_object(path: &Path, depth: usize) -> Path {
    let keys = path.0.iter().enumerate().filter(|(_, segment)| matches!(segment, PathSegment::Key(_)));
    let end = keys.take(depth).last().map_or(0, |(index, _)| index + 1);
    Path(path.0[..end].to_vec())
}

fn fields(writer: &mut Writer, list: &[RepresentationField]) {
    for field in list {
        let alias = if field.slot == field.name { String::new() } else { format!("{}: ", field.slot) };
        let head = format!("{alias}{}", field.name);
        let line = |w: &mut Writer| match field.fields.is_empty() {
            true => w.line(&head),
            false => w.block(&head, |w| fields(w, &field.fields)),
        };
        match field.types.is_empty() {
            true => line(writer),
            false => field.types.iter().for_each(|ty| writer.block(&format!("... on {ty}"), line)),
        }
    }
}

fn path_text(path: &Path) -> String {
    let mut text = String::new();
    for segment in &path.0 {
        match segment {
            PathSegment::Key(key) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(key);
            }
            PathSegment::OnTypes(types) => {
                let types: Vec<&str> = types.iter().map(|name| name.as_str()).collect();
                text.push_str(&format!("|[{}]", types.join("|")));
            }
        }
    }
    text
}

fn guard_text(guard: &Guard) -> String {
    let condition = |c: &crate::operation::selection::Condition| match c.value {
        true => format!("${}", c.variable),
        false => format!("!${}", c.variable),
    };
    let all = |conditions: &Vec<_>| conditions.iter().map(condition).collect::<Vec<_>>().join(" && ");
    guard.any_of.iter().map(all).collect::<Vec<_>>().join(" || ")
}

fn step_json(step: &FetchStep) -> Value {
    match step {
        FetchStep::Root { path, .. } => json!({ "kind": "Root", "path": path_text(path) }),
        FetchStep::Entities { paths, representations, contexts, .. } => json!({
            "kind": "Entities",
            "contexts": contexts.iter().map(|known| known.variable.as_str()).collect::<Vec<_>>(),
            "paths": paths.iter().map(path_text).collect::<Vec<_>>(),
            "representations": representations.iter().map(representation_json).collect::<Vec<_>>(),
        }),
    }
}

fn representation_json(representation: &Representation) -> Value {
    let mut writer = Writer::dense();
    fields(&mut writer, &representation.fields);
    json!({
        "types": representation.types.iter().map(|name| name.as_str()).collect::<Vec<_>>(),
        "typeName": representation.type_name.as_ref().map(|name| name.as_str()),
        "fields": writer.text,
    })
}
