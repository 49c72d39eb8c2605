import { fileURLToPath } from 'node:url';
import { loadLanguages } from '#adapters/agents/language-folder';
import type { Agent, AgentCatalogue } from '#core/agent/agent';
import { agentDefinition, type AgentDefinition } from '#core/agent/definition';
import { localesOf } from '#core/language/locale';
import type { CallerNumber } from '#core/call/offer';
import type { Texts } from '#core/language/pack';
import { offer } from './offered-call.ts';
import type { HandoverRequest } from '#core/conversation/hand-over-request';
import type { TurnEffect } from '#core/conversation/effect';
import type { TurnInput } from '#core/conversation/input';
import { firstTurn, type TurnPhase, type TurnState } from '#core/conversation/state';
import { nextTurn } from '#core/conversation/turn';
import { turnSettings, type TurnSettings } from '#core/conversation/turn-settings';
import type { QueueChoice } from '#core/handover/choose-queues';
import type { ReplyId } from '#core/ids';

type AgentFields = Partial<Record<keyof AgentDefinition, unknown>>;

/** The languages of the repository. */
export const packs = loadLanguages(fileURLToPath(new URL('../../agents', import.meta.url)));

/** One language of an agent, with short texts of its own. */
export function english(fields: Readonly<Record<string, unknown>> = {}) {
  return {
    language: 'en-US',
    voice: 'en-US-AvaMultilingualNeural',
    greeting: 'Hello {name}, you are calling about {reason}.',
    greetingUnknown: 'Hello, how can I help?',
    texts: {
      fillers: ['One moment.'],
      trouble: 'I am having trouble.',
      confirmation: 'Shall I connect you?',
      announcement: 'I am connecting you.',
      failureMessage: 'Nobody can take your call.',
      reprompts: ['Are you there?', 'I cannot hear you.'],
      closing: 'Goodbye.',
    },
    ...fields,
  };
}

/** A catalogue of these agents; the first takes all calls. */
export function onlyAgent(definition: AgentDefinition, ...others: readonly AgentDefinition[]): AgentCatalogue {
  const ready = (one: AgentDefinition): Agent => ({ definition: one, locales: localesOf(one, packs) });
  const [standard, all] = [ready(definition), [definition, ...others].map(ready)];
  return { standard, for: () => standard, named: (name) => all.find((one) => one.definition.name === name), all };
}

/** An agent in one language that greets everybody with these words. */
export function agentSaying(greeting: string, texts: Partial<Texts> = {}, fields: AgentFields = {}): AgentCatalogue {
  const own = english();
  const language = { ...own, greeting, greetingUnknown: greeting, texts: { ...own.texts, ...texts } };
  return onlyAgent(agentWith({ languages: [language], ...fields }));
}

/** The settings of an agent in its first language. */
export function settingsOf(definition: AgentDefinition, caller: CallerNumber = offer.from): TurnSettings {
  return turnSettings(definition, localesOf(definition, packs)[0], caller);
}

/** An agent with everything a conversation can come across. */
export function agentWith(fields: AgentFields = {}): AgentDefinition {
  return agentDefinition.parse({
    name: 'card-services',
    languages: [english()],
    instructions: 'Help the caller with their card.',
    queues: [
      { name: 'general', target: '+18005550141' },
      { name: 'disputes', target: '+18005550142', topics: ['disputed charges'] },
    ],
    handover: { fallback: ['disputes', 'general'] },
    keypad: { toPerson: '0' },
    // Answers begin when the turn is over, so that each effect in a test has one reason.
    turnTaking: { thinkAhead: 'off' },
    ...fields,
  });
}

export function partial(text: string, from: 'caller' | 'line' = 'caller'): TurnInput {
  return { type: 'partial', text, from };
}

export function final(
  text: string,
  confidence = 0.9,
  from: 'caller' | 'line' = 'caller',
  quietForMs = 500,
): Extract<TurnInput, { type: 'final' }> {
  return { type: 'final', text, confidence, from, quietForMs };
}

/** A conversation played input by input, with what it asked for on the way. */
export interface TurnPlay {
  readonly state: TurnState;
  readonly phase: TurnPhase;
  /** All effects since the last look. */
  effects(): readonly TurnEffect[];
  /** The effects since the last look that are not about timers. */
  deeds(): readonly TurnEffect[];
  /** Timers running now. */
  readonly timers: ReadonlySet<string>;
  /** The reply under way, or the last there was. */
  readonly reply: ReplyId;
  give(...inputs: readonly TurnInput[]): TurnPlay;
  /** The running reply becomes audible and is heard to its end. */
  hearOut(): TurnPlay;
  /** The caller says something, and the pause after it passes. */
  say(text: string): TurnPlay;
}

/** The effects that begin a reply. */
const BEGIN_REPLIES: ReadonlySet<TurnEffect['type']> = new Set([
  'say',
  'think',
  'think-again',
  'think-on',
  'check-proof',
]);

/** What a play is told when it asks which queues there are: this, that all are open with no wait known, or nothing. */
type Queues = ((request: HandoverRequest) => QueueChoice) | 'all-open' | 'untold';

export function playTurns(settings: TurnSettings = settingsOf(agentWith()), queues: Queues = 'all-open'): TurnPlay {
  const choiceFor = (request: HandoverRequest): QueueChoice =>
    typeof queues === 'function'
      ? queues(request)
      : { kind: 'open', queues: settings.queuesFor(request), waitMinutes: undefined };
  let state: TurnState = firstTurn;
  let effects: TurnEffect[] = [];
  const timers = new Set<string>();
  let reply = 'reply-0' as ReplyId;
  const note = (effect: TurnEffect): void => {
    effects.push(effect);
    if (effect.type === 'start-timer') timers.add(effect.timer);
    if (effect.type === 'stop-timer') timers.delete(effect.timer);
    if ('reply' in effect && BEGIN_REPLIES.has(effect.type)) ({ reply } = effect);
  };
  const look = (): TurnEffect[] => {
    const seen = effects;
    effects = [];
    return seen;
  };
  const play: TurnPlay = {
    get state() {
      return state;
    },
    get phase() {
      return state.phase;
    },
    get reply() {
      return reply;
    },
    timers,
    effects: look,
    deeds: () => look().filter(({ type }) => type !== 'start-timer' && type !== 'stop-timer'),
    give(...inputs) {
      for (const input of inputs) {
        if (input.type === 'timer-fired') timers.delete(input.timer);
        const [next, ...more] = nextTurn(state, input, settings);
        state = next;
        const told = more.filter((effect) => effect.type === 'choose-queues' && queues !== 'untold');
        for (const effect of more) if (!told.includes(effect)) note(effect);
        for (const effect of told) {
          if (effect.type !== 'choose-queues') continue;
          play.give({ type: 'queues-chosen', errand: effect.errand, choice: choiceFor(effect.request) });
        }
      }
      return play;
    },
    hearOut: () => play.give({ type: 'reply-audible', reply }, { type: 'reply-finished', reply }),
    say: (text) =>
      play.give({ type: 'speech-started' }, partial(text), { type: 'speech-ended' }, final(text, 0.9), {
        type: 'timer-fired',
        timer: 'end-of-turn',
      }),
  };
  return play;
}

/** A conversation whose greeting has been heard: the caller's turn. */
export function listeningPlay(settings?: TurnSettings, queues?: Queues): TurnPlay {
  const play = playTurns(settings, queues).give({ type: 'media-ready', greeting: 'Hello.' }).hearOut();
  play.effects();
  return play;
}
