import { describe, expect, it } from 'vitest';
import { resumption, turnsSoFar, type Resumption } from '#core/conversation/resume';
import type { HandoverRequest } from '#core/conversation/hand-over-request';
import { nothingUnfinished, stageOf, unrecordedOf, type Unfinished } from '#core/conversation/unfinished';
import { answerAgainRequest } from '#core/conversation/model-request';
import type { TranscriptTurn } from '#core/conversation/transcript';
import type { SessionRecord, StoredSession } from '#core/ports/session-store';
import { unknownCaller } from '#core/identity/caller-identity';
import { offer } from '../../../support/offered-call.ts';
import {
  agentWith,
  final,
  listeningPlay,
  onlyAgent,
  partial,
  playTurns,
  settingsOf,
  type TurnPlay,
} from '../../../support/turn-play.ts';

const { texts } = settingsOf(agentWith());
const request: HandoverRequest = { reason: 'agent-decided', queue: 'disputes', words: { intent: 'a charge' } };
const greeting: TranscriptTurn = { by: 'agent', text: 'Hello.', interrupted: false, atMs: 1 };
const question: TranscriptTurn = { by: 'caller', text: 'Where is my card?', confidence: 0.9, atMs: 2 };

/** What the session row says when the media session dies now. */
function leftBy({ state }: TurnPlay, more: Partial<Unfinished> = {}): Unfinished {
  return { ...nothingUnfinished, stage: stageOf(state), said: unrecordedOf(state), ...more };
}

function stored(
  unfinished: Unfinished,
  turns: readonly TranscriptTurn[] = [greeting],
  ownership: StoredSession['ownership'] = 'held',
): StoredSession {
  const record: SessionRecord = {
    callId: offer.callId,
    agent: 'card-services',
    language: 'en-US',
    turns,
    incidents: [],
    identity: unknownCaller,
    packet: undefined,
    unfinished,
  };
  return { record, ownership };
}

/** Another media session takes over from what the row says. */
function takenOver(
  unfinished: Unfinished,
  ownership: StoredSession['ownership'] = 'held',
  turns = [greeting],
): TurnPlay {
  const found = resumption(stored(unfinished, turns, ownership));
  if (found === undefined) throw new Error('nothing to resume');
  return playTurns().give({ type: 'media-back', resumption: found });
}

function said(play: TurnPlay): readonly string[] {
  return play.effects().flatMap((effect) => (effect.type === 'say' ? [effect.text] : []));
}

