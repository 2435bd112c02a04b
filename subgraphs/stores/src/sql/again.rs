//! Transactions that an engine may roll back in favour of another one, repeated.

use std::future::Future;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable as _};

use crate::{Result, StoreError};

/// Runs a transaction, and from its beginning once more when the engine rolled it back: up to eight times, with pauses that grow
/// and differ. What it returns at last is never `RolledBack`.
///
/// # Errors
/// What the transaction returns; `Unavailable` when it was rolled back every time.
pub async fn again<T, F: Future<Output = Result<T>>>(mut transaction: impl FnMut() -> F) -> Result<T> {
    let pauses = ExponentialBuilder::default()
        .with_jitter()
        .with_min_delay(Duration::from_millis(5))
        .with_max_delay(Duration::from_millis(200))
        .with_max_times(7);
    let rolled_back = |error: &StoreError| matches!(error, StoreError::RolledBack { .. });
    let boxed = || Box::pin(transaction());
    match boxed.retry(pauses).when(rolled_back).await {
        Err(StoreError::RolledBack { store, detail }) => Err(StoreError::Unavailable { store, detail }),
        done => done,
    }
}
