import { parseYaml } from '../yaml-file.ts';
import { crossCheck } from './cross-check.ts';
import { agentDefinition, type AgentDefinition } from './definition.ts';

export type ParsedAgent =
  | { readonly ok: true; readonly agent: AgentDefinition }
  /** Each `file:line: field: what is wrong`. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads an agent's YAML. Never throws: whoever wrote the file is told every problem at once, with its line. */
export function parseAgent(yamlText: string, fileName: string): ParsedAgent {
  const parsed = parseYaml(yamlText, fileName, {
    schema: agentDefinition,
    check: crossCheck,
    schemaFile: 'agents/agent.schema.json',
    example: 'name: card-services',
  });
  return parsed.ok ? { ok: true, agent: parsed.value } : parsed;
}
