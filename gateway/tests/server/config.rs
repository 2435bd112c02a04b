//! The configuration: the example file loads, every mistake is named with its line, the environment goes over the file.

use std::path::Path;
use std::time::Duration;

use gateway::config::{self, Environment, LogFormat, Settings, SigningAlgorithm};

fn parse(yaml: &str, environment: &Environment) -> Result<Settings, Vec<config::Mistake>> {
    config::parse(yaml, environment, Path::new(""))
}

#[test]
fn the_example_file_loads_and_says_the_defaults() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("gateway.example.yaml");
    let environment = Environment::from([("GATEWAY_CREDENTIAL", "secret")]);
    let example = config::load(Some(&path), &environment).unwrap_or_else(|error| panic!("{error}"));
    let defaults = Settings::default();
    // Everything that the example does not choose for the sake of the example is the default.
    assert_eq!(format!("{:?}", example.limits), format!("{:?}", defaults.limits));
    assert_eq!(format!("{:?}", example.timeouts), format!("{:?}", defaults.timeouts));
    assert_eq!(example.forward_headers, defaults.forward_headers);
    assert_eq!((example.listen, example.graphiql), (defaults.listen, defaults.graphiql));
    let jwt = example.jwt.unwrap();
    assert_eq!((jwt.algorithms, jwt.types), (vec![SigningAlgorithm::EdDsa], vec!["at+jwt".to_owned()]));
    let auth = &example.subgraphs["auth"];
    assert_eq!(auth.headers[1].1, "secret");
    assert!(!format!("{auth:?}").contains("secret"), "secrets are not printed");
}

#[test]
fn nothing_is_needed() {
    let settings = parse("", &Environment::default()).unwrap();
    assert_eq!(settings.listen.to_string(), "127.0.0.1:4000");
    assert!(settings.jwt.is_none() && settings.pass_through.is_empty());
    assert!(parse("# only a comment\n", &Environment::default()).is_ok());
}

