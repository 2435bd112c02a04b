//! Everything that `compose.yaml` starts, on this machine: the stores with users made by the deployment's own scripts from the
//! generated files, and a container for each program.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use standalone::access::Matrix;
use tempfile::TempDir;
use test_servers::{MariaDb, OpenSearch, Running as _, packages};

use crate::compose_file::{ComposeFile, root};
use crate::container::{Container, Machine, said};
use crate::networks::Networks;

/// The administrator of the engine's demonstration users.
const SEARCH_ADMIN: &str = "admin";

pub struct Stage {
    pub networks: Networks,
    pub containers: Vec<Container>,
    pub mysql: SocketAddr,
    pub search: SocketAddr,
    /// The files, which only admin's user may enter.
    pub nas: PathBuf,
    versions: String,
    _mysql: MariaDb,
    _search: OpenSearch,
    folder: TempDir,
}

impl Stage {
    pub fn set(matrix: &Matrix) -> Self {
        let folder = tempfile::Builder::new().prefix("knlab-access-").tempdir().unwrap();
        open(folder.path());
        let compose = ComposeFile::read();
        let secrets = secrets(folder.path());
        let (mysql, search, networks) = thread::scope(|scope| {
            let search = scope.spawn(|| OpenSearch::start(folder.path()).unwrap());
            let (networks, mysql) = (Networks::make(&compose), MariaDb::start(folder.path()).unwrap());
            (mysql, search.join().unwrap(), networks)
        });
        let address = |url: &str| -> SocketAddr { url.rsplit(['@', '/']).next().unwrap().parse().unwrap() };
        let (mysql_at, search_at) =
            (SocketAddr::from(([127, 0, 0, 1], mysql.port())), address(&search.url()));
        networks.stand_for("mysql", 3306, mysql_at);
        networks.stand_for("search", 9200, search_at);
        let versions = format!("{}, {}", mysql.version().unwrap(), search.version().unwrap());

        let nas = folder.path().join("nas");
        make_nas(&nas, compose.services["admin"].uid());
        let sockets = socket_volume(folder.path(), &secrets);
        let volumes = [("nas", nas.clone()), ("mysql-socket", sockets)];
        let container = |name: &str, image: &[(String, PathBuf)]| {
            let machine = Machine {
                folder: folder.path(),
                networks: &networks,
                secrets: &secrets,
                volumes: &volumes,
                image,
            };
            Container::new(&machine, name, &compose.services[name])
        };
        make_users(&container("mysql-users", &[]), |word| word.to_owned());
        // The engine here is OpenSearch; compose has Elasticsearch.
        make_users(&container("search-users", &[]), |word| word.replace("elasticsearch", "opensearch"));
        let containers = matrix.programs.keys().map(|name| container(name, &image(name))).collect();
        Self {
            networks,
            containers,
            mysql: mysql_at,
            search: search_at,
            nas,
            versions,
            _mysql: mysql,
            _search: search,
            folder,
        }
    }

    /// What the stores are.
    pub fn versions(&self) -> &str {
        &self.versions
    }

    /// A folder of the test's.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn container(&self, program: &str) -> &Container {
        self.containers.iter().find(|container| container.name == program).unwrap()
    }
}

/// Others may pass, so that what keeps them out of what is below is its own doing.
fn open(folder: &Path) {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
}

fn secrets(folder: &Path) -> PathBuf {
    let secrets = folder.join("secrets");
    let script = root().join("deploy/make-secrets.sh");
    packages::run(Command::new(script).arg(&secrets).stdout(std::process::Stdio::null())).unwrap();
    fs::remove_file(secrets.join("search-admin")).unwrap();
    fs::write(secrets.join("search-admin"), SEARCH_ADMIN).unwrap();
    // Quotes and dollars are letters as any other.
    fs::remove_file(secrets.join("mysql-auth")).unwrap();
    fs::write(secrets.join("mysql-auth"), "it's \\ a \"$PASSWORD\" `of` 탄소 %40\n").unwrap();
    secrets
}

fn make_nas(nas: &Path, owner: u32) {
    fs::create_dir(nas).unwrap();
    fs::write(nas.join("original.txt"), "an original").unwrap();
    for path in [nas.to_owned(), nas.join("original.txt")] {
        chown(path, Some(owner), Some(owner)).unwrap();
    }
    fs::set_permissions(nas, fs::Permissions::from_mode(0o700)).unwrap();
}

/// The server's socket under the name that MySQL's image gives it, and the administrator's password as the image sets it.
fn socket_volume(folder: &Path, secrets: &Path) -> PathBuf {
    let socket = folder.join("mariadb/socket");
    open(&folder.join("mariadb"));
    packages::install("mariadb", &["mariadb-client-core"]).unwrap();
    let password = fs::read_to_string(secrets.join("mysql-root")).unwrap();
    let set = format!("ALTER USER root@localhost IDENTIFIED BY '{password}'");
    let socket_option = format!("--socket={}", socket.display());
    let output = Command::new("mariadb").args(["--user=root", &socket_option, "--execute", &set]).output();
    said(&output.unwrap()).unwrap();
    let volume = folder.join("sockets");
    fs::create_dir(&volume).unwrap();
    fs::hard_link(socket, volume.join("mysqld.sock")).unwrap();
    volume
}

/// Runs a service that makes users, twice: it is started again with every start of the system.
fn make_users(container: &Container, word: impl Fn(&str) -> String) {
    let entrypoint = container.service.entrypoint.clone().unwrap();
    let command: Vec<String> = entrypoint.iter().map(|part| word(part)).collect();
    for _ in 0..2 {
        let told = said(&container.command(&command).output().unwrap());
        println!("{}: {}", container.name, told.unwrap_or_else(|told| panic!("{}: {told}", container.name)));
    }
}

/// What the Dockerfile puts into the image of a program.
fn image(program: &str) -> Vec<(String, PathBuf)> {
    let binary = Path::new(env!("CARGO_BIN_EXE_knlab")).with_file_name(program);
    if !binary.exists() {
        let status = Command::new(env!("CARGO")).args(["build", "--quiet", "--package", program]).status();
        assert!(status.unwrap().success(), "cannot build {program}");
    }
    let mut files = vec![
        (format!("/usr/local/bin/{program}"), binary),
        ("/usr/local/bin/healthy".to_owned(), root().join("deploy/healthy.sh")),
    ];
    if program == "gateway" {
        files.push((
            "/usr/share/knlab/supergraph.graphql".to_owned(),
            root().join("schema/supergraph.graphql"),
        ));
    }
    files
}
