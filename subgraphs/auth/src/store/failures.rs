//! Failed attempts to sign in, per account name, and the pause that they lead to.

use stores::sql::NewRow;
use stores::{Result, params};

use super::Store;

const SECOND: i64 = 1_000_000;
/// So many failures cost nothing.
const FREE: i64 = 5;
const LONGEST_PAUSE: i64 = 300 * SECOND;
/// After so long without a failure the count starts anew.
const FORGOTTEN_AFTER: i64 = 900 * SECOND;

/// From the fifth failure on each pause is twice the one before.
fn pause_after(failures: i64) -> i64 {
    match u32::try_from(failures - FREE) {
        Ok(doublings) => (SECOND << doublings.min(20)).min(LONGEST_PAUSE),
        Err(_) => 0,
    }
}

impl Store {
    /// Until when attempts on this account are refused, if they are.
    pub async fn blocked_until(&self, account: &str, now: i64) -> Result<Option<i64>> {
        let sql = "SELECT blocked_until FROM login_failures WHERE account = ? AND blocked_until > ?";
        let row = self.db.query_optional(sql, params![account, now]).await?;
        row.map(|row| row.int("blocked_until")).transpose()
    }

    /// Counts a failure.
    pub async fn note_failure(&self, account: &str, now: i64) -> Result<()> {
        let mut transaction = self.db.begin().await?;
        let sql = format!(
            "SELECT failures FROM login_failures WHERE account = ? AND last_failure_at > ?{}",
            self.db.dialect().for_update()
        );
        let row = transaction.query_optional(&sql, params![account, now - FORGOTTEN_AFTER]).await?;
        let failures = row.map_or(Ok(0), |row| row.int("failures"))? + 1;
        let columns = ["account", "failures", "last_failure_at", "blocked_until"];
        let values = params![account, failures, now, now + pause_after(failures)];
        let row = NewRow { table: "login_failures", columns: &columns, values };
        transaction.upsert(&row, &columns[..1], &columns[1..]).await?;
        transaction.commit().await
    }

    /// Forgets the failures of an account that signed in.
    pub async fn forget_failures(&self, account: &str) -> Result<()> {
        self.db.execute("DELETE FROM login_failures WHERE account = ?", params![account]).await.map(drop)
    }

    /// Removes what no longer counts.
    pub async fn purge_failures(&self, now: i64) -> Result<u64> {
        let sql = "DELETE FROM login_failures WHERE last_failure_at < ? AND blocked_until < ?";
        self.db.execute(sql, params![now - FORGOTTEN_AFTER, now]).await
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_PAUSE, SECOND, pause_after};

    #[test]
    fn pauses_double_from_the_fifth_failure_up_to_five_minutes() {
        let pauses = [1, 4, 5, 6, 8, 13, 14, 1_000_000].map(pause_after);
        let wanted = [0, 0, SECOND, 2 * SECOND, 8 * SECOND, 256 * SECOND, LONGEST_PAUSE, LONGEST_PAUSE];
        assert_eq!(pauses, wanted);
    }
}