/// A configuration and what is said about it: line, key, reason.
#[rustfmt::skip]
const MISTAKES: &[(&str, &[&str])] = &[
    ("listne: 127.0.0.1:4000", &["1 listne is not a key here; did you mean `listen`?"]),
    ("listen: localhost", &["1 listen `localhost` is not an address to listen on; write e.g. `127.0.0.1:4000` or `[::1]:4000`"]),
    ("listen: 127.0.0.1:99999", &["1 listen `127.0.0.1:99999` is not an address"]),
    ("listen:\n  port: 1", &["1 listen is one value, not a list or a section"]),
    ("listen:", &["1 listen has no value"]),
    ("limits: 5", &["1 limits is a section: write its keys under it, indented"]),
    ("limits:\n  bdoy: 1MB\n  depth: many\n  aliases: 0\n  tokens: -1", &[
        "2 limits.bdoy is not a key here; did you mean `body`?",
        "3 limits.depth `many` is not a whole number",
        "4 limits.aliases must be at least 1",
        "5 limits.tokens `-1` is not a whole number",
    ]),
    ("limits:\n  body: 2 megabytes", &["2 limits.body `2 megabytes` is not a size; write e.g. `64KiB` or `2MB`"]),
    ("limits:\n  body: 99999999999999999999GB", &["2 limits.body `99999999999999999999` is not a whole number"]),
    ("timeouts:\n  request: 30", &["2 timeouts.request `30` is not a duration; write e.g. `500ms`, `30s` or `5m`"]),
    ("timeouts:\n  request: 0s", &["2 timeouts.request must be longer than nothing"]),
    ("graphiql: perhaps", &["1 graphiql `perhaps` is neither true nor false"]),
    ("jwt:\n  issuer: me", &["1 jwt.jwks_url is needed here", "1 jwt.audience is needed here"]),
    ("jwt:\n  jwks_url: file:///etc/keys\n  issuer: a\n  audience: b\n  algorithms: [none]", &[
        "2 jwt.jwks_url `file:///etc/keys` is not a URL that begins with http:// or https://",
        "5 jwt.algorithms `none` is not one of: EdDSA, RS256, ES256",
    ]),
    ("jwt:\n  jwks_url: http://a/\n  issuer: a\n  audience: b\n  algorithms:\n    - EdDSA\n    - HS256", &["7 jwt.algorithms `HS256` is not one of"]),
    ("cors:\n  origins: ['*']", &["2 cors.origins `*` is not an origin"]),
    ("subgraphs:\n  auth:\n    ulr: http://a/", &["3 subgraphs.auth.ulr is not a key here; did you mean `url`?"]),
    ("subgraphs:\n  auth:\n    url: ftp://a/\n    headers:\n      'a b': x\n      c: { env: NOT_SET }\n      d: { file: not-there }\n      e: { fiel: x }", &[
        "3 subgraphs.auth.url `ftp://a/` is not a URL",
        "5 subgraphs.auth.headers.a b `a b` is not the name of a header",
        "6 subgraphs.auth.headers.c the environment variable NOT_SET is not set",
        "7 subgraphs.auth.headers.d cannot read not-there",
        "8 subgraphs.auth.headers.e.fiel is not a key here; did you mean `file`?",
        "8 subgraphs.auth.headers.e is a text, `{ file: PATH }` or `{ env: NAME }`",
    ]),
    ("subgraphs:\n  a:\n    subscriptions: { protocol: sse, path: ws, shared: perhaps }", &[
        "3 subgraphs.a.subscriptions.shared `perhaps` is neither true nor false",
        "3 subgraphs.a.subscriptions.protocol `sse` is not one of: events, websocket",
        "3 subgraphs.a.subscriptions.path `ws` is not a path; write e.g. `/subscriptions`",
    ]),
    ("subgraphs:\n  a:\n    url: http://user:pw@host/", &["3 subgraphs.a.url must not contain a user name or a password"]),
    ("subgraphs:\n  a: { urls: [] }\n  b:\n    url: http://a/\n    urls: [http://b/]\n  c: { urls: [http://a/, b] }", &[
        "2 subgraphs.a.urls is empty",
        "5 subgraphs.b.urls is there beside `url`; write one of them",
        "6 subgraphs.c.urls `b` is not a URL",
    ]),
    ("pass_through:\n  /graphql: { url: 'http://a' }\n  files/: { url: 'http://a' }\n  /x/: {}", &[
        "2 pass_through./graphql. a passed-on path begins with `/`",
        "3 pass_through.files/. a passed-on path begins with `/`",
        "4 pass_through./x/.url is needed here",
    ]),
    ("log:\n  format: xml", &["2 log.format `xml` is not one of: text, json"]),
    ("a: [", &["is not YAML"]),
    ("listen: 127.0.0.1:1\nlisten: 127.0.0.1:2", &["2 "]),
];

#[test]
fn every_mistake_is_named_with_its_line_and_reason() {
    for (yaml, expected) in MISTAKES {
        let found = parse(yaml, &Environment::default()).err().unwrap_or_else(|| panic!("accepted: {yaml}"));
        let said: Vec<String> = (found.iter())
            .map(|mistake| {
                let line = match mistake.origin {
                    config::Origin::Line(line) => format!("{line} "),
                    _ => String::new(),
                };
                let key = if mistake.key.is_empty() { String::new() } else { format!("{} ", mistake.key) };
                format!("{line}{key}{}", mistake.reason)
            })
            .collect();
        assert_eq!(said.len(), expected.len(), "{yaml}\n{said:#?}");
        for (said, expected) in said.iter().zip(*expected) {
            assert!(said.contains(expected), "{yaml}\n said: {said}\n not: {expected}");
        }
    }
}

