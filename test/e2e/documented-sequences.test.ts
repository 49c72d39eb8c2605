import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readScenario } from '../../emulator/scenario/read-scenario.ts';
import { startStack, type Stack } from '../../emulator/stack/stack.ts';
import { arrowsOf, diagramUnder, whenCase, type DrawnArrow } from '../support/sequence-arrows.ts';

const root = path.resolve(import.meta.dirname, '../..');
const folder = path.join(root, 'scenarios');
const architecture = readFileSync(path.join(root, 'docs/architecture.md'), 'utf8');

/** Who is who in the document, as the diagrams of calls name them. Whoever is not here is not on a wire: rows, and the caller's ear. */
const PARTICIPANTS: Readonly<Record<string, string>> = {
  SBC: 'sbc',
  Front: 'edge',
  Functions: 'functions',
  Bridge: 'bridge',
  Queue: 'queue',
};

/** What the document calls a message, by the words it begins with, and what the run calls it. */
const WORDS: readonly (readonly [documented: RegExp, recorded: RegExp])[] = [
  [/^INVITE/, /^INVITE/],
  [/^180 Ringing/, /^180 Ringing \(INVITE\)/],
  [/^200 OK/, /^200 OK \(INVITE\)/],
  [/^Event Grid IncomingCall/, /^Event Grid IncomingCall/],
  [/^answer,/, /^AnswerCall \(200\)/],
  [/^WebSocket upgrade/, /^media socket/],
  [/^transferToParticipant/, /^CallConnection_TransferToParticipant \(202\)/],
  [/^REFER/, /^REFER/],
  [/^486/, /^486 Busy Here \(INVITE\)/],
  [/^202/, /^202 Accepted \(REFER\)/],
  [/^NOTIFY/, /^NOTIFY/],
  [/^BYE/, /^BYE/],
  [/^CallTransferAccepted/, /^CallTransferAccepted/],
  [/^CallTransferFailed/, /^CallTransferFailed/],
];

/** What these calls do not show: another scenario's matter, or not a message of its own. */
const ELSEWHERE = [/^greeting/, /^a look/];

/** The calls that are looked at, and how the hand-over goes in them. */
const CALLS = [
  { scenario: 'asks-for-a-person-at-once', handover: 'accepted' },
  { scenario: 'transfer-refused-next-queue', handover: 'refused' },
] as const;

let stack: Stack | undefined;
const recorded = new Map<string, readonly DrawnArrow[]>();

beforeAll(async () => {
  const callsFolder = path.join(root, 'calls');
  mkdirSync(callsFolder, { recursive: true });
  stack = await startStack({ callsFolder, onLogLine: () => undefined });
  for (const { scenario, handover } of CALLS) {
    const result = await stack.run(await readScenario(path.join(folder, `${scenario}.yaml`)), { folder });
    expect(result.failures).toEqual([]);
    recorded.set(handover, arrowsOf(readFileSync(result.calls[0]?.diagram ?? '', 'utf8')));
  }
}, 120_000);
afterAll(() => stack?.stop());

function recordedName(documented: string): RegExp {
  const [, word] = /^(CallConnected|MediaStreaming\w+|CallDisconnected)/.exec(documented) ?? [];
  if (word !== undefined) return new RegExp(`^${word}`);
  const found = WORDS.find(([pattern]) => pattern.test(documented));
  if (found === undefined) throw new Error(`nothing says what "${documented}" is in a recorded call`);
  return found[1];
}

describe.each([
  ['An answered call', 'accepted'],
  ['A hand-over', 'accepted'],
  ['A hand-over', 'refused'],
])('the sequence diagram of "%s", the hand-over %s', (heading, handover) => {
  const documented = arrowsOf(whenCase(handover, diagramUnder(heading, architecture))).flatMap(({ from, to, text }) => {
    const [one, other] = [PARTICIPANTS[from], PARTICIPANTS[to]];
    const isElsewhere = ELSEWHERE.some((pattern) => pattern.test(text));
    return one === undefined || other === undefined || isElsewhere ? [] : [{ from: one, to: other, text }];
  });

  it('shows messages that a real call has, between the same two, in the same order', () => {
    expect(documented.length).toBeGreaterThan(4);
    for (const pair of new Set(documented.map(({ from, to }) => `${from} ${to}`))) {
      const between = (arrows: readonly DrawnArrow[]) => arrows.filter(({ from, to }) => `${from} ${to}` === pair);
      let left = between(recorded.get(handover) ?? []);
      for (const { text } of between(documented)) {
        const at = left.findIndex((arrow) => recordedName(text).test(arrow.text));
        expect(at, `${pair}: "${text}" after what is drawn before it`).toBeGreaterThan(-1);
        left = left.slice(at + 1);
      }
    }
  });
});

describe('the sequence diagrams of the main call and of the hand-over', () => {
  /** Answers that SIP has for everything, and reports that change nothing. */
  const unremarkable =
    /^(ACK|100 Trying|180 Ringing|200 OK \((NOTIFY|BYE|INVITE)\)|ParticipantsUpdated|CallConnection_GetCall|".*")/;

  it('leave out no message that such a call has', () => {
    const drawn = ['An answered call', 'A hand-over'].flatMap((heading) =>
      arrowsOf(diagramUnder(heading, architecture)),
    );
    const missing = [...recorded.values()].flat().filter(({ from, to, text }) => {
      const isOnAWire = [from, to].every((name) => Object.values(PARTICIPANTS).includes(name));
      if (!isOnAWire || unremarkable.test(text)) return false;
      return !drawn.some((arrow) => {
        const isSame = PARTICIPANTS[arrow.from] === from && PARTICIPANTS[arrow.to] === to;
        return isSame && !ELSEWHERE.some((pattern) => pattern.test(arrow.text)) && recordedName(arrow.text).test(text);
      });
    });
    expect(missing).toEqual([]);
  });
});
