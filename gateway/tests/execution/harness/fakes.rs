//! Subgraphs made of nothing but their SDL and a world, behind the transport.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use apollo_compiler::Schema;
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;
use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use gateway::execution::transport::{
    RequestContext, SubgraphRequest, SubgraphResponse, SubgraphTransport, TransportError,
};
use gateway::supergraph::{SubgraphId, Supergraph};
use serde_json::{Value, json};

use super::interpreter::{Scene, execute};
use super::world::World;

const DIRECTIVES: &str = r#"
    directive @key(fields: String!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
    directive @requires(fields: String!) on FIELD_DEFINITION
    directive @provides(fields: String!) on FIELD_DEFINITION
    directive @external on OBJECT | FIELD_DEFINITION
    directive @shareable repeatable on OBJECT | FIELD_DEFINITION
    directive @extends on OBJECT | INTERFACE
    directive @override(from: String!, label: String) on FIELD_DEFINITION
    directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION
    directive @tag(name: String!) repeatable on FIELD_DEFINITION | INTERFACE | OBJECT | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION
    directive @interfaceObject on OBJECT
    directive @context(name: String!) repeatable on OBJECT | INTERFACE | UNION
    directive @fromContext(field: String) on ARGUMENT_DEFINITION
    directive @link(url: String!, import: [String], as: String) repeatable on SCHEMA
    scalar _Any
"#;

/// The SDL as a schema that a server would have, without the federation machinery's definitions checked.
pub fn parse(sdl: &str) -> Schema {
    build(format!("{sdl}\n{DIRECTIVES}"))
}

fn build(sdl: String) -> Schema {
    let builder = Schema::builder().adopt_orphan_extensions().parse(sdl, "subgraph.graphql");
    builder.build().unwrap_or_else(|errors| errors.partial)
}

/// The same, able to answer `_entities`.
pub fn executable(sdl: &str) -> Valid<Schema> {
    let schema = parse(sdl);
    let entities = schema.types.iter().filter(|(_, ty)| ty.is_object() && ty.directives().has("key"));
    let names: Vec<String> = entities.map(|(name, _)| name.to_string()).collect();
    let query = schema.schema_definition.query.as_ref().map(|query| query.name.to_string());
    let extend = if query.is_some() { "extend " } else { "" };
    let query = query.unwrap_or_else(|| "Query".to_string());
    let machinery = if names.is_empty() {
        String::new()
    } else {
        format!(
            "union _Entity = {} {extend}type {query} {{ _entities(representations: [_Any!]!): [_Entity]! }}",
            names.join(" | ")
        )
    };
    Valid::assume_valid(build(format!("{sdl}\n{DIRECTIVES}\n{machinery}")))
}

/// Types and fields.
type Fields = BTreeSet<(String, String)>;

/// What other subgraphs took over from one, and it from others that have it while labels are off.
fn moved(name: &str, subgraphs: &[(String, String)], labels: bool) -> Fields {
    let mut moved = BTreeSet::new();
    for (taker, sdl) in subgraphs {
        for (ty, definition) in &parse(sdl).types {
            let ExtendedType::Object(object) = definition else { continue };
            for (field, definition) in &object.fields {
                let Some(over) = definition.directives.get("override") else { continue };
                let argument = |name: &str| over.specified_argument_by_name(name)?.as_str();
                let is_taken = labels || argument("label").is_none();
                let loser = if is_taken { argument("from") } else { Some(taker.as_str()) };
                if loser.is_some_and(|loser| loser.eq_ignore_ascii_case(name)) {
                    moved.insert((ty.to_string(), field.to_string()));
                }
            }
        }
    }
    moved
}

/// The transport.
pub struct Fakes {
    schemas: Vec<Valid<Schema>>,
    full: Schema,
    /// By subgraph: types and fields that another has, with labels off and on.
    moved: Vec<[Fields; 2]>,
    labels: AtomicBool,
    /// What subgraphs were asked that is not valid there.
    complaints: Mutex<Vec<String>>,
    /// What they answer from.
    world: Mutex<Arc<World>>,
    asked: Mutex<Vec<String>>,
    /// Which request fails, counted from 0 since the world was set; none when it is larger than that.
    fails: Mutex<usize>,
}

impl Fakes {
    /// Subgraphs given as (name, SDL).
    pub fn new(supergraph: &Supergraph, subgraphs: &[(String, String)]) -> Fakes {
        let sdl =
            |name: &str| &subgraphs.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).unwrap().1;
        let moved = |name: &str| [false, true].map(|labels| moved(name, subgraphs, labels));
        Fakes {
            moved: supergraph.subgraphs().iter().map(|subgraph| moved(&subgraph.name)).collect(),
            labels: AtomicBool::new(false),
            complaints: Mutex::default(),
            schemas: supergraph.subgraphs().iter().map(|subgraph| executable(sdl(&subgraph.name))).collect(),
            full: supergraph.full_schema().clone().into_inner(),
            world: Mutex::default(),
            asked: Mutex::default(),
            fails: Mutex::new(usize::MAX),
        }
    }

    /// Whether labels of overrides are on from now on.
    pub fn set_labels(&self, on: bool) {
        self.labels.store(on, Ordering::Relaxed);
    }

    pub fn labels_are_on(&self) -> bool {
        self.labels.load(Ordering::Relaxed)
    }

    /// From now on, answers come from this world.
    pub fn set_world(&self, world: World) -> Arc<World> {
        let world = Arc::new(world);
        *self.world.lock().unwrap() = world.clone();
        self.fail(usize::MAX);
        self.complaints.lock().unwrap().clear();
        world
    }

    /// What was asked since that is not valid for the subgraph.
    pub fn complaints(&self) -> Vec<String> {
        self.complaints.lock().unwrap().clone()
    }

    /// Asks are counted anew, and the one with this number fails.
    pub fn fail(&self, number: usize) {
        self.asked.lock().unwrap().clear();
        *self.fails.lock().unwrap() = number;
    }

    /// What was asked since: subgraph and body.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

#[async_trait]
impl SubgraphTransport for Fakes {
    async fn fetch(
        &self,
        subgraph: SubgraphId,
        request: SubgraphRequest,
        _: &RequestContext,
    ) -> Result<SubgraphResponse, TransportError> {
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let query = body["query"].as_str().unwrap();
        let number = self.asked.lock().unwrap().len();
        self.asked.lock().unwrap().push(format!("{}: {body}", subgraph.0));
        if number == *self.fails.lock().unwrap() {
            return Err(TransportError { code: "SUBGRAPH_UNREACHABLE", detail: "as the test says".into() });
        }
        let world = self.world.lock().unwrap().clone();
        let index = subgraph.0 as usize;
        let moved = Some(&self.moved[index][usize::from(self.labels_are_on())]);
        let scene =
            Scene { schema: &self.schemas[index], full: &self.full, world: &world, moved, contexts: None };
        let response = execute(&scene, query, &body["variables"]).unwrap_or_else(|invalid| {
            self.complaints.lock().unwrap().push(invalid);
            json!({"errors": [{"message": "invalid"}]}).to_string()
        });
        Ok(SubgraphResponse { status: http::StatusCode::OK, body: response.into() })
    }

    async fn subscribe(
        &self,
        _: SubgraphId,
        _: Bytes,
        _: &RequestContext,
    ) -> Result<BoxStream<'static, Result<Bytes, TransportError>>, TransportError> {
        Err(TransportError { code: "SUBGRAPH_UNREACHABLE", detail: "no subscriptions here".into() })
    }
}
