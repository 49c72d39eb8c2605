import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HandoverRequest } from '#core/conversation/hand-over-request';
import type { TurnInput } from '#core/conversation/input';
import type { QueueChoice } from '#core/handover/choose-queues';
import type { TransferProblem } from '#core/handover/transfer-problem';
import { packOf } from '../../../support/language-packs.ts';
import { agentWith, final, listeningPlay, settingsOf, type TurnPlay } from '../../../support/turn-play.ts';

const { texts } = packOf('en');
const wanted: HandoverRequest = { reason: 'caller-asked', queue: 'disputes', words: { summary: 'Disputes a charge.' } };
const failed = (attempt: number, why: TransferProblem = 'busy'): TurnInput => ({
  type: 'transfer-failed',
  attempt,
  why,
});
const fires = (timer: 'comfort' | 'errand' | 'transfer'): TurnInput => ({ type: 'timer-fired', timer });

/** The first queue has been asked. */
function underWay(handover: Readonly<Record<string, unknown>> = {}): TurnPlay {
  const play = listeningPlay(settingsOf(agentWith({ handover: { fallback: ['disputes', 'general'], ...handover } })));
  play.say('A person, please.');
  play.give({ type: 'tool-called', reply: play.reply, tool: { kind: 'transfer-to-person', request: wanted } });
  play.hearOut().hearOut();
  play.effects();
  return play;
}

const saidIn = (play: TurnPlay): string[] => play.deeds().flatMap((deed) => (deed.type === 'say' ? [deed.text] : []));

describe('finding out which queues are open', () => {
  const asking = (): TurnPlay => {
    const play = listeningPlay(undefined, 'untold').give({ type: 'key-pressed', key: '0' });
    return play;
  };

  it('comes before the announcement', () => {
    expect(asking().deeds().at(-1)).toMatchObject({ type: 'choose-queues', request: { reason: 'caller-asked' } });
  });

  it('takes so long at most: then the queues are tried as they stand', () => {
    const play = asking();
    expect([...play.timers]).toEqual(['errand']);
    play.effects();
    expect(saidIn(play.give(fires('errand')))).toEqual(['I am connecting you.']);
    play.hearOut();
    expect(play.deeds()).toMatchObject([{ type: 'transfer', request: { order: ['disputes', 'general'] } }]);
  });

  it('is not answered by an answer to an older question', () => {
    const play = asking();
    play.effects();
    const choice: QueueChoice = { kind: 'open', queues: ['general'], waitMinutes: undefined };
    play.give({ type: 'queues-chosen', errand: play.state.errands - 1, choice });
    expect(play.effects()).toEqual([]);
  });

  it('is given up when the caller hangs up', () => {
    const play = asking().give({ type: 'caller-gone' });
    expect([play.phase, ...play.timers]).toEqual(['ended']);
  });

  it('goes on to the queue without a word when recognition fails meanwhile', () => {
    const play = asking().give({ type: 'hearing-failed' }, fires('errand'));
    expect(play.deeds().at(-1)).toMatchObject({ type: 'transfer', attempt: 0 });
  });
});

