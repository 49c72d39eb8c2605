import { describe, expect, it } from 'vitest';
import type { TurnEffect } from '#core/conversation/effect';
import type { HandoverRequest } from '#core/conversation/hand-over-request';
import { agentWith, final, listeningPlay, partial, settingsOf, type TurnPlay } from '../../../support/turn-play.ts';

const pauses = { shortAnswerMs: 0, finishedMs: 200, plainMs: 400, unfinishedMs: 1_200, dictatingMs: 1_600 };
const settings = settingsOf(agentWith({ turnTaking: { thinkAhead: 'off', endOfTurn: pauses } }));

function pauseAfter(play: TurnPlay): number | undefined {
  const timers = play.effects().filter((effect): effect is Extract<TurnEffect, { type: 'start-timer' }> => {
    return effect.type === 'start-timer' && effect.timer === 'end-of-turn';
  });
  return timers.at(-1)?.ms;
}

const pauseFor = (...finals: string[]): number | undefined =>
  pauseAfter(listeningPlay(settings).give(...finals.map((text) => final(text))));

function asked(): TurnPlay {
  const request: HandoverRequest = { reason: 'agent-decided', queue: undefined, words: { summary: 'A dispute.' } };
  const play = listeningPlay(settings).say('I did not buy that.');
  play.give({ type: 'tool-called', reply: play.reply, tool: { kind: 'transfer-to-person', request } });
  play.hearOut().hearOut();
  play.effects();
  return play;
}

describe('the pause before the agent answers', () => {
  it('is short after a finished sentence', () => {
    expect(pauseFor('I lost my card.')).toBe(200);
  });

  it('is longer when the caller is looking for words, whatever the recogniser puts at the end', () => {
    expect(pauseFor('I want to.')).toBe(1_200);
    expect(pauseFor('Because my')).toBe(1_200);
  });

  it('is longest while a number is being read out', () => {
    expect(pauseFor('It is 4 5 7 1')).toBe(1_600);
  });

  it('goes by the last words when a turn has several parts', () => {
    expect(pauseFor('My number is', 'four five seven')).toBe(1_600);
    expect(pauseFor('I want to', 'block my card.')).toBe(200);
  });

  it('begins again with each part, so that a number said in groups stays one turn', () => {
    const play = listeningPlay(settings).give(final('four five'), { type: 'speech-started' }, final('seven one'));
    expect([...play.timers]).toEqual(['end-of-turn']);
    play.give({ type: 'timer-fired', timer: 'end-of-turn' });
    expect(play.state).toMatchObject({ phase: 'thinking', said: { text: 'four five seven one' } });
  });

  it('is the same after a noise that follows the words', () => {
    const play = listeningPlay(settings).give(final('I want to'), { type: 'speech-started' });
    play.effects();
    expect(pauseAfter(play.give({ type: 'speech-ended' }))).toBe(1_200);
  });

  it('is none after a clear answer to a question of ours', () => {
    expect(pauseAfter(asked().give(final('Yes, please.')))).toBe(0);
    expect(pauseAfter(asked().give(final('No.')))).toBe(0);
  });

  it('is there after an answer that is not clear', () => {
    expect(pauseAfter(asked().give(final('My neighbour has a dog.')))).toBe(200);
  });
});

describe('a caller who answers yes', () => {
  it('is connected as soon as they stop speaking, before the recogniser has settled', () => {
    const play = asked().give({ type: 'speech-started' }, partial('yes please'), { type: 'speech-ended' });
    expect(play.phase).toBe('handing-over');
    expect(play.deeds()).toMatchObject([
      { type: 'record-caller', said: { text: 'yes please' } },
      { type: 'say', text: 'I am connecting you.' },
    ]);
  });

  it('is not connected twice when the recogniser settles afterwards', () => {
    const play = asked().give(partial('yes'), { type: 'speech-ended' });
    play.effects();
    play.give(final('Yes.'));
    expect(play.phase).toBe('handing-over');
    expect(play.effects()).toEqual([]);
  });

  it('has a no waited out: more often follows', () => {
    const play = asked().give(partial('no'), { type: 'speech-ended' });
    expect(play.phase).toBe('caller');
  });
});

describe('the pause and the end of the voice', () => {
  it('do not add up: a voice that ends after the final had ended before it', () => {
    const play = listeningPlay(settings).give({ type: 'speech-started' }, final('I lost my card.'));
    expect(pauseAfter(play)).toBe(200);
    expect(play.give({ type: 'speech-ended' }).effects()).toEqual([]);
  });

  it('begin together where the caller speaks on over the final', () => {
    const play = listeningPlay(settings).give({ type: 'speech-started' }, final('I lost', 0.9, 'caller', 0));
    expect(play.phase).toBe('caller');
    play.effects();
    expect(pauseAfter(play.give({ type: 'speech-ended' }))).toBe(400);
  });

  it('begin anew when somebody speaks in between', () => {
    const play = listeningPlay(settings).give(final('I lost my card.'), { type: 'speech-started' });
    play.effects();
    expect(pauseAfter(play.give({ type: 'speech-ended' }))).toBe(200);
  });

  it('are not waited for without end: noise that is taken for the caller holds the answer up for three seconds', () => {
    const noise = listeningPlay(settings).give(final('I lost my card.', 0.9, 'caller', 0));
    expect(pauseAfter(noise)).toBe(3_000);
    expect(noise.give({ type: 'timer-fired', timer: 'end-of-turn' }).phase).toBe('thinking');
  });

  it('follow a partial that came to nothing at once', () => {
    const play = listeningPlay(settings).give(final('I lost my card.'), partial('the'));
    play.effects();
    expect(pauseAfter(play.give(final('', 0)))).toBe(200);
  });

  it('are not begun anew by an engine that settles on silence', () => {
    const play = listeningPlay(settings);
    play.effects();
    expect(play.give(final('', 0)).effects()).toEqual([]);
  });
});
