//! The fault table: each server and each store killed, hung and slowed in turn under load. What does not need it must be right
//! throughout; the rest must be told cleanly, within the timeout at first and at once afterwards, and be back by itself.
//! What is taken in meanwhile for a sound index is found in it. `cargo xtask faults` runs it and prints the table. The stores are real, each behind a proxy of its own.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails where it stands")]

mod fault;
mod indexing;
mod judgement;
mod load;
#[path = "../processes/mod.rs"]
mod processes;
#[path = "../proxy/mod.rs"]
mod proxy;
mod questions;
#[path = "../real_stores/mod.rs"]
mod real_stores;
mod stage;

use std::time::{Duration, Instant};

use fault::Fault;
use indexing::Indexing;
use judgement::{BACK, HEAD, Judgement, Times};
use load::{Asking, Client};
use stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_stays_in_its_part_is_told_cleanly_and_is_over_when_it_is_over() {
    let only = std::env::var("KNLAB_TEST_FAULTS").unwrap_or_default();
    let mut stage = Stage::start().await;
    let client = Client {
        http: stage.processes.client.clone(),
        gateway: stage.processes.url(),
        token: stage.processes.token("admin", "administrator-demo").await,
    };
    let indexing = Indexing::begin(&client, &stage.stores).await;
    let mut asking = Vec::new();
    let mut questions = questions::all(&client).await;
    questions.sort_by_key(|question| question.name != "ingest again");
    for question in questions {
        let changes_counts = question.name == "ingest again";
        asking.push(Asking::begin(&client, question).await);
        if changes_counts {
            // Its one document must be in the index before others count.
            tokio::time::sleep(Duration::from_secs(3)).await;
        }
    }
    println!("{}", stage.stores.versions());
    println!("{:<30}{HEAD}", "fault");
    let mut failed = Vec::new();
    for fault in Fault::all().into_iter().filter(|fault| fault.to_string().contains(&only)) {
        let judgement = run(&mut stage, &asking, &indexing, fault).await;
        println!("{fault:<30}{}", judgement.row());
        for reason in &judgement.faults {
            println!("{:<30}  {reason}", "");
            failed.push(format!("{fault}: {reason}"));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

async fn run(stage: &mut Stage, asking: &[Asking], indexing: &Indexing, fault: Fault) -> Judgement {
    let broken = Instant::now();
    stage.hurt(fault);
    let ((), held_up) =
        tokio::join!(tokio::time::sleep(fault.lasts()), indexing.held_up(&stage.stores, fault));
    let mended = stage.heal(fault).await;
    // Long enough to see that it stays right.
    let steady = Duration::from_millis(1_000);
    loop {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let is_right = |asking: &Asking| {
            let since = Instant::now() - steady;
            let heard = asking.heard_since(since.max(mended));
            !heard.is_empty() && heard.iter().all(|heard| heard.verdict == load::Verdict::Right)
        };
        let waited = mended.elapsed();
        if (waited > steady && asking.iter().all(is_right)) || waited > BACK + steady {
            let times = Times { broken, mended, known: broken + fault.known_after() };
            let mut judgement = Judgement::of(&fault, asking, times);
            judgement.faults.extend(held_up);
            return judgement;
        }
    }
}