describe('a transfer that takes long', () => {
  it('is commented on, and again after a while, without end', () => {
    const play = underWay();
    for (let rounds = 0; rounds < 3; rounds += 1) {
      expect(play.timers).toContain('comfort');
      expect(saidIn(play.give(fires('comfort')))).toEqual([texts.comfort]);
      play.hearOut();
    }
  });

  it('is not commented on where the SBC plays music', () => {
    expect([...underWay({ comfort: { say: 'off' } }).timers]).toEqual(['transfer']);
  });

  it('is not commented on any more when a person takes the call in mid-word', () => {
    const play = underWay().give(fires('comfort'));
    const { reply } = play;
    play.effects();
    expect(play.give({ type: 'transfer-accepted' }).deeds()).toEqual([{ type: 'stop-reply', reply }]);
    expect([...play.timers]).toEqual([]);
  });

  it('is not commented on any more when the queue refuses in mid-word: the next one is asked', () => {
    const play = underWay().give(fires('comfort'));
    const { reply } = play;
    play.effects();
    expect(play.give(failed(0)).deeds()).toMatchObject([
      { type: 'stop-reply', reply },
      { type: 'transfer', attempt: 1 },
    ]);
  });

  it('goes on when the comfort message cannot be spoken', () => {
    const play = underWay().give(fires('comfort'));
    play.give({ type: 'reply-failed', reply: play.reply, why: 'voice' });
    expect([...play.timers]).toEqual(['transfer']);
    play.effects();
    expect(play.give(failed(0)).deeds()).toMatchObject([{ type: 'transfer', attempt: 1 }]);
  });

  it('is silent after its message when the caller hangs up', () => {
    const play = underWay().give(fires('comfort'));
    const { reply } = play;
    play.effects();
    expect(play.give({ type: 'caller-gone' }).deeds()).toEqual([{ type: 'stop-reply', reply }]);
  });
});

describe('a front that is busy with another transfer of the call', () => {
  it('is asked for the same queue again after a moment', () => {
    const play = underWay().give(failed(0, 'conflict'));
    expect(play.deeds()).toEqual([]);
    expect([...play.timers]).toEqual(['transfer', 'errand']);
    expect(play.give(fires('errand')).deeds()).toMatchObject([{ type: 'transfer', attempt: 0 }]);
  });

  it('is not waited for longer than for a person', () => {
    const play = underWay().give(failed(0, 'conflict'));
    play.effects();
    expect(saidIn(play.give(fires('transfer')))).toEqual(['Nobody can take your call.']);
    expect([...play.timers]).toEqual([]);
  });

  it('is not asked for ever: then the next queue is', () => {
    const play = underWay();
    for (let tries = 0; tries < 4; tries += 1) play.give(failed(0, 'conflict'), fires('errand'));
    play.effects();
    expect(play.give(failed(0, 'conflict')).deeds()).toMatchObject([{ type: 'transfer', attempt: 1 }]);
  });

  it('may say meanwhile that a person has the call', () => {
    const play = underWay().give(failed(0, 'conflict'), { type: 'transfer-accepted' });
    expect(play.state).toMatchObject({ step: { kind: 'accepted' } });
    expect([...play.timers]).toEqual([]);
  });
});

describe('a person who takes the call late', () => {
  it('has it, although the next queue has been asked already', () => {
    const play = underWay().give(fires('transfer'), { type: 'transfer-accepted' });
    expect(play.state).toMatchObject({ step: { kind: 'accepted' } });
  });

  it('has it, although the failure message has begun: it is stopped, and nobody hangs up', () => {
    const play = underWay().give(failed(0), failed(1));
    const { reply } = play;
    play.effects();
    expect(play.give({ type: 'transfer-accepted' }).deeds()).toEqual([{ type: 'stop-reply', reply }]);
    play.give({ type: 'reply-finished', reply });
    expect(play.deeds()).toEqual([]);
  });
});

describe('a call that comes back to the agent', () => {
  const returning = (): TurnPlay => underWay({ onFailure: 'return-to-conversation', returnsMax: 1 });

  it('is told that nobody could be reached, and asked what else there is', () => {
    const play = returning().give(failed(0), failed(1, 'no-answer'));
    expect(saidIn(play)).toEqual([`${texts.transferFailed} ${texts.anythingElse}`]);
    expect(play.hearOut().phase).toBe('caller');
    expect([...play.timers]).toEqual(['silence']);
  });

  it('may be interrupted with the next question', () => {
    const play = returning().give(failed(0), failed(1));
    play.give({ type: 'reply-audible', reply: play.reply });
    expect(play.say('Then tell me my balance').phase).toBe('thinking');
  });

  it('comes back so often and no more: then the failure message is said and the call ends', () => {
    const play = returning().give(failed(0), failed(1)).hearOut();
    play.give({ type: 'key-pressed', key: '0' }).hearOut().give(failed(0), failed(1));
    expect(saidIn(play).at(-1)).toBe('Nobody can take your call.');
    play.hearOut();
    expect(play.phase).toBe('ended');
  });

  it('does not come back when the agent cannot understand it any more', () => {
    const play = returning().give({ type: 'hearing-failed' }, failed(0), failed(1));
    expect(saidIn(play)).toEqual(['Nobody can take your call.']);
  });
});

