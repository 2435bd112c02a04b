//! Server programs from Maven Central: their jars, kept under the checkout's `target/test-servers` for the next time.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};

use crate::packages;

/// The program `java`; installs it when it is missing.
///
/// # Errors
/// When it cannot be installed.
pub fn java() -> Result<PathBuf> {
    packages::install("java", &["openjdk-17-jre-headless"])
}

/// A folder with an artifact (`group:artifact:version`) and all that it depends on, as jars.
///
/// # Errors
/// When Maven cannot be installed or does not get them.
pub fn jars(artifact: &str) -> Result<PathBuf> {
    kept(artifact, |folder| {
        let [group, name, version] = parts(artifact)?;
        let project = folder.join("pom.xml");
        let text = format!(
            "<project><modelVersion>4.0.0</modelVersion><groupId>knlab.test</groupId><artifactId>server</artifactId>\
             <version>1</version><dependencies><dependency><groupId>{group}</groupId><artifactId>{name}</artifactId>\
             <version>{version}</version></dependency></dependencies></project>"
        );
        std::fs::write(&project, text)?;
        let output = format!("-DoutputDirectory={}", folder.display());
        mvn(&["-f", &project.display().to_string(), "dependency:copy-dependencies", &output])?;
        std::fs::remove_file(project).context("a file that was just written is gone")
    })
}

/// A folder with what is in the zip of an artifact (`group:artifact:version`).
///
/// # Errors
/// When Maven cannot be installed or does not get it, or it cannot be unpacked.
pub fn unpacked(artifact: &str) -> Result<PathBuf> {
    kept(artifact, |folder| {
        let output = format!("-DoutputDirectory={}", folder.display());
        mvn(&["dependency:copy", &format!("-Dartifact={artifact}:zip"), &output])?;
        let unzip = packages::install("unzip", &["unzip"])?;
        for zip in files(folder)? {
            packages::run(Command::new(&unzip).arg("-q").arg(&zip).arg("-d").arg(folder))?;
            std::fs::remove_file(zip)?;
        }
        Ok(())
    })
}

/// The files of a folder, without its subfolders.
///
/// # Errors
/// When it cannot be read.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<std::io::Result<Vec<_>>>()?;
    Ok(paths.into_iter().filter(|path| path.is_file()).collect())
}

/// Fills the folder of an artifact once. Several may try at the same time; the first one done wins.
fn kept(artifact: &str, fill: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/test-servers");
    let folder = root.join(artifact.replace(':', "_"));
    if folder.is_dir() {
        return Ok(folder);
    }
    println!("      getting {artifact} from Maven Central");
    let beside = root.join(format!("{}.{}", artifact.replace(':', "_"), std::process::id()));
    let _ = std::fs::remove_dir_all(&beside);
    std::fs::create_dir_all(&beside).with_context(|| format!("cannot make {}", beside.display()))?;
    let filled = fill(&beside).with_context(|| format!("{artifact} could not be had"));
    if filled.is_ok() {
        let _ = std::fs::rename(&beside, &folder);
    }
    let _ = std::fs::remove_dir_all(&beside);
    filled?;
    if !folder.is_dir() {
        bail!("{} could not be made", folder.display());
    }
    Ok(folder)
}

fn parts(artifact: &str) -> Result<[&str; 3]> {
    let parts: Vec<&str> = artifact.split(':').collect();
    parts.try_into().map_err(|_| anyhow::anyhow!("{artifact} is not group:artifact:version"))
}

fn mvn(arguments: &[&str]) -> Result<()> {
    java()?;
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let program = packages::install("mvn", &["maven"])?;
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    packages::run(Command::new(program).args(["-q", "-B"]).args(arguments).stdout(Stdio::null()))
}
