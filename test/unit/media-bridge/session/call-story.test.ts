import { describe, expect, it } from 'vitest';
import type { ToolRunner } from '#core/ports/tool-runner';
import { CallStory } from '../../../../media-bridge/session/call-story.ts';
import { manualClock } from '../../../support/manual-clock.ts';
import { offer } from '../../../support/offered-call.ts';
import { recordingTelemetry } from '../../../support/recording-telemetry.ts';

const AGENT = 'card-services';
const START_MS = offer.offeredAtMs;
/** Heard at 1000, understood at 1200, over at 1500, first token at 1900, first sound at 2300. */
const marks = { lastVoiceMs: 1_000, understoodMs: 1_200, overMs: 1_500, firstTokenMs: 1_900, firstAudioMs: 2_300 };

function storyOf() {
  const [telemetry, clock] = [recordingTelemetry(), manualClock(START_MS)];
  return { telemetry, clock, story: new CallStory(offer, { clock, telemetry }) };
}

const names = (events: readonly { readonly name: string }[]): readonly string[] => events.map(({ name }) => name);

describe('a reply', () => {
  it('is a span with its stages, each counted in seconds', async () => {
    const { telemetry, clock, story } = storyOf();
    await clock.advance(4_000);
    story.agentSaid(AGENT, false, marks);
    expect(telemetry.span('turn')).toMatchObject({
      under: 'media session',
      startMs: START_MS + 1_000,
      endMs: START_MS + 4_000,
      events: [],
      attributes: { 'trunkline.turn': 1, 'trunkline.agent': AGENT, interrupted: false },
    });
    expect(telemetry.measured('trunkline.replies')).toEqual([
      { name: 'trunkline.replies', attributes: { agent: AGENT } },
    ]);
    expect(
      telemetry.measured('trunkline.turn.latency').map(({ value, attributes }) => [attributes.stage, value]),
    ).toEqual([
      ['hearing', 0.2],
      ['deciding', 0.3],
      ['model', 0.4],
      ['voice', 0.4],
      ['total', 1.3],
    ]);
  });

  it('that is a fixed sentence is no reply', () => {
    const { telemetry, story } = storyOf();
    story.agentSaid(AGENT, false, undefined);
    story.over('socket-closed');
    expect(telemetry.measured('trunkline.replies')).toEqual([]);
    expect(names(telemetry.span('media session').events)).toEqual(['prompt']);
  });
});

describe('interruptions', () => {
  it('that are real end the reply', () => {
    const { telemetry, story } = storyOf();
    story.interrupted('real');
    story.agentSaid(AGENT, true, marks);
    expect(telemetry.measured('trunkline.interruptions')).toMatchObject([{ attributes: { kind: 'real' } }]);
    expect(names(telemetry.span('turn').events)).toEqual(['interruption']);
    expect(telemetry.span('turn').attributes).toMatchObject({ interrupted: true });
  });

  it('that are false belong to the reply that went on, when they were', async () => {
    const { telemetry, clock, story } = storyOf();
    await clock.advance(2_500);
    story.interrupted('false');
    await clock.advance(1_000);
    story.agentSaid(AGENT, false, marks);
    story.agentSaid(AGENT, false, marks);
    expect(telemetry.measured('trunkline.interruptions')).toMatchObject([{ attributes: { kind: 'false' } }]);
    const [first, second] = telemetry.spans.filter(({ name }) => name === 'turn');
    expect(first?.events).toMatchObject([{ name: 'false interruption', atMs: START_MS + 2_500 }]);
    expect(second?.events).toEqual([]);
  });

  it('that are false in a fixed sentence are none of the reply after it', () => {
    const { telemetry, story } = storyOf();
    story.interrupted('false');
    story.agentSaid(AGENT, false, undefined);
    story.agentSaid(AGENT, false, marks);
    story.over('socket-closed');
    expect(telemetry.span('turn').events).toEqual([]);
    expect(names(telemetry.span('media session').events)).toEqual(['false interruption', 'prompt']);
  });

  it('that are false in what the call ended with are told with it', () => {
    const { telemetry, story } = storyOf();
    story.interrupted('false');
    story.over('socket-closed');
    expect(names(telemetry.span('media session').events)).toEqual(['false interruption']);
  });
});

describe('failures', () => {
  it('are counted by kind, and events of the media session', () => {
    const { telemetry, story } = storyOf();
    story.failed('deaf');
    story.over('broken');
    expect(telemetry.measured('trunkline.failures')).toEqual([
      { name: 'trunkline.failures', attributes: { kind: 'deaf' } },
    ]);
    expect(telemetry.span('media session')).toMatchObject({
      failure: 'broken',
      events: [{ name: 'failure', attributes: { kind: 'deaf' } }],
    });
  });

  it('of a transfer end its hand-over with why', () => {
    const { telemetry, story } = storyOf();
    story.transferAsked(0);
    story.transferOver({ type: 'transfer-failed', attempt: 0, why: 'busy' });
    expect(telemetry.span('hand-over')).toMatchObject({ attributes: { outcome: 'failed' }, failure: 'busy' });
  });

  it('of a tool are told under the name the agent gave it, and counted where the request was made', async () => {
    const { telemetry, story } = storyOf();
    const runner: ToolRunner = {
      tools: [{ name: 'look-up', description: 'x', parameters: {} }],
      changes: () => false,
      meanwhile: () => undefined,
      run: () => Promise.resolve({ outcome: 'failed', text: 'x' }),
    };
    const { signal } = new AbortController();
    const told = story.toolsTold(runner);
    await told.run({ id: '1', name: 'look-up', argumentsJson: '{}' }, signal);
    await told.run({ id: '2', name: 'call +14255550100', argumentsJson: '{}' }, signal);
    story.over('socket-closed');
    expect(names(telemetry.spans)).toEqual(['tool look-up', 'tool unknown', 'media session']);
    expect(telemetry.span('tool look-up')).toMatchObject({ attributes: { outcome: 'failed' }, failure: 'failed' });
    expect(telemetry.measured('trunkline.service.errors')).toEqual([]);
  });
});

describe('audio', () => {
  it('is counted in seconds at the end, both ways', () => {
    const { telemetry, story } = storyOf();
    for (let frame = 0; frame < 50; frame += 1) story.frameHeard();
    for (let frame = 0; frame < 25; frame += 1) story.frameSpoken();
    expect(telemetry.measurements).toEqual([]);
    story.over('socket-closed');
    expect(
      telemetry.measured('trunkline.speech.audio').map(({ value, attributes }) => [attributes.direction, value]),
    ).toEqual([
      ['recognised', 1],
      ['spoken', 0.5],
    ]);
  });
});
