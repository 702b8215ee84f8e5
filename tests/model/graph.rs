//! Owns: a graph of "comes before", each arrow with its reason.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt::Display;

pub(crate) type Node = usize;

#[derive(Default)]
pub(crate) struct Graph {
    arrows: Vec<Vec<(Node, String)>>,
}

/// For every node, what comes after it.
pub(crate) struct Reach {
    after: Vec<Vec<u64>>,
}

impl Graph {
    pub(crate) fn node(&mut self) -> Node {
        self.arrows.push(Vec::new());
        self.arrows.len() - 1
    }

    /// `from` comes before `to`. Whether that is news.
    pub(crate) fn arrow(&mut self, from: Node, to: Node, why: impl Display) -> bool {
        let new = from != to && self.arrows[from].iter().all(|(other, _)| *other != to);
        if new {
            self.arrows[from].push((to, why.to_string()));
        }
        new
    }

    /// Several: from, to, and why. Whether any of them is new.
    pub(crate) fn arrows(&mut self, arrows: Vec<(Node, Node, String)>) -> bool {
        let mut news = false;
        for (from, to, why) in arrows {
            news |= self.arrow(from, to, why);
        }
        news
    }

    /// All nodes, none before one that it comes after; or a circle: nodes, each with the reason of the arrow to the next.
    pub(crate) fn line_up(&self) -> Result<Vec<Node>, Vec<(Node, String)>> {
        let mut before = vec![0; self.arrows.len()];
        self.arrows.iter().flatten().for_each(|(to, _)| before[*to] += 1);
        let mut free: BinaryHeap<Reverse<Node>> =
            (0..before.len()).filter(|node| before[*node] == 0).map(Reverse).collect();
        let mut line = Vec::new();
        while let Some(Reverse(node)) = free.pop() {
            line.push(node);
            for (to, _) in &self.arrows[node] {
                before[*to] -= 1;
                if before[*to] == 0 {
                    free.push(Reverse(*to));
                }
            }
        }
        if line.len() == before.len() { Ok(line) } else { Err(self.circle()) }
    }

    /// A shortest way from a node back to itself.
    fn circle(&self) -> Vec<(Node, String)> {
        let circles = (0..self.arrows.len()).filter_map(|start| self.way_back(start));
        circles.min_by_key(Vec::len).expect("there is a circle")
    }

    fn way_back(&self, start: Node) -> Option<Vec<(Node, String)>> {
        let mut came_from: Vec<Option<(Node, &String)>> = vec![None; self.arrows.len()];
        let mut next = std::collections::VecDeque::from([start]);
        while let Some(node) = next.pop_front() {
            for (to, why) in &self.arrows[node] {
                if came_from[*to].is_none() {
                    came_from[*to] = Some((node, why));
                    next.push_back(*to);
                }
            }
        }
        let mut way = Vec::new();
        let mut at = start;
        loop {
            let (from, why) = came_from[at]?;
            way.push((from, why.clone()));
            at = from;
            if at == start {
                way.reverse();
                return Some(way);
            }
        }
    }

    /// What comes after what, given all nodes lined up.
    pub(crate) fn reach(&self, line: &[Node]) -> Reach {
        let words = self.arrows.len().div_ceil(64);
        let mut after = vec![vec![0; words]; self.arrows.len()];
        for &node in line.iter().rev() {
            let mut mine = vec![0; words];
            for (to, _) in &self.arrows[node] {
                mine[to / 64] |= 1 << (to % 64);
                mine.iter_mut().zip(&after[*to]).for_each(|(mine, theirs)| *mine |= theirs);
            }
            after[node] = mine;
        }
        Reach { after }
    }
}

impl Reach {
    /// Whether `one` comes before `other`.
    pub(crate) fn before(&self, one: Node, other: Node) -> bool {
        self.after[one][other / 64] >> (other % 64) & 1 == 1
    }
}
