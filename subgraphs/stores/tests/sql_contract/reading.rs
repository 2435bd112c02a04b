//! Values, rows, counters and errors of reading.

use stores::StoreError;
use stores::params;
use stores::sql::{Value, placeholders};

use super::Opened;

const KINDS: &str =
    "CREATE TABLE kinds (id VARCHAR(64) PRIMARY KEY, whole BIGINT, fraction DOUBLE, words TEXT, bytes BLOB)";

pub async fn values_of_every_kind_come_back_unchanged(Opened { database, .. }: Opened) {
    database.execute(KINDS, &[]).await.unwrap();
    type Kinds = (&'static str, Option<i64>, Option<f64>, Option<&'static str>, Option<Vec<u8>>);
    let rows: &[Kinds] = &[
        (
            "largest",
            Some(i64::MAX),
            Some(f64::MAX),
            Some("국회 예산안 🏛️ it's \"quoted\"\n; DROP TABLE kinds"),
            Some(vec![0, 255, 10]),
        ),
        ("smallest", Some(i64::MIN), Some(-0.5), Some(""), Some(Vec::new())),
        ("nothing", None, None, None, None),
    ];
    for (id, whole, fraction, words, bytes) in rows {
        let args = params![*id, *whole, *fraction, *words, bytes.clone()];
        assert_eq!(database.execute("INSERT INTO kinds VALUES (?, ?, ?, ?, ?)", args).await.unwrap(), 1);
    }
    for (id, whole, fraction, words, bytes) in rows {
        let row =
            database.query_optional("SELECT * FROM kinds WHERE id = ?", params![*id]).await.unwrap().unwrap();
        assert_eq!(row.text("id").unwrap(), *id);
        assert_eq!(row.opt_int("whole").unwrap(), *whole);
        assert_eq!(row.opt_real("fraction").unwrap(), *fraction);
        assert_eq!(row.opt_text("words").unwrap().as_deref(), *words);
        assert_eq!(row.opt_blob("bytes").unwrap(), *bytes);
    }
    assert!(database.query_optional("SELECT * FROM kinds WHERE id = 'none'", &[]).await.unwrap().is_none());
}

pub async fn a_wrong_column_or_type_is_an_internal_error(Opened { database, .. }: Opened) {
    database.execute(KINDS, &[]).await.unwrap();
    let args = params!["one", 1, Option::<f64>::None, r#"{"stage":"심의"}"#, Option::<&str>::None];
    database.execute("INSERT INTO kinds VALUES (?, ?, ?, ?, ?)", args).await.unwrap();
    let row = database.query_optional("SELECT * FROM kinds", &[]).await.unwrap().unwrap();
    assert!(row.boolean("whole").unwrap());
    assert_eq!(row.json::<serde_json::Value>("words").unwrap()["stage"], "심의");
    let wrong = [
        row.int("missing").map(|_| ()),
        row.int("words").map(|_| ()),
        row.text("whole").map(|_| ()),
        row.real("fraction").map(|_| ()),
        row.json::<Vec<i64>>("words").map(|_| ()),
        database.query("SELECT nothing FROM nowhere", &[]).await.map(|_| ()),
    ];
    for (position, result) in wrong.into_iter().enumerate() {
        assert!(matches!(result, Err(StoreError::Internal(_))), "case {position}: {result:?}");
    }
}

pub async fn in_lists_find_what_they_name_and_an_empty_one_nothing(Opened { database, .. }: Opened) {
    database.execute("CREATE TABLE numbers (id BIGINT PRIMARY KEY)", &[]).await.unwrap();
    for id in 0..10 {
        database.execute("INSERT INTO numbers VALUES (?)", params![id]).await.unwrap();
    }
    for wanted in [vec![], vec![3_i64], vec![9, 1, 4, 77]] {
        let args: Vec<Value> = wanted.iter().copied().map(Value::from).collect();
        let sql = format!("SELECT id FROM numbers WHERE id IN {} ORDER BY id", placeholders(wanted.len()));
        let rows = database.query(&sql, &args).await.unwrap();
        let found: Vec<i64> = rows.iter().map(|row| row.int("id").unwrap()).collect();
        let mut expected: Vec<i64> = wanted.into_iter().filter(|id| *id < 10).collect();
        expected.sort_unstable();
        assert_eq!(found, expected);
    }
}

pub async fn statements_are_counted_with_those_of_transactions(Opened { database, .. }: Opened) {
    database.execute("CREATE TABLE numbers (id BIGINT PRIMARY KEY)", &[]).await.unwrap();
    let clone = database.clone();
    let before = database.statements();
    database.ping().await.unwrap();
    clone.query("SELECT 1", &[]).await.unwrap();
    let mut transaction = database.begin().await.unwrap();
    transaction.execute("INSERT INTO numbers VALUES (1)", &[]).await.unwrap();
    transaction.query_optional("SELECT id FROM numbers", &[]).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(database.statements() - before, 3);
}

pub async fn a_closed_database_is_unavailable(Opened { database, .. }: Opened) {
    database.execute("CREATE TABLE numbers (id BIGINT PRIMARY KEY)", &[]).await.unwrap();
    database.close().await;
    let results = [
        database.query("SELECT 1", &[]).await.map(|_| ()),
        database.execute("INSERT INTO numbers VALUES (1)", &[]).await.map(|_| ()),
        database.begin().await.map(|_| ()),
        database.ping().await,
    ];
    for result in results {
        assert!(matches!(result, Err(StoreError::Unavailable { .. })), "{result:?}");
    }
}
