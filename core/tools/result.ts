import { clip, plainText } from '../plain-text.ts';
import type { HttpTool } from './http-tool.ts';

/** Of a list in an answer: nobody listens to more. */
const ELEMENTS_MAX = 20;

/** What the model gets of an answer: the members the tool names, as JSON; an answer that is no JSON as a line of text. Bounded. Never throws. */
export function resultText({ result, resultMaxChars }: HttpTool, body: string): string {
  return clip(picked(body, result) ?? plainText(clip(body, resultMaxChars * 2)), resultMaxChars);
}

function picked(body: string, paths: readonly string[]): string | undefined {
  try {
    const value: unknown = JSON.parse(body);
    if (paths.length === 0) return JSON.stringify(value);
    const found = paths.map((path) => [path, memberOf(value, path.split('.'))] as const);
    return JSON.stringify(Object.fromEntries(found.filter(([, member]) => member !== undefined)));
  } catch {
    // No JSON, or nested so deep that it cannot be written again.
    return undefined;
  }
}

function memberOf(value: unknown, path: readonly string[]): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  if (Array.isArray(value)) {
    const members = value.slice(0, ELEMENTS_MAX).map((element) => memberOf(element, path));
    return members.every((member) => member === undefined) ? undefined : members.map((member) => member ?? null);
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return memberOf((value as Record<string, unknown>)[name], rest);
}
