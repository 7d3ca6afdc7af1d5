//! The swap instructions of Meteora DLMM: the IDL of `@meteora-ag/dlmm` 1.9.14, `swap2` and `swap_exact_out2`.

use super::quote::Parts;
use crate::pool::{Address, Pool, SwapAccount, SwapInstruction, SwapRequest};
use crate::quote::SwapMode;
use crate::venues::meteora_dlmm::MeteoraDlmm;

/// Anchor discriminators.
const SWAP2: [u8; 8] = [0x41, 0x4b, 0x3f, 0x4c, 0xeb, 0x5b, 0x5b, 0x88];
const SWAP_EXACT_OUT2: [u8; 8] = [0x2b, 0xd7, 0xf7, 0x84, 0x89, 0x3c, 0xf3, 0x51];

/// `D1ZN9Wj1fRSUQfCjhvnu1hqDMT7hzjzBBpi12nVniYD6`, the PDA of seed `__event_authority`.
const EVENT_AUTHORITY: Address = [
    0xb2, 0x70, 0xd6, 0x7f, 0xa9, 0x8c, 0x51, 0xcf, 0x02, 0x13, 0x05, 0x13, 0x58, 0x96, 0x2b, 0xaf, 0x35,
    0x74, 0x2b, 0xed, 0x59, 0xc9, 0xd9, 0x44, 0x5e, 0x9c, 0x0d, 0x0c, 0x85, 0xc7, 0xcd, 0x91,
];
/// `MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr`.
const MEMO_PROGRAM: Address = [
    0x05, 0x4a, 0x53, 0x5a, 0x99, 0x29, 0x21, 0x06, 0x4d, 0x24, 0xe8, 0x71, 0x60, 0xda, 0x38, 0x7c, 0x7c,
    0x35, 0xb5, 0xdd, 0xbc, 0x92, 0xbb, 0x81, 0xe4, 0x1f, 0xa8, 0x40, 0x41, 0x05, 0x44, 0x8d,
];

impl Parts {
    pub(super) fn instruction(&self, request: &SwapRequest<'_>) -> SwapInstruction {
        let identity = &self.identity;
        let (discriminator, first, second) = match request.mode {
            SwapMode::ExactIn | SwapMode::PartialFill => (SWAP2, request.amount, request.limit),
            SwapMode::ExactOut => (SWAP_EXACT_OUT2, request.limit, request.amount),
        };
        let mut data = discriminator.to_vec();
        data.extend_from_slice(&first.to_le_bytes());
        data.extend_from_slice(&second.to_le_bytes());
        // No transfer hook is called, so the list of slices of the remaining accounts is empty.
        data.extend_from_slice(&0_u32.to_le_bytes());
        let [reserve_x, reserve_y] = identity.reserves;
        let [mint_x, mint_y] = identity.mints;
        let [program_x, program_y] = identity.token_programs;
        // The program's own address stands for an account that is not given.
        let none = SwapAccount::readonly(MeteoraDlmm::PROGRAM);
        let extension =
            self.extension.as_ref().map_or(none, |_| SwapAccount::writable(self.extension_address));
        let mut accounts = vec![
            SwapAccount::writable(identity.address),
            extension,
            SwapAccount::writable(reserve_x),
            SwapAccount::writable(reserve_y),
            SwapAccount::writable(*request.source),
            SwapAccount::writable(*request.destination),
            SwapAccount::readonly(mint_x),
            SwapAccount::readonly(mint_y),
            SwapAccount::writable(identity.oracle),
            none,
            SwapAccount::signer(*request.owner),
            SwapAccount::readonly(program_x),
            SwapAccount::readonly(program_y),
            SwapAccount::readonly(MEMO_PROGRAM),
            SwapAccount::readonly(EVENT_AUTHORITY),
            none,
        ];
        let count = self.arrays_for(request.direction, request.mode, request.amount);
        // The program passes over an array that it does not need, but fails (3005) without the one that the price has gone back to.
        let behind = self.window.array_behind(request.direction, self.state.active_id);
        let arrays = behind.into_iter().chain(self.window.arrays(request.direction).take(count));
        accounts.extend(arrays.map(|array| SwapAccount::writable(array.address)));
        SwapInstruction { program: MeteoraDlmm::PROGRAM, accounts, data }
    }
}
