//! Text: whatever it is it comes back, and it is compared by its bytes; numbers that the engine works out.

use stores::params;

use super::Opened;

const WORDS: &str = "CREATE TABLE words (id VARCHAR(64) PRIMARY KEY, body MEDIUMTEXT NOT NULL)";

pub async fn texts_of_any_length_and_script_come_back(Opened { database, .. }: Opened) {
    database.execute(WORDS, &[]).await.unwrap();
    let long = "예산 budget 🏛️ ".repeat(120_000);
    assert!(long.len() > 2_000_000);
    let texts = [
        long.as_str(),
        "",
        " with blanks around\t\n ",
        "𠮷野家 👩‍👩‍👧‍👦 🇰🇷",
        "\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}",
        r"back\slash \n %_ '' `x` ; --",
        "\u{feff}bom",
    ];
    for (number, text) in texts.iter().enumerate() {
        let args = params![number.to_string(), *text];
        database.execute("INSERT INTO words VALUES (?, ?)", args).await.unwrap();
        let sql = "SELECT body FROM words WHERE id = ?";
        let row = database.query_optional(sql, params![number.to_string()]).await.unwrap().unwrap();
        assert!(row.text("body").unwrap() == *text, "text {number}");
    }
    database.execute(r"INSERT INTO words VALUES ('literal', 'back\slash ''quoted'' \n')", &[]).await.unwrap();
    let row = database.query_optional("SELECT body FROM words WHERE id = 'literal'", &[]).await.unwrap();
    assert_eq!(row.unwrap().text("body").unwrap(), r"back\slash 'quoted' \n");
}

pub async fn text_is_compared_by_its_bytes(Opened { database, .. }: Opened) {
    database.execute(WORDS, &[]).await.unwrap();
    // Case, accents, blanks at the end, composed and decomposed Hangul, width: all of them are different keys.
    let mut ids = [
        "a",
        "A",
        "a ",
        "a  ",
        "á",
        "a\u{301}",
        "가",
        "\u{1100}\u{1161}",
        "ａ",
        "ß",
        "ss",
        "",
        "💡",
        "\u{ffee}",
    ];
    for id in ids {
        database.execute("INSERT INTO words VALUES (?, 'x')", params![id]).await.unwrap();
    }
    for id in ids {
        let found = database.query("SELECT id FROM words WHERE id = ?", params![id]).await.unwrap();
        let found: Vec<String> = found.iter().map(|row| row.text("id").unwrap()).collect();
        assert_eq!(found, [id]);
    }
    let again = database.execute("INSERT INTO words VALUES ('a ', 'x')", &[]).await;
    assert!(matches!(again, Err(stores::StoreError::AlreadyExists { .. })), "{again:?}");
    ids.sort_unstable();
    let ordered = database.query("SELECT id FROM words ORDER BY id", &[]).await.unwrap();
    let ordered: Vec<String> = ordered.iter().map(|row| row.text("id").unwrap()).collect();
    assert_eq!(ordered, ids);
    let after =
        database.query("SELECT id FROM words WHERE id > ? ORDER BY id", params![ids[5]]).await.unwrap();
    assert_eq!(after.len(), ids.len() - 6);
}

pub async fn numbers_that_are_worked_out_are_integers_or_reals(Opened { database, .. }: Opened) {
    database.execute("CREATE TABLE numbers (id BIGINT PRIMARY KEY, half DOUBLE)", &[]).await.unwrap();
    let sums = "SELECT SUM(id) AS sum, COUNT(*) AS count, MAX(id) AS greatest, AVG(id) AS average, SUM(half) AS halves, \
                COALESCE(SUM(CASE WHEN id > 1 THEN 1 ELSE 0 END), 0) AS some FROM numbers";
    let none = database.query_optional(sums, &[]).await.unwrap().unwrap();
    assert_eq!((none.opt_int("sum").unwrap(), none.int("some").unwrap()), (None, 0));
    for id in [1_i64, 2, 1 << 40] {
        database.execute("INSERT INTO numbers VALUES (?, 0.5)", params![id]).await.unwrap();
    }
    let row = database.query_optional(sums, &[]).await.unwrap().unwrap();
    let whole = ["sum", "count", "greatest", "some"].map(|column| row.int(column).unwrap());
    assert_eq!(whole, [(1 << 40) + 3, 3, 1 << 40, 2]);
    assert!((row.real("halves").unwrap() - 1.5).abs() < 1e-9);
    assert!((row.real("average").unwrap() - ((1_i64 << 40) + 3) as f64 / 3.0).abs() < 1e-3);
    let ranked =
        "SELECT id, ROW_NUMBER() OVER (ORDER BY id DESC) AS place, id = 2 AS is_two FROM numbers ORDER BY id";
    let ranked = database.query(ranked, &[]).await.unwrap();
    let ranked: Vec<_> =
        ranked.iter().map(|row| (row.int("place").unwrap(), row.boolean("is_two").unwrap())).collect();
    assert_eq!(ranked, [(3, false), (2, true), (1, false)]);
}
