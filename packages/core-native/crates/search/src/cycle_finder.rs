//! Candidate routes that start and end in the base mint: two legs through two different pools.

use crate::pool_store::PoolIndex;
use crate::token_graph::{Edge, MintIndex, TokenGraph};

/// A route of two legs: out of the base mint by the first, back by the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// Base mint to the other mint.
    pub first: Edge,
    /// The other mint to the base mint.
    pub second: Edge,
}

/// Walks the graph; `usable` says which pools may be part of a cycle.
#[derive(Clone, Copy, Debug)]
pub struct CycleFinder<'a, F> {
    graph: &'a TokenGraph,
    usable: F,
}

impl<'a, F: Fn(PoolIndex) -> bool> CycleFinder<'a, F> {
    /// Makes a finder over a graph.
    #[must_use]
    pub const fn new(graph: &'a TokenGraph, usable: F) -> Self {
        Self { graph, usable }
    }

    /// Hands every cycle of the base mint that goes through a touched pool to `visit`, each once. `touched` is ascending
    /// and without repeats. Order: touched pool, then the other pool, then the touched pool as first leg before second.
    pub fn visit(&self, base: MintIndex, touched: &[PoolIndex], mut visit: impl FnMut(Cycle)) {
        for &pool in touched.iter().filter(|pool| (self.usable)(**pool)) {
            let Some(other) = self.graph.other_end(pool, base) else { continue };
            let out = self.graph.edges(base, other);
            let back = self.graph.edges(other, base);
            let Some(own_out) = edge_of(out, pool) else { continue };
            let Some(own_back) = edge_of(back, pool) else { continue };
            for (&first, &second) in out.iter().zip(back) {
                let seen = first.pool < pool && touched.binary_search(&first.pool).is_ok();
                if first.pool == pool || seen || !(self.usable)(first.pool) {
                    continue;
                }
                visit(Cycle { first: own_out, second });
                visit(Cycle { first, second: own_back });
            }
        }
    }
}

/// Finds a pool's edge in a list that ascends by pool.
fn edge_of(edges: &[Edge], pool: PoolIndex) -> Option<Edge> {
    let at = edges.binary_search_by_key(&pool, |edge| edge.pool).ok()?;
    edges.get(at).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tandem_pools::quote::Direction;

    const SOL: [u8; 32] = [1; 32];
    const USDC: [u8; 32] = [2; 32];
    const BONK: [u8; 32] = [3; 32];

    fn graph() -> TokenGraph {
        let mut graph = TokenGraph::default();
        for (pool, mints) in (0..).zip([[SOL, USDC], [USDC, SOL], [SOL, BONK], [SOL, USDC], [BONK, USDC]]) {
            graph.push_pool(pool, mints);
        }
        graph
    }

    fn pairs(touched: &[u32], usable: impl Fn(u32) -> bool) -> Vec<(u32, u32)> {
        let graph = graph();
        let base = graph.find_mint(&SOL).unwrap();
        let mut found = Vec::new();
        CycleFinder::new(&graph, usable)
            .visit(base, touched, |cycle| found.push((cycle.first.pool, cycle.second.pool)));
        found
    }

    #[test]
    fn every_ordered_pair_with_a_touched_pool_comes_once() {
        assert_eq!(pairs(&[1], |_| true), [(1, 0), (0, 1), (1, 3), (3, 1)]);
        assert_eq!(pairs(&[0, 1, 2, 3, 4], |_| true), [(0, 1), (1, 0), (0, 3), (3, 0), (1, 3), (3, 1)]);
    }

    #[test]
    fn a_pool_without_a_partner_or_without_the_base_mint_gives_nothing() {
        assert_eq!(pairs(&[2, 4], |_| true), []);
    }

    #[test]
    fn an_unusable_pool_is_in_no_cycle_even_when_it_was_touched() {
        assert_eq!(pairs(&[0, 1], |pool| pool != 1), [(0, 3), (3, 0)]);
        assert_eq!(pairs(&[1], |pool| pool != 1), []);
    }

    #[test]
    fn legs_go_out_of_the_base_mint_and_back() {
        let graph = graph();
        let base = graph.find_mint(&SOL).unwrap();
        let mut cycles = Vec::new();
        CycleFinder::new(&graph, |_| true).visit(base, &[1], |cycle| cycles.push(cycle));
        assert_eq!(cycles[0].first, Edge { pool: 1, direction: Direction::BToA });
        assert_eq!(cycles[0].second, Edge { pool: 0, direction: Direction::BToA });
    }
}
