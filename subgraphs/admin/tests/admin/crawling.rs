//! What a crawl makes of a site.

use std::sync::atomic::Ordering;

use admin::store::items::ItemReason::{self, *};
use admin::store::items::ItemState::{self, *};
use admin::store::runs::RunStatus;
use serde_json::{Value, json};

use crate::fake_common::FakeCommon;
use crate::site::Site;
use crate::world::World;

fn difficult(site: &Site) {
    let (korean, _, _) = encoding_rs::EUC_KR.encode(
        "<html><head><title>국회 소식</title></head><body><h1>예산안 뷁 심의</h1><p>등록일: 2026년 3월 2일</p><p>내년도 예산안 심의가 시작되었다.</p></body></html>",
    );
    site.put("/robots.txt", 200, "text/plain", "User-agent: *\nDisallow: /private/\n");
    site.html(
        "/",
        "<title>Start</title><p>The start page of the site, with some words about policy.</p>
         <a href='/a?utm_source=x#top'>a</a><a href='a'>a again</a><a href=/euc-kr>k</a><a href=/loop1>l</a><a href=/huge>h</a>
         <a href=/broken>b</a><a href=/flaky>f</a><a href=/copy1>c</a><a href=/copy2>c</a><a href=http://other.example/x>o</a>
         <a href=/private/x>p</a><a href=/report.pdf>r</a><a href=/fake.pdf>r</a><a href='/문서.hwp'>h</a><a href=/notes.txt>n</a>
         <a href=/missing>m</a><a href=/image>i</a><a href=/no-index>n</a><a href=/empty>e</a><a href=/old>o</a><a href=/away>a</a>
         <a href=/inside>i</a><a href=/hop1>h</a><a href=/nested>n</a><a href=mailto:x@y.z>m</a><a href=/sitemap.xml>s</a>",
    );
    site.html(
        "/a",
        "<html lang=en><title>A</title><meta name=author content=Kim><p>First page about public policy.</p>",
    );
    site.put("/euc-kr", 200, "text/html; charset=euc-kr", korean.into_owned());
    site.redirect("/loop1", 302, "/loop2");
    site.redirect("/loop2", 301, "/loop1");
    site.html("/huge", &"x".repeat(200_000));
    site.put("/broken", 500, "text/html", "oops");
    site.html("/flaky", "<title>Flaky</title><p>It comes at the third try.</p>");
    site.flaky("/flaky", 2);
    site.html("/copy1", "<title>Copy</title><p>The same page under two names.</p>");
    site.html("/copy2", "<title>Copy</title><p>The same page under two names.</p>");
    site.html("/private/x", "<title>Private</title><p>secret</p>");
    site.put("/report.pdf", 200, "application/pdf", "%PDF-1.7 report");
    site.put("/fake.pdf", 200, "application/pdf", "<html>log in first</html>");
    site.put("/%EB%AC%B8%EC%84%9C.hwp", 200, "application/octet-stream", b"\xd0\xcf\x11\xe0hwp".to_vec());
    site.put("/notes.txt", 200, "text/plain", "회의록\n\n\n내년도 예산에 대하여 논의함.\n");
    site.put("/image", 200, "image/png", "\u{89}PNG");
    site.html(
        "/no-index",
        "<meta name=robots content=noindex><title>N</title><p>x</p><a href=/only-from-no-index>y</a>",
    );
    site.html(
        "/only-from-no-index",
        "<title>Found</title><p>Found on a page that is not indexed itself.</p>",
    );
    site.html("/empty", "<title>Empty</title><script>nothing</script>");
    site.redirect("/old", 301, "/a");
    site.redirect("/away", 302, "http://other.example/y");
    site.redirect("/inside", 302, "http://169.254.169.254/latest/meta-data");
    for hop in 1..=7 {
        site.redirect(&format!("/hop{hop}"), 302, &format!("/hop{}", hop + 1));
    }
    site.html("/nested", &"<div>".repeat(600));
    site.put("/sitemap.xml", 200, "application/xml", "<urlset><url><loc>/from-sitemap</loc></url></urlset>");
    site.html("/from-sitemap", "<title>Listed</title><p>Only the sitemap knows this page.</p>");
}

/// What becomes of each URL of the difficult site.
const EXPECTED: &[(&str, ItemState, Option<ItemReason>)] = &[
    ("/", Done, None),
    ("/%EB%AC%B8%EC%84%9C.hwp", Done, None),
    ("/a", Done, None),
    ("/away", Skipped, Some(OutOfScope)),
    ("/broken", Failed, Some(HttpStatus)),
    ("/copy1", Done, None),
    ("/copy2", Skipped, Some(DuplicateContent)),
    ("/empty", Skipped, Some(NoText)),
    ("/euc-kr", Done, None),
    ("/fake.pdf", Skipped, Some(MediaType)),
    ("/flaky", Done, None),
    ("/from-sitemap", Done, None),
    ("/hop1", Skipped, Some(Redirected)),
    ("/hop2", Skipped, Some(Redirected)),
    ("/hop3", Skipped, Some(Redirected)),
    ("/hop4", Skipped, Some(Redirected)),
    ("/hop5", Skipped, Some(Redirected)),
    ("/hop6", Failed, Some(TooManyRedirects)),
    ("/huge", Failed, Some(TooLarge)),
    ("/image", Skipped, Some(MediaType)),
    ("/inside", Skipped, Some(OutOfScope)),
    ("/loop1", Skipped, Some(Redirected)),
    ("/loop2", Failed, Some(RedirectLoop)),
    ("/missing", Failed, Some(HttpStatus)),
    ("/nested", Failed, Some(Unreadable)),
    ("/no-index", Skipped, Some(NoIndex)),
    ("/notes.txt", Done, None),
    ("/old", Skipped, Some(Redirected)),
    ("/only-from-no-index", Done, None),
    ("/private/x", Skipped, Some(Robots)),
    ("/report.pdf", Done, None),
    ("/sitemap.xml", Skipped, Some(Sitemap)),
];

