import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { httpTools } from '#adapters/http-tools/http-tools';
import type { CallerStore } from '#core/ports/caller-store';
import type { CustomerDirectory } from '#core/ports/customer-directory';
import { PortError } from '#core/ports/error';
import type { IdentityProof, ProofVerdict } from '#core/ports/identity-proof';
import { connectMedia, type AcsMediaSocket } from '../../support/acs-media-socket.ts';
import { startBridgeUnderTest, type BridgeUnderTest } from '../../support/bridge-under-test.ts';
import { startHttpRecorder, type HttpRecorder } from '../../support/http-recorder.ts';
import { memoryCallerStore } from '../../support/memory-caller-store.ts';
import { connectionId, offer } from '../../support/offered-call.ts';
import { toolCall, words } from '../../support/scripted-language-model.ts';
import { final } from '../../support/scripted-speech-to-text.ts';
import { agentWith, english, onlyAgent } from '../../support/turn-play.ts';

const { callId } = offer;
const signal = () => new AbortController().signal;
const maria = { id: 'C-1', name: 'Maria', language: undefined, facts: {} };
const knowsMaria: CustomerDirectory = { find: () => Promise.resolve(maria) };
const knowsHerNumber: CustomerDirectory = {
  find: ({ by }) => Promise.resolve(by === 'number' ? maria : undefined),
};
const texts = {
  ...english().texts,
  codeRequest: 'Repeat {code}.',
  codeAgain: 'It is {code}.',
  pinRequest: 'Your PIN?',
};
const language = english({ greeting: 'Hello {name}.', greetingUnknown: 'Hello.', texts });
const silent = pino({ level: 'silent' });

let under: BridgeUnderTest;
let socket: AcsMediaSocket;
let bank: HttpRecorder | undefined;

afterEach(async () => {
  await under.close();
  await bank?.close();
  bank = undefined;
});

async function connect(): Promise<void> {
  const headers = { authorization: await under.token(), 'x-ms-call-connection-id': connectionId };
  const result = await connectMedia(under.mediaUrl(callId), headers);
  if (!result.accepted) throw new Error(`refused with ${result.status}`);
  ({ socket } = result);
}

async function call(
  fields: Readonly<Record<string, unknown>>,
  changes: Parameters<typeof startBridgeUnderTest>[0] = {},
): Promise<void> {
  const agents = onlyAgent(agentWith({ languages: [language], ...fields }));
  under = await startBridgeUnderTest({ agents, random: { below: () => 4 }, ...changes });
  await under.putCall();
  await connect();
}

const said = (text: string) => under.line('agent said', (line) => line['text'] === text);

/** Everything that leaves the media session, and what the model was shown. */
async function told(): Promise<string> {
  socket.close();
  await under.line('media closed');
  return JSON.stringify([under.lines, [...under.sessions.rows.values()], under.model.requests, under.control.asked]);
}

/** Says whatever it is told to say of the PIN, and remembers what it was asked. */
function proofSaying(...verdicts: readonly (ProofVerdict | Error)[]): IdentityProof & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    check: (id, kind, digits) => {
      const verdict = verdicts[asked.length] ?? 'wrong';
      asked.push(`${id} ${kind} ${digits}`);
      return verdict instanceof Error ? Promise.reject(verdict) : Promise.resolve(verdict);
    },
  };
}

describe('a caller nobody knows', () => {
  const screening = { unknownCallers: 'code', digits: 3 };

  it('talks to no model before the code was repeated', async () => {
    await call({ screening });
    await said('Repeat four, seven, four.');
    under.ears.recognise(final('I would rather talk about my card.'));
    await said('It is four, seven, four.');
    expect(under.model.requests).toEqual([]);
    under.ears.recognise(final('four seventy-four'));
    await said('Hello.');
    under.ears.recognise(final('My card is lost.'));
    await said('All right.');
  });

  it('still has to repeat it when another bridge takes the call over', async () => {
    await call({ screening });
    await said('Repeat four, seven, four.');
    socket.close();
    await under.line('media closed');
    await connect();
    await under.line('agent said', ({ text }) => String(text).endsWith('It is four, seven, four.'));
    under.ears.recognise(final('My card is lost.'));
    await said('It is four, seven, four.');
    expect(under.model.requests).toEqual([]);
  });

  it('is left to the control plane when the greeting cannot be made', async () => {
    const below = (): never => {
      throw new Error('no random numbers');
    };
    await call({ screening }, { random: { below } });
    await under.line('media closed', ({ reason }) => reason === 'broken');
    expect(under.lines.filter(({ msg }) => msg === 'media session broke')).toHaveLength(1);
  });

  it('is greeted at once when they are somebody the enterprise knows', async () => {
    await call({ screening }, { customers: knowsHerNumber });
    await said('Hello Maria.');
  });

  it('still has to repeat it when a header names a customer, and no trusted trunk brings them', async () => {
    const findsById: CustomerDirectory = { find: ({ by }) => Promise.resolve(by === 'id' ? maria : undefined) };
    await call({ screening }, { customers: findsById });
    await said('Repeat four, seven, four.');
    under.ears.recognise(final('My card is lost.'));
    await said('It is four, seven, four.');
    expect(under.model.requests).toEqual([]);
  });
});

