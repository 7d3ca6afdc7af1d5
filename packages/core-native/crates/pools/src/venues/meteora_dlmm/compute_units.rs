//! What a swap takes on the real program: fitted to the captured swaps and to those of `fixtures/meteora_dlmm` on the dump of
//! release 0.12.0 (`dlmm-sdk` fb02e51, `commons/tests/artifacts/lb_clmm_prod.so`), with the classic token program's transfers.

use super::bin::{Bin, BinFill};
use super::layout::{BINS_PER_ARRAY, array_of_bin};
use super::quote::Parts;
use crate::quote::{ChainClock, Direction, SwapMode};

/// A swap inside one bin, some spare arrays and the one behind the price (each takes 900), and two classic transfers, which may
/// cost 6,100 more each (`TransferChecked`) than those of `LiteSVM`'s light token program.
const BASE: u32 = 55_500;
/// What a fixed output adds, and each mint of Token-2022.
const EXACT_OUT: u32 = 4_000;
const EXTENDED_MINT: u32 = 6_000;
/// What each further bin adds, and for a fixed output more; each layer of limit orders, and each bin that gives nothing.
const BIN: u32 = 6_500;
const EXACT_OUT_BIN: u32 = 1_200;
const ORDER_LAYER: u32 = 1_600;
const EMPTY_BIN: u32 = 220;
/// What the change to another array adds.
const ARRAY: u32 = 6_000;

/// Counts what a walk comes to.
struct Meter<'a> {
    parts: &'a Parts,
    units: u32,
    /// What each further bin adds.
    bin: u32,
    last_id: i32,
    is_first: bool,
}

impl Meter<'_> {
    fn add(&mut self, count: u32, units: u32) {
        self.units = self.units.saturating_add(count.saturating_mul(units));
    }

    fn visit(&mut self, bin: &Bin, fill: &BinFill) {
        let arrays = self.parts.window.arrays_between(array_of_bin(self.last_id), array_of_bin(bin.id));
        // Arrays without liquidity are jumped over, so that no more bins are passed than the arrays in between have.
        let passed = arrays.saturating_add(1).saturating_mul(BINS_PER_ARRAY.unsigned_abs());
        self.add(bin.id.abs_diff(self.last_id).min(passed), EMPTY_BIN);
        self.add(arrays, ARRAY);
        self.add(u32::from(!self.is_first), self.bin);
        let [_, processed, open] = fill.given;
        self.add(u32::from(processed > 0), ORDER_LAYER);
        self.add(u32::from(open > 0), ORDER_LAYER);
        self.last_id = bin.id;
        self.is_first = false;
    }
}

impl Parts {
    /// Returns the compute units that a swap inside one bin may take, whatever its mode.
    pub(super) fn base_compute_units(&self) -> u32 {
        self.mode_compute_units(SwapMode::ExactOut)
    }

    fn mode_compute_units(&self, mode: SwapMode) -> u32 {
        let extended = u32::try_from(self.extended_mints().count()).unwrap_or(u32::MAX);
        let of_mode = if mode == SwapMode::ExactOut { EXACT_OUT } else { 0 };
        BASE.saturating_add(of_mode).saturating_add(extended.saturating_mul(EXTENDED_MINT))
    }

    /// Returns the compute units of a swap; a refused one costs what it came to, and nobody sends it.
    pub(super) fn compute_units(
        &self,
        direction: Direction,
        mode: SwapMode,
        amount: u64,
        clock: &ChainClock,
    ) -> u32 {
        let units = self.mode_compute_units(mode);
        let bin = if mode == SwapMode::ExactOut { BIN + EXACT_OUT_BIN } else { BIN };
        let mut meter = Meter { parts: self, units, bin, last_id: self.state.active_id, is_first: true };
        let _ = self.walk(direction, mode, amount, clock, |bin, fill| meter.visit(bin, fill));
        meter.units
    }
}
