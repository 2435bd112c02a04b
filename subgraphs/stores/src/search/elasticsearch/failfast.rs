//! Whether the engine is known to be down. Then calls fail at once, and only a probe asks the engine until it is back.

use std::sync::{Mutex, PoisonError};

/// `None` while all is well.
#[derive(Default)]
pub(super) struct Failfast {
    down_because: Mutex<Option<String>>,
}

impl Failfast {
    /// Why the engine is down, if it is.
    pub(super) fn down_because(&self) -> Option<String> {
        self.down_because.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes that the engine is down; whether that is news.
    pub(super) fn is_down(&self, because: &str) -> bool {
        let mut down = self.down_because.lock().unwrap_or_else(PoisonError::into_inner);
        let is_news = down.is_none();
        *down = Some(because.to_owned());
        is_news
    }

    /// Notes that the engine is back.
    pub(super) fn is_up(&self) {
        *self.down_because.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
