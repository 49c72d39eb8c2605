import { describe, expect, it } from 'vitest';
import type { CallerNumber } from '#core/call/offer';
import type { HandoverRequest } from '#core/conversation/hand-over-request';
import type { QueueChoice } from '#core/handover/choose-queues';
import { packOf } from '../../../support/language-packs.ts';
import { agentWith, english, listeningPlay, settingsOf, type TurnPlay } from '../../../support/turn-play.ts';

const { texts } = packOf('en');
const order = ['disputes', 'general'] as const;
const wanted: HandoverRequest = { reason: 'caller-asked', queue: 'disputes', words: { summary: 'Disputes a charge.' } };
const ordered: HandoverRequest = { ...wanted, order };

const busy: QueueChoice = { kind: 'open', queues: order, waitMinutes: 5 };
const closed: QueueChoice = {
  kind: 'closed',
  queues: order,
  opening: {
    nowMs: Date.parse('2026-11-24T01:00:00Z'),
    atMs: Date.parse('2026-11-24T13:00:00Z'),
    zone: 'America/New_York',
  },
};

interface Situation {
  readonly choice: QueueChoice;
  readonly handover?: Readonly<Record<string, unknown>>;
  readonly caller?: CallerNumber;
  readonly fields?: Parameters<typeof agentWith>[0];
}

/** A caller has asked for a person; what the agent says to that is being said. */
function asksForPerson({ choice, handover = {}, caller, fields = {} }: Situation): TurnPlay {
  const agent = agentWith({ handover: { callBack: { offer: true }, ...handover }, ...fields });
  const play = listeningPlay(settingsOf(agent, caller), () => choice).say('A person, please.');
  play.give({ type: 'tool-called', reply: play.reply, tool: { kind: 'transfer-to-person', request: wanted } });
  return play.hearOut();
}

function lastSaid(play: TurnPlay): string {
  const said = play.deeds().flatMap((deed) => (deed.type === 'say' ? [deed.text] : []));
  return said.at(-1) ?? '';
}

/** The question has been heard. */
function asked(situation: Situation): TurnPlay {
  const play = asksForPerson(situation).hearOut();
  play.effects();
  return play;
}

const wantsCallBack = (): TurnPlay => asked({ choice: busy }).say('Call me back, please.').hearOut();
const gone = { type: 'timer-fired', timer: 'silence' } as const;

describe('a long wait', () => {
  it('is told in words, and the caller may choose to be called back', () => {
    expect(lastSaid(asksForPerson({ choice: busy }))).toBe(
      `The wait is about five minutes. ${texts.connectOrCallBack}`,
    );
  });

  it('is told and nothing more where call-backs are not offered', () => {
    const play = asksForPerson({ choice: busy, handover: { callBack: { offer: false } } });
    expect(lastSaid(play)).toBe('The wait is about five minutes. I am connecting you.');
    play.hearOut();
    expect(play.deeds()).toMatchObject([{ type: 'transfer', attempt: 0 }]);
  });

  it.each([undefined, 0, 3])('is none when it is %s minutes', (waitMinutes) => {
    const play = asksForPerson({ choice: { ...busy, waitMinutes } });
    expect(lastSaid(play)).toBe('I am connecting you.');
  });

  it('is as long as the agent’s file says', () => {
    const play = asksForPerson({ choice: busy, handover: { callBack: { offer: true, longWaitMinutes: 10 } } });
    expect(lastSaid(play)).toBe('I am connecting you.');
  });

  it.each(["I'll wait.", 'Connect me', 'No, put me through now.', "Don't call me back, connect me."])(
    'is waited out by a caller who says %j',
    (answer) => {
      const play = asked({ choice: busy }).say(answer);
      expect(lastSaid(play)).toBe('I am connecting you.');
      play.hearOut();
      expect(play.deeds()).toEqual([{ type: 'transfer', request: ordered, attempt: 0 }]);
    },
  );

  it.each([
    'Call me back.',
    'A call back please',
    "No, I can't wait, ring me later",
    "Don't connect me, call me back.",
  ])('is not waited out by a caller who says %j', (answer) => {
    const play = asked({ choice: busy }).say(answer);
    expect(lastSaid(play)).toBe('Shall we call the number you are calling from, ending in 0100?');
  });

  it.each([
    ['1', 'I am connecting you.'],
    ['2', 'Shall we call the number you are calling from, ending in 0100?'],
  ])('is decided with key %s as well', (key, said) => {
    const play = asked({ choice: busy }).give({ type: 'key-pressed', key }, { type: 'timer-fired', timer: 'keys' });
    expect(lastSaid(play)).toBe(said);
  });

  it('is asked about once more after an unclear answer, and then the caller is connected', () => {
    const play = asked({ choice: busy }).say('My neighbour has a dog.');
    expect(lastSaid(play)).toBe(texts.connectOrCallBack);
    expect(lastSaid(play.hearOut().say('A brown one.'))).toBe('I am connecting you.');
  });

  it('is left to the conversation when the caller wants neither', () => {
    const play = asked({ choice: busy }).say('No, thank you.');
    expect(play.phase).toBe('thinking');
  });

  it('is waited out by a caller who says nothing at all', () => {
    const play = asked({ choice: busy }).give(gone).hearOut().give(gone).hearOut().give(gone);
    expect(lastSaid(play)).toBe('I am connecting you.');
    expect(play.phase).toBe('handing-over');
  });

  it('is cut short by the key for a person: who has heard how long it takes is not asked again', () => {
    const play = asked({ choice: busy }).give({ type: 'key-pressed', key: '0' });
    expect(lastSaid(play)).toBe('I am connecting you.');
  });

  it('is no reason to keep a caller whom the agent cannot understand any more', () => {
    const play = listeningPlay(settingsOf(agentWith({ handover: { callBack: { offer: true } } })), () => busy);
    play.give({ type: 'hearing-failed' }).hearOut();
    expect(play.deeds()).toContainEqual(expect.objectContaining({ type: 'transfer', attempt: 0 }));
  });
});