#[tokio::test]
async fn a_difficult_site_is_taken_in_as_far_as_it_should_be() {
    let (world, (site, address), (common, common_url)) =
        (World::new().await, Site::start().await, FakeCommon::start().await);
    difficult(&site);
    let source = world.source(&format!("{address}/")).await;
    let run = world.crawl(&source, &common_url).await;
    assert_eq!((run.status, run.reason), (RunStatus::Succeeded, None));
    let mut found: Vec<_> =
        world.items(&run.id).await.into_iter().map(|item| (item.url, item.state, item.reason)).collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    let expected: Vec<_> =
        EXPECTED.iter().map(|(path, state, reason)| (format!("{address}{path}"), *state, *reason)).collect();
    assert_eq!(found, expected);
    let documents: Vec<String> =
        ["/", "/a", "/copy1", "/euc-kr", "/flaky", "/from-sitemap", "/notes.txt", "/only-from-no-index"]
            .iter()
            .map(|path| format!("{address}{path}"))
            .collect();
    assert_eq!(common.urls(), documents);
    assert_eq!(
        (site.hits("/private/x"), site.hits("/a"), site.hits("/broken"), site.hits("/missing")),
        (0, 1, 3, 1)
    );
    let korean = common.document(&format!("{address}/euc-kr"));
    let expected = json!({
        "collection": "POLITICA", "title": "예산안 뷁 심의", "summary": null, "language": "ko", "author": null,
        "body": "예산안 뷁 심의\n등록일: 2026년 3월 2일\n내년도 예산안 심의가 시작되었다.", "sourceUrl": format!("{address}/euc-kr"),
        "publishedAt": "2026-03-01T15:00:00Z", "categoryId": "category-1", "organizationId": null,
    });
    assert_eq!(korean, expected);
    assert_eq!(common.document(&format!("{address}/a"))["author"], "Kim");
    assert_eq!(common.document(&format!("{address}/notes.txt"))["title"], "회의록");
}

#[tokio::test]
async fn crawling_again_takes_in_only_what_changed() {
    let (world, (site, address), (common, common_url)) =
        (World::new().await, Site::start().await, FakeCommon::start().await);
    site.tree(5);
    let source = world.source(&format!("{address}/p0")).await;
    world.crawl(&source, &common_url).await;
    let files = world.store.usage().await.unwrap().files;
    site.html("/p3", "<title>Page 3</title><p>This page has changed since then.</p>");
    let run = world.crawl(&source, &common_url).await;
    assert_eq!(run.status, RunStatus::Succeeded);
    let versions = |path: &str| common.taken.lock().unwrap().documents[&format!("{address}{path}")].1;
    assert_eq!([versions("/p0"), versions("/p3"), versions("/p4")], [1, 2, 1], "versions written in common");
    assert_eq!(
        world.store.usage().await.unwrap().files,
        files + 1,
        "an unchanged original is not stored again"
    );
}

#[tokio::test]
async fn a_source_that_does_not_allow_private_hosts_reaches_none() {
    let (world, (site, address), (_, common_url)) =
        (World::new().await, Site::start().await, FakeCommon::start().await);
    site.tree(3);
    let port = address.rsplit(':').next().unwrap();
    for start in
        [format!("{address}/p0"), format!("http://localhost:{port}/p0"), format!("http://[::1]:{port}/p0")]
    {
        let mut source = crate::world::source(&start);
        source.allow_private_hosts = false;
        world.store.save_source(&source).await.unwrap();
        let run = world.crawl(&source, &common_url).await;
        assert_eq!((run.status, run.reason), (RunStatus::Failed, Some(PrivateHost)), "{start}");
    }
    assert_eq!(site.all_hits(), 0, "no request was made at all");
}

