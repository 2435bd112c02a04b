//! A service of `compose.yaml` without Docker: its network, its mounts, its secrets, its user, no capabilities, and a root that
//! cannot be written; the image is this machine with the service's program in it.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::compose_file::{Service, root};
use crate::networks::Networks;

/// Makes the root and becomes the user. Mounts are gone with the process.
const BEGIN: &str = "set -eu
mount -t tmpfs tmpfs \"$STAGE\"
mkdir \"$STAGE/upper\" \"$STAGE/work\" \"$STAGE/root\"
cp -a \"$PREPARED/.\" \"$STAGE/upper/\"
mount -t overlay overlay -o \"lowerdir=/,upperdir=$STAGE/upper,workdir=$STAGE/work\" \"$STAGE/root\"
mount --rbind /proc \"$STAGE/root/proc\"
mount --rbind /dev \"$STAGE/root/dev\"
";
const END: &str = "mount -o remount,ro \"$STAGE/root\"
exec chroot \"$STAGE/root\" setpriv --reuid=\"$USER_ID\" --regid=\"$GROUP_ID\" --clear-groups --bounding-set=-all \
    --inh-caps=-all --no-new-privs \"$@\"
";

/// A service, ready to run commands in.
pub struct Container {
    pub name: String,
    pub service: Service,
    namespace: String,
    place: PathBuf,
    mounts: String,
}

/// What a container has of the machine.
pub struct Machine<'a> {
    /// A folder of the test's.
    pub folder: &'a Path,
    pub networks: &'a Networks,
    /// The secrets, one file each.
    pub secrets: &'a Path,
    /// Folders that stand for volumes.
    pub volumes: &'a [(&'a str, PathBuf)],
    /// Files that the image has: place and source.
    pub image: &'a [(String, PathBuf)],
}

impl Container {
    pub fn new(machine: &Machine, name: &str, service: &Service) -> Self {
        let place = machine.folder.join("containers").join(name);
        let prepared = place.join("prepared");
        fs::create_dir_all(place.join("stage")).unwrap();
        put(&prepared, "/etc/hosts", machine.networks.hosts(name).as_bytes());
        for secret in &service.secrets {
            put(
                &prepared,
                &format!("/run/secrets/{secret}"),
                &fs::read(machine.secrets.join(secret)).unwrap(),
            );
        }
        // The client that MySQL's image has goes by this name.
        fs::create_dir_all(prepared.join("usr/local/bin")).unwrap();
        symlink("/usr/bin/mariadb", prepared.join("usr/local/bin/mysql")).unwrap();
        let mut container = Self {
            name: name.to_owned(),
            service: service.clone(),
            namespace: machine.networks.namespace(name),
            place,
            mounts: String::new(),
        };
        for (at, source) in machine.image {
            container.mount(source, at);
        }
        for (source, at, _) in service.mounts() {
            let volume = machine.volumes.iter().find(|(volume, _)| *volume == source);
            container.mount(&volume.map_or_else(|| root().join(source), |(_, folder)| folder.clone()), at);
        }
        for tmpfs in &service.tmpfs {
            let at = tmpfs.split(':').next().unwrap();
            fs::create_dir_all(prepared.join(&at[1..])).unwrap();
            container.mounts += &format!("mount -t tmpfs -o mode=1777 tmpfs \"$STAGE/root{at}\"\n");
        }
        container
    }

    fn mount(&mut self, source: &Path, at: &str) {
        let point = self.place.join("prepared").join(&at[1..]);
        if source.is_dir() {
            fs::create_dir_all(&point).unwrap();
        } else {
            put(&self.place.join("prepared"), at, b"");
        }
        self.mounts += &format!("mount --bind '{}' \"$STAGE/root{at}\"\n", source.display());
    }

    /// A command in the container.
    pub fn command<S: AsRef<std::ffi::OsStr>>(&self, program: &[S]) -> Command {
        let (user, group) = self.service.user.split_once(':').unwrap();
        let mut command = Command::new("ip");
        command
            .args([
                "netns",
                "exec",
                &self.namespace,
                "/bin/sh",
                "-c",
                &format!("{BEGIN}{}{END}", self.mounts),
                "sh",
            ])
            .args(program)
            .env_clear()
            .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
            .env("PREPARED", self.place.join("prepared"))
            .env("STAGE", self.place.join("stage"))
            .envs([("USER_ID", user), ("GROUP_ID", group)])
            .envs(&self.service.environment);
        command
    }

    /// Runs a command to its end; what it said, on success or on failure.
    pub fn run(&self, program: &[&str]) -> Result<String, String> {
        said(&self.command(program).output().unwrap())
    }

    /// A secret of this service.
    pub fn secret(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.place.join("prepared/run/secrets").join(name)).ok()
    }
}

/// What a command said.
pub fn said(output: &Output) -> Result<String, String> {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    let text = String::from_utf8_lossy(&text).trim().to_owned();
    if output.status.success() { Ok(text) } else { Err(text) }
}

fn put(prepared: &Path, at: &str, content: &[u8]) {
    let file = prepared.join(&at[1..]);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, content).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
}
