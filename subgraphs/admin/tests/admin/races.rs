//! Two servers over one database, at work on the same rows at the same moment.

use admin::store::files::{File, ROOT, Refused};
use admin::store::runs::Opened;
use admin::store::{Store, new_id};
use futures::future::join_all;
use service::Clock;
use stores::sql::again;

use crate::world::World;

const ROUNDS: usize = 6;

/// The store of the world and one that is opened as another replica opens it.
async fn replicas(world: &World) -> [Store; 2] {
    [world.store.clone(), world.reopened(Clock::system()).await]
}

fn file(parent: &str, name: &str, is_folder: bool) -> File {
    File { id: new_id(), parent_id: parent.to_owned(), name: name.to_owned(), is_folder, ..File::default() }
}

async fn add(store: &Store, file: &File) -> Result<(), Refused> {
    let added = again(|| async {
        let mut transaction = store.database.begin().await?;
        let added = store.add_file_in(&mut transaction, file).await?;
        if added.is_ok() {
            transaction.commit().await?;
        }
        Ok(added)
    });
    added.await.unwrap()
}

async fn folder(store: &Store, name: &str) -> File {
    let folder = file(ROOT, name, true);
    add(store, &folder).await.unwrap();
    folder
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_has_one_open_run_however_many_ask_at_once() {
    let world = World::new().await;
    let stores = replicas(&world).await;
    for round in 0..ROUNDS {
        let source = world.source(&format!("https://example.org/{round}/")).await;
        let opened = (0..8).map(|number| {
            let (store, key) = (&stores[number % 2], format!("key {}", number / 2 % 2));
            let id = source.id.clone();
            async move { store.open_run(&id, &key, None).await.unwrap() }
        });
        let opened = join_all(opened).await;
        let count = |is: fn(&Opened) -> bool| opened.iter().filter(|opened| is(opened)).count();
        let kinds = [
            count(|opened| matches!(opened, Opened::New(_))),
            count(|opened| matches!(opened, Opened::Again(_))),
            count(|opened| matches!(opened, Opened::Busy(_))),
        ];
        assert_eq!(kinds, [1, 3, 4], "round {round}: {opened:?}");
    }
    let claims = (0..6).map(|number| {
        let store = &stores[number % 2];
        async move { store.claim_runs(store.now() + 60_000_000, 4).await.unwrap() }
    });
    let mut claimed: Vec<String> =
        join_all(claims).await.into_iter().flatten().map(|(run, _)| run.id).collect();
    let all = claimed.len();
    claimed.sort();
    claimed.dedup();
    assert_eq!((all, claimed.len()), (all.min(ROUNDS), all), "a run is claimed by two");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn folders_moved_at_once_make_no_circle_and_a_name_is_taken_once() {
    let world = World::new().await;
    let [one, two] = replicas(&world).await;
    for round in 0..ROUNDS {
        let (left, right) =
            (folder(&one, &format!("left {round}")).await, folder(&one, &format!("right {round}")).await);
        let (moved, other) = tokio::join!(
            one.move_file(&left.id, Some(&right.id), None),
            two.move_file(&right.id, Some(&left.id), None)
        );
        let moved = [moved.unwrap(), other.unwrap()];
        assert_eq!(moved.iter().filter(|moved| moved.is_ok()).count(), 1, "round {round}: {moved:?}");
        assert!(moved.contains(&Err(Refused::TooDeep)), "round {round}: {moved:?}");
        let name = format!("name {round}");
        let (first, second) = (file(ROOT, &name, false), file(ROOT, &name, false));
        let (first, second) = tokio::join!(add(&one, &first), add(&two, &second));
        let added = [first, second];
        assert!(
            added.contains(&Ok(())) && added.contains(&Err(Refused::NameTaken)),
            "round {round}: {added:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_stands_in_a_folder_that_was_deleted_at_the_same_moment() {
    let world = World::new().await;
    let [one, two] = replicas(&world).await;
    for round in 0..ROUNDS * 2 {
        let folder = folder(&one, &format!("folder {round}")).await;
        let inside = file(&folder.id, "inside", false);
        let (deleted, added) = tokio::join!(one.delete_file(&folder.id), add(&two, &inside));
        deleted.unwrap().unwrap();
        let inside = one.file(&inside.id).await.unwrap();
        match added {
            Ok(()) => assert!(inside.unwrap().deleted_at.is_some(), "round {round}: it went with its folder"),
            Err(refused) => assert_eq!((refused, inside), (Refused::NoFolder, None), "round {round}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_restored_while_the_bin_is_emptied_is_either_back_or_gone() {
    let world = World::new().await;
    let [one, two] = replicas(&world).await;
    for round in 0..ROUNDS * 2 {
        let file = file(ROOT, &format!("file {round}"), false);
        add(&one, &file).await.unwrap();
        one.delete_file(&file.id).await.unwrap().unwrap();
        let cutoff = one.now() + 1_000_000;
        let (restored, emptied) = tokio::join!(one.restore_file(&file.id, None, None), two.empty_bin(cutoff));
        let (restored, emptied) = (restored.unwrap(), emptied.unwrap());
        let found = one.file(&file.id).await.unwrap().unwrap();
        assert_eq!(
            (found.purging, emptied),
            (restored.is_err(), u64::from(restored.is_err())),
            "round {round}"
        );
        assert_eq!(found.deleted_at.is_none(), restored.is_ok(), "round {round}");
    }
}
