//! Calls a venue's program with the accounts of a step.

use crate::route_error::RouteError;
use crate::venue_data::VenueData;
use crate::venue_step::StepShape;
use pinocchio::cpi::invoke_with_bounds;
use pinocchio::instruction::{InstructionAccount, InstructionView};
use pinocchio::{AccountView, Address};

/// The longest list of accounts of one swap: more would not fit a stack frame.
const MOST_ACCOUNTS: usize = 40;

/// The accounts of one step: the program, and what is handed to it.
pub struct StepAccounts<'a> {
    /// The venue's program.
    pub program: &'a AccountView,
    /// Its accounts.
    pub accounts: &'a [AccountView],
    /// The accounts of the steps behind.
    pub rest: &'a [AccountView],
}

impl<'a> StepAccounts<'a> {
    /// Takes the accounts of a step off those that are left.
    ///
    /// # Errors
    ///
    /// `NotEnoughAccountKeys` when they end early, Anchor's code when another program stands in front.
    #[inline(always)]
    pub fn take(
        left: &'a [AccountView],
        shape: &StepShape,
        router: &Address,
    ) -> Result<Self, RouteError> {
        let (program, behind) = left.split_first().ok_or(RouteError::NotEnoughAccountKeys)?;
        if program.address() != &shape.program {
            return Err(RouteError::InvalidProgramId);
        }
        let mut count = shape.fixed;
        let mut end = shape.fixed;
        if shape.is_open {
            // The router's own address ends the list.
            let open = behind
                .get(shape.fixed..)
                .and_then(|open| open.iter().position(|one| one.address() == router))
                .ok_or(RouteError::NotEnoughAccountKeys)?;
            count = count.saturating_add(open);
            end = count.saturating_add(1);
        }
        let accounts = behind
            .get(..count)
            .filter(|accounts| accounts.len() <= MOST_ACCOUNTS)
            .ok_or(RouteError::NotEnoughAccountKeys)?;
        let rest = behind.get(end..).ok_or(RouteError::NotEnoughAccountKeys)?;
        Ok(Self {
            program,
            accounts,
            rest,
        })
    }

    /// Returns one of the accounts.
    ///
    /// # Errors
    ///
    /// `NotEnoughAccountKeys` when there are fewer.
    #[inline(always)]
    pub fn at(&self, index: usize) -> Result<&'a AccountView, RouteError> {
        self.accounts
            .get(index)
            .ok_or(RouteError::NotEnoughAccountKeys)
    }

    /// Calls the program; false when the call could not be made. A program that fails ends the whole transaction.
    #[inline(never)]
    #[must_use]
    pub fn call(&self, data: &VenueData) -> bool {
        let program = self.program.address();
        // Accounts pass on with the rights that the transaction gave them.
        let metas: [InstructionAccount<'_>; MOST_ACCOUNTS] =
            core::array::from_fn(|index| match self.accounts.get(index) {
                Some(account) => InstructionAccount::from(account),
                None => InstructionAccount::readonly(program),
            });
        let Some(accounts) = metas.get(..self.accounts.len()) else {
            return false;
        };
        let instruction = InstructionView {
            program_id: program,
            data: data.as_slice(),
            accounts,
        };
        invoke_with_bounds::<MOST_ACCOUNTS, _>(&instruction, self.accounts).is_ok()
    }
}
