//! Random operations over random worlds, planned and executed across subgraphs, against a specification executor that
//! has all the data in one place. Same seed, same run.

use std::collections::BTreeSet;
use std::sync::Arc;

use apollo_compiler::ExecutableDocument;
use apollo_compiler::Schema;
use gateway::engine::{Engine, Limits};
use gateway::supergraph::Supergraph;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use crate::harness::fakes::{self, Fakes};
use crate::harness::operations::Writer;
use crate::harness::world::{Federation, Maker, World};
use crate::harness::{answer, interpreter, supergraph};

/// Subgraphs, and everything made from them once.
pub struct Bench {
    supergraph: Arc<Supergraph>,
    subgraphs: Vec<(String, String)>,
    federation: Federation,
}

impl Bench {
    pub fn new(supergraph: Arc<Supergraph>, subgraphs: Vec<(String, String)>) -> Bench {
        let schemas: Vec<(String, Schema)> =
            subgraphs.iter().map(|(name, sdl)| (name.clone(), fakes::parse(sdl))).collect();
        Bench { supergraph, subgraphs, federation: Federation::of(&schemas) }
    }

    fn world(&self, random: &mut ChaCha8Rng, null_rate: f64, lie_rate: f64) -> World {
        let schema = self.supergraph.full_schema();
        let public = self.supergraph.api_schema();
        Maker { schema, public, federation: &self.federation, random, null_rate, lie_rate, tokens: 0 }.world()
    }

    /// How many of `operations` random operations were compared, and what differed.
    pub async fn compare(&self, seed: u64, operations: usize) -> (usize, Vec<String>) {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let api = self.supergraph.api_schema();
        let full = self.supergraph.full_schema();
        let fakes = Arc::new(Fakes::new(&self.supergraph, &self.subgraphs));
        let engine = Engine::new(self.supergraph.clone(), fakes.clone(), Limits::default());
        let (mut compared, mut differences) = (0, Vec::new());
        for number in 0..operations {
            let null_rate = if number % 2 == 0 { 0.0 } else { 0.2 };
            let lie_rate = if number % 4 < 2 { 0.0 } else { 0.05 };
            let world = self.world(&mut random, null_rate, lie_rate);
            let query = Writer { schema: api, random: &mut random }.query();
            if ExecutableDocument::parse_and_validate(api, &query, "q").is_err() {
                continue;
            }
            compared += 1;
            let variables = json!({"a": number % 3 == 0, "b": number % 5 == 0});
            let expected = interpreter::execute(api, full, &world, &query, &variables);
            fakes.set_world(world);
            let answered = answer(&engine, &query, variables).await;
            if outline(&answered) != outline(&expected) {
                let asked = fakes.asked().join("\n  ");
                differences.push(format!("{query}\n expected {expected}\n answered {answered}\n  {asked}"));
            }
        }
        (compared, differences)
    }
}

impl Bench {
    /// Each request of each operation fails once: what is answered then and should not be.
    pub async fn fail_each(&self, seed: u64, operations: usize) -> (usize, Vec<String>) {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let api = self.supergraph.api_schema();
        let fakes = Arc::new(Fakes::new(&self.supergraph, &self.subgraphs));
        let engine = Engine::new(self.supergraph.clone(), fakes.clone(), Limits::default());
        let (mut failed, mut wrong) = (0, Vec::new());
        for _ in 0..operations {
            fakes.set_world(self.world(&mut random, 0.1, 0.0));
            let query = Writer { schema: api, random: &mut random }.query();
            if ExecutableDocument::parse_and_validate(api, &query, "q").is_err() {
                continue;
            }
            let variables = json!({"a": true, "b": false});
            let whole = answer(&engine, &query, variables.clone()).await;
            for number in 0..fakes.asked().len() {
                fakes.fail(number);
                let answered = answer(&engine, &query, variables.clone()).await;
                failed += 1;
                let told = answered["errors"].as_array().cloned().unwrap_or_default();
                let known = whole["errors"].as_array().cloned().unwrap_or_default();
                let mut new = told.iter().filter(|error| !known.contains(error)).peekable();
                let is_told = new.peek().is_some()
                    && new.all(|e| e["path"].is_array() && e["extensions"]["code"] == "SUBGRAPH_UNREACHABLE");
                if !is_part(&answered["data"], &whole["data"]) || !is_told {
                    let asked = fakes.asked().join("\n  ");
                    wrong.push(format!("{query}\n whole {whole}\n without {number}: {answered}\n  {asked}"));
                }
            }
        }
        (failed, wrong)
    }
}

