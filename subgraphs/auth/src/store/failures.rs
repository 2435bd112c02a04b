//! Failed attempts to sign in, per account name, and the pause that they lead to.

use stores::sql::{NewRow, again};
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
        again(|| self.try_to_note_failure(account, now)).await
    }

    /// The row is made or counted up first, and so locked: of failures at the same time each counts.
    async fn try_to_note_failure(&self, account: &str, now: i64) -> Result<()> {
        let mut transaction = self.db.begin().await?;
        let first = params![account, 1, now, 0];
        let columns = ["account", "failures", "last_failure_at", "blocked_until"];
        let row = NewRow { table: "login_failures", columns: &columns, values: first };
        let count = "UPDATE login_failures SET failures = CASE WHEN last_failure_at > ? THEN failures + 1 ELSE 1 END, \
                     last_failure_at = ? WHERE account = ?";
        let count_args = params![now - FORGOTTEN_AFTER, now, account];
        if transaction.execute(count, count_args).await? == 0 && !transaction.insert_or_ignore(&row).await? {
            transaction.execute(count, count_args).await?;
        }
        let sql = "SELECT failures FROM login_failures WHERE account = ?";
        let row = transaction.query_optional(sql, params![account]).await?;
        let failures = row.map_or(Ok(1), |row| row.int("failures"))?;
        let sql = "UPDATE login_failures SET blocked_until = ? WHERE account = ?";
        transaction.execute(sql, params![now + pause_after(failures), account]).await?;
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
