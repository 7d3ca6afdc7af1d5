import { getNodePath, type Node } from 'jsonc-parser';
import { createEngineError } from '../errors/create-engine-error.js';
import type { EngineError } from '../errors/engine-error.js';

const SECRET_KEY = /private|secret|mnemonic|passphrase|password|seed|keypair|api_?key|auth|token|bearer/i;
/** Names a place where a secret lies, and holds none itself. */
const KEY_OF_A_PLACE = /_(file|env|header|accounts?|mints?)$/i;
const SECRET_QUERY = /key|token|secret|auth|pass/i;
/** 64 secret bytes in base58 are 86 to 88 characters long; addresses end at 44, so nothing else in a configuration looks like this. */
const SECRET_KEY_TEXT = /^[1-9A-HJ-NP-Za-km-z]{80,90}$/;
const SECRET_LIST_TEXT = /^\s*\[(\s*\d{1,3}\s*,){31,}\s*\d{1,3}\s*\]\s*$/;
const PEM_TEXT = /-----BEGIN/;

/**
 * Refuses secrets in a configuration text, whatever key they stand under. The value is never repeated.
 * @throws CONFIG_SECRET_INVALID
 */
export function refuseSecrets(root: Node): void {
  visit(root, (node) => {
    const path = getNodePath(node).join('.');
    if (node.type === 'property') {
      const key = String(node.children?.[0]?.value);
      const place = getNodePath(node.children?.[1] ?? node).join('.');
      if (isSecretKey(key)) throw secretError(place, 'is the name of a secret');
    } else if (node.type === 'string') {
      refuseSecretText(path, String(node.value));
    } else if (node.type === 'array' && looksLikeKeyBytes(node)) {
      throw secretError(path, 'looks like the bytes of a key');
    }
  });
}

/**
 * Refuses a secret key given by an override. Unlike the file an override may hold a URL with an access token, because it comes from
 * the environment.
 * @throws CONFIG_SECRET_INVALID
 */
export function refuseSecretOverride(options: {
  readonly name: string;
  readonly key: string;
  readonly value: string;
}): void {
  if (isSecretKey(options.key)) throw secretError(options.name, 'is the name of a secret');
  if (looksLikeKeyText(options.value)) throw secretError(options.name, 'looks like a secret key');
}

function refuseSecretText(path: string, text: string): void {
  if (looksLikeKeyText(text)) throw secretError(path, 'looks like a secret key');
  if (!URL.canParse(text)) return;
  const { username, password, searchParams } = new URL(text);
  const tokenInQuery = [...searchParams.keys()].some((name) => SECRET_QUERY.test(name));
  if (username === '' && password === '' && !tokenInQuery) return;
  throw secretError(path, 'is a URL with an access token', `Take the token out of the file: ${overrideFor(path)}.`);
}

/** An override sets a whole list: its members have no variables of their own. */
function overrideFor(path: string): string {
  const [list, ...within] = path.split(/\.\d+(?:\.|$)/);
  const variable = `TANDEM__${(list ?? path).toUpperCase().replaceAll('.', '__')}`;
  const what = within.length > 0 ? 'the whole list, written as JSON,' : 'the whole URL';
  return `set ${what} in the environment variable ${variable}`;
}

function isSecretKey(key: string): boolean {
  return SECRET_KEY.test(key) && !KEY_OF_A_PLACE.test(key);
}

function looksLikeKeyText(text: string): boolean {
  return SECRET_KEY_TEXT.test(text) || SECRET_LIST_TEXT.test(text) || PEM_TEXT.test(text);
}

function looksLikeKeyBytes(node: Node): boolean {
  const children = node.children ?? [];
  const isByte = (child: Node) => child.type === 'number' && Number(child.value) >= 0 && Number(child.value) <= 255;
  return children.length >= 32 && children.every(isByte);
}

function secretError(path: string, what: string, action?: string): EngineError {
  const message = `${path} ${what}; a configuration holds no secret`;
  return createEngineError('CONFIG_SECRET_INVALID', message, {
    context: { path },
    ...(action === undefined ? {} : { action }),
  });
}

function visit(node: Node, check: (node: Node) => void): void {
  check(node);
  for (const child of node.children ?? []) visit(child, check);
}
