import { PublicKey } from '@solana/web3.js';
import { madeUpAddress } from './captured-runs.js';
import { DLMM } from './dlmm-call.js';
import { addressBytes, type HeldAccount } from './swap-machine.js';

/** Numbers by the offset and width of their field; negative ones are written in two's complement. */
export type Fields = readonly (readonly [offset: number, bytes: 1 | 2 | 4 | 8 | 16, value: bigint])[];

/** What a made-up pair starts from. */
export interface DlmmNumbers {
  /** Fields of the pair account, besides the addresses. */
  readonly pair: Fields;
  /** Bin arrays by index: the fields of each bin, by its place in the array. */
  readonly arrays: ReadonlyMap<number, ReadonlyMap<number, Fields>>;
  readonly reserves: readonly [bigint, bigint];
  /** The indexes of the bin arrays that the bitmap inside the pair names. */
  readonly bitmap: readonly number[];
  /** The indexes that the bitmap extension names; without it there is no such account. */
  readonly extension?: readonly number[];
  /** The transfer fee of a Token-2022 mint; a mint without one is of the classic program. */
  readonly transferFees?: readonly [TransferFee | undefined, TransferFee | undefined];
}

/** The fees of a mint before and from an epoch. */
export interface TransferFee {
  readonly epoch: bigint;
  readonly older: { readonly maximum: bigint; readonly basisPoints: number };
  readonly newer: { readonly maximum: bigint; readonly basisPoints: number };
}

/** A made-up pair with its accounts. */
export interface DlmmPool {
  readonly pair: string;
  readonly accounts: ReadonlyMap<string, HeldAccount>;
  readonly binArrays: ReadonlyMap<number, string>;
  readonly extension: string;
}

const TOKEN_PROGRAM = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA';
const TOKEN_2022 = 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb';
const [MINT_X, MINT_Y, RESERVE_X, RESERVE_Y, EXTENSION] = [31, 32, 33, 34, 36].map(madeUpAddress) as [
  string,
  string,
  string,
  string,
  string,
];
const [ORACLE, LAMPORTS] = [madeUpAddress(35), 100_000_000n];
const BIN_LENGTH = 144;

/**
 * Builds the accounts of a permissionless pair of the first version, whose address depends on its mints and on the seeds
 * inside the account alone (lb_clmm 0.8 source, `state/lb_pair.rs`, `seeds`), so that every number can vary.
 */
export function syntheticDlmm(numbers: DlmmNumbers): DlmmPool {
  const [pair, bump] = PublicKey.findProgramAddressSync(
    [addressBytes(MINT_X), addressBytes(MINT_Y), new Uint8Array(2)],
    new PublicKey(DLMM),
  );
  const address = pair.toBase58();
  const fees = numbers.transferFees ?? [undefined, undefined];
  const binArrays = new Map([...numbers.arrays.keys()].map((index) => [index, binArrayAddress(pair, index)]));
  const accounts = new Map<string, HeldAccount>([
    [address, owned(pairData(numbers, bump))],
    [ORACLE, owned(oracleData())],
    [MINT_X, mint(fees[0])],
    [MINT_Y, mint(fees[1])],
    [RESERVE_X, reserve(address, MINT_X, numbers.reserves[0], fees[0])],
    [RESERVE_Y, reserve(address, MINT_Y, numbers.reserves[1], fees[1])],
    ...[...numbers.arrays].map(([index, bins]): [string, HeldAccount] => [
      binArrays.get(index)!,
      owned(binArrayData(address, index, bins)),
    ]),
  ]);
  if (numbers.extension !== undefined) accounts.set(EXTENSION, owned(extensionData(address, numbers.extension)));
  return { pair: address, accounts, binArrays, extension: EXTENSION };
}

function binArrayAddress(pair: PublicKey, index: number): string {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, BigInt(index), true);
  const seeds = [Buffer.from('bin_array'), pair.toBuffer(), bytes];
  return PublicKey.findProgramAddressSync(seeds, new PublicKey(DLMM))[0].toBase58();
}

function owned(data: Uint8Array): HeldAccount {
  return { lamports: LAMPORTS, data, owner: DLMM };
}

/** Writes little-endian numbers into an account. */
function putFields(data: Uint8Array, fields: Fields, base = 0): void {
  const view = new DataView(data.buffer, data.byteOffset);
  for (const [offset, bytes, value] of fields) {
    for (let byte = 0; byte < bytes; byte += 1) {
      view.setUint8(base + offset + byte, Number((value >> BigInt(8 * byte)) & 0xffn));
    }
  }
}

