//! Tokens: what is accepted, what is refused and with which code, and what happens when keys change or the issuer is down.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jsonwebtoken::{Algorithm, EncodingKey, jwk::Jwk};
use serde_json::{Value, json};

use crate::support::{Answered, TestServer};

// Keys made for these tests with `openssl genpkey`; they protect nothing.
const ED25519: &str = include_str!("keys/ed25519.pem");
const OTHER_ED25519: &str = include_str!("keys/other_ed25519.pem");
const RSA: &str = include_str!("keys/rsa.pem");

pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// A server of keys, and what signs tokens.
pub struct Issuer {
    url: String,
    set: Arc<Mutex<Option<Value>>>,
    fetches: Arc<AtomicUsize>,
}

impl Issuer {
    pub async fn start() -> Issuer {
        gateway::server::install_crypto();
        let set = Arc::new(Mutex::new(Some(json!({ "keys": [
            jwk(&ed25519(), Algorithm::EdDSA, "ed"), jwk(&rsa(), Algorithm::RS256, "rsa"),
            { "kty": "oct", "k": BASE64.encode("secret"), "kid": "shared" },
            { "kty": "unheard-of", "kid": "odd" },
        ] }))));
        let fetches = Arc::new(AtomicUsize::new(0));
        let (served, counted) = (set.clone(), fetches.clone());
        let handler = async move || {
            counted.fetch_add(1, Ordering::SeqCst);
            let set = served.lock().unwrap().clone();
            set.map(|set| set.to_string()).ok_or(http::StatusCode::INTERNAL_SERVER_ERROR)
        };
        let router = Router::new().route("/keys", axum::routing::get(handler));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Issuer { url, set, fetches }
    }

    pub fn yaml(&self, leeway: &str) -> String {
        let leeway = if leeway == "0ms" { "1ms" } else { leeway };
        format!("jwt: {{ jwks_url: '{}', issuer: knlab-auth, audience: knlab, leeway: {leeway} }}", self.url)
    }

    /// A good token, changed.
    pub fn token(&self, change: impl FnOnce(&mut Value, &mut Value)) -> String {
        let (mut header, mut claims) = (header(), claims());
        change(&mut header, &mut claims);
        sign(&header, &claims, &ed25519(), Algorithm::EdDSA)
    }
}

fn header() -> Value {
    json!({ "alg": "EdDSA", "typ": "at+jwt", "kid": "ed" })
}

fn claims() -> Value {
    json!({ "iss": "knlab-auth", "aud": "knlab", "sub": "0190", "iat": now(), "exp": now() + 300, "roles": ["reader"] })
}

fn ed25519() -> EncodingKey {
    EncodingKey::from_ed_pem(ED25519.as_bytes()).unwrap()
}

fn rsa() -> EncodingKey {
    EncodingKey::from_rsa_pem(RSA.as_bytes()).unwrap()
}

fn jwk(key: &EncodingKey, algorithm: Algorithm, id: &str) -> Value {
    let mut jwk = serde_json::to_value(Jwk::from_encoding_key(key, algorithm).unwrap()).unwrap();
    jwk["kid"] = json!(id);
    jwk["use"] = json!("sig");
    jwk
}

fn sign(header: &Value, claims: &Value, key: &EncodingKey, algorithm: Algorithm) -> String {
    sign_text(&header.to_string(), &claims.to_string(), key, algorithm)
}

fn sign_text(header: &str, claims: &str, key: &EncodingKey, algorithm: Algorithm) -> String {
    let message = format!("{}.{}", BASE64.encode(header), BASE64.encode(claims));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), key, algorithm).unwrap();
    format!("{message}.{signature}")
}

/// Changes one thing of a token's header or claims.
fn with(mut object: Value, name: &str, value: Value) -> Value {
    match value {
        Value::Null => drop(object.as_object_mut().unwrap().remove(name)),
        value => object[name] = value,
    }
    object
}

type BadToken = (&'static str, String, &'static str);

fn eddsa(header: &Value, claims: &Value) -> String {
    sign(header, claims, &ed25519(), Algorithm::EdDSA)
}

