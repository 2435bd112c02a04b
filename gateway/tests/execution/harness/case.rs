//! One case of differential testing: subgraphs, data and an operation; answered by the engine and by one executor.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use apollo_compiler::ast::Type;
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use gateway::composition::{SubgraphSchema, compose};
use gateway::engine::{Engine, Labels, Limits};
use gateway::execution::PartsFormat;
use gateway::supergraph::Supergraph;
use serde_json::Value;

use super::contexts::Contexts;
use super::fakes::{self, Fakes};
use super::features::{self, Features};
use super::interpreter::{Scene, execute};
use super::merging;
use super::operations::Written;
use super::verdict::{self, Response};
use super::world::{Federation, Maker, Rates, World};
use super::{LINK, answer, answer_text};

/// Subgraphs, and everything made from them once.
pub struct Bench {
    pub supergraph: Arc<Supergraph>,
    /// The supergraph as other planners read it.
    pub sdl: String,
    federation: Federation,
    contexts: Contexts,
    /// The public schema with no non-null output: nothing propagates.
    loose: Valid<Schema>,
    fakes: Arc<Fakes>,
    pub engine: Engine,
    features: Features,
    /// Of the last answer.
    seen: Mutex<BTreeSet<&'static str>>,
}

impl Bench {
    /// Composes subgraphs given as (name, SDL without `@link`).
    ///
    /// # Errors
    /// The codes of the diagnostics.
    pub fn compose(subgraphs: &[(String, String)]) -> Result<Bench, Vec<String>> {
        let schema = |(name, sdl): &(String, String)| SubgraphSchema {
            name: name.clone(),
            url: format!("http://{name}.invalid/graphql"),
            sdl: format!("{LINK}{sdl}"),
        };
        let composition = compose(subgraphs.iter().map(schema).collect());
        let sdl = composition.into_supergraph_sdl().map_err(|diagnostics| {
            let codes = diagnostics.iter().map(|d| format!("{}: {}", d.code, d.message));
            codes.collect::<Vec<_>>()
        })?;
        let supergraph = Arc::new(Supergraph::parse(&sdl).map_err(|error| vec![error.to_string()])?);
        let schemas: Vec<(String, Schema)> =
            subgraphs.iter().map(|(name, sdl)| (name.clone(), fakes::parse(sdl))).collect();
        let fakes = Arc::new(Fakes::new(&supergraph, subgraphs));
        let engine = Engine::new(supergraph.clone(), fakes.clone(), Limits::default());
        let drawing = fakes.clone();
        // Below the percentage of every label, or above.
        let draw = Box::new(move || if drawing.labels_are_on() { 0.0 } else { 99.9 });
        let engine = engine.with_labels(Labels { draw, ..Labels::default() });
        let (features, seen) = (Features::of(subgraphs), Mutex::default());
        let loose = loose(supergraph.api_schema());
        let (mut federation, contexts) = (Federation::of(&schemas), Contexts::of(&schemas));
        federation.find_firm(supergraph.full_schema(), supergraph.api_schema());
        Ok(Bench { federation, contexts, supergraph, sdl, loose, fakes, engine, features, seen })
    }

    /// Why an operation is not valid, if it is not.
    pub fn invalid(&self, operation: &Written) -> Option<String> {
        let api = self.supergraph.api_schema();
        let validated = ExecutableDocument::parse_and_validate(api, &operation.text, "q");
        validated.err().map(|invalid| invalid.errors.to_string())
    }

    pub fn is_valid(&self, operation: &Written) -> bool {
        self.invalid(operation).is_none()
    }

    /// The data of a seed; for one half of the seeds labels are on.
    pub fn world(&self, seed: u64, rates: Rates) -> World {
        self.fakes.set_labels((seed / 2).is_multiple_of(2));
        let (schema, public) = (self.supergraph.full_schema(), self.supergraph.api_schema());
        Maker { schema, public, federation: &self.federation, seed, rates }.world()
    }

