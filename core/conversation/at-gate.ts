import { replyId } from '../ids.ts';
import { phrasesIn } from '../language/bare-words.ts';
import { PROOF_DIGITS } from '../ports/identity-proof.ts';
import { hasDigits, saidDigits, saysCode } from '../screening/said-code.ts';
import { unreachable } from '../unreachable.ts';
import type { TurnEffect } from './effect.ts';
import { freshAnswers, NOT_KEPT, type BehindGate, type CheckResult, type Gate } from './gate.ts';
import { digitsOf, filled, questionAgain } from './gate-questions.ts';
import type { HandoverRequest } from './hand-over-request.ts';
import { announce } from './handing-over.ts';
import type { TurnInput } from './input.ts';
import type { Said, TurnIn, TurnState } from './state.ts';
import { kept, listenNext, say, stopWhatRuns, type TurnStep } from './step.ts';
import type { TurnSettings } from './turn-settings.ts';

type Asking = Extract<Gate, { kind: 'code' | 'proof' }>;

/** Answers without digits, beside the wrong ones: "what was that?". */
const UNCLEAR_MAX = 4;

const byPolicy: HandoverRequest = { reason: 'policy', queue: undefined, words: {} };
const byCaller: HandoverRequest = { ...byPolicy, reason: 'caller-asked' };

/** The first words of a conversation, or what has to be done before them. */
export function opening(
  state: TurnState,
  { greeting, gates }: Extract<TurnInput, { type: 'media-ready' }>,
  settings: TurnSettings,
): TurnStep {
  const next: BehindGate = { kind: 'greeting', greeting, proof: gates?.proof };
  return gates?.code === undefined
    ? goOn(state, next, settings)
    : ask(state, { kind: 'code', code: gates.code, next, ...freshAnswers }, settings);
}

/** The caller is asked to prove who they are before a tool that needs it; the model answers after that. */
export function askForProof(state: TurnState, settings: TurnSettings, ...before: TurnEffect[]): TurnStep {
  const { identity } = settings;
  if (identity === undefined) return goOn(state, { kind: 'answer' }, settings, ...before);
  const gate = { kind: 'proof', proof: identity.proof, next: { kind: 'answer' }, ...freshAnswers } as const;
  return ask(state, gate, settings, ...before);
}

/** What only a gate decides about; undefined where a conversation does as always. */
export function nextAtGate(state: TurnState, input: TurnInput, settings: TurnSettings): TurnStep | undefined {
  const { gate } = state;
  if (gate.kind === 'open') return undefined;
  const isAsking = gate.kind === 'code' || gate.kind === 'proof';
  if (input.type === 'media-back' && state.phase === 'waiting') {
    if (isAsking && input.resumption.stage.kind !== 'handing-over')
      return askAgain(state, gate, settings.texts.resume, settings);
    return gate.kind === 'shut' && input.resumption.stage.kind !== 'handing-over' ? refuse(state, settings) : undefined;
  }
  if (
    input.type === 'caller-known' &&
    gate.kind === 'code' &&
    state.phase !== 'handing-over' &&
    state.phase !== 'waiting'
  )
    return goOn(state, gate.next, settings, ...stopWhatRuns(state));
  if (input.type === 'proof-checked')
    return gate.kind === 'proof' && state.phase === 'thinking' && input.reply === state.reply
      ? checked(state, gate, input.result, settings)
      : [state];
  if (gate.kind === 'passed' && state.phase === 'agent' && state.then.kind === 'listen') {
    const isOver = input.type === 'reply-finished' || input.type === 'reply-failed';
    return isOver && input.reply === state.reply
      ? goOn({ ...state, gate: { kind: 'open', proof: gate.proof } }, gate.next, settings)
      : [state];
  }
  const isDeaf = gate.kind === 'shut' || (gate.kind === 'proof' && state.phase === 'thinking');
  return isDeaf && isOfCaller(input) && !isAnswering(state) ? [state] : undefined;
}

