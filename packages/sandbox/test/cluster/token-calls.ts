import { type Keypair, PublicKey, SystemProgram, TransactionInstruction } from '@solana/web3.js';

export const TOKEN = new PublicKey('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA');
const ATA = new PublicKey('ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL');

function amountBytes(amount: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(amount);
  return bytes;
}

function call(keys: [PublicKey, string][], data: Buffer, programId = TOKEN): TransactionInstruction {
  const metas = keys.map(([pubkey, use]) => ({ pubkey, isSigner: use.includes('s'), isWritable: use.includes('w') }));
  return new TransactionInstruction({ programId, keys: metas, data });
}

export function tokenAccountOf(owner: PublicKey, mint: PublicKey): PublicKey {
  return PublicKey.findProgramAddressSync([owner.toBytes(), TOKEN.toBytes(), mint.toBytes()], ATA)[0];
}

export function createMint(payer: PublicKey, mint: Keypair, decimals: number, rent: number): TransactionInstruction[] {
  const space = { fromPubkey: payer, newAccountPubkey: mint.publicKey, lamports: rent, space: 82, programId: TOKEN };
  const data = Buffer.concat([Buffer.from([20, decimals]), payer.toBuffer(), Buffer.from([0])]);
  return [SystemProgram.createAccount(space), call([[mint.publicKey, 'w']], data)];
}

export function createTokenAccount(payer: PublicKey, owner: PublicKey, mint: PublicKey): TransactionInstruction {
  const account = tokenAccountOf(owner, mint);
  return call(
    [
      [payer, 'sw'],
      [account, 'w'],
      [owner, ''],
      [mint, ''],
      [SystemProgram.programId, ''],
      [TOKEN, ''],
    ],
    Buffer.from([1]),
    ATA,
  );
}

export function mintTo(
  mint: PublicKey,
  account: PublicKey,
  authority: PublicKey,
  amount: bigint,
): TransactionInstruction {
  return call(
    [
      [mint, 'w'],
      [account, 'w'],
      [authority, 's'],
    ],
    Buffer.concat([Buffer.from([7]), amountBytes(amount)]),
  );
}

export function transferTokens(
  from: PublicKey,
  to: PublicKey,
  owner: PublicKey,
  amount: bigint,
): TransactionInstruction {
  return call(
    [
      [from, 'w'],
      [to, 'w'],
      [owner, 's'],
    ],
    Buffer.concat([Buffer.from([3]), amountBytes(amount)]),
  );
}
