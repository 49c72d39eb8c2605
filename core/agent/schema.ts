import * as z from 'zod';
import { agentDefinition } from './definition.ts';

/** The JSON Schema of an agent's YAML, published as agents/agent.schema.json for editors. What is optional in the file is optional here. */
export function agentJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(agentDefinition, { io: 'input' }), title: 'Trunkline agent' };
}
