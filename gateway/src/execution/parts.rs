//! An answer in parts: the first one as soon as all of it is there, then what is deferred, fragment by fragment, as it comes.
//! What is deferred is fetched when the part that it stands in was taken.

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use rustc_hash::{FxHashMap, FxHashSet};

use super::errors::{ErrorLog, PathItem, ResponseError};
use super::payload::{self, Announced, Delivered, Entries, PartsFormat};
use super::program::{Content, Program, SetId};
use super::projection::{Met, Nulled, Projection, Step};
use super::run::{Execution, Run};
use super::store::{ObjectId, Store, Value};
use crate::operation::selection::{PartId, PartSet};

/// One part of an answer.
pub(crate) struct Part {
    pub body: Bytes,
    pub errors: usize,
    pub has_next: bool,
}

/// A deferred fragment at one place, to be delivered.
struct Pending {
    id: usize,
    part: PartId,
    set: SetId,
    object: ObjectId,
    path: Vec<PathItem>,
}

/// What the client has and what it was told to wait for.
struct Delivery {
    format: PartsFormat,
    pending: Vec<Pending>,
    /// Fragments announced so far.
    count: usize,
    /// The parts that came, and failed nowhere.
    delivered: PartSet,
    /// The parts that came; of these, at places and below, those of which nothing came there.
    given: PartSet,
    failed: FxHashMap<Vec<PathItem>, PartSet>,
    written: FxHashSet<(SetId, ObjectId)>,
    introspection: apollo_compiler::response::JsonMap,
}

/// Executes a query or mutation; the parts of its answer. The first is a plain answer if nothing follows. Dropping the
/// stream ends the requests that are under way.
pub(crate) fn execute_in_parts(execution: Execution, format: PartsFormat) -> BoxStream<'static, Part> {
    let parts = async_stream::stream! {
        let mut run = Run::new(&execution);
        run.fetch_first().await;
        let introspection = run.introspection();
        let mut delivery = Delivery {
            format,
            pending: Vec::new(),
            count: 0,
            delivered: PartSet::default(),
            given: PartSet::default(),
            failed: FxHashMap::default(),
            written: FxHashSet::default(),
            introspection,
        };
        yield delivery.first(&mut run);
        while !delivery.pending.is_empty() {
            run.open(delivery.open());
            let ready = loop {
                let ready = delivery.ready(&run);
                if !ready.is_empty() {
                    break ready;
                }
                if !run.step().await {
                    // Nothing is under way, so nothing more will come: it is delivered as it is.
                    break delivery.open();
                }
            };
            yield delivery.next(&mut run, ready);
        }
    };
    parts.boxed()
}

impl Delivery {
    /// The parts that the client waits for.
    fn open(&self) -> PartSet {
        self.pending.iter().fold(PartSet::default(), |all, pending| all.with(PartSet::of(pending.part)))
    }

    fn ready(&self, run: &Run<'_>) -> PartSet {
        let open = self.open();
        let waits = |part: &PartId| !run.has_all(PartSet::of(*part));
        open.iter().filter(waits).fold(open, |ready, part| ready.without(PartSet::of(part)))
    }

    fn first(&mut self, run: &mut Run<'_>) -> Part {
        run.explain_again();
        let mut errors = self.due_errors(run, PartSet::FIRST);
        let mut projection = projection(run, &self.introspection, &mut errors);
        projection.out.extend_from_slice(b"{\"data\":");
        projection.data();
        let (mut body, met) = (projection.out, projection.met);
        (self.delivered, self.given) = (PartSet::FIRST, PartSet::FIRST);
        self.announce(met);
        let has_next = !self.pending.is_empty();
        if !has_next {
            errors.append(take_all(run));
        }
        if errors.has_entries() {
            body.push(b',');
            errors.write(&mut body);
        }
        match has_next {
            true => payload::close(self.format, &mut body, &known(run.program(), &self.pending), true),
            false => body.push(b'}'),
        }
        Part { body: body.into(), errors: errors.len(), has_next }
    }