/** The caller's turn at a gate is over. Undefined where the gate does not ask. */
export function answerAtGate(
  state: TurnIn<'caller'>,
  said: Said,
  settings: TurnSettings,
  ...before: TurnEffect[]
): TurnStep | undefined {
  const { gate } = state;
  const effects: TurnEffect[] = [...before, { type: 'record-caller', said }];
  switch (gate.kind) {
    case 'code':
      return codeSaid(state, gate, said, settings, ...effects);
    case 'proof':
      return proofSaid(state, gate, said, settings, ...effects);
    case 'shut':
      return refuse(state, settings, ...effects);
    case 'open':
    case 'passed':
      return undefined;
    default:
      return unreachable(gate);
  }
}

/** A secret goes into no record, and what a gate heard to no model. */
export function withoutSecrets(effect: TurnEffect, gate: Gate): TurnEffect {
  const isSecret = gate.kind === 'proof' || gate.kind === 'passed';
  return isSecret && effect.type === 'record-caller' ? { ...effect, said: { ...effect.said, text: NOT_KEPT } } : effect;
}

function codeSaid(
  state: TurnIn<'caller'>,
  gate: Extract<Gate, { kind: 'code' }>,
  said: Said,
  settings: TurnSettings,
  ...effects: TurnEffect[]
): TurnStep {
  const { pack, screening, texts } = settings;
  const isRight = said.by === 'keypad' ? said.text === gate.code : saysCode(said.text, gate.code, pack);
  if (isRight) return goOn(state, gate.next, settings, ...effects);
  if (said.by === 'keypad' || hasDigits(said.text, pack)) {
    const wrong = gate.wrong + 1;
    if (wrong >= screening.attempts) return refuse(state, settings, ...effects);
    return say({ ...state, gate: { ...gate, wrong } }, filled(texts.codeWrong, gate, settings), listenNext, ...effects);
  }
  const wantsPerson = asksForPerson(said.text, settings);
  if (wantsPerson && screening.person === 'hand-over') return announce(state, byCaller, settings, ...effects);
  const unclear = gate.unclear + 1;
  if (unclear > UNCLEAR_MAX) return refuse(state, settings, ...effects);
  const text = wantsPerson ? texts.codeThenPerson : texts.codeAgain;
  return say({ ...state, gate: { ...gate, unclear } }, filled(text, gate, settings), listenNext, ...effects);
}

function proofSaid(
  state: TurnIn<'caller'>,
  gate: Extract<Gate, { kind: 'proof' }>,
  said: Said,
  settings: TurnSettings,
  ...effects: TurnEffect[]
): TurnStep {
  const readings = said.by === 'keypad' ? [said.text] : saidDigits(said.text, settings.pack);
  const wanted = digitsOf(gate, settings);
  const possible = readings.filter((reading) => PROOF_DIGITS.test(reading));
  const digits = possible.find(({ length }) => length === wanted) ?? possible[0];
  if (said.by === 'voice' && !hasDigits(said.text, settings.pack)) {
    if (asksForPerson(said.text, settings)) return announce(state, byCaller, settings, ...effects);
    const unclear = gate.unclear + 1;
    return unclear > UNCLEAR_MAX
      ? givenUp(state, gate, settings, ...effects)
      : say({ ...state, gate: { ...gate, unclear } }, questionAgain(gate, settings), listenNext, ...effects);
  }
  if (digits === undefined) return wrongProof(state, gate, settings, ...effects);
  const replies = state.replies + 1;
  const reply = replyId(replies);
  return [
    { ...kept(state), replies, phase: 'thinking', reply, said: undefined, then: listenNext },
    ...effects,
    { type: 'check-proof', reply, proof: gate.proof, digits },
    { type: 'start-timer', timer: 'filler', ms: settings.fillerAfterMs },
  ];
}

function checked(
  state: TurnState,
  gate: Extract<Gate, { kind: 'proof' }>,
  result: CheckResult,
  settings: TurnSettings,
): TurnStep {
  const stop: TurnEffect = { type: 'stop-timer', timer: 'filler' };
  switch (result) {
    case 'right':
      return say(
        { ...state, gate: { kind: 'passed', proof: 'possible', next: gate.next } },
        settings.texts.proofDone,
        listenNext,
        stop,
      );
    case 'wrong':
      return wrongProof(state, gate, settings, stop);
    case 'not-set':
    case 'locked':
    case 'unknown':
      return givenUp(state, gate, settings, stop);
    default:
      return unreachable(result);
  }
}

