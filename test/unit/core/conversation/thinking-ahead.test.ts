import { describe, expect, it } from 'vitest';
import { agentWith, final, listeningPlay, partial, settingsOf, type TurnPlay } from '../../../support/turn-play.ts';

const turnOver = { type: 'timer-fired', timer: 'end-of-turn' } as const;
const stable = { type: 'timer-fired', timer: 'stable' } as const;

function listening(thinkAhead: 'on-final' | 'on-partial'): TurnPlay {
  return listeningPlay(settingsOf(agentWith({ turnTaking: { thinkAhead } })));
}

describe('an answer begun while the pause after the words still runs', () => {
  it('is the one the caller hears when nothing more is said', () => {
    const play = listening('on-final').give(final('I lost my card.'));
    expect(play.phase).toBe('caller');
    expect(play.deeds()).toMatchObject([{ type: 'think-ahead', reply: 'reply-2', said: { text: 'I lost my card.' } }]);
    play.give(turnOver);
    expect(play.deeds()).toMatchObject([{ type: 'think', reply: 'reply-2', said: { text: 'I lost my card.' } }]);
    expect([...play.timers]).toEqual(['filler']);
  });

  it('is thrown away when the caller goes on', () => {
    const play = listening('on-final').give(final('I lost my card'), partial('in'));
    expect(play.deeds()).toMatchObject([{ type: 'think-ahead' }, { type: 'stop-reply', reply: 'reply-2' }]);
    play.give(final('in Madrid'), turnOver);
    expect(play.deeds()).toMatchObject([
      { type: 'think-ahead', reply: 'reply-3', said: { text: 'I lost my card in Madrid' } },
      { type: 'think', reply: 'reply-3' },
    ]);
  });

  it('survives a noise that comes to no words', () => {
    const play = listening('on-final').give(
      final('I lost my card'),
      { type: 'speech-started' },
      { type: 'speech-ended' },
      turnOver,
    );
    expect(play.deeds()).toMatchObject([{ type: 'think-ahead' }, { type: 'think', reply: 'reply-2' }]);
  });

  it('is thrown away for a key', () => {
    const play = listening('on-final').give(final('my number is'), { type: 'key-pressed', key: '0' });
    expect(play.deeds()).toMatchObject([
      { type: 'think-ahead' },
      { type: 'stop-reply', reply: 'reply-2' },
      { type: 'record-caller' },
      { type: 'record-caller' },
      { type: 'say', text: 'I am connecting you.' },
    ]);
  });

  it('is thrown away when the caller hangs up', () => {
    const play = listening('on-final').give(final('I lost my card'));
    play.effects();
    play.give({ type: 'caller-gone' });
    expect(play.deeds()).toMatchObject([{ type: 'stop-reply', reply: 'reply-2' }, { type: 'record-caller' }]);
  });
});

describe('an answer begun with what the recogniser believes to hear', () => {
  it('is the one the caller hears when the final has the same words', () => {
    const play = listening('on-partial').give(partial('i lost my card'), stable);
    expect(play.deeds()).toMatchObject([{ type: 'think-ahead', reply: 'reply-2', said: { text: 'i lost my card' } }]);
    play.give(final('I lost my card.'), turnOver);
    expect(play.deeds()).toMatchObject([{ type: 'think', reply: 'reply-2', said: { text: 'I lost my card.' } }]);
  });

  it('is thrown away when the final differs', () => {
    const play = listening('on-partial').give(partial('i lost my car'), stable, final('I lost my card.'), turnOver);
    expect(play.deeds()).toMatchObject([
      { type: 'think-ahead', reply: 'reply-2' },
      { type: 'stop-reply', reply: 'reply-2' },
      { type: 'think-ahead', reply: 'reply-3' },
      { type: 'think', reply: 'reply-3' },
    ]);
  });

  it('waits until the words have stopped changing', () => {
    const play = listening('on-partial').give(partial('i'), partial('i lost'), partial('I lost'));
    expect(play.deeds()).toEqual([]);
    expect(play.timers).toContain('stable');
  });

  it('is not begun for the answer to a question of ours', () => {
    const play = listening('on-partial').say('I did not buy that.');
    play.give({
      type: 'tool-called',
      reply: play.reply,
      tool: { kind: 'transfer-to-person', request: { reason: 'agent-decided', queue: undefined, words: {} } },
    });
    play.hearOut().hearOut();
    play.effects();
    play.give(partial('maybe'), stable, final('Maybe.'));
    expect(play.deeds()).toEqual([]);
  });
});
