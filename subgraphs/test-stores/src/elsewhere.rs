//! Waiting where nothing may wait: in the `Drop` of what a test leaves on a server.

use std::future::Future;

/// Waits for something on a thread of its own.
pub(crate) fn wait(work: impl Future<Output = Result<(), String>> + Send + 'static) -> Result<(), String> {
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.map_err(|error| error.to_string())?.block_on(work)
    });
    thread.join().unwrap_or_else(|_| Err("the thread that removes it panicked".to_owned()))
}
