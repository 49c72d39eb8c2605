import { describe, expect, it } from 'vitest';
import type { HandoverRequest } from '#core/conversation/hand-over-request';
import { final, listeningPlay, partial, playTurns, type TurnPlay } from '../../../support/turn-play.ts';

/** The agent is answering, and somebody has begun to speak over it. */
function held(): TurnPlay {
  const play = listeningPlay().say('What is my balance?');
  play.give({ type: 'reply-audible', reply: play.reply }, { type: 'speech-sustained' });
  play.effects();
  return play;
}

const quiet = { type: 'timer-fired', timer: 'resume' } as const;
const cough = [{ type: 'speech-sustained' }, { type: 'speech-ended' }] as const;

describe('an agent that was spoken over', () => {
  it('goes on with what it was saying after a cough', () => {
    const play = held().give({ type: 'speech-ended' });
    expect(play.phase).toBe('held');
    play.give(quiet);
    expect(play.phase).toBe('agent');
    expect(play.deeds()).toEqual([{ type: 'resume-reply', reply: 'reply-2' }]);
    expect([...play.timers]).toEqual([]);
  });

  it.each(['Uh-huh.', 'okay', 'I see.'])('goes on at once when it was only %j', (text) => {
    const play = held().give(partial(text), { type: 'speech-ended' }, final(text));
    expect(play.phase).toBe('agent');
    expect(play.deeds()).toEqual([{ type: 'resume-reply', reply: 'reply-2' }]);
  });

  it('does not stop for the first half of "uh-huh"', () => {
    const play = held().give(partial('uh'), partial('uh huh'), final('Uh huh.'));
    expect(play.phase).toBe('agent');
  });

  it('goes on when the recogniser made no words of it', () => {
    expect(held().give({ type: 'speech-ended' }, final('')).phase).toBe('agent');
  });

  it('waits for the rest when the recogniser believes to have heard a word', () => {
    const play = held().give(partial('no'), { type: 'speech-ended' });
    expect(play.phase).toBe('held');
    expect(play.deeds()).toEqual([]);
  });

  it('goes on when the word turns out to have been "uh-huh"', () => {
    const play = held().give(partial('how'), { type: 'speech-ended' }, final('uh huh'));
    expect(play.phase).toBe('agent');
  });

  it('stops for good when the word is settled', () => {
    const play = held().give(partial('no'), final('No.'));
    expect(play.state).toMatchObject({ phase: 'caller', said: { text: 'No.' } });
    expect(play.deeds()).toEqual([{ type: 'stop-reply', reply: 'reply-2' }]);
  });

  it('stops for good when the word is never settled', () => {
    const play = held().give(partial('no'), { type: 'speech-ended' }, quiet);
    expect(play.phase).toBe('caller');
    expect([...play.timers]).toEqual(['silence']);
  });

  it('stops for good with a few words, settled or not', () => {
    const play = held().give(partial('no'), partial('no not that'));
    expect(play.phase).toBe('caller');
    expect(play.deeds()).toEqual([{ type: 'stop-reply', reply: 'reply-2' }]);
    expect([...play.timers]).toEqual(['silence']);
  });

  it('stops for good when "okay" turns out to be "okay, but wait"', () => {
    const play = held().give(partial('okay'), partial('okay but wait'));
    expect(play.phase).toBe('caller');
  });

  it('answers what the caller said over it', () => {
    const play = held().give({ type: 'speech-ended' }, final('My limit, please.'), {
      type: 'timer-fired',
      timer: 'end-of-turn',
    });
    expect(play.deeds()).toMatchObject([
      { type: 'stop-reply' },
      { type: 'think', said: { text: 'My limit, please.' } },
    ]);
  });

  it('waits while the caller goes on speaking without a word understood yet', () => {
    const play = held().give({ type: 'speech-ended' }, { type: 'speech-started' });
    expect([...play.timers]).toEqual(['resume']);
    expect(play.phase).toBe('held');
  });

  it('does not stay silent for ever on a line whose noise sounds like a voice', () => {
    const play = held();
    expect([...play.timers]).toEqual(['resume']);
    expect(play.give(quiet).phase).toBe('agent');
  });

  it('waits for words no more after the third noise over one reply', () => {
    const play = held().give({ type: 'speech-ended' }, ...cough);
    expect(play.phase).toBe('held');
    expect(play.give(...cough).phase).toBe('agent');
  });

  it('is interrupted by a key', () => {
    const play = held().give({ type: 'key-pressed', key: '4' });
    expect(play.phase).toBe('caller');
    expect(play.deeds()).toEqual([{ type: 'stop-reply', reply: 'reply-2' }]);
    expect([...play.timers]).toContain('keys');
  });

  it('brings the caller to a person when its reply breaks off meanwhile', () => {
    const play = held().give({ type: 'reply-failed', reply: 'reply-2' as never, why: 'unavailable' });
    expect(play.deeds()).toMatchObject([{ type: 'stop-reply' }, { type: 'say', text: 'I am having trouble.' }]);
  });

  it('leaves nothing behind when the caller hangs up', () => {
    const play = held().give({ type: 'caller-gone' });
    expect(play.phase).toBe('ended');
    expect([...play.timers]).toEqual([]);
  });

  it('was greeting, and goes on greeting', () => {
    const play = playTurns().give(
      { type: 'media-ready', greeting: 'Hello.' },
      { type: 'speech-sustained' },
      { type: 'speech-ended' },
      quiet,
    );
    expect(play.state).toMatchObject({ phase: 'agent', source: 'prompt' });
  });
});

