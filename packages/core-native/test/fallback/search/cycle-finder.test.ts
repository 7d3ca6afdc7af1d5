import { describe, expect, it } from 'vitest';
import { Direction } from '../../../ts/core-api.js';
import { CycleFinder } from '../../../ts/fallback/search/cycle-finder.js';
import { TokenGraph } from '../../../ts/fallback/search/token-graph.js';

const POOLS = [
  ['sol', 'usd'],
  ['usd', 'sol'],
  ['sol', 'cat'],
  ['sol', 'usd'],
  ['cat', 'usd'],
  ['sol', 'sol'],
] as const;

function graphOf(): TokenGraph {
  const graph = new TokenGraph();
  for (const mints of POOLS) graph.pushPool(mints);
  return graph;
}

function pairs(touched: number[], isUsable: (pool: number) => boolean = () => true): number[][] {
  const graph = graphOf();
  const found: number[][] = [];
  const finder = new CycleFinder(graph, isUsable);
  finder.visit(graph.findMint('sol') ?? -1, touched, ({ first, second }) => found.push([first.pool, second.pool]));
  return found;
}

describe('the token graph', () => {
  it('finds the pools of a pair whichever mint they name first, and none of a mint with itself', () => {
    const graph = graphOf();
    const [sol, usd, cat] = ['sol', 'usd', 'cat'].map((mint) => graph.findMint(mint) ?? -1) as [number, number, number];
    expect(graph.edges(usd, sol)).toEqual([
      { pool: 0, direction: Direction.BToA },
      { pool: 1, direction: Direction.AToB },
      { pool: 3, direction: Direction.BToA },
    ]);
    expect(graph.edges(sol, sol)).toEqual([]);
    expect([graph.otherEnd(5, sol), graph.otherEnd(0, cat), graph.otherEnd(2, cat)]).toEqual([
      undefined,
      undefined,
      sol,
    ]);
    expect(graph.findMint('dog')).toBeUndefined();
  });
});

describe('the cycle finder', () => {
  it('gives every ordered pair with a touched pool once, in a fixed order', () => {
    expect(pairs([1])).toEqual([
      [1, 0],
      [0, 1],
      [1, 3],
      [3, 1],
    ]);
    expect(pairs([0, 1, 2, 3, 4, 5])).toEqual([
      [0, 1],
      [1, 0],
      [0, 3],
      [3, 0],
      [1, 3],
      [3, 1],
    ]);
  });

  it('leaves out pools that are not usable, without a partner, or without the base mint', () => {
    expect(pairs([0, 1], (pool) => pool !== 1)).toEqual([
      [0, 3],
      [3, 0],
    ]);
    expect(pairs([2, 4, 5])).toEqual([]);
  });
});
