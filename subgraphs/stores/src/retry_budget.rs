//! How many reads may be sent a second time: a share of all reads, so that retries never multiply the load of a sick server.

use std::sync::atomic::{AtomicU32, Ordering};

/// Of so many reads one may be sent twice, after a few that are free.
const READS_PER_RETRY: u32 = 10;
const MOST_RETRIES: u32 = 10;

/// Counts reads, up to `MOST_RETRIES` retries.
pub(crate) struct RetryBudget(AtomicU32);

impl Default for RetryBudget {
    fn default() -> Self {
        Self(AtomicU32::new(READS_PER_RETRY * MOST_RETRIES))
    }
}

impl RetryBudget {
    /// Notes a read.
    pub(crate) fn earn(&self) {
        let more = |saved: u32| (saved < READS_PER_RETRY * MOST_RETRIES).then_some(saved + 1);
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
    }

    /// Takes a retry; whether there was one.
    pub(crate) fn spend(&self) -> bool {
        let less = |saved: u32| saved.checked_sub(READS_PER_RETRY);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }
}
