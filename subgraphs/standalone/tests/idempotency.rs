//! Every mutation that a client may repeat: what creates takes an idempotency key, everything else comes to the same when it is
//! repeated. Through the gateway; a mutation that is in neither list fails the test.
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use serde_json::{Value, json};
use standalone::stores_folder::OpenStores;
use standalone::system::System;

/// A mutation that creates: `{n}` is a name that must be free, `{x}` another part of the request, `{key}` the key's argument.
struct Create {
    name: &'static str,
    role: &'static str,
    call: &'static str,
    /// The payload when something is created.
    created: &'static str,
    /// What of it is the same for every repeat.
    selection: &'static str,
    /// Whether a second request for the same name, without a key, makes a second one.
    twice: bool,
}

const CREATES: &[Create] = &[
    Create {
        name: "createUser",
        role: "administrator",
        call: "(input: { email: \"{n}@example.org\", name: \"{x}\", roles: [READER], {key} })",
        created: "UserCreated",
        selection: "user { id name } initialPassword",
        twice: false,
    },
    Create {
        name: "createUser",
        role: "administrator",
        call: "(input: { email: \"{n}-2@example.org\", name: \"x\", roles: [READER], password: \"a long password {x}\", {key} })",
        created: "UserCreated",
        selection: "user { id name } initialPassword",
        twice: false,
    },
    Create {
        name: "createApiKey",
        role: "reader",
        call: "(input: { name: \"{n} {x}\", {key} })",
        created: "ApiKeyCreated",
        selection: "apiKey { id name hint } secret",
        twice: true,
    },
    Create {
        name: "createServiceClient",
        role: "administrator",
        call: "(id: \"client-{n}\", name: \"{x}\", {key})",
        created: "ServiceClientCreated",
        selection: "client { id name } clientSecret",
        twice: false,
    },
    Create {
        name: "createCrawlSource",
        role: "operator",
        call: "(input: { name: \"{n}\", startUrl: \"https://example.invalid/{x}\", collection: PROJECT, active: false }, {key})",
        created: "CrawlSourceSaved",
        selection: "source { id name startUrl }",
        twice: true,
    },
    Create {
        name: "createFolder",
        role: "operator",
        call: "(name: \"{n} {x}\", {key})",
        created: "NasFileChanged",
        selection: "file { id name }",
        twice: false,
    },
    Create {
        name: "createUpload",
        role: "operator",
        call: "(input: { name: \"{n}\", size: {x}, {key} })",
        created: "UploadTicket",
        selection: "id uploadUrl token maxBytes expiresAt",
        twice: true,
    },
    Create {
        name: "createCategory",
        role: "administrator",
        call: "(input: { slug: \"category-{n}\", nameKo: \"{x}\", nameEn: \"x\", {key} })",
        created: "CreateCategorySuccess",
        selection: "category { id name }",
        twice: false,
    },
    Create {
        name: "createOrganization",
        role: "administrator",
        call: "(input: { slug: \"organization-{n}\", nameKo: \"{x}\", nameEn: \"x\", kind: \"ministry\", {key} })",
        created: "CreateOrganizationSuccess",
        selection: "organization { id name }",
        twice: false,
    },
];

/// A mutation that comes to the same when it is repeated: who, its arguments, the payloads of the first time and the second,
/// and where in the first answer is something that later ones need. `{name}` stands for what an earlier one has left.
type Repeat =
    (&'static str, &'static str, &'static str, [&'static str; 2], Option<(&'static str, &'static str)>);

