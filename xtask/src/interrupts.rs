//! Ctrl-C and the like while something has to be put away first.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use anyhow::{Context, Result};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

/// While this lives, Ctrl-C, SIGTERM and SIGHUP are only noted; before and afterwards they end the program as ever.
pub struct Interrupts(&'static Flags);

#[derive(Default)]
struct Flags {
    ends_at_once: Arc<AtomicBool>,
    told_to_end: Arc<AtomicBool>,
}

/// Handlers cannot be taken back, so there is one set for the whole program.
static FLAGS: OnceLock<Flags> = OnceLock::new();

impl Interrupts {
    /// Begins to note them.
    ///
    /// # Errors
    /// When the system does not let us.
    pub fn note() -> Result<Self> {
        let flags = match FLAGS.get() {
            Some(flags) => flags,
            None => {
                let flags = Flags::default();
                for signal in [SIGINT, SIGTERM, SIGHUP] {
                    flag::register_conditional_default(signal, Arc::clone(&flags.ends_at_once))
                        .and_then(|_| flag::register(signal, Arc::clone(&flags.told_to_end)))
                        .context("cannot wait for signals")?;
                }
                FLAGS.get_or_init(|| flags)
            }
        };
        flags.ends_at_once.store(false, Ordering::Relaxed);
        Ok(Self(flags))
    }

    /// Whether one of them came.
    pub fn told_to_end(&self) -> bool {
        self.0.told_to_end.load(Ordering::Relaxed)
    }
}

impl Drop for Interrupts {
    fn drop(&mut self) {
        self.0.ends_at_once.store(true, Ordering::Relaxed);
    }
}
