import { clip } from '../plain-text.ts';

const DATA_MAX_CHARS = 8_000;

/** What comes from outside, as the model is shown it: JSON between two marks, with every `<` in it escaped, so that nothing in it can close the fence. */
export function fencedData(data: unknown): string {
  return `<data>${clip(JSON.stringify(data), DATA_MAX_CHARS).replaceAll('<', String.raw`\u003c`)}</data>`;
}
