import { describe, expect, it } from 'vitest';
import type { HandoverRequest } from '#core/conversation/hand-over-request';
import { agentWith, listeningPlay, type TurnPlay, settingsOf, final } from '../../../support/turn-play.ts';

const dispute = (reason: HandoverRequest['reason']): HandoverRequest => ({
  reason,
  queue: 'disputes',
  words: { summary: 'Disputes a charge.' },
});
const inOrder = (reason: HandoverRequest['reason']): HandoverRequest => ({
  ...dispute(reason),
  order: ['disputes', 'general'],
});

/** The model has called `transfer_to_person`, and what it said besides has been heard. */
function proposed(reason: HandoverRequest['reason'], agent: Parameters<typeof agentWith>[0] = {}): TurnPlay {
  const play = listeningPlay(settingsOf(agentWith(agent))).say('I did not buy that.');
  play.give({
    type: 'tool-called',
    reply: play.reply,
    tool: { kind: 'transfer-to-person', request: dispute(reason) },
  });
  play.hearOut();
  return play;
}

function asked(): TurnPlay {
  const play = proposed('agent-decided').hearOut();
  play.effects();
  return play;
}

describe('a hand-over the agent proposes', () => {
  it('is put to the caller as a question', () => {
    const play = proposed('agent-decided');
    expect(play.deeds().at(-1)).toMatchObject({ type: 'say', text: 'Shall I connect you?' });
    expect(play.hearOut().phase).toBe('caller');
  });

  it.each(['Yes, please.', 'okay', 'Sure, go ahead', 'Yeah'])('goes on when the caller says %j', (text) => {
    const play = asked().say(text);
    expect(play.phase).toBe('handing-over');
    expect(play.deeds()).toMatchObject([
      { type: 'record-caller', said: { text } },
      { type: 'say', text: 'I am connecting you.' },
    ]);
  });

  it('goes on when the caller says yes into the question', () => {
    const play = proposed('agent-decided');
    play.give({ type: 'reply-audible', reply: play.reply });
    expect(play.say('okay').phase).toBe('handing-over');
  });

  it.each(['No, thank you.', 'Not now', "I don't want that, please", 'I don’t want that, please', 'wait'])(
    'is left to the conversation when the caller says %j',
    (text) => {
      const play = asked().say(text);
      expect(play.phase).toBe('thinking');
      expect(play.deeds()).toMatchObject([{ type: 'think', said: { text } }]);
    },
  );

  it('is asked once more after an unclear answer, and done after a second one', () => {
    const play = asked().say('My neighbour has a dog.');
    expect(play.deeds()).toMatchObject([{ type: 'record-caller' }, { type: 'say', text: 'Shall I connect you?' }]);
    play.hearOut().say('A brown one.');
    expect(play.phase).toBe('handing-over');
  });

  it('is still the question after a caller who was silent is asked whether they are there', () => {
    const play = asked().give({ type: 'timer-fired', timer: 'silence' }).hearOut().say('Yes.');
    expect(play.phase).toBe('handing-over');
  });

  it('needs no question where none is configured', () => {
    const play = proposed('agent-decided', { handover: { confirm: false } });
    expect(play.phase).toBe('handing-over');
  });
});

describe('a hand-over the caller asked for', () => {
  it('is announced without a question', () => {
    const play = proposed('caller-asked');
    expect(play.deeds().at(-1)).toMatchObject({ type: 'say', text: 'I am connecting you.' });
  });

  it('is asked for when the announcement has been heard to its end, not before', () => {
    const play = proposed('caller-asked');
    play.give({ type: 'reply-audible', reply: play.reply });
    expect(play.deeds().filter(({ type }) => type === 'transfer')).toEqual([]);
    play.give({ type: 'reply-finished', reply: play.reply });
    expect(play.deeds()).toEqual([{ type: 'transfer', request: inOrder('caller-asked'), attempt: 0 }]);
    expect([...play.timers]).toEqual(['transfer', 'comfort']);
  });

  it('is asked for although the announcement cannot be spoken', () => {
    const play = proposed('caller-asked');
    play.effects();
    play.give({ type: 'reply-failed', reply: play.reply, why: 'unavailable' });
    expect(play.deeds()).toMatchObject([{ type: 'transfer', attempt: 0 }]);
  });
});

