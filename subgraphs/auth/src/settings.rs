//! What the auth server is told at its start.

use std::path::Path;

use serde::Deserialize;
use service::Secret;
use service::settings::DatabaseSettings;
use stores::sql::Database;

use crate::signing::Seal;
use crate::types::{InvalidInput, PasswordRefused};

/// The settings of the auth server.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What every server has.
    pub server: service::Settings,
    /// The real stores.
    pub stores: StoreSettings,
    /// How long things live.
    pub lifetimes: Lifetimes,
    /// How signing keys are kept.
    pub keys: KeySettings,
    /// The account to make when there is none at all.
    pub first_administrator: Option<FirstAdministrator>,
}

/// The account that a new installation begins with.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Account")]
pub struct FirstAdministrator {
    /// The address to sign in with.
    pub(crate) email: String,
    /// The password to sign in with, until it is changed.
    pub(crate) password: Secret,
}

/// As it is written, before it is checked as every new account is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Account {
    email: String,
    password: Secret,
}

impl TryFrom<Account> for FirstAdministrator {
    type Error = String;

    fn try_from(Account { email, password }: Account) -> Result<Self, String> {
        let refused = |reason: &dyn std::fmt::Display| format!("the first administrator: {reason}");
        let email = InvalidInput::check_email("email", &email).map_err(|invalid| refused(&invalid))?;
        PasswordRefused::check(password.expose(), &email).map_err(|weak| refused(&weak))?;
        Ok(Self { email, password })
    }
}

/// The real stores; one that is absent is embedded, in the data folder.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreSettings {
    /// The auth database.
    pub auth: Option<DatabaseSettings>,
}

impl StoreSettings {
    /// Opens the auth database; an embedded one is below `data`.
    ///
    /// # Errors
    /// When it cannot be opened; a database server need not be there yet.
    pub async fn open(&self, data: &Path) -> stores::Result<Database> {
        DatabaseSettings::open(self.auth.as_ref(), "auth", data).await
    }
}

/// How long things live.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lifetimes {
    /// Access tokens.
    pub access_token_seconds: u32,
    /// Refresh tokens that are not used.
    pub refresh_token_days: u32,
    /// Sessions, however often they are renewed.
    pub session_days: u32,
    /// A refresh token used a second time within this time is taken for a second tab, not for a thief.
    pub refresh_grace_seconds: u32,
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            access_token_seconds: 600,
            refresh_token_days: 14,
            session_days: 60,
            refresh_grace_seconds: 15,
        }
    }
}

/// How signing keys are kept.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeySettings {
    /// Seals the private keys in the database. Without it a file `auth.key` in the data folder holds a key for that; several
    /// replicas need the setting.
    pub sealing_secret: Option<Secret>,
    /// How long a key signs.
    pub rotation_days: u32,
}

impl Default for KeySettings {
    fn default() -> Self {
        Self { sealing_secret: None, rotation_days: 30 }
    }
}

impl Settings {
    pub(crate) fn seal(&self) -> anyhow::Result<Seal> {
        match &self.keys.sealing_secret {
            Some(secret) => Seal::from_secret(secret),
            None => {
                let folder = self.server.data.join("sql");
                std::fs::create_dir_all(&folder)?;
                Seal::from_file(&folder.join("auth.key"))
            }
        }
    }
}
