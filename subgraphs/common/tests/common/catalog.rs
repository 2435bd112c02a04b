//! Categories, organizations and code tables, as administrators keep them.

use serde_json::{Value, json};

use crate::world::{Who, World};

async fn administrate(world: &World, field: &str) -> Value {
    let query = format!("mutation {{ payload: {field} }}");
    world.data(Who::Administrator, &query, json!({})).await["payload"].take()
}

#[tokio::test]
async fn the_tree_grows_is_read_and_refuses_what_would_break_it() {
    let world = World::new().await;
    let create = |slug: &str, parent: &str| {
        format!(
            "createCategory(input: {{slug: \"{slug}\", parentId: {parent}, nameKo: \"가\", nameEn: \"A\"}}) {{ __typename
             ... on CreateCategorySuccess {{ category {{ id parent {{ slug }} ancestors {{ slug }} }} }} }}"
        )
    };
    let wind = administrate(&world, &create("wind", "\"energy\"")).await;
    assert_eq!(wind["category"]["ancestors"], json!([{ "slug": "science" }, { "slug": "energy" }]));
    for (slug, parent, wanted) in [
        ("wind", "null", "SlugTaken"),
        ("Wind!", "null", "InvalidFields"),
        ("sun", "\"nowhere\"", "CategoryNotFound"),
    ] {
        assert_eq!(administrate(&world, &create(slug, parent)).await["__typename"], wanted);
    }
    let mut parent = wind["category"]["id"].clone();
    for level in 4..=11 {
        let made = administrate(&world, &create(&format!("level-{level}"), &parent.to_string())).await;
        let wanted = if level <= 10 { "CreateCategorySuccess" } else { "CategoryCannotMove" };
        assert_eq!(made["__typename"], wanted, "level {level}");
        parent = made["category"]["id"].clone();
    }
    let below = administrate(
        &world,
        &format!(
            "updateCategory(input: {{id: \"science\", parentId: {}}}) {{ __typename }}",
            wind["category"]["id"]
        ),
    )
    .await;
    assert_eq!(below["__typename"], "CategoryCannotMove");

    let query = "{ bySlug: category(slug: \"energy\") { id name(language: EN) } byId: category(id: \"energy\") { name }
        roots: categories { edges { node { slug children(first: 1) { edges { node { slug } } } } } }
        energy: categories(parentId: \"energy\") { edges { node { slug } } } none: category(id: \"x\") { id } }";
    let wanted = json!({
        "bySlug": { "id": "energy", "name": "Energy" }, "byId": { "name": "에너지" }, "none": null,
        "roots": { "edges": [
            { "node": { "slug": "science", "children": { "edges": [{ "node": { "slug": "energy" } }] } } },
            { "node": { "slug": "labour", "children": { "edges": [] } } } ] },
        "energy": { "edges": [{ "node": { "slug": "wind" } }] },
    });
    assert_eq!(world.data(Who::Anonymous, query, json!({})).await, wanted);
    let both = world.ask(Who::Anonymous, "{ category(id: \"x\", slug: \"y\") { id } }", json!({})).await;
    assert_eq!(both["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
}

#[tokio::test]
async fn moving_a_category_carries_its_documents_to_their_new_ancestors_in_the_index() {
    let world = World::new().await;
    let id = world.ingest_new("하나").await;
    world.indexer.drain().await.unwrap();
    assert_eq!(world.index.get(&id).unwrap().category_ids, ["science", "energy"]);
    let moved = administrate(
        &world,
        "updateCategory(input: {id: \"energy\", parentId: \"labour\", nameEn: \"Power\"}) { ... on UpdateCategorySuccess {
            category { name(language: EN) parent { slug } } } }",
    );
    assert_eq!(moved.await["category"], json!({ "name": "Power", "parent": { "slug": "labour" } }));
    world.indexer.drain().await.unwrap();
    assert_eq!(world.index.get(&id).unwrap().category_ids, ["labour", "energy"]);
    world.assert_converged().await;

    for (category, wanted) in [
        ("energy", "CategoryInUse"),
        ("labour", "CategoryInUse"),
        ("science", "DeleteCategorySuccess"),
        ("science", "CategoryNotFound"),
    ] {
        let field = format!("deleteCategory(categoryId: \"{category}\") {{ __typename }}");
        assert_eq!(administrate(&world, &field).await["__typename"], wanted, "{category}");
    }
}

#[tokio::test]
async fn a_move_whose_server_died_before_queueing_the_documents_is_finished_later() {
    let world = World::new().await;
    let id = world.ingest_new("하나").await;
    world.indexer.drain().await.unwrap();
    let sql = "UPDATE categories SET parent_id = 'labour', moved = 1 WHERE id = 'energy'";
    world.stores.common.execute(sql, &[]).await.unwrap();
    world.replica().drain().await.unwrap();
    assert_eq!(world.index.get(&id).unwrap().category_ids, ["labour", "energy"]);
    world.assert_converged().await;
}

