//! Access tokens against the verifier that all servers use: one is accepted, all others are refused with their reason.

use auth::Settings;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, encode};
use serde_json::{Value, json};
use service::token::Verifier;
use service::{Clock, Role, SharedKeys, TokenSettings};

use crate::fixture::{CREDENTIAL, Fixture, START, request, text};

const NOW: i64 = START / 1_000_000;

struct Forge {
    key: EncodingKey,
    public: Vec<u8>,
}

impl Forge {
    fn new() -> Self {
        use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
        let document = Ed25519KeyPair::generate_pkcs8v1(&aws_lc_rs::rand::SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap();
        Self { key: EncodingKey::from_ed_der(document.as_ref()), public: pair.public_key().as_ref().to_vec() }
    }

    fn sign(&self, header: &Header, claims: &Value) -> String {
        encode(header, claims, &self.key).unwrap()
    }
}

fn header() -> Header {
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some("at+jwt".into());
    header.kid = Some("the-key".into());
    header
}

fn claims() -> Value {
    json!({ "iss": "knlab-auth", "aud": "knlab", "sub": "somebody", "iat": NOW, "exp": NOW + 60, "jti": "1",
            "sid": "a session", "roles": ["operator", "emperor"] })
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    match value {
        Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
        value => claims[name] = value,
    }
    claims
}

fn raw(header: &str, claims: &Value, signature: &str) -> String {
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.{signature}", encode(header), encode(&claims.to_string()))
}

type Case = (&'static str, String, &'static str);

fn wrong_claims(own: &Forge) -> Vec<Case> {
    let claim = |name: &str, value: Value| own.sign(&header(), &with(name, value));
    vec![
        ("expired", claim("exp", json!(NOW - 10)), "TOKEN_EXPIRED"),
        ("expired in 1970", claim("exp", json!(0)), "TOKEN_EXPIRED"),
        ("expired before 1970", claim("exp", json!(-1)), "TOKEN_CLAIM_MISSING"),
        ("not yet issued", claim("iat", json!(NOW + 11)), "TOKEN_NOT_YET_VALID"),
        ("not before later", claim("nbf", json!(NOW + 11)), "TOKEN_NOT_YET_VALID"),
        ("no exp", claim("exp", json!(null)), "TOKEN_CLAIM_MISSING"),
        ("exp as text", claim("exp", json!("9999999999")), "TOKEN_MALFORMED"),
        ("exp as a fraction", claim("exp", json!(9_999_999_999.5)), "TOKEN_MALFORMED"),
        ("no sub", claim("sub", json!(null)), "TOKEN_CLAIM_MISSING"),
        ("no iat", claim("iat", json!(null)), "TOKEN_CLAIM_MISSING"),
        ("sub as number", claim("sub", json!(1)), "TOKEN_MALFORMED"),
        ("roles as text", claim("roles", json!("administrator")), "TOKEN_MALFORMED"),
        ("no issuer", claim("iss", json!(null)), "TOKEN_CLAIM_MISSING"),
        ("foreign issuer", claim("iss", json!("knlab-auth.example")), "TOKEN_WRONG_ISSUER"),
        ("no audience", claim("aud", json!(null)), "TOKEN_CLAIM_MISSING"),
        ("foreign audience", claim("aud", json!("knlab2")), "TOKEN_WRONG_AUDIENCE"),
        ("foreign audiences", claim("aud", json!(["a", "b"])), "TOKEN_WRONG_AUDIENCE"),
    ]
}

fn wrong_shape(own: &Forge, foreign: &Forge) -> Vec<Case> {
    let head = |change: fn(&mut Header)| {
        let mut header = header();
        change(&mut header);
        own.sign(&header, &claims())
    };
    let fine = own.sign(&header(), &claims());
    let parts: Vec<&str> = fine.split('.').collect();
    let hmac = |alg| {
        let mut header = header();
        header.alg = alg;
        encode(&header, &claims(), &EncodingKey::from_secret(&own.public)).unwrap()
    };
    vec![
        ("foreign key, own kid", foreign.sign(&header(), &claims()), "TOKEN_SIGNATURE_INVALID"),
        (
            "unknown kid",
            head(|header| header.kid = Some("../../etc/passwd\0' OR 1=1".into())),
            "TOKEN_UNKNOWN_KEY",
        ),
        ("no kid", head(|header| header.kid = None), "TOKEN_UNKNOWN_KEY"),
        ("typ JWT", head(|header| header.typ = Some("JWT".into())), "TOKEN_WRONG_TYPE"),
        ("no typ", head(|header| header.typ = None), "TOKEN_WRONG_TYPE"),
        ("typ of a refresh token", head(|header| header.typ = Some("rt+jwt".into())), "TOKEN_WRONG_TYPE"),
        ("HS256 with the public key", hmac(Algorithm::HS256), "TOKEN_ALGORITHM_NOT_ACCEPTED"),
        ("HS512 with the public key", hmac(Algorithm::HS512), "TOKEN_ALGORITHM_NOT_ACCEPTED"),
        (
            "alg none",
            raw(r#"{"alg":"none","typ":"at+jwt","kid":"the-key"}"#, &claims(), ""),
            "TOKEN_ALGORITHM_NOT_ACCEPTED",
        ),
        (
            "alg nOnE",
            raw(r#"{"alg":"nOnE","typ":"at+jwt","kid":"the-key"}"#, &claims(), ""),
            "TOKEN_ALGORITHM_NOT_ACCEPTED",
        ),
        ("no alg", raw(r#"{"typ":"at+jwt","kid":"the-key"}"#, &claims(), parts[2]), "TOKEN_MALFORMED"),
        ("other claims under the signature", raw_claims(&parts, "administrator"), "TOKEN_SIGNATURE_INVALID"),
        ("no signature", format!("{}.{}.", parts[0], parts[1]), "TOKEN_SIGNATURE_INVALID"),
        (
            "signature of zeros",
            format!("{}.{}.{}", parts[0], parts[1], "A".repeat(86)),
            "TOKEN_SIGNATURE_INVALID",
        ),
        ("two parts", format!("{}.{}", parts[0], parts[1]), "TOKEN_MALFORMED"),
        ("four parts", format!("{fine}.{}", parts[2]), "TOKEN_MALFORMED"),
        ("junk", "a.b.c".into(), "TOKEN_MALFORMED"),
        ("nothing", ".".into(), "TOKEN_MALFORMED"),
    ]
}

fn raw_claims(parts: &[&str], role: &str) -> String {
    let claims = with("roles", json!([role])).to_string();
    format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(claims), parts[2])
}

fn verifier(own: &Forge) -> (Verifier, Clock) {
    let mut jwk =
        Jwk::from_decoding_key(&DecodingKey::from_ed_der(&own.public), Some(Algorithm::EdDSA)).unwrap();
    jwk.common.key_id = Some("the-key".into());
    let shared = SharedKeys::default();
    shared.publish(JwkSet { keys: vec![jwk] });
    let clock = Clock::manual(START);
    let settings = TokenSettings { shared: Some(shared), ..TokenSettings::default() };
    (Verifier::new(&settings, clock.clone()).unwrap(), clock)
}

#[tokio::test]
async fn only_the_right_token_is_accepted() {
    let (own, foreign) = (Forge::new(), Forge::new());
    let (verifier, _) = verifier(&own);
    let user = verifier.verify(&own.sign(&header(), &claims())).await.unwrap();
    assert_eq!((user.id.as_str(), user.session.as_deref()), ("somebody", Some("a session")));
    assert_eq!(user.roles, [Role::Operator], "roles nobody knows are none");
    let several = own.sign(&header(), &with("aud", json!(["other", "knlab"])));
    assert!(verifier.verify(&several).await.is_ok());
    let within_leeway = own.sign(&header(), &with("exp", json!(NOW - 9)));
    assert!(verifier.verify(&within_leeway).await.is_ok());
    for (name, token, wanted) in wrong_claims(&own).into_iter().chain(wrong_shape(&own, &foreign)) {
        let refused = verifier.verify(&token).await.map(|user| user.id).map_err(|error| error.code());
        assert_eq!(refused, Err(wanted), "{name}");
    }
}

#[tokio::test]
async fn without_any_key_set_tokens_cannot_be_checked_and_say_so() {
    let settings = TokenSettings { shared: Some(SharedKeys::default()), ..TokenSettings::default() };
    let verifier = Verifier::new(&settings, Clock::manual(START)).unwrap();
    let token = Forge::new().sign(&header(), &claims());
    assert_eq!(verifier.verify(&token).await.unwrap_err().code(), "TOKEN_KEYS_UNAVAILABLE");
}

#[tokio::test]
async fn a_bad_token_is_refused_over_http_even_where_anonymous_requests_are_fine() {
    let fixture = Fixture::new().await;
    let (status, answer) = fixture.send(request("a.b.c", "{ me { id } }", json!({}))).await;
    assert_eq!((status, crate::fixture::code(&answer).as_str()), (401, "TOKEN_MALFORMED"));
    assert_eq!(fixture.ask("", "{ me { id } }").await, json!({ "data": { "me": null } }));
    let refresh = text(&fixture.login("reader", "reader-password").await["refreshToken"]);
    assert_eq!(fixture.me(&refresh).await, "TOKEN_MALFORMED", "a refresh token is no access token");
}

#[tokio::test]
async fn whoever_does_not_know_the_credential_learns_nothing() {
    let fixture = Fixture::new().await;
    let token = fixture.token("admin").await;
    let cases = [None, Some(("gateway", "wrong")), Some(("nobody", CREDENTIAL)), Some(("gateway", ""))];
    for query in ["{ me { id } }", "{ _service { sdl } }", "mutation { logout { endedSessions } }"] {
        for case in cases {
            let mut request = request(&token, query, json!({}));
            request.headers_mut().remove("x-knlab-caller");
            request.headers_mut().remove("x-knlab-credential");
            if let Some((name, secret)) = case {
                request.headers_mut().insert("x-knlab-caller", name.parse().unwrap());
                request.headers_mut().insert("x-knlab-credential", secret.parse().unwrap());
            }
            let (status, answer) = fixture.send(request).await;
            assert_eq!(
                (status, crate::fixture::code(&answer).as_str()),
                (401, "CALLER_NOT_ACCEPTED"),
                "{case:?}"
            );
            assert!(answer.get("data").is_none());
        }
    }
}

#[test]
fn secrets_of_the_settings_are_not_printed() {
    let text = r#"{ "server": { "callers": { "gateway": "do-not-print-this" } }, "keys": { "sealing_secret": "do-not-print-this-either-please" } }"#;
    let settings: Settings = serde_json::from_str(text).unwrap();
    assert!(!format!("{settings:?}").contains("do-not-print"));
}
