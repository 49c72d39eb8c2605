import * as z from 'zod';
import type { ScenarioResult } from '../scenario/result.ts';
import type { ScenarioEvent } from '../scenario/run-scenario.ts';
import type { Stack } from './stack.ts';
import type { StoryLine } from './story/story.ts';

/** By this a stack says that it is one, and not whatever else may listen on the port. */
export const STACK_SERVICE = 'trunkline-stack';

/** Answer to `GET /`. */
export interface StackStatus {
  readonly service: typeof STACK_SERVICE;
  readonly pid: number;
  /** Process ids of everything that the stack started. */
  readonly children: readonly number[];
  /** The media bridge's replicas: `kill -9` one of them in the middle of a call. */
  readonly bridges: readonly { readonly name: string; readonly url: string; readonly pid: number }[];
  readonly addresses: Stack['addresses'];
}

/** One line of the answer to `POST /scenarios`. The last is a `result` or `failed`. */
export type RunMessage =
  | { readonly type: 'story'; readonly line: StoryLine }
  | { readonly type: 'event'; readonly event: ScenarioEvent }
  | { readonly type: 'result'; readonly result: ScenarioResult }
  | { readonly type: 'failed'; readonly reason: string };

const runMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('story'), line: z.custom<StoryLine>(isObject) }),
  z.object({ type: z.literal('event'), event: z.custom<ScenarioEvent>(isObject) }),
  z.object({ type: z.literal('result'), result: z.custom<ScenarioResult>(isObject) }),
  z.object({ type: z.literal('failed'), reason: z.string() }),
]);

/** The sender is this same program: what is inside a message is taken as it is. */
export function parseRunMessage(text: string): RunMessage {
  return runMessage.parse(JSON.parse(text));
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
