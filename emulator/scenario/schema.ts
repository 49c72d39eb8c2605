import * as z from 'zod';

const number = z.string().regex(/^\+[1-9]\d{1,14}$/, 'expected an E.164 number in quotes, such as "+18005550142"');

/** `{n}` stands for the copy's number, two digits. */
const numberOfCopy = z
  .string()
  .regex(/^\+[1-9](\d|\{n\}){1,14}$/, 'expected an E.164 number in quotes, such as "+18005550142"');

/** Milliseconds: `500`, `"500ms"` or `"1.5s"`. */
const duration = z.union([
  z.number().min(0).max(600_000),
  z
    .string()
    .regex(/^\d+(\.\d+)?(ms|s)$/, 'expected a duration such as 500ms or 1.5s')
    .transform((text) => parseFloat(text) * (text.endsWith('ms') ? 1 : 1_000)),
]);

const regex = z.string().check((context) => {
  try {
    new RegExp(context.value, 'i');
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'not a regular expression';
    context.issues.push({ code: 'custom', input: context.value, message: reason });
  }
});

const keys = z.string().regex(/^[0-9A-D*#]+$/, 'expected keys: 0 to 9, * and #, in quotes');

const language = z.string().regex(/^[a-z]{2,3}-[A-Z]{2}$/, 'expected a language such as en-US');

/** One thing a caller does or waits for. */
const step = z.union([
  z.strictObject({
    wait_for: z.enum(['ringing', 'answer', 'agent-speaking', 'agent-done', 'silence', 'person', 'end']),
  }),
  z.strictObject({ heard: regex }),
  z.strictObject({ say: z.string().min(1).max(300), language: language.optional() }),
  z.strictObject({
    repeat: z
      .strictObject({
        heard: regex.describe('Found in what the agent says; its first group are the words to repeat.'),
        say: z.string().min(1).max(300).default('{1}').describe('{1}: those words, without marks.'),
        language: language.optional(),
      })
      .describe('Waits for words of the agent that nobody knows beforehand, and says them back.'),
  }),
  z.strictObject({ play: z.string().min(1) }),
  z.strictObject({
    interrupt: z.strictObject({
      after_ms: duration.default(300),
      say: z.string().min(1).max(300),
      language: language.optional(),
    }),
  }),
  z.strictObject({ press: keys }),
  z.strictObject({ wait: duration }),
  z.strictObject({ hang_up: z.literal(true) }),
  z.strictObject({ cancel: z.literal(true) }),
]);

const headerExpectation = z.union([
  z.string(),
  z.strictObject({
    equals: z.string().optional(),
    contains: z.string().optional(),
    matches: regex.optional(),
    absent: z.literal(true).optional(),
  }),
]);

const callExpectation = z.strictObject({
  outcome: z
    .enum(['caller-hung-up', 'agent-hung-up', 'handed-over', 'cancelled', 'refused', 'stranded', 'connection-lost'])
    .optional(),
  agent_said: z.array(regex).default([]).describe('Regular expressions, found in this order in what the agent said.'),
  agent_never_said: z.array(regex).default([]),
  agent_was_interrupted: z.boolean().optional(),
  caller_was_understood: z
    .array(regex)
    .default([])
    .describe('Found in this order in what the recogniser made of the caller.'),
  keys: z.string().optional().describe('The keys the agent took, in order.'),
  hears_an_answer: z
    .literal(true)
    .optional()
    .describe('At least one answer of the agent was heard after the caller spoke.'),
  sip_statuses: z.array(z.number().int()).default([]).describe('Statuses of responses to the INVITE, in this order.'),
  queues_tried: z.array(number).optional().describe('Every queue whose phone rang, in order.'),
  person_heard_caller: z.boolean().optional(),
  headers_at_person: z
    .record(z.string(), headerExpectation)
    .default({})
    .describe('Decoded, at the last queue that rang.'),
  refused_with: z.number().int().optional(),
  max_duration: duration.optional(),
});

const caller = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]{1,40}$/, 'expected lower-case letters, digits and hyphens, 40 at most'),
  from: z.union([numberOfCopy, z.literal('anonymous')]),
  to: number,
  copies: z
    .number()
    .int()
    .min(1)
    .max(99)
    .default(1)
    .describe("So many callers at once; `{n}` in any text of this caller is the copy's number, 01 to 99."),
  starts_after: duration.default(0),
  headers: z.record(z.string(), z.string()).default({}),
  generated_headers: z
    .array(
      z.strictObject({
        count: z.number().int().min(1).max(500),
        value_bytes: z.number().int().min(0).max(60_000),
      }),
    )
    .default([])
    .describe('Hostile ones: so many X-Flood headers, each with a value so long.'),
  user_to_user: z.string().optional(),
  transport: z.enum(['tcp', 'udp']).default('tcp'),
  codec: z.enum(['pcmu', 'pcma']).default('pcmu'),
  takes_refer: z.boolean().default(true),
  voice: z.string().optional(),
  language: language.default('en-US').describe('What the caller speaks where a step names no other language.'),
  packet_loss: z.number().min(0).max(1).default(0),
  echo: z
    .strictObject({ level_db: z.number().min(-60).max(0), delay_ms: z.number().int().min(20).max(1_000) })
    .optional()
    .describe('What the caller hears comes back over the line, so much quieter and later.'),
  own_words: z
    .array(z.string().min(1))
    .default([])
    .describe('Words of this call alone: no other call may hear or receive them.'),
  steps: z.array(step),
  expect: callExpectation.prefault({}),
});

