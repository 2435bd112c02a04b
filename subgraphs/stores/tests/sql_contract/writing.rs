//! Constraints, upserts, transactions and writers at the same time.

use stores::StoreError;
use stores::params;
use stores::sql::{Database, NewRow, Value, again};

use super::{Opened, migrate};

const CODES: &str = "CREATE TABLE codes (id VARCHAR(64) PRIMARY KEY, slug VARCHAR(64) NOT NULL UNIQUE, name VARCHAR(64), used BIGINT)";

async fn codes(database: &Database) -> Vec<(String, String, String, i64)> {
    let rows = database.query("SELECT * FROM codes ORDER BY id", &[]).await.unwrap();
    let code = |row: &stores::sql::Row| {
        stores::Result::Ok((row.text("id")?, row.text("slug")?, row.text("name")?, row.int("used")?))
    };
    rows.iter().map(|row| code(row).unwrap()).collect()
}

const COLUMNS: [&str; 4] = ["id", "slug", "name", "used"];

fn code<'a>(values: &'a [Value]) -> NewRow<'a> {
    NewRow { table: "codes", columns: &COLUMNS, values }
}

async fn with_budget(database: &Database) -> (String, String, String, i64) {
    database.execute(CODES, &[]).await.unwrap();
    database.execute("INSERT INTO codes VALUES ('1', 'budget', '예산', 7)", &[]).await.unwrap();
    ("1".to_owned(), "budget".to_owned(), "예산".to_owned(), 7)
}

pub async fn a_second_row_with_the_same_key_already_exists(Opened { database, .. }: Opened) {
    let budget = with_budget(&database).await;
    for (id, slug, constraint) in [("1", "other", "id"), ("2", "budget", "slug")] {
        let refused = database.execute("INSERT INTO codes VALUES (?, ?, '둘', 0)", params![id, slug]).await;
        assert!(
            matches!(&refused, Err(StoreError::AlreadyExists { constraint: named })
                if named.contains(constraint) || named.contains("PRIMARY")),
            "{constraint}: {refused:?}"
        );
    }
    assert_eq!(codes(&database).await, [budget]);
}

pub async fn an_upsert_overwrites_only_what_it_lists(Opened { database, .. }: Opened) {
    with_budget(&database).await;
    let (rename, touch): (&[&str], &[&str]) = (&["name"], &[]);
    let mut transaction = database.begin().await.unwrap();
    for (update, id, name) in [(rename, "1", "국가 예산"), (rename, "2", "외교"), (touch, "2", "ignored")]
    {
        let values = params![id, format!("slug-{id}"), name, 99];
        transaction.upsert(&code(values), &["id"], update).await.unwrap();
    }
    transaction.commit().await.unwrap();
    database.upsert(&code(params!["3", "slug-3", "보건", 1]), &["id"], rename).await.unwrap();
    database.upsert(&code(params!["3", "slug-4", "보건복지", 2]), &["id"], rename).await.unwrap();
    let expected =
        [("1", "budget", "국가 예산", 7), ("2", "slug-2", "외교", 99), ("3", "slug-3", "보건복지", 1)];
    let expected =
        expected.map(|(id, slug, name, used)| (id.to_owned(), slug.to_owned(), name.to_owned(), used));
    assert_eq!(codes(&database).await, expected);
}

pub async fn an_upsert_never_overwrites_the_row_of_another_key(Opened { database, .. }: Opened) {
    let budget = with_budget(&database).await;
    let thief = params!["2", "budget", "도둑", 0];
    for update in [&["slug", "name"][..], &[]] {
        let refused = database.upsert(&code(thief), &["id"], update).await;
        assert!(matches!(refused, Err(StoreError::AlreadyExists { .. })), "{refused:?}");
    }
    assert_eq!(codes(&database).await, [budget]);
}

pub async fn upserts_at_once_end_with_one_row(Opened { database, open_again, .. }: Opened) {
    with_budget(&database).await;
    let other = open_again().await;
    let upsert = |number: i64| {
        let database = if number % 2 == 0 { database.clone() } else { other.clone() };
        async move {
            let values = params!["new", "new", "새", number].to_vec();
            database.upsert(&code(&values), &["id"], &["used"]).await
        }
    };
    for done in futures::future::join_all((0..12).map(upsert)).await {
        done.unwrap();
    }
    assert_eq!(codes(&database).await.len(), 2);
}

