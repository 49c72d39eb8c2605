import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HandoverReason } from '#core/handover/packet';
import type { TimerName, TurnInput } from '#core/conversation/input';
import type { QueueChoice } from '#core/handover/choose-queues';
import { replyId } from '#core/ids';
import { agentWith, playTurns, type TurnPlay, settingsOf, partial, final } from '../../../support/turn-play.ts';

const timerNames: readonly TimerName[] = [
  'end-of-turn',
  'stable',
  'silence',
  'filler',
  'resume',
  'keys',
  'transfer',
  'comfort',
  'errand',
];
const reasons: readonly HandoverReason[] = ['caller-asked', 'agent-decided', 'failure'];

/** A reply by its distance from the running one: 0 is the running one, 1 the one before it. */
type Aged = (play: TurnPlay) => TurnInput;

const reply = fc.integer({ min: 0, max: 2 }).map((age) => (play: TurnPlay) => {
  return replyId(Math.max(0, play.state.replies - age));
});
const always = (input: TurnInput): Aged => {
  return () => input;
};
const words = fc.oneof(
  fc.constantFrom('', ' ', 'yes', 'no', 'okay', 'uh-huh', 'my card is lost'),
  fc.string({ unit: 'grapheme' }),
);
const choices: fc.Arbitrary<QueueChoice> = fc.oneof(
  fc
    .constantFrom(undefined, 1, 30)
    .map((waitMinutes): QueueChoice => ({ kind: 'open', queues: ['general'], waitMinutes })),
  fc
    .constantFrom(undefined, { atMs: 1_795_000_000_000, nowMs: 1_794_999_000_000, zone: 'Europe/Madrid' })
    .map((opening): QueueChoice => ({ kind: 'closed', queues: ['disputes', 'general'], opening })),
);
const anyInput: fc.Arbitrary<Aged> = fc.oneof(
  fc
    .constantFrom<TurnInput>(
      { type: 'media-ready', greeting: 'Hello.' },
      { type: 'speech-started' },
      { type: 'speech-sustained' },
      { type: 'speech-ended' },
      { type: 'hearing-failed' },
    )
    .map(always),
  fc.tuple(words, fc.constantFrom('caller', 'line')).map(([text, from]) => always(partial(text, from))),
  words.map((text) => always(final(text, 0.5))),
  fc.constantFrom(...'0 1 2 9 * #'.split(' ')).map((key) => always({ type: 'key-pressed', key })),
  fc.constantFrom(...timerNames).map((timer) => always({ type: 'timer-fired', timer })),
  fc
    .tuple(fc.constantFrom('reply-audible', 'reply-stalled', 'reply-finished'), reply)
    .map(([type, of]): Aged => (play) => ({ type, reply: of(play) })),
  fc
    .tuple(fc.constantFrom('filtered', 'empty', 'unavailable', 'voice'), reply)
    .map(([why, of]): Aged => (play) => ({ type: 'reply-failed', reply: of(play), why })),
  fc
    .tuple(fc.constantFrom(...reasons), fc.constantFrom(undefined, 'disputes', 'nowhere'), reply)
    .map(([reason, queue, of]): Aged => (play) => ({
      type: 'tool-called',
      reply: of(play),
      tool: { kind: 'transfer-to-person', request: { reason, queue, words: {} } },
    })),
  reply.map((of): Aged => (play) => ({ type: 'tool-called', reply: of(play), tool: { kind: 'end-call' } })),
  fc.constant(always({ type: 'transfer-accepted' })),
  fc
    .tuple(fc.integer({ min: 0, max: 2 }), fc.constantFrom('busy', 'no-answer', 'conflict'))
    .map(([attempt, why]) => always({ type: 'transfer-failed', attempt, why })),
  fc
    .tuple(fc.integer({ min: 0, max: 2 }), choices)
    .map(([age, choice]): Aged => (play) => ({ type: 'queues-chosen', errand: play.state.errands - age, choice })),
  fc
    .tuple(fc.constantFrom('call-back-recorded', 'call-back-lost'), fc.integer({ min: 0, max: 2 }))
    .map(([type, age]): Aged => (play) => ({ type, errand: play.state.errands - age })),
);
const agents = fc.record({
  confirm: fc.boolean(),
  onFailure: fc.constantFrom('disconnect', 'return-to-conversation'),
  whenClosed: fc.constantFrom('close', 'return-to-conversation', 'connect'),
  offer: fc.boolean(),
  silence: fc.constantFrom('close', 'hand-over'),
  toPerson: fc.constantFrom('0', undefined),
  thinkAhead: fc.constantFrom('off', 'on-final', 'on-partial'),
});
const settingsFor = ({
  confirm,
  onFailure,
  whenClosed,
  offer,
  silence,
  toPerson,
  thinkAhead,
}: Readonly<Record<'confirm' | 'offer', boolean>> &
  Readonly<Record<'onFailure' | 'whenClosed' | 'silence' | 'thinkAhead', string>> & { toPerson: string | undefined }) =>
  settingsOf(
    agentWith({
      handover: { confirm, onFailure, whenClosed, callBack: { offer } },
      silence: { then: silence },
      keypad: toPerson === undefined ? {} : { toPerson },
      turnTaking: { thinkAhead },
    }),
  );