describe('a queue that is closed', () => {
  const said = 'I am sorry, our colleagues are not there at this time. You can reach them tomorrow at 8:00 AM.';

  it('is said, with the time when somebody is there again, and a call-back is offered', () => {
    expect(lastSaid(asksForPerson({ choice: closed }))).toBe(`${said} Shall we call you back?`);
  });

  it('is said without a time when nobody knows one', () => {
    const play = asksForPerson({ choice: { ...closed, opening: undefined } });
    expect(lastSaid(play)).toBe(`${texts.closed} Shall we call you back?`);
  });

  it('is said in the caller’s language', () => {
    const spanish = { ...english(), language: 'es-US', texts: {} };
    const play = asksForPerson({ choice: closed, fields: { languages: [spanish] } });
    expect(lastSaid(play)).toBe(
      'Lo siento, a esta hora no hay nadie que pueda atenderle. Le atenderemos mañana a las 8:00 am. ¿Quiere que le llamemos?',
    );
  });

  it.each([
    ['close', `${said} ${texts.goodbye}`, 'hang-up'],
    ['return-to-conversation', `${said} ${texts.anythingElse}`, 'caller'],
    ['connect', `${said} I am connecting you.`, 'transfer'],
  ])('ends as the agent’s file says where no call-back is offered: %s', (whenClosed, words, then) => {
    const play = asksForPerson({ choice: closed, handover: { callBack: { offer: false }, whenClosed } });
    expect(lastSaid(play)).toBe(words);
    play.hearOut();
    expect([play.phase, ...play.deeds().map(({ type }) => type)]).toContain(then);
  });

  it.each([
    ['close', 'Thank you for calling. Goodbye.'],
    ['connect', 'I am connecting you.'],
  ])('ends so for a caller who wants no call-back: %s', (whenClosed, words) => {
    const play = asked({ choice: closed, handover: { callBack: { offer: true }, whenClosed } }).say('No, thanks.');
    expect(lastSaid(play)).toBe(words);
  });

  it('leaves a caller who has another question to the agent', () => {
    const play = asked({ choice: closed }).say('No, but can you tell me my balance?');
    expect(play.phase).toBe('thinking');
  });

  it('is tried all the same for a call in which the agent has failed', () => {
    const play = listeningPlay(settingsOf(agentWith({ handover: { callBack: { offer: true } } })), () => closed);
    play.give({ type: 'hearing-failed' }).hearOut();
    expect(play.deeds()).toContainEqual(expect.objectContaining({ type: 'transfer', attempt: 0 }));
  });

  it('does not keep a silent caller for ever, though the agent gets them back each time', () => {
    const agent = agentWith({
      handover: { whenClosed: 'return-to-conversation', returnsMax: 2 },
      silence: { then: 'hand-over' },
    });
    const play = listeningPlay(settingsOf(agent), () => closed);
    for (let rounds = 0; rounds < 12 && play.phase === 'caller'; rounds += 1) play.give(gone).hearOut();
    expect(play.phase).toBe('ended');
  });

  it('and its question nobody answers: the caller hears goodbye', () => {
    const play = asked({ choice: closed }).give(gone).hearOut().give(gone).hearOut().give(gone);
    expect(lastSaid(play)).toBe('Goodbye.');
  });
});

