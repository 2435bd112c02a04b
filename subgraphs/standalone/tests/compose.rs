//! `compose.yaml` and the settings in `deploy/` give each program what its row of the access matrix says, and no more.
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

mod compose_file;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use compose_file::{ComposeFile, Condition, root};
use serde_json::Value;
use standalone::access::{Matrix, Store};

/// The services that are no program, and what each is part of.
const STORES: [(&str, &str); 4] =
    [("mysql", "mysql"), ("mysql-users", "mysql"), ("search", "search"), ("search-users", "search")];

fn yaml(path: &str) -> Value {
    serde_saphyr::from_str(&fs::read_to_string(root().join(path)).unwrap()).unwrap()
}

/// The service that a store is in, if it is one.
fn service(store: &Store) -> Option<&'static str> {
    match store {
        Store::Mysql(_) => Some("mysql"),
        Store::Search(_) => Some("search"),
        Store::Nas => None,
    }
}

#[test]
fn services_meet_exactly_along_the_arrows_of_the_matrix() {
    let (compose, matrix) = (ComposeFile::read(), Matrix::read().unwrap());
    let named: BTreeSet<&str> = compose.services.keys().map(String::as_str).collect();
    let known = matrix.programs.keys().map(String::as_str).chain(STORES.map(|(name, _)| name));
    assert_eq!(named, known.collect());
    for (name, program) in &matrix.programs {
        let callers = matrix.programs.iter().filter(|(_, other)| other.calls.contains(name));
        let mut expected: BTreeSet<&str> = callers.map(|(caller, _)| caller.as_str()).collect();
        expected.extend(program.calls.iter().map(String::as_str));
        for store in program.stores.keys() {
            expected.extend(service(store).as_slice());
        }
        assert_eq!(compose.meets(name).into_iter().collect::<BTreeSet<_>>(), expected, "{name}");

        let service = &compose.services[name];
        let ways_out = service.networks.iter().filter(|network| !compose.networks[*network].internal).count();
        assert_eq!(ways_out, usize::from(program.public) + usize::from(program.fetches), "{name}");
        assert_eq!(service.ports.len(), usize::from(program.public), "{name}");
        let nas = service.mounts().iter().any(|(source, ..)| *source == "nas");
        assert_eq!(nas, program.stores.contains_key(&Store::Nas), "{name}");
    }
    // No two arrows share a network, so that what meets one end of an arrow does not meet the other ends.
    for (network, _) in compose.networks.iter().filter(|(_, network)| network.internal) {
        let members = compose.services.values().filter(|service| service.networks.contains(network)).count();
        assert_eq!(members, 2, "{network}");
    }
    assert_eq!(compose.services["mysql-users"].network_mode.as_deref(), Some("none"));
    assert_eq!(compose.meets("search-users"), ["search"]);
    let ports: Vec<&String> = compose.services.values().flat_map(|service| &service.ports).collect();
    assert_eq!(ports, ["${KNLAB_PUBLISH:-127.0.0.1:4000}:4000"]);
}

#[test]
fn nobody_is_root_or_can_become_it_or_writes_outside_of_volumes() {
    let mut users: BTreeMap<u32, Vec<&str>> = BTreeMap::new();
    let compose = ComposeFile::read();
    for (name, service) in &compose.services {
        assert!(service.read_only, "{name}");
        assert_eq!(service.cap_drop, ["ALL"], "{name}");
        assert_eq!(service.security_opt, ["no-new-privileges:true"], "{name}");
        assert_ne!(service.uid(), 0, "{name}");
        users.entry(service.uid()).or_default().push(name);
        for (source, place, can_be_written) in service.mounts() {
            let is_volume = compose.volumes.contains_key(source);
            assert_eq!(can_be_written, is_volume, "{name}: {source} at {place}");
            assert!(is_volume || root().join(source).exists(), "{name}: {source} is not there");
        }
    }
    // Each program is a user of its own; the two services of a store are one.
    let shared: Vec<Vec<&str>> = users.into_values().filter(|names| names.len() > 1).collect();
    assert_eq!(shared, [["mysql", "mysql-users"], ["search", "search-users"]]);
    // The image of admin gives its user the folder that the volume of the files begins as.
    let install = format!("--owner={0} --group={0} --mode=700 /nas", compose.services["admin"].uid());
    assert!(fs::read_to_string(root().join("Dockerfile")).unwrap().contains(&install), "{install}");
}

