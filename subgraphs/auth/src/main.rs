//! The auth server as a program.

use std::process::ExitCode;

use auth::Settings;

fn main() -> ExitCode {
    service::run_main("auth", auth::sdl, |settings: Settings| async {
        let database = settings.stores.open(&settings.server.data).await?;
        auth::build(settings, database).await
    })
}