describe('a second wish for a person', () => {
  it.each([
    ['by key', { type: 'key-pressed', key: '0' } as const],
    ['in words', final('I want a person!', 0.9)],
    ['of the model', { type: 'tool-called', reply: 'reply-2', tool: { kind: 'end-call' } } as TurnInput],
  ])('changes nothing while one is under way: %s', (_, input) => {
    const play = underWay();
    const before = play.state;
    play.give(input);
    expect(play.state).toEqual(before);
    expect(play.effects()).toEqual([]);
  });
});

describe('any order of outcomes, from any step of a hand-over', () => {
  const outcome: fc.Arbitrary<TurnInput> = fc.oneof(
    fc.constant<TurnInput>({ type: 'transfer-accepted' }),
    fc
      .tuple(
        fc.integer({ min: 0, max: 2 }),
        fc.constantFrom<TransferProblem>('busy', 'no-answer', 'conflict', 'refused'),
      )
      .map(([attempt, why]) => failed(attempt, why)),
    fc.constantFrom<TurnInput>(
      fires('comfort'),
      fires('errand'),
      fires('transfer'),
      { type: 'hearing-failed' },
      { type: 'key-pressed', key: '0' },
      { type: 'call-back-recorded', errand: 2 },
      { type: 'call-back-lost', errand: 2 },
      final('no, wait', 0.9),
    ),
  );
  const choice = fc.constantFrom<QueueChoice>(
    { kind: 'open', queues: ['disputes', 'general'], waitMinutes: undefined },
    { kind: 'open', queues: ['disputes'], waitMinutes: 9 },
    { kind: 'closed', queues: ['disputes', 'general'], opening: undefined },
  );
  const handover = fc.record({
    onFailure: fc.constantFrom('disconnect', 'return-to-conversation'),
    whenClosed: fc.constantFrom('close', 'return-to-conversation', 'connect'),
    callBack: fc.record({ offer: fc.boolean() }),
    comfort: fc.record({ say: fc.constantFrom('message', 'off') }),
  });

  it('ends with a person, with a message and the end, or with the agent: never in silence', () => {
    fc.assert(
      fc.property(
        handover,
        choice,
        fc.array(outcome, { maxLength: 25 }),
        fc.boolean(),
        (settings, found, inputs, hear) => {
          const play = listeningPlay(settingsOf(agentWith({ handover: settings })), () => found);
          play.give({ type: 'key-pressed', key: '0' });
          for (const input of inputs) {
            if (input.type === 'timer-fired' && !play.timers.has(input.timer)) continue;
            play.give(input);
            if (hear) play.hearOut();
          }
          // Left alone: timers run out, what is being said is heard to its end, and queues do not answer.
          for (let rounds = 0; rounds < 200 && play.state.phase === 'handing-over'; rounds += 1) {
            const { step } = play.state;
            if (step.kind === 'accepted') return;
            const saying = 'reply' in step;
            expect(saying || ['errand', 'transfer'].some((timer) => play.timers.has(timer))).toBe(true);
            if (saying) play.hearOut();
            else play.give(play.timers.has('errand') ? fires('errand') : fires('transfer'));
          }
          const ends = play.phase === 'ended' ? play.deeds().map(({ type }) => type) : [];
          if (play.phase === 'ended') expect(ends.slice(-2)).toContain('hang-up');
          else expect(['caller', 'agent', 'thinking']).toContain(play.phase);
        },
      ),
      { numRuns: 400 },
    );
  });
});
