import { createEngineError } from '../errors/create-engine-error.js';
import type { EngineError } from '../errors/engine-error.js';
import { DECIMAL_KEYS, type JsonSchemaNode } from './config-file-schema.js';
import { findNearestKey } from './config-issue.js';
import { refuseSecretOverride } from './secret-guard.js';

const PREFIX = 'TANDEM__';
const WHOLE_NUMBER = /^-?\d{1,15}$/;

/** Lays `TANDEM__SECTION__KEY` values over a plain configuration; returns which name set which path. */
export function applyOverrides(
  target: Record<string, unknown>,
  overrides: Readonly<Record<string, string>>,
  schema: JsonSchemaNode,
): Map<string, string> {
  const overriddenBy = new Map<string, string>();
  // Sorted, so that the same overrides give the same error whatever order the environment lists them in.
  for (const name of Object.keys(overrides).sort()) {
    const value = overrides[name];
    if (value === undefined || !name.startsWith(PREFIX)) continue;
    const path = name.slice(PREFIX.length).toLowerCase().split('__');
    refuseSecretOverride({ name, key: path.at(-1) ?? '', value });
    const leaf = findLeaf(schema, path);
    if (leaf === undefined) throw unknownOverride(name, path, schema);
    setAt(target, path, parseOverride(value, leaf, path));
    overriddenBy.set(path.join('.'), name);
  }
  return overriddenBy;
}

function findLeaf(schema: JsonSchemaNode, path: readonly string[]): JsonSchemaNode | undefined {
  let node: JsonSchemaNode | undefined = schema;
  for (const part of path) {
    const properties: Readonly<Record<string, JsonSchemaNode>> = node?.properties ?? {};
    node = Object.hasOwn(properties, part) ? properties[part] : undefined;
  }
  return node === undefined || node.properties !== undefined ? undefined : node;
}

/** Gives a text the type its key has; what does not fit stays a text, and the schema refuses it. */
function parseOverride(text: string, leaf: JsonSchemaNode, path: readonly string[]): unknown {
  const trimmed = text.trim();
  if (DECIMAL_KEYS.has(path.join('.'))) return trimmed;
  if (leaf.type === 'array') return parseList(trimmed);
  const isNumber =
    leaf.type === 'integer' || leaf.type === 'number' || leaf.anyOf?.some((branch) => branch.type === 'integer');
  return isNumber === true && WHOLE_NUMBER.test(trimmed) ? Number(trimmed) : trimmed;
}

function parseList(text: string): unknown {
  if (text === '') return [];
  if (!text.startsWith('[')) return text.split(',').map((item) => item.trim());
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Not a list after all: the schema names the key and what it may be.
    return text;
  }
}

function setAt(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let object = target;
  for (const part of path.slice(0, -1)) {
    const next = object[part];
    if (typeof next !== 'object' || next === null || Array.isArray(next)) {
      // A section of the wrong kind is refused by the schema, with or without the override.
      if (next !== undefined) return;
      object[part] = {};
    }
    object = object[part] as Record<string, unknown>;
  }
  const last = path.at(-1);
  if (last !== undefined) object[last] = value;
}

function unknownOverride(name: string, path: readonly string[], schema: JsonSchemaNode): EngineError {
  const nearest = findNearestKey(schema, path.slice(0, -1), path.at(-1) ?? '');
  const variable = nearest === undefined ? undefined : PREFIX + nearest.toUpperCase().replaceAll('.', '__');
  const message = variable === undefined ? `${name}: unknown key` : `${name}: unknown key; did you mean ${variable}?`;
  return createEngineError('CONFIG_KEY_NOT_FOUND', message, { context: { path: path.join('.'), variable: name } });
}
