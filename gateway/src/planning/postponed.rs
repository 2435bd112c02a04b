//! Wants that are moved between what is asked for first and what is asked for later.

use super::needs::{Need, NeedId, Needs};
use crate::operation::selection::PartSet;

impl Needs<'_> {
    /// One want of a need that is asked for apart.
    pub fn alone(&mut self, id: NeedId, want: usize) -> NeedId {
        let others = (0..self.get(id).wants.len()).filter(|index| *index != want).collect();
        self.without(id, others).unwrap_or(id)
    }

    /// The need with some of what it wants later asked for first. Below those, everything is still wanted later: it may be
    /// possible there.
    pub fn sooner(&mut self, id: NeedId, due: PartSet, wants: Vec<usize>) -> NeedId {
        let key = (id, due, wants);
        if let Some(known) = self.sooner.get(&key) {
            return *known;
        }
        let mut need = self.get(id).clone();
        let index = need.later.iter().position(|(known, _)| *known == due);
        if let Some((_, apart)) = index.map(|index| need.later.remove(index)) {
            for want in &key.2 {
                let mut want = self.get(apart).wants[*want].clone();
                want.child = want.child.map(|child| self.postponed(child, due));
                need.wants.push(want);
            }
            need.later.extend(self.without(apart, key.2.clone()).map(|rest| (due, rest)));
        }
        let added = self.add(need);
        self.sooner.insert(key, added);
        added
    }

    /// The need with all that it wants wanted later.
    fn postponed(&mut self, id: NeedId, due: PartSet) -> NeedId {
        if let Some(known) = self.postponed.get(&(id, due)) {
            return *known;
        }
        let need = self.get(id).clone();
        let (wants, postponed) = need.wants.into_iter().partition(|want| want.is_typename());
        let apart = self.add(Need { wants: postponed, is_public: true, is_apart: true, later: Vec::new() });
        let mut later = need.later;
        if !self.get(apart).wants.is_empty() {
            later.push((due, apart));
        }
        let added = self.add(Need { wants, is_public: true, is_apart: false, later });
        self.postponed.insert((id, due), added);
        added
    }

    /// A need without some of its wants; nothing if nothing is left.
    fn without(&mut self, id: NeedId, wants: Vec<usize>) -> Option<NeedId> {
        let mut need = self.get(id).clone();
        let kept = need.wants.into_iter().enumerate().filter(|(index, _)| !wants.contains(index));
        need.wants = kept.map(|(_, want)| want).collect();
        (!need.wants.is_empty()).then(|| self.add(need))
    }
}