    /// What the engine answers, with this as the truth.
    pub async fn answered(&self, world: World, operation: &Written) -> Value {
        self.fakes.set_world(world);
        answer(&self.engine, &operation.text, operation.variables.clone()).await
    }

    pub fn fakes(&self) -> &Fakes {
        &self.fakes
    }

    /// What is wrong with the engine's answer to a valid operation, if anything is.
    pub async fn difference(&self, world: World, operation: &Written) -> Option<String> {
        let world = self.fakes.set_world(world);
        let answered = answer_text(&self.engine, &operation.text, operation.variables.clone()).await;
        let monolith = |schema| {
            let contexts = Some(&self.contexts);
            let full = self.supergraph.full_schema();
            let scene = Scene { schema, full, world: &world, moved: None, contexts };
            execute(&scene, &operation.text, &operation.variables)
        };
        let expected = monolith(self.supergraph.api_schema()).unwrap();
        let loose = monolith(&self.loose).unwrap_or_else(|_| "{}".to_string());
        let [expected, answered, loose] = [expected, answered, loose].map(Response::read);
        *self.seen.lock().unwrap() = features::in_answer(&answered.text, self.fakes.asked().len());
        let complaints = self.fakes.complaints();
        let found = match (&answered.data, complaints.first()) {
            (_, Some(complaint)) => Some(format!("a subgraph was asked nonsense: {complaint}")),
            (None, _) => Some(format!("refused: {}", answered.value["errors"][0]["extensions"]["code"])),
            _ => verdict::difference(&expected, &answered, &loose),
        };
        let found = match found {
            None if operation.text.contains("@defer") => self.in_parts(operation, &expected, &loose).await,
            found => found,
        };
        found.map(|what| {
            let asked = self.fakes.asked().join("\n  ");
            let (expected, answered) = (&expected.text, &answered.text);
            format!("{what}\n expected {expected}\n answered {answered}\n asked\n  {asked}")
        })
    }

    /// What the operation, whose answer was the last that was compared, is made of.
    pub fn features(&self, operation: &Written) -> BTreeSet<&'static str> {
        let (api, labels) = (self.supergraph.api_schema(), self.fakes.labels_are_on());
        let mut features = self.features.in_operation(api, &operation.text, labels);
        features.extend(self.seen.lock().unwrap().iter());
        features
    }

    /// What is wrong with the answer in parts, put together.
    async fn in_parts(&self, operation: &Written, expected: &Response, loose: &Response) -> Option<String> {
        for format in [PartsFormat::Defer20220824, PartsFormat::Incremental02] {
            let parts = merging::parts(&self.engine, operation, format).await;
            self.seen.lock().unwrap().extend((parts.len() > 1).then_some("parts, several"));
            let found = match (merging::merge(&parts, format), self.fakes.complaints().first()) {
                (_, Some(complaint)) => Some(format!("a subgraph was asked nonsense: {complaint}")),
                (Err(why), _) => Some(why),
                (Ok(merged), _) => verdict::difference_of_parts(expected, &merged, loose),
            };
            if let Some(found) = found {
                let parts: Vec<String> = parts.iter().map(Value::to_string).collect();
                return Some(format!("parts in {format:?}: {found}\n {}", parts.join("\n ")));
            }
        }
        None
    }
}

fn loose(schema: &Schema) -> Valid<Schema> {
    let mut schema = schema.clone();
    for ty in schema.types.values_mut() {
        let fields = match ty {
            ExtendedType::Object(ty) => &mut ty.make_mut().fields,
            ExtendedType::Interface(ty) => &mut ty.make_mut().fields,
            _ => continue,
        };
        for field in fields.values_mut() {
            let field = field.make_mut();
            field.ty = nullable(&field.ty);
        }
    }
    Valid::assume_valid(schema)
}

fn nullable(ty: &Type) -> Type {
    match ty {
        Type::List(item) | Type::NonNullList(item) => Type::List(Box::new(nullable(item))),
        Type::Named(name) | Type::NonNullNamed(name) => Type::Named(name.clone()),
    }
}
