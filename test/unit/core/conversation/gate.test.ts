import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TurnInput } from '#core/conversation/input';
import { NOT_KEPT } from '#core/conversation/gate';
import { replyId } from '#core/ids';
import {
  agentWith,
  english,
  final,
  partial,
  playTurns,
  settingsOf,
  type TurnPlay,
} from '../../../support/turn-play.ts';

const texts = {
  ...english().texts,
  codeRequest: 'Please repeat: {code}.',
  codeAgain: 'Again: {code}.',
  codeWrong: 'Wrong. It is {code}.',
  codeThenPerson: 'First: {code}.',
  codeFailed: 'No code, no call.',
  pinRequest: 'Your secret, please.',
  lastDigitsRequest: 'The last {count}, please.',
  proofWrong: 'That is not it.',
  proofDone: 'Thank you.',
  proofFailed: 'Not confirmed.',
};
const said = 'four, seven, two, nine';

function settings(fields: Readonly<Record<string, unknown>> = {}) {
  return settingsOf(agentWith({ languages: [english({ texts })], ...fields }));
}

/** The caller has heard which code to repeat. */
function screened(screening: Readonly<Record<string, unknown>> = {}): TurnPlay {
  const play = playTurns(settings({ screening: { unknownCallers: 'code', ...screening } }));
  play.give({ type: 'media-ready', greeting: 'Hello.', gates: { code: '4729', proof: undefined } });
  return play;
}

describe('a caller nobody knows', () => {
  it('is asked to repeat a code, digit by digit, before anything else', () => {
    expect(screened().deeds()).toEqual([{ type: 'say', reply: 'reply-1', text: `Please repeat: ${said}.` }]);
  });

  it('is greeted when the code was said', () => {
    const play = screened().hearOut();
    play.effects();
    expect(play.say('four seven twenty-nine').deeds()).toEqual([
      { type: 'record-caller', said: { text: 'four seven twenty-nine', confidence: 0.9, by: 'voice' } },
      { type: 'say', reply: 'reply-2', text: 'Hello.' },
    ]);
    play.hearOut().effects();
    expect(play.say('My card is lost.').deeds()).toContainEqual(expect.objectContaining({ type: 'think' }));
  });

  it('is greeted at once when the code was keyed, and the key for a person is a digit of it', () => {
    const play = playTurns(settings({ screening: { unknownCallers: 'code' }, keypad: { toPerson: '4' } }));
    play.give({ type: 'media-ready', greeting: 'Hello.', gates: { code: '4729', proof: undefined } }).hearOut();
    play.effects();
    for (const key of '4729') play.give({ type: 'key-pressed', key });
    expect(play.deeds()).toContainEqual({ type: 'say', reply: 'reply-2', text: 'Hello.' });
  });

  it('is not kept waiting after the whole code, nor cut off in its middle', () => {
    const play = screened().hearOut();
    play.effects();
    play.give({ type: 'speech-started' }, final('four seven'));
    expect(play.effects()).toContainEqual({ type: 'start-timer', timer: 'end-of-turn', ms: 1_600 });
    play.give({ type: 'speech-started' }, final('two nine'));
    expect(play.effects()).toContainEqual({ type: 'start-timer', timer: 'end-of-turn', ms: 0 });
  });

  it('says the code over the question and gets through', () => {
    const play = screened().give({ type: 'reply-audible', reply: replyId(1) });
    play.give(
      { type: 'speech-started' },
      { type: 'speech-sustained' },
      partial('four seven two'),
      final('four seven two nine'),
    );
    play.effects();
    expect(play.give({ type: 'timer-fired', timer: 'end-of-turn' }).deeds()).toContainEqual(
      expect.objectContaining({ type: 'say', text: 'Hello.' }),
    );
  });

  it('hears the code again when it was wrong, not understood, or asked for once more', () => {
    const play = screened().hearOut();
    play.effects();
    const sayings = ['four seven two eight', 'what was that?', 'can I talk to a person?'].map((words) => {
      const says = play
        .say(words)
        .deeds()
        .flatMap((effect) => (effect.type === 'say' ? [effect.text] : []));
      play.hearOut().effects();
      return says.join();
    });
    expect(sayings).toEqual([`Wrong. It is ${said}.`, `Again: ${said}.`, `First: ${said}.`]);
  });

  it('hears the code again when they are silent', () => {
    const play = screened().hearOut();
    play.effects();
    expect(play.give({ type: 'timer-fired', timer: 'silence' }).deeds()).toEqual([
      { type: 'say', reply: 'reply-2', text: `Again: ${said}.` },
    ]);
  });

  it('is hung up on after the last wrong code, whatever they say to that', () => {
    const play = screened({ attempts: 2 }).hearOut().say('one two three four').hearOut().say('one two three four');
    play.effects();
    play.give(
      { type: 'reply-audible', reply: play.reply },
      { type: 'speech-sustained' },
      final('no wait, four seven two nine'),
    );
    expect(play.deeds()).toEqual([]);
    expect(play.hearOut().deeds()).toEqual([{ type: 'hang-up' }]);
  });

  it('gets a person after the last wrong code, where the agent says so, and no conversation', () => {
    const play = screened({ attempts: 1, then: 'hand-over' }).hearOut().say('one two three four');
    expect(play.phase).toBe('handing-over');
    play.give(final('no, wait'));
    expect(play.phase).toBe('handing-over');
  });

  it('gets a person when they ask for one, where the agent says so', () => {
    const play = screened({ person: 'hand-over' }).hearOut().say('a person please');
    expect(play.phase).toBe('handing-over');
  });

  it('is greeted at once when somebody finds out who they are', () => {
    const play = screened();
    play.effects();
    expect(play.give({ type: 'caller-known' }).deeds()).toContainEqual({
      type: 'say',
      reply: 'reply-2',
      text: 'Hello.',
    });
  });
});

