import { CoreError } from '../../core-error.js';

// The codes and texts equal those of crates/search/src/error.rs and crates/binding/src/arguments.rs.

export function storeNotFound(): CoreError {
  return new CoreError('STORE_NOT_FOUND', 'no pool store is held under this id');
}

export function poolNotFound(): CoreError {
  return new CoreError('STORE_POOL_NOT_FOUND', 'the store holds no pool of this index');
}

export function quoteBatchInvalid(): CoreError {
  return new CoreError(
    'STORE_BATCH_INVALID',
    'the arrays of the quote batch differ in length, or hold an unknown direction or mode',
  );
}

export function lamportPriceInvalid(): CoreError {
  return new CoreError(
    'PROFIT_LAMPORT_PRICE_INVALID',
    'the price of a lamport must have a numerator and a denominator above zero',
  );
}

export function tipShareOutOfRange(): CoreError {
  return new CoreError(
    'PROFIT_TIP_SHARE_OUT_OF_RANGE',
    "the tip's share of the gross profit is above 10,000 basis points",
  );
}

export function profitOutOfRange(): CoreError {
  return new CoreError('PROFIT_OUT_OF_RANGE', 'a cost or a profit does not fit 64 bits');
}

export function argumentInvalid(message: string): CoreError {
  return new CoreError('CORE_ARGUMENT_INVALID', message);
}
