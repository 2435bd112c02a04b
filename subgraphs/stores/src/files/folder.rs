//! A folder of this machine, mounted or not, with what opendal does not do: names that are never taken twice, symbolic links
//! that lead out of the root, and a small set of threads of its own, so that a share that hangs holds up nothing else.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use opendal::{Operator, Writer, options::ReaderOptions};
use rustix::fs::{AtFlags, CWD, RenameFlags, linkat, renameat_with};
use rustix::io::Errno;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio_util::task::AbortOnDropHandle;

use super::Entry;
use super::engine::{Engine, Upload, sorted, unavailable};
use super::key::{PARTIALS, partial};
use crate::{Result, StoreError};

/// How many calls may hang at the same time.
const THREADS: usize = 16;

/// Contents are read in pieces of this size.
const CHUNK: usize = 256 * 1024;

pub(super) struct Folder {
    root: PathBuf,
    operator: Operator,
    threads: Threads,
    /// Apart from the others: a probe must tell a folder that hangs from one that is busy.
    probing: Threads,
}

impl Folder {
    pub(super) fn open(root: &Path) -> Result<Self> {
        let open = || {
            std::fs::create_dir_all(root)?;
            root.canonicalize()
        };
        let root = open().map_err(|error| unavailable(&error))?;
        let operator = Operator::new(opendal::services::Fs::default().root(&root.to_string_lossy()))
            .map_err(|error| unavailable(&error))?;
        let threads = |name, count| Threads::start(name, count).map_err(|error| unavailable(&error));
        Ok(Self { root, operator, threads: threads("nas", THREADS)?, probing: threads("nas-probe", 1)? })
    }
}

#[async_trait]
impl Engine for Folder {
    fn operator(&self) -> &Operator {
        &self.operator
    }

    fn threads(&self) -> Option<Handle> {
        Some(self.threads.handle.clone())
    }

    async fn ping(&self) -> Result<()> {
        let root = self.root.clone();
        self.probing.run(move || std::fs::read_dir(root).map(|_| ())).await
    }

    async fn begin(&self, key: &str) -> Result<Box<dyn Upload>> {
        let partial = partial();
        let writer = self.operator.writer(&partial).await.map_err(|error| sorted(key, &error))?;
        Ok(Box::new(FolderUpload {
            threads: self.threads.clone(),
            root: self.root.clone(),
            partial: self.root.join(partial),
            key: key.to_owned(),
            writer: Some(writer),
        }))
    }

    /// Also refuses a link whose target is not there (yet): writing through it would make a file outside.
    async fn refuse_escape(&self, key: &str) -> Result<()> {
        let (root, path) = (self.root.clone(), self.root.join(key));
        match self.threads.run(move || is_inside(&root, path)).await? {
            true => Ok(()),
            false => Err(StoreError::InvalidName(key.to_owned())),
        }
    }

    fn reader_options(&self) -> ReaderOptions {
        ReaderOptions { chunk: Some(CHUNK), ..ReaderOptions::default() }
    }

    /// Links are not followed.
    async fn list(&self, folder: &str) -> Result<Vec<Entry>> {
        let (root, folder) = (self.root.clone(), self.root.join(folder.trim_start_matches('/')));
        self.threads.run(move || entries_below(&root, folder)).await
    }
}

/// A file beside the contents that becomes one of them.
struct FolderUpload {
    threads: Threads,
    root: PathBuf,
    partial: PathBuf,
    key: String,
    writer: Option<Writer>,
}

impl FolderUpload {
    fn writer(&mut self) -> Result<&mut Writer> {
        self.writer.as_mut().ok_or_else(|| StoreError::Internal("a closed file is written".to_owned()))
    }
}

#[async_trait]
impl Upload for FolderUpload {
    async fn write(&mut self, piece: Bytes) -> Result<()> {
        let written = self.writer()?.write(piece).await;
        written.map_err(|error| sorted(&self.key, &error))
    }

