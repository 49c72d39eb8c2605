import { describe, expect, it } from 'vitest';
import {
  agentWith,
  english,
  listeningPlay,
  playTurns,
  settingsOf,
  partial,
  final,
} from '../../../support/turn-play.ts';

describe('a call whose media has come up', () => {
  it('says the greeting before anything else', () => {
    const play = playTurns().give({ type: 'media-ready', greeting: 'Hello Ana.' });
    expect(play.phase).toBe('agent');
    expect(play.deeds()).toEqual([{ type: 'say', reply: 'reply-1', text: 'Hello Ana.' }]);
  });

  it('listens once the greeting has been heard, and waits for the caller only so long', () => {
    const play = playTurns().give({ type: 'media-ready', greeting: 'Hello.' }).hearOut();
    expect(play.phase).toBe('caller');
    expect([...play.timers]).toEqual(['silence']);
  });

  it('goes to a person when the greeting cannot be spoken: the voice is gone', () => {
    const play = playTurns().give({ type: 'media-ready', greeting: 'Hello.' });
    expect(play.give({ type: 'reply-failed', reply: play.reply, why: 'unavailable' }).state).toMatchObject({
      phase: 'handing-over',
      request: { reason: 'failure' },
      step: { kind: 'asked', attempt: 0 },
    });
  });

  it('hears nothing before the media is up', () => {
    const play = playTurns().give(final('hello', 1), { type: 'key-pressed', key: '0' });
    expect(play.phase).toBe('waiting');
    expect(play.effects()).toEqual([]);
  });
});

describe('a caller who speaks', () => {
  it('is answered once the pause after their words has passed', () => {
    const play = listeningPlay().say('I lost my card.');
    expect(play.phase).toBe('thinking');
    expect(play.deeds()).toEqual([
      { type: 'think', reply: 'reply-2', said: { text: 'I lost my card.', confidence: 0.9, by: 'voice' } },
    ]);
    expect([...play.timers]).toEqual(['filler']);
  });

  it('is not answered before the pause is over', () => {
    const play = listeningPlay().give(final('I lost', 1));
    expect(play.phase).toBe('caller');
    expect([...play.timers]).toEqual(['end-of-turn']);
  });

  it('has one turn when they go on after a breath', () => {
    const play = listeningPlay()
      .give(final('I lost', 0.9), { type: 'speech-started' })
      .give(final('my card', 0.6), { type: 'timer-fired', timer: 'end-of-turn' });
    expect(play.deeds()).toEqual([
      { type: 'think', reply: 'reply-2', said: { text: 'I lost my card', confidence: 0.6, by: 'voice' } },
    ]);
  });

  it('has one turn when they go on while the answer is being written', () => {
    const play = listeningPlay().say('I lost my card');
    play.effects();
    play.give(partial('in'));
    expect(play.deeds()).toEqual([{ type: 'hold-reply', reply: 'reply-2' }]);
    play.give(final('in Madrid', 1), { type: 'timer-fired', timer: 'end-of-turn' });
    expect(play.deeds()).toEqual([
      { type: 'stop-reply', reply: 'reply-2' },
      { type: 'think', reply: 'reply-3', said: { text: 'I lost my card in Madrid', confidence: 0.9, by: 'voice' } },
    ]);
  });

  it('is written down when the answer is heard, not twice when it is begun twice', () => {
    const play = listeningPlay().say('I lost my card').hearOut();
    const recorded = play.deeds().filter(({ type }) => type === 'record-caller');
    expect(recorded).toHaveLength(1);
  });

  it('is answered although a later noise came to no words', () => {
    const play = listeningPlay()
      .give(final('I lost my card', 1), { type: 'speech-started' })
      .give({ type: 'speech-ended' }, partial('uh'), final('', 0));
    expect([...play.timers]).toContain('end-of-turn');
  });

  it('is answered although the recogniser never settles what followed', () => {
    const play = listeningPlay()
      .give(final('I lost my card', 1), partial('and'))
      .give({ type: 'timer-fired', timer: 'silence' });
    expect(play.phase).toBe('thinking');
  });
});

describe('a caller who is silent', () => {
  it('is asked, asked otherwise, told goodbye, and the call is hung up', () => {
    const play = listeningPlay();
    const heard: string[] = [];
    for (let rounds = 0; play.phase !== 'ended' && rounds < 10; rounds += 1) {
      play.give({ type: 'timer-fired', timer: 'silence' });
      for (const effect of play.deeds()) if (effect.type === 'say') heard.push(effect.text);
      play.hearOut();
    }
    expect(heard).toEqual(['Are you there?', 'I cannot hear you.', 'Goodbye.']);
    expect(play.deeds()).toEqual([{ type: 'hang-up' }]);
  });

  it('is asked from the beginning again after having spoken', () => {
    const play = listeningPlay().give({ type: 'timer-fired', timer: 'silence' }).hearOut().say('yes').hearOut();
    play.effects();
    play.give({ type: 'timer-fired', timer: 'silence' });
    expect(play.deeds()).toMatchObject([{ type: 'say', text: 'Are you there?' }]);
  });

  it('on a noisy line is still hung up on', () => {
    const play = listeningPlay();
    for (let rounds = 0; play.phase !== 'ended' && rounds < 10; rounds += 1) {
      play.give({ type: 'speech-started' }, { type: 'speech-ended' }, final(' ', 0));
      play.give({ type: 'timer-fired', timer: 'silence' }).hearOut();
    }
    expect(play.phase).toBe('ended');
  });

  it('can stop the goodbye by speaking', () => {
    const play = listeningPlay(
      settingsOf(agentWith({ languages: [english({ texts: { reprompts: [], closing: 'Goodbye.' } })] })),
    );
    play.give({ type: 'timer-fired', timer: 'silence' }, partial('no please wait'));
    expect(play.phase).toBe('caller');
  });
});

