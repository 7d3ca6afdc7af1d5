/** Why a subscription's filters are not taken; the stream ends with INVALID_ARGUMENT and this sentence. */
export class FilterRefusal extends Error {}
