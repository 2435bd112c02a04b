//! One cell: a program tries what its row says of a store, and what it does not say.

use std::process::Command;

use standalone::access::{Access, Store};

use crate::container::{Container, said};
use crate::stage::Stage;

/// Nobody listens there for them: their system knows no way.
const NO_WAY: &str = "Network is unreachable";

/// What happened; an error where it is not as the matrix says.
pub type Verdict = Result<String, String>;

/// Tries a cell.
pub fn attempt(stage: &Stage, program: &Container, store: &Store, access: Option<Access>) -> Verdict {
    match store {
        Store::Mysql(database) => mysql(stage, program, database, access),
        Store::Search(collection) => search(stage, program, collection, access),
        Store::Nas => nas(stage, program, access),
    }
}

/// Whether `what` was refused with these words.
fn refused(what: &str, answer: Verdict, by: &[&str]) -> Result<(), String> {
    match answer {
        Err(told) if by.iter().all(|word| told.contains(word)) => Ok(()),
        Err(told) => Err(format!("{what} was refused, but not with {by:?}: {told}")),
        Ok(told) => Err(format!("{what} was not refused: {told}")),
    }
}

/// Every address that a service has is out of reach; not even its name is known.
fn unreachable(stage: &Stage, program: &Container, service: &str, port: u16) -> Result<(), String> {
    refused("looking up its name", program.run(&["getent", "hosts", service]), &[])?;
    for address in stage.networks.addresses(service) {
        let connect = format!("exec 3<>/dev/tcp/{address}/{port}");
        refused("connecting", program.run(&["bash", "-c", &connect]), &[NO_WAY])?;
    }
    Ok(())
}

fn mysql(stage: &Stage, program: &Container, database: &str, access: Option<Access>) -> Verdict {
    if program.secret(&format!("mysql-{}", program.name)).is_none() {
        unreachable(stage, program, "mysql", 3306)?;
        let (port, user) = (format!("--port={}", stage.mysql.port()), format!("--user={}", program.name));
        let mut client = Command::new("mariadb");
        client.args(["--no-defaults", "--host=127.0.0.1", &port, &user, "--execute=SELECT 1", database]);
        refused("logging in from outside", said(&client.output().unwrap()), &["ERROR 1045"])?;
        return Ok("no: network unreachable; MariaDB 1045 from where there is a network".to_owned());
    }
    match access {
        None => {
            refused("entering", sql(program, database, "SELECT 1"), &["ERROR 1044", database])?;
            let elsewhere = format!("SELECT * FROM {database}.knlab_cell");
            refused("reading", sql(program, "information_schema", &elsewhere), &["ERROR 1142"])?;
            Ok("no: MariaDB 1044, access denied for the user to the database".to_owned())
        }
        Some(Access::Read) => reads_only(program, database),
        Some(Access::Write) => writes(program, database),
    }
}

/// Statements with the program's own user and password.
fn sql(program: &Container, database: &str, statements: &str) -> Verdict {
    let run = "MYSQL_PWD=$(cat /run/secrets/mysql-$1) exec mysql --no-defaults --batch --skip-column-names --host=mysql \
               --user=\"$1\" --database=\"$2\" --execute=\"$3\"";
    program.run(&["sh", "-c", run, "sh", &program.name, database, statements])
}

/// Makes a table of the program's own.
fn make(program: &Container) -> String {
    format!("CREATE TABLE knlab_cell_{} (id INT PRIMARY KEY, word VARCHAR(20))", program.name)
}

fn reads_only(program: &Container, database: &str) -> Verdict {
    let read = sql(program, database, "SELECT word FROM knlab_cell")?;
    if read != "seen" {
        return Err(format!("read {read:?}"));
    }
    for statement in [
        "INSERT INTO knlab_cell VALUES (2, 'x')",
        "UPDATE knlab_cell SET word = 'x'",
        "DELETE FROM knlab_cell",
        &make(program),
        "DROP TABLE knlab_cell",
    ] {
        refused(statement, sql(program, database, statement), &["ERROR 1142"])?;
    }
    Ok("reads; MariaDB 1142 on INSERT, UPDATE, DELETE, CREATE, DROP".to_owned())
}

fn writes(program: &Container, database: &str) -> Verdict {
    let table = format!("knlab_cell_{}", program.name);
    let work = format!(
        "{}; INSERT INTO {table} VALUES (1, 'a'); ALTER TABLE {table} ADD COLUMN more INT; \
         CREATE INDEX words ON {table} (word); UPDATE {table} SET more = 7; SELECT more FROM {table}; \
         DELETE FROM {table}; DROP TABLE {table}",
        make(program)
    );
    let read = sql(program, database, &work)?;
    if read != "7" {
        return Err(format!("read {read:?}"));
    }
    refused("making a database", sql(program, database, "CREATE DATABASE knlab_other"), &["ERROR 1044"])?;
    let give = format!("GRANT SELECT ON {database}.* TO 'document'@'%'");
    refused("giving rights away", sql(program, database, &give), &["ERROR 1044"])?;
    Ok("reads and writes, makes and drops tables; MariaDB 1044 on CREATE DATABASE and GRANT".to_owned())
}

