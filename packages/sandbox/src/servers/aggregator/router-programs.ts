import { addressBytes } from '../../seed/addresses.js';

/** Jupiter v6. Its address in the place of an optional account says that there is none, and it ends open lists. */
export const ROUTER_PROGRAM = addressBytes('JUP6LkbZbjS1jKKwapdHNy74zcZ3tLUZoi5QNyVTaV4');
/** Its PDA of `__event_authority`. */
export const ROUTER_EVENT_AUTHORITY = addressBytes('D8cy77BBepLMngZx6ZukaTff5hCt1HrWyKk3Hnd9oitf');
/** Where a tip that the caller asks for goes: the first of Jito's eight accounts. */
export const TIP_ACCOUNT = addressBytes('96gYZGLnJYVFmbjzopPSU6QiEV5fGqZNyN9nmNhvrZU5');
