//! Pool store, token graph, cycles, sizes and the one definition of profit.
