//! Wakes the worker of this process when there is something new to do.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

/// Cheap to clone; clones wake the same worker.
#[derive(Clone, Default)]
pub struct Wake(Arc<Notify>);

impl Wake {
    /// There is something to do.
    pub fn now(&self) {
        self.0.notify_one();
    }

    /// Waits until there is something to do, at most for `most`.
    pub async fn wait(&self, most: Duration) {
        let _ = tokio::time::timeout(most, self.0.notified()).await;
    }
}
