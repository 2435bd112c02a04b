//! The committed contract is what the code says.

use std::path::Path;

#[test]
fn schema_folder_equals_the_code() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema");
    standalone::contract::compare(&folder).unwrap();
}
