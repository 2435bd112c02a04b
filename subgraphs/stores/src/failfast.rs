//! Whether a server is known to be down. Then calls fail at once, and only a probe asks the server until it is back.

use std::sync::{Mutex, PoisonError};

/// `None` while all is well.
#[derive(Default)]
pub(crate) struct Failfast {
    down_because: Mutex<Option<String>>,
}

impl Failfast {
    /// Why the server is down, if it is.
    pub(crate) fn down_because(&self) -> Option<String> {
        self.down_because.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes that the server is down; whether that is news, and a probe has to be started.
    pub(crate) fn is_down(&self, because: &str) -> bool {
        let mut down = self.down_because.lock().unwrap_or_else(PoisonError::into_inner);
        let is_news = down.is_none();
        *down = Some(because.to_owned());
        is_news
    }

    /// Notes that the server is back.
    pub(crate) fn is_up(&self) {
        *self.down_because.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
