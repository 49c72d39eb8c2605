import { afterEach, describe, expect, it, vi } from 'vitest';
import type { SessionRecord } from '#core/ports/session-store';
import { connectMedia, type AcsMediaSocket } from '../../support/acs-media-socket.ts';
import { startBridgeUnderTest, type BridgeLine, type BridgeUnderTest } from '../../support/bridge-under-test.ts';
import { connectionId, offer } from '../../support/offered-call.ts';
import { toolCall, words } from '../../support/scripted-language-model.ts';
import { final, partial } from '../../support/scripted-speech-to-text.ts';
import { agentSaying, agentWith, english, onlyAgent } from '../../support/turn-play.ts';

const { callId } = offer;
const LOUD = 12_000;
const LONG = 'one two three four five six seven eight nine ten';

let under: BridgeUnderTest;
let socket: AcsMediaSocket;

async function call(changes: Parameters<typeof startBridgeUnderTest>[0]): Promise<void> {
  under = await startBridgeUnderTest(changes);
  await under.putCall();
  const headers = { authorization: await under.token(), 'x-ms-call-connection-id': connectionId };
  const result = await connectMedia(under.mediaUrl(callId), headers);
  if (!result.accepted) throw new Error(`refused with ${result.status}`);
  ({ socket } = result);
}

const said = (text: string): Promise<BridgeLine> => under.line('agent said', (line) => line['text'] === text);
/** The session row is written once a second at most. */
const written = (check: (row: SessionRecord | undefined) => void): Promise<void> =>
  vi.waitFor(() => check(under.sessions.rows.get(callId)), { timeout: 5_000 });
const spanish = english({
  language: 'es-ES',
  voice: 'es-ES-ElviraNeural',
  greeting: 'Hola.',
  greetingUnknown: 'Hola.',
  texts: {},
});

afterEach(() => under.close());

describe('somebody who makes a noise while the agent speaks', () => {
  it('makes the agent pause, and it goes on to the end of its sentence', async () => {
    await call({ agents: agentSaying(LONG, {}, { turnTaking: { resumeAfterMs: 100 } }) });
    await socket.count('AudioData', 30);
    socket.sendAudio(10, LOUD);
    await socket.count('StopAudio', 1);
    socket.sendAudio(20);
    expect(await said(LONG)).toMatchObject({ interrupted: false });
    expect(under.lines.some(({ msg }) => msg === 'interruption')).toBe(false);
  });

  it('with "uh-huh" is not taken to have interrupted', async () => {
    await call({ agents: agentSaying(LONG) });
    await socket.count('AudioData', 30);
    socket.sendAudio(10, LOUD);
    await socket.count('StopAudio', 1);
    under.ears.recognise(partial('uh-huh'), final('Uh-huh.'));
    expect(await said(LONG)).toMatchObject({ interrupted: false });
  });
});

describe('an answer that is begun during the pause after the caller', () => {
  const agents = agentSaying('Hello.', {}, { turnTaking: { thinkAhead: 'on-final', endOfTurn: { finishedMs: 600 } } });

  it('is heard when nothing more is said, and counts from when the turn was over', async () => {
    await call({ agents });
    under.model.script(words('Blocked.'));
    await said('Hello.');
    under.ears.recognise(final('Block my card.'));
    await vi.waitFor(() => expect(under.model.requests).toHaveLength(1));
    await said('Blocked.');
    expect(under.model.requests).toHaveLength(1);
    expect(under.lines.filter(({ msg }) => msg === 'caller said')).toHaveLength(1);
  });

  it('is never heard, and does nothing, when the caller goes on', async () => {
    await call({ agents });
    under.model.script(toolCall('end_call', {}, 'Goodbye then.'), words('In Madrid, I see.'));
    await said('Hello.');
    under.ears.recognise(final('Block my card.'));
    await vi.waitFor(() => expect(under.model.requests).toHaveLength(1));
    under.ears.recognise(partial('it is'), final('It is in Madrid.'));
    await said('In Madrid, I see.');
    expect(under.lines.some(({ text }) => text === 'Goodbye then.')).toBe(false);
    expect(under.control.operations()).not.toContain('hangUp');
    expect(await under.line('caller said')).toMatchObject({ text: 'Block my card. It is in Madrid.' });
  });
});

describe('a caller of another language', () => {
  const languageFrom = { identify: true };
  const agents = onlyAgent(agentWith({ languages: [english({ greetingUnknown: 'Hello.' }), spanish], languageFrom }));

  it('is answered in it once the recogniser has heard which it is', async () => {
    await call({ agents });
    under.model.script(words('Claro.'));
    await said('Hello.');
    expect(under.ears.streams[0]?.languages).toEqual(['en-US', 'es-ES']);
    under.ears.recognise({ ...final('Quiero pagar mi factura.'), language: 'es-ES' });
    await said('Claro.');
    expect(under.model.requests.at(-1)?.messages[0]?.text).toContain('español');
    await vi.waitFor(() => expect(under.ears.streams.at(-1)?.languages).toEqual(['es-ES']));
    await written((row) => expect(row?.language).toBe('es-ES'));
  });

  it('is answered in it when they ask for it', async () => {
    await call({ agents: onlyAgent(agentWith({ languages: [english({ greetingUnknown: 'Hello.' }), spanish] })) });
    under.model.script(toolCall('change_language', { language: 'es-ES' }), words('Con mucho gusto.'));
    await said('Hello.');
    under.ears.recognise(final('Can we speak Spanish?'));
    await said('Con mucho gusto.');
    await vi.waitFor(() => expect(under.ears.streams.at(-1)?.languages).toEqual(['es-ES']));
  });
});

describe('a caller who needs another agent', () => {
  it('goes on with that agent, which knows what was said, in the same call', async () => {
    const travel = agentWith({ name: 'travel-desk', instructions: 'Book flights.' });
    const cards = agentWith({ agents: ['travel-desk'], languages: [english({ greetingUnknown: 'Hello.' })] });
    await call({ agents: onlyAgent(cards, travel) });
    const handOn = { agent: 'travel-desk', reason: 'a flight' };
    under.model.script(toolCall('hand_to_agent', handOn, 'One moment.'), words('Where to?'));
    await said('Hello.');
    under.ears.recognise(final('I need a flight.'));
    await said('One moment. Where to?');
    const asked = under.model.requests.at(-1)?.messages ?? [];
    expect(asked[0]?.text).toContain('Book flights.');
    expect(asked.some(({ text }) => text === 'I need a flight.')).toBe(true);
    await written((row) => expect(row?.agent).toBe('travel-desk'));
    const handedOn = { by: 'tool', name: 'hand_to_agent', text: 'travel-desk: a flight' };
    await written((row) => expect(row?.turns).toContainEqual(expect.objectContaining(handedOn)));
    under.ears.recognise(final('To Rome.'));
    await said('All right.');
    const next = under.model.requests.at(-1)?.messages ?? [];
    expect(next.some(({ text }) => text.includes('"result":"travel-desk: a flight"'))).toBe(true);
  });
});

describe('an answer that cannot be given', () => {
  it('is declined when the filter stopped it, and the record says so', async () => {
    await call({ agents: agentSaying('Hello.', { declined: 'Not that.' }) });
    under.model.script([{ type: 'end', reason: 'filtered' }]);
    await said('Hello.');
    under.ears.recognise(final('Something bad.'));
    await said('Not that.');
    const incident = { kind: 'filtered', detail: 'language-model content_filter' };
    await written((row) => expect(row?.incidents).toMatchObject([incident]));
    under.ears.recognise(final('And my card?'));
    await said('All right.');
  });
});
