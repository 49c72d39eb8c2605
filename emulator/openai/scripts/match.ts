import type { ChatRequest } from '../chat/request.ts';
import type { Rule } from './rule.ts';

/** What the patterns see of a text: bounds the time a pattern can take. */
const MAX_MATCHED_CHARACTERS = 8000;

/**
 * Whether a rule answers this request. A rule without `after_tool` is for what the caller said, never for a tool's result, or a rule that
 * calls a tool would answer the result of its own call again, for ever.
 */
export function answers({ when, then }: Rule, request: ChatRequest): boolean {
  const last = request.messages.at(-1);
  const afterTool = last?.role === 'tool' ? (last.toolName ?? '') : undefined;
  if (when.afterTool !== afterTool) return false;
  if (then.kind !== 'error' && request.wantsJson !== (then.kind === 'json')) return false;
  if (then.kind === 'tool' && !request.tools.includes(then.name)) return false;
  if (!when.tools.every((tool) => request.tools.includes(tool))) return false;
  return matches(when.said, lastUserText(request)) && matches(when.about, systemText(request));
}

function matches(pattern: RegExp | undefined, text: string): boolean {
  return pattern === undefined || pattern.test(text);
}

function lastUserText({ messages }: ChatRequest): string {
  return (messages.findLast(({ role }) => role === 'user')?.text ?? '').slice(-MAX_MATCHED_CHARACTERS);
}

function systemText({ messages }: ChatRequest): string {
  return messages
    .filter(({ role }) => role === 'system' || role === 'developer')
    .map(({ text }) => text)
    .join('\n')
    .slice(0, MAX_MATCHED_CHARACTERS);
}