describe('a caller who presses keys', () => {
  const press = (keys: string): { type: 'key-pressed'; key: string }[] =>
    Array.from(keys, (key) => ({ type: 'key-pressed', key }));

  it('is answered when the number is closed with #', () => {
    const play = listeningPlay().give(...press('1234#'));
    expect(play.deeds()).toEqual([
      { type: 'think', reply: 'reply-2', said: { text: '1234', confidence: 1, by: 'keypad' } },
    ]);
  });

  it('is answered when no further key comes', () => {
    const play = listeningPlay().give(...press('42'), { type: 'timer-fired', timer: 'keys' });
    expect(play.deeds()).toMatchObject([{ type: 'think', said: { text: '42', by: 'keypad' } }]);
  });

  it('is not reprompted between two keys', () => {
    const play = listeningPlay().give(...press('4'));
    expect([...play.timers]).toEqual(['keys']);
    expect(play.give({ type: 'timer-fired', timer: 'silence' }).phase).toBe('caller');
  });

  it('has the words said before the number written down', () => {
    const play = listeningPlay().give(final('my number is', 1), ...press('42#'));
    expect(play.deeds()).toMatchObject([
      { type: 'record-caller', said: { text: 'my number is', by: 'voice' } },
      { type: 'think', said: { text: '42', by: 'keypad' } },
    ]);
  });

  it('is not answered twice when # comes after the number was taken', () => {
    const play = listeningPlay().give(...press('42'), { type: 'timer-fired', timer: 'keys' });
    play.effects();
    expect(play.give(...press('#')).phase).toBe('thinking');
    expect(play.effects()).toEqual([]);
  });

  it('gets a person with the key for it, without being asked again', () => {
    const play = listeningPlay().give(...press('0'));
    expect(play.phase).toBe('handing-over');
    expect(play.deeds()).toEqual([
      { type: 'record-caller', said: { text: '0', confidence: 1, by: 'keypad' } },
      { type: 'say', reply: 'reply-2', text: 'I am connecting you.' },
    ]);
  });

  it('may have a 0 in a number', () => {
    const play = listeningPlay().give(...press('100#'));
    expect(play.deeds()).toMatchObject([{ type: 'think', said: { text: '100' } }]);
  });

  it('interrupts the agent with a key', () => {
    const play = playTurns().give({ type: 'media-ready', greeting: 'Hello.' }, ...press('5'));
    expect(play.phase).toBe('caller');
    expect(play.deeds()).toMatchObject([{ type: 'say' }, { type: 'stop-reply', reply: 'reply-1' }]);
  });

  it('fills no memory when the line sends tones without end', () => {
    const play = listeningPlay().give(...press('1'.repeat(64)));
    expect(play.phase).toBe('thinking');
  });

  it('is answered at once with a key of the menu, and the model is told what it means', () => {
    const menu = { '1': 'my balance' };
    const play = listeningPlay(settingsOf(agentWith({ keypad: { menu } }))).give(...press('1'));
    expect(play.deeds()).toMatchObject([{ type: 'think', said: { text: '1 (my balance)', by: 'keypad' } }]);
    expect([...play.timers]).toEqual(['filler']);
  });

  it('may have a key of the menu inside a number', () => {
    const menu = { '1': 'my balance' };
    const play = listeningPlay(settingsOf(agentWith({ keypad: { menu } }))).give(...press('21#'));
    expect(play.deeds()).toMatchObject([{ type: 'think', said: { text: '21' } }]);
  });

  it('is answered at once when the number has all its digits', () => {
    const play = listeningPlay(settingsOf(agentWith({ keypad: { maxDigits: 4 } }))).give(...press('1234'));
    expect(play.deeds()).toMatchObject([{ type: 'think', said: { text: '1234' } }]);
  });

  it('hears the answer although # comes after it has begun', () => {
    const play = listeningPlay().give(...press('42'), { type: 'timer-fired', timer: 'keys' });
    play.give({ type: 'reply-audible', reply: play.reply });
    play.effects();
    expect(play.give(...press('#')).phase).toBe('agent');
    expect(play.effects()).toEqual([]);
  });
});

describe('a caller who stays silent where a person is to sort it out', () => {
  it('is connected after the last reprompt', () => {
    const play = listeningPlay(settingsOf(agentWith({ silence: { then: 'hand-over' } })));
    for (let rounds = 0; play.phase !== 'handing-over' && rounds < 5; rounds += 1) {
      play.give({ type: 'timer-fired', timer: 'silence' });
      if (play.phase === 'agent') play.hearOut();
    }
    expect(play.state).toMatchObject({ phase: 'handing-over', request: { reason: 'policy' } });
  });
});
