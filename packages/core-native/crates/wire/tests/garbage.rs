//! Bytes from anywhere: never a panic, and never a message that cannot be read back.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use proptest::prelude::*;
use tandem_wire::instruction::{AccountMeta, Instruction, decode_instructions, encode_instructions};
use tandem_wire::lookup_table::{choose_lookup_tables, decode_lookup_tables};
use tandem_wire::message::compile_message;
use tandem_wire::message_v1::compile_message_v1;
use tandem_wire::signer::create_signer;
use tandem_wire::transaction::sign_transaction;

/// Addresses from a small set, so that mentions and tables overlap.
fn address() -> impl Strategy<Value = [u8; 32]> {
    (0_u8..24).prop_map(|n| [n; 32])
}

fn instructions() -> impl Strategy<Value = Vec<Instruction>> {
    let account = (address(), any::<bool>(), any::<bool>())
        .prop_map(|(address, is_signer, is_writable)| AccountMeta { address, is_signer, is_writable });
    let instruction =
        (address(), prop::collection::vec(account, 0..12), prop::collection::vec(any::<u8>(), 0..40))
            .prop_map(|(program, accounts, data)| Instruction { program, accounts, data });
    prop::collection::vec(instruction, 0..5)
}

fn tables() -> impl Strategy<Value = Vec<Vec<[u8; 32]>>> {
    prop::collection::vec(prop::collection::vec(address(), 0..12), 0..4)
}

fn packed_tables(tables: &[Vec<[u8; 32]>]) -> Vec<u8> {
    let mut packed = Vec::new();
    for addresses in tables {
        packed.extend([99; 32]);
        packed.extend(u16::try_from(addresses.len()).unwrap().to_le_bytes());
        packed.extend(addresses.concat());
    }
    packed
}

/// Returns the size of the message with only these tables.
fn size_with(packed: &[u8], tables: &[Vec<[u8; 32]>], chosen: &[u32]) -> usize {
    let kept: Vec<_> = chosen.iter().map(|table| tables[usize::try_from(*table).unwrap()].clone()).collect();
    compile_message(&[77; 32], &[1; 32], packed, &packed_tables(&kept))
        .map_or(usize::MAX, |message| message.len())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn random_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = decode_instructions(&bytes);
        let _ = decode_lookup_tables(&bytes);
        let _ = compile_message(&[1; 32], &[2; 32], &bytes, &bytes);
        let _ = compile_message_v1(&[1; 32], &[2; 32], &bytes);
        let _ = choose_lookup_tables(&[1; 32], &bytes, &bytes);
        let _ = create_signer(&bytes);
        prop_assert!(sign_transaction(0, &bytes).is_err());
    }

    #[test]
    fn a_damaged_list_is_read_or_refused(list in instructions(), at in any::<usize>(), byte in any::<u8>(), cut in any::<usize>()) {
        let mut packed = encode_instructions(&list).unwrap();
        if !packed.is_empty() {
            let length = packed.len();
            packed[at % length] = byte;
            packed.truncate(cut % (length + 1));
        }
        let _ = compile_message(&[1; 32], &[2; 32], &packed, &[]);
        let _ = compile_message_v1(&[1; 32], &[2; 32], &packed);
    }

    #[test]
    fn no_chosen_table_can_go_and_no_other_would_help(list in instructions(), tables in tables()) {
        let packed = encode_instructions(&list).unwrap();
        let chosen = choose_lookup_tables(&[77; 32], &packed, &packed_tables(&tables)).unwrap();
        let size = size_with(&packed, &tables, &chosen);
        prop_assume!(size != usize::MAX);
        for dropped in &chosen {
            let rest: Vec<u32> = chosen.iter().copied().filter(|table| table != dropped).collect();
            prop_assert!(size_with(&packed, &tables, &rest) > size);
        }
        for other in 0..u32::try_from(tables.len()).unwrap() {
            let more: Vec<u32> = chosen.iter().copied().chain([other]).collect();
            prop_assert!(size_with(&packed, &tables, &more) >= size);
        }
    }
}
