//! robots.txt (RFC 9309) of a source's host.

use std::time::Duration;

use texting_robots::Robot;
use url::Url;

/// The name that a site's robots.txt may address us by.
pub const AGENT: &str = "knlabbot";

/// What is sent as `User-Agent`.
pub const USER_AGENT: &str = "KnlabBot/0.1 (policy research crawler)";

/// A longer crawl delay than this is not waited for.
const MAX_DELAY: Duration = Duration::from_secs(30);

/// Only this much of a robots.txt is read (RFC 9309, 2.5).
pub const MAX_BYTES: u64 = 512 * 1024;

/// What a host allows.
pub struct Rules(Option<Robot>);

impl Rules {
    /// The rules of a robots.txt. A text that cannot be read has no rules.
    pub fn new(text: &[u8]) -> Self {
        Self(Robot::new(AGENT, text).ok())
    }

    /// No robots.txt: everything is allowed.
    pub fn none() -> Self {
        Self(None)
    }

    /// Whether a URL may be fetched.
    pub fn allow(&self, url: &Url) -> bool {
        self.0.as_ref().is_none_or(|robot| robot.allowed(url.as_str()))
    }

    /// The time to leave between two requests.
    pub fn delay(&self) -> Duration {
        let seconds = self.0.as_ref().and_then(|robot| robot.delay).unwrap_or_default();
        Duration::try_from_secs_f32(seconds).unwrap_or_default().min(MAX_DELAY)
    }
}

/// Where the robots.txt of a URL's host is.
pub fn location(url: &Url) -> Option<Url> {
    url.join("/robots.txt").ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_honoured() {
        let rules = Rules::new(
            b"User-agent: *\nDisallow: /\n\nUser-agent: KnlabBot\nCrawl-delay: 1.5\nDisallow: /private/\nAllow: /private/open\nDisallow: /*.xls$\n",
        );
        let allowed = |path: &str| rules.allow(&Url::parse(&format!("https://example.org{path}")).unwrap());
        assert!(allowed("/") && allowed("/private/open/1") && allowed("/robots.txt") && allowed("/a.xls?x"));
        assert!(!allowed("/private/1") && !allowed("/a.xls"));
        assert_eq!(rules.delay(), Duration::from_millis(1_500));
        assert_eq!(Rules::new(b"User-agent: *\nCrawl-delay: 9999999").delay(), MAX_DELAY);
        assert_eq!(Rules::new(b"User-agent: *\nCrawl-delay: -1").delay(), Duration::ZERO);
        assert!(
            !Rules::new(b"User-agent: *\nDisallow: /").allow(&Url::parse("https://example.org/x").unwrap())
        );
        assert!(Rules::new(b"<html>not found</html>").allow(&Url::parse("https://example.org/x").unwrap()));
        assert!(Rules::none().allow(&Url::parse("https://example.org/x").unwrap()));
    }
}
