import type { TimerName, TurnInput } from '#core/conversation/input';
import { firstTurn } from '#core/conversation/state';
import type { TurnSettings } from '#core/conversation/turn-settings';
import { nextTurn } from '#core/conversation/turn';
import { replyId } from '#core/ids';
import { agentWith, final, partial, settingsOf } from './turn-play.ts';

const WALKS = 2_500;
const STEPS = 40;

const timers: readonly TimerName[] = [
  'end-of-turn',
  'stable',
  'silence',
  'filler',
  'resume',
  'keys',
  'transfer',
  'errand',
];

const settings: readonly TurnSettings[] = [
  agentWith({ keypad: { toPerson: '0' } }),
  agentWith({ handover: { confirm: false, onFailure: 'return-to-conversation' } }),
  agentWith({ handover: { whenClosed: 'return-to-conversation', callBack: { offer: true } } }),
  agentWith({ turnTaking: { thinkAhead: 'on-partial' }, silence: { then: 'hand-over' } }),
].map((agent) => settingsOf(agent));

/** What may come next for the running reply and errand. */
function inputsFor(replies: number, errands: number): readonly TurnInput[] {
  const reply = replyId(replies);
  return [
    { type: 'speech-started' },
    { type: 'speech-sustained' },
    { type: 'speech-ended' },
    { type: 'hearing-failed' },
    partial('my card is lost'),
    final('my card is lost'),
    final('yes'),
    final('no'),
    final('uh-huh'),
    final(''),
    { type: 'key-pressed', key: '0' },
    { type: 'key-pressed', key: '5' },
    ...timers.map((timer): TurnInput => ({ type: 'timer-fired', timer })),
    { type: 'reply-audible', reply },
    { type: 'reply-stalled', reply },
    { type: 'reply-finished', reply },
    { type: 'reply-failed', reply, why: 'unavailable' },
    {
      type: 'tool-called',
      reply,
      tool: { kind: 'transfer-to-person', request: { reason: 'agent-decided', queue: undefined, words: {} } },
    },
    { type: 'tool-called', reply, tool: { kind: 'end-call' } },
    { type: 'queues-chosen', errand: errands, choice: { kind: 'open', queues: ['general'], waitMinutes: undefined } },
    { type: 'queues-chosen', errand: errands, choice: { kind: 'open', queues: ['general'], waitMinutes: 30 } },
    { type: 'queues-chosen', errand: errands, choice: { kind: 'closed', queues: ['general'], opening: undefined } },
    { type: 'call-back-recorded', errand: errands },
    { type: 'call-back-lost', errand: errands },
    { type: 'transfer-accepted' },
    { type: 'transfer-failed', attempt: 0, why: 'busy' },
  ];
}

/** Which phase follows which in conversations in which anything happens, each as `caller agent`. The same walks every time. */
export function turnPhaseChanges(): ReadonlySet<string> {
  const changes = new Set<string>();
  const roll = dice(1);
  for (let walk = 0; walk < WALKS; walk += 1) {
    const setting = settings[walk % settings.length];
    if (setting === undefined) break;
    // Some have to repeat a code first.
    const gates = { code: roll(3) === 0 ? '4729' : undefined, proof: undefined };
    let [state] = nextTurn(firstTurn, { type: 'media-ready', greeting: 'Hello.', gates }, setting);
    changes.add(`${firstTurn.phase} ${state.phase}`);
    for (let step = 0; step < STEPS && state.phase !== 'ended'; step += 1) {
      const inputs = inputsFor(state.replies, state.errands);
      const input = inputs[roll(inputs.length)];
      if (input === undefined) break;
      const [next] = nextTurn(state, input, setting);
      if (next.phase !== state.phase) changes.add(`${state.phase} ${next.phase}`);
      state = next;
    }
  }
  return changes;
}

/** A generator of Park and Miller's kind: whole numbers below `sides`. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % sides;
  };
}