/// A call of the engine: its answer and its status; an error unless it was done.
fn call(program: &Container, method: &str, path: &str, body: &str) -> Verdict {
    let run = "curl --silent --show-error --max-time 20 --user \"$1:$(cat /run/secrets/search-$1)\" --request \"$2\" \
               --header 'content-type: application/json' --data-binary \"$4\" --write-out ' %{http_code}' \"http://search:9200/$3\"";
    let told = program.run(&["sh", "-c", run, "sh", &program.name, method, path, body])?;
    let is_done = told.ends_with(" 200") || told.ends_with(" 201");
    if is_done && !told.contains("\"errors\":true") { Ok(told) } else { Err(told) }
}

/// What the engine says to whoever may not.
const DENIED: [&str; 2] = ["security_exception", " 403"];

fn search(stage: &Stage, program: &Container, collection: &str, access: Option<Access>) -> Verdict {
    if program.secret(&format!("search-{}", program.name)).is_none() {
        unreachable(stage, program, "search", 9200)?;
        let url = format!("http://{}/{collection}/_search", stage.search);
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--fail", "--show-error", &url]);
        refused("searching from outside", said(&curl.output().unwrap()), &["401"])?;
        return Ok("no: network unreachable; OpenSearch 401 from where there is a network".to_owned());
    }
    match access {
        None => {
            refused("searching", find(program, collection), &DENIED)?;
            Ok("no: OpenSearch 403 security_exception".to_owned())
        }
        Some(Access::Read) => searches_only(program, collection),
        Some(Access::Write) => indexes(program, collection),
    }
}

fn find(program: &Container, collection: &str) -> Verdict {
    call(program, "POST", &format!("{collection}/_search"), "{\"size\": 3}")
}

/// Adds a document by the call that takes many.
fn add(program: &Container, collection: &str, id: u32) -> Verdict {
    let lines = format!(
        "{{\"index\": {{\"_index\": \"{collection}\", \"_id\": \"{id}\"}}}}\n{{\"title\": \"새 글\"}}\n"
    );
    call(program, "POST", "_bulk?refresh=true&require_alias=true", &lines)
}

fn searches_only(program: &Container, collection: &str) -> Verdict {
    find(program, collection)?;
    refused("adding many", add(program, collection, 2), &["security_exception"])?;
    for (what, method, path) in [
        ("adding one", "PUT", format!("{collection}/_doc/2")),
        ("removing the index", "DELETE", format!("{collection}-0")),
        ("making an index", "PUT", format!("{collection}-cell")),
        ("searching everything", "POST", "_search".to_owned()),
    ] {
        refused(what, call(program, method, &path, "{}"), &DENIED)?;
    }
    Ok("searches; OpenSearch 403 on writing, making and removing".to_owned())
}

/// As a rebuild does it: an index beside the one that serves, filled, put in its place; and all of it back.
fn indexes(program: &Container, collection: &str) -> Verdict {
    let (first, second) = (format!("{collection}-0"), format!("{collection}-cell"));
    let switch = |from: &str, to: &str| {
        let action = |verb: &str, index: &str| {
            format!("{{\"{verb}\": {{\"index\": \"{index}\", \"alias\": \"{collection}\"}}}}")
        };
        let actions = format!("{{\"actions\": [{}, {}]}}", action("remove", from), action("add", to));
        call(program, "POST", "_aliases", &actions)
    };
    add(program, collection, 2)?;
    call(program, "PUT", &second, "{}")?;
    let settings = "{\"index\": {\"refresh_interval\": \"-1\"}}";
    call(program, "PUT", &format!("{second}/_settings"), settings)?;
    switch(&first, &second)?;
    add(program, collection, 3)?;
    call(program, "GET", &format!("{collection}/_alias"), "")?;
    call(program, "POST", &format!("{second}/_refresh"), "")?;
    let found = find(program, collection)?;
    switch(&second, &first)?;
    call(program, "DELETE", &second, "")?;
    if !found.contains("새 글") {
        return Err(format!("what was written is not found: {found}"));
    }
    refused("making a foreign index", call(program, "PUT", "knlab_other", "{}"), &DENIED)?;
    let users = call(program, "GET", "_plugins/_security/api/internalusers", "");
    refused("reading users", users, &["403"])?;
    Ok("searches, writes, makes, publishes and removes its indexes; OpenSearch 403 on any other".to_owned())
}

fn nas(stage: &Stage, program: &Container, access: Option<Access>) -> Verdict {
    let Some(access) = access else {
        refused("looking into it", program.run(&["ls", "/nas"]), &["No such file or directory"])?;
        // Where it can be seen, on a machine with everything on it.
        let user = program.service.uid().to_string();
        let folder = stage.nas.display();
        for attempt in [
            format!("ls {folder}"),
            format!("cat {folder}/original.txt"),
            format!("echo x > {folder}/new.txt"),
            format!("rm -f {folder}/original.txt"),
        ] {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", &user, "--regid", &user, "--clear-groups", "sh", "-c", &attempt]);
            refused(&attempt, said(&command.output().unwrap()), &["Permission denied"])?;
        }
        return Ok("no: not mounted; EACCES where it is".to_owned());
    };
    if access == Access::Read {
        return Err("a NAS that is only read is not known here".to_owned());
    }
    let work = "cat /nas/original.txt && echo new > /nas/new.txt && mv /nas/new.txt /nas/moved.txt && cat /nas/moved.txt && rm /nas/moved.txt";
    let read = program.run(&["sh", "-c", work])?;
    if read != "an originalnew" {
        return Err(format!("read {read:?}"));
    }
    refused("writing beside it", program.run(&["touch", "/beside"]), &["Read-only file system"])?;
    Ok("reads, writes, moves and removes files; EROFS beside it".to_owned())
}
