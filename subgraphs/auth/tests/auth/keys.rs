//! Signing keys: published, rotated, kept sealed.

use std::os::unix::fs::PermissionsExt as _;

use axum::body::Body;
use axum::http::Request;
use tower::ServiceExt as _;

use crate::fixture::{Fixture, code, router, text};

const DAY: u64 = 86_400;

async fn published(fixture: &Fixture) -> Vec<String> {
    let request = Request::get("/.well-known/jwks.json").body(Body::empty()).unwrap();
    let (status, keys) = fixture.send(request).await;
    assert_eq!(status, 200);
    let keys = keys["keys"].as_array().unwrap().clone();
    for key in &keys {
        for (name, wanted) in [("kty", "OKP"), ("crv", "Ed25519"), ("alg", "EdDSA"), ("use", "sig")] {
            assert_eq!(key[name], wanted);
        }
        assert!(key.get("d").is_none(), "no private part");
    }
    keys.iter().map(|key| text(&key["kid"])).collect()
}

#[tokio::test]
async fn keys_rotate_by_the_clock_and_no_token_is_refused_on_the_way() {
    let fixture = Fixture::new().await;
    let first = published(&fixture).await;
    assert_eq!(first.len(), 1);
    fixture.pass(30 * DAY - 1800);
    let announced = published(&fixture).await;
    assert_eq!((announced.len(), &announced[0]), (2, &first[0]), "published ahead of its use");
    fixture.pass(3540);
    let before = fixture.token("reader").await;
    fixture.pass(61);
    let after = fixture.token("reader").await;
    let kid = |token: &str| jsonwebtoken::decode_header(token).unwrap().kid.unwrap();
    assert_eq!((kid(&before), kid(&after)), (announced[0].clone(), announced[1].clone()));
    assert_eq!((fixture.me(&before).await, fixture.me(&after).await), ("reader".into(), "reader".into()));
    fixture.pass(1300);
    assert_eq!(
        published(&fixture).await,
        [announced[1].clone()],
        "the old one is gone once no token needs it"
    );
}

#[tokio::test]
async fn a_leaked_key_is_revoked_at_once_with_all_tokens_signed_by_it() {
    let fixture = Fixture::new().await;
    let admin = fixture.token("admin").await;
    let old = published(&fixture).await;
    let answer = fixture
        .ask(&admin, "mutation { rotateSigningKeys(revokeAll: true) { signingKeys { id state } } }")
        .await;
    assert_eq!(answer["data"]["rotateSigningKeys"]["signingKeys"][0]["state"], "ACTIVE");
    let new = published(&fixture).await;
    assert!(new.len() == 1 && new != old);
    assert_eq!(fixture.me(&admin).await, "TOKEN_UNKNOWN_KEY");
    assert_eq!(fixture.me(&fixture.token("admin").await).await, "admin");
}

#[tokio::test]
async fn keys_outlive_a_restart_and_cannot_be_opened_without_the_sealing_key() {
    let fixture = Fixture::new().await;
    let token = fixture.token("reader").await;
    let key_file = fixture.stores.folder().join("sql/auth.key");
    assert_eq!(std::fs::metadata(&key_file).unwrap().permissions().mode() & 0o777, 0o600);
    let restarted =
        router(fixture.stores.folder(), &fixture.clock, &fixture.keys, &fixture.database).await.unwrap();
    let fixture = Fixture { router: restarted, ..fixture };
    assert_eq!(fixture.me(&token).await, "reader");

    let row =
        fixture.database.query_optional("SELECT private_key FROM signing_keys", &[]).await.unwrap().unwrap();
    let sealed = row.blob("private_key").unwrap();
    assert!(aws_lc_rs::signature::Ed25519KeyPair::from_pkcs8(&sealed).is_err());
    std::fs::write(&key_file, "00".repeat(32)).unwrap();
    let refused = router(fixture.stores.folder(), &fixture.clock, &fixture.keys, &fixture.database).await;
    let error = format!("{:#}", refused.err().unwrap());
    assert!(error.contains("cannot be opened with this server's sealing key"), "{error}");
}

#[tokio::test]
async fn two_servers_over_one_database_accept_each_others_tokens() {
    let fixture = Fixture::new().await;
    let keys = service::SharedKeys::default();
    let second = router(fixture.stores.folder(), &fixture.clock, &keys, &fixture.database).await.unwrap();
    let token = fixture.token("operator").await;
    let request = crate::fixture::request(&token, "{ me { name } }", serde_json::json!({}));
    let response = second.oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(code(&fixture.ask(&token, "{ me { name } }").await), "");
}
