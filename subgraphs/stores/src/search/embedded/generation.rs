//! Where the indexes of one collection stand: a folder with one subfolder per generation and a pointer to the one that serves.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

const POINTER: &str = "CURRENT";
const LOCK: &str = "LOCK";

#[derive(Clone)]
pub(super) struct Generations {
    folder: PathBuf,
}

impl Generations {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Takes the right to write and to publish, for as long as the file is held; the system gives it back when a process ends.
    pub(super) fn lock(&self) -> io::Result<std::fs::File> {
        std::fs::create_dir_all(&self.folder)?;
        let lock = std::fs::File::create(self.folder.join(LOCK))?;
        lock.try_lock()?;
        Ok(lock)
    }

    /// The generation that serves, once there is one.
    pub(super) fn current(&self) -> io::Result<Option<PathBuf>> {
        match std::fs::read_to_string(self.folder.join(POINTER)) {
            Ok(name) => Ok(Some(self.folder.join(name.trim()))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes the folder of a generation that nobody knows yet.
    pub(super) fn create(&self) -> io::Result<PathBuf> {
        let generation = self.folder.join(uuid::Uuid::now_v7().to_string());
        std::fs::create_dir_all(&generation)?;
        Ok(generation)
    }

    /// Lets a generation serve, in one step also for other processes and over a crash.
    pub(super) fn publish(&self, generation: &Path) -> io::Result<()> {
        let name = generation.file_name().unwrap_or_default().to_string_lossy();
        let beside = self.folder.join(format!("{POINTER}.{}", uuid::Uuid::now_v7()));
        let mut file = std::fs::File::create(&beside)?;
        file.write_all(name.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&beside, self.folder.join(POINTER))?;
        std::fs::File::open(&self.folder)?.sync_all()
    }

    /// Removes everything but the generation that serves: rebuilds that were not finished, pointers half written. Only for
    /// the process that holds the lock.
    pub(super) fn remove_others(&self, current: &Path) {
        let Ok(found) = std::fs::read_dir(&self.folder) else { return };
        for path in found.flatten().map(|found| found.path()) {
            if path == current || path.file_name().is_some_and(|name| name == POINTER || name == LOCK) {
                continue;
            }
            let removed =
                if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
            if let Err(error) = removed {
                tracing::warn!(%error, path = %path.display(), "an old index stays");
            }
        }
    }
}
