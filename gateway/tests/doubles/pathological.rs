//! Schemas and operations that make planners slow: subgraphs with an operation each.

use std::fmt::Write;

/// A schema with an operation.
pub struct Pathological {
    /// What it is.
    pub name: &'static str,
    /// Name and SDL, without `@link`.
    pub subgraphs: Vec<(String, String)>,
    /// What is asked.
    pub operation: String,
}

/// All of them.
pub fn all() -> Vec<Pathological> {
    vec![
        look_alikes(),
        look_alikes_that_each_lack_a_field(),
        interface_with_70_types(),
        fragments_25_deep(),
        forty_keys(),
        deep_abstract_types(),
        five_hundred_subgraphs(),
        chain_of_keys(),
    ]
}

fn numbered(count: usize, sdl: impl Fn(usize) -> String) -> Vec<(String, String)> {
    (0..count).map(|index| (format!("s{index}"), sdl(index))).collect()
}

fn fields(count: usize, field: impl Fn(usize) -> String) -> String {
    (0..count).map(field).collect()
}

/// Seven subgraphs that hold every field; what each has of its own is scattered over the operation.
fn look_alikes() -> Pathological {
    let subgraphs = numbered(7, |index| {
        let same = fields(12, |n| format!("f{n}: Int @shareable "));
        format!(
            "type Query {{ item: Item @shareable items: [Item!]! @shareable }}
             type Item @key(fields: \"id\") {{ id: ID! {same} next: Item @shareable more: [Item!]! @shareable size: Size @shareable own{index}: Int }}
             type Size @shareable {{ width: Int height: Int inner: Size }}"
        )
    });
    let level = "f0 f3 f7 f11 own1 own4 size { width inner { height } }";
    let operation = format!(
        "{{ item {{ {level} next {{ {level} own6 more {{ {level} next {{ own0 own2 more {{ {level} }} }} }} }} more {{ {level} next {{ own3 own5 {level} }} }} }} items {{ {level} next {{ {level} }} }} }}"
    );
    Pathological { name: "7 look-alike subgraphs", subgraphs, operation }
}

/// Seven subgraphs, each without one of the fields that the others hold.
fn look_alikes_that_each_lack_a_field() -> Pathological {
    let subgraphs = numbered(7, |index| {
        let held = fields(7, |n| {
            if n == index { String::new() } else { format!("f{n}: Int @shareable b{n}: Item @shareable ") }
        });
        format!("type Query {{ item: Item @shareable }} type Item @key(fields: \"id\") {{ id: ID! {held} }}")
    });
    let leaf = fields(7, |n| format!("f{n} "));
    let level = |below: &str| fields(7, |n| format!("f{n} b{n} {{ {below} }} "));
    let operation = format!("{{ item {{ {} }} }}", level(&level(&level(&leaf))));
    Pathological {
        name: "7 look-alikes that each lack a field, 4 levels of 7 branches",
        subgraphs,
        operation,
    }
}

/// An interface with 70 types in five subgraphs, of which each adds a field to every type.
fn interface_with_70_types() -> Pathological {
    let subgraphs = numbered(5, |index| {
        let root = if index == 0 { "type Query { nodes: [Node!]! }" } else { "" };
        let types = fields(70, |n| {
            format!(
                "type T{n} implements Node @key(fields: \"id\") {{ id: ID! n{index}: Int other{index}: Node }}\n"
            )
        });
        format!("{root} interface Node {{ id: ID! n{index}: Int other{index}: Node }} {types}")
    });
    let operation = "{ nodes { id n0 ... on T3 { n1 } ... on T60 { n1 n2 other3 { id n0 } } \
        other0 { n0 ... on T5 { n4 other4 { n4 } } } } }";
    Pathological { name: "an interface with 70 types in 5 subgraphs", subgraphs, operation: operation.into() }
}

/// Fragments in fragments, 25 deep, each spread once.
fn fragments_25_deep() -> Pathological {
    let subgraphs = vec![
        (
            "a".into(),
            "type Query { item: Item } type Item @key(fields: \"id\") { id: ID! next: Item a: Int }".into(),
        ),
        ("b".into(), "type Item @key(fields: \"id\") { id: ID! b: Int other: Item }".into()),
    ];
    let mut operation = String::from("{ item { ...F0 } }");
    for n in 0..25 {
        write!(operation, " fragment F{n} on Item {{ a b next {{ a ...F{} }} other {{ b }} }}", n + 1)
            .unwrap();
    }
    operation += " fragment F25 on Item { id a b }";
    Pathological { name: "fragments 25 deep", subgraphs, operation }
}

/// A type with 40 keys, of which every subgraph knows some.
fn forty_keys() -> Pathological {
    let subgraphs = numbered(8, |index| {
        let own: Vec<usize> = (0..40).filter(|key| key % 8 == index || key % 8 == (index + 1) % 8).collect();
        let keys: String = own.iter().map(|key| format!(" @key(fields: \"k{key}\")")).collect();
        let held: String = own.iter().map(|key| format!("k{key}: ID! ")).collect();
        let root = if index == 0 { "type Query { item: Item }" } else { "" };
        format!("{root} type Item{keys} {{ {held} own{index}: Int next{index}: Item }}")
    });
    let own = fields(8, |n| format!("own{n} "));
    let operation = format!("{{ item {{ {own} next3 {{ {own} next6 {{ {own} k17 k5 }} }} }} }}");
    Pathological { name: "40 keys on one type", subgraphs, operation }
}

/// Interfaces and unions in one another, ten types each, in three subgraphs.
fn deep_abstract_types() -> Pathological {
    let subgraphs = numbered(3, |index| {
        let root = if index == 0 { "type Query { node: Node }" } else { "" };
        let types = fields(10, |n| {
            format!(
                "type T{n} implements Node @key(fields: \"id\") {{ id: ID! any: Any @shareable node: Node @shareable own{index}: Int }}\n"
            )
        });
        let members: Vec<String> = (0..10).map(|n| format!("T{n}")).collect();
        format!(
            "{root} interface Node {{ id: ID! any: Any node: Node own{index}: Int }} union Any = {} {types}",
            members.join(" | ")
        )
    });
    let mut operation = String::from("__typename");
    for level in 0..10 {
        let (one, two) = (level % 10, (level + 3) % 10);
        operation = format!(
            "id own0 ... on T{one} {{ own1 any {{ ... on Node {{ {operation} }} }} }} ... on T{two} {{ own2 node {{ id own0 }} }}"
        );
    }
    Pathological {
        name: "abstract types 20 deep",
        subgraphs,
        operation: format!("{{ node {{ {operation} }} }}"),
    }
}

/// 500 subgraphs with one entity.
fn five_hundred_subgraphs() -> Pathological {
    let subgraphs = numbered(500, |index| {
        let root = if index == 0 { "type Query { item: Item }" } else { "" };
        let next = if index % 50 == 7 { format!("next{index}: Item") } else { String::new() };
        format!(
            "{root} type Item @key(fields: \"id\") {{ id: ID! own{index}: Int {next} same: Int @shareable }}"
        )
    });
    let own: String = (0..500).step_by(5).map(|n| format!("own{n} ")).collect();
    let operation = format!("{{ item {{ same {own} next7 {{ same own9 next57 {{ same own3 }} }} }} }}");
    Pathological { name: "500 subgraphs, 100 of them asked", subgraphs, operation }
}

/// Twelve subgraphs in a row, each reached by a key that only the one before it has.
fn chain_of_keys() -> Pathological {
    let subgraphs = numbered(12, |index| {
        let root = if index == 0 { "type Query { item: Item }" } else { "" };
        format!(
            "{root} type Item @key(fields: \"k{index}\") @key(fields: \"k{}\") {{ k{index}: ID! k{}: ID! own{index}: Int next{index}: Item }}",
            index + 1,
            index + 1
        )
    });
    let operation = "{ item { own11 next11 { own0 next0 { own6 own11 } } own5 } }";
    Pathological { name: "a chain of 12 keys", subgraphs, operation: operation.into() }
}
