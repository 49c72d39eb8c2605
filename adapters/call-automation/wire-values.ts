/**
 * Narrowing of JSON that a stranger sent: each gives the value when it is of the kind asked for, inside its bound, and
 * `undefined` otherwise.
 */
export type JsonObject = Readonly<Record<string, unknown>>;

export function objectOf(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

export function textOf(value: unknown, maxChars: number): string | undefined {
  return typeof value === 'string' && value.length > 0 && value.length <= maxChars ? value : undefined;
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** Milliseconds since the epoch. ACS writes up to seven fractional digits and `+00:00` (acs-facts 3.1). */
export function timeOf(value: unknown): number | undefined {
  const text = textOf(value, 64);
  const ms = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}