#[tokio::test]
async fn limits_of_pages_depth_and_prefix_hold() {
    let (world, (site, address), (common, common_url)) =
        (World::new().await, Site::start().await, FakeCommon::start().await);
    site.tree(60);
    let mut source = crate::world::source(&format!("{address}/p0"));
    source.limits.max_pages = 7;
    world.store.save_source(&source).await.unwrap();
    world.crawl(&source, &common_url).await;
    assert_eq!(common.urls().len(), 7);
    let mut source = crate::world::source(&format!("{address}/p0"));
    source.limits.max_depth = 2;
    world.store.save_source(&source).await.unwrap();
    let run = world.crawl(&source, &common_url).await;
    assert_eq!(world.items(&run.id).await.len(), 7, "two links deep in a binary tree");
    let mut source = crate::world::source(&format!("{address}/p0"));
    source.url_prefix = format!("{address}/p1");
    world.store.save_source(&source).await.unwrap();
    let run = world.crawl(&source, &common_url).await;
    let items = world.items(&run.id).await;
    assert!(
        items.iter().all(|item| item.depth == 0 || item.url.starts_with(&format!("{address}/p1"))),
        "{items:#?}"
    );
}

#[tokio::test]
async fn robots_that_cannot_be_read_or_forbid_all_end_the_run() {
    let (world, (site, address), (_, common_url)) =
        (World::new().await, Site::start().await, FakeCommon::start().await);
    site.tree(3);
    for (status, body, expected) in
        [(503, "", RobotsUnavailable), (200, "User-agent: *\nDisallow: /", Robots)]
    {
        site.put("/robots.txt", status, "text/plain", body);
        let source = world.source(&format!("{address}/p0")).await;
        let run = world.crawl(&source, &common_url).await;
        assert_eq!((run.status, run.reason), (RunStatus::Failed, Some(expected)));
    }
    assert_eq!(site.hits("/p0"), 0);
    let (other, other_address) = Site::start().await;
    site.redirect("/robots.txt", 302, &format!("{other_address}/robots.txt"));
    let source = world.source(&format!("{address}/p0")).await;
    assert_eq!(world.crawl(&source, &common_url).await.status, RunStatus::Succeeded);
    assert_eq!(other.all_hits(), 0, "one private host is allowed, not those it points to");
    site.put("/robots.txt", 200, "text/plain", "User-agent: knlabbot\nCrawl-delay: 0.2\nDisallow:");
    let source = world.source(&format!("{address}/p0")).await;
    let begun = std::time::Instant::now();
    assert_eq!(world.crawl(&source, &common_url).await.status, RunStatus::Succeeded);
    assert!(
        begun.elapsed().as_millis() >= 400,
        "three pages with the site's delay between them: {:?}",
        begun.elapsed()
    );
}

#[tokio::test]
async fn while_common_is_down_the_crawl_goes_on_and_nothing_is_lost() {
    let (world, (site, address), (common, common_url)) =
        (World::new().await, Site::start().await, FakeCommon::start().await);
    site.tree(6);
    common.down.store(true, Ordering::SeqCst);
    let source = world.source(&format!("{address}/p0")).await;
    let run = world.start(&source, "k").await;
    let worker = world.worker(&common_url).work();
    let story = async {
        loop {
            let counts = world.store.item_counts(std::slice::from_ref(&run)).await.unwrap()[&run];
            if counts.stored == 6 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        assert!(common.urls().is_empty());
        common.down.store(false, Ordering::SeqCst);
        world.ended(&run).await
    };
    let run = tokio::select! { () = worker => unreachable!(), run = story => run };
    assert_eq!((run.status, common.urls().len()), (RunStatus::Succeeded, 6));
}

#[tokio::test]
async fn failed_items_are_tried_again_when_asked() {
    let (world, (site, address), (common, common_url)) =
        (World::new().await, Site::start().await, FakeCommon::start().await);
    site.tree(4);
    site.put("/p1", 500, "text/html", "");
    common.refuse.lock().unwrap().push("Page 2".into());
    let source = world.source(&format!("{address}/p0")).await;
    let run = world.crawl(&source, &common_url).await;
    let states = |items: Vec<admin::store::items::Item>| -> Vec<_> {
        items
            .into_iter()
            .map(|item| (item.url.rsplit('/').next().unwrap().to_owned(), item.state, item.reason))
            .collect()
    };
    let expected = [
        ("p0".to_owned(), Done, None),
        ("p1".to_owned(), Failed, Some(HttpStatus)),
        ("p2".to_owned(), Failed, Some(InvalidDocument)),
    ];
    assert_eq!(states(world.items(&run.id).await), expected);
    site.tree(4);
    common.refuse.lock().unwrap().clear();
    let retry = "mutation($id: ID!) { retryCrawl(runId: $id) { __typename ... on CrawlRetried { items run { status } } } }";
    let data = world.ask(retry, json!({ "id": run.id })).await;
    assert_eq!(
        data["retryCrawl"],
        json!({ "__typename": "CrawlRetried", "items": 2, "run": { "status": "QUEUED" } })
    );
    let run = tokio::select! {
        () = world.worker(&common_url).work() => unreachable!(),
        run = world.ended(&run.id) => run,
    };
    assert!(world.items(&run.id).await.iter().all(|item| item.state == Done && item.reason.is_none()));
    assert_eq!((common.urls().len(), site.hits("/p2")), (4, 1), "what was stored is not fetched again");
    let again: Value = world.ask(retry, json!({ "id": run.id })).await;
    assert_eq!(again["retryCrawl"]["items"], 0);
}
