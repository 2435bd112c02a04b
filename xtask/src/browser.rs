//! GraphiQL in a real headless Chromium, against the whole system on embedded stores.

use anyhow::Result;

/// Starts Knlab and lets the browser script of `gateway/ide` use GraphiQL on it.
///
/// # Errors
/// When something cannot be installed or started, or the script finds a fault.
pub fn run() -> Result<()> {
    anyhow::bail!("the browser step has no script")
}