const REPEATS: &[Repeat] = &[
    (
        "administrator",
        "updateUser(id: \"{user}\", input: { name: \"새 이름\" })",
        "user { id name }",
        ["UserUpdated"; 2],
        None,
    ),
    ("administrator", "deactivateUser(id: \"{user}\")", "user { id }", ["UserUpdated"; 2], None),
    ("administrator", "activateUser(id: \"{user}\")", "user { id }", ["UserUpdated"; 2], None),
    (
        "administrator",
        "setServiceClientActive(id: \"client-one\", active: false)",
        "client { id }",
        ["ServiceClientUpdated"; 2],
        None,
    ),
    ("reader", "revokeApiKey(id: \"{apiKey}\")", "apiKeyId", ["ApiKeyRevoked", "ApiKeyNotFound"], None),
    (
        "reader",
        "addBookmark(documentId: \"{document}\")",
        "bookmark { id }",
        ["AddBookmarkSuccess", "BookmarkExists"],
        Some(("/bookmark/id", "bookmark")),
    ),
    (
        "reader",
        "updateBookmark(bookmarkId: \"{bookmark}\", note: \"메모\")",
        "bookmark { id note }",
        ["UpdateBookmarkSuccess"; 2],
        None,
    ),
    (
        "reader",
        "removeBookmark(bookmarkId: \"{bookmark}\")",
        "bookmarkId",
        ["RemoveBookmarkSuccess", "BookmarkNotFound"],
        None,
    ),
    (
        "reader",
        "saveSearch(input: { name: \"이름\", parameters: { text: \"기후\" } })",
        "savedSearch { id }",
        ["SaveSearchSuccess", "SavedSearchNameTaken"],
        Some(("/savedSearch/id", "search")),
    ),
    (
        "reader",
        "deleteSavedSearch(savedSearchId: \"{search}\")",
        "savedSearchId",
        ["DeleteSavedSearchSuccess", "SavedSearchNotFound"],
        None,
    ),
    (
        "administrator",
        "saveCodeTable(input: { name: \"table\", titleKo: \"표\", titleEn: \"Table\" })",
        "codeTable { name }",
        ["SaveCodeTableSuccess"; 2],
        None,
    ),
    (
        "administrator",
        "saveCode(input: { table: \"table\", value: \"v\", labelKo: \"값\", labelEn: \"Value\" })",
        "code { value label }",
        ["SaveCodeSuccess"; 2],
        None,
    ),
    (
        "administrator",
        "deleteCode(table: \"table\", value: \"v\")",
        "value",
        ["DeleteCodeSuccess", "CodeNotFound"],
        None,
    ),
    (
        "administrator",
        "deleteCodeTable(name: \"table\")",
        "name",
        ["DeleteCodeTableSuccess", "CodeTableNotFound"],
        None,
    ),
    (
        "administrator",
        "updateCategory(input: { id: \"{category}\", nameEn: \"New\" })",
        "category { id }",
        ["UpdateCategorySuccess"; 2],
        None,
    ),
    (
        "administrator",
        "deleteCategory(categoryId: \"{category}\")",
        "categoryId",
        ["DeleteCategorySuccess", "CategoryNotFound"],
        None,
    ),
    (
        "administrator",
        "updateOrganization(input: { id: \"{organization}\", nameEn: \"New\" })",
        "organization { id }",
        ["UpdateOrganizationSuccess"; 2],
        None,
    ),
    (
        "administrator",
        "deleteOrganization(organizationId: \"{organization}\")",
        "organizationId",
        ["DeleteOrganizationSuccess", "OrganizationNotFound"],
        None,
    ),
    (
        "operator",
        "ingestDocument(idempotencyKey: \"k\", input: { collection: PROJECT, title: \"제목\", body: \"본문\", language: \"ko\", publishedAt: \"2026-10-30T09:00:00Z\", project: {} })",
        "documentId outcome version",
        ["IngestDocumentSuccess"; 2],
        Some(("/documentId", "ingested")),
    ),
    (
        "operator",
        "classifyDocument(input: { documentId: \"{ingested}\", keywords: [\"하나\"] })",
        "document { id }",
        ["ClassifyDocumentSuccess"; 2],
        None,
    ),
    (
        "operator",
        "deleteDocument(documentId: \"{ingested}\")",
        "documentId",
        ["DeleteDocumentSuccess", "DocumentNotFound"],
        None,
    ),
    (
        "operator",
        "updateCrawlSource(id: \"{source}\", input: { active: true })",
        "source { id active }",
        ["CrawlSourceSaved"; 2],
        None,
    ),
    (
        "operator",
        "startCrawl(sourceId: \"{source}\", idempotencyKey: \"k\")",
        "run { id }",
        ["CrawlStarted"; 2],
        Some(("/run/id", "run")),
    ),
    ("operator", "cancelCrawl(runId: \"{run}\")", "run { id }", ["CrawlCancelled", "CrawlRunEnded"], None),
    (
        "operator",
        "moveNasFile(id: \"{folder}\", to: { name: \"moved\" })",
        "file { id name }",
        ["NasFileChanged"; 2],
        None,
    ),
    ("operator", "deleteNasFile(id: \"{folder}\")", "file { id }", ["NasFileChanged", "FileNotFound"], None),
    ("operator", "restoreNasFile(id: \"{folder}\")", "file { id }", ["NasFileChanged", "FileNotFound"], None),
];

