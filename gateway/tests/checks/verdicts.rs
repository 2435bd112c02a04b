//! From folders, files and git refs to a verdict.

use std::fs;
use std::path::Path;
use std::process::Command;

use gateway::checks::{CheckError, CheckRequest, OperationStatus, Report, check};
use tempfile::TempDir;

const LINK: &str = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\", import: [\"@key\", \"@shareable\"])\n";

/// A private folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), files);
    folder
}

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let link = if name.ends_with(".graphql") && !name.starts_with("operations") { LINK } else { "" };
        fs::write(path, format!("{link}{text}")).unwrap();
    }
}

fn request(folder: &Path, base: &str, head: &str, operations: Option<&str>) -> CheckRequest {
    CheckRequest {
        base: base.to_owned(),
        head: head.to_owned(),
        operations: operations.map(str::to_owned),
        access: None,
        folder: folder.to_owned(),
    }
}

fn run(files: &[(&str, &str)], operations: Option<&str>) -> Report {
    let folder = folder(files);
    check(&request(folder.path(), "base", "head", operations)).unwrap()
}

fn last_line(report: &Report) -> String {
    report.to_text().lines().last().unwrap_or_default().to_owned()
}

#[test]
fn nothing_changed_is_fine() {
    let report = run(
        &[("base/a.graphql", "type Query { a: Int }"), ("head/a.graphql", "type Query { a: Int }")],
        None,
    );
    assert_eq!(report.exit_code(), 0);
    assert_eq!(last_line(&report), "OK: composes; 0 breaking, 0 dangerous, 0 safe changes.");
}

#[test]
fn a_removed_field_is_breaking_and_named() {
    let report = run(
        &[
            ("base/a.graphql", "type Query { a: Int b: Int }"),
            ("head/a.graphql", "type Query { a: Int c: Int }"),
        ],
        None,
    );
    assert_eq!(report.exit_code(), 1);
    assert_eq!(
        report.to_text(),
        "Breaking:\n  FIELD_REMOVED Query.b: was removed (was Int)\n\nSafe:\n  FIELD_ADDED Query.c: was added (now Int)\n\n\
         NO: composes; 1 breaking, 0 dangerous, 1 safe changes.\n"
    );
    assert_eq!(report.to_json()["changes"][0]["coordinate"], "Query.b");
    assert_eq!(report.to_json()["ok"], false);
}

#[test]
fn a_field_that_moves_between_subgraphs_changes_nothing_for_clients() {
    let report = run(
        &[
            ("base/a.graphql", "type Query { t: T } type T @key(fields: \"id\") { id: ID! x: Int }"),
            ("base/b.graphql", "type T @key(fields: \"id\") { id: ID! y: Int }"),
            ("head/a.graphql", "type Query { t: T } type T @key(fields: \"id\") { id: ID! }"),
            ("head/b.graphql", "type T @key(fields: \"id\") { id: ID! x: Int y: Int }"),
        ],
        None,
    );
    assert_eq!((report.exit_code(), report.changes.len()), (0, 0));
}

#[test]
fn a_head_that_does_not_compose_is_refused_with_file_and_line() {
    let report = run(
        &[
            ("base/a.graphql", "type Query { a: Int }"),
            ("head/a.graphql", "type Query { a: Int }\ntype T @key(fields: \"nope\") { id: ID! }"),
        ],
        None,
    );
    assert_eq!(report.exit_code(), 1);
    let text = report.to_text();
    assert!(text.contains("a.graphql:3:8: error KEY_INVALID_FIELDS: "), "{text}");
    assert!(text.contains("  3 | type T @key(fields: \"nope\") { id: ID! }\n    |        ^"), "{text}");
    assert_eq!(last_line(&report), "NO: the head does not compose (1 errors).");
}

#[test]
fn operations_that_break_fail_and_those_that_grow_warn() {
    let files = [
        (
            "base/a.graphql",
            "type Query { t: T gone: Int } type T @key(fields: \"id\") { id: ID! x: Int y: Int }",
        ),
        ("head/a.graphql", "type Query { t: T } type T @key(fields: \"id\") { id: ID! x: Int }"),
        ("head/b.graphql", "type T @key(fields: \"id\") { id: ID! y: Int }"),
        ("operations/all.graphql", "query Same { t { x } } query Grown { t { x y } } query Gone { gone }"),
        ("operations/more/old.graphql", "{ never }"),
        (
            "operations/manifest.json",
            "{\"operations\": [{\"id\": \"1\", \"body\": \"query P { t { id } }\"}]}",
        ),
        ("operations/fragments.graphql", "fragment F on T { x }"),
    ];
    let report = run(&files, Some("operations/**/*.*"));
    let statuses: Vec<_> = report.operations.iter().map(|o| (o.operation.as_str(), o.status)).collect();
    assert_eq!(
        statuses,
        [
            ("operations/all.graphql Same", OperationStatus::Fine),
            ("operations/all.graphql Grown", OperationStatus::Grown),
            ("operations/all.graphql Gone", OperationStatus::Invalid),
            ("operations/manifest.json P", OperationStatus::Fine),
            ("operations/more/old.graphql", OperationStatus::AlreadyBroken),
        ]
    );
    assert_eq!(report.operations[1].reasons, ["2 requests instead of 1, 2 one after the other instead of 1"]);
    assert_eq!(report.exit_code(), 1);
    assert_eq!(
        last_line(&report),
        "NO: composes; 1 breaking, 0 dangerous, 0 safe changes; 1 of 5 operations fail."
    );
}

