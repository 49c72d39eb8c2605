import { CORE_SCHEMA, load } from 'js-yaml';
import { isMap, isScalar, LineCounter, parseDocument, visit, type Document, type Node } from 'yaml';
import type { z } from 'zod';

export type ParsedYaml<Value> =
  | { readonly ok: true; readonly value: Value }
  /** Each `file:line: field: what is wrong`. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** Something wrong with one field; `path` as zod has it. */
export interface YamlIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What a file is meant to be. */
export interface YamlKind<Value> {
  readonly schema: z.ZodType<Value>;
  /** What a schema cannot say; looked at when everything else is right. */
  readonly check: (value: Value) => readonly YamlIssue[];
  /** Where a person finds the names of the fields. */
  readonly schemaFile: string;
  /** A line such a file may have, shown to whoever wrote none of it. */
  readonly example: string;
}

/** More than any agent or language, and little enough that a wrong file cannot stall the start. */
const FILE_MAX_CHARS = 200_000;
/** One slip of the indentation can make hundreds of errors; the first ones say where it is. */
const SYNTAX_ERRORS_MAX = 5;
/** Enough for shared texts, too few for a file that grows when it is read. */
const ALIASES_MAX = 100;

/** Reads the YAML of a file people write. Never throws: they are told every problem at once, with its line. */
export function parseYaml<Value>(yamlText: string, fileName: string, kind: YamlKind<Value>): ParsedYaml<Value> {
  const lines = new LineCounter();
  const problem = (offset: number, text: string): string => `${fileName}:${lines.linePos(offset).line || 1}: ${text}`;
  if (yamlText.length > FILE_MAX_CHARS) {
    return { ok: false, problems: [problem(0, `the file is longer than ${FILE_MAX_CHARS} characters`)] };
  }
  const right = readRight(yamlText, kind);
  if (right !== undefined) return { ok: true, value: right };
  const document = parseDocument(yamlText, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const content = contentOf(document, yamlText.includes('*'));
  if (!content.ok) {
    return { ok: false, problems: content.errors.map(({ at, message }) => problem(at, `not valid YAML: ${message}`)) };
  }
  const result = kind.schema.safeParse(content.value, { error: plainWords(kind.example) });
  const issues = result.success ? kind.check(result.data) : result.error.issues.flatMap(toIssues(kind.schemaFile));
  if (result.success && issues.length === 0) return { ok: true, value: result.data };
  return {
    ok: false,
    problems: issues.map(({ path, message }) =>
      problem(offsetOf(document, path), path.length === 0 ? message : `${path.join('.')}: ${message}`),
    ),
  };
}

/** An anchor, an alias, a tag, or a directive: what the two readers may take differently, and what can grow when it is read. */
const MORE_THAN_PLAIN = /(?:^|[\s[{,:-])[&*!][^\s]|^%/m;

/**
 * What a plain file says when nothing at all is wrong with it; undefined for any other, which the thorough reader then looks at, since this one knows no
 * lines. It takes a third of the time, and files are read before the first call is answered.
 */
function readRight<Value>(yamlText: string, kind: YamlKind<Value>): Value | undefined {
  if (MORE_THAN_PLAIN.test(yamlText)) return undefined;
  const result = kind.schema.safeParse(plainValue(yamlText));
  return result.success && kind.check(result.data).length === 0 ? result.data : undefined;
}

function plainValue(yamlText: string): unknown {
  try {
    return load(yamlText, { schema: CORE_SCHEMA });
  } catch {
    // Not valid: the thorough reader says where.
    return undefined;
  }
}

type Content =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly errors: readonly { readonly at: number; readonly message: string }[] };

/** `mayHaveAliases`: there is a star in it. To look for them costs a tenth of the start of the functions. */
function contentOf(document: Document, mayHaveAliases: boolean): Content {
  const errors = document.errors.map(({ pos, message }) => ({ at: pos[0], message }));
  if (errors.length === 0 && mayHaveAliases) errors.push(...unresolvedAliases(document));
  if (errors.length > 0) return { ok: false, errors: errors.slice(0, SYNTAX_ERRORS_MAX) };
  try {
    return { ok: true, value: document.toJS({ maxAliasCount: ALIASES_MAX }) };
  } catch (error) {
    // The library throws here, and only here: for aliases that grow out of bounds.
    return { ok: false, errors: [{ at: 0, message: error instanceof Error ? error.message : 'unreadable' }] };
  }
}

function unresolvedAliases(document: Document): { at: number; message: string }[] {
  const found: { at: number; message: string }[] = [];
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) !== undefined) return;
      found.push({ at: alias.range?.[0] ?? 0, message: `nothing above is marked &${alias.source}` });
    },
  });
  return found;
}

/** Zod's own words where they are good; not where a field is simply not there. */
function plainWords(example: string): (issue: z.core.$ZodRawIssue) => string | undefined {
  return (issue) => {
    if (issue.code !== 'invalid_type') return undefined;
    if (issue.input === undefined) return `missing: give a value (${issue.expected})`;
    return (issue.path?.length ?? 0) === 0 ? `expected fields such as "${example}"` : undefined;
  };
}

function toIssues(schemaFile: string): (issue: z.core.$ZodIssue) => YamlIssue[] {
  return (issue) => {
    if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, message: issue.message }];
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      message: `unknown field: remove it, or see ${schemaFile} for its name`,
    }));
  };
}

/** Where in the file a field is: its key where it has one, else the nearest thing around it. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const parent: unknown = depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1), true);
    const last = path[depth - 1];
    if (isMap(parent)) {
      const key = parent.items.map((pair) => pair.key).find((node) => isScalar(node) && node.value === last);
      if (isScalar(key) && key.range) return key.range[0];
    }
    const node = document.getIn(path.slice(0, depth), true) as Node | undefined;
    if (node?.range) return node.range[0];
  }
  return 0;
}
