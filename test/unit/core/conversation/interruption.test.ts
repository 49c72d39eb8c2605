import { describe, expect, it } from 'vitest';
import type { HandoverRequest } from '#core/conversation/hand-over-request';
import {
  agentWith,
  english,
  listeningPlay,
  playTurns,
  type TurnPlay,
  settingsOf,
  partial,
  final,
} from '../../../support/turn-play.ts';

function answering(): TurnPlay {
  const play = listeningPlay().say('What is my balance?');
  play.give({ type: 'reply-audible', reply: play.reply });
  play.effects();
  return play;
}

describe('a caller who speaks over the agent', () => {
  it('stops the audio with their first words', () => {
    const play = answering().give(partial('no not that'));
    expect(play.phase).toBe('caller');
    expect(play.deeds()).toEqual([{ type: 'stop-reply', reply: 'reply-2' }]);
  });

  it('makes the agent be quiet by speaking on, before any word is recognised', () => {
    const play = answering().give({ type: 'speech-started' });
    expect(play.deeds()).toEqual([]);
    play.give({ type: 'speech-sustained' });
    expect(play.phase).toBe('held');
    expect(play.deeds()).toEqual([{ type: 'hold-reply', reply: 'reply-2' }]);
  });

  it('stops the greeting too', () => {
    const play = playTurns().give({ type: 'media-ready', greeting: 'Hello.' }, partial('I need a'));
    expect(play.phase).toBe('caller');
  });

  it('is answered to what they said then', () => {
    const play = answering().give(partial('no my limit'), final('No, my limit.', 0.8), {
      type: 'timer-fired',
      timer: 'end-of-turn',
    });
    expect(play.deeds()).toEqual([
      { type: 'stop-reply', reply: 'reply-2' },
      { type: 'think', reply: 'reply-3', said: { text: 'No, my limit.', confidence: 0.8, by: 'voice' } },
    ]);
  });

  it.each(['uh-huh', 'Okay.', 'Mm-hmm', 'I see.', 'Yeah,'])('only shows that they listen with %j', (text) => {
    const play = answering().give(partial(text), final(text, 0.9));
    expect(play.phase).toBe('agent');
    expect(play.effects()).toEqual([]);
  });

  it('is not taken to have spoken when the recogniser gives no words', () => {
    expect(answering().give(partial(' '), final('', 0)).phase).toBe('agent');
  });
});

describe('a reply that was stopped', () => {
  const stopped = (): TurnPlay => {
    const play = answering().give(partial('no not that'));
    play.effects();
    return play;
  };

  it('changes nothing when its last work arrives late', () => {
    const request: HandoverRequest = { reason: 'agent-decided', queue: undefined, words: {} };
    const play = stopped();
    const before = play.state;
    play.give(
      { type: 'reply-audible', reply: play.reply },
      { type: 'tool-called', reply: play.reply, tool: { kind: 'transfer-to-person', request } },
      { type: 'tool-called', reply: play.reply, tool: { kind: 'end-call' } },
      { type: 'reply-failed', reply: play.reply, why: 'unavailable' },
      { type: 'reply-finished', reply: play.reply },
    );
    expect(play.state).toEqual(before);
    expect(play.effects()).toEqual([]);
  });
});

describe('a reply that is late', () => {
  it('is bridged with a filler under the same reply', () => {
    const play = listeningPlay().say('What is my balance?');
    play.effects();
    play.give({ type: 'timer-fired', timer: 'filler' });
    expect(play.deeds()).toEqual([{ type: 'say-filler', reply: 'reply-2', text: 'One moment.' }]);
  });

  it('needs no filler once it is heard', () => {
    expect([...answering().timers]).toEqual([]);
  });

  it('has no filler with an agent that has none', () => {
    const play = listeningPlay(settingsOf(agentWith({ languages: [english({ texts: { fillers: [] } })] }))).say(
      'Hello?',
    );
    play.effects();
    expect(play.give({ type: 'timer-fired', timer: 'filler' }).effects()).toEqual([]);
  });
});

describe('a reply that fails', () => {
  it('makes the agent say so and bring the caller to a person', () => {
    const play = listeningPlay().say('What is my balance?');
    play.effects();
    play.give({ type: 'reply-failed', reply: play.reply, why: 'unavailable' });
    expect(play.deeds()).toMatchObject([
      { type: 'stop-reply', reply: 'reply-2' },
      { type: 'record-caller', said: { text: 'What is my balance?' } },
      { type: 'say', text: 'I am having trouble.' },
    ]);
    play.hearOut();
    expect(play.deeds()).toMatchObject([{ type: 'transfer', attempt: 0, request: { reason: 'failure' } }]);
  });

  it('brings the caller to a person although nothing can be said any more', () => {
    const play = listeningPlay()
      .say('Hello?')
      .give({ type: 'reply-failed', reply: 'reply-2' as never, why: 'unavailable' });
    play.effects();
    play.give({ type: 'reply-failed', reply: play.reply, why: 'unavailable' });
    expect(play.deeds()).toMatchObject([{ type: 'transfer', attempt: 0 }]);
  });

  it('brings the caller to a person whatever they say or press meanwhile', () => {
    const play = listeningPlay()
      .say('Hello?')
      .give({ type: 'reply-failed', reply: 'reply-2' as never, why: 'unavailable' });
    play.effects();
    play.give({ type: 'speech-sustained' }, partial('what'), final('what is wrong', 1), {
      type: 'key-pressed',
      key: '5',
    });
    expect(play.deeds()).toEqual([]);
    expect(play.hearOut().phase).toBe('handing-over');
  });

  it('is a reason for a person also when the agent cannot hear any more', () => {
    const play = listeningPlay().give({ type: 'hearing-failed' }).hearOut();
    expect(play.deeds()).toMatchObject([
      { type: 'say', text: 'I am having trouble.' },
      { type: 'transfer', request: { reason: 'failure' } },
    ]);
  });
});

describe('a caller who hangs up', () => {
  it('stops the reply that is being heard, and every timer', () => {
    const play = answering().give({ type: 'caller-gone' });
    expect(play.phase).toBe('ended');
    expect(play.deeds()).toEqual([{ type: 'stop-reply', reply: 'reply-2' }]);
    expect([...play.timers]).toEqual([]);
  });

  it('leaves behind what they said last', () => {
    const play = listeningPlay().give(final('forget it', 1)).give({ type: 'caller-gone' });
    expect(play.deeds()).toMatchObject([{ type: 'record-caller', said: { text: 'forget it' } }]);
  });

  it('is not called back by what comes afterwards', () => {
    const play = answering().give({ type: 'caller-gone' });
    play.effects();
    play.give(final('hello', 1), { type: 'reply-finished', reply: play.reply });
    expect(play.effects()).toEqual([]);
  });
});