const queueBehaviour = z.union([
  z.strictObject({
    answer: z.strictObject({
      after: duration.default(300),
      say: z.string().optional(),
      hang_up_after: duration.optional(),
    }),
  }),
  z.strictObject({
    refuse: z.strictObject({ status: z.number().int().min(400).max(699), after: duration.default(100) }),
  }),
  z.strictObject({ ring: z.strictObject({ sbc_gives_up_after: duration.default(4_000) }) }),
]);

/** As the model emulator takes them: the first rule that fits answers. */
const modelRule = z.strictObject({
  when: z
    .strictObject({
      said: regex.optional().describe("The caller's last words."),
      about: regex.optional().describe('The instructions the model was given.'),
      after_tool: z.string().optional(),
      tools: z.array(z.string()).optional(),
    })
    .default({}),
  reply: z.string().optional(),
  tool: z.strictObject({ name: z.string(), arguments: z.record(z.string(), z.unknown()).default({}) }).optional(),
  json: z.record(z.string(), z.unknown()).optional().describe('The answer to a request for JSON.'),
  error: z.strictObject({ status: z.number().int().min(400).max(599), code: z.string() }).optional(),
  delay_ms: z.number().int().min(0).max(60_000).optional(),
  times: z.number().int().min(1).optional(),
});

export const scenarioSchema = z.strictObject({
  $schema: z.string().optional(),
  name: z.string().regex(/^[a-z0-9-]{1,60}$/, 'expected lower-case letters, digits and hyphens, 60 at most'),
  description: z.string().min(1).describe('What happens, as a support engineer would say it.'),
  time_limit: duration.default(90_000).describe('The whole scenario; a hang, not a slow machine, should reach it.'),
  callers: z.array(caller).min(1),
  queues: z.record(number, queueBehaviour).default({}),
  queue_status: z
    .record(
      z.string(),
      z.strictObject({
        open: z.boolean().optional(),
        wait_minutes: z.number().min(0).optional(),
        agents_available: z.number().int().min(0).optional(),
      }),
    )
    .default({})
    .describe("What the contact centre's system says of a queue, by the name it has in the agent's file."),
  model: z.array(modelRule).default([]),
  edge_settings: z
    .record(z.string(), z.unknown())
    .default({})
    .describe(
      "Set at the edge's control API for this run and put back after it: timing, duplicates, shuffled callbacks.",
    ),
  expect: z
    .strictObject({
      nothing_shared: z.boolean().default(false),
    })
    .prefault({}),
});

export type Scenario = z.infer<typeof scenarioSchema>;
export type Caller = Scenario['callers'][number];
export type Step = Caller['steps'][number];
export type CallExpectation = Caller['expect'];
export type HeaderExpectation = CallExpectation['headers_at_person'][string];