/// Mutations that neither create nor can be repeated without meaning it.
const OTHERS: [(&str, &str); 14] = [
    ("login", "each makes a session of its own"),
    ("refresh", "a token is good once; a repeat within seconds is told so"),
    ("logout", "ends what is there"),
    ("exchangeApiKey", "a token is not kept"),
    ("issueServiceToken", "a token is not kept"),
    ("changePassword", "the old password no longer opens"),
    ("resetPassword", "the last one shown holds"),
    ("resetServiceClientSecret", "the last one shown holds"),
    ("revokeSession", "ends what is there"),
    ("rotateSigningKeys", "the next key is brought in once until it signs"),
    ("reindex", "one at a time"),
    ("emptyRecycleBin", "removes what is there"),
    ("retryCrawl", "opens an ended run; an open one is told so"),
    ("completeUpload", "the tests of admin confirm twice, and at once"),
];

struct Client {
    http: reqwest::Client,
    url: String,
    tokens: BTreeMap<&'static str, String>,
}

impl Client {
    async fn start(url: String) -> Self {
        let mut client = Self { http: reqwest::Client::new(), url, tokens: BTreeMap::new() };
        for person in standalone::sample::people::people().into_iter().take(3) {
            let query = format!(
                "mutation {{ r: login(input: {{ email: \"{}\", password: \"{}\" }}) {{ ... on LoginSuccess {{ accessToken }} }} }}",
                person.email, person.password
            );
            let token = client.ask("", &query).await["data"]["r"]["accessToken"].as_str().unwrap().to_owned();
            client.tokens.insert(person.role, token);
        }
        client
    }

    async fn ask(&self, role: &str, query: &str) -> Value {
        let request = self.http.post(format!("{}/graphql", self.url)).json(&json!({ "query": query }));
        let request = self.tokens.get(role).iter().fold(request, |request, token| request.bearer_auth(token));
        request.send().await.unwrap().json().await.unwrap()
    }

    /// A create's payload, or the code of its error.
    async fn create(&self, create: &Create, role: &str, (n, x, key): (&str, &str, &str)) -> Value {
        // A size is a number; elsewhere any text will do.
        let x = match create.name {
            "createUpload" => format!("1{}", x.len()),
            _ => x.to_owned(),
        };
        let key = if key.is_empty() { String::new() } else { format!("idempotencyKey: \"{key}\"") };
        let call = create.call.replace("{n}", n).replace("{x}", &x).replace("{key}", &key);
        let Create { name, created, selection, .. } = create;
        let query =
            format!("mutation {{ r: {name}{call} {{ __typename ... on {created} {{ {selection} }} }} }}");
        let answer = self.ask(role, &query).await;
        match answer["errors"][0]["extensions"]["code"].as_str() {
            Some(code) => json!(code),
            None => answer["data"]["r"].clone(),
        }
    }
}

