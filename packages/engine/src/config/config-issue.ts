import { findNodeAtLocation } from 'jsonc-parser';
import type { z } from 'zod';
import { createEngineError } from '../errors/create-engine-error.js';
import type { EngineCode } from '../errors/codes.js';
import type { EngineError } from '../errors/engine-error.js';
import { VENUE_STEMS } from '../market/venue-catalog.js';
import { positionAt, type ConfigDocument } from './config-document.js';
import type { JsonSchemaNode } from './config-file-schema.js';
import { findNearestName } from './nearest-name.js';

type Path = readonly (string | number)[];

/** One thing that is wrong with a configuration. */
export interface ConfigIssue {
  readonly code: EngineCode;
  readonly path: Path;
  /** What is wrong; where only `allowed` stands, the value is. */
  readonly what?: string;
  readonly allowed?: string;
  readonly hint?: string;
}

/** Where the values of a configuration came from. */
export interface ConfigSource {
  readonly document: ConfigDocument;
  /** Environment-style name of every overridden path (joined by dots). */
  readonly overriddenBy: ReadonlyMap<string, string>;
  /** The plain value that was checked. */
  readonly value: unknown;
}

const LONGEST_GIVEN = 60;

/** Returns the issues of a failed parse: branches of a union that got nearer than its surface are followed. */
export function issuesFrom(error: z.ZodError, value: unknown, schema: JsonSchemaNode): ConfigIssue[] {
  const issues = error.issues.flatMap((issue) => translate(issue, [], value, schema));
  // A misspelt key is also a missing one; what was written comes first.
  const rank = (issue: ConfigIssue) => (issue.code === 'CONFIG_KEY_MISSING' ? 1 : 0);
  return issues.sort((a, b) => rank(a) - rank(b));
}

/** Returns the error for the first issue; the others stand in its context. */
export function configError(issues: readonly [ConfigIssue, ...ConfigIssue[]], source: ConfigSource): EngineError {
  const [first] = issues;
  const lines = issues.map((issue) => `${describePlace(issue.path, source)}: ${describeIssue(issue, source)}`);
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  const position = findPosition(first.path, source);
  return createEngineError(first.code, `${lines[0] ?? ''}${more}`, {
    context: { path: pathText(first.path), ...position, issues: lines },
    ...(first.hint === undefined ? {} : { action: first.hint }),
  });
}

/** Returns the issue of a key nobody knows, naming the nearest known one. */
function unknownKeyIssue(schema: JsonSchemaNode, parent: Path, key: string): ConfigIssue {
  const path = [...parent, key];
  const nearest = findNearestKey(schema, parent, key);
  if (nearest !== undefined) {
    const hint = `Use ${nearest} instead of ${pathText(path)}, or remove it.`;
    return { code: 'CONFIG_KEY_NOT_FOUND', path, what: `unknown key; did you mean ${nearest}?`, hint };
  }
  const siblings = Object.keys(propertiesAt(schema, parent));
  const what = `unknown key; known here: ${siblings.join(', ') || 'none'}`;
  return { code: 'CONFIG_KEY_NOT_FOUND', path, what, hint: `Remove ${pathText(path)}.` };
}

/** Returns the known key a given one may have meant: the same name elsewhere, else a near name beside it, else a near one anywhere. */
export function findNearestKey(schema: JsonSchemaNode, parent: Path, key: string): string | undefined {
  const places = leafPlaces(schema, '');
  const elsewhere = places.get(key);
  if (elsewhere !== undefined) return elsewhere;
  const sibling = findNearestName(key, Object.keys(propertiesAt(schema, parent)));
  if (sibling !== undefined) return pathText([...parent, sibling]);
  const distant = findNearestName(key, [...places.keys()]);
  return distant === undefined ? undefined : places.get(distant);
}

function describeIssue(issue: ConfigIssue, source: ConfigSource): string {
  if (issue.what !== undefined) return issue.what;
  const value = valueAt(source.value, issue.path);
  return `${value === undefined ? 'missing' : `is ${showGiven(issue.path, value, source)}`}; must be ${issue.allowed ?? 'another value'}`;
}

