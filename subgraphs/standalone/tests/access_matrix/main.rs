//! The access matrix on real stores: each of the programs tries each of the stores, with the users, networks and folders that
//! are made from `schema/access.toml` and in containers as `compose.yaml` has them; then the programs themselves are started there
//! and used. `cargo xtask access`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails where it stands")]

mod cells;
#[path = "../processes/client.rs"]
mod client;
#[path = "../compose_file/mod.rs"]
mod compose_file;
mod container;
mod networks;
mod newcomer;
mod serving;
#[path = "../site/mod.rs"]
mod site;
mod stage;

use std::process::Command;

use standalone::access::{Access, Matrix, Store};

use stage::Stage;

/// An administrator, by the store's own ways.
fn as_administrator(stage: &Stage, store: &Store, sql: &str, (method, path, body): (&str, &str, &str)) {
    let mut command = match store {
        Store::Mysql(database) => {
            let root = std::fs::read_to_string(stage.folder().join("secrets/mysql-root")).unwrap();
            let socket = format!("--socket={}", stage.folder().join("mariadb/socket").display());
            let mut command = Command::new("mariadb");
            command.env("MYSQL_PWD", root).args([
                "--no-defaults",
                &socket,
                "--user=root",
                "--execute",
                sql,
                database,
            ]);
            command
        }
        Store::Search(_) => {
            let url = format!("http://{}/{path}", stage.search);
            let mut command = Command::new("curl");
            command.args([
                "--silent",
                "--fail-with-body",
                "--user",
                "admin:admin",
                "--request",
                method,
                &url,
            ]);
            command.args(["--header", "content-type: application/json", "--data-binary", body]);
            command
        }
        Store::Nas => return,
    };
    container::said(&command.output().unwrap()).unwrap();
}

/// What the cells read.
fn furnish(stage: &Stage, matrix: &Matrix) {
    for store in matrix.stores.keys() {
        let sql = "CREATE TABLE knlab_cell (id INT PRIMARY KEY, word VARCHAR(20)); INSERT INTO knlab_cell VALUES (1, 'seen')";
        let collection = store.to_string().replace("search.", "");
        let body = format!("{{\"aliases\": {{\"{collection}\": {{}}}}}}");
        as_administrator(stage, store, sql, ("PUT", &format!("{collection}-0"), &body));
    }
}

/// Leaves empty stores to the programs.
fn clear(stage: &Stage, matrix: &Matrix) {
    for store in matrix.stores.keys() {
        let index = format!("{}-0", store.to_string().replace("search.", ""));
        as_administrator(stage, store, "DROP TABLE knlab_cell", ("DELETE", &index, ""));
    }
}

#[test]
fn every_cell_of_the_access_matrix_holds_on_real_stores_and_the_programs_serve_on_them() {
    let matrix = Matrix::read().unwrap();
    let stage = Stage::set(&matrix);
    cells_hold(&stage, &matrix);
    tokio::runtime::Runtime::new().unwrap().block_on(serving::serves(&stage, &matrix));
}

fn cells_hold(stage: &Stage, matrix: &Matrix) {
    furnish(stage, matrix);
    println!("\nThe access matrix on {}, and a folder of another user:\n", stage.versions());
    let mut wrong = Vec::new();
    let (mut cells, mut noes) = (0, 0);
    for (name, program) in &matrix.programs {
        for store in matrix.stores.keys() {
            let access = program.stores.get(store).copied();
            let word = match access {
                None => "no",
                Some(Access::Read) => "read",
                Some(Access::Write) => "write",
            };
            let verdict = cells::attempt(stage, stage.container(name), store, access);
            let told = verdict.clone().unwrap_or_else(|told| format!("WRONG: {told}"));
            println!("{name:<9} {:<20} {word:<6} {told}", store.to_string());
            cells += 1;
            noes += usize::from(access.is_none());
            if let Err(told) = verdict {
                wrong.push(format!("{name} x {store} ({word}): {told}"));
            }
        }
    }
    clear(stage, matrix);
    println!("\n{cells} cells, {noes} of them refused, {} wrong", wrong.len());
    assert_eq!(cells, 40);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