    async fn publish(&mut self) -> Result<()> {
        // Closing brings the content to the disk.
        let closed = self.writer()?.close().await;
        closed.map_err(|error| sorted(&self.key, &error))?;
        self.writer = None;
        let (root, partial, target) = (self.root.clone(), self.partial.clone(), self.root.join(&self.key));
        let published = self.threads.run(move || Ok(publish(&root, &partial, &target))).await?;
        published.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => StoreError::AlreadyExists { constraint: self.key.clone() },
            io::ErrorKind::NotADirectory => StoreError::InvalidName(self.key.clone()),
            _ => unavailable(&error),
        })
    }

    async fn discard(&mut self) {
        self.writer = None;
        let partial = self.partial.clone();
        let removed = self.threads.run(move || unless_gone(std::fs::remove_file(partial))).await;
        if let Err(error) = removed {
            tracing::warn!(%error, "a partial content stays until it is swept");
        }
    }
}

/// A few threads for calls that may hang, apart from those that everything else in this process uses.
#[derive(Clone)]
struct Threads {
    handle: Handle,
    /// Stops when the last one who uses it is gone.
    _runtime: Arc<Stopping>,
}

struct Stopping(Option<Runtime>);

impl Drop for Stopping {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Threads {
    fn start(name: &str, count: usize) -> io::Result<Self> {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(1).max_blocking_threads(count).thread_name(name).enable_time();
        let runtime = builder.build()?;
        Ok(Self { handle: runtime.handle().clone(), _runtime: Arc::new(Stopping(Some(runtime))) })
    }

    /// Makes a blocking call; one that nobody waits for any more is not begun.
    async fn run<T: Send + 'static>(
        &self,
        call: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> Result<T> {
        let called = AbortOnDropHandle::new(self.handle.spawn_blocking(call)).await;
        called.map_err(|error| StoreError::Internal(error.to_string()))?.map_err(|error| unavailable(&error))
    }
}

/// Gives the file its name for good; the folders above are made, and all of it is brought to the disk.
fn publish(root: &Path, partial: &Path, target: &Path) -> io::Result<()> {
    let folder = target.parent().unwrap_or(root);
    make_folder(root, folder)?;
    match rename_to_free_name(partial, target) {
        // Not every file system has it: NFS links instead.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => link_to_free_name(partial, target)?,
        renamed => renamed?,
    }
    File::open(folder)?.sync_all()
}

fn rename_to_free_name(partial: &Path, target: &Path) -> rustix::io::Result<()> {
    renameat_with(CWD, partial, CWD, target, RenameFlags::NOREPLACE)
}

fn link_to_free_name(partial: &Path, target: &Path) -> io::Result<()> {
    linkat(CWD, partial, CWD, target, AtFlags::empty())?;
    std::fs::remove_file(partial)
}

/// Makes a folder and those above it, down from the root, which must be there.
fn make_folder(root: &Path, folder: &Path) -> io::Result<()> {
    if folder == root || folder.is_dir() {
        return Ok(());
    }
    let above = folder.parent().unwrap_or(root);
    make_folder(root, above)?;
    match std::fs::create_dir(folder) {
        Ok(()) => File::open(above)?.sync_all(),
        // Another one made it meanwhile, unless a file stands there.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(io::ErrorKind::NotADirectory.into())
        }
        Err(error) => Err(error),
    }
}

fn is_inside(root: &Path, mut path: PathBuf) -> io::Result<bool> {
    loop {
        match path.canonicalize() {
            // Something else stands in the place of the root.
            Ok(target) if path == root && !target.is_dir() => return Err(io::ErrorKind::NotADirectory.into()),
            Ok(target) => return Ok(target.starts_with(root)),
            // A link to nothing, or a ring of links.
            Err(_) if path.symlink_metadata().is_ok_and(|found| found.is_symlink()) => return Ok(false),
            Err(error) if path == root => return Err(error),
            Err(_) => _ = path.pop(),
        }
    }
}

fn entries_below(root: &Path, folder: PathBuf) -> io::Result<Vec<Entry>> {
    std::fs::read_dir(root)?;
    let (mut entries, mut folders) = (Vec::new(), vec![folder]);
    while let Some(folder) = folders.pop() {
        let Some(found) = unless_gone(std::fs::read_dir(folder))? else { continue };
        for found in found {
            let found = found?;
            let Some(metadata) = unless_gone(found.metadata())? else { continue };
            let path = found.path();
            if metadata.is_dir() && path != root.join(PARTIALS) {
                folders.push(path);
            } else if metadata.is_file() {
                let key = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
                entries.push(Entry { key, size: metadata.len(), modified_at: modified_at(&metadata) });
            }
        }
    }
    Ok(entries)
}

