//! The binary: arguments, exit codes, what it says, and a gateway's whole life.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::engine::supergraph;

fn gateway(arguments: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gateway"));
    command
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs it to its end: exit code, standard output, standard error.
fn run(arguments: &[&str], input: &str, folder: &Path) -> (i32, String, String) {
    let mut child = gateway(arguments, folder).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn every_command_explains_itself_with_an_example() {
    let folder = Path::new(".");
    for command in ["serve", "compose", "plan", "check"] {
        let (code, out, _) = run(&[command, "--help"], "", folder);
        assert_eq!(code, 0);
        assert!(out.contains("Example") && out.contains(&format!("gateway {command} --")), "{out}");
    }
    for wrong in [&[][..], &["serv"], &["serve", "--listen", "x"], &["plan"]] {
        let (code, _, error) = run(wrong, "", folder);
        assert_eq!(code, 2, "{wrong:?}: {error}");
    }
}

const PLAN: &[&str] = &["plan", "--supergraph", "supergraph.graphql"];

/// Arguments, standard input, exit code, and what is said.
#[rustfmt::skip]
const CASES: &[(&[&str], &str, i32, &[&str])] = &[
    (&["compose", "--config", "good.yaml"], "", 0, &["join__Graph", "ONE @join__graph(name: \"one\", url: \"http://one/\")"]),
    (&["compose", "--config", "good.yaml", "--out", "out.graphql"], "", 0, &[]),
    (&["compose", "--config", "contract.yaml", "--out", "part.graphql"], "", 0, &[]),
    (&["compose", "--config", "contract.yaml", "--exclude-tag", "none", "--out", "whole.graphql"], "", 0, &["CONTRACT_TAG_UNUSED"]),
    (&["compose", "--config", "contract.yaml", "--include-tag", "key"], "", 1, &["CONTRACT_WITHOUT_QUERIES", "next: "]),
    (&["compose", "--config", "contract.yaml", "--include-tag", "key", "--exclude-tag", "key"], "", 2, &["both included and excluded"]),
    (&["plan", "--supergraph", "part.graphql"], "{ t { id x } }", 1, &["GRAPHQL_VALIDATION_FAILED", "id"]),
    (&["plan", "--supergraph", "part.graphql"], "{ t { x } }", 0, &["Fetch(service: \"one\")", "Fetch(service: \"two\")", "id"]),
    (&["plan", "--supergraph", "whole.graphql"], "{ t { id x } }", 0, &["Fetch(service: \"two\")"]),
    (&["check", "--base", "whole.graphql", "--head", "contract.yaml"], "", 1, &["NO: composes", "T.id"]),
    (&["check", "--base", "contract.yaml", "--head", "contract.yaml"], "", 0, &["OK: composes"]),
    (&["compose", "--config", "hints.yaml"], "", 0, &["hint UNUSED_ENUM_TYPE", "unused.graphql:1:28", "help: ", "enum E"]),
    (&["check", "--base", "hints.yaml", "--head", "hints.yaml"], "", 0, &["OK: composes", "hint UNUSED_ENUM_TYPE", "unused.graphql:1:28"]),
    (&["compose", "--config", "bad.yaml"], "", 1, &["FIELD_TYPE_MISMATCH", "next: "]),
    (&["compose", "--config", "wrong.yaml"], "", 2, &["wrong.yaml:2: ", "cannot read missing.graphql", "did you mean `routing_url`?"]),
    (&["compose", "--config", "nothing.yaml"], "", 2, &["cannot read the configuration file nothing.yaml", "next: "]),
    (PLAN, "{ a }", 0, &["QueryPlan", "Fetch(service: \"one\")"]),
    (&["plan", "--supergraph", "supergraph.graphql", "--format", "json"], "{ a }", 0, &["\"service\":\"one\""]),
    (&["plan", "--supergraph", "supergraph.graphql", "--operation", "two.graphql"], "", 0, &["QueryPlan", "{\n      a\n", "{\n      b\n"]),
    (&["plan", "--supergraph", "supergraph.graphql", "--operation", "two.graphql", "--operation-name", "B"], "", 0, &["{\n      b\n"]),
    (PLAN, "{ nothing }", 1, &["1:3: GRAPHQL_VALIDATION_FAILED", "nothing"]),
    (PLAN, "{", 1, &["GRAPHQL_PARSE_FAILED"]),
    (PLAN, "", 1, &["GRAPHQL_PARSE_FAILED"]),
    (&["plan", "--supergraph", "one.graphql"], "{ a }", 2, &["not a join-spec supergraph", "next: "]),
    (&["check", "--base", "base", "--head", "base"], "", 0, &["OK: composes"]),
    (&["check", "--base", "base", "--head", "head"], "", 1, &["NO: composes", "Query.a"]),
    (&["check", "--base", "base", "--head", "head", "--format", "json"], "", 1, &["\"ok\":false"]),
    (&["check", "--base", "nothing", "--head", "head"], "", 2, &["cannot read nothing", "next: "]),
    (&["serve"], "", 2, &["no supergraph", "next: "]),
    (&["serve", "--supergraph", "nothing.graphql"], "", 2, &["cannot read the supergraph file", "next: "]),
    (&["serve", "--config", "gateway.yaml"], "", 2, &["gateway.yaml:1: `listne` is not a key here; did you mean `listen`?", "gateway.yaml:2: `limits.depth`"]),
];

#[test]
fn answers_and_refusals_have_their_exit_codes() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write(
        "good.yaml",
        "subgraphs:\n  one:\n    routing_url: http://one/\n    schema:\n      file: one.graphql\n",
    );
    write(
        "bad.yaml",
        "subgraphs:\n  one: { schema: { sdl: 'type Query { a: Int }' } }\n  two: { schema: { sdl: 'type Query { a: String }' } }\n",
    );
    write(
        "contract.yaml",
        "contract: { exclude: [key] }\nsubgraphs:\n  one: { schema: { file: keyed.graphql } }\n  two: { schema: { file: joined.graphql } }\n",
    );
    write("hints.yaml", "subgraphs:\n  one: { schema: { file: unused.graphql } }\n");
    write("unused.graphql", "type Query { a: Int } enum E { A }");
    let link = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\", import: [\"@key\", \"@tag\"])";
    let key = "type T @key(fields: \"id\") { id: ID! @tag(name: \"key\")";
    write("keyed.graphql", &format!("{link} type Query {{ t: T }} {key} }}"));
    write("joined.graphql", &format!("{link} {key} x: Int }}"));
    write("wrong.yaml", "subgraphs:\n  one: { schema: { file: missing.graphql }, routing_ulr: x }\n");
    for (folder_name, sdl) in [("base", "type Query { a: Int b: Int }"), ("head", "type Query { b: Int }")] {
        std::fs::create_dir(folder.path().join(folder_name)).unwrap();
        write(&format!("{folder_name}/one.graphql"), sdl);
    }
    write("one.graphql", "type Query { a: Int }");
    write("supergraph.graphql", &supergraph(&[("one", "http://one/", "type Query { a: Int b: Int }")]));
    write("two.graphql", "query A { a } query B { b }");
    write("gateway.yaml", "listne: 127.0.0.1:0\nlimits: { depth: x }\n");
    for (arguments, input, code, said) in CASES {
        let (ended, out, error) = run(arguments, input, folder.path());
        assert_eq!(ended, *code, "{arguments:?}\n{out}\n{error}");
        for expected in *said {
            assert!(
                out.contains(expected) || error.contains(expected),
                "{arguments:?} does not say {expected}\n{out}\n{error}"
            );
        }
        assert!(*code == 1 || (*code == 2) == error.contains("error"), "{arguments:?}: {error}");
    }
    assert!(std::fs::read_to_string(folder.path().join("out.graphql")).unwrap().contains("join__Graph"));
}

/// A running `gateway serve`; ended when the test ends, however it ends.
struct Served {
    child: Child,
    address: SocketAddr,
    lines: std::sync::mpsc::Receiver<String>,
}

impl Served {
    fn start(folder: &Path) -> Served {
        let arguments = ["serve", "--supergraph", "supergraph.graphql", "--listen", "127.0.0.1:0"];
        let mut child = gateway(&arguments, folder).env("GATEWAY__LOG__FORMAT", "json").spawn().unwrap();
        let (line, lines) = std::sync::mpsc::channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || stderr.lines().map_while(Result::ok).try_for_each(|text| line.send(text)));
        let mut served = Served { child, address: SocketAddr::from(([127, 0, 0, 1], 0)), lines };
        let ready = served.wait_for("ready: GraphQL at http://");
        let address = ready.split("http://").nth(1).unwrap().split("/graphql").next().unwrap();
        served.address = address.parse().unwrap();
        served
    }

    /// The next log line with that text.
    fn wait_for(&self, text: &str) -> String {
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let line = self.lines.recv_timeout(left).unwrap_or_else(|_| panic!("no line says {text}"));
            serde_json::from_str::<serde_json::Value>(&line).unwrap_or_else(|_| panic!("not JSON: {line}"));
            if line.contains(text) {
                return line;
            }
        }
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
    }

    /// Whether the schema has that field.
    fn has(&self, field: &str) -> bool {
        let body = format!(
            r#"{{"query":"{{ __type(name: \"Query\") {{ fields {{ name }} }} }}","operationName":null,"x":"{field}"}}"#
        );
        self.post(&body).contains(&format!(r#"{{"name":"{field}"}}"#))
    }

    fn post(&self, body: &str) -> String {
        let mut stream = std::net::TcpStream::connect(self.address).unwrap();
        let head = "POST /graphql HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json";
        write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
        std::io::read_to_string(stream).unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn a_gateway_loads_a_changed_supergraph_refuses_a_broken_one_and_ends_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("supergraph.graphql");
    let with_field =
        |name: &str| supergraph(&[("one", "http://127.0.0.1:1/", &format!("type Query {{ {name}: Int }}"))]);
    std::fs::write(&file, with_field("first")).unwrap();
    let mut served = Served::start(folder.path());
    assert!(served.has("first"));

    std::fs::write(&file, with_field("another")).unwrap();
    served.wait_for("the supergraph was loaded again");
    assert!(served.has("another") && !served.has("first"));

    std::fs::write(&file, "type Query {").unwrap();
    served.signal("HUP");
    served.wait_for("the new supergraph is refused; the old one goes on");
    assert!(served.has("another"));

    std::fs::write(&file, with_field("third")).unwrap();
    served.signal("HUP");
    served.wait_for("the supergraph was loaded again");
    assert!(served.has("third"));

    served.signal("TERM");
    assert_eq!(served.child.wait().unwrap().code(), Some(0));
    served.wait_for("ended");
}

#[test]
fn a_request_is_one_log_line_without_secrets_and_control_characters() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("supergraph.graphql"),
        supergraph(&[("one", "http://127.0.0.1:1/", "type Query { a: Int }")]),
    )
    .unwrap();
    let served = Served::start(folder.path());
    let name = format!("a\\nb\\u001b[31m{}", "x".repeat(5000));
    served.post(&format!(
        r#"{{"query":"{{ secret }}","variables":{{"password":"hunter2"}},"operationName":"{name}"}}"#
    ));
    let line = served.wait_for("gateway::request");
    assert!(
        !line.contains("hunter2")
            && !line.contains("secret")
            && !line.contains('\u{1b}')
            && line.len() < 1000,
        "{line}"
    );
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert!(line["operation"].as_str().unwrap().starts_with("a\\nb\\u{1b}[31mxxx"), "{line}");
    assert_eq!((line["status"].as_u64(), line["errors"].as_u64()), (Some(200), Some(1)));
    assert!(line["request_id"].is_string() && line["duration_ms"].is_number());
}