    /// Delivers parts of which all is there.
    fn next(&mut self, run: &mut Run<'_>, parts: PartSet) -> Part {
        run.explain_again();
        let (mut done, mut outcomes, before) = (Vec::new(), Vec::new(), self.count);
        for part in parts.iter() {
            let (own, rest) = self.pending.drain(..).partition::<Vec<_>, _>(|pending| pending.part == part);
            self.pending = rest;
            let mut errors = self.due_errors(run, PartSet::of(part));
            let (mut failed, mut met) = (false, Vec::new());
            for (index, pending) in own.iter().enumerate() {
                let mut mine = errors.take(|_, error| concerns(error, &pending.path, index == 0));
                let (data, found) = self.fragment(run, pending, &mut mine);
                if data.is_none() {
                    failed = true;
                    self.note_failure(run.program(), pending);
                }
                met.push(found);
                outcomes.push((data, mine));
            }
            // Null has reached beyond the fragment at these errors' places, so no fragment comes to them.
            if let Some((_, last)) = outcomes.last_mut() {
                last.append(errors);
            }
            self.given = self.given.with(PartSet::of(part));
            if !failed {
                self.delivered = self.delivered.with(PartSet::of(part));
            }
            met.into_iter().for_each(|met| self.announce(met));
            done.extend(own);
        }
        if let (true, Some((_, last))) = (self.pending.is_empty(), outcomes.last_mut()) {
            last.append(take_all(run));
        }
        let program = run.program();
        let errors = outcomes.iter().map(|(_, errors)| errors.len()).sum();
        let fragments = known(program, &done).into_iter().zip(outcomes);
        let delivered =
            fragments.map(|(fragment, (data, errors))| Delivered { fragment, data, errors }).collect();
        let mut body = payload::later(self.format, delivered);
        let has_next = !self.pending.is_empty();
        payload::close(self.format, &mut body, &known(program, self.since(before)), has_next);
        Part { body: body.into(), errors, has_next }
    }

    /// Nothing came of a fragment at its place, nor of those inside it: what another shares with them is still to be sent.
    fn note_failure(&mut self, program: &Program, pending: &Pending) {
        let defers = (1..).map(PartId).zip(&program.operation.defers);
        // A parent has a smaller number than what stands in it.
        let all = defers.fold(PartSet::of(pending.part), |all, (part, defer)| {
            if all.contains(defer.parent) { all.with(PartSet::of(part)) } else { all }
        });
        let known = self.failed.entry(pending.path.clone()).or_default();
        *known = known.with(all);
    }

    /// The parts that the client has of the object at a path.
    fn given_at(&self, path: &[PathItem]) -> PartSet {
        let failed = (0..=path.len()).filter_map(|length| self.failed.get(&path[..length]));
        failed.fold(self.given, |given, failed| given.without(*failed))
    }

    /// Notes what was met.
    fn announce(&mut self, met: Met) {
        self.written.extend(met.written);
        for (part, set, object, path) in met.deferred {
            self.pending.push(Pending { id: self.count, part, set, object, path });
            self.count += 1;
        }
    }

    /// The fragments with this number and after it: they wait in the order of their numbers.
    fn since(&self, id: usize) -> &[Pending] {
        let at = self.pending.partition_point(|pending| pending.id < id);
        &self.pending[at..]
    }

    /// Takes out the errors that go with these parts.
    fn due_errors(&self, run: &mut Run<'_>, parts: PartSet) -> ErrorLog {
        let (program, delivered) = (run.program(), self.delivered);
        run.errors.take(|fetch, error| {
            let place = parts_of(program, &error.path);
            let fetched_for = program.fetches.get(fetch).map_or(PartSet::FIRST, |fetch| fetch.due);
            // An error whose place the client has already goes with what it was fetched for.
            let due = if place.meets(delivered) { fetched_for } else { place };
            due.meets(parts)
        })
    }

    /// Writes what there is of a fragment at a place.
    fn fragment(&self, run: &Run<'_>, pending: &Pending, errors: &mut ErrorLog) -> (Option<Entries>, Met) {
        let mut projection = projection(run, &self.introspection, errors);
        projection.part = pending.part;
        projection.in_groups = self.format == PartsFormat::Incremental02;
        projection.base = &pending.path;
        let mut entries = Vec::new();
        let outcome = match self.format {
            PartsFormat::Defer20220824 => projection.object(pending.set, pending.object).map(|()| {
                entries.push((Vec::new(), std::mem::take(&mut projection.out)));
            }),
            PartsFormat::Incremental02 => {
                let mut fresh = Fresh { delivery: self, depth: pending.path.len(), entries: Vec::new() };
                let outcome = fresh.object(&mut projection, pending.set, pending.object);
                entries = fresh.entries;
                outcome
            }
        };
        projection.report_length();
        match outcome {
            Ok(()) => (Some(entries), projection.met),
            Err(Nulled) => (None, Met::default()),
        }
    }
}

