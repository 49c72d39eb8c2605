import type { CallEvent } from '#core/call/event';
import { MEDIA_MOVED, MEDIA_OVER } from '#core/call/given-up';
import { FAILURE_TRANSFER_ID, SECOND_FAILURE_TRANSFER_ID } from '#core/call/last-resort';
import type { CallPhase, CallState } from '#core/call/state';
import { firstState, transition } from '#core/call/transition';
import type { PhoneNumber } from '#core/ids';
import { connectionId, offer } from './offered-call.ts';

/** Longer than anything that is waited for: the watchdog finds every time-out over. */
const STEP_MS = 100_000;
const person = '+18005550110' as PhoneNumber;

interface Move {
  readonly from: CallPhase;
  readonly to: CallPhase;
  /** `watchdog-fired / transfer-to-person`: the event, and the commands that follow from it. */
  readonly label: string;
}

/** One of each kind of event, and of each value that decides. A new event does not compile until it is here. */
const SAMPLES: { readonly [Type in CallEvent['type']]: readonly Omit<Extract<CallEvent, { type: Type }>, 'atMs'>[] } = {
  'answer-accepted': [{ type: 'answer-accepted', connectionId }],
  'answer-refused': [{ type: 'answer-refused', code: 500, subCode: 0 }],
  'caller-gave-up': [{ type: 'caller-gave-up', code: 404, subCode: 8522 }],
  redirected: [{ type: 'redirected', target: person }],
  rejected: [{ type: 'rejected', reason: 'busy' }],
  connected: [{ type: 'connected', connectionId }],
  'media-started': [{ type: 'media-started', connectionId }],
  'media-lost': [
    { type: 'media-lost', connectionId, detail: 'streamConnectionInterrupted' },
    { type: 'media-lost', connectionId, detail: 'subscriptionStopped' },
    { type: 'media-lost', connectionId, detail: MEDIA_MOVED },
    { type: 'media-lost', connectionId, detail: MEDIA_OVER },
  ],
  'transfer-asked': [FAILURE_TRANSFER_ID, SECOND_FAILURE_TRANSFER_ID].map((transferId) => ({
    type: 'transfer-asked',
    transferId,
  })),
  'transfer-accepted': ['transfer-1', FAILURE_TRANSFER_ID, SECOND_FAILURE_TRANSFER_ID].map((transferId) => ({
    type: 'transfer-accepted',
    transferId,
    target: person,
  })),
  'transfer-failed': ['transfer-1', FAILURE_TRANSFER_ID, SECOND_FAILURE_TRANSFER_ID].flatMap((transferId) =>
    [560_486, 8_607].map((subCode) => ({ type: 'transfer-failed', transferId, code: 486, subCode })),
  ),
  'failure-message-over': [{ type: 'failure-message-over' }],
  'key-pressed': [{ type: 'key-pressed', sequenceId: 1, key: '1' }],
  disconnected: [{ type: 'disconnected', code: 200, subCode: 540_000 }],
  'watchdog-fired': [{ type: 'watchdog-fired' }],
  'call-gone': [{ type: 'call-gone' }],
};

/** Every move that the life of a call can make, found by trying every event in every state that any order of events leads to. */
export function movesOfCalls(): readonly Move[] {
  const moves = new Map<string, Move>();
  const seen = new Set<string>();
  let frontier: readonly { readonly state: CallState; readonly atMs: number }[] = [
    { state: firstState(offer), atMs: offer.offeredAtMs },
  ];
  while (frontier.length > 0) {
    const next: { state: CallState; atMs: number }[] = [];
    for (const { state, atMs } of frontier) {
      for (const sample of Object.values(SAMPLES).flat()) {
        const event = { ...sample, atMs: atMs + STEP_MS } as CallEvent;
        const decided = transition(state, event);
        if (decided.kind === 'ignored') continue;
        const commands = decided.commands.map(({ type }) => type).filter((type) => type !== 'listen-for-keys');
        const label = [event.type, ...commands].join(' / ');
        const move = { from: state.phase, to: decided.state.phase, label };
        if (move.from !== move.to || commands.length > 0) moves.set(JSON.stringify(move), move);
        const kind = kindOf(decided.state);
        if (seen.has(kind)) continue;
        seen.add(kind);
        next.push({ state: decided.state, atMs: event.atMs });
      }
    }
    frontier = next;
  }
  return [...moves.values()];
}

/** What distinguishes states for what they do next. Times do not: each event of this exploration comes long after the last. */
function kindOf(state: CallState): string {
  const transfer = 'transfer' in state ? state.transfer : undefined;
  const result = transfer?.result;
  return JSON.stringify([
    state.phase,
    'mediaLostAtMs' in state ? Math.min(state.mediaLostAtMs.length, 2) : undefined,
    'source' in state ? [state.source, state.connectionId !== undefined] : undefined,
    transfer?.id,
    result?.kind,
    result?.kind === 'under-way' && result.asked,
    'hungUpAtMs' in state,
  ]);
}

/** A Mermaid state diagram: between two phases one arrow, with every event that leads along it. */
export function phaseDiagram(moves: readonly Move[]): string {
  const phases: readonly CallPhase[] = ['offered', 'answered', 'connected', 'talking', 'handed-over', 'ended'];
  const arrows = phases.flatMap((from) =>
    phases.flatMap((to) => {
      const labels = moves.filter((move) => move.from === from && move.to === to).map(({ label }) => label);
      return labels.length === 0 ? [] : [`  ${idOf(from)} --> ${idOf(to)}: ${labels.sort().join('<br/>')}`];
    }),
  );
  return ['stateDiagram-v2', '  [*] --> offered', ...arrows, '  ended --> [*]'].join('\n');
}

/** Mermaid ends an id at a hyphen. */
function idOf(phase: CallPhase): string {
  return phase.replaceAll('-', '_');
}