/// Whether a value is another with parts of it null.
fn is_part(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::Null, _) => true,
        (Value::Array(part), Value::Array(whole)) => {
            part.len() == whole.len() && part.iter().zip(whole).all(|(part, whole)| is_part(part, whole))
        }
        (Value::Object(part), Value::Object(whole)) => {
            part.len() == whole.len()
                && part.iter().all(|(key, part)| whole.get(key).is_some_and(|whole| is_part(part, whole)))
        }
        (part, whole) => part == whole,
    }
}

/// Data, and the paths of the errors.
fn outline(response: &Value) -> (Value, BTreeSet<String>) {
    let errors = response["errors"].as_array().into_iter().flatten();
    (response["data"].clone(), errors.map(|error| error["path"].to_string()).collect())
}

pub const SUBGRAPHS: [(&str, &str); 4] = [
    (
        "users",
        r#"
        type Query { me: User  users(first: Int): [User!]!  node(id: ID!): Node  settings: Settings @shareable }
        interface Node { id: ID! }
        type User implements Node @key(fields: "id") @key(fields: "email") { id: ID!  email: String!  name(long: Boolean): String  friends: [User!]  address: Address @shareable  role: Role! }
        type Address @shareable { street: String  city: City }
        type City @shareable { name: String!  zip: String }
        type Settings @shareable { theme: String }
        enum Role { READER OPERATOR HIDDEN @inaccessible }
        "#,
    ),
    (
        "reviews",
        r#"
        type Query { latest: [Review!]!  subject: Subject  matrix: [[Review]!] }
        union Subject = Product | Review | User
        type Review @key(fields: "id") { id: ID!  text(cut: Int): String!  author: User @provides(fields: "email")  about: Media  stars: Int }
        type User @key(fields: "id") { id: ID!  email: String! @external  reviews: [Review]  score: String @requires(fields: "email address { city { zip } }")  address: Address @external  rank: Int }
        type Address { city: City @external }
        type City { zip: String @external }
        type Product @key(fields: "upc") { upc: ID!  reviews: [Review!]!  verdict: String! @requires(fields: "price dimensions { weight }")  price: Int @external  dimensions: Dimensions @external }
        type Dimensions { weight: Int @external }
        type Media @interfaceObject @key(fields: "id") { id: ID!  likes: Int!  reviews: [Review] }
        "#,
    ),
    (
        "products",
        r#"
        type Query { top: [Product]  media: [Media!]  search: [Result!]  settings: Settings @shareable }
        union Result = Product | Book | Film
        type Product @key(fields: "upc") @key(fields: "maker { id } sku") { upc: ID!  sku: String!  maker: Maker!  price: Int  dimensions: Dimensions @shareable }
        type Maker @key(fields: "id") { id: ID!  title: String  products: [Product] }
        type Dimensions @shareable { weight: Int  size: Int }
        interface Media @key(fields: "id") { id: ID!  title: String }
        type Book implements Media @key(fields: "id") { id: ID!  title: String  pages: Int!  kind: String }
        type Film implements Media @key(fields: "id") { id: ID!  title: String  minutes: Int  kind: String }
        type Settings @shareable { theme: String }
        "#,
    ),
    (
        "stock",
        r#"
        type Query { busiest: Maker  first: Product }
        type Product @key(fields: "maker { id } sku") { maker: Maker!  sku: String!  inStock: Int  dimensions: Dimensions @shareable  shelves: [[Shelf!]] }
        type Maker @key(fields: "id") { id: ID!  city: City }
        type Dimensions @shareable { weight: Int  size: Int }
        type Shelf @shareable { no: Int!  city: City }
        type City @shareable { name: String!  zip: String }
        "#,
    ),
];

#[tokio::test]
async fn answers_equal_those_of_one_executor_over_all_data() {
    let subgraphs = SUBGRAPHS.map(|(name, sdl)| (name.to_string(), sdl.to_string())).to_vec();
    let bench = Bench::new(supergraph(&SUBGRAPHS), subgraphs);
    let (compared, differences) = bench.compare(1, 400).await;
    assert!(compared > 200, "only {compared} operations were valid");
    assert!(
        differences.is_empty(),
        "{} of {compared} differ, such as\n{}",
        differences.len(),
        differences[0]
    );
}

#[tokio::test]
async fn a_request_that_fails_takes_only_its_own_fields_and_its_error_is_the_only_one() {
    let subgraphs = SUBGRAPHS.map(|(name, sdl)| (name.to_string(), sdl.to_string())).to_vec();
    let bench = Bench::new(supergraph(&SUBGRAPHS), subgraphs);
    let (failed, wrong) = bench.fail_each(2, 100).await;
    assert!(failed > 150, "only {failed} requests failed");
    assert!(wrong.is_empty(), "{} of {failed} are wrong, such as\n{}", wrong.len(), wrong[0]);
}