/** The caller has heard what to prove. */
function asked(identity: Readonly<Record<string, unknown>>): TurnPlay {
  const play = playTurns(settings({ identity: { proof: 'pin', ...identity } }));
  play.give({ type: 'media-ready', greeting: 'Hello.', gates: { code: undefined, proof: 'pin' } }).hearOut();
  play.effects();
  return play;
}

const conversation = { before: 'conversation' };

describe('a caller who has to prove who they are', () => {
  it('says a PIN that goes to the check and nowhere else', () => {
    const play = asked(conversation).say('it is one two three four');
    expect(play.deeds()).toEqual([
      { type: 'record-caller', said: { text: NOT_KEPT, confidence: 0.9, by: 'voice' } },
      { type: 'check-proof', reply: 'reply-2', proof: 'pin', digits: '1234' },
    ]);
    play.give({ type: 'proof-checked', reply: play.reply, result: 'right' });
    expect(play.deeds()).toEqual([{ type: 'say', reply: 'reply-3', text: 'Thank you.' }]);
    // Said twice: the recogniser was late.
    play.give(final('one two three four'), { type: 'key-pressed', key: '1' });
    expect(play.deeds()).toEqual([]);
    expect(play.hearOut().deeds()).toEqual([{ type: 'say', reply: 'reply-4', text: 'Hello.' }]);
  });

  it('keys a PIN', () => {
    const play = asked(conversation);
    for (const key of '0815#') play.give({ type: 'key-pressed', key });
    expect(play.deeds()).toContainEqual({ type: 'check-proof', reply: 'reply-2', proof: 'pin', digits: '0815' });
  });

  it('tries again after a wrong one, and goes to a person after the last', () => {
    const play = asked({ ...conversation, attempts: 2 }).say('one two three four');
    play.give({ type: 'proof-checked', reply: play.reply, result: 'wrong' });
    expect(play.deeds()).toContainEqual(expect.objectContaining({ type: 'say', text: 'That is not it.' }));
    play.hearOut().say('one two three five');
    play.give({ type: 'proof-checked', reply: play.reply, result: 'wrong' });
    expect(play.deeds()).toContainEqual(expect.objectContaining({ type: 'say', text: 'Not confirmed.' }));
    play.give(final('no, no person please'));
    expect(play.hearOut().phase).toBe('handing-over');
  });

  it.each(['not-set', 'locked', 'unknown'] as const)('goes on unproven where the agent says so: %s', (result) => {
    const play = asked({ ...conversation, onFailure: 'continue-unproven' }).say('one two three four');
    play.give({ type: 'proof-checked', reply: play.reply, result }).hearOut();
    expect(play.deeds()).toContainEqual(expect.objectContaining({ type: 'say', text: 'Hello.' }));
    expect(play.state.gate).toEqual({ kind: 'open', proof: 'given-up' });
  });

  it('is asked before a tool that needs it, and answered after that', () => {
    const play = playTurns(settings({ identity: { proof: 'last-digits', lastDigits: 4 } }));
    play.give({ type: 'media-ready', greeting: 'Hello.' }).hearOut().say('What is my balance?');
    play.give({ type: 'tool-called', reply: play.reply, tool: { kind: 'prove-identity' } });
    play.effects();
    play.hearOut();
    expect(play.deeds()).toContainEqual(expect.objectContaining({ type: 'say', text: 'The last 4, please.' }));
    play.hearOut().say('double four seven one');
    expect(play.deeds()).toContainEqual(expect.objectContaining({ type: 'check-proof', digits: '4471' }));
    play.give({ type: 'proof-checked', reply: play.reply, result: 'right' }).hearOut();
    expect(play.deeds()).toContainEqual({ type: 'think-on', reply: play.reply });
  });

  it('asks again where nothing was understood, and gives up in the end', () => {
    const play = asked(conversation);
    for (let turn = 0; turn < 4; turn += 1) {
      play.effects();
      expect(play.say('I am not sure').deeds()).toContainEqual(
        expect.objectContaining({ text: 'Your secret, please.' }),
      );
      play.hearOut();
    }
    play.say('I am not sure').hearOut();
    expect(play.phase).toBe('handing-over');
  });
});

