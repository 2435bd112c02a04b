//! The server of a database: a pool of connections, a watch over a server that does not answer, and a probe that finds out when
//! it is back.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::mysql::{MySqlConnectOptions, MySqlPool, MySqlPoolOptions};
use sqlx::pool::PoolConnection;
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::time::{Instant, sleep, timeout};

use super::errors::{ends_the_connection, sorted, unavailable};
use super::{migrate, session};
use crate::failfast::Failfast;
use crate::retry_budget::RetryBudget;
use crate::{Result, StoreError};

pub(super) const CONNECTIONS: u32 = 16;
/// How long a call waits for a free connection.
const ACQUIRE: Duration = Duration::from_secs(2);
/// After so long without an answer the server is asked, on a connection of its own, whether it is alive, and again and again.
const PATIENCE: Duration = Duration::from_millis(1_500);
const PATIENCE_TO_CONNECT: Duration = Duration::from_millis(200);
/// How long it may take to say that it is.
const SIGN_OF_LIFE: Duration = Duration::from_secs(1);
/// What it said is believed for so long.
const BELIEVED: Duration = Duration::from_millis(250);
/// No statement takes longer, however alive the server is.
const LONGEST: Duration = Duration::from_secs(35);
/// How often a server that is down is tried.
const PROBE: Duration = Duration::from_millis(500);
/// A connection that lay idle for so long is closed: the server ends it soon after (`wait_timeout`).
const KEPT_IDLE: Duration = Duration::from_secs(15);
/// A connection that lay idle for so long is tried before it is used.
const IDLE: Duration = Duration::from_secs(1);

pub(super) struct Server {
    pub(super) name: String,
    pub(super) retries: RetryBudget,
    pool: MySqlPool,
    options: MySqlConnectOptions,
    failfast: Failfast,
    /// What is to be applied before calls are let through.
    to_be_migrated: Mutex<Option<&'static Migrator>>,
    alive_at: tokio::sync::Mutex<Option<Instant>>,
}

impl Server {
    pub(super) fn new(name: &str, options: MySqlConnectOptions) -> Self {
        let pool = MySqlPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(ACQUIRE)
            .idle_timeout(KEPT_IDLE)
            .test_before_acquire(false)
            .before_acquire(|connection, lain| {
                Box::pin(async move { Ok(lain.idle_for < IDLE || connection.ping().await.is_ok()) })
            })
            .after_connect(|connection, _| Box::pin(session::prepare(connection)))
            .connect_lazy_with(options.clone());
        let name = name.to_owned();
        let (retries, failfast) = (RetryBudget::default(), Failfast::default());
        let (to_be_migrated, alive_at) = (Mutex::default(), tokio::sync::Mutex::default());
        Self { name, retries, pool, options, failfast, to_be_migrated, alive_at }
    }

    /// A connection of the pool; at once an error while the server is known to be down.
    pub(super) async fn acquire(server: &Arc<Self>) -> Result<PoolConnection<sqlx::MySql>> {
        if let Some(because) = server.failfast.down_because() {
            return Err(unavailable(&server.name, &format!("known to be down: {because}")));
        }
        let acquired = tokio::select! {
            acquired = server.pool.acquire() => acquired,
            because = server.found_dead(PATIENCE_TO_CONNECT) => return Err(Self::went_down(server, &because)),
        };
        match acquired {
            Ok(connection) => Ok(connection),
            Err(error @ (sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_))) => {
                Err(Self::went_down(server, &error.to_string()))
            }
            Err(error) => Err(sorted(&server.name, &error)),
        }
    }

    pub(super) fn is_known_down(&self) -> bool {
        self.failfast.down_because().is_some()
    }

    /// Waits for an answer, but not for a server that is dead. With the error comes whether the connection is of no more use.
    pub(super) async fn watch<T>(
        self: Arc<Self>,
        answer: impl Future<Output = sqlx::Result<T>>,
    ) -> std::result::Result<T, (StoreError, bool)> {
        tokio::select! {
            answer = answer => answer.map_err(|error| (sorted(&self.name, &error), ends_the_connection(&error))),
            because = self.found_dead(PATIENCE) => Err((Self::went_down(&self, &because), true)),
            () = sleep(LONGEST) => {
                let seconds = LONGEST.as_secs();
                Err((unavailable(&self.name, &format!("no answer within {seconds} s")), true))
            }
        }
    }

    /// Notes what is to be applied before calls are let through.
    pub(super) fn to_be_migrated(&self, migrator: &'static Migrator) {
        *self.to_be_migrated.lock().unwrap_or_else(PoisonError::into_inner) = Some(migrator);
    }

    /// Applies what is to be applied. Whatever hinders it, calls are let through only when it is done, which is tried again.
    pub(super) async fn bring_up(server: &Arc<Self>) -> Result<()> {
        let done = server.apply_migrations().await;
        if let Err(error) = &done {
            Self::went_down(server, &error.to_string());
        }
        done
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }

    async fn apply_migrations(&self) -> Result<()> {
        let migrator = *self.to_be_migrated.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(migrator) = migrator else { return Ok(()) };
        let dead = |because: String| unavailable(&self.name, &because);
        tokio::select! {
            done = migrate::run(&self.name, &self.options, migrator) => done?,
            because = self.found_dead(PATIENCE) => return Err(dead(because)),
        }
        *self.to_be_migrated.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }

    /// Comes to an end only when the server gives no sign of life.
    async fn found_dead(&self, patience: Duration) -> String {
        loop {
            sleep(patience).await;
            let mut alive_at = self.alive_at.lock().await;
            if alive_at.is_some_and(|at| at.elapsed() < BELIEVED) {
                continue;
            }
            match self.sign_of_life().await {
                Ok(()) => *alive_at = Some(Instant::now()),
                Err(because) => return because,
            }
        }
    }

    /// Whether the server answers a new connection, be it with a refusal.
    async fn sign_of_life(&self) -> std::result::Result<(), String> {
        match timeout(SIGN_OF_LIFE, self.options.connect()).await {
            Ok(Ok(connection)) => {
                drop(connection);
                Ok(())
            }
            Ok(Err(sqlx::Error::Database(_))) => Ok(()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err(format!("no sign of life within {} s", SIGN_OF_LIFE.as_secs())),
        }
    }

    fn went_down(server: &Arc<Self>, because: &str) -> StoreError {
        if server.failfast.is_down(because) {
            tracing::warn!(store = server.name, because, "the database is down");
            tokio::spawn(probe(Arc::downgrade(server)));
        }
        unavailable(&server.name, because)
    }
}

/// Tries the server until it answers and is migrated, and then lets calls through again.
async fn probe(server: Weak<Server>) {
    while let Some(server) = server.upgrade() {
        if server.pool.is_closed() {
            return;
        }
        let up = match server.sign_of_life().await {
            Ok(()) => server.apply_migrations().await.map_err(|error| error.to_string()),
            Err(because) => Err(because),
        };
        match up {
            Ok(()) => {
                server.failfast.is_up();
                tracing::info!(store = server.name, "the database is there");
                return;
            }
            Err(because) => server.failfast.is_down(&because),
        };
        drop(server);
        sleep(PROBE).await;
    }
}
