//! The schema that common shows to the gateway.

#[test]
fn entities_have_their_keys_and_every_type_says_what_it_is() {
    let sdl = common::sdl();
    for wanted in [
        "type Document @key(fields: \"id\") @interfaceObject {",
        "type Category @key(fields: \"id\") {",
        "type Organization @key(fields: \"id\") {",
        "type User @key(fields: \"id\") {",
    ] {
        assert!(sdl.contains(wanted), "missing: {wanted}");
    }
    let kinds = ["type ", "enum ", "input ", "union ", "scalar "];
    let lines: Vec<&str> = sdl.lines().collect();
    let silent: Vec<&str> = lines
        .windows(2)
        .filter(|pair| kinds.iter().any(|kind| pair[1].starts_with(kind)) && pair[0] != "\"\"\"")
        .map(|pair| pair[1])
        .filter(|line| !line.contains("Connection @shareable"))
        .collect();
    assert!(silent.is_empty(), "types without a description: {silent:?}");
}