fn modified_at(metadata: &std::fs::Metadata) -> Option<i64> {
    let since = metadata.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_micros()).ok()
}

/// What is gone (removed by others during a walk) or no folder is no fault.
fn unless_gone<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        other => other.map(Some),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::{Duration, Instant};

    use super::super::gate::Gate;
    use super::*;

    #[test]
    fn a_name_is_taken_once_by_renaming_and_by_linking() {
        let root = tempfile::tempdir().unwrap();
        let path = |name: &str| root.path().join(name);
        let take_by_rename = |from: &Path, to: &Path| rename_to_free_name(from, to).map_err(io::Error::from);
        for (way, take) in [
            ("rename", &take_by_rename as &dyn Fn(&Path, &Path) -> io::Result<()>),
            ("link", &link_to_free_name),
        ] {
            let (first, second, target) = (path("first"), path("second"), path(way));
            std::fs::write(&first, "first").unwrap();
            std::fs::write(&second, "second").unwrap();
            take(&first, &target).unwrap();
            assert_eq!(take(&second, &target).unwrap_err().kind(), io::ErrorKind::AlreadyExists, "{way}");
            assert_eq!(std::fs::read_to_string(&target).unwrap(), "first", "{way}");
            assert!(!first.exists() && second.exists(), "{way}");
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_folder_that_hangs_holds_a_few_threads_and_comes_back_by_itself() {
        let root = tempfile::tempdir().unwrap();
        let folder = Arc::new(Folder::open(root.path()).unwrap());
        let engine: Arc<dyn Engine> = folder.clone();
        let gate = Gate::new(&engine);
        let hangs = Arc::new(AtomicBool::new(true));
        let wait = || {
            let hangs = Arc::clone(&hangs);
            move || {
                while hangs.load(Ordering::Relaxed) {
                    std::thread::sleep(Duration::from_millis(10));
                }
                Ok(())
            }
        };
        let call = || gate.pass(folder.threads.run(wait()));
        let (probing, listing) = (folder.probing.clone(), wait());
        let hung = tokio::spawn(async move { probing.run(listing).await });
        let begin = Instant::now();
        let results = futures::future::join_all((0..100).map(|_| call())).await;
        assert!(results.iter().all(|result| matches!(result, Err(StoreError::Unavailable { .. }))));
        assert!(begin.elapsed() < Duration::from_secs(7), "{:?}", begin.elapsed());
        assert!(threads() <= THREADS + 1, "{} threads", threads());
        let begin = Instant::now();
        assert!(
            call().await.is_err() && begin.elapsed() < Duration::from_millis(200),
            "{:?}",
            begin.elapsed()
        );
        tokio::task::spawn_blocking(|| ()).await.unwrap();
        hangs.store(false, Ordering::Relaxed);
        let begin = Instant::now();
        while call().await.is_err() {
            assert!(begin.elapsed() < Duration::from_secs(5), "it does not come back");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        hung.await.unwrap().unwrap();
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_busy_folder_is_waited_for() {
        let root = tempfile::tempdir().unwrap();
        let folder = Arc::new(Folder::open(root.path()).unwrap());
        let engine: Arc<dyn Engine> = folder.clone();
        let gate = Gate::new(&engine);
        let slow = || {
            std::thread::sleep(Duration::from_millis(4_500));
            Ok(())
        };
        let results =
            futures::future::join_all((0..THREADS).map(|_| gate.pass(folder.threads.run(slow)))).await;
        assert!(results.iter().all(Result::is_ok), "{results:?}");
    }

    fn threads() -> usize {
        let names =
            std::fs::read_dir("/proc/self/task").unwrap().map(|task| task.unwrap().path().join("comm"));
        names.filter(|name| std::fs::read_to_string(name).is_ok_and(|name| name.trim() == "nas")).count()
    }
}