#[test]
fn a_base_in_git_is_compared_with_the_working_tree() {
    let folder = folder(&[
        (
            "schema/supergraph.yaml",
            "subgraphs:\n  a:\n    routing_url: http://a\n    schema:\n      file: ../parts/a.graphql\n",
        ),
        ("parts/a.graphql", "type Query { a: Int b: Int }"),
    ]);
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.arg("-C").arg(folder.path()).args(["-c", "user.name=t", "-c", "user.email=t@example.org"]);
        assert!(command.args(arguments).output().unwrap().status.success(), "{arguments:?}");
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "base"]);
    write(folder.path(), &[("parts/a.graphql", "type Query { a: Int }")]);
    for base in ["git:HEAD", "git:HEAD:schema", "git:HEAD:schema/supergraph.yaml"] {
        let report = check(&request(folder.path(), base, "schema", None)).unwrap();
        assert_eq!(report.changes.len(), 1, "{base}");
        assert_eq!(report.exit_code(), 1, "{base}");
    }
    for base in ["git:nowhere", "git:--output=x", "git:HEAD:elsewhere"] {
        let error = check(&request(folder.path(), base, "schema", None)).unwrap_err();
        assert!(matches!(error, CheckError::Unreadable { .. }), "{base}: {error}");
    }
}

#[test]
fn a_supergraph_of_another_composer_can_be_the_base() {
    let files = [("head/a.graphql", "type Query { a: Int }")];
    let folder = folder(&files);
    let composed = gateway::composition::compose(vec![gateway::composition::SubgraphSchema {
        name: "a".to_owned(),
        url: String::new(),
        sdl: "type Query { a: Int! }".to_owned(),
    }]);
    fs::write(folder.path().join("supergraph.graphql"), composed.into_supergraph_sdl().unwrap()).unwrap();
    let report = check(&request(folder.path(), "supergraph.graphql", "head", None)).unwrap();
    assert_eq!(report.changes.iter().map(|c| c.code).collect::<Vec<_>>(), ["FIELD_TYPE_CHANGED"]);
}

#[test]
fn wrong_use_is_an_error_and_says_what_is_missing() {
    let folder = folder(&[
        ("base/a.graphql", "type Query { a: Missing }"),
        ("head/a.graphql", "type Query { a: Int }"),
        ("empty/x.txt", ""),
    ]);
    let error = |base: &str, operations: Option<&str>| {
        check(&request(folder.path(), base, "head", operations)).unwrap_err().to_string()
    };
    assert!(error("nowhere", None).starts_with("cannot read nowhere: "));
    assert!(error("empty", None).contains("there is no supergraph.yaml and no *.graphql"));
    let broken = error("base", None);
    assert!(broken.contains("a.graphql:2:17: error INVALID_GRAPHQL: cannot find type `Missing`"), "{broken}");
    assert!(error("head", Some("operations/*.graphql")).contains("no file matches"));
    assert!(error("head", Some("empty/*.txt")).contains("empty/x.txt"));
}

#[test]
fn the_head_keeps_to_its_declared_links_and_the_base_is_past() {
    let users = "type Query { user: User } type User @key(fields: \"id\") { id: ID! }";
    let notes = "type User @key(fields: \"id\") { id: ID! notes: Int }";
    let compose = "subgraphs:\n  users: { routing_url: '', schema: { file: users.graphql } }\n  \
                   notes: { routing_url: '', schema: { file: notes.graphql } }\naccess: ../access.toml\n";
    let base = compose.replace("access: ../access.toml\n", "");
    let files = |extends: &str| {
        folder(&[
            ("access.toml", &format!("[entities]\nUser = {{ owner = \"users\"{extends} }}\n")),
            ("base/supergraph.yaml", &base),
            ("base/users.graphql", users),
            ("base/notes.graphql", notes),
            ("head/supergraph.yaml", compose),
            ("head/users.graphql", users),
            ("head/notes.graphql", notes),
        ])
    };
    let allowed = files(", extended_by = [\"notes\"]");
    assert_eq!(check(&request(allowed.path(), "base", "head", None)).unwrap().exit_code(), 0);

    let refused = files("");
    let report = check(&request(refused.path(), "base", "head", None)).unwrap();
    assert_eq!(report.exit_code(), 1);
    let text = report.to_text();
    for part in
        ["UNDECLARED_LINK", "head/notes.graphql:2:40", "and ", "head/users.graphql:2:32", "extended_by"]
    {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }

    // The same file named on the command line, for a head that names none; the base does not keep to it either.
    let named =
        CheckRequest { access: Some("access.toml".into()), ..request(refused.path(), "base", "base", None) };
    assert_eq!(check(&named).unwrap().exit_code(), 1);

    write(refused.path(), &[("access.toml", "[entities]\nUser = { owner = \"users\", extendedby = [] }\n")]);
    let wrong = check(&named).unwrap_err().to_string();
    assert!(wrong.contains("access.toml:2: ") && wrong.contains("extendedby"), "{wrong}");
}
