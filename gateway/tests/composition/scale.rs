//! Large supergraphs compose in seconds: the work grows with the schemas, not with the paths through them.

use std::time::Instant;

use gateway::composition::compose;

use crate::many_subgraphs::subgraphs;

#[test]
fn a_hundred_subgraphs_with_five_thousand_types_compose() {
    let begin = Instant::now();
    let composed = compose(subgraphs(100, 50));
    println!("composed in {:.1} s", begin.elapsed().as_secs_f64());
    let sdl = composed.supergraph_sdl().expect("it composes");
    assert_eq!(sdl.matches("\ntype S").count(), 5_000);
    assert!(composed.diagnostics().is_empty(), "{:?}", &composed.diagnostics()[..1]);
}
