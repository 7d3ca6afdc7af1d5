// Compiled, never run: every backend is what the contract says, and a backend that differs does not compile.
import { createNativeBackend } from '../ts/backends/native-backend.js';
import type { NativeBinding } from '../ts/backends/native-binding.js';
import { createTypescriptBackend } from '../ts/backends/typescript-backend.js';
import type { CoreApi } from '../ts/core-api.js';
import { loadCore } from '../ts/index.js';

declare const binding: NativeBinding;

const native = createNativeBackend(binding) satisfies CoreApi;
const typescript = createTypescriptBackend() satisfies CoreApi;
loadCore().core satisfies CoreApi;

// @ts-expect-error the contract takes raw bytes, not text
({ ...native, compileMessage: (payer: string) => new TextEncoder().encode(payer) }) satisfies CoreApi;
// @ts-expect-error u64 crosses as bigint, not as number
({ ...typescript, quote: () => ({ amountIn: 1, amountOut: 1 }) }) satisfies CoreApi;
declare const incomplete: Omit<typeof native, 'signTransaction'>;
// @ts-expect-error a backend without one of the functions
incomplete satisfies CoreApi;
