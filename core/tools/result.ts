import { clip, plainText } from '../plain-text.ts';
import type { HttpTool } from './http-tool.ts';

/** Of a list in an answer: nobody listens to more. */
const ELEMENTS_MAX = 20;

/**
 * What the model gets of an answer: the members the tool names, as JSON. A tool that names none gets all of it, and an answer that is no JSON as
 * a line of text; one that names some gets nothing of what cannot be read. Bounded. Never throws.
 */
export function resultText({ result, resultMaxChars }: HttpTool, body: string): string | undefined {
  const text = picked(body, result) ?? (result.length === 0 ? plainText(clip(body, resultMaxChars * 2)) : undefined);
  return text === undefined ? undefined : clip(text, resultMaxChars);
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
