//! Users and their roles.

use service::{Created, Creation, Role};
use stores::sql::{Row, Transaction, Value, again, placeholders};
use stores::{Result, params};

use super::Store;

/// A user as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRow {
    /// UUIDv7.
    pub id: String,
    /// As written when the account was made.
    pub email: String,
    /// The display name.
    pub name: String,
    /// PHC text.
    pub password_hash: String,
    /// Whether it may sign in.
    pub active: bool,
    /// What it may do.
    pub roles: Vec<Role>,
    /// When it was made.
    pub created_at: i64,
    /// When it last signed in with a password.
    pub last_login_at: Option<i64>,
}

/// Which users a list has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserFilter {
    /// Part of the name or address.
    pub search: Option<String>,
    /// Only those with this role.
    pub role: Option<Role>,
    /// Only active or only deactivated ones.
    pub active: Option<bool>,
}

/// What to change of a user; None leaves as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserChange {
    /// The new display name.
    pub name: Option<String>,
    /// The new address.
    pub email: Option<String>,
    /// The new roles, all of them.
    pub roles: Option<Vec<Role>>,
    /// Whether it may sign in.
    pub active: Option<bool>,
}

/// How a change went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserChanged {
    /// Done.
    Done,
    /// There is no such user.
    NotFound,
    /// Nobody would be left to administer.
    LastAdministrator,
}

/// Users are created under idempotency keys.
pub const USERS: Created = Created { table: "users", by: "created_by" };

const COLUMNS: &str = "u.id, u.email, u.name, u.password_hash, u.active, u.created_at, u.last_login_at, \
                       (SELECT GROUP_CONCAT(r.role) FROM user_roles r WHERE r.user_id = u.id) AS roles";

const ANY: &str = "SELECT id FROM users LIMIT 1";

fn user(row: Row) -> Result<UserRow> {
    let roles = row.opt_text("roles")?.unwrap_or_default();
    let mut roles: Vec<Role> = roles.split(',').filter_map(Role::from_name).collect();
    roles.sort();
    Ok(UserRow {
        id: row.text("id")?,
        email: row.text("email")?,
        name: row.text("name")?,
        password_hash: row.text("password_hash")?,
        active: row.boolean("active")?,
        roles,
        created_at: row.int("created_at")?,
        last_login_at: row.opt_int("last_login_at")?,
    })
}

/// Addresses are compared in this form.
pub fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

impl Store {
    /// Adds a user; `AlreadyExists` if the address is taken, or the request has been carried out.
    pub async fn add_user(&self, user: &UserRow, creation: Option<&Creation>) -> Result<()> {
        again(|| self.try_to_add_user(user, creation)).await
    }

    async fn try_to_add_user(&self, user: &UserRow, creation: Option<&Creation>) -> Result<()> {
        let mut transaction = self.db.begin().await?;
        insert(&mut transaction, user).await?;
        if let Some(creation) = creation {
            creation.note(&mut transaction, &user.id).await?;
        }
        transaction.commit().await
    }

    /// Whether there is any user.
    pub async fn has_users(&self) -> Result<bool> {
        Ok(self.db.query_optional(ANY, &[]).await?.is_some())
    }

    /// Adds a user if there is none at all; says whether it did.
    pub async fn add_first_user(&self, user: &UserRow) -> Result<bool> {
        again(|| self.try_to_add_first_user(user)).await
    }

    /// One at a time: servers that start at once all find nobody.
    async fn try_to_add_first_user(&self, user: &UserRow) -> Result<bool> {
        let mut transaction = self.db.begin().await?;
        transaction.lock("administrators").await?;
        if transaction.query_optional(ANY, &[]).await?.is_some() {
            return Ok(false);
        }
        insert(&mut transaction, user).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// The users of these ids, in no particular order.
    pub async fn users_by_ids(&self, ids: &[String]) -> Result<Vec<UserRow>> {
        let sql = format!("SELECT {COLUMNS} FROM users u WHERE u.id IN {}", placeholders(ids.len()));
        let args: Vec<Value> = ids.iter().map(Value::from).collect();
        self.db.query(&sql, &args).await?.into_iter().map(user).collect()
    }

    /// The user of that id.
    pub async fn user(&self, id: &str) -> Result<Option<UserRow>> {
        let sql = format!("SELECT {COLUMNS} FROM users u WHERE u.id = ?");
        self.db.query_optional(&sql, params![id]).await?.map(user).transpose()
    }

    /// The user of that address, however it is capitalized.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<UserRow>> {
        let sql = format!("SELECT {COLUMNS} FROM users u WHERE u.email_key = ?");
        self.db.query_optional(&sql, params![email_key(email)]).await?.map(user).transpose()
    }

    /// A page of users in the order in which they were made.
    pub async fn users(&self, filter: &UserFilter, after: Option<&str>, limit: i64) -> Result<Vec<UserRow>> {
        let (condition, mut args) = condition(filter);
        args.extend([Value::from(after.unwrap_or_default()), Value::from(limit)]);
        let sql =
            format!("SELECT {COLUMNS} FROM users u WHERE {condition} AND u.id > ? ORDER BY u.id LIMIT ?");
        self.db.query(&sql, &args).await?.into_iter().map(user).collect()
    }

