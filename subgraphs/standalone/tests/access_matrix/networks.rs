//! The networks of `compose.yaml` without Docker: each service is a network namespace, each network a bridge that its members
//! are plugged into. All of it is gone with the value.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::copy;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsFd as _;
use std::process::Command;
use std::thread;

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use test_servers::packages;

use crate::compose_file::ComposeFile;

/// The machine that the containers are on: it is in every network with a way out, and programs outside are reached through it.
const MACHINE: &str = "machine";

/// The namespaces of one run.
pub struct Networks {
    prefix: String,
    /// By service, its address in each of its networks.
    addresses: BTreeMap<String, BTreeMap<String, Ipv4Addr>>,
}

impl Networks {
    pub fn make(compose: &ComposeFile) -> Self {
        packages::install("ip", &["iproute2"]).unwrap();
        let mut networks =
            Self { prefix: format!("knlab-{}", std::process::id()), addresses: BTreeMap::new() };
        for service in compose.services.keys() {
            networks.add_namespace(service);
        }
        networks.add_namespace("switch");
        networks.add_namespace(MACHINE);
        for (number, (network, kind)) in (1u8..).zip(&compose.networks) {
            networks.ip_in("switch", &format!("link add b{number} type bridge"));
            networks.ip_in("switch", &format!("link set b{number} up"));
            let members = compose.services.iter().filter(|(_, service)| service.networks.contains(network));
            for (place, (member, _)) in (1u8..).zip(members) {
                networks.plug(network, number, member, place);
            }
            if !kind.internal {
                networks.plug(network, number, MACHINE, u8::MAX - 1);
            }
        }
        networks
    }

    fn add_namespace(&mut self, name: &str) {
        ip(&["netns", "add", &self.namespace(name)]);
        self.addresses.insert(name.to_owned(), BTreeMap::new());
        self.ip_in(name, "link set lo up");
    }

    fn plug(&mut self, network: &str, number: u8, member: &str, place: u8) {
        let (plug, end) = (format!("p{number}x{place}"), format!("e{number}"));
        let namespace = self.namespace(member);
        self.ip_in("switch", &format!("link add {plug} type veth peer name {end} netns {namespace}"));
        self.ip_in("switch", &format!("link set {plug} master b{number} up"));
        let address = Ipv4Addr::new(10, 77, number, place);
        self.ip_in(member, &format!("addr add {address}/24 dev {end}"));
        self.ip_in(member, &format!("link set {end} up"));
        self.addresses.get_mut(member).unwrap().insert(network.to_owned(), address);
    }

    fn ip_in(&self, service: &str, command: &str) {
        let namespace = self.namespace(service);
        let arguments: Vec<&str> = ["-n", &namespace].into_iter().chain(command.split(' ')).collect();
        ip(&arguments);
    }

    /// The name of a service's namespace.
    pub fn namespace(&self, service: &str) -> String {
        format!("{}-{service}", self.prefix)
    }

    /// Where a service is, in all its networks.
    pub fn addresses(&self, service: &str) -> impl Iterator<Item = Ipv4Addr> {
        self.addresses[service].values().copied()
    }

    /// What a service's `/etc/hosts` says: those it shares a network with, by name.
    pub fn hosts(&self, service: &str) -> String {
        let mut lines = vec!["127.0.0.1 localhost".to_owned()];
        for (other, addresses) in self.addresses.iter().filter(|(other, _)| *other != service) {
            let shared = addresses.iter().find(|(network, _)| self.addresses[service].contains_key(*network));
            lines.extend(shared.map(|(_, address)| format!("{address} {other}")));
        }
        lines.join("\n") + "\n"
    }

    /// Lets a server that listens outside stand for a service: what comes in at its port goes there.
    pub fn stand_for(&self, service: &str, port: u16, server: SocketAddr) {
        let listener = self.inside(service, move || TcpListener::bind(("0.0.0.0", port)).unwrap());
        thread::spawn(move || {
            for client in listener.incoming() {
                join(client.unwrap(), TcpStream::connect(server));
            }
        });
    }

    /// The same for what containers reach on the machine.
    pub fn stand_for_machine(&self, port: u16, server: SocketAddr) {
        self.stand_for(MACHINE, port, server);
    }

    /// The machine's address in a network.
    pub fn machine(&self, network: &str) -> Ipv4Addr {
        self.addresses[MACHINE][network]
    }

    /// Publishes a port of a service on this machine, at the address given back.
    pub fn publish(&self, service: &str, port: u16) -> SocketAddr {
        let shared =
            self.addresses[service].iter().find(|(name, _)| self.addresses[MACHINE].contains_key(*name));
        let server = SocketAddr::from((*shared.unwrap().1, port));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let namespace = self.namespace(MACHINE);
        thread::spawn(move || {
            enter(&namespace);
            for client in listener.incoming() {
                join(client.unwrap(), TcpStream::connect(server));
            }
        });
        address
    }

    fn inside<T: Send + 'static>(&self, service: &str, act: impl FnOnce() -> T + Send + 'static) -> T {
        let namespace = self.namespace(service);
        let inside = thread::spawn(move || {
            enter(&namespace);
            act()
        });
        inside.join().unwrap()
    }
}

impl Drop for Networks {
    fn drop(&mut self) {
        for service in self.addresses.keys() {
            let _ = Command::new("ip").args(["netns", "delete", &self.namespace(service)]).status();
        }
    }
}

/// Moves the calling thread.
fn enter(namespace: &str) {
    let file = File::open(format!("/run/netns/{namespace}")).unwrap();
    move_into_link_name_space(file.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
}

/// Passes bytes on in both directions until both have ended.
fn join(client: TcpStream, server: std::io::Result<TcpStream>) {
    let Ok(server) = server else { return };
    for (mut from, mut to) in [(client.try_clone().unwrap(), server.try_clone().unwrap()), (server, client)] {
        thread::spawn(move || {
            let _ = copy(&mut from, &mut to);
            let _ = to.shutdown(Shutdown::Write);
        });
    }
}

fn ip(arguments: &[&str]) {
    let output = Command::new("ip").args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "ip {}: {said}\nnext: this test makes networks; run it as root: sudo cargo xtask access",
        arguments.join(" ")
    );
}
