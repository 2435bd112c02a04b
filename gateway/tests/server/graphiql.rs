//! GraphiQL as it is embedded: complete, compressed, and without any other host.

use std::io::Read;
use std::path::Path;

use axum::body::Body;

use crate::support::TestServer;

const PAGE: &[(&str, &str)] =
    &[("accept", "text/html,application/xhtml+xml,*/*;q=0.8"), ("accept-encoding", "gzip")];

fn unpacked(packed: &[u8]) -> String {
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(packed).read_to_end(&mut text).unwrap();
    String::from_utf8_lossy(&text).into_owned()
}

#[tokio::test]
async fn the_page_and_its_assets_are_served_compressed_and_cached() {
    let server = TestServer::start("").await;
    for path in ["/", "/graphql"] {
        let page = server.send("GET", path, PAGE, Body::empty()).await;
        assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
        assert!(page.header("content-security-policy").contains("connect-src 'self'"));
        let html = unpacked(&page.body);
        let script = html.split('"').find(|part| part.ends_with(".js")).expect("the page has a script");
        let asset = server.send("GET", script, &[("accept-encoding", "br, gzip")], Body::empty()).await;
        assert_eq!((asset.status, asset.header("content-type")), (200, "text/javascript; charset=utf-8"));
        assert_eq!(asset.header("cache-control"), "public, max-age=31536000, immutable");
        let again =
            server.send("GET", script, &[("if-none-match", asset.header("etag"))], Body::empty()).await;
        assert_eq!((again.status, again.body.len()), (304, 0));
        let plain = server.send("GET", script, &[], Body::empty()).await;
        assert_eq!(plain.text(), unpacked(&asset.body));
    }
    assert_eq!(server.get("/graphiql/../Cargo.toml").await.status, 404);
}

#[tokio::test]
async fn it_can_be_switched_off() {
    let server = TestServer::start("graphiql: false").await;
    assert_eq!(server.send("GET", "/", PAGE, Body::empty()).await.status, 404);
    assert_eq!(server.send("GET", "/graphql", PAGE, Body::empty()).await.status, 400);
}

/// Text in the bundle may name hosts (links in messages, XML namespaces); what must not occur is a place to load from.
#[test]
fn the_bundle_loads_nothing_from_other_hosts() {
    let mut seen = 0;
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("ide/dist")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            seen += 1;
            let text = unpacked(&std::fs::read(&path).unwrap());
            for source in [
                "unpkg.com",
                "esm.sh",
                "jsdelivr",
                "cdnjs",
                "googleapis.com",
                "gstatic.com",
                "src=\"http",
                "href=\"http",
                "url(http",
                "url(//",
                "from\"http",
                "import(\"http",
            ] {
                assert!(!text.contains(source), "{} names {source}", path.display());
            }
        }
    }
    assert!(seen > 10, "the bundle is there");
}