describe('an agent that is about to speak', () => {
  const thinking = (): TurnPlay => {
    const play = listeningPlay().say('I lost my card');
    play.effects();
    return play;
  };

  it('does not begin to talk into a caller who speaks on', () => {
    const play = thinking().give({ type: 'speech-sustained' });
    expect(play.phase).toBe('held');
    expect(play.deeds()).toEqual([{ type: 'hold-reply', reply: 'reply-2' }]);
    expect([...play.timers]).toEqual(['resume']);
  });

  it('takes what the caller adds into the same turn', () => {
    const play = thinking().give({ type: 'speech-sustained' }, partial('in'), final('in Madrid'), {
      type: 'timer-fired',
      timer: 'end-of-turn',
    });
    expect(play.deeds().at(-1)).toMatchObject({ type: 'think', said: { text: 'I lost my card in Madrid' } });
  });

  it('takes "okay" into the turn too: nothing was said that it could be a nod to', () => {
    const play = thinking().give({ type: 'speech-sustained' }, final('okay'));
    expect(play.state).toMatchObject({ phase: 'caller', said: { text: 'I lost my card okay' } });
  });

  it('speaks after a cough, and has a filler ready again', () => {
    const play = thinking().give({ type: 'speech-sustained' }, { type: 'speech-ended' }, quiet);
    expect(play.phase).toBe('thinking');
    expect(play.deeds().at(-1)).toEqual({ type: 'resume-reply', reply: 'reply-2' });
    expect([...play.timers]).toEqual(['filler']);
  });
});

describe('a caller who speaks while the agent says that it will connect them', () => {
  const request: HandoverRequest = { reason: 'caller-asked', queue: 'disputes', words: {} };
  const connecting = (): TurnPlay => {
    const play = listeningPlay().say('I want a person.');
    play.give(
      { type: 'reply-audible', reply: play.reply },
      { type: 'tool-called', reply: play.reply, tool: { kind: 'transfer-to-person', request } },
    );
    play.effects();
    return play;
  };

  it('is connected although they say thank you', () => {
    const play = connecting().give(partial('thank you'), final('Thank you very much.'));
    expect(play.phase).toBe('handing-over');
    expect(play.deeds()).toMatchObject([
      { type: 'hold-reply' },
      { type: 'stop-reply' },
      { type: 'record-caller', said: { text: 'Thank you very much.' } },
      { type: 'say', text: 'I am connecting you.' },
    ]);
  });

  it('is not connected when they say no', () => {
    const play = connecting().give(partial('no'), final('No, wait.'));
    expect(play.state).toMatchObject({ phase: 'caller', said: { text: 'No, wait.' } });
  });

  it('can still think better of it during the announcement', () => {
    const play = connecting().hearOut();
    expect(play.phase).toBe('handing-over');
    play.effects();
    play.give(final('No, sorry, wait.'));
    expect(play.state).toMatchObject({ phase: 'caller', said: { text: 'No, sorry, wait.' } });
    expect(play.deeds()).toEqual([{ type: 'stop-reply', reply: 'reply-3' }]);
  });

  it.each(['Great, thanks.', "I don't want to talk to a robot.", "Finally, I can't believe it took so long."])(
    'is connected when they say %j during the announcement',
    (text) => {
      expect(connecting().hearOut().give(final(text)).phase).toBe('handing-over');
    },
  );
});

describe("the agent's own words come back over the line", () => {
  it('interrupt nobody', () => {
    const play = listeningPlay().say('What is my balance?');
    play.give({ type: 'reply-audible', reply: play.reply });
    play.effects();
    play.give(partial('your balance is', 'line'), final('your balance is 42', 0.5, 'line'));
    expect(play.phase).toBe('agent');
    expect(play.effects()).toEqual([]);
  });

  it('are no turn of the caller when they arrive after the agent has finished', () => {
    const play = listeningPlay().give(partial('how can I help', 'line'), final('how can I help', 0.6, 'line'));
    expect(play.state).toMatchObject({ phase: 'caller', said: undefined });
    expect([...play.timers]).toEqual(['silence']);
  });
});