#[test]
fn the_environment_goes_over_the_file() {
    let yaml = "listen: 127.0.0.1:1\nsubgraphs:\n  my-graph: { url: 'http://file/' }\nlimits: { depth: 3 }";
    let environment = Environment::from([
        ("GATEWAY__LISTEN", "127.0.0.1:2"),
        ("GATEWAY__SUBGRAPHS__MY_GRAPH__URL", "http://environment/"),
        ("GATEWAY__SUBGRAPHS__OTHER__TIMEOUT", "5s"),
        ("GATEWAY__FORWARD_HEADERS", "authorization, x-tenant"),
        ("GATEWAY__OVERRIDE_LABELS", "team:moved"),
        ("GATEWAY__LOG__FORMAT", "json"),
        ("GATEWAYS_OF_ANOTHER_KIND", "x"),
    ]);
    let settings = parse(yaml, &environment).unwrap();
    assert_eq!(settings.listen.port(), 2);
    assert_eq!(settings.subgraphs["my-graph"].urls, ["http://environment/"]);
    assert_eq!(settings.subgraphs["other"].timeout, Some(Duration::from_secs(5)));
    assert_eq!(settings.forward_headers, ["authorization", "x-tenant"]);
    assert_eq!(settings.override_labels, ["team:moved"]);
    assert_eq!(settings.log.format, LogFormat::Json);
    assert_eq!(settings.limits.operation.depth, 3);

    let wrong = Environment::from([("GATEWAY__LISTEN", "x"), ("GATEWAY__LIMIT__DEPTH", "1")]);
    let found = parse(yaml, &wrong).unwrap_err();
    let variables: Vec<_> = found.iter().map(|mistake| mistake.origin.clone()).collect();
    let variable = |name: &str| config::Origin::Variable(name.to_owned());
    assert_eq!(variables, [variable("GATEWAY__LISTEN"), variable("GATEWAY__LIMIT__DEPTH")]);
}

#[test]
fn one_url_and_several_are_written_the_same_way_everywhere() {
    let yaml = "subgraphs: { one: { url: 'http://a/' }, two: { urls: ['http://a/', 'http://b/'] }, none: {} }
jwt: { jwks_urls: ['http://a/keys', 'http://b/keys'], issuer: i, audience: a }
pass_through: { /one: { url: 'http://a/' }, /two/: { urls: ['http://a', 'http://b/'] } }";
    let settings = parse(yaml, &Environment::default()).unwrap();
    let urls = |name: &str| settings.subgraphs[name].urls.join(" ");
    assert_eq!([urls("one"), urls("two"), urls("none")], ["http://a/", "http://a/ http://b/", ""]);
    assert_eq!(settings.jwt.unwrap().jwks_urls, ["http://a/keys", "http://b/keys"]);
    let passed: Vec<_> = settings.pass_through.iter().map(|route| route.urls.join(" ")).collect();
    assert_eq!(passed, ["http://a http://b", "http://a"]);

    let listed = Environment::from([("GATEWAY__SUBGRAPHS__MINE__URLS", "http://a/, http://b/")]);
    assert_eq!(parse("", &listed).unwrap().subgraphs["mine"].urls, ["http://a/", "http://b/"]);
}

#[test]
fn a_secret_may_be_in_a_file_beside_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("credential"), "from file\n").unwrap();
    std::fs::write(
        folder.path().join("gateway.yaml"),
        "subgraphs: { a: { headers: { x-credential: { file: credential } } } }\nsupergraph: s.graphql",
    )
    .unwrap();
    let settings = config::load(Some(&folder.path().join("gateway.yaml")), &Environment::default()).unwrap();
    assert_eq!(settings.subgraphs["a"].headers[0].1, "from file");
    assert_eq!(settings.supergraph.unwrap(), folder.path().join("s.graphql"));
    let missing = config::load(Some(Path::new("no-such-file.yaml")), &Environment::default()).unwrap_err();
    assert!(missing.to_string().contains("no-such-file.yaml") && missing.to_string().contains("next: "));
}