function wrongProof(
  state: TurnState,
  gate: Extract<Gate, { kind: 'proof' }>,
  settings: TurnSettings,
  ...effects: TurnEffect[]
): TurnStep {
  const wrong = gate.wrong + 1;
  return wrong >= (settings.identity?.attempts ?? 1)
    ? givenUp(state, gate, settings, ...effects)
    : say({ ...state, gate: { ...gate, wrong } }, settings.texts.proofWrong, listenNext, ...effects);
}

/** The caller has not proven who they are, and is not asked again in this call. */
function givenUp(
  state: TurnState,
  { next }: Extract<Gate, { kind: 'proof' }>,
  settings: TurnSettings,
  ...effects: TurnEffect[]
): TurnStep {
  const { identity, texts } = settings;
  if (identity?.onFailure === 'continue-unproven')
    return say(
      { ...state, gate: { kind: 'passed', proof: 'given-up', next } },
      texts.proofFailed,
      listenNext,
      ...effects,
    );
  // A conversation that was to begin with a proof does not begin without.
  const gate: Gate = next.kind === 'greeting' ? { kind: 'shut' } : { kind: 'open', proof: 'given-up' };
  return say({ ...state, gate }, texts.proofFailed, { kind: 'hand-over', request: byPolicy }, ...effects);
}

function refuse(state: TurnState, settings: TurnSettings, ...effects: TurnEffect[]): TurnStep {
  const shut: TurnState = { ...state, gate: { kind: 'shut' } };
  return settings.screening.then === 'hand-over'
    ? announce(shut, byPolicy, settings, ...effects)
    : say(shut, settings.texts.codeFailed, { kind: 'hang-up' }, ...effects);
}

function goOn(state: TurnState, next: BehindGate, settings: TurnSettings, ...effects: TurnEffect[]): TurnStep {
  if (next.kind === 'greeting' && next.proof !== undefined) {
    const behind: BehindGate = { ...next, proof: undefined };
    return ask(state, { kind: 'proof', proof: next.proof, next: behind, ...freshAnswers }, settings, ...effects);
  }
  const { gate } = state;
  const open: TurnState = { ...state, gate: gate.kind === 'open' ? gate : { kind: 'open', proof: 'possible' } };
  if (next.kind === 'greeting') return say(open, next.greeting, listenNext, ...effects);
  const replies = state.replies + 1;
  const reply = replyId(replies);
  return [
    { ...kept(open), replies, phase: 'thinking', reply, said: undefined, then: listenNext },
    ...effects,
    { type: 'think-on', reply },
    { type: 'start-timer', timer: 'filler', ms: settings.fillerAfterMs },
  ];
}

function ask(state: TurnState, gate: Asking, settings: TurnSettings, ...effects: TurnEffect[]): TurnStep {
  const { texts } = settings;
  const question = gate.kind === 'code' ? filled(texts.codeRequest, gate, settings) : questionAgain(gate, settings);
  return say({ ...state, gate }, question, listenNext, ...effects);
}

function askAgain(state: TurnState, gate: Asking, first: string, settings: TurnSettings): TurnStep {
  return say(state, `${first} ${questionAgain(gate, settings)}`, listenNext);
}

function asksForPerson(text: string, { pack: { person } }: TurnSettings): boolean {
  return phrasesIn(text, { person }).includes('person');
}

function isOfCaller({ type }: TurnInput): boolean {
  return ['key-pressed', 'speech-started', 'speech-sustained', 'speech-ended', 'partial', 'final'].includes(type);
}

/** A shut gate leads to people, and they may ask whether to call back. */
function isAnswering(state: TurnState): boolean {
  if (state.phase === 'caller') return state.awaiting.kind !== 'anything';
  return 'then' in state && state.then.kind === 'listen' && state.then.awaiting.kind !== 'anything';
}