/// Writes what a fragment brings that the client does not have: whole fields of objects that it has.
struct Fresh<'d> {
    delivery: &'d Delivery,
    /// Of the fragment.
    depth: usize,
    entries: Entries,
}

impl Fresh<'_> {
    fn object(&mut self, to: &mut Projection<'_>, id: SetId, object: ObjectId) -> Result<(), Nulled> {
        let program = to.program;
        let set = &program.sets[id];
        let type_id = to.runtime_type(set, object)?;
        to.meet(id, object, type_id);
        to.out.clear();
        let mut path = to.full_path();
        let given = self.delivery.given_at(&path);
        if to.fields((id, object, type_id), given)? {
            self.entries.push((path.split_off(self.depth), std::mem::take(&mut to.out)));
        }
        for field in &set.fields {
            let has = field.parts.contains(to.part) && field.parts.meets(given);
            if let (true, Content::Composite { slot: Some(slot), set }) =
                (has && field.is_on(type_id), &field.content)
            {
                let value = to.store.slot(object, *slot);
                to.path.push(Step::Field(field));
                self.value(to, *set, value)?;
                to.path.pop();
            }
        }
        Ok(())
    }

    /// Goes on to the objects that the client has of a value.
    fn value(&mut self, to: &mut Projection<'_>, set: SetId, value: Value) -> Result<(), Nulled> {
        match value {
            Value::Object(object) if self.delivery.written.contains(&(set, object)) => {
                self.object(to, set, object)
            }
            Value::List(list) => {
                for index in 0..to.store.length(list) {
                    let item = to.store.item(list, index);
                    to.path.push(Step::Item(index));
                    self.value(to, set, item)?;
                    to.path.pop();
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// What errors are left for the last part: where null has reached beyond a fragment, the fragment that would have told why
/// never comes.
fn take_all(run: &mut Run<'_>) -> ErrorLog {
    run.errors.take(|_, _| true)
}

fn projection<'a>(
    run: &'a Run<'_>,
    introspection: &'a apollo_compiler::response::JsonMap,
    errors: &'a mut ErrorLog,
) -> Projection<'a> {
    let (program, limits) = (&*run.execution.program, &run.execution.limits);
    let store: &Store = &run.store;
    Projection::new(program, store, &run.guards, limits, (introspection, errors))
}

/// The fragments as the client knows them.
fn known<'a>(program: &'a Program, pending: &'a [Pending]) -> Vec<Announced<'a>> {
    let label = |part: PartId| {
        let defer = usize::from(part.0).checked_sub(1).and_then(|index| program.operation.defers.get(index));
        defer.and_then(|defer| defer.label.as_deref())
    };
    let announced =
        |pending: &'a Pending| Announced { id: pending.id, path: &pending.path, label: label(pending.part) };
    pending.iter().map(announced).collect()
}

/// The parts with which the place at the end of a path comes.
fn parts_of(program: &Program, path: &[PathItem]) -> PartSet {
    let (mut sets, mut parts) = (vec![0], PartSet::FIRST);
    for item in path {
        let PathItem::Key(key) = item else { continue };
        let fields = sets.iter().flat_map(|set: &SetId| &program.sets[*set].fields);
        let fields: Vec<_> = fields.filter(|field| field.response_key == *key).collect();
        if fields.is_empty() {
            break;
        }
        parts = fields.iter().fold(PartSet::default(), |all, field| all.with(field.parts));
        let below = fields.iter().filter_map(|field| match field.content {
            Content::Composite { set, .. } => Some(set),
            _ => None,
        });
        sets = below.collect();
    }
    parts
}

/// Whether an error belongs to a fragment at a path: it stands below it; or, for the first, above or nowhere.
fn concerns(error: &ResponseError, path: &[PathItem], is_first: bool) -> bool {
    error.path.starts_with(path) || (is_first && path.starts_with(&error.path))
}
