//! A shop in four subgraphs, and what they answer: the same value for the same field, lists of fixed lengths.

use std::collections::HashMap;
use std::sync::RwLock;

use apollo_compiler::executable::{Field, Selection, SelectionSet};
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use gateway::composition::{SubgraphSchema, compose};
use gateway::execution::transport::{
    RequestContext, SubgraphRequest, SubgraphResponse, SubgraphTransport, TransportError,
};
use gateway::supergraph::{SubgraphId, Supergraph};
use serde_json::{Map, Value, json};

const LINK: &str = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.5\", \
    import: [\"@key\", \"@external\", \"@requires\"])\n";

const SUBGRAPHS: [(&str, &str); 4] = [
    (
        "catalog",
        "type Query { bestsellers(first: Int = 5): [Article] } type Article @key(fields: \"id\") { id: ID! title: String price: Int weight: Int }",
    ),
    (
        "opinions",
        "type Opinion @key(fields: \"id\") { id: ID! text: String by: Member article: Article } type Member @key(fields: \"id\") { id: ID! opinions: [Opinion] } type Article @key(fields: \"id\") { id: ID! opinions: [Opinion] }",
    ),
    (
        "people",
        "type Query { members: [Member] } type Member @key(fields: \"id\") { id: ID! name: String handle: String born: Int }",
    ),
    (
        "stock",
        "type Article @key(fields: \"id\") { id: ID! price: Int @external weight: Int @external inStock: Boolean shipping: Int @requires(fields: \"price weight\") }",
    ),
];

/// Asks all four, in a depth of four and seven requests.
pub const OPERATION: &str = "query Shop {
  members { ...Person opinions { ...Opinion article { ...Thing opinions { ...Opinion } } } }
  bestsellers { ...Thing opinions { ...Opinion by { ...Person } } }
}
fragment Person on Member { id handle name }
fragment Opinion on Opinion { id text }
fragment Thing on Article { inStock title price shipping id }";

/// The shop's supergraph.
pub fn supergraph() -> String {
    let composition = compose(SUBGRAPHS.map(schema).into());
    composition.into_supergraph_sdl().unwrap_or_else(|diagnostics| panic!("{diagnostics:#?}"))
}

/// The subgraphs' schemas, to be composed.
pub fn schemas() -> Vec<SubgraphSchema> {
    SUBGRAPHS.map(schema).into()
}

fn schema((name, sdl): (&str, &str)) -> SubgraphSchema {
    SubgraphSchema {
        name: name.to_owned(),
        url: format!("http://{name}.invalid/graphql"),
        sdl: format!("{LINK}{sdl}"),
    }
}

/// The subgraphs, which remember what they answered: it costs nothing to ask them again.
pub struct Shop {
    schemas: Vec<Valid<Schema>>,
    answered: RwLock<HashMap<(u32, Bytes), Bytes>>,
}

impl Shop {
    /// Those of a supergraph of this shop.
    pub fn of(supergraph: &Supergraph) -> Self {
        let sdl = |name: &str| SUBGRAPHS.iter().find(|(other, _)| *other == name).unwrap().1;
        let schemas = supergraph.subgraphs().iter().map(|subgraph| executable(sdl(&subgraph.name))).collect();
        Self { schemas, answered: RwLock::default() }
    }

    fn answer(&self, subgraph: SubgraphId, body: &Bytes) -> Bytes {
        let asked = (subgraph.0, body.clone());
        if let Some(known) = self.answered.read().unwrap().get(&asked) {
            return known.clone();
        }
        let answer = Bytes::from(answer(&self.schemas[subgraph.0 as usize], body));
        self.answered.write().unwrap().insert(asked, answer.clone());
        answer
    }
}

#[async_trait]
impl SubgraphTransport for Shop {
    async fn fetch(
        &self,
        subgraph: SubgraphId,
        request: SubgraphRequest,
        _: &RequestContext,
    ) -> Result<SubgraphResponse, TransportError> {
        Ok(SubgraphResponse { status: http::StatusCode::OK, body: self.answer(subgraph, &request.body) })
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

/// A subgraph's SDL as a schema that answers `_entities`.
fn executable(sdl: &str) -> Valid<Schema> {
    let extend = if sdl.contains("type Query") { "extend " } else { "" };
    let machinery = format!(
        "directive @key(fields: String!) on OBJECT directive @external on FIELD_DEFINITION
        directive @requires(fields: String!) on FIELD_DEFINITION scalar _Any interface _Entity {{ id: ID! }}
        {extend}type Query {{ _entities(representations: [_Any!]!): [_Entity]! }}"
    );
    Valid::assume_valid(Schema::builder().parse(format!("{sdl} {machinery}"), "s.graphql").build().unwrap())
}

/// The answer to a request's body.
fn answer(schema: &Valid<Schema>, body: &[u8]) -> String {
    let body: Value = serde_json::from_slice(body).unwrap();
    let parsed = ExecutableDocument::parse(schema, body["query"].as_str().unwrap(), "q.graphql");
    let document = parsed.unwrap_or_else(|invalid| invalid.partial);
    let asked = Asked { document: &document, variables: &body["variables"] };
    let operation = document.operations.get(None).unwrap();
    json!({ "data": asked.object(&operation.selection_set, "Query", 0) }).to_string()
}

struct Asked<'a> {
    document: &'a ExecutableDocument,
    variables: &'a Value,
}

impl Asked<'_> {
    fn object(&self, selections: &SelectionSet, ty: &str, id: usize) -> Value {
        let mut object = Map::new();
        self.fill(selections, ty, id, &mut object);
        Value::Object(object)
    }

    fn fill(&self, selections: &SelectionSet, ty: &str, id: usize, object: &mut Map<String, Value>) {
        for selection in &selections.selections {
            match selection {
                Selection::Field(field) => {
                    object.insert(field.response_key().to_string(), self.value(field, ty, id));
                }
                Selection::InlineFragment(fragment) => {
                    if fragment.type_condition.as_ref().is_none_or(|on| on == ty) {
                        self.fill(&fragment.selection_set, ty, id, object);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = &self.document.fragments[&spread.fragment_name];
                    if *fragment.type_condition() == ty {
                        self.fill(&fragment.selection_set, ty, id, object);
                    }
                }
            }
        }
    }

    fn value(&self, field: &Field, ty: &str, id: usize) -> Value {
        let below = field.ty().inner_named_type().as_str();
        let many = |count: usize| {
            (0..count).map(|n| self.object(&field.selection_set, below, (id + n) % 20 + 1)).collect()
        };
        match field.name.as_str() {
            "__typename" => json!(ty),
            "_entities" => self.entities(field),
            "id" => json!(id.to_string()),
            "members" => Value::Array(many(10)),
            "bestsellers" => Value::Array(many(5)),
            "opinions" => Value::Array(many(3)),
            "by" | "article" => self.object(&field.selection_set, below, id * 7 % 20 + 1),
            "text" => {
                json!(format!("What is to be said of number {id}: \"as described\", and it came in time."))
            }
            "inStock" => json!(!id.is_multiple_of(3)),
            _ if below == "Int" => json!(id * 37),
            name => json!(format!("{name} of {id}")),
        }
    }

    fn entities(&self, field: &Field) -> Value {
        let argument = field.specified_argument_by_name("representations").unwrap();
        let sent = &self.variables[argument.as_variable().unwrap().as_str()];
        let entity = |sent: &Value| {
            let id = sent["id"].as_str().unwrap().parse().unwrap();
            self.object(&field.selection_set, sent["__typename"].as_str().unwrap(), id)
        };
        sent.as_array().unwrap().iter().map(entity).collect()
    }
}
