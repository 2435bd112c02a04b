//! The programs as `compose.yaml` starts them: each in its container, by the command of its image, with its settings of
//! `deploy/`, its secrets, its users in the stores and its networks.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use standalone::access::{Matrix, port};
use test_servers::ServerProcess;

use crate::compose_file::root;
use crate::newcomer::Newcomer;
use crate::site::Site;
use crate::stage::Stage;

/// How long a program may take to be healthy.
const START: Duration = Duration::from_secs(60);
/// Pages of the site that is crawled.
const PAGES: usize = 3;
/// Where the site is on the machine, as containers see it.
const SITE_PORT: u16 = 8080;

/// Starts every program, uses the system through the port that compose publishes, and does so again after a new start.
pub async fn serves(stage: &Stage, matrix: &Matrix) {
    gateway::server::install_crypto();
    let begin = Instant::now();
    let site = Site::start(PAGES).await;
    let site_at = site.url().trim_start_matches("http://").trim_end_matches('/').parse().unwrap();
    stage.networks.stand_for_machine(SITE_PORT, site_at);
    let site_url = format!("http://{}:{SITE_PORT}/", stage.networks.machine("internet"));
    let url = format!("http://{}", stage.networks.publish("gateway", port("gateway").unwrap()));
    let password = stage.container("auth").secret("auth-administrator").unwrap();
    let newcomer = Newcomer::new(url, password.trim_end());

    let mut programs = Programs { stage, running: BTreeMap::new() };
    programs.start_all(matrix).await;
    println!("\nall programs are healthy after {:.1} s", begin.elapsed().as_secs_f64());
    newcomer.settles_in(&site_url, PAGES).await;
    programs.refused_nothing();
    programs.start_all(matrix).await;
    newcomer.finds_everything(PAGES).await;
    programs.refused_nothing();
    println!("used as compose.yaml has them, also after a new start: {:.1} s", begin.elapsed().as_secs_f64());
}

/// The running programs.
struct Programs<'a> {
    stage: &'a Stage,
    running: BTreeMap<String, ServerProcess>,
}

impl Programs<'_> {
    /// Starts all at once, and waits until the health checks of compose say that they are there; those that run are killed first.
    async fn start_all(&mut self, matrix: &Matrix) {
        self.running.clear();
        for name in matrix.programs.keys() {
            let mut command = self.stage.container(name).command(&image_command(name));
            let process = ServerProcess::spawn(name, &mut command, &self.log(name)).unwrap();
            self.running.insert(name.to_owned(), process);
        }
        for name in matrix.programs.keys() {
            self.healthy(name).await;
        }
    }

    async fn healthy(&self, name: &str) {
        let container = self.stage.container(name);
        let check = &container.service.healthcheck.as_ref().unwrap().test[1..];
        let begin = Instant::now();
        while !container.command(check).output().unwrap().status.success() {
            assert!(begin.elapsed() < START, "{name} is not healthy:\n{}", self.said(name));
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Refusals by stores are in the logs, also where something was tried again and went well.
    fn refused_nothing(&self) {
        let words = ["\"ERROR\"", "denied", "security_exception", "panicked"];
        for name in self.running.keys() {
            let said = self.said(name);
            let faults: Vec<&str> =
                said.lines().filter(|line| words.iter().any(|word| line.contains(word))).collect();
            assert!(faults.is_empty(), "{name}:\n{}", faults.join("\n"));
        }
    }

    fn log(&self, name: &str) -> PathBuf {
        self.stage.folder().join(format!("{name}.log"))
    }

    fn said(&self, name: &str) -> String {
        std::fs::read_to_string(self.log(name)).unwrap()
    }
}

/// What the image of a program starts, by the Dockerfile.
fn image_command(program: &str) -> Vec<String> {
    let dockerfile = std::fs::read_to_string(root().join("Dockerfile")).unwrap();
    let (_, image) = dockerfile.split_once(&format!("\nFROM base AS {program}\n")).unwrap();
    let image = image.split("\nFROM ").next().unwrap();
    let command = image.lines().find_map(|line| line.strip_prefix("CMD ")).unwrap();
    serde_json::from_str(command).unwrap()
}
