import * as z from 'zod';
import { hours } from '../hours/hours.ts';

const NUMBERS_MAX = 10_000;
const LINES_MAX = 200;

const phoneNumber = z.string().regex(/^\+[1-9]\d{1,14}$/, 'expected an E.164 number such as "+18005550142"');
const phoneNumbers = z.array(phoneNumber).max(NUMBERS_MAX).default([]);

const toQueue = z
  .strictObject({
    queue: z
      .string()
      .regex(/^[a-z0-9-]{1,40}$/, 'expected the name of a queue: lower-case letters, digits and hyphens')
      .describe(
        "As the call's agent names it; an agent without such a queue sends the caller to its default one: the first of handover.fallback, else its first.",
      ),
  })
  .describe('To a queue of people.');
const toNumber = z
  .strictObject({ number: phoneNumber })
  .describe('To a number behind which people answer, whatever agent the call is for.');
const refuse = z
  .strictObject({
    refuse: z
      .enum(['unavailable', 'busy', 'forbidden'])
      .describe('What the SBC is told. Which SIP status that is depends on the front: see docs/admission.md.'),
  })
  .describe('Refused before it is answered: an SBC that is set up so tries its next route.');

const WAYS = '"answer", "people", {queue: name}, {number: "+18005550142"} or {refuse: unavailable}';

/** What becomes of a call that a rule applies to. */
const way = z.union([z.enum(['answer', 'people']), toQueue, toNumber, refuse], { error: `expected ${WAYS}` });
/** The same, for a call that may be somebody else's. */
const wayOfStranger = z.union([z.enum(['answer', 'people', 'ignore']), toQueue, toNumber, refuse], {
  error: `expected "ignore", ${WAYS}`,
});

const PEOPLE = 'people' as const;
const FORBIDDEN = { refuse: 'forbidden' as const };

const ways = z.strictObject({
  wrongNumber: wayOfStranger
    .default('ignore')
    .describe(
      'The called number is not in `calledNumbers`. Ignored, it rings until somebody else takes it, or nobody.',
    ),
  wrongTrunk: wayOfStranger
    .default(FORBIDDEN)
    .describe('It came over a trunk that is not in `trunks`, or none is named.'),
  blocked: wayOfStranger.default(FORBIDDEN).describe('The caller is blocked.'),
  closed: way.default(PEOPLE).describe('Outside the hours.'),
  off: way.default(PEOPLE).describe('The agent is switched off.'),
  unhealthy: way.default(PEOPLE).describe('No bridge is alive, or none of them can hear, think or speak.'),
  full: way.default(PEOPLE).describe('The bridges have as many calls as they can take.'),
});

const agentSwitch = z
  .enum(['on', 'off'], 'expected on or off')
  .describe('Off: the agent answers nobody. `npm run admission -- agent off` writes it here.');

const line = z
  .strictObject({
    numbers: z.array(phoneNumber).min(1).max(NUMBERS_MAX).describe('Called numbers.'),
    agent: agentSwitch.optional(),
    hours: hours.optional(),
    then: z
      .strictObject({ closed: way, off: way, unhealthy: way, full: way })
      .partial()
      .prefault({})
      .describe('Instead of what stands under `then` for all.'),
  })
  .describe('What is different for some called numbers. A line is off when it or everything is off.');

/**
 * Who gets in, as written in YAML. The rules are looked at in this order, and the first that applies decides: called number, trunk, blocked callers,
 * hours, the switch, the bridges' health, their capacity. `answer` lets a call pass that rule, and the next one is looked at.
 */
export const admissionPolicy = z
  .strictObject({
    $schema: z.string().optional(),
    agent: agentSwitch.default('on'),
    calledNumbers: phoneNumbers.describe(
      'Numbers that are ours; none: all. For a resource that other applications share.',
    ),
    trunks: z
      .array(z.string().trim().min(1).max(249))
      .max(LINES_MAX)
      .default([])
      .describe(
        'Trunks calls may come over, as the trunk header names them (TRUNK_HEADER); an entry `none` stands for calls that name no trunk. Left out: any.',
      ),
    blockedCallers: z
      .strictObject({
        numbers: phoneNumbers,
        prefixes: z
          .array(z.string().regex(/^\+\d{1,14}$/, 'expected the beginning of a number, such as "+1900"'))
          .max(NUMBERS_MAX)
          .default([])
          .describe('Every number that begins so.'),
        anonymous: z.boolean().default(false).describe('Callers without a number.'),
      })
      .prefault({}),
    hours: hours.optional().describe('When the agent answers; left out: always.'),
    then: ways.prefault({}).describe('What becomes of a call to which a rule applies.'),
    lines: z
      .array(line)
      .max(LINES_MAX)
      .superRefine((lines, context) => {
        const seen = new Set<string>();
        for (const [place, { numbers }] of lines.entries()) {
          for (const [index, number] of numbers.entries()) {
            if (seen.has(number)) {
              const message = `${number} is in a line already: leave it to one of them`;
              context.addIssue({ code: 'custom', path: [place, 'numbers', index], message });
            }
            seen.add(number);
          }
        }
      })
      .default([]),
  })
  .superRefine(({ calledNumbers, lines, then }, context) => {
    const ours = new Set([...calledNumbers, ...lines.flatMap(({ numbers }) => numbers)]);
    const check = (ways: Readonly<Record<string, Way | undefined>>, ...path: (string | number)[]): void => {
      for (const [name, one] of Object.entries(ways)) {
        if (typeof one !== 'object' || !('number' in one) || !ours.has(one.number)) continue;
        const message = `${one.number} is one of our own: the call would come back for ever; name a number of people`;
        context.addIssue({ code: 'custom', path: [...path, name, 'number'], message });
      }
    };
    check(then, 'then');
    for (const [place, one] of lines.entries()) check(one.then, 'lines', place, 'then');
  });

export type AdmissionPolicy = z.infer<typeof admissionPolicy>;
export type Way = z.infer<typeof wayOfStranger>;

/** Where nobody has written one: everybody is answered, unless the bridges say that they cannot. */
export const openPolicy: AdmissionPolicy = admissionPolicy.parse({});