/** LbPair, 904 bytes. */
function pairData(numbers: DlmmNumbers, bump: number): Uint8Array {
  const data = new Uint8Array(904);
  data.set([0x21, 0x0b, 0x31, 0x62, 0xb5, 0x65, 0xb1, 0x0d]);
  data[72] = bump;
  for (const [offset, address] of [
    [88, MINT_X],
    [120, MINT_Y],
    [152, RESERVE_X],
    [184, RESERVE_Y],
    [552, ORACLE],
  ] as const) {
    data.set(addressBytes(address), offset);
  }
  numbers.transferFees?.forEach((fee, side) => (data[880 + side] = fee === undefined ? 0 : 1));
  for (const index of numbers.bitmap) setBit(data, 584, index + 512);
  putFields(data, numbers.pair);
  return data;
}

/** BinArrayBitmapExtension, 1576 bytes: 12 maps of 512 arrays above 511, then 12 below −512. */
function extensionData(pair: string, indexes: readonly number[]): Uint8Array {
  const data = new Uint8Array(1576);
  data.set([0x50, 0x6f, 0x7c, 0x71, 0x37, 0xed, 0x12, 0x05]);
  data.set(addressBytes(pair), 8);
  for (const index of indexes) {
    if (index >= 0) setBit(data, 40, index - 512);
    else setBit(data, 808, -index - 1 - 512);
  }
  return data;
}

function setBit(data: Uint8Array, base: number, bit: number): void {
  data[base + (bit >> 3)]! |= 1 << (bit & 7);
}

/** BinArray, 10136 bytes: 70 bins of 144 bytes behind 56. */
function binArrayData(pair: string, index: number, bins: ReadonlyMap<number, Fields>): Uint8Array {
  const data = new Uint8Array(10_136);
  data.set([0x5c, 0x8e, 0x5c, 0xdc, 0x05, 0x94, 0x46, 0xb5]);
  putFields(data, [
    [8, 8, BigInt(index)],
    [16, 1, 1n],
  ]);
  data.set(addressBytes(pair), 24);
  for (const [place, fields] of bins) putFields(data, fields, 56 + BIN_LENGTH * place);
  return data;
}

/** Oracle with 100 empty observations. */
function oracleData(): Uint8Array {
  const data = new Uint8Array(3232);
  data.set([0x8b, 0xc2, 0x83, 0xb3, 0x8c, 0xb3, 0xe5, 0xf4]);
  putFields(data, [[24, 8, 100n]]);
  return data;
}

/** A mint of 6 decimals; the transfer-fee extension is kind 1, 108 bytes. */
function mint(fee: TransferFee | undefined): HeldAccount {
  const data = new Uint8Array(fee === undefined ? 82 : 278);
  putFields(data, [
    [44, 1, 6n],
    [45, 1, 1n],
  ]);
  if (fee === undefined) return { lamports: LAMPORTS, data, owner: TOKEN_PROGRAM };
  putFields(data, [
    [165, 1, 1n],
    [166, 2, 1n],
    [168, 2, 108n],
    [170 + 72 + 8, 8, fee.older.maximum],
    [170 + 72 + 16, 2, BigInt(fee.older.basisPoints)],
    [170 + 90, 8, fee.epoch],
    [170 + 90 + 8, 8, fee.newer.maximum],
    [170 + 90 + 16, 2, BigInt(fee.newer.basisPoints)],
  ]);
  return { lamports: LAMPORTS, data, owner: TOKEN_2022 };
}

/** A token account of the pair; with a transfer fee, the extension of withheld fees is kind 2, 8 bytes. */
function reserve(pair: string, mintAddress: string, amount: bigint, fee: TransferFee | undefined): HeldAccount {
  const data = new Uint8Array(fee === undefined ? 165 : 178);
  data.set(addressBytes(mintAddress), 0);
  data.set(addressBytes(pair), 32);
  putFields(data, [
    [64, 8, amount],
    [108, 1, 1n],
  ]);
  if (fee === undefined) return { lamports: LAMPORTS, data, owner: TOKEN_PROGRAM };
  putFields(data, [
    [165, 1, 2n],
    [166, 2, 2n],
    [168, 2, 8n],
  ]);
  return { lamports: LAMPORTS, data, owner: TOKEN_2022 };
}