describe('a caller who proves who they are', () => {
  async function askForBalance(proof: IdentityProof, identity: Readonly<Record<string, unknown>> = {}): Promise<void> {
    bank = await startHttpRecorder();
    bank.respond({ status: 200, json: { balance: '12 dollars' } });
    const tools = [
      { name: 'balance', description: 'The balance.', url: `${bank.url}/balance/{customer.id}`, requires: 'proven' },
    ];
    const fields = { identity: { proof: 'pin', ...identity }, tools };
    const settings = { hosts: [new URL(bank.url).host], addresses: [], secrets: new Map(), allowInsecure: true };
    await call(fields, {
      customers: knowsMaria,
      identityProof: proof,
      tools: {
        httpTools: httpTools([agentWith(fields)], settings, silent),
        customers: undefined,
        knowledge: undefined,
        log: silent,
      },
    });
    await said('Hello Maria.');
    under.model.script(toolCall('balance'), toolCall('balance'), words('It is twelve dollars.'));
    under.ears.recognise(final('What is my balance?'));
    await said('Your PIN?');
  }

  it('says a PIN before a tool that needs it, and it is nowhere but at the check', async () => {
    const proof = proofSaying('wrong', 'right');
    await askForBalance(proof);
    expect(bank?.requests).toEqual([]);
    under.ears.recognise(final('It is nine three seven one.'));
    await under.line('identity checked', ({ verdict }) => verdict === 'wrong');
    for (const key of '9372#') socket.press(key);
    await said('It is twelve dollars.');
    expect(proof.asked).toEqual(['C-1 pin 9371', 'C-1 pin 9372']);
    expect(bank?.requests.map(({ path }) => path)).toEqual(['/balance/C-1']);
    expect(await told()).not.toMatch(/937[12]|nine three seven/);
    expect(under.sessions.rows.get(callId)?.identity).toMatchObject({ kind: 'proven', by: 'pin' });
  });

  it('gets a person when the check cannot be made', async () => {
    const failure = new PortError('identity-proof', 'down', { retryable: true });
    await askForBalance(proofSaying(failure));
    under.ears.recognise(final('nine three seven one'));
    await under.line('transfer requested');
    expect(await told()).not.toMatch(/9371|nine three seven/);
  });

  it('goes on without the tool where the agent says so', async () => {
    await askForBalance(proofSaying('locked'), { onFailure: 'continue-unproven' });
    under.model.script(toolCall('balance'), words('I cannot tell you.'));
    under.ears.recognise(final('nine three seven one'));
    await said('I cannot tell you.');
    expect(bank?.requests).toEqual([]);
  });
});

describe('a caller who has to prove who they are before anything else', () => {
  const identity = { proof: 'pin', before: 'conversation' };

  it('is asked though nobody knows them yet, and compared with whoever is found meanwhile', async () => {
    const store = memoryCallerStore();
    const found = Promise.withResolvers<undefined>();
    const callers: CallerStore = {
      ...store,
      load: async (...asked) => {
        const row = await store.load(...asked);
        // After whoever reads it has taken it in.
        if (row !== undefined) setImmediate(found.resolve, undefined);
        return row;
      },
    };
    const proof = proofSaying('right');
    await call({ identity }, { customers: knowsMaria, callers, identityProof: proof });
    await said('Your PIN?');
    await callers.save(callId, { kind: 'found', found: { by: 'number', customer: maria } }, signal());
    await found.promise;
    for (const key of '9372#') socket.press(key);
    await said('Hello.');
    expect(proof.asked).toEqual(['C-1 pin 9372']);
  });

  it.each([
    ['hand-over', () => under.line('transfer requested')],
    ['continue-unproven', () => said('Hello.')],
  ] as const)('whom nobody finds goes the way of a failed proof: %s', async (onFailure, comes) => {
    const callers = memoryCallerStore({ kind: 'nobody' });
    const proof = proofSaying('right');
    await call({ identity: { ...identity, onFailure } }, { customers: knowsMaria, callers, identityProof: proof });
    await said('Your PIN?');
    expect(under.model.requests).toEqual([]);
    for (const key of '9372#') socket.press(key);
    await comes();
    expect(proof.asked).toEqual([]);
  });
});

describe('a card number that a caller dictates in two turns', () => {
  it('is in no record, no packet, no summary and not whole in the log', async () => {
    await call({}, { customers: undefined });
    await said('Hello.');
    under.ears.recognise(final('My card is 4111 1111.'));
    await said('All right.');
    under.ears.recognise(final('And then one one one one, one one one one.'));
    await under.line('caller said', ({ text }) => String(text).includes('[number removed]'));
    under.model.script(
      toolCall('transfer_to_person', { queue: 'general', caller_asked: true, intent: 'Card 4111 1111 1111 1111' }),
    );
    under.ears.recognise(final('A person please.'));
    await under.line('transfer requested');
    const summary = under.model.requests.find(({ tools }) => tools.length === 0);
    socket.close();
    await under.line('media closed');
    const row = under.sessions.rows.get(callId);
    for (const written of [row, summary, under.control.asked]) {
      expect(written).toBeDefined();
      expect(JSON.stringify(written)).not.toMatch(/4111|one one/);
    }
    expect(JSON.stringify(under.lines)).not.toMatch(/one one one one/);
  });
});
