import { readFile } from 'node:fs/promises';
import { isNode, LineCounter, parseDocument, type Document } from 'yaml';
import * as z from 'zod';
import { scenarioSchema, type Scenario } from './schema.ts';

/** A scenario file that is wrong: one line a problem, each `file:line: field: what is wrong`. */
export class ScenarioFileError extends Error {
  override readonly name = 'ScenarioFileError';
}

export async function readScenario(file: string): Promise<Scenario> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new ScenarioFileError(`${file}: ${error instanceof Error ? error.message : 'cannot be read'}`);
  }
  return parseScenario(text, file);
}

export function parseScenario(text: string, file: string): Scenario {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  // Of syntax errors the first is the cause; the rest are its echoes.
  const [syntaxError] = document.errors;
  if (syntaxError) {
    const reason = (syntaxError.message.split('\n', 1)[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
    throw new ScenarioFileError(`${file}:${lines.linePos(syntaxError.pos[0]).line}: ${reason}`);
  }
  const parsed = scenarioSchema.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  const problems = flatten(parsed.error.issues).map(({ path, message }) => {
    const field = path.length === 0 ? 'the file' : path.join('.');
    return `${file}:${lineOf(document, lines, path)}: ${field}: ${message}`;
  });
  throw new ScenarioFileError(problems.join('\n'));
}

/** The JSON Schema that editors check scenario files by. */
export function scenarioJsonSchema(): unknown {
  return z.toJSONSchema(scenarioSchema, { io: 'input' });
}

type Path = readonly PropertyKey[];

/** A union says "invalid input" and keeps the reasons inside: the alternative that got furthest is the one that was meant. */
function flatten(issues: readonly z.core.$ZodIssue[], prefix: Path = []): { path: Path; message: string }[] {
  return issues.flatMap((issue) => {
    const path = [...prefix, ...issue.path];
    if (issue.code !== 'invalid_union') return [{ path, message: issue.message }];
    const meant = [...issue.errors].sort((one, other) => closeness(other) - closeness(one))[0];
    return meant && closeness(meant) > 0 ? flatten(meant, path) : [{ path, message: 'none of the known forms' }];
  });
}

/** Deeper paths mean that the outer keys fitted; unknown keys mean that they did not. */
function closeness(issues: readonly z.core.$ZodIssue[]): number {
  if (issues.some(({ code }) => code === 'unrecognized_keys')) return 0;
  return Math.max(0, ...issues.map(({ path }) => path.length));
}

/** The line of the node at `path`, or of the nearest one around it that exists. */
function lineOf(document: Document, lines: LineCounter, path: Path): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}