pub async fn insert_or_ignore_tells_whether_it_inserted(Opened { database, .. }: Opened) {
    let budget = with_budget(&database).await;
    for (id, slug, inserted) in [("1", "new", false), ("2", "budget", false), ("3", "new", true)] {
        let values = params![id, slug, "셋", 3];
        assert_eq!(database.insert_or_ignore(&code(values)).await.unwrap(), inserted, "{id} {slug}");
    }
    let mut transaction = database.begin().await.unwrap();
    for (id, slug, inserted) in [("3", "newer", false), ("4", "newer", true)] {
        let values = params![id, slug, "넷", 4];
        assert_eq!(transaction.insert_or_ignore(&code(values)).await.unwrap(), inserted, "{id} {slug}");
    }
    let nameless = params!["5", Option::<&str>::None, "다섯", 5];
    let refused = transaction.insert_or_ignore(&code(nameless)).await;
    assert!(matches!(refused, Err(StoreError::Internal(_))), "only what is there is ignored: {refused:?}");
    transaction.commit().await.unwrap();
    let row =
        |id: &str, slug: &str, name: &str, used| (id.to_owned(), slug.to_owned(), name.to_owned(), used);
    let expected = [budget, row("3", "new", "셋", 3), row("4", "newer", "넷", 4)];
    assert_eq!(codes(&database).await, expected);
}

pub async fn a_missing_parent_refuses_the_child(Opened { database, .. }: Opened) {
    with_budget(&database).await;
    let children = "CREATE TABLE children (id BIGINT PRIMARY KEY, code_id VARCHAR(64) NOT NULL, \
                    FOREIGN KEY (code_id) REFERENCES codes (id))";
    database.execute(children, &[]).await.unwrap();
    database.execute("INSERT INTO children VALUES (1, '1')", &[]).await.unwrap();
    let orphan = database.execute("INSERT INTO children VALUES (2, 'nobody')", &[]).await;
    assert!(matches!(orphan, Err(StoreError::Internal(_))), "{orphan:?}");
}

pub async fn a_dropped_transaction_leaves_nothing(Opened { database, .. }: Opened) {
    let budget = with_budget(&database).await;
    let mut transaction = database.begin().await.unwrap();
    let lock = format!("SELECT * FROM codes WHERE id = ?{}", database.dialect().for_update());
    assert!(transaction.query_optional(&lock, params!["1"]).await.unwrap().is_some());
    assert_eq!(transaction.execute("UPDATE codes SET used = 0", &[]).await.unwrap(), 1);
    assert_eq!(transaction.query("SELECT id FROM codes WHERE used = 0", &[]).await.unwrap().len(), 1);
    drop(transaction);
    assert_eq!(codes(&database).await, [budget]);
    database.execute("DELETE FROM codes", &[]).await.unwrap();
    assert!(codes(&database).await.is_empty());
}

pub async fn what_is_committed_is_seen_everywhere_and_not_before(
    Opened { database, open_again, .. }: Opened,
) {
    with_budget(&database).await;
    let other = open_again().await;
    let mut transaction = database.begin().await.unwrap();
    transaction.execute("INSERT INTO codes VALUES ('2', 'health', '보건', 0)", &[]).await.unwrap();
    assert_eq!(codes(&other).await.len(), 1);
    assert_eq!(codes(&database).await.len(), 1);
    transaction.commit().await.unwrap();
    assert_eq!(codes(&other).await.len(), 2);
    assert_eq!(codes(&database).await.len(), 2);
}

pub async fn writers_of_two_processes_lose_no_increment(Opened { database, open_again, .. }: Opened) {
    with_budget(&database).await;
    let other = open_again().await;
    let writer = |database: Database| async move {
        for _ in 0..15 {
            let mut transaction = database.begin().await.unwrap();
            let read = format!("SELECT used FROM codes WHERE id = '1'{}", database.dialect().for_update());
            let used = transaction.query_optional(&read, &[]).await.unwrap().unwrap().int("used").unwrap();
            transaction.execute("UPDATE codes SET used = ? WHERE id = '1'", params![used + 1]).await.unwrap();
            transaction.commit().await.unwrap();
        }
    };
    let writers: Vec<_> = (0..6)
        .map(|number| if number % 2 == 0 { database.clone() } else { other.clone() })
        .map(|database| tokio::spawn(writer(database)))
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(codes(&database).await[0].3, 7 + 6 * 15);
}

