import * as z from 'zod';
import type { AgentDefinition } from '../agent/definition.ts';
import { primarySubtag } from '../language/locale.ts';
import { clip, plainText } from '../plain-text.ts';
import type { ToolCall, ToolDescription } from '../ports/language-model.ts';
import type { ToolUse } from './input.ts';

const ARGUMENTS_MAX_CHARS = 10_000;
const REASON_MAX_CHARS = 300;

/** The tools that change the conversation itself. Those that work for it are a `ToolRunner`'s. */
export function toolsOf(agent: AgentDefinition): readonly ToolDescription[] {
  return [
    transferToPerson(agent),
    {
      name: 'end_call',
      description: 'End the call, after saying goodbye, when the caller has what they need.',
      parameters: objectOf({}, []),
    },
    ...(agent.languages.length > 1 ? [changeLanguage(agent)] : []),
    ...(agent.agents.length > 0 ? [handToAgent(agent)] : []),
  ];
}

function transferToPerson({ queues }: AgentDefinition): ToolDescription {
  const described = queues.map(({ name, topics }) => `${name}: ${topics.join('; ')}`).join('\n');
  return {
    name: 'transfer_to_person',
    description: `Connect the caller with a person. Queues:\n${described}`,
    parameters: objectOf(
      {
        queue: { type: 'string', enum: queues.map(({ name }) => name) },
        caller_asked: {
          type: 'boolean',
          description: 'Whether the caller asked for a person; if not, they will be asked.',
        },
        intent: { type: 'string', description: 'What the caller wants, in a few words.' },
        summary: { type: 'string', description: 'One or two sentences for the person who takes the call.' },
        sentiment: { type: 'string', enum: ['positive', 'neutral', 'negative'] },
      },
      ['queue', 'caller_asked', 'intent', 'summary'],
    ),
  };
}

function changeLanguage({ languages }: AgentDefinition): ToolDescription {
  const tags = languages.map(({ language }) => language);
  return {
    name: 'change_language',
    description:
      'Speak another language from now on: when the caller asks for it or speaks it. Write nothing before the call; go on in the new language after it.',
    parameters: objectOf({ language: { type: 'string', enum: tags } }, ['language']),
  };
}

function handToAgent({ agents }: AgentDefinition): ToolDescription {
  return {
    name: 'hand_to_agent',
    description:
      'Let another agent of ours go on with this caller, in the same call; it knows what was said. Say so in one short sentence.',
    parameters: objectOf(
      {
        agent: { type: 'string', enum: agents },
        reason: { type: 'string', description: 'What the caller wants from it, in a few words.' },
      },
      ['agent', 'reason'],
    ),
  };
}

function objectOf(properties: Record<string, unknown>, required: readonly string[]): Record<string, unknown> {
  return { type: 'object', properties, required, additionalProperties: false };
}

/** What the model asks for with a call. */
export type ToolReading =
  /** It changes who has the turn. */
  | { readonly kind: 'turn'; readonly tool: ToolUse }
  /** One of the agent's languages. */
  | { readonly kind: 'change-language'; readonly language: string }
  /** One of the agent's other agents. */
  | { readonly kind: 'hand-to-agent'; readonly agent: string; readonly reason: string }
  /** Nothing of the conversation: a `ToolRunner` carries it out, or says that there is no such tool. */
  | { readonly kind: 'work' }
  /** `problem` is for the model, so that it can do better. */
  | { readonly kind: 'wrong'; readonly problem: string };

/** Each field for itself: a model that gets one wrong still gets its caller to a person. */
const transferArguments = z.object({
  queue: z.string().optional().catch(undefined),
  caller_asked: z.boolean().catch(false),
  intent: z.string().optional().catch(undefined),
  summary: z.string().optional().catch(undefined),
  sentiment: z.enum(['positive', 'neutral', 'negative']).optional().catch(undefined),
});
const languageArguments = z.object({ language: z.string().catch('') });
const agentArguments = z.object({ agent: z.string().catch(''), reason: z.string().catch('') });

/** What the model asks for. Never throws: a model may write anything. */
export function readToolCall(call: ToolCall, agent: AgentDefinition): ToolReading {
  switch (call.name) {
    case 'end_call':
      return { kind: 'turn', tool: { kind: 'end-call' } };
    case 'transfer_to_person': {
      const { queue, caller_asked: callerAsked, ...words } = transferArguments.parse(objectIn(call.argumentsJson));
      const reason = callerAsked ? 'caller-asked' : 'agent-decided';
      return { kind: 'turn', tool: { kind: 'transfer-to-person', request: { reason, queue, words } } };
    }
    case 'change_language':
      return languageIn(languageArguments.parse(objectIn(call.argumentsJson)).language, agent);
    case 'hand_to_agent':
      return agentIn(agentArguments.parse(objectIn(call.argumentsJson)), agent);
    default:
      return { kind: 'work' };
  }
}

/** The tag, or the language it begins with: models write "es" for "es-MX". */
function languageIn(wanted: string, { languages }: AgentDefinition): ToolReading {
  const tags = languages.map(({ language }) => language);
  const language =
    tags.find((tag) => tag.toLowerCase() === wanted.toLowerCase()) ??
    tags.find((tag) => primarySubtag(tag) === primarySubtag(wanted));
  return language === undefined
    ? { kind: 'wrong', problem: `That language is not spoken here; there are ${tags.join(', ')}.` }
    : { kind: 'change-language', language };
}

function agentIn({ agent, reason }: z.output<typeof agentArguments>, { agents }: AgentDefinition): ToolReading {
  return agents.includes(agent)
    ? { kind: 'hand-to-agent', agent, reason: plainText(clip(reason, REASON_MAX_CHARS)) }
    : { kind: 'wrong', problem: `There is no agent of that name; there are ${agents.join(', ') || 'none'}.` };
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
