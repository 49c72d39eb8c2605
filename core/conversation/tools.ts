import { z } from 'zod';
import type { AgentDefinition } from '../agent/definition.ts';
import type { ToolCall, ToolDescription } from '../ports/language-model.ts';
import type { ToolUse } from './input.ts';

/** The tools every agent has. */
export function toolsOf(agent: AgentDefinition): readonly ToolDescription[] {
  const queues = agent.queues.map(({ name, topics }) => `${name}: ${topics.join('; ')}`).join('\n');
  return [
    {
      name: 'transfer_to_person',
      description: `Connect the caller with a person. Queues:\n${queues}`,
      parameters: {
        type: 'object',
        properties: {
          queue: { type: 'string', enum: agent.queues.map(({ name }) => name) },
          caller_asked: {
            type: 'boolean',
            description: 'Whether the caller asked for a person; if not, they will be asked.',
          },
          intent: { type: 'string', description: 'What the caller wants, in a few words.' },
          summary: { type: 'string', description: 'One or two sentences for the person who takes the call.' },
          sentiment: { type: 'string', enum: ['positive', 'neutral', 'negative'] },
        },
        required: ['queue', 'caller_asked', 'intent', 'summary'],
        additionalProperties: false,
      },
    },
    {
      name: 'end_call',
      description: 'End the call, after saying goodbye, when the caller has what they need.',
      parameters: { type: 'object', properties: {}, additionalProperties: false },
    },
  ];
}

export type ToolReading =
  | { readonly ok: true; readonly tool: ToolUse }
  /** For the model, so that it can do better. */
  | { readonly ok: false; readonly problem: string };

const ARGUMENTS_MAX_CHARS = 10_000;

/** Each field for itself: a model that gets one wrong still gets its caller to a person. */
const transferArguments = z.object({
  queue: z.string().optional().catch(undefined),
  caller_asked: z.boolean().catch(false),
  intent: z.string().optional().catch(undefined),
  summary: z.string().optional().catch(undefined),
  sentiment: z.enum(['positive', 'neutral', 'negative']).optional().catch(undefined),
});

/** What the model asks for. Never throws: a model may write anything. */
export function readToolCall(call: ToolCall): ToolReading {
  switch (call.name) {
    case 'end_call':
      return { ok: true, tool: { kind: 'end-call' } };
    case 'transfer_to_person': {
      const { queue, caller_asked: callerAsked, ...words } = transferArguments.parse(objectIn(call.argumentsJson));
      const reason = callerAsked ? 'caller-asked' : 'agent-decided';
      return { ok: true, tool: { kind: 'transfer-to-person', request: { reason, queue, words } } };
    }
    default:
      return { ok: false, problem: 'There is no tool of that name.' };
  }
}

function objectIn(json: string): object {
  if (json.length > ARGUMENTS_MAX_CHARS) return {};
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  } catch {
    return {};
  }
}
