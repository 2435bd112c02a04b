//! Where the replicas of another server are, and which of them to ask.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// The URLs of a server's replicas. In settings one text, or a list. Clones share which one answered last.
#[derive(Clone, Debug)]
pub struct ReplicaUrls {
    urls: Arc<[String]>,
    good: Arc<AtomicUsize>,
}

impl ReplicaUrls {
    /// The URLs.
    pub fn all(&self) -> &[String] {
        &self.urls
    }

    /// The answer of the first replica that gives one, beginning with the one that answered last.
    ///
    /// # Errors
    /// What was wrong with the last one, when none answers.
    pub async fn ask<'a, T, E, F>(&'a self, ask: impl Fn(&'a str) -> F) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
    {
        let first = self.good.load(Ordering::Relaxed);
        let mut step = 0;
        loop {
            let place = (first + step) % self.urls.len();
            step += 1;
            match ask(&self.urls[place]).await {
                Ok(answer) => {
                    self.good.store(place, Ordering::Relaxed);
                    return Ok(answer);
                }
                Err(error) if step == self.urls.len() => return Err(error),
                Err(_) => {}
            }
        }
    }
}

impl From<&str> for ReplicaUrls {
    fn from(url: &str) -> Self {
        Self::from(url.to_owned())
    }
}

impl From<String> for ReplicaUrls {
    fn from(url: String) -> Self {
        Self { urls: Arc::new([url]), good: Arc::default() }
    }
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a URL or a list of URLs")]
enum Written {
    One(String),
    Many(Vec<String>),
}

impl<'de> Deserialize<'de> for ReplicaUrls {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Written::deserialize(deserializer)? {
            Written::One(url) => Ok(Self::from(url)),
            Written::Many(urls) if urls.is_empty() => Err(D::Error::custom("needs at least one URL")),
            Written::Many(urls) => Ok(Self { urls: urls.into(), good: Arc::default() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ReplicaUrls;

    fn read(json: &str) -> Result<ReplicaUrls, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn one_url_or_a_list_of_them() {
        assert_eq!(read("\"http://a\"").unwrap().all(), ["http://a"]);
        assert_eq!(read("[\"http://a\", \"http://b\"]").unwrap().all(), ["http://a", "http://b"]);
        assert!(read("[]").unwrap_err().contains("at least one URL"));
        assert!(read("7").unwrap_err().contains("a URL or a list of URLs"));
    }

    #[tokio::test]
    async fn the_one_that_answered_last_is_asked_first() {
        let urls = read("[\"dead\", \"lives\"]").unwrap();
        let asked = std::sync::Mutex::new(Vec::new());
        let ask = |url: &str| {
            asked.lock().unwrap().push(url.to_owned());
            let answer = if url == "dead" { Err("no answer") } else { Ok(url.to_owned()) };
            async move { answer }
        };
        assert_eq!(urls.ask(ask).await.as_deref(), Ok("lives"));
        assert_eq!(urls.clone().ask(ask).await.as_deref(), Ok("lives"));
        assert_eq!(*asked.lock().unwrap(), ["dead", "lives", "lives"]);
        assert_eq!(read("[\"dead\", \"dead\"]").unwrap().ask(ask).await, Err("no answer"));
    }
}
