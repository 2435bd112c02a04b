//! Workers that are killed anywhere, paused, or too many.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;

use admin::store::items::ItemState;
use admin::store::runs::RunStatus;
use axum::http::Request;
use futures::StreamExt;
use rand::{Rng, SeedableRng};
use serde_json::json;
use service::Clock;
use tower::ServiceExt;

use crate::fake_common::FakeCommon;
use crate::site::Site;
use crate::world::{GATEWAY_SECRET, World};

/// Polls a future so many times, then drops it: a kill between any two of its steps.
struct KilledAfter<F> {
    work: Option<Pin<Box<F>>>,
    polls: usize,
}

impl<F: Future<Output = ()>> Future for KilledAfter<F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.polls == 0 {
            self.work = None;
            return Poll::Ready(());
        }
        self.polls -= 1;
        match &mut self.work {
            Some(work) => work.as_mut().poll(context),
            None => Poll::Ready(()),
        }
    }
}

fn killed_after<F: Future<Output = ()>>(polls: usize, work: F) -> KilledAfter<F> {
    KilledAfter { work: Some(Box::pin(work)), polls }
}

/// Every page is a document once, every item is done, and the NAS holds exactly what the rows name.
async fn check(world: &World, run: &str, common: &FakeCommon, pages: usize) {
    assert_eq!(world.store.run(run).await.unwrap().unwrap().status, RunStatus::Succeeded);
    let items = world.items(run).await;
    assert!(items.iter().all(|item| item.state == ItemState::Done), "{items:#?}");
    assert_eq!(items.len(), pages);
    {
        let taken = common.taken.lock().unwrap();
        assert_eq!(taken.documents.len(), pages);
        assert!(
            taken.documents.values().all(|(_, versions, _)| *versions == 1),
            "no document was written twice"
        );
    }
    let later = Clock::manual(Clock::system().now() + 3 * admin::store::blobs::PENDING_FOR);
    let store = world.reopened(later).await;
    while store.sweep_pending().await.unwrap() > 0 {}
    let rows = store.database.query("SELECT blob_key FROM nas_files WHERE is_folder = 0", &[]).await.unwrap();
    let named: BTreeSet<String> = rows.iter().map(|row| row.text("blob_key").unwrap()).collect();
    assert_eq!(named.len(), pages, "one original per page");
    assert_eq!(on_nas(&store).await, named, "nothing torn, nothing orphaned");
}

async fn on_nas(store: &admin::store::Store) -> BTreeSet<String> {
    store.files.list("").await.unwrap().into_iter().map(|entry| entry.key).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crawl_that_is_killed_again_and_again_takes_every_page_in_once() {
    let mut all = 0;
    for seed in 0..5 {
        let mut world = World::new().await;
        world.settings.crawl.lease_ms = 40;
        let ((site, address), (common, common_url)) = (Site::start().await, FakeCommon::start().await);
        site.tree(9);
        let source = world.source(&format!("{address}/p0")).await;
        let run = world.start(&source, "k").await;
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
        let mut kills = 0;
        while !world.store.run(&run).await.unwrap().unwrap().status.ended() {
            let polls = random.random_range(1..=200);
            let worker = killed_after(polls, world.worker(&common_url).work());
            let ended = async {
                world.ended(&run).await;
            };
            tokio::select! { () = worker => kills += 1, () = ended => {} }
            assert!(kills < 500, "seed {seed} gets nowhere");
        }
        all += kills;
        check(&world, &run, &common, 9).await;
    }
    assert!(all > 10, "only {all} kills");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_workers_do_not_work_on_the_same_run() {
    let (world, (site, address), (common, common_url)) =
        (World::new().await, Site::start().await, FakeCommon::start().await);
    site.tree(20);
    let source = world.source(&format!("{address}/p0")).await;
    let run = world.start(&source, "k").await;
    let workers = futures::future::join_all((0..4).map(|_| world.worker(&common_url).work()));
    tokio::select! { _ = workers => unreachable!(), _ = world.ended(&run) => {} }
    check(&world, &run, &common, 20).await;
    assert!((0..20).all(|number| site.hits(&format!("/p{number}")) == 1), "each page was fetched once");
}

/// Whether nobody is in the middle of writing the run: a worker that is paused there would keep the others out for as long as
/// it sleeps, since they share its process here, and SQLite's one writer.
async fn can_be_written(world: &World, run: &str) -> bool {
    let write = async {
        let mut transaction = world.store.database.begin().await?;
        world.store.holds_lease(&mut transaction, run, "nobody").await
    };
    matches!(tokio::time::timeout(Duration::from_millis(500), write).await, Ok(Ok(false)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_wakes_up_after_its_lease_writes_nothing_any_more() {
    let (world, (site, address), (common, common_url)) =
        (World::new().await, Site::start().await, FakeCommon::start().await);
    site.tree(9);
    common.holds_back.store(true, Ordering::SeqCst);
    let source = world.source(&format!("{address}/p0")).await;
    let run = world.start(&source, "k").await;
    let mut sleeper = Box::pin(world.worker(&common_url).work());
    let until_it_waits = async {
        while common.requests.load(Ordering::SeqCst) == 0 || !can_be_written(&world, &run).await {
            let _ = futures::poll!(&mut sleeper);
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), until_it_waits).await.unwrap();
    common.holds_back.store(false, Ordering::SeqCst);
    let other = world.worker(&common_url).work();
    tokio::select! { () = other => unreachable!(), _ = world.ended(&run) => {} }
    let before = world.items(&run).await;
    let _ = tokio::time::timeout(Duration::from_millis(300), sleeper).await;
    assert_eq!(world.items(&run).await, before);
    check(&world, &run, &common, 9).await;
}

#[tokio::test]
async fn an_upload_that_is_killed_anywhere_leaves_no_torn_file() {
    let world = World::new().await;
    let body = || {
        let pieces = (0..8).map(|_| Ok::<_, std::io::Error>("0123456789".repeat(1_000)));
        let paced = futures::stream::iter(pieces).then(|piece| async {
            tokio::task::yield_now().await;
            piece
        });
        axum::body::Body::from_stream(Box::pin(paced))
    };
    let mut whole = 0;
    // How many polls an upload takes depends on the machine; the last ones let it end.
    let kills = (1..60).chain([100, 200, 400, 800, 1_600, 3_200, 100_000]);
    for polls in kills {
        let data = world
            .ask(
                "mutation { createUpload(input: { name: \"a\" }) { ... on UploadTicket { id uploadUrl } } }",
                json!({}),
            )
            .await;
        let url = data["createUpload"]["uploadUrl"].as_str().unwrap().to_owned();
        let put = Request::put(url)
            .header("x-knlab-caller", "gateway")
            .header("x-knlab-credential", GATEWAY_SECRET);
        let put = world.router().oneshot(put.body(body()).unwrap());
        killed_after(polls, async { drop(put.await) }).await;
        let id = data["createUpload"]["id"].as_str().unwrap();
        let upload = world.store.upload(id).await.unwrap().unwrap();
        if let Some(key) = upload.blob_key {
            assert_eq!(
                world.store.files.read_all(&key).await.unwrap().len(),
                80_000,
                "what is received is whole"
            );
            whole += 1;
        }
    }
    assert!((1..65).contains(&whole), "kills before and after the end: {whole}");
    let later = Clock::manual(Clock::system().now() + 3 * admin::store::blobs::PENDING_FOR);
    let store = world.reopened(later).await;
    while store.sweep_pending().await.unwrap() > 0 {}
    assert!(on_nas(&store).await.is_empty(), "nothing was confirmed, so nothing stays");
}