describe('a media session that dies', () => {
  it('before anything was said to its end: the caller is greeted anew', () => {
    const play = playTurns().give({ type: 'media-ready', greeting: 'Hello.' });
    expect(resumption(stored(leftBy(play, { saying: 'Hello.' }), []))).toBeUndefined();
    expect(resumption(undefined)).toBeUndefined();
    expect(resumption({ record: undefined, ownership: 'held' })).toBeUndefined();
  });

  it('while the caller has the turn: they are asked to go on', () => {
    const play = takenOver(leftBy(listeningPlay()));
    expect(said(play)).toEqual([texts.resume]);
    expect(play.hearOut().phase).toBe('caller');
    expect(play.timers).toContain('silence');
  });

  it('while the caller is understood: what they said so far is answered', () => {
    const dying = listeningPlay().give({ type: 'speech-started' }, final('Where is my card?'));
    expect(dying.phase).toBe('caller');
    const left = leftBy(dying);
    expect(left).toMatchObject({ stage: { kind: 'answering' }, said: { text: 'Where is my card?' } });
    const play = takenOver(left);
    expect(said(play)).toEqual([texts.resumeAnswer]);
    play.hearOut();
    expect(play.deeds()).toContainEqual({ type: 'think-again', reply: play.reply });
  });

  it('while the answer is thought of: it is given after one sentence, and the caller need not repeat', () => {
    const dying = listeningPlay().say('Where is my card?');
    expect(dying.phase).toBe('thinking');
    const play = takenOver(leftBy(dying));
    expect(said(play)).toEqual([texts.resumeAnswer]);
    play.hearOut();
    expect(play.phase).toBe('thinking');
    expect(play.timers).toContain('filler');
    expect(play.hearOut().phase).toBe('caller');
  });

  it('in mid-answer: the answer is given again', () => {
    const dying = listeningPlay().say('Where is my card?');
    dying.give({ type: 'reply-audible', reply: dying.reply });
    const left = leftBy(dying, { saying: 'Your card is' });
    expect(left).toMatchObject({ stage: { kind: 'answering' }, said: undefined });
    const play = takenOver(left, 'held', [greeting, question]);
    expect(said(play)).toEqual([texts.resumeAnswer]);
    play.hearOut();
    expect(play.deeds()).toContainEqual({ type: 'think-again', reply: play.reply });
  });

  it('while somebody speaks over an answer: as in mid-answer', () => {
    const dying = listeningPlay().say('Where is my card?');
    dying.give({ type: 'reply-audible', reply: dying.reply }, { type: 'speech-sustained' });
    expect(dying.phase).toBe('held');
    expect(leftBy(dying).stage).toEqual({ kind: 'answering' });
  });

  it('while the caller is asked whether to be connected: they are asked again', () => {
    const dying = listeningPlay().say('It is wrong.');
    dying.give(
      { type: 'tool-called', reply: dying.reply, tool: { kind: 'transfer-to-person', request } },
      { type: 'reply-audible', reply: dying.reply },
    );
    expect(leftBy(dying).stage).toEqual({ kind: 'confirming', request });
    dying.hearOut();
    expect(leftBy(dying).stage).toEqual({ kind: 'confirming', request });
    dying.hearOut();
    expect(dying.phase).toBe('caller');
    expect(leftBy(dying).stage).toEqual({ kind: 'confirming', request });
    const play = takenOver(leftBy(dying));
    expect(said(play)).toEqual([texts.resumeAnswer]);
    play.hearOut();
    expect(said(play)).toEqual([texts.confirmation]);
    play.hearOut().say('Yes.');
    expect(play.phase).toBe('handing-over');
  });

  it('on the way to a person: they are connected', () => {
    const dying = listeningPlay().give({ type: 'key-pressed', key: '0' });
    expect(dying.phase).toBe('handing-over');
    const play = takenOver(leftBy(dying));
    expect(said(play)).toEqual([texts.resumeAnswer]);
    play.hearOut();
    expect(play.phase).toBe('handing-over');
  });

  it('while a queue rings: nobody is asked twice, and its answer is waited for', () => {
    const order = ['disputes', 'general'] as const;
    const stage = { kind: 'handing-over', request: { ...request, order } } as const;
    const play = takenOver({ ...nothingUnfinished, stage, transfer: { id: 'transfer-3-1', attempt: 0 } });
    expect(play.deeds()).toEqual([]);
    expect(play.timers).toContain('transfer');
    play.give({ type: 'transfer-failed', attempt: 0, why: 'busy' });
    expect(play.deeds()).toContainEqual(expect.objectContaining({ type: 'transfer', attempt: 1 }));
  });

  it('in its goodbye: the caller hears a goodbye, and the call ends', () => {
    const dying = listeningPlay().say('That is all.');
    dying.give(
      { type: 'tool-called', reply: dying.reply, tool: { kind: 'end-call' } },
      { type: 'reply-audible', reply: dying.reply },
    );
    const play = takenOver(leftBy(dying));
    expect(said(play)).toEqual([texts.goodbye]);
    play.hearOut();
    expect(play.deeds()).toContainEqual({ type: 'hang-up' });
  });

  it('and its successor before its own sentence was heard: the answer still comes', () => {
    const dying = listeningPlay().say('Where is my card?');
    const second = takenOver(leftBy(dying));
    expect(second.phase).toBe('agent');
    expect(leftBy(second).stage).toEqual({ kind: 'answering' });
  });
});