describe('a transfer under way', () => {
  const underWay = (agent: Parameters<typeof agentWith>[0] = {}): TurnPlay => {
    const play = proposed('caller-asked', agent).hearOut();
    play.effects();
    return play;
  };

  it('ends our part when a person takes the call', () => {
    const play = underWay().give({ type: 'transfer-accepted' });
    expect(play.deeds()).toEqual([]);
    expect([...play.timers]).toEqual([]);
    expect(play.give({ type: 'caller-gone' }).phase).toBe('ended');
  });

  it('goes to the next queue when the first refuses', () => {
    const play = underWay().give({ type: 'transfer-failed', attempt: 0, why: 'busy' });
    expect(play.deeds()).toEqual([{ type: 'transfer', request: inOrder('caller-asked'), attempt: 1 }]);
  });

  it('has one time for all queues: who has heard nothing for so long is told that nobody comes', () => {
    const play = underWay().give({ type: 'transfer-failed', attempt: 0, why: 'busy' });
    expect(play.timers).toContain('transfer');
    expect(play.effects().filter(({ type }) => type === 'start-timer')).not.toContainEqual(
      expect.objectContaining({ timer: 'transfer' }),
    );
    play.give({ type: 'timer-fired', timer: 'transfer' });
    expect(play.deeds()).toMatchObject([{ type: 'say', text: 'Nobody can take your call.' }]);
  });

  it('takes no notice of an outcome of the queue before', () => {
    const play = underWay().give({ type: 'transfer-failed', attempt: 0, why: 'busy' });
    play.effects();
    play.give({ type: 'transfer-failed', attempt: 0, why: 'busy' });
    expect(play.effects()).toEqual([]);
  });

  it('is told to the caller when no queue takes the call, and the call is hung up', () => {
    const play = underWay().give(
      { type: 'transfer-failed', attempt: 0, why: 'busy' },
      { type: 'transfer-failed', attempt: 1, why: 'no-answer' },
    );
    expect(play.deeds().at(-1)).toMatchObject({ type: 'say', text: 'Nobody can take your call.' });
    play.hearOut();
    expect(play.phase).toBe('ended');
    expect(play.deeds()).toEqual([{ type: 'hang-up' }]);
  });

  it('is hung up although the failure message cannot be spoken', () => {
    const play = underWay().give(
      { type: 'transfer-failed', attempt: 0, why: 'busy' },
      { type: 'transfer-failed', attempt: 1, why: 'no-answer' },
    );
    play.effects();
    play.give({ type: 'reply-failed', reply: play.reply, why: 'unavailable' });
    expect(play.deeds()).toEqual([{ type: 'hang-up' }]);
  });

  it('returns to the conversation where that is configured', () => {
    const play = underWay({ handover: { onFailure: 'return-to-conversation' } });
    play.give(
      { type: 'transfer-failed', attempt: 0, why: 'busy' },
      { type: 'transfer-failed', attempt: 1, why: 'busy' },
    );
    play.hearOut();
    expect(play.phase).toBe('caller');
    expect([...play.timers]).toEqual(['silence']);
  });

  it('is not disturbed by what the caller says or presses', () => {
    const play = underWay();
    const before = play.state;
    play.give({ type: 'speech-sustained' }, final('hello?', 1), { type: 'key-pressed', key: '0' });
    expect(play.state).toEqual(before);
    expect(play.effects()).toEqual([]);
  });

  it('goes on when recognition fails, but with no conversation to return to', () => {
    const play = underWay().give({ type: 'hearing-failed' });
    expect(play.state).toMatchObject({ phase: 'handing-over', request: { reason: 'failure' } });
    expect(play.effects()).toEqual([]);
  });

  it('is over when the caller hangs up', () => {
    const play = underWay().give({ type: 'caller-gone' });
    expect(play.phase).toBe('ended');
    expect([...play.timers]).toEqual([]);
  });
});

describe('a model that ends the call', () => {
  it('is hung up after its goodbye has been heard', () => {
    const play = listeningPlay().say('That was all, bye.');
    play.give(
      { type: 'tool-called', reply: play.reply, tool: { kind: 'end-call' } },
      { type: 'reply-audible', reply: play.reply },
    );
    expect(play.deeds().filter(({ type }) => type === 'hang-up')).toEqual([]);
    play.give({ type: 'reply-finished', reply: play.reply });
    expect(play.deeds()).toEqual([{ type: 'hang-up' }]);
    expect(play.phase).toBe('ended');
  });

  it('says goodbye first when the model has not', () => {
    const play = listeningPlay().say('That was all, bye.');
    play.give({ type: 'tool-called', reply: play.reply, tool: { kind: 'end-call' } });
    play.effects();
    play.give({ type: 'reply-finished', reply: play.reply });
    expect(play.deeds().at(-1)).toMatchObject({ type: 'say', text: 'Thank you for calling. Goodbye.' });
    play.hearOut();
    expect(play.deeds()).toEqual([{ type: 'hang-up' }]);
  });

  it('is stopped by a caller who has one more question', () => {
    const play = listeningPlay().say('Bye.');
    play.give(
      { type: 'tool-called', reply: play.reply, tool: { kind: 'end-call' } },
      { type: 'reply-audible', reply: play.reply },
    );
    expect(play.say('One more thing').phase).toBe('thinking');
  });
});
