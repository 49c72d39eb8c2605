import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { stringify } from 'yaml';
import * as z from 'zod';
import type { ScenarioResult } from '../scenario/result.ts';
import type { Scenario } from '../scenario/schema.ts';
import { parseRunMessage, STACK_SERVICE } from './run-messages.ts';
import type { StoryRunOptions } from './stack.ts';

const ANSWER_TIMEOUT_MS = 1_000;

const status = z.object({ service: z.literal(STACK_SERVICE) });

/** Whether a stack listens there; anything else that does is none. */
export async function isStackRunning(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    return status.safeParse(await response.json()).success;
  } catch {
    return false;
  }
}

/** Runs a scenario in the stack that listens at `url`. Rejects with its reason when it could not. */
export async function runInStack(
  url: string,
  scenario: Scenario,
  { folder, signal, onEvent, onStory }: StoryRunOptions,
): Promise<ScenarioResult> {
  const target = new URL('/scenarios', url);
  if (folder !== undefined) target.searchParams.set('folder', folder);
  const response = await fetch(target, {
    method: 'POST',
    headers: { 'content-type': 'application/yaml' },
    body: stringify(scenario),
    ...(signal ? { signal } : {}),
  });
  if (!response.ok || response.body === null) {
    throw new Error(`the running stack refused the scenario with ${response.status}: ${await response.text()}`);
  }
  for await (const text of createInterface({ input: Readable.fromWeb(response.body) })) {
    const message = parseRunMessage(text);
    if (message.type === 'result') return message.result;
    if (message.type === 'failed') throw new Error(message.reason);
    if (message.type === 'event') onEvent?.(message.event);
    else onStory?.(message.line);
  }
  throw new Error('the running stack ended before the scenario did');
}