describe('a media session that is moved', () => {
  it('while the caller has the turn: nobody notices', () => {
    const play = takenOver(leftBy(listeningPlay()), 'released');
    expect(play.phase).toBe('caller');
    expect(play.deeds()).toEqual([]);
    expect(play.timers).toContain('silence');
  });

  it('before anything of the answer was heard: the answer comes, and nothing else', () => {
    const play = takenOver(leftBy(listeningPlay().say('Where is my card?')), 'released', [greeting, question]);
    expect(play.deeds()).toEqual([{ type: 'think-again', reply: play.reply }]);
  });

  it('in mid-answer: a short sentence comes first', () => {
    const cut: TranscriptTurn = { by: 'agent', text: 'Your card is', interrupted: true, atMs: 3 };
    const left: Unfinished = { ...nothingUnfinished, stage: { kind: 'answering' } };
    const play = takenOver(left, 'released', [greeting, question, cut]);
    expect(said(play)).toEqual([texts.resumeMoved]);
    play.hearOut();
    expect(play.deeds()).toContainEqual({ type: 'think-again', reply: play.reply });
  });
});

describe('the caller who speaks over the sentence after a loss', () => {
  it('is answered, as after any interruption', () => {
    const play = takenOver(leftBy(listeningPlay().say('Where is my card?')));
    play.give({ type: 'reply-audible', reply: play.reply }, { type: 'speech-started' }, { type: 'speech-sustained' });
    play.give(partial('no forget about the card'), final('No, forget about the card.'), {
      type: 'timer-fired',
      timer: 'end-of-turn',
    });
    expect(play.deeds()).toContainEqual(expect.objectContaining({ type: 'think' }));
  });
});

describe('what was said before a loss', () => {
  const unfinished: Unfinished = {
    ...nothingUnfinished,
    said: { text: 'Block it, please.', confidence: 0.8, by: 'voice' },
    tools: ['block_card'],
    saying: 'I am blocking',
  };

  it('holds the words that were being answered, the change whose outcome nobody knows, and what was heard of the answer', () => {
    const turns = turnsSoFar({ turns: [greeting, question], unfinished }, 9);
    expect(turns.slice(0, 2)).toEqual([greeting, question]);
    expect(turns.slice(2)).toMatchObject([
      { by: 'caller', text: 'Block it, please.', confidence: 0.8, atMs: 9 },
      { by: 'tool', name: 'block_card', text: expect.stringContaining('may have been done or not') as string },
      { by: 'agent', text: 'I am blocking', interrupted: true },
    ]);
  });

  it('is what it was when nothing was under way', () => {
    expect(turnsSoFar({ turns: [greeting, question], unfinished: nothingUnfinished }, 9)).toEqual([greeting, question]);
  });

  it('has keys as keys', () => {
    const keyed: Unfinished = { ...nothingUnfinished, said: { text: '42', confidence: 1, by: 'keypad' } };
    expect(turnsSoFar({ turns: [], unfinished: keyed }, 9)).toEqual([{ by: 'keypad', text: '42', atMs: 9 }]);
  });

  it('reaches the model as data, and the outcome of the change with it', () => {
    const agent = agentWith();
    const [locale] = onlyAgent(agent).standard.locales;
    const turns = turnsSoFar({ turns: [question], unfinished }, 9);
    const { messages } = answerAgainRequest({ agent, locale, offer, identity: unknownCaller, turns });
    const shown = messages.map(({ role, text }) => `${role}: ${text}`);
    expect(shown).toContainEqual(expect.stringMatching(/^system: <data>.*block_card.*may have been done/));
    expect(shown.filter((text) => text.startsWith('user: ')).at(-1)).toBe('user: Block it, please.');
    expect(shown.at(-1)).toMatch(/^system: The line was interrupted/);
  });
});

/** Each stage, lost and moved: somebody speaks, thinks or listens, or a person is on the way. None of them is a dead line. */
const stages: readonly Unfinished['stage'][] = [
  { kind: 'listening' },
  { kind: 'answering' },
  { kind: 'confirming', request },
  { kind: 'handing-over', request },
];
const ways: readonly Resumption[] = stages.flatMap((stage) =>
  (['lost', 'moved'] as const).flatMap((how) =>
    (['beginning', 'nothing'] as const).map((heard) => ({ how, stage, heard, transfer: undefined })),
  ),
);
describe.each(ways)('a conversation that is $stage.kind when it is $how, with $heard heard', (way) => {
  it('goes on', () => {
    const play = playTurns().give({ type: 'media-back', resumption: way });
    expect(['caller', 'thinking', 'agent', 'handing-over']).toContain(play.phase);
    const isWaited = play.timers.size > 0 || play.deeds().some(({ type }) => type === 'say');
    expect(isWaited).toBe(true);
  });
});
