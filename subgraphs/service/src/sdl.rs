//! Writes a schema as federation SDL, with what async-graphql prints wrong put right: built-in directives are left out, and
//! an interface names what it implements before its directives.

use async_graphql::{ObjectType, SDLExportOptions, Schema, SubscriptionType};

const BUILT_IN_DIRECTIVES: [&str; 5] = ["include", "skip", "deprecated", "specifiedBy", "oneOf"];

/// The schema as federation SDL: sorted, indented with spaces, without `_service` and `_entities`, ending in a newline.
pub fn export_sdl<Q, M, S>(schema: &Schema<Q, M, S>) -> String
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    let options = SDLExportOptions::new()
        .federation()
        .compose_directive()
        .include_specified_by()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items()
        .use_space_ident();
    mend(&schema.sdl_with_options(options))
}

fn mend(sdl: &str) -> String {
    let mut mended = String::with_capacity(sdl.len() + 1);
    let mut in_description = false;
    let mut blank_before = true;
    for line in sdl.lines() {
        let line = line.trim_end();
        let opens_or_closes = line.matches("\"\"\"").count() % 2 == 1;
        if !in_description && is_built_in_directive(line) {
            continue;
        }
        let blank = line.is_empty() && !in_description;
        if !(blank && blank_before) {
            let line = if in_description { line.to_string() } else { implements_first(line) };
            mended.push_str(&line);
            mended.push('\n');
        }
        blank_before = blank;
        in_description ^= opens_or_closes;
    }
    format!("{}\n", mended.trim_end())
}

fn is_built_in_directive(line: &str) -> bool {
    let name = line.strip_prefix("directive @").map(|rest| rest.split(['(', ' ']).next().unwrap_or_default());
    name.is_some_and(|name| BUILT_IN_DIRECTIVES.contains(&name))
}

/// `interface X @key(..) implements Y {` becomes `interface X implements Y @key(..) {`.
fn implements_first(line: &str) -> String {
    let parts = || {
        let rest = line.strip_prefix("interface ")?;
        let (head, implemented) = rest.strip_suffix(" {")?.rsplit_once(" implements ")?;
        let (name, directives) = head.split_once(" @")?;
        Some(format!("interface {name} implements {implemented} @{directives} {{"))
    };
    parts().unwrap_or_else(|| line.to_string())
}

#[cfg(test)]
mod tests {
    use super::mend;

    #[test]
    fn built_in_directives_go_and_implements_comes_first() {
        let printed = "\"\"\"\ndirective @skip stays in a text\n\"\"\"\ninterface A @key(fields: \"id\") implements B {\n\
                       \tid: ID!\n}\n\n\ndirective @skip(if: Boolean!) on FIELD\nextend schema @link(\n)\n\n";
        let wanted = "\"\"\"\ndirective @skip stays in a text\n\"\"\"\ninterface A implements B @key(fields: \"id\") {\n\
                      \tid: ID!\n}\n\nextend schema @link(\n)\n";
        assert_eq!(mend(printed), wanted);
    }
}