/// Tokens that are not in order as a text, with the code that says why.
fn badly_formed() -> Vec<BadToken> {
    let good = eddsa(&header(), &claims());
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let tampered = with(claims(), "roles", json!(["administrator"])).to_string();
    #[rustfmt::skip]
    let tokens = vec![
        ("no token", String::new(), "TOKEN_MALFORMED"),
        ("one part", "abc".into(), "TOKEN_MALFORMED"),
        ("two parts", "abc.def".into(), "TOKEN_MALFORMED"),
        ("four parts", format!("{good}.x"), "TOKEN_MALFORMED"),
        ("not base64", "!.!.!".into(), "TOKEN_MALFORMED"),
        ("padded base64", good.replace('.', "=."), "TOKEN_MALFORMED"),
        ("not JSON", format!("{}.{}.x", BASE64.encode("{"), BASE64.encode("{}")), "TOKEN_MALFORMED"),
        ("a list as header", format!("{}.{}.x", BASE64.encode("[]"), BASE64.encode("{}")), "TOKEN_MALFORMED"),
        ("too long", format!("{good}{}", "a".repeat(9000)), "TOKEN_MALFORMED"),
        ("no signature", format!("{signed}."), "TOKEN_SIGNATURE_INVALID"),
        ("a cut signature", good[..good.len() - 4].into(), "TOKEN_SIGNATURE_INVALID"),
        ("an all-zero signature", format!("{signed}.{}", BASE64.encode([0; 64])), "TOKEN_SIGNATURE_INVALID"),
        ("a changed payload", format!("{}.{}.{signature}", signed.split('.').next().unwrap(), BASE64.encode(tampered)), "TOKEN_SIGNATURE_INVALID"),
        ("spaces inside", good.replacen('.', " .", 1), "TOKEN_MALFORMED"),
    ];
    tokens
}

/// Tokens whose header names what is not accepted: algorithms, keys, types.
fn badly_signed() -> Vec<BadToken> {
    let head = |name: &str, value: Value| eddsa(&with(header(), name, value), &claims());
    let none = with(header(), "alg", json!("none"));
    let unsigned = format!("{}.{}.", BASE64.encode(none.to_string()), BASE64.encode(claims().to_string()));
    let mac_header = json!({ "alg": "HS256", "typ": "at+jwt", "kid": "rsa" });
    let mac = sign(&mac_header, &claims(), &EncodingKey::from_secret(RSA.as_bytes()), Algorithm::HS256);
    let shared_header = json!({ "alg": "HS256", "typ": "at+jwt", "kid": "shared" });
    let shared = sign(&shared_header, &claims(), &EncodingKey::from_secret(b"secret"), Algorithm::HS256);
    let foreign = EncodingKey::from_ed_pem(OTHER_ED25519.as_bytes()).unwrap();
    let rs256 = json!({ "alg": "RS256", "typ": "at+jwt", "kid": "rsa" });
    #[rustfmt::skip]
    let tokens = vec![
        ("a foreign key under our key's name", sign(&header(), &claims(), &foreign, Algorithm::EdDSA), "TOKEN_SIGNATURE_INVALID"),
        ("alg none", unsigned, "TOKEN_SIGNATURE_INVALID"),
        ("alg None", head("alg", json!("None")), "TOKEN_SIGNATURE_INVALID"),
        ("alg in lower case", head("alg", json!("eddsa")), "TOKEN_SIGNATURE_INVALID"),
        ("no alg", head("alg", Value::Null), "TOKEN_SIGNATURE_INVALID"),
        ("alg not a text", head("alg", json!(["EdDSA"])), "TOKEN_MALFORMED"),
        ("a MAC with the public key", mac, "TOKEN_SIGNATURE_INVALID"),
        ("a MAC with a symmetric key of the set", shared, "TOKEN_SIGNATURE_INVALID"),
        ("an algorithm that is not configured", sign(&rs256, &claims(), &rsa(), Algorithm::RS256), "TOKEN_SIGNATURE_INVALID"),
        ("a key of another algorithm", head("kid", json!("rsa")), "TOKEN_SIGNATURE_INVALID"),
        ("an unknown key", head("kid", json!("nobody")), "TOKEN_KEY_UNKNOWN"),
        ("no key id", head("kid", Value::Null), "TOKEN_KEY_UNKNOWN"),
        ("a path as key id", head("kid", json!("../../etc/passwd")), "TOKEN_KEY_UNKNOWN"),
        ("SQL as key id", head("kid", json!("' OR 1=1 --")), "TOKEN_KEY_UNKNOWN"),
        ("a NUL in the key id", head("kid", json!("ed\0")), "TOKEN_KEY_UNKNOWN"),
        ("a number as key id", head("kid", json!(1)), "TOKEN_MALFORMED"),
        ("its own key set", eddsa(&with(with(header(), "jku", json!("http://127.0.0.1:1/")), "kid", json!("x")), &claims()), "TOKEN_KEY_UNKNOWN"),
        ("crit", head("crit", json!(["exp"])), "TOKEN_MALFORMED"),
        ("a refresh token", head("typ", json!("rt+jwt")), "TOKEN_MALFORMED"),
        ("an ID token", head("typ", json!("JWT")), "TOKEN_MALFORMED"),
        ("no typ", head("typ", Value::Null), "TOKEN_MALFORMED"),
    ];
    tokens
}

