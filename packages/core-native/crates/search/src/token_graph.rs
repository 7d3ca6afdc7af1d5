//! Mints are nodes, pools are edges. Mints are dense indices; every order is that of arrival.

use std::collections::{BTreeMap, HashMap};

use tandem_pools::pool::Address;
use tandem_pools::quote::Direction;

use crate::pool_store::PoolIndex;

/// Dense index of a mint inside one graph.
pub type MintIndex = usize;

/// A swap from one mint to another through a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The pool.
    pub pool: PoolIndex,
    /// Which way through it.
    pub direction: Direction,
}

/// Where a pool stands in the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PoolEnds {
    mint_a: MintIndex,
    mint_b: MintIndex,
}

/// The graph of all pools of a store.
#[derive(Debug, Default)]
pub struct TokenGraph {
    mints: HashMap<Address, MintIndex>,
    /// By mint: the mints one swap away, each with the pools that lead there, ascending.
    neighbours: Vec<BTreeMap<MintIndex, Vec<Edge>>>,
    ends: Vec<PoolEnds>,
}

impl TokenGraph {
    /// Adds the next pool; its index is the number of pools before it. A pool of one mint with itself leads nowhere.
    pub fn push_pool(&mut self, pool: PoolIndex, [mint_a, mint_b]: [Address; 2]) {
        let ends = PoolEnds { mint_a: self.intern(mint_a), mint_b: self.intern(mint_b) };
        self.ends.push(ends);
        if ends.mint_a != ends.mint_b {
            self.connect(ends.mint_a, ends.mint_b, Edge { pool, direction: Direction::AToB });
            self.connect(ends.mint_b, ends.mint_a, Edge { pool, direction: Direction::BToA });
        }
    }

    /// Returns the mint's index.
    #[must_use]
    pub fn find_mint(&self, mint: &Address) -> Option<MintIndex> {
        self.mints.get(mint).copied()
    }

    /// Returns the mint at the other end of a pool, unless the pool does not hold this mint.
    #[must_use]
    pub fn other_end(&self, pool: PoolIndex, mint: MintIndex) -> Option<MintIndex> {
        let ends = self.ends.get(usize::try_from(pool).ok()?)?;
        match mint {
            _ if ends.mint_a == ends.mint_b => None,
            mint if mint == ends.mint_a => Some(ends.mint_b),
            mint if mint == ends.mint_b => Some(ends.mint_a),
            _ => None,
        }
    }

    /// Returns the swaps from one mint to another, by ascending pool.
    #[must_use]
    pub fn edges(&self, from: MintIndex, to: MintIndex) -> &[Edge] {
        self.neighbours.get(from).and_then(|near| near.get(&to)).map_or(&[], Vec::as_slice)
    }

    fn intern(&mut self, mint: Address) -> MintIndex {
        let next = self.neighbours.len();
        let index = *self.mints.entry(mint).or_insert(next);
        if index == next {
            self.neighbours.push(BTreeMap::new());
        }
        index
    }

    fn connect(&mut self, from: MintIndex, to: MintIndex, edge: Edge) {
        if let Some(near) = self.neighbours.get_mut(from) {
            near.entry(to).or_default().push(edge);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOL: Address = [1; 32];
    const USDC: Address = [2; 32];
    const BONK: Address = [3; 32];

    fn graph() -> TokenGraph {
        let mut graph = TokenGraph::default();
        for (pool, mints) in (0..).zip([[SOL, USDC], [BONK, SOL], [USDC, SOL], [SOL, SOL]]) {
            graph.push_pool(pool, mints);
        }
        graph
    }

    #[test]
    fn pools_of_a_pair_are_found_whichever_mint_they_name_first() {
        let graph = graph();
        let (sol, usdc) = (graph.find_mint(&SOL).unwrap(), graph.find_mint(&USDC).unwrap());
        let forth =
            [Edge { pool: 0, direction: Direction::AToB }, Edge { pool: 2, direction: Direction::BToA }];
        let back =
            [Edge { pool: 0, direction: Direction::BToA }, Edge { pool: 2, direction: Direction::AToB }];
        assert_eq!(graph.edges(sol, usdc), forth);
        assert_eq!(graph.edges(usdc, sol), back);
    }

    #[test]
    fn a_pool_of_a_mint_with_itself_and_a_foreign_mint_lead_nowhere() {
        let graph = graph();
        let (sol, bonk) = (graph.find_mint(&SOL).unwrap(), graph.find_mint(&BONK).unwrap());
        assert_eq!(graph.edges(sol, sol), []);
        assert_eq!(graph.other_end(3, sol), None);
        assert_eq!(graph.other_end(0, bonk), None);
        assert_eq!(graph.other_end(1, bonk), Some(sol));
        assert_eq!(graph.other_end(4, sol), None);
        assert_eq!(graph.find_mint(&[9; 32]), None);
    }
}