pub async fn a_claim_is_won_by_exactly_one_of_many(Opened { database, open_again, .. }: Opened) {
    with_budget(&database).await;
    let other = open_again().await;
    let claim = |database: Database| async move {
        let sql = "UPDATE codes SET used = 0 WHERE id = '1' AND used = 7";
        database.execute(sql, &[]).await.unwrap()
    };
    let claims = (0..10).map(|number| claim(if number % 2 == 0 { database.clone() } else { other.clone() }));
    let won: u64 = futures::future::join_all(claims).await.into_iter().sum();
    assert_eq!(won, 1);
}

pub async fn what_is_decided_under_a_lock_is_decided_once(Opened { database, open_again, .. }: Opened) {
    with_budget(&database).await;
    database.execute("CREATE TABLE locks (name VARCHAR(64) PRIMARY KEY)", &[]).await.unwrap();
    let other = open_again().await;
    // Nobody may be the second with less than seven: no key says so, only the count.
    let join = |number: i64| {
        let database = if number % 2 == 0 { database.clone() } else { other.clone() };
        async move {
            let mut transaction = database.begin().await?;
            transaction.lock("second").await?;
            let there = transaction.query_optional("SELECT COUNT(*) AS n FROM codes", &[]).await?;
            if there.unwrap().int("n")? < 2 {
                let id = format!("second-{number}");
                transaction.execute("INSERT INTO codes VALUES (?, ?, '둘', 2)", params![&id, &id]).await?;
            }
            transaction.commit().await
        }
    };
    let joined = (0..8).map(|number| again(move || join(number)));
    for joined in futures::future::join_all(joined).await {
        joined.unwrap();
    }
    assert_eq!(codes(&database).await.len(), 2);
}

pub async fn transactions_that_deadlock_are_repeated(Opened { database, open_again, .. }: Opened) {
    with_budget(&database).await;
    database.execute("INSERT INTO codes VALUES ('2', 'health', '보건', 7)", &[]).await.unwrap();
    let other = open_again().await;
    // Each locks one row and then wants the other's: without repeating, one of two would fail.
    let move_one = |number: usize| {
        let database = if number.is_multiple_of(2) { database.clone() } else { other.clone() };
        let (from, to) = if number.is_multiple_of(2) { ("1", "2") } else { ("2", "1") };
        async move {
            let mut transaction = database.begin().await?;
            transaction.execute("UPDATE codes SET used = used - 1 WHERE id = ?", params![from]).await?;
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            transaction.execute("UPDATE codes SET used = used + 1 WHERE id = ?", params![to]).await?;
            transaction.commit().await
        }
    };
    let moved = (0..8).map(|number| again(move || move_one(number)));
    for moved in futures::future::join_all(moved).await {
        moved.unwrap();
    }
    let used: Vec<i64> = codes(&database).await.into_iter().map(|code| code.3).collect();
    assert_eq!(used, [7, 7]);
}

pub async fn migrations_run_once_also_when_two_start_together(Opened { database, open_again, .. }: Opened) {
    let first = ("0001_codes.sql", CODES);
    let second = ("0002_codes.sql", "INSERT INTO codes VALUES ('1', 'budget', '예산', 7)");
    migrate(&database, &[first]).await.unwrap();
    let other = open_again().await;
    let both = [first, second];
    let (one, two) = tokio::join!(migrate(&database, &both), migrate(&other, &both));
    one.unwrap();
    two.unwrap();
    assert_eq!(codes(&database).await.len(), 1);
    let changed = migrate(&database, &[("0001_codes.sql", "SELECT 1"), second]).await;
    assert!(matches!(changed, Err(StoreError::Internal(_))), "{changed:?}");
    assert_eq!(codes(&other).await.len(), 1);
}
