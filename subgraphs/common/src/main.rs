//! The common server as a program.

use std::process::ExitCode;

use common::Settings;

fn main() -> ExitCode {
    service::run_main("common", common::sdl, |settings: Settings| async move {
        let stores = settings.stores.open(&settings.server.data).await?;
        common::build(settings, stores).await
    })
}
