//! How far a subgraph's answer goes on the way to what its errors are about: null ends it, and all that would have come with
//! what is null there is missing for the same reason.

use super::json::{Malformed, Scanner};
use super::subgraph_error::{Segment, SubgraphError};

/// Notes in each error how far the answer goes on its path. One pass over the answer, whatever the number of errors.
pub(super) fn note_nulls(errors: &mut [SubgraphError], body: &[u8], max_nesting: usize) {
    let paths: Vec<&[Segment]> = errors.iter().map(|error| &error.path[..]).collect();
    let reached = paths.iter().map(|path| path.len()).collect();
    let mut walk = Walk { scanner: Scanner::new(body, max_nesting), max_nesting, paths, reached };
    // What is not JSON was refused before; what was found up to there would hold anyway.
    let _ = walk.response();
    let reached = walk.reached;
    errors.iter_mut().zip(reached).for_each(|(error, reached)| error.reached = reached);
}

struct Walk<'a> {
    scanner: Scanner<'a>,
    max_nesting: usize,
    paths: Vec<&'a [Segment]>,
    /// By path: how many segments lead to null or to what is missing; all of them, where neither is met.
    reached: Vec<usize>,
}

impl Walk<'_> {
    fn response(&mut self) -> Result<(), Malformed> {
        let mut more = self.scanner.open(b'{', b'}')?;
        while more {
            if self.scanner.key()? == b"data" && self.scanner.peek()? == b'{' {
                return self.object(0, (0..self.paths.len()).collect());
            }
            self.scanner.value()?;
            more = self.scanner.next(b'}')?;
        }
        Ok(())
    }

    /// A value to which the first `depth` segments of the paths `through` lead.
    fn value(&mut self, depth: usize, through: Vec<usize>) -> Result<(), Malformed> {
        let ends = through.is_empty() || depth >= self.max_nesting;
        match self.scanner.peek()? {
            b'{' if !ends => return self.object(depth, through),
            b'[' if !ends => return self.list(depth, through),
            b'n' => through.iter().for_each(|path| self.reached[*path] = depth),
            _ => {}
        }
        self.scanner.value().map(drop)
    }

    fn object(&mut self, depth: usize, mut through: Vec<usize>) -> Result<(), Malformed> {
        through.retain(|path| matches!(self.paths[*path].get(depth), Some(Segment::Key(_))));
        let mut more = self.scanner.open(b'{', b'}')?;
        while more {
            let key = self.scanner.key()?;
            let is_here = |path: &mut usize| matches!(&self.paths[*path][depth], Segment::Key(next) if next.as_bytes() == key);
            let here = through.extract_if(.., is_here).collect();
            self.value(depth + 1, here)?;
            more = self.scanner.next(b'}')?;
        }
        self.miss(depth, &through);
        Ok(())
    }

    fn list(&mut self, depth: usize, mut through: Vec<usize>) -> Result<(), Malformed> {
        through.retain(|path| matches!(self.paths[*path].get(depth), Some(Segment::Index(_))));
        let mut more = self.scanner.open(b'[', b']')?;
        let mut index = 0;
        while more {
            let is_here = |path: &mut usize| self.paths[*path][depth] == Segment::Index(index);
            let here = through.extract_if(.., is_here).collect();
            self.value(depth + 1, here)?;
            index += 1;
            more = self.scanner.next(b']')?;
        }
        self.miss(depth, &through);
        Ok(())
    }

    /// The next segment of these paths leads nowhere.
    fn miss(&mut self, depth: usize, paths: &[usize]) {
        paths.iter().for_each(|path| self.reached[*path] = depth + 1);
    }
}
