import * as z from 'zod';
import { plainText } from '../plain-text.ts';

/** Without a `maxLength` of its own. */
const STRING_MAX_CHARS = 200;
const ARGUMENTS_MAX_CHARS = 10_000;

/** One thing the model has to give. A subset of JSON Schema, one parameter an entry. */
export const toolParameter = z
  .strictObject({
    type: z.enum(['string', 'number', 'integer', 'boolean']),
    description: z.string().min(1).max(500),
    required: z.boolean().default(true),
    enum: z.array(z.string().min(1).max(100)).min(1).max(100).optional().describe('For strings: one of these.'),
    pattern: z.string().min(1).max(200).optional().describe('For strings: the whole value matches it.'),
    maxLength: z
      .number()
      .int()
      .min(1)
      .max(2_000)
      .optional()
      .describe(`For strings; ${STRING_MAX_CHARS} when left out.`),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
  })
  .describe('A parameter that the model fills in. What it gives is checked against this before anything is requested.');

export type ToolParameter = z.infer<typeof toolParameter>;
export type ToolParameters = Readonly<Record<string, ToolParameter>>;
export type ArgumentValue = string | number | boolean;
/** By parameter; an optional one that was not given is not there. */
export type ToolArguments = ReadonlyMap<string, ArgumentValue>;

/** JSON Schema of the arguments, for the model. */
export function argumentsSchema(parameters: ToolParameters): Record<string, unknown> {
  const entries = Object.entries(parameters);
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, parameter]) => [name, schemaOf(parameter)])),
    required: entries.filter(([, { required }]) => required).map(([name]) => name),
    additionalProperties: false,
  };
}

function schemaOf(parameter: ToolParameter): Record<string, unknown> {
  const { required: _, pattern, ...schema } = parameter;
  return { ...schema, ...(pattern === undefined ? {} : { pattern: whole(pattern).source }) };
}

export type ArgumentsReading =
  | { readonly ok: true; readonly values: ToolArguments }
  /** For the model: names parameters of ours, quotes nothing of its own. */
  | { readonly ok: false; readonly problem: string };

/**
 * The arguments of a call, as a model wrote them: checked, one line each, well-formed. A number in quotes counts as one, and a number where a
 * string is wanted: models mix them up. Never throws.
 */
export function readArguments(parameters: ToolParameters, argumentsJson: string): ArgumentsReading {
  const given = objectIn(argumentsJson);
  if (given === undefined) return { ok: false, problem: 'The arguments are not a JSON object.' };
  const names = Object.keys(parameters);
  if (Object.keys(given).some((name) => !names.includes(name))) {
    return { ok: false, problem: `There are no parameters but: ${names.join(', ') || 'none'}.` };
  }
  const values = new Map<string, ArgumentValue>();
  const problems: string[] = [];
  for (const [name, parameter] of Object.entries(parameters)) {
    const raw = Object.hasOwn(given, name) ? given[name] : undefined;
    if (raw === undefined || raw === null) {
      if (parameter.required) problems.push(`${name} is missing`);
      continue;
    }
    const value = valueOf(parameter, raw);
    const problem = value === undefined ? `is no ${parameter.type}` : problemWith(parameter, value);
    if (problem !== undefined) problems.push(`${name} ${problem}`);
    else if (value !== undefined) values.set(name, value);
  }
  return problems.length === 0 ? { ok: true, values } : { ok: false, problem: `${problems.join('; ')}.` };
}

function objectIn(json: string): Readonly<Record<string, unknown>> | undefined {
  if (json.length > ARGUMENTS_MAX_CHARS) return undefined;
  // Models write nothing where there is nothing to say.
  if (json.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function valueOf({ type }: ToolParameter, raw: unknown): ArgumentValue | undefined {
  switch (type) {
    case 'string':
      return typeof raw === 'string' ? plainText(raw) : typeof raw === 'number' ? String(raw) : undefined;
    case 'boolean':
      return typeof raw === 'boolean' ? raw : undefined;
    case 'number':
      return numberIn(raw);
    case 'integer': {
      const number = numberIn(raw);
      return Number.isSafeInteger(number) ? number : undefined;
    }
  }
}

function numberIn(raw: unknown): number | undefined {
  if (typeof raw === 'number') return raw;
  return typeof raw === 'string' && /^-?\d{1,15}(?:\.\d{1,15})?$/.test(raw) ? Number(raw) : undefined;
}

function problemWith(parameter: ToolParameter, value: ArgumentValue): string | undefined {
  if (typeof value === 'string') return problemWithText(parameter, value);
  if (typeof value === 'boolean') return undefined;
  const { minimum = -Infinity, maximum = Infinity } = parameter;
  if (value < minimum) return `is less than ${minimum}`;
  return value > maximum ? `is more than ${maximum}` : undefined;
}

function problemWithText(parameter: ToolParameter, value: string): string | undefined {
  const { maxLength = STRING_MAX_CHARS, pattern } = parameter;
  if (value === '') return 'is empty';
  // Before the pattern: the time a pattern takes grows with the text.
  if (value.length > maxLength) return `is longer than ${maxLength} characters`;
  if (parameter.enum?.includes(value) === false) return `is none of ${parameter.enum.join(', ')}`;
  return pattern === undefined || whole(pattern).test(value) ? undefined : `does not match ${pattern}`;
}

/** Throws `SyntaxError` for a pattern that is none. */
export function whole(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`, 'u');
}
