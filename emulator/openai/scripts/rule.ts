import * as z from 'zod';

/** One answer and when it is given. */
export interface Rule {
  readonly when: {
    readonly said: RegExp | undefined;
    readonly about: RegExp | undefined;
    readonly afterTool: string | undefined;
    readonly tools: readonly string[];
  };
  readonly then: ScriptedAnswer;
  readonly delayMs: number;
  /** How often it may be given. */
  readonly times: number;
}

export type ScriptedAnswer =
  | { readonly kind: 'reply'; readonly text: string }
  | { readonly kind: 'tool'; readonly text: string; readonly name: string; readonly argumentsJson: string }
  | { readonly kind: 'json'; readonly text: string }
  | { readonly kind: 'error'; readonly status: number; readonly code: string };

export type RulesResult =
  { readonly ok: true; readonly rules: readonly Rule[] } | { readonly ok: false; readonly reason: string };

const MAX_PATTERN_CHARACTERS = 500;
/** A repetition inside a repetition can take for ever on a few dozen letters. */
const NESTED_REPETITION = /\((?:[^()\\]|\\.)*(?:[+*]|\{\d+,\d*\})(?:[^()\\]|\\.)*\)(?:[+*]|\{\d+,)/;

const pattern = z
  .string()
  .max(MAX_PATTERN_CHARACTERS)
  .transform((source, context) => {
    if (NESTED_REPETITION.test(source)) {
      context.addIssue({ code: 'custom', message: 'a repetition inside a repetition is not taken' });
      return z.NEVER;
    }
    try {
      return new RegExp(source, 'iu');
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof SyntaxError ? error.message : 'invalid pattern' });
      return z.NEVER;
    }
  });

const name = z.string().min(1).max(64);
const ruleShape = z
  .strictObject({
    when: z
      .strictObject({
        said: pattern.optional(),
        about: pattern.optional(),
        after_tool: name.optional(),
        tools: z.array(name).max(64).default([]),
      })
      .prefault({}),
    reply: z.string().max(8000).optional(),
    tool: z.strictObject({ name, arguments: z.record(z.string(), z.unknown()).default({}) }).optional(),
    json: z.record(z.string(), z.unknown()).optional(),
    error: z.strictObject({ status: z.number().int().min(400).max(599), code: z.string().min(1).max(64) }).optional(),
    delay_ms: z.number().int().min(0).max(60_000).default(0),
    times: z.number().int().min(1).default(Number.MAX_SAFE_INTEGER),
  })
  .transform((wire, context): Rule => {
    const then = answerOf(wire);
    if (then === undefined) {
      context.addIssue({ code: 'custom', message: 'expected reply, tool (with or without reply), json or error' });
      return z.NEVER;
    }
    const { said, about, after_tool: afterTool, tools } = wire.when;
    return { when: { said, about, afterTool, tools }, then, delayMs: wire.delay_ms, times: wire.times };
  });

const script = z.strictObject({ rules: z.array(ruleShape).min(1).max(500) });

/** The reason names every wrong rule by its number, `rules[3].when.said`. */
export function parseRules(body: unknown): RulesResult {
  const parsed = script.safeParse(body);
  return parsed.success ? { ok: true, rules: parsed.data.rules } : { ok: false, reason: z.prettifyError(parsed.error) };
}

interface WireAnswers {
  readonly reply?: string | undefined;
  readonly tool?: { readonly name: string; readonly arguments: Readonly<Record<string, unknown>> } | undefined;
  readonly json?: Readonly<Record<string, unknown>> | undefined;
  readonly error?: { readonly status: number; readonly code: string } | undefined;
}

function answerOf({ reply, tool, json, error }: WireAnswers): ScriptedAnswer | undefined {
  const kinds = [reply ?? tool, json, error].filter((kind) => kind !== undefined).length;
  if (kinds !== 1) return undefined;
  if (error !== undefined) return { kind: 'error', ...error };
  if (json !== undefined) return { kind: 'json', text: JSON.stringify(json) };
  if (tool === undefined) return { kind: 'reply', text: reply ?? '' };
  return { kind: 'tool', text: reply ?? '', name: tool.name, argumentsJson: JSON.stringify(tool.arguments) };
}
