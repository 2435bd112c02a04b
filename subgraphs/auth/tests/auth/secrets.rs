//! No password, token or key in any log line, whatever happens.

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tracing::subscriber::set_global_default;

use crate::fixture::{Fixture, text};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn logs_tell_who_did_what_without_any_secret() {
    let lines = Lines::default();
    let writer = lines.clone();
    let logs = tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::DEBUG)
        .with_writer(move || writer.clone());
    // For all tests of this program: callsites that a thread without logs has passed are switched off for scoped ones.
    set_global_default(logs.finish()).unwrap();

    let fixture = Fixture::new().await;
    let wrong = fixture.login("reader", "canary-wrong-password").await;
    assert_eq!(wrong["__typename"], "InvalidCredentials");
    let session = fixture.login("reader", "reader-password").await;
    let access = text(&session["accessToken"]);
    let renewed = fixture.refresh(&text(&session["refreshToken"])).await;
    let key = "mutation { createApiKey(input: { name: \"ci\" }) { ... on ApiKeyCreated { secret } } }";
    let secret = text(&fixture.ask(&access, key).await["data"]["createApiKey"]["secret"]);
    let exchange =
        "mutation ($k: String!) { exchangeApiKey(apiKey: $k) { ... on ApiKeyExchanged { accessToken } } }";
    let exchanged = fixture.ask_with("", exchange, json!({ "k": secret })).await;
    fixture.ask_with("", exchange, json!({ "k": 1 })).await;
    fixture.me(&format!("{access}x")).await;
    let change = "mutation { changePassword(input: { currentPassword: \"reader-password\", newPassword: \"canary-new-password\" }) \
                  { __typename } }";
    assert_eq!(fixture.ask(&access, change).await["data"]["changePassword"]["__typename"], "PasswordChanged");

    let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let secrets = [
        "canary-wrong-password".into(),
        "canary-new-password".into(),
        "reader-password".into(),
        access,
        text(&session["refreshToken"]),
        text(&renewed["refreshToken"]),
        secret,
        text(&exchanged["data"]["exchangeApiKey"]["accessToken"]),
        crate::fixture::CREDENTIAL.into(),
    ];
    for secret in secrets {
        assert!(!log.contains(&secret), "{secret} in the log");
    }
    for event in
        ["signed in", "wrong address or password", "API key created", "API key exchanged", "password changed"]
    {
        assert!(log.contains(event), "{event} not in the log");
    }
}