const inputs = fc.array(anyInput, { maxLength: 60 });

describe('a conversation in which anything happens in any order', () => {
  it('never has two replies under way, and stops each before the next', () => {
    fc.assert(
      fc.property(agents, inputs, (agent, given) => {
        const play = playTurns(settingsFor(agent), 'untold');
        const running = new Set<string>();
        let ahead: string | undefined;
        for (const input of given) {
          const actual = input(play);
          if ((actual.type === 'reply-finished' || actual.type === 'reply-failed') && running.has(actual.reply)) {
            running.delete(actual.reply);
          }
          play.give(actual);
          for (const effect of play.effects()) {
            if (effect.type === 'stop-reply') running.delete(effect.reply);
            if (effect.type === 'say' || effect.type === 'think' || effect.type === 'think-ahead') {
              // What was written ahead is used, or was stopped before.
              expect([...running]).toEqual(effect.type === 'think' && effect.reply === ahead ? [ahead] : []);
              running.add(effect.reply);
              ahead = effect.type === 'think-ahead' ? effect.reply : undefined;
            }
            if (effect.type === 'say-filler' || effect.type === 'hold-reply' || effect.type === 'resume-reply') {
              expect(running).toContain(effect.reply);
            }
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is never stuck: the caller is waited for only so long, and so is a transfer', () => {
    fc.assert(
      fc.property(agents, inputs, (agent, given) => {
        const play = playTurns(settingsFor(agent), 'untold');
        for (const input of given) {
          const actual = input(play);
          // Only timers that run fire.
          if (actual.type === 'timer-fired' && !play.timers.has(actual.timer)) continue;
          play.give(actual);
          const { state } = play;
          if (state.phase === 'caller') {
            expect([...play.timers].some((timer) => ['silence', 'end-of-turn', 'keys'].includes(timer))).toBe(true);
          }
          if (state.phase === 'held') expect(play.timers).toContain('resume');
          if (state.phase === 'handing-over' && state.step.kind === 'asked') expect(play.timers).toContain('transfer');
        }
      }),
      { numRuns: 500 },
    );
  });

  it('comes to an end when left alone', () => {
    fc.assert(
      fc.property(agents, inputs, (agent, given) => {
        const play = playTurns(settingsFor(agent), 'untold').give({ type: 'media-ready', greeting: 'Hello.' });
        for (const input of given) play.give(input(play));
        for (let rounds = 0; play.phase !== 'ended' && rounds < 50; rounds += 1) {
          const [timer] = play.timers;
          if (play.phase === 'held') play.give({ type: 'timer-fired', timer: 'resume' });
          else if (play.phase === 'thinking' || play.phase === 'agent') play.hearOut();
          else if (play.state.phase === 'handing-over' && play.state.step.kind === 'accepted') return;
          else if (timer === undefined) play.hearOut();
          else play.give({ type: 'timer-fired', timer: timer as TimerName });
        }
        expect(play.phase).toBe('ended');
      }),
      { numRuns: 300 },
    );
  });

  it('is over when the caller is gone, and leaves nothing running', () => {
    fc.assert(
      fc.property(agents, inputs, inputs, (agent, given, late) => {
        const play = playTurns(settingsFor(agent), 'untold');
        for (const input of given) play.give(input(play));
        play.give({ type: 'caller-gone' });
        expect(play.phase).toBe('ended');
        expect([...play.timers]).toEqual([]);
        play.effects();
        for (const input of late) play.give(input(play));
        expect(play.effects()).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
