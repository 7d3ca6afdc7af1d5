import { getNodePath, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import { createEngineError } from '../errors/create-engine-error.js';

/** A place in the configuration text, counted from 1 as editors do. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** A parsed configuration text: its tree, and where each part of it stands. */
export interface ConfigDocument {
  readonly root: Node;
  readonly text: string;
}

const DEEPEST_NESTING = 16;
const LARGEST_TEXT = 1_000_000;

/**
 * Parses JSON with comments and trailing commas.
 * @throws CONFIG_SYNTAX_INVALID with line and column
 */
export function parseConfigDocument(text: string): ConfigDocument {
  if (text.length > LARGEST_TEXT)
    throw createEngineError('CONFIG_SYNTAX_INVALID', 'the configuration is larger than 1 MB');
  const plain = text.charCodeAt(0) === 0xfeff ? ` ${text.slice(1)}` : text;
  refuseDeepNesting(plain);
  const errors: ParseError[] = [];
  const root = parseTree(plain, errors, { allowTrailingComma: true });
  const first = errors[0];
  if (first !== undefined) throw syntaxError(plain, first.offset, describeParseError(first));
  if (root === undefined) throw syntaxError(plain, 0, 'the configuration is empty');
  if (root.type !== 'object')
    throw syntaxError(plain, root.offset, `the configuration must be an object, not a ${root.type}`);
  refuseRepeatedKeys(plain, root);
  return { root, text: plain };
}

/** Returns the plain value of a node. Numbers at `decimalPaths` stay the text they were written as, so that no digit is lost. */
export function configValue(document: ConfigDocument, node: Node, decimalPaths: ReadonlySet<string>): unknown {
  const children = node.children ?? [];
  if (node.type === 'array') return children.map((child) => configValue(document, child, decimalPaths));
  if (node.type === 'object') {
    const object: Record<string, unknown> = {};
    for (const property of children) {
      const [key, value] = property.children ?? [];
      if (key === undefined || value === undefined) continue;
      // A key named __proto__ must become an own key, so that it is refused like every unknown one.
      Object.defineProperty(object, String(key.value), {
        value: configValue(document, value, decimalPaths),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    return object;
  }
  if (node.type === 'number' && decimalPaths.has(getNodePath(node).join('.'))) {
    return document.text.slice(node.offset, node.offset + node.length);
  }
  return node.value as unknown;
}

/** Returns line and column of an offset. */
export function positionAt(text: string, offset: number): TextPosition {
  const before = text.slice(0, offset);
  const lineStart = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1;
  return { line: before.split(/\r\n|\r|\n/).length, column: offset - lineStart + 1 };
}

function syntaxError(text: string, offset: number, what: string): Error {
  const { line, column } = positionAt(text, offset);
  return createEngineError('CONFIG_SYNTAX_INVALID', `line ${line}, column ${column}: ${what}`, {
    context: { line, column },
  });
}

function describeParseError(error: ParseError): string {
  const words = printParseErrorCode(error.error)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
  return `not valid JSON (${words})`;
}

/** The parser recurses: a text of a million brackets must not become a stack overflow. */
function refuseDeepNesting(text: string): void {
  let depth = 0;
  const token = /"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\/|[[\]{}]/g;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    if (match[0] === '{' || match[0] === '[') depth += 1;
    else if (match[0] === '}' || match[0] === ']') depth -= 1;
    if (depth > DEEPEST_NESTING) throw syntaxError(text, match.index, `nested deeper than ${DEEPEST_NESTING} levels`);
  }
}

function refuseRepeatedKeys(text: string, node: Node): void {
  const seen = new Set<unknown>();
  for (const child of node.children ?? []) {
    if (node.type === 'object') {
      const key = child.children?.[0];
      if (key !== undefined && seen.has(key.value))
        throw syntaxError(text, key.offset, `the key "${String(key.value)}" stands twice`);
      seen.add(key?.value);
    }
    refuseRepeatedKeys(text, child);
  }
}