    /// How many users match.
    pub async fn count_users(&self, filter: &UserFilter) -> Result<i64> {
        let (condition, args) = condition(filter);
        let sql = format!("SELECT COUNT(*) AS users FROM users u WHERE {condition}");
        self.db.query_optional(&sql, &args).await?.map_or(Ok(0), |row| row.int("users"))
    }

    /// Changes a user in one transaction; refuses what would leave no active administrator.
    pub async fn change_user(&self, id: &str, change: &UserChange, now: i64) -> Result<UserChanged> {
        again(|| self.try_to_change_user(id, change, now)).await
    }

    /// One at a time: two of the last administrators must not both see that the other one is left.
    async fn try_to_change_user(&self, id: &str, change: &UserChange, now: i64) -> Result<UserChanged> {
        let mut transaction = self.db.begin().await?;
        transaction.lock("administrators").await?;
        let sql = format!("SELECT {COLUMNS} FROM users u WHERE u.id = ?{}", self.db.dialect().for_update());
        let Some(before) = transaction.query_optional(&sql, params![id]).await?.map(user).transpose()? else {
            return Ok(UserChanged::NotFound);
        };
        let after = changed(&before, change);
        if administers(&before) && !administers(&after) {
            let sql = "SELECT COUNT(*) AS others FROM users u JOIN user_roles r ON r.user_id = u.id \
                       WHERE r.role = 'administrator' AND u.active = 1 AND u.id <> ?";
            let others = transaction.query_optional(sql, params![id]).await?;
            if others.map_or(Ok(0), |row| row.int("others"))? == 0 {
                return Ok(UserChanged::LastAdministrator);
            }
        }
        let sql =
            "UPDATE users SET email = ?, email_key = ?, name = ?, active = ?, updated_at = ? WHERE id = ?";
        let args = params![&after.email, email_key(&after.email), &after.name, after.active, now, id];
        transaction.execute(sql, args).await?;
        if after.roles != before.roles {
            transaction.execute("DELETE FROM user_roles WHERE user_id = ?", params![id]).await?;
            for role in &after.roles {
                let sql = "INSERT INTO user_roles (user_id, role) VALUES (?, ?)";
                transaction.execute(sql, params![id, role.name()]).await?;
            }
        }
        transaction.commit().await?;
        Ok(UserChanged::Done)
    }

    /// Replaces a password's hash.
    pub async fn set_password(&self, id: &str, hash: &str, now: i64) -> Result<u64> {
        let sql = "UPDATE users SET password_hash = ?, updated_at = ? WHERE id = ?";
        self.db.execute(sql, params![hash, now, id]).await
    }

    /// Notes a sign-in.
    pub async fn note_login(&self, id: &str, now: i64) -> Result<()> {
        self.db.execute("UPDATE users SET last_login_at = ? WHERE id = ?", params![now, id]).await.map(drop)
    }
}

async fn insert(transaction: &mut Transaction, user: &UserRow) -> Result<()> {
    let sql = "INSERT INTO users (id, email, email_key, name, password_hash, active, created_at, updated_at) \
               VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    let (key, at) = (email_key(&user.email), user.created_at);
    let args = params![&user.id, &user.email, key, &user.name, &user.password_hash, user.active, at, at];
    transaction.execute(sql, args).await?;
    for role in &user.roles {
        let sql = "INSERT INTO user_roles (user_id, role) VALUES (?, ?)";
        transaction.execute(sql, params![&user.id, role.name()]).await?;
    }
    Ok(())
}

fn changed(before: &UserRow, change: &UserChange) -> UserRow {
    let mut after = before.clone();
    if let Some(name) = &change.name {
        after.name.clone_from(name);
    }
    if let Some(email) = &change.email {
        after.email.clone_from(email);
    }
    if let Some(roles) = &change.roles {
        after.roles.clone_from(roles);
        after.roles.sort();
        after.roles.dedup();
    }
    after.active = change.active.unwrap_or(before.active);
    after
}

fn administers(user: &UserRow) -> bool {
    user.active && user.roles.contains(&Role::Administrator)
}

fn condition(filter: &UserFilter) -> (String, Vec<Value>) {
    let mut conditions = vec!["1 = 1".to_string()];
    let mut args = Vec::new();
    if let Some(search) = &filter.search {
        let text = search.trim().to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_");
        conditions.push("(LOWER(u.name) LIKE ? ESCAPE '!' OR u.email_key LIKE ? ESCAPE '!')".into());
        args.extend([Value::from(format!("%{text}%")), Value::from(format!("%{text}%"))]);
    }
    if let Some(role) = filter.role {
        conditions.push("EXISTS (SELECT 1 FROM user_roles r WHERE r.user_id = u.id AND r.role = ?)".into());
        args.push(Value::from(role.name()));
    }
    if let Some(active) = filter.active {
        conditions.push("u.active = ?".into());
        args.push(Value::from(active));
    }
    (conditions.join(" AND "), args)
}
