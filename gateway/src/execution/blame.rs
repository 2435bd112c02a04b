//! From an error of a fetch to the places it explains and the paths that the client knows them by.

use super::answer::EntitiesHeard;
use super::errors::{ErrorLog, PathItem, ResponseError};
use super::explained::{Explained, explain};
use super::program::{
    Content, FetchProgram, Program, SetId, Shape, ShapeSlot, StepProgram, TypeId, UNKNOWN_TYPE,
};
use super::store::{ObjectId, Store, Value};
use super::subgraph_error::{Segment, SubgraphError};
use super::targets::{Targets, visit_with_paths};

/// What is needed to blame places for errors of one fetch.
pub(super) struct Blame<'a> {
    pub program: &'a Program,
    pub fetch: usize,
    pub targets: &'a [Targets],
    pub guards: &'a [bool],
    pub store: &'a mut Store,
    pub errors: &'a mut ErrorLog,
    /// What has to be explained again in the end.
    pub explained: &'a mut Vec<Explained>,
}

/// An object and the path to it in the client's answer.
struct Occurrence {
    object: ObjectId,
    path: Vec<PathItem>,
    sets: Vec<SetId>,
}

impl Blame<'_> {
    fn fetch(&self) -> &FetchProgram {
        &self.program.fetches[self.fetch]
    }

    /// The whole fetch brought nothing. Objects that stand at one place get an error for each field that the client asked
    /// for; objects of a list get one error for all of them.
    pub fn whole_fetch(&mut self, message: &'static str, code: &'static str) {
        let program = self.program;
        for (number, (step, targets)) in
            program.fetches[self.fetch].steps.iter().zip(self.targets).enumerate()
        {
            let occurrences = self.occurrences(step, &targets.objects, 2);
            let paths = match &occurrences[..] {
                [] => continue,
                [only] => self.field_paths(&step.shape, only),
                _ => vec![self.common_path(step, &targets.objects)],
            };
            for path in paths {
                let service = Some(self.fetch().service.clone());
                self.errors.push(
                    self.fetch,
                    ResponseError { message: message.into(), path, code: code.into(), service },
                );
            }
            self.explain(number, &targets.objects, &[]);
        }
    }

    /// Something is wrong with the list of entities as a whole.
    pub fn entity_list(&mut self, step: usize, message: String) {
        let program = self.program;
        let (step, targets) = (&program.fetches[self.fetch].steps[step], &self.targets[step]);
        let path = self.common_path(step, &targets.objects);
        let service = Some(self.fetch().service.clone());
        let code = "SUBGRAPH_INVALID_RESPONSE".into();
        self.errors.push(self.fetch, ResponseError { message: message.into(), path, code, service });
    }

    /// The entities of these representations did not come: whatever is missing in them is explained.
    pub fn fail_entities(&mut self, step: usize, representations: impl Iterator<Item = usize>) {
        let targets = self.targets;
        for representation in representations {
            self.explain(step, targets[step].served_by(representation), &[]);
        }
    }

    /// Marks what an error explains in these objects of a step.
    fn explain(&mut self, step: usize, objects: &[ObjectId], path: &[Segment]) {
        let program = &self.program.fetches[self.fetch].steps[step];
        for &object in objects {
            explain(self.store, &program.shape, object, path);
            if !program.is_sole_source {
                self.explained.push(Explained { fetch: self.fetch, step, object, path: path.to_vec() });
            }
        }
    }

    /// Reports an error of the subgraph and marks the places that it explains.
    pub fn subgraph_error(&mut self, error: &SubgraphError, heard: &[EntitiesHeard], has_data: bool) {
        let program = self.program;
        let fetch = &program.fetches[self.fetch];
        let first_key = match error.path.first() {
            Some(Segment::Key(key)) => Some(key.as_bytes()),
            _ => None,
        };
        let is_step = |step: &&StepProgram| match (&step.entities, first_key) {
            (Some(entities), Some(key)) => entities.group(key).is_some(),
            (None, Some(key)) => step.shape.entry(key, 0).is_some(),
            (_, None) => false,
        };
        let step = fetch.steps.iter().find(is_step);
        let index = step.and_then(|step| fetch.steps.iter().position(|other| std::ptr::eq(other, step)));
        let paths = match (step, index) {
            (Some(step), Some(index)) => self.step_error(step, index, error, heard.get(index)),
            _ => {
                let all: Vec<_> = fetch
                    .steps
                    .iter()
                    .zip(self.targets)
                    .map(|(s, t)| self.common_path(s, &t.objects))
                    .collect();
                vec![all.into_iter().reduce(|a, b| common(&a, &b)).unwrap_or_default()]
            }
        };
        if !has_data {
            for (number, targets) in self.targets.iter().enumerate() {
                self.explain(number, &targets.objects, &[]);
            }
        }
        let code = error.code.clone().unwrap_or_else(|| "SUBGRAPH_ERROR".into());
        for path in paths {
            let (message, code) = (error.message.clone().into(), code.clone().into());
            self.errors.push(
                self.fetch,
                ResponseError { message, path, code, service: Some(fetch.service.clone()) },
            );
        }
    }

    /// Whether an error is about one entity of a list, so that it says nothing of the others.
    pub fn is_about_one(&self, error: &SubgraphError) -> bool {
        let steps = self.fetch().steps.iter().zip(self.targets);
        steps.into_iter().any(|(step, targets)| entity_of(step, targets, error).is_some())
    }

    /// Marks what an error of one step explains; the client's paths of it.
    fn step_error(
        &mut self,
        step: &StepProgram,
        index: usize,
        error: &SubgraphError,
        heard: Option<&EntitiesHeard>,
    ) -> Vec<Vec<PathItem>> {
        let targets = &self.targets[index];
        let entity = entity_of(step, targets, error);
        let (objects, start, is_one) = match (&step.entities, entity, error.path.get(1)) {
            (None, ..) => (&targets.objects[..], 0, true),
            (_, Some(entity), _) => (targets.served_by(entity), 2, true),
            (_, None, Some(Segment::Index(_))) => (&targets.objects[..], 2, false),
            (_, None, _) => (&targets.objects[..], 1, false),
        };
        if step.entities.is_some() {
            let told = |entity: usize| heard.is_some_and(|h| h.has(entity) && !h.nulls.contains(&entity));
            let missing: Vec<usize> = match entity {
                Some(entity) => vec![entity],
                None => (0..targets.distinct()).collect(),
            };
            self.fail_entities(index, missing.into_iter().filter(|&entity| !told(entity)));
        }
        // An error about no entity in particular says nothing of where null stands in each.
        let end = if is_one { error.reached.max(start) } else { error.path.len() };
        self.explain(index, objects, &error.path[start..end]);
        let occurrences = self.occurrences(step, objects, usize::MAX);
        let mut paths: Vec<Vec<PathItem>> = Vec::new();
        for occurrence in occurrences {
            paths.push(self.follow(&step.shape, occurrence, &error.path[start..]));
        }
        if is_one || paths.len() == 1 { paths } else { vec![self.common_path(step, objects)] }
    }

    /// Translates a path of the answer from an object. It may go on where the subgraph has put null already.
    fn follow(&self, shape: &Shape, from: Occurrence, segments: &[Segment]) -> Vec<PathItem> {
        let Occurrence { object, mut path, mut sets } = from;
        let (mut shape, mut value) = (Some(shape), Value::Object(object));
        for segment in segments {
            match segment {
                Segment::Index(index) => {
                    path.push(PathItem::Index(*index));
                    value = match value {
                        Value::List(list) if (*index as u64) < u64::from(self.store.length(list)) => {
                            self.store.item(list, *index as u32)
                        }
                        _ => Value::Absent,
                    };
                }
                Segment::Key(key) => {
                    let Some((_, entry)) = shape.and_then(|shape| shape.entry(key.as_bytes(), 0)) else {
                        break;
                    };
                    let type_id = match value {
                        Value::Object(object) => self.store.type_of(object),
                        _ => UNKNOWN_TYPE,
                    };
                    if !self.enter(&mut sets, type_id, entry.slot_key.as_str(), &mut path) {
                        break;
                    }
                    shape = entry.sub.as_ref();
                    value = match (value, entry.slot) {
                        (Value::Object(object), ShapeSlot::Slot(slot)) => self.store.slot(object, slot),
                        _ => Value::Absent,
                    };
                }
            }
        }
        path
    }

    /// Goes on to what the client selects under a key; whether it selects it.
    fn enter(&self, sets: &mut Vec<SetId>, type_id: TypeId, key: &str, path: &mut Vec<PathItem>) -> bool {
        let fields = sets.iter().flat_map(|&set| &self.program.sets[set].fields);
        let fields: Vec<_> =
            fields.filter(|field| field.response_key == key && field.is_on(type_id)).collect();
        path.extend(fields.first().map(|field| PathItem::Key(field.response_key.clone())));
        let next = fields.iter().filter_map(|field| match field.content {
            Content::Composite { set, .. } => Some(set),
            _ => None,
        });
        let is_selected = !fields.is_empty();
        *sets = next.collect();
        is_selected
    }

    fn field_paths(&self, shape: &Shape, at: &Occurrence) -> Vec<Vec<PathItem>> {
        let type_id = self.store.type_of(at.object);
        let mut paths: Vec<Vec<PathItem>> = Vec::new();
        for entry in shape.entries.iter().filter(|entry| self.guards[entry.guard as usize]) {
            let mut path = at.path.clone();
            if self.enter(&mut at.sets.clone(), type_id, entry.slot_key.as_str(), &mut path)
                && !paths.contains(&path)
            {
                paths.push(path);
            }
        }
        if paths.is_empty() { vec![at.path.clone()] } else { paths }
    }

    /// Where these objects occur in the client's answer; at most `limit`, and no more than errors can be listed.
    fn occurrences(&self, step: &StepProgram, objects: &[ObjectId], limit: usize) -> Vec<Occurrence> {
        let wanted: rustc_hash::FxHashSet<ObjectId> = objects.iter().copied().collect();
        let limit = limit.min(self.errors.limit() + 1);
        let mut occurrences = Vec::new();
        for route in &step.routes {
            visit_with_paths(self.store, route, &mut |object, path| {
                if occurrences.len() < limit && wanted.contains(&object) {
                    occurrences.push(Occurrence { object, path: path.to_vec(), sets: route.sets.clone() });
                }
            });
        }
        occurrences
    }

    /// The part of their paths that all these objects share; the first one's path if they share none.
    fn common_path(&self, step: &StepProgram, objects: &[ObjectId]) -> Vec<PathItem> {
        let occurrences = self.occurrences(step, objects, usize::MAX);
        let shared =
            occurrences.iter().map(|o| o.path.clone()).reduce(|a, b| common(&a, &b)).unwrap_or_default();
        match occurrences.first() {
            Some(first) if shared.is_empty() => first.path.clone(),
            _ => shared,
        }
    }
}

/// The entity that an error is about, if it names one that was asked for.
fn entity_of(step: &StepProgram, targets: &Targets, error: &SubgraphError) -> Option<usize> {
    let [Segment::Key(key), Segment::Index(index), ..] = &error.path[..] else { return None };
    let group = step.entities.as_ref()?.group(key.as_bytes())?;
    Some(targets.first_of(group)? + *index).filter(|entity| *entity < targets.distinct())
}

fn common(a: &[PathItem], b: &[PathItem]) -> Vec<PathItem> {
    a.iter().zip(b).take_while(|(a, b)| a == b).map(|(a, _)| a.clone()).collect()
}
