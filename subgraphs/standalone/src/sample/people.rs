//! The sample accounts: one of each role to log in with, and colleagues to fill the lists.

use super::{DAY, NOW, id};

/// A sample account.
#[derive(Clone, Debug)]
pub struct Person {
    /// The user's id.
    pub id: String,
    /// What it logs in with.
    pub email: String,
    /// Its display name.
    pub name: &'static str,
    /// `reader`, `operator` or `administrator`.
    pub role: &'static str,
    /// The password; the same for all sample accounts of a role, and printed by `cargo run`.
    pub password: &'static str,
    /// When the account was made (microseconds).
    pub created_at: i64,
}

const PEOPLE: [(&str, &str, &str); 12] = [
    ("admin", "김서연", "administrator"),
    ("operator", "박지훈", "operator"),
    ("reader", "이하은", "reader"),
    ("minjun.choi", "최민준", "operator"),
    ("jiwoo.jung", "정지우", "reader"),
    ("doyun.kang", "강도윤", "reader"),
    ("emma.wilson", "Emma Wilson", "reader"),
    ("seojun.cho", "조서준", "reader"),
    ("haneul.yoon", "윤하늘", "reader"),
    ("daniel.park", "Daniel Park", "reader"),
    ("yuna.lim", "임유나", "reader"),
    ("siwoo.han", "한시우", "reader"),
];

/// All sample accounts; the first three are the ones that `cargo run` prints.
pub fn people() -> Vec<Person> {
    PEOPLE
        .iter()
        .enumerate()
        .map(|(index, &(login, name, role))| {
            let index = index as u64;
            let created_at = NOW - 400 * DAY + index as i64 * DAY;
            Person {
                id: id("person", index, created_at),
                email: format!("{login}@knlab.example"),
                name,
                role,
                password: password_of(role),
                created_at,
            }
        })
        .collect()
}

fn password_of(role: &str) -> &'static str {
    match role {
        "administrator" => "administrator-demo",
        "operator" => "operator-demo",
        _ => "reader-demo",
    }
}
