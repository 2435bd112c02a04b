//! Which network addresses a crawl may reach: public ones only, unless an administrator allowed private hosts for the source.
//! The check sits in the name resolution of the HTTP client, so a name that changes its address later is checked again.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Why a URL is not fetched at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Only `http` and `https` are fetched.
    #[error("only http and https addresses are fetched")]
    Scheme,
    /// User names and passwords in URLs are refused.
    #[error("an address with a user name or password is not fetched")]
    Credentials,
    /// The host is private, local or otherwise not on the public internet.
    #[error("the host is private, and the source does not allow private hosts")]
    PrivateHost,
}

/// What can be said of a URL before any name is resolved.
pub fn check(url: &Url, allow_private: bool) -> Result<(), Refusal> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Refusal::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Refusal::Credentials);
    }
    let public = match url.host() {
        Some(Host::Ipv4(ip)) => is_public(IpAddr::V4(ip)),
        Some(Host::Ipv6(ip)) => is_public(IpAddr::V6(ip)),
        Some(Host::Domain(name)) => !is_local_name(name),
        None => return Err(Refusal::Scheme),
    };
    if public || allow_private { Ok(()) } else { Err(Refusal::PrivateHost) }
}

fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost"
        || [".localhost", ".local", ".internal", ".lan", ".home.arpa"].iter().any(|end| name.ends_with(end))
}

/// Whether an address is on the public internet.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19));
    !special
}

/// Global unicast only; addresses that carry an IPv4 address (mapped, NAT64, 6to4, Teredo) lead back to IPv4 networks.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    if let Some(v4) = ip.to_ipv4_mapped() {
        return is_public_v4(v4);
    }
    let [first, second, ..] = ip.segments();
    let global = (0x2000..0x4000).contains(&first);
    let special = first == 0x2002 || (first == 0x2001 && (second < 0x0200 || second == 0x0db8));
    global && !special
}

/// Resolves names and keeps only public addresses.
pub struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err(Refusal::PrivateHost.into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_outside_the_public_internet_are_refused() {
        let private = "http://127.0.0.1/ http://10.1.2.3/ http://172.16.0.1/ http://192.168.0.1:8080/ http://169.254.169.254/latest \
            http://0.0.0.0/ http://100.64.0.1/ http://198.18.0.1/ http://224.0.0.1/ http://255.255.255.255/ http://[::1]/ http://[::]/ \
            http://[fe80::1]/ http://[fc00::1]/ http://[fd12::1]/ http://[::ffff:127.0.0.1]/ http://[64:ff9b::7f00:1]/ \
            http://[2002:7f00:1::]/ http://[2001:db8::1]/ http://[2001::1]/ http://localhost/ http://LOCALHOST./ http://x.localhost/ \
            http://db.internal/ http://2130706433/ http://0x7f.1/ http://017700000001/ http://127.1/";
        for text in private.split_whitespace() {
            let url = Url::parse(text).unwrap();
            assert_eq!(check(&url, false), Err(Refusal::PrivateHost), "{text}");
            assert_eq!(check(&url, true), Ok(()), "{text}");
        }
        for text in [
            "http://8.8.8.8/",
            "https://[2606:4700::1111]/",
            "https://www.korea.kr/news",
            "http://172.32.0.1/",
        ] {
            assert_eq!(check(&Url::parse(text).unwrap(), false), Ok(()), "{text}");
        }
        for text in ["file:///etc/passwd", "ftp://8.8.8.8/", "gopher://8.8.8.8/", "data:text/plain,x"] {
            assert_eq!(check(&Url::parse(text).unwrap(), true), Err(Refusal::Scheme), "{text}");
        }
        assert_eq!(check(&Url::parse("http://a:b@8.8.8.8/").unwrap(), true), Err(Refusal::Credentials));
    }

    #[tokio::test]
    async fn a_name_that_resolves_to_a_private_address_is_refused() {
        let name: Name = "localhost".parse().unwrap();
        assert!(PublicOnly.resolve(name).await.is_err());
    }
}
