import { isMap, isScalar, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import type { z } from 'zod';
import { agentDefinition, type AgentDefinition } from './definition.ts';

export type ParsedAgent =
  | { readonly ok: true; readonly agent: AgentDefinition }
  /** Each `file:line: field: what is wrong`. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** More than any agent, and little enough that a wrong file cannot stall the start. */
const FILE_MAX_CHARS = 200_000;

/** Reads an agent's YAML. Never throws: whoever wrote the file is told every problem at once, with its line. */
export function parseAgent(yamlText: string, fileName: string): ParsedAgent {
  if (yamlText.length > FILE_MAX_CHARS) {
    return { ok: false, problems: [`${fileName}:1: the file is longer than ${FILE_MAX_CHARS} characters`] };
  }
  const lines = new LineCounter();
  const document = parseDocument(yamlText, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  if (document.errors.length > 0) {
    return {
      ok: false,
      problems: document.errors.map((error) => `${fileName}:${lineAt(error.pos[0])}: not valid YAML: ${error.message}`),
    };
  }
  const result = agentDefinition.safeParse(document.toJS({ maxAliasCount: 100 }));
  const issues = result.success ? crossCheck(result.data) : result.error.issues.flatMap(toIssues);
  if (result.success && issues.length === 0) return { ok: true, agent: result.data };
  return {
    ok: false,
    problems: issues.map(({ path, message }) => {
      const field = path.length === 0 ? '' : `${path.join('.')}: `;
      return `${fileName}:${lineAt(offsetOf(document, path))}: ${field}${message}`;
    }),
  };
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function toIssues(issue: z.core.$ZodIssue): Issue[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, message: issue.message }];
  return issue.keys.map((key) => ({
    path: [...issue.path, key],
    message: 'unknown field; see agents/agent.schema.json',
  }));
}

/** What a schema cannot say: names that refer to each other. */
function crossCheck(agent: AgentDefinition): Issue[] {
  const names = agent.queues.map(({ name }) => name);
  return [
    ...names.flatMap((name, index) =>
      names.indexOf(name) === index
        ? []
        : [{ path: ['queues', index, 'name'], message: `there is another queue "${name}"` }],
    ),
    ...agent.handover.fallback.flatMap((name, index) =>
      names.includes(name)
        ? []
        : [
            {
              path: ['handover', 'fallback', index],
              message: `no queue is called "${name}"; there are ${names.join(', ')}`,
            },
          ],
    ),
    ...(agent.keypad.toPerson !== undefined && agent.keypad.toPerson === agent.keypad.terminator
      ? [{ path: ['keypad', 'toPerson'], message: 'the same key as keypad.terminator' }]
      : []),
  ];
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
