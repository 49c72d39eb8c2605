import { describe, expect, it } from 'vitest';
import type { ReplyFailure } from '#core/conversation/reply-failure';
import { areOwnWords } from '#core/conversation/own-words';
import { listeningPlay, type TurnPlay } from '../../../support/turn-play.ts';

function failing(why: ReplyFailure, play = listeningPlay()): TurnPlay {
  play.say('What is my balance?');
  play.effects();
  return play.give({ type: 'reply-failed', reply: play.reply, why });
}

describe('a reply that could not be given', () => {
  it('is declined when a content filter stopped it, and the conversation goes on', () => {
    const play = failing('filtered');
    expect(play.deeds()).toMatchObject([
      { type: 'record-caller', said: { text: 'What is my balance?' } },
      { type: 'say', text: expect.stringContaining('cannot help with that') as string },
    ]);
    expect(play.hearOut().phase).toBe('caller');
  });

  it('makes the agent ask again when it was empty', () => {
    const play = failing('empty');
    expect(play.deeds().at(-1)).toMatchObject({ type: 'say', text: expect.stringContaining('again') as string });
    expect(play.hearOut().phase).toBe('caller');
  });

  it('brings the caller to a person when the second one in a row is empty too', () => {
    const play = failing('empty', failing('empty').hearOut());
    expect(play.deeds().at(-1)).toMatchObject({ type: 'say', text: 'I am having trouble.' });
    expect(play.hearOut().phase).toBe('handing-over');
  });

  it('is asked for again after an answer in between', () => {
    const play = failing('empty').hearOut().say('My balance?').hearOut();
    failing('empty', play);
    expect(play.deeds().at(-1)).toMatchObject({ type: 'say', text: expect.stringContaining('again') as string });
  });

  it.each<ReplyFailure>(['unavailable', 'voice'])(
    'brings the caller to a person when the service is gone: %s',
    (why) => {
      expect(failing(why).deeds().at(-1)).toMatchObject({ type: 'say', text: 'I am having trouble.' });
    },
  );
});

describe('a reply whose rest is late', () => {
  it('is bridged with a filler after what was heard', () => {
    const play = listeningPlay().say('Look that up.');
    play.give({ type: 'reply-audible', reply: play.reply });
    play.effects();
    play.give({ type: 'reply-stalled', reply: play.reply });
    expect(play.deeds()).toEqual([{ type: 'say-filler', reply: 'reply-2', text: 'One moment.' }]);
  });
});

describe('words that come back over the line', () => {
  it.each([
    ['your balance is forty two', 'Your balance is forty-two dollars.', true],
    ['balance is for two dollars', 'Your balance is forty two dollars.', true],
    ['no my limit', 'Your balance is forty two dollars.', false],
    ['two forty is balance your', 'Your balance is forty two dollars.', false],
    ['', 'Your balance.', false],
    ['hello', '', false],
  ])("%j after %j: the agent's own %j", (text, spoken, own) => {
    expect(areOwnWords(text, spoken)).toBe(own);
  });
});