#[tokio::test]
async fn organizations_are_made_changed_listed_and_deleted_unless_in_use() {
    let world = World::new().await;
    let made = administrate(
        &world,
        "createOrganization(input: {slug: \"kdi\", nameKo: \"한국개발연구원\", nameEn: \"KDI\", kind: \"institute\",
            homepage: \"https://kdi.example/\"}) { ... on CreateOrganizationSuccess { organization { id homepage } } }",
    )
    .await;
    let id = made["organization"]["id"].clone();
    let update = |change: &str| {
        format!("updateOrganization(input: {{id: {id}, {change}}}) {{ __typename ... on UpdateOrganizationSuccess {{
            organization {{ name homepage }} }} }}")
    };
    let changed = administrate(&world, &update("nameKo: \"개발연구원\", homepage: null")).await;
    assert_eq!(changed["organization"], json!({ "name": "개발연구원", "homepage": null }));
    assert_eq!(administrate(&world, &update("slug: \"me\"")).await["__typename"], "SlugTaken");
    assert_eq!(administrate(&world, &update("homepage: \"ftp://x\"")).await["__typename"], "InvalidFields");

    let list = "{ organizations(first: 2) { edges { node { slug } } pageInfo { hasNextPage } }
        ministries: organizations(kind: \"ministry\") { edges { node { slug } } } organization(slug: \"kdi\") { id } }";
    let listed = world.data(Who::Anonymous, list, json!({})).await;
    assert_eq!(
        listed["organizations"]["edges"],
        json!([{ "node": { "slug": "kdi" } }, { "node": { "slug": "me" } }])
    );
    assert_eq!(listed["organizations"]["pageInfo"]["hasNextPage"], true);
    assert_eq!(listed["ministries"]["edges"].as_array().unwrap().len(), 2);
    assert_eq!(listed["organization"]["id"], id);

    world.ingest_new("of me").await;
    for (organization, wanted) in [
        ("\"me\"", "OrganizationInUse"),
        (&id.to_string(), "DeleteOrganizationSuccess"),
        ("\"x\"", "OrganizationNotFound"),
    ] {
        let field = format!("deleteOrganization(organizationId: {organization}) {{ __typename }}");
        assert_eq!(administrate(&world, &field).await["__typename"], wanted);
    }
}

#[tokio::test]
async fn code_tables_hold_codes_in_order_and_saving_again_changes_them() {
    let world = World::new().await;
    let table = |title: &str| {
        format!(
            "saveCodeTable(input: {{name: \"risk\", titleKo: \"{title}\", titleEn: \"Risk\"}}) {{
        ... on SaveCodeTableSuccess {{ codeTable {{ id title }} }} }}"
        )
    };
    let first = administrate(&world, &table("위험")).await;
    let second = administrate(&world, &table("위험도")).await;
    assert_eq!(first["codeTable"]["id"], second["codeTable"]["id"]);
    let code = |value: &str, position: i32, active: bool| {
        format!("saveCode(input: {{table: \"risk\", value: \"{value}\",
        position: {position}, labelKo: \"{value}\", labelEn: \"{value}\", active: {active}}}) {{ __typename }}")
    };
    for (value, position, active) in
        [("high", 3, true), ("low", 1, true), ("none", 0, false), ("low", 2, true)]
    {
        assert_eq!(
            administrate(&world, &code(value, position, active)).await["__typename"],
            "SaveCodeSuccess"
        );
    }
    let query = "{ codeTable(name: \"risk\") { title all: codes { edges { node { value } } }
        active: codes(activeOnly: true, first: 1) { edges { node { value } } pageInfo { hasNextPage } } } }";
    let wanted = json!({ "title": "위험도",
        "all": { "edges": [{ "node": { "value": "none" } }, { "node": { "value": "low" } }, { "node": { "value": "high" } }] },
        "active": { "edges": [{ "node": { "value": "low" } }], "pageInfo": { "hasNextPage": true } } });
    assert_eq!(world.data(Who::Anonymous, query, json!({})).await["codeTable"], wanted);
    for (field, wanted) in [
        (
            "saveCode(input: {table: \"x\", value: \"v\", labelKo: \"k\", labelEn: \"e\"})",
            "CodeTableNotFound",
        ),
        ("deleteCode(table: \"risk\", value: \"none\")", "DeleteCodeSuccess"),
        ("deleteCode(table: \"risk\", value: \"none\")", "CodeNotFound"),
        ("deleteCodeTable(name: \"risk\")", "DeleteCodeTableSuccess"),
        ("deleteCodeTable(name: \"risk\")", "CodeTableNotFound"),
    ] {
        assert_eq!(administrate(&world, &format!("{field} {{ __typename }}")).await["__typename"], wanted);
    }
}