/// Tokens with a valid signature that say something wrong.
fn badly_claimed() -> Vec<BadToken> {
    let claim = |name: &str, value: Value| eddsa(&header(), &with(claims(), name, value));
    let signed = |claims: &str| sign_text(&header().to_string(), claims, &ed25519(), Algorithm::EdDSA);
    let duplicate = claims().to_string().replace("\"sub\"", "\"sub\":\"admin\",\"sub\"");
    #[rustfmt::skip]
    let tokens = vec![
        ("expired", claim("exp", json!(now() - 60)), "TOKEN_EXPIRED"),
        ("expired in 1970", claim("exp", json!(0)), "TOKEN_EXPIRED"),
        ("exp negative", claim("exp", json!(-1)), "TOKEN_MALFORMED"),
        ("exp a text", claim("exp", json!((now() + 300).to_string())), "TOKEN_MALFORMED"),
        ("exp a list", claim("exp", json!([now() + 300])), "TOKEN_MALFORMED"),
        ("exp true", claim("exp", json!(true)), "TOKEN_MALFORMED"),
        ("no exp", claim("exp", Value::Null), "TOKEN_MALFORMED"),
        ("exp beyond all time", claim("exp", json!(1e300)), "TOKEN_MALFORMED"),
        ("exp infinite", signed(r#"{"iss":"knlab-auth","aud":"knlab","sub":"1","exp":1e400}"#), "TOKEN_MALFORMED"),
        ("nbf in the future", claim("nbf", json!(now() + 120)), "TOKEN_NOT_YET_VALID"),
        ("nbf a text", claim("nbf", json!("0")), "TOKEN_MALFORMED"),
        ("another issuer", claim("iss", json!("evil")), "TOKEN_ISSUER_INVALID"),
        ("an issuer that begins like ours", claim("iss", json!("knlab-auth.evil")), "TOKEN_ISSUER_INVALID"),
        ("no issuer", claim("iss", Value::Null), "TOKEN_ISSUER_INVALID"),
        ("several issuers", claim("iss", json!(["knlab-auth"])), "TOKEN_MALFORMED"),
        ("another audience", claim("aud", json!("other")), "TOKEN_AUDIENCE_INVALID"),
        ("audiences without ours", claim("aud", json!(["a", "b"])), "TOKEN_AUDIENCE_INVALID"),
        ("an audience that begins like ours", claim("aud", json!("knlab-other")), "TOKEN_AUDIENCE_INVALID"),
        ("no audience", claim("aud", Value::Null), "TOKEN_AUDIENCE_INVALID"),
        ("an audience of the wrong type", claim("aud", json!({ "knlab": 1 })), "TOKEN_MALFORMED"),
        ("no subject", claim("sub", Value::Null), "TOKEN_MALFORMED"),
        ("an empty subject", claim("sub", json!("")), "TOKEN_MALFORMED"),
        ("a claim twice", signed(&duplicate), "TOKEN_MALFORMED"),
        ("a payload that is no object", signed("[]"), "TOKEN_MALFORMED"),
    ];
    tokens
}

async fn ask(server: &TestServer, authorization: &str) -> Answered {
    server.query("{ headers }", &[("authorization", authorization)]).await
}

#[tokio::test]
async fn every_bad_token_is_refused_with_the_code_that_says_why() {
    let issuer = Issuer::start().await;
    let server = TestServer::start(&issuer.yaml("5s")).await;
    for (what, token, code) in [badly_formed(), badly_signed(), badly_claimed()].concat() {
        let answer = ask(&server, &format!("Bearer {token}")).await;
        assert_eq!((answer.status, answer.code().as_str()), (401, code), "{what}: {}", answer.text());
        assert_eq!(answer.header("www-authenticate"), "Bearer error=\"invalid_token\"");
        assert!(answer.json().get("data").is_none(), "{what}");
    }
    for scheme in ["Basic YTpi", "Bearer", "token"] {
        assert_eq!(ask(&server, scheme).await.code(), "TOKEN_MALFORMED", "{scheme}");
    }
    let good = format!("Bearer {}", issuer.token(|_, _| {}));
    let twice = server.query("{ headers }", &[("authorization", &good), ("authorization", "Bearer x")]).await;
    assert_eq!((twice.status, twice.code().as_str()), (400, "BAD_REQUEST"));
}

#[tokio::test]
async fn good_tokens_are_passed_on_as_they_are_and_no_token_is_anonymous() {
    let issuer = Issuer::start().await;
    let server = TestServer::start(&issuer.yaml("5s")).await;
    let good = [
        issuer.token(|_, _| {}),
        issuer.token(|header, _| header["typ"] = json!("application/at+JWT")),
        issuer.token(|_, claims| claims["aud"] = json!(["other", "knlab"])),
        issuer.token(|_, claims| claims["exp"] = json!(now() - 3)),
        issuer.token(|_, claims| claims["nbf"] = json!(now() + 3)),
        issuer.token(|_, claims| claims["exp"] = json!(now() as f64 + 60.5)),
    ];
    for token in good {
        let authorization = format!("bearer {token}");
        let answer = ask(&server, &authorization).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.json()["data"]["authorization"], authorization);
    }
    assert_eq!(server.query("{ hello }", &[]).await.status, 200);
}

#[tokio::test]
async fn a_new_key_is_found_by_its_first_token_and_invented_names_cause_one_fetch() {
    let issuer = Issuer::start().await;
    let server = TestServer::start(&issuer.yaml("5s")).await;
    assert_eq!(ask(&server, &format!("Bearer {}", issuer.token(|_, _| {}))).await.status, 200);
    let before = issuer.fetches.load(Ordering::SeqCst);

    *issuer.set.lock().unwrap() = Some(json!({ "keys": [jwk(&ed25519(), Algorithm::EdDSA, "next")] }));
    let rotated = issuer.token(|header, _| header["kid"] = json!("next"));
    assert_eq!(ask(&server, &format!("Bearer {rotated}")).await.status, 200);
    for n in 0..20 {
        let invented = issuer.token(|header, _| header["kid"] = json!(format!("invented {n}")));
        assert_eq!(ask(&server, &format!("Bearer {invented}")).await.code(), "TOKEN_KEY_UNKNOWN");
    }
    let fetches = issuer.fetches.load(Ordering::SeqCst) - before;
    assert!(fetches <= 2, "{fetches} fetches for 21 unknown keys");
    let retired = ask(&server, &format!("Bearer {}", issuer.token(|_, _| {}))).await;
    assert_eq!(retired.code(), "TOKEN_KEY_UNKNOWN");
}

#[tokio::test]
async fn the_last_key_set_stays_when_the_issuer_is_down_and_without_any_nobody_is_let_in() {
    let issuer = Issuer::start().await;
    let token = format!("Bearer {}", issuer.token(|_, _| {}));
    let yaml = issuer.yaml("5s").replace("leeway", "refresh: 50ms, leeway");
    let server = TestServer::start(&yaml).await;
    assert_eq!(ask(&server, &token).await.status, 200);
    let good = issuer.set.lock().unwrap().take();
    for garbage in [None, Some(json!("garbage")), Some(json!({ "keys": "x" }))] {
        *issuer.set.lock().unwrap() = garbage;
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(ask(&server, &token).await.status, 200);
    }

    *issuer.set.lock().unwrap() = None;
    let late = TestServer::start(&issuer.yaml("5s")).await;
    let answer = ask(&late, &token).await;
    assert_eq!((answer.status, answer.code().as_str()), (503, "TOKEN_KEYS_UNAVAILABLE"));
    assert_eq!(late.query("{ hello }", &[]).await.status, 200, "anonymous callers are served meanwhile");
    *issuer.set.lock().unwrap() = good;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(ask(&late, &token).await.status, 200);
}

#[tokio::test]
async fn a_subscription_ends_with_its_token() {
    let issuer = Issuer::start().await;
    let server = TestServer::start(&issuer.yaml("1ms")).await;
    let short = format!("Bearer {}", issuer.token(|_, claims| claims["exp"] = json!(now() + 3)));
    let headers = [("authorization", short.as_str()), ("accept", "text/event-stream")];
    let answer = server.query("subscription { endless }", &headers).await;
    assert!(answer.text().contains("TOKEN_EXPIRED") && answer.text().ends_with("event: complete\ndata:\n\n"));
}

#[tokio::test]
async fn the_key_set_comes_from_whichever_replica_of_the_issuer_lives() {
    let issuer = Issuer::start().await;
    let urls = format!("jwks_urls: ['http://127.0.0.1:1/keys', '{}']", issuer.url);
    let yaml = issuer.yaml("5s").replace(&format!("jwks_url: '{}'", issuer.url), &urls);
    let server = TestServer::start(&yaml).await;
    assert_eq!(ask(&server, &format!("Bearer {}", issuer.token(|_, _| {}))).await.status, 200);
}