/** Shows a value as it was written, since a large number read as a float is another number; short, one line. */
function showGiven(path: Path, value: unknown, source: ConfigSource): string {
  const { root, text } = source.document;
  const node = source.overriddenBy.has(path.join('.')) ? undefined : findNodeAtLocation(root, [...path]);
  const written =
    node === undefined ? (JSON.stringify(value) ?? 'nothing') : text.slice(node.offset, node.offset + node.length);
  const line = written.replace(/\s+/g, ' ');
  return line.length > LONGEST_GIVEN ? `${line.slice(0, LONGEST_GIVEN)}…` : line;
}

function translate(issue: z.core.$ZodIssue, prefix: Path, root: unknown, schema: JsonSchemaNode): ConfigIssue[] {
  const path: Path = [...prefix, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKeyIssue(schema, path, key));
  if (issue.code === 'invalid_union') {
    const nearer = issue.errors.find((branch) =>
      branch.some((inner) => inner.path.length > 0 || inner.code === 'unrecognized_keys'),
    );
    if (nearer !== undefined) return nearer.flatMap((inner) => translate(inner, path, root, schema));
  }
  const given = valueAt(root, path);
  if (given === undefined) return [{ code: 'CONFIG_KEY_MISSING', path, allowed: issue.message }];
  if (path[0] === 'venues' && path[1] === 'enabled' && path.length === 3) return [venueIssue(path, given)];
  return [{ code: 'CONFIG_VALUE_INVALID', path, allowed: issue.message }];
}

function venueIssue(path: Path, given: unknown): ConfigIssue {
  const nearest = typeof given === 'string' ? findNearestName(given, VENUE_STEMS) : undefined;
  const guess = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  return {
    code: 'CONFIG_VENUE_UNSUPPORTED',
    path,
    what: `${JSON.stringify(given)} is no known venue; known: ${VENUE_STEMS.join(', ')}${guess}`,
  };
}

function describePlace(path: Path, source: ConfigSource): string {
  const variable = source.overriddenBy.get(path.join('.')) ?? source.overriddenBy.get(path.slice(0, -1).join('.'));
  if (variable !== undefined) return variable;
  const { line, column } = findPosition(path, source);
  const place = path.length === 0 ? 'the configuration' : pathText(path);
  return line === undefined || column === undefined ? place : `${place} (line ${line}, column ${column})`;
}

function findPosition(path: Path, source: ConfigSource): { line?: number; column?: number } {
  const { root, text } = source.document;
  const node = findNodeAtLocation(root, [...path]);
  if (node === undefined || source.overriddenBy.has(path.join('.'))) return {};
  return positionAt(text, node.offset);
}

function pathText(path: Path): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`),
    '',
  );
}

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const part of path) value = (value as Record<string | number, unknown> | null | undefined)?.[part];
  return value;
}

/** Returns the properties an object at this path may have, through lists and unions. */
function propertiesAt(schema: JsonSchemaNode, path: Path): Readonly<Record<string, JsonSchemaNode>> {
  let node: JsonSchemaNode | undefined = schema;
  for (const part of path) {
    if (typeof part === 'number') node = objectBranch(node)?.items ?? node?.items;
    else node = objectBranch(node)?.properties?.[part];
  }
  return objectBranch(node)?.properties ?? {};
}

function objectBranch(node: JsonSchemaNode | undefined): JsonSchemaNode | undefined {
  if (node?.properties !== undefined || node?.anyOf === undefined) return node;
  return node.anyOf.find((branch) => branch.properties !== undefined) ?? node;
}

/** Returns every key that holds a value, with its full path; the first place wins where a name stands twice. */
function leafPlaces(schema: JsonSchemaNode, prefix: string, places = new Map<string, string>()): Map<string, string> {
  for (const [key, node] of Object.entries(schema.properties ?? {})) {
    const place = prefix === '' ? key : `${prefix}.${key}`;
    if (node.properties === undefined) {
      if (!places.has(key)) places.set(key, place);
    } else leafPlaces(node, place, places);
  }
  return places;
}

/** Returns the issue of a value that is of the right kind and still wrong. */
export function wrongValue(path: readonly (string | number)[], allowed: string): ConfigIssue {
  return { code: 'CONFIG_VALUE_INVALID', path, allowed };
}
