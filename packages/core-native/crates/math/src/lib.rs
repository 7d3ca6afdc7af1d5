//! Integer arithmetic for pools. Knows nothing about pools.
