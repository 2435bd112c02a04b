//! The clock as a parameter, so that tests can move time.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// Tells the time in microseconds since 1970 (UTC). Cheap to clone.
#[derive(Clone)]
pub struct Clock(Source);

#[derive(Clone)]
enum Source {
    System,
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still until `advance` is called; clones move together.
    pub fn manual(start_micros: i64) -> Self {
        Self(Source::Manual(Arc::new(AtomicI64::new(start_micros))))
    }

    /// Microseconds since 1970.
    pub fn now(&self) -> i64 {
        match &self.0 {
            Source::System => chrono::Utc::now().timestamp_micros(),
            Source::Manual(micros) => micros.load(Ordering::SeqCst),
        }
    }

    /// Whole seconds since 1970, as tokens count.
    pub fn now_seconds(&self) -> i64 {
        self.now().div_euclid(1_000_000)
    }

    /// Moves a manual clock; the machine's clock is left alone.
    pub fn advance(&self, by: Duration) {
        if let Source::Manual(micros) = &self.0 {
            micros.fetch_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX), Ordering::SeqCst);
        }
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}