#[test]
fn secrets_are_files_without_a_default_and_only_those_who_need_them_get_them() {
    let (compose, matrix) = (ComposeFile::read(), Matrix::read().unwrap());
    let mut holders: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, service) in &compose.services {
        for secret in &service.secrets {
            holders.entry(secret).or_default().push(name);
        }
        let inline =
            service.environment.iter().find(|(key, _)| key.contains("PASSWORD") && !key.ends_with("_FILE"));
        assert!(inline.is_none(), "{name}: {inline:?}");
    }
    assert_eq!(holders.keys().copied().collect::<Vec<_>>(), compose.secrets.keys().collect::<Vec<_>>());
    for (secret, holders) in &holders {
        let (file, end) = (&compose.secrets[*secret].file, format!("}}/{secret}"));
        assert!(file.starts_with("${KNLAB_SECRETS:?") && file.ends_with(&end), "{file}");
        let expected: Vec<&str> = match secret.split_once('-').unwrap() {
            ("mysql", "root") => vec!["mysql", "mysql-users"],
            ("search", "admin") => vec!["search", "search-users"],
            ("mysql", program) => vec![program, "mysql-users"],
            ("search", program) => vec![program, "search-users"],
            ("auth", "sealing" | "administrator") => vec!["auth"],
            ("admin", "links") => vec!["admin"],
            (caller, called) => {
                assert!(matrix.programs[caller].calls.contains(called), "{secret}");
                vec![caller, called]
            }
        };
        assert_eq!(
            holders.iter().copied().collect::<BTreeSet<_>>(),
            expected.into_iter().collect(),
            "{secret}"
        );
    }
}

#[test]
fn stores_come_first_and_a_server_that_is_down_keeps_nobody_from_starting() {
    let (compose, matrix) = (ComposeFile::read(), Matrix::read().unwrap());
    for (name, program) in &matrix.programs {
        let mut expected: BTreeMap<&str, Condition> = BTreeMap::new();
        for store in program.stores.keys().filter_map(service) {
            let users = if store == "mysql" { "mysql-users" } else { "search-users" };
            expected.insert(users, Condition::Completed);
        }
        expected.extend(program.calls.iter().map(|called| (called.as_str(), Condition::Started)));
        let service = &compose.services[name];
        let found: BTreeMap<&str, Condition> = service
            .depends_on
            .iter()
            .map(|(name, dependency)| (name.as_str(), dependency.condition))
            .collect();
        assert_eq!(found, expected, "{name}");
        assert_eq!(service.healthcheck.as_ref().unwrap().test[..2], ["CMD", "healthy"], "{name}");
        assert_eq!(service.build.as_ref().unwrap().target, *name);
        let dockerfile = fs::read_to_string(root().join("Dockerfile")).unwrap();
        assert!(dockerfile.contains(&format!("\nFROM base AS {name}\n")), "{name}");
    }
    for (users, store) in [("mysql-users", "mysql"), ("search-users", "search")] {
        assert_eq!(compose.services[users].depends_on[store].condition, Condition::Healthy);
        assert!(compose.services[store].healthcheck.is_some());
    }
}

#[test]
fn settings_name_the_stores_of_the_row_and_only_secrets_that_are_there() {
    let (compose, matrix) = (ComposeFile::read(), Matrix::read().unwrap());
    for (name, program) in &matrix.programs {
        let path = format!("deploy/{name}.yaml");
        let settings = yaml(&path);
        let mut expected: BTreeSet<&str> = BTreeSet::new();
        expected.extend(program.stores.keys().map(|store| match store {
            Store::Mysql(database) => database.as_str(),
            Store::Search(_) => "search",
            Store::Nas => "nas",
        }));
        let stores = settings["stores"].as_object().into_iter().flatten();
        assert_eq!(stores.map(|(name, _)| name.as_str()).collect::<BTreeSet<_>>(), expected, "{path}");

        let text = fs::read_to_string(root().join(&path)).unwrap();
        let words = text.split(|letter: char| !letter.is_alphanumeric() && !"/-:".contains(letter));
        let read: BTreeSet<&str> =
            words.filter_map(|word| word.split_once("/run/secrets/")).map(|(_, name)| name).collect();
        let given: BTreeSet<&str> = compose.services[name].secrets.iter().map(String::as_str).collect();
        assert_eq!(read, given, "{path}");
    }
}