const secret = '7395';
const words = fc.constantFrom(
  '',
  'yes',
  'no wait',
  'a person',
  'what?',
  'seven three nine five',
  'one two three four',
  'my card is lost',
);
const anyInput: fc.Arbitrary<(play: TurnPlay) => TurnInput> = fc.oneof(
  fc
    .constantFrom<TurnInput>({ type: 'speech-started' }, { type: 'speech-sustained' }, { type: 'speech-ended' })
    .map((input) => () => input),
  words.map((text) => () => partial(text)),
  words.map((text) => () => final(text)),
  fc.constantFrom(...'7395#*'.split('')).map((key) => (): TurnInput => ({ type: 'key-pressed', key })),
  fc
    .constantFrom('end-of-turn', 'stable', 'silence', 'filler', 'resume', 'keys', 'transfer', 'comfort', 'errand')
    .map((timer) => (): TurnInput => ({ type: 'timer-fired', timer })),
  fc
    .constantFrom('reply-audible', 'reply-stalled', 'reply-finished')
    .map((type) => (play: TurnPlay): TurnInput => ({ type, reply: play.reply })),
  fc.constant((play: TurnPlay): TurnInput => ({ type: 'reply-failed', reply: play.reply, why: 'voice' })),
  fc
    .constantFrom('wrong', 'locked', 'unknown')
    .map((result) => (play: TurnPlay): TurnInput => ({ type: 'proof-checked', reply: play.reply, result })),
  fc.nat({ max: 2 }).map((attempt) => (): TurnInput => ({ type: 'transfer-failed', attempt, why: 'busy' })),
);
const policies = fc.record({
  then: fc.constantFrom('hang-up', 'hand-over'),
  person: fc.constantFrom('after-code', 'hand-over'),
  onFailure: fc.constantFrom('disconnect', 'return-to-conversation'),
  thinkAhead: fc.constantFrom('off', 'on-final', 'on-partial'),
});

describe('whatever happens before a gate is open', () => {
  it('is heard by no model', () => {
    fc.assert(
      fc.property(
        policies,
        fc.boolean(),
        fc.array(anyInput, { maxLength: 40 }),
        ({ then, person, onFailure, thinkAhead }, isCode, inputs) => {
          const play = playTurns(
            settings({
              screening: { unknownCallers: 'code', then, person },
              identity: { proof: 'pin', before: 'conversation' },
              handover: { onFailure },
              turnTaking: { thinkAhead },
            }),
          );
          // The code is never said.
          const gates = { code: isCode ? '8642' : undefined, proof: 'pin' } as const;
          play.give({ type: 'media-ready', greeting: 'Hello.', gates });
          for (const input of inputs) play.give(input(play));
          expect(play.state.gate.kind).not.toBe('open');
          const types = play.effects().map(({ type }) => type);
          for (const type of ['think', 'think-ahead', 'think-again', 'think-on'] as const)
            expect(types).not.toContain(type);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('is not written down where it is a secret', () => {
    fc.assert(
      fc.property(fc.array(anyInput, { maxLength: 40 }), (inputs) => {
        const play = asked(conversation);
        for (const input of inputs) play.give(input(play));
        play.give({ type: 'caller-gone' });
        for (const effect of play.effects()) {
          if (effect.type !== 'record-caller') continue;
          expect(effect.said.text).not.toContain(secret);
          expect(effect.said.text).not.toMatch(/seven three/);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('keeps the line from ever staying dead', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.array(anyInput, { maxLength: 40 }), (isCode, inputs) => {
        const play = playTurns(
          settings({ screening: { unknownCallers: 'code' }, identity: { proof: 'pin', before: 'conversation' } }),
        );
        play.give({
          type: 'media-ready',
          greeting: 'Hello.',
          gates: { code: isCode ? '8642' : undefined, proof: 'pin' },
        });
        for (const input of inputs) play.give(input(play));
        if (play.phase === 'caller') expect(play.timers.size).toBeGreaterThan(0);
      }),
      { numRuns: 1_000 },
    );
  });
});