async fn system() -> (System, Client, tempfile::TempDir) {
    gateway::server::install_crypto();
    let folder = tempfile::tempdir().unwrap();
    let stores = OpenStores::open(folder.path()).await.unwrap();
    standalone::seeding::seed(&stores, folder.path(), 3).await.unwrap();
    let system = System::start(stores, folder.path(), 0, true).await.unwrap();
    let client = Client::start(system.url()).await;
    (system, client, folder)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_creates_creates_once_under_a_key() {
    let (system, client, _folder) = system().await;
    for (number, create) in CREATES.iter().enumerate() {
        let (name, role, created) = (create.name, create.role, json!(create.created));
        let key = format!("key {number}");
        let first = client.create(create, role, ("one", "a", &key)).await;
        assert_eq!(first["__typename"], created, "{name}: {first}");
        assert_eq!(client.create(create, role, ("one", "a", &key)).await, first, "{name}: once more");
        let other = client.create(create, role, ("one", "bb", &key)).await;
        assert_eq!(other, "IDEMPOTENCY_KEY_REUSED", "{name}: another request");
        let other = client.create(create, role, ("other", "a", &key)).await;
        assert_eq!(other, "IDEMPOTENCY_KEY_REUSED", "{name}: another name");
        let at_once = format!("at once {number}");
        let all = join_all((0..8).map(|_| client.create(create, role, ("two", "a", &at_once)))).await;
        assert!(all.iter().all(|one| *one == all[0] && one["__typename"] == created), "{name}: {all:#?}");
        assert_ne!(all[0], first);
        let unkeyed = [
            client.create(create, role, ("three", "a", "")).await,
            client.create(create, role, ("three", "a", "")).await,
        ];
        assert_eq!(unkeyed[0]["__typename"], created, "{name}");
        assert_eq!(unkeyed[1]["__typename"] == created, create.twice, "{name}: {unkeyed:?}");
        assert_ne!(unkeyed[0], unkeyed[1], "{name}: without a key it is another request");
        let wrong = client.create(create, role, ("four", "a", &"x".repeat(201))).await;
        assert_eq!(wrong, "BAD_USER_INPUT", "{name}: a key that cannot be kept");
        if role == "operator" {
            let others = client.create(create, "administrator", ("five", "a", &key)).await;
            assert_eq!(others["__typename"], created, "{name}: the key of somebody else");
        }
    }
    secrets_shown_again_open(&client).await;
    system.stop().await.unwrap();
}

/// A repeat shows the secret that was made first, not another one.
async fn secrets_shown_again_open(client: &Client) {
    let repeat = async |index: usize| {
        let create = &CREATES[index];
        client.create(create, create.role, ("one", "a", &format!("key {index}"))).await
    };
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let (user, key, service) = (repeat(0).await, repeat(2).await, repeat(3).await);
    for (query, opened) in [
        (
            format!(
                "login(input: {{ email: \"one@example.org\", password: \"{}\" }})",
                text(&user["initialPassword"])
            ),
            "LoginSuccess",
        ),
        (format!("exchangeApiKey(apiKey: \"{}\")", text(&key["secret"])), "ApiKeyExchanged"),
        (
            format!(
                "issueServiceToken(clientId: \"client-one\", clientSecret: \"{}\")",
                text(&service["clientSecret"])
            ),
            "ServiceTokenIssued",
        ),
    ] {
        let answer = client.ask("", &format!("mutation {{ r: {query} {{ __typename }} }}")).await;
        assert_eq!(answer["data"]["r"]["__typename"], opened, "{query}: {answer}");
    }
    let reset = "mutation { r: resetServiceClientSecret(id: \"client-one\") { __typename } }";
    client.ask("administrator", reset).await;
    assert_eq!(repeat(3).await, "SECRET_REPLACED", "the one that no longer opens is not shown");
    let reset =
        format!("mutation {{ r: resetPassword(id: \"{}\") {{ __typename }} }}", text(&user["user"]["id"]));
    client.ask("administrator", &reset).await;
    assert_eq!(
        repeat(0).await,
        json!({ "__typename": "UserCreated", "user": user["user"], "initialPassword": null })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_else_comes_to_the_same_when_it_is_repeated() {
    let (system, client, _folder) = system().await;
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    for (index, path, name) in [
        (0, "/user/id", "user"),
        (2, "/apiKey/id", "apiKey"),
        (4, "/source/id", "source"),
        (5, "/file/id", "folder"),
        (7, "/category/id", "category"),
        (8, "/organization/id", "organization"),
    ] {
        let create = &CREATES[index];
        let made = client.create(create, create.role, ("one", "a", "")).await;
        known.insert(
            name.to_owned(),
            made.pointer(path).unwrap_or_else(|| panic!("{made}")).as_str().unwrap().to_owned(),
        );
    }
    client.create(&CREATES[3], "administrator", ("one", "a", "")).await;
    let document = client.ask("reader", "{ documents(first: 1) { edges { node { id } } } }").await;
    let document = document["data"]["documents"]["edges"][0]["node"]["id"].as_str();
    known.insert("document".to_owned(), document.unwrap().to_owned());
    for (role, call, selection, payloads, leaves) in REPEATS {
        let call = known
            .iter()
            .fold((*call).to_owned(), |call, (name, value)| call.replace(&format!("{{{name}}}"), value));
        let mut answers = Vec::new();
        for expected in payloads {
            let query =
                format!("mutation {{ r: {call} {{ __typename ... on {} {{ {selection} }} }} }}", payloads[0]);
            let answer = client.ask(role, &query).await;
            assert_eq!(answer["data"]["r"]["__typename"], *expected, "{call}: {answer}");
            answers.push(answer["data"]["r"].clone());
        }
        if payloads[0] == payloads[1] {
            assert_eq!(answers[0], answers[1], "{call}");
        }
        if let Some((path, name)) = leaves {
            known.insert((*name).to_owned(), answers[0].pointer(path).unwrap().as_str().unwrap().to_owned());
        }
    }
    every_mutation_is_listed(&client).await;
    system.stop().await.unwrap();
}

async fn every_mutation_is_listed(client: &Client) {
    let schema = client.ask("reader", "{ __schema { mutationType { fields { name } } } }").await;
    let fields = schema["data"]["__schema"]["mutationType"]["fields"].as_array().unwrap();
    let there: BTreeSet<&str> = fields.iter().map(|field| field["name"].as_str().unwrap()).collect();
    let repeated = REPEATS.iter().map(|(_, call, ..)| call.split('(').next().unwrap());
    let listed: BTreeSet<&str> = CREATES
        .iter()
        .map(|create| create.name)
        .chain(repeated)
        .chain(OTHERS.iter().map(|(name, _)| *name))
        .collect();
    assert_eq!(there, listed);
}