describe('the number to call back', () => {
  const noNumber: CallerNumber = { kind: 'anonymous' };
  const withoutNumber = (): TurnPlay => asked({ choice: busy, caller: noNumber }).say('Call me back.').hearOut();

  it('is the one the caller calls from, if they say so', () => {
    const play = wantsCallBack();
    play.effects();
    expect(play.say('Yes.').deeds()).toMatchObject([
      { type: 'record-caller' },
      { type: 'record-call-back', request: ordered, line: 'open', number: '+14255550100' },
    ]);
  });

  it('is asked for when the caller withholds theirs', () => {
    const play = asked({ choice: busy, caller: noNumber }).say('Call me back.');
    expect(lastSaid(play)).toBe(texts.askNumber);
  });

  it('is asked for when it is another one, and read back', () => {
    const play = wantsCallBack().say('No.');
    expect(lastSaid(play)).toBe(texts.askNumber);
    play.hearOut().say('Two one two, five five five, oh one double nine.');
    expect(lastSaid(play)).toBe('I understood 212 555 0199. Is that right?');
    play.hearOut().say('Yes');
    expect(play.deeds()).toContainEqual(expect.objectContaining({ type: 'record-call-back', number: '2125550199' }));
  });

  it('may be said at once with the no', () => {
    const play = wantsCallBack().say('No, call me on 212 555 0199.');
    expect(lastSaid(play)).toBe('I understood 212 555 0199. Is that right?');
  });

  it('may be keyed, zero and all, whatever the keys mean otherwise', () => {
    const fields = { keypad: { toPerson: '0', maxDigits: 4, menu: { '2': 'my balance' } } };
    const play = asked({ choice: busy, caller: noNumber, fields }).say('Call me back.').hearOut();
    for (const key of '0034600123456#') play.give({ type: 'key-pressed', key });
    expect(lastSaid(play)).toBe('I understood 003 460 012 3456. Is that right?');
  });

  it('keeps its plus', () => {
    const play = withoutNumber().say('Plus three four six zero zero one two three four five six');
    expect(lastSaid(play)).toBe('I understood +3 460 012 3456. Is that right?');
  });

  it('is asked for again when it was misheard, and corrected in one breath', () => {
    const play = withoutNumber().say('212 555 0198').hearOut().say('No, 212 555 0199.');
    expect(lastSaid(play)).toBe('I understood 212 555 0199. Is that right?');
  });

  it('is given up after three tries: the caller is told so and connected', () => {
    const play = withoutNumber().say('my number').hearOut().say('what?').hearOut().say('hm, well').hearOut();
    expect(play.deeds()).toContainEqual(expect.objectContaining({ type: 'say', text: texts.callBackFailed }));
    expect(play.state).toMatchObject({ phase: 'handing-over', step: { kind: 'asked', attempt: 0 } });
  });
});

describe('a call-back request', () => {
  const recording = (situation: Situation = { choice: busy }): TurnPlay => {
    const play = asked(situation).say('Call me back.').hearOut().say('Yes.');
    play.effects();
    return play;
  };

  it('is confirmed to the caller when it is recorded, not before', () => {
    const play = recording();
    expect(play.phase).toBe('handing-over');
    play.give({ type: 'call-back-recorded', errand: play.state.errands });
    expect(lastSaid(play)).toBe(`${texts.callBackNoted} ${texts.anythingElse}`);
    expect(play.hearOut().phase).toBe('caller');
  });

  it('that cannot be recorded is owned up to, and the caller is connected instead', () => {
    const play = recording().give({ type: 'call-back-lost', errand: 2 });
    expect(lastSaid(play)).toBe(texts.callBackFailed);
    play.hearOut();
    expect(play.deeds()).toEqual([{ type: 'transfer', request: ordered, attempt: 0 }]);
  });

  it('of which nothing is heard counts as not recorded', () => {
    const play = recording();
    expect([...play.timers]).toEqual(['errand']);
    expect(lastSaid(play.give({ type: 'timer-fired', timer: 'errand' }))).toBe(texts.callBackFailed);
  });

  it('is not confirmed by the answer to an older one', () => {
    const play = recording().give({ type: 'call-back-recorded', errand: 1 });
    expect(play.effects()).toEqual([]);
  });

  it('says that nobody was there, where nobody was', () => {
    const play = asked({ choice: closed }).say('Yes, please.').hearOut().say('Yes.');
    expect(play.deeds()).toContainEqual(expect.objectContaining({ type: 'record-call-back', line: 'closed' }));
  });

  it('ends the call when the agent has gone deaf meanwhile', () => {
    const play = recording().give({ type: 'hearing-failed' }, { type: 'call-back-recorded', errand: 2 });
    expect(lastSaid(play)).toBe(`${texts.callBackNoted} ${texts.goodbye}`);
    play.hearOut();
    expect(play.deeds()).toEqual([{ type: 'hang-up' }]);
  });

  it('is dropped with the call when the caller hangs up', () => {
    const play = recording().give({ type: 'caller-gone' });
    expect([play.phase, ...play.timers]).toEqual(['ended']);
  });
});
