//! Random operations over random worlds, planned and executed across subgraphs, against a specification executor that
//! has all the data in one place. Same seed, same run.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::harness::answer;
use crate::harness::case::Bench;
use crate::harness::operations::Writer;
use crate::harness::verdict::is_part;
use crate::harness::world::Rates;

fn bench() -> Bench {
    Bench::compose(&SUBGRAPHS.map(|(name, sdl)| (name.to_string(), sdl.to_string())))
        .map_err(|e| e.join("\n"))
        .unwrap()
}

/// How many of `operations` random operations were compared, and what differed.
async fn compare(bench: &Bench, seed: u64, operations: usize) -> (usize, Vec<String>) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (mut compared, mut differences) = (0, Vec::new());
    for number in 0..operations {
        let null = if number % 2 == 0 { 0.0 } else { 0.2 };
        let lie = if number % 4 < 2 { 0.0 } else { 0.05 };
        let world = bench.world(seed + number as u64, Rates { null, lie, error: 0.0 });
        let operation = Writer::write(bench.supergraph.api_schema(), &mut random);
        if bench.is_valid(&operation) {
            compared += 1;
            let found = bench.difference(world, &operation).await;
            differences.extend(found.map(|found| format!("{}\n{found}", operation.text)));
        }
    }
    (compared, differences)
}

/// Each request of each operation fails once: what is answered then and should not be.
async fn fail_each(bench: &Bench, seed: u64, operations: usize) -> (usize, Vec<String>) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (mut failed, mut wrong) = (0, Vec::new());
    for number in 0..operations {
        let world = bench.world(seed + number as u64, Rates { null: 0.1, ..Rates::default() });
        let operation = Writer::write(bench.supergraph.api_schema(), &mut random);
        if !bench.is_valid(&operation) {
            continue;
        }
        let whole = bench.answered(world, &operation).await;
        for number in 0..bench.fakes().asked().len() {
            bench.fakes().fail(number);
            let answered = answer(&bench.engine, &operation.text, operation.variables.clone()).await;
            failed += 1;
            let told = answered["errors"].as_array().cloned().unwrap_or_default();
            let known = whole["errors"].as_array().cloned().unwrap_or_default();
            let mut new = told.iter().filter(|error| !known.contains(error)).peekable();
            let is_told = new.peek().is_some()
                && new.all(|e| e["path"].is_array() && e["extensions"]["code"] == "SUBGRAPH_UNREACHABLE");
            if !is_part(&answered["data"], &whole["data"]) || !is_told {
                let asked = bench.fakes().asked().join("\n  ");
                let text = &operation.text;
                wrong.push(format!("{text}\n whole {whole}\n without {number}: {answered}\n  {asked}"));
            }
        }
    }
    (failed, wrong)
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
    let (compared, differences) = compare(&bench(), 1, 400).await;
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
    let (failed, wrong) = fail_each(&bench(), 2, 100).await;
    assert!(failed > 150, "only {failed} requests failed");
    assert!(wrong.is_empty(), "{} of {failed} are wrong, such as\n{}", wrong.len(), wrong[0]);
}
