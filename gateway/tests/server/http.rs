//! GraphQL over HTTP: what is answered to which method, media type and body.

use axum::body::Body;

use crate::support::TestServer;

const PLAIN: &str = "application/json; charset=utf-8";
const GRAPHQL: &str = "application/graphql-response+json; charset=utf-8";

struct Post {
    what: &'static str,
    content_type: &'static str,
    accept: &'static str,
    body: &'static [u8],
    status: u16,
    answer_type: &'static str,
    contains: &'static str,
}

const fn post(what: &'static str, body: &'static [u8], status: u16, contains: &'static str) -> Post {
    Post { what, content_type: "application/json", accept: "", body, status, answer_type: PLAIN, contains }
}

const HELLO: &[u8] = br#"{"query":"{ hello }"}"#;
const INVALID: &[u8] = br#"{"query":"{ nothing }"}"#;
const DATA: &str = r#"{"data":{"hello":"world"}}"#;

#[rustfmt::skip]
const POSTS: &[Post] = &[
    post("a query", HELLO, 200, DATA),
    post("a refused query as JSON", INVALID, 200, "GRAPHQL_VALIDATION_FAILED"),
    Post { accept: "application/graphql-response+json", answer_type: GRAPHQL, ..post("the new type", HELLO, 200, DATA) },
    Post { accept: "application/graphql-response+json", answer_type: GRAPHQL, ..post("a refused query", INVALID, 400, "GRAPHQL_VALIDATION_FAILED") },
    Post { accept: "application/graphql-response+json", answer_type: GRAPHQL, ..post("partial data", br#"{"query":"{ partial }"}"#, 200, r#""data":null"#) },
    Post { accept: "*/*", ..post("anything", HELLO, 200, DATA) },
    Post { accept: "application/json;q=0.5, application/graphql-response+json", answer_type: GRAPHQL, ..post("weighed types", HELLO, 200, DATA) },
    Post { accept: "application/graphql-response+json;q=0.1, Application/JSON; charset=utf-8", ..post("weighed the other way", HELLO, 200, DATA) },
    Post { accept: "text/plain", ..post("a type we have not", HELLO, 406, "NOT_ACCEPTABLE") },
    Post { accept: "application/json;q=0", ..post("a refused type", HELLO, 406, "NOT_ACCEPTABLE") },
    Post { content_type: "text/plain", ..post("plain text", HELLO, 415, "UNSUPPORTED_MEDIA_TYPE") },
    Post { content_type: "application/x-www-form-urlencoded", ..post("a form", b"query={hello}", 415, "UNSUPPORTED_MEDIA_TYPE") },
    Post { content_type: "multipart/form-data; boundary=x", ..post("multipart", HELLO, 415, "UNSUPPORTED_MEDIA_TYPE") },
    Post { content_type: "", ..post("no type", HELLO, 415, "UNSUPPORTED_MEDIA_TYPE") },
    Post { content_type: "application/json; charset=utf-16", ..post("another charset", HELLO, 415, "only UTF-8") },
    Post { content_type: "APPLICATION/JSON; Charset=\"UTF-8\"", ..post("charset spelt otherwise", HELLO, 200, DATA) },
    post("a byte order mark", b"\xEF\xBB\xBF{\"query\":\"{ hello }\"}", 200, DATA),
    post("wrong bytes", b"{\"query\":\"\xff\"}", 400, "not UTF-8: wrong byte at offset 10"),
    post("broken JSON", br#"{"query" "x"}"#, 400, "expected `:` at line 1 column 10"),
    post("nothing", b"", 400, "not valid JSON"),
    post("JSON and more", br#"{"query":"{ hello }"} x"#, 400, "trailing characters at line 1 column 23"),
    post("deep JSON", br#"{"variables":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["#, 400, "recursion limit"),
    post("a list", br#"[{"query":"{ hello }"}]"#, 400, "one operation a request"),
    post("a text", br#""{ hello }""#, 400, "must be a JSON object"),
    post("no query", br#"{"variables":{}}"#, 400, "`query` is missing"),
    post("query of the wrong type", br#"{"query":1}"#, 400, "`query` must be a string"),
    post("operationName of the wrong type", br#"{"query":"{ hello }","operationName":[]}"#, 400, "`operationName` must be a string"),
    post("variables of the wrong type", br#"{"query":"{ hello }","variables":"{}"}"#, 400, "`variables` must be a JSON object"),
    post("extensions of the wrong type", br#"{"query":"{ hello }","extensions":1}"#, 400, "`extensions` must be a JSON object"),
    post("nulls", br#"{"query":"{ hello }","operationName":null,"variables":null,"extensions":null}"#, 200, DATA),
    post("unknown parameters", br#"{"query":"{ hello }","other":1,"extensions":{"junk":[]}}"#, 200, DATA),
    post("a key twice", br#"{"query":"{ hello }","query":"{ big }"}"#, 400, "\\\"query\\\" stands twice"),
    post("a key twice, deeper", br#"{"query":"{ hello }","variables":{"a":{"b":1,"b":2}}}"#, 400, "\\\"b\\\" stands twice"),
    post("a key twice, escaped", br#"{"query":"{ hello }","\u0071uery":"{ big }"}"#, 400, "stands twice"),
    post("an integer that would be rounded", br#"{"query":"{ hello }","variables":{"a":12345678901234567890123}}"#, 400, "too long to be exact"),
    post("a long integer in a string", br#"{"query":"query ($v: JSON) { echo }","variables":{"v":"\"12345678901234567890123"}}"#, 200, "12345678901234567890123"),
    post("a large number with a fraction", br#"{"query":"query ($v: JSON) { echo }","variables":{"v":123.5e3}}"#, 200, "123500"),
    post("infinity", br#"{"query":"{ hello }","variables":{"v":1e400}}"#, 400, "out of range"),
    post("a lone surrogate", br#"{"query":"{ hello }","variables":{"v":"\ud800"}}"#, 400, "not valid JSON"),
    post("only a persisted query's hash", br#"{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"x"}}}"#, 400, "PERSISTED_QUERY_NOT_SUPPORTED"),
];

#[tokio::test]
async fn post_answers_by_media_types_and_refuses_what_is_not_well_formed() {
    let server = TestServer::start("").await;
    for case in POSTS {
        let mut headers = Vec::new();
        if !case.content_type.is_empty() {
            headers.push(("content-type", case.content_type));
        }
        if !case.accept.is_empty() {
            headers.push(("accept", case.accept));
        }
        let answer = server.send("POST", "/graphql", &headers, case.body).await;
        assert_eq!(answer.status, case.status, "{}: {answer:?}", case.what);
        assert_eq!(answer.header("content-type"), case.answer_type, "{}", case.what);
        assert_eq!(answer.header("cache-control"), "no-store", "{}", case.what);
        assert!(answer.text().contains(case.contains), "{}: {}", case.what, answer.text());
    }
}

#[tokio::test]
async fn get_answers_queries_and_refuses_mutations() {
    let server = TestServer::start("").await;
    #[rustfmt::skip]
    let cases = [
        ("query=%7B%20hello%20%7D", 200, "world"),
        ("query={+hello+}&operationName=&variables=", 200, "world"),
        ("query=query%20(%24v%3A%20JSON)%20%7B%20echo%20%7D&variables=%7B%22v%22%3A1%7D", 200, r#""v":1"#),
        ("query=mutation%20%7B%20x%20%7D", 405, "MUTATION_OVER_GET"),
        ("", 400, "`query` is missing"),
        ("query={+hello+}&query={+big+}", 400, "`query` stands twice"),
        ("query={+hello+}&variables=[]", 400, "`variables` must be a JSON object"),
        ("query={+hello+}&variables={", 400, "`variables` is not valid JSON: EOF while parsing an object at line 1 column 1"),
        ("query=%ff", 400, "not UTF-8"),
    ];
    for (query, status, contains) in cases {
        for accept in ["application/json", "application/graphql-response+json"] {
            let path = format!("/graphql?{}", query.replace('{', "%7B").replace('}', "%7D"));
            let answer = server.send("GET", &path, &[("accept", accept)], Body::empty()).await;
            assert_eq!(answer.status, status, "{query}: {answer:?}");
            assert!(answer.text().contains(contains), "{query}: {}", answer.text());
            assert_eq!(answer.header("allow"), if status == 405 { "POST" } else { "" });
        }
    }
}

#[tokio::test]
async fn other_methods_and_paths_are_refused() {
    let server = TestServer::start("").await;
    for (method, path, status) in [
        ("PUT", "/graphql", 405),
        ("DELETE", "/graphql", 405),
        ("OPTIONS", "/graphql", 405),
        ("GET", "/metrics", 404),
    ] {
        let answer = server.send(method, path, &[], Body::empty()).await;
        assert_eq!(answer.status, status, "{method} {path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_readably_whether_declared_or_not() {
    let server = TestServer::start("limits: { body: 1KiB }").await;
    let fits = format!("{{\"query\":\"{{ hello }}\",\"x\":\"{}\"}}", "x".repeat(900));
    let json = [("content-type", "application/json")];
    assert_eq!(server.send("POST", "/graphql", &json, fits).await.status, 200);
    let large = "x".repeat(3 << 20);
    let declared = server.send("POST", "/graphql", &json, large.clone()).await;
    assert_eq!((declared.status, declared.code().as_str()), (413, "PAYLOAD_TOO_LARGE"));
    let pieces =
        futures::stream::iter(large.into_bytes().chunks(4096).map(<[u8]>::to_vec).collect::<Vec<_>>());
    let chunked = Body::from_stream(futures::StreamExt::map(pieces, Ok::<_, std::convert::Infallible>));
    let chunked = server.send("POST", "/graphql", &json, chunked).await;
    assert_eq!((chunked.status, chunked.code().as_str()), (413, "PAYLOAD_TOO_LARGE"));
}

#[tokio::test]
async fn a_compressed_request_body_is_refused() {
    let server = TestServer::start("").await;
    let headers = [("content-type", "application/json"), ("content-encoding", "gzip")];
    assert_eq!(server.send("POST", "/graphql", &headers, HELLO).await.status, 415);
}

#[tokio::test]
async fn only_listed_headers_go_to_subgraphs_and_the_request_id_is_kept_or_made() {
    let server = TestServer::start("").await;
    let sent = [
        ("authorization", "Bearer abc"),
        ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
        ("x-request-id", "my-id-1"),
        ("x-user-id", "root"),
        ("x-knlab-credential", "stolen"),
        ("cookie", "a=b"),
    ];
    let answer = server.query("{ headers }", &sent).await;
    let data = &answer.json()["data"];
    let names: Vec<_> = data.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["authorization", "traceparent", "x-request-id"]);
    assert_eq!((answer.header("x-request-id"), data["x-request-id"].as_str()), ("my-id-1", Some("my-id-1")));

    for odd in ["", "with space", "a\"b", &"x".repeat(129)] {
        let answer = server.query("{ headers }", &[("x-request-id", odd)]).await;
        let id = answer.header("x-request-id");
        assert_eq!(uuid::Uuid::parse_str(id).unwrap().get_version_num(), 7, "for {odd:?}");
        assert_eq!(answer.json()["data"]["x-request-id"], id);
    }
}

#[tokio::test]
async fn a_panic_is_answered_without_telling_anything_and_the_server_lives_on() {
    let server = TestServer::start("").await;
    let answer = server.query("{ panic }", &[]).await;
    assert_eq!((answer.status, answer.code().as_str()), (500, "INTERNAL_SERVER_ERROR"));
    assert!(!answer.text().contains("secret"));
    assert_eq!(server.query("{ hello }", &[]).await.status, 200);
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_ended() {
    let server = TestServer::start("timeouts: { request: 100ms }").await;
    let answer = server.query("{ never }", &[]).await;
    assert_eq!((answer.status, answer.code().as_str()), (504, "REQUEST_TIMEOUT"));
}

#[tokio::test]
async fn requests_over_the_limit_at_one_time_are_told_to_come_back() {
    let server = TestServer::start("limits: { requests: 1 }").await;
    let other = async {
        loop {
            let answer = server.query("{ hello }", &[]).await;
            if answer.status != 200 {
                return answer;
            }
        }
    };
    let refused = tokio::select! {
        answer = server.query("{ never }", &[]) => answer,
        answer = other => answer,
    };
    assert_eq!((refused.status, refused.code().as_str()), (503, "OVERLOADED"));
    assert_eq!(refused.header("retry-after"), "1");
    // The client of the first request has gone, and its place is free again.
    let freed = async { while server.query("{ hello }", &[]).await.status != 200 {} };
    tokio::time::timeout(std::time::Duration::from_secs(10), freed).await.expect("the place is freed");
}

#[tokio::test]
async fn large_answers_are_compressed_for_clients_that_can_read_it() {
    let server = TestServer::start("").await;
    let compressed = server.query("{ big }", &[("accept-encoding", "gzip")]).await;
    assert_eq!(compressed.header("content-encoding"), "gzip");
    assert!(compressed.body.len() < 1000);
    assert_eq!(server.query("{ big }", &[]).await.header("content-encoding"), "");
    assert_eq!(
        server.query("{ hello }", &[("accept-encoding", "gzip")]).await.header("content-encoding"),
        ""
    );
}

#[tokio::test]
async fn pages_of_listed_origins_may_call_and_no_others() {
    let server = TestServer::start("cors: { origins: [https://app.example.org] }").await;
    for (origin, allowed) in [
        ("https://app.example.org", true),
        ("http://app.example.org", false),
        ("https://app.example.org.evil.test", false),
        ("https://evil-app.example.org", false),
        ("null", false),
    ] {
        let expected = if allowed { origin } else { "" };
        let answer = server.query("{ hello }", &[("origin", origin)]).await;
        assert_eq!(answer.header("access-control-allow-origin"), expected);
        let ask = [("origin", origin), ("access-control-request-method", "POST")];
        let preflight = server.send("OPTIONS", "/graphql", &ask, Body::empty()).await;
        assert_eq!(preflight.header("access-control-allow-origin"), expected);
    }
}

#[tokio::test]
async fn health_can_have_a_port_of_its_own() {
    let server = TestServer::start("").await;
    assert_eq!(server.get("/health/live").await.status, 200);
    assert_eq!(server.get("/health/ready").await.status, 200);

    let without_schema = TestServer::start_with("", gateway::server::EngineSlot::default()).await;
    assert_eq!(without_schema.get("/health/live").await.status, 200);
    assert_eq!(without_schema.get("/health/ready").await.status, 503);
    let answer = without_schema.query("{ hello }", &[]).await;
    assert_eq!((answer.status, answer.code().as_str()), (503, "NOT_READY"));

    let separate = TestServer::start("admin_listen: 127.0.0.1:0").await;
    assert_eq!(separate.get("/health/live").await.status, 404);
}
