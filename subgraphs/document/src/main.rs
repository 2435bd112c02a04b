//! The document server as a program.

use std::process::ExitCode;

use document::Settings;

fn main() -> ExitCode {
    service::run_main("document", document::sdl, |settings: Settings| async move {
        let stores = settings.stores.open(&settings.server.data).await?;
        document::build(settings, stores).await
    })
}
