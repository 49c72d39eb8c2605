import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readScenario } from '../../emulator/scenario/read-scenario.ts';
import { stackConfig } from '../../emulator/stack/config.ts';
import { startStack, type Stack } from '../../emulator/stack/stack.ts';
import { startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from '../support/otlp-receiver.ts';
import { spanTree } from '../support/span-tree.ts';

const root = path.resolve(import.meta.dirname, '../..');
const folder = path.join(root, 'scenarios');
const STAGES = ['hearing', 'deciding', 'model', 'voice'];
/** What of these callers is in the scenario: their numbers, names, ids and words. */
const CALLER_DATA = /5550100|5550101|5550199|maria|john|C-471|northwind|ninety|charge|card arrive/i;

let receiver: OtlpReceiver;
let stack: Stack | undefined;
let calls: readonly (readonly ReceivedSpan[])[] = [];

beforeAll(async () => {
  const callsFolder = path.join(root, 'calls');
  mkdirSync(callsFolder, { recursive: true });
  receiver = await startOtlpReceiver();
  const config = stackConfig({
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_BSP_SCHEDULE_DELAY: '50',
    OTEL_METRIC_EXPORT_INTERVAL: '500',
  });
  stack = await startStack({ config, callsFolder });
  const result = await stack.run(await readScenario(path.join(folder, 'two-calls-share-nothing.yaml')), { folder });
  expect(result.failures).toEqual([]);
  await receiver.until(({ spans }) => spans.filter(({ parentSpanId }) => parentSpanId === undefined).length === 2);
  // What is left is sent when the programs end.
  await stack.stop();
  calls = Object.values(Object.groupBy(receiver.spans, ({ traceId }) => traceId)).map((spans = []) => spans);
  writeFileSync(path.join(callsFolder, 'traces.txt'), calls.map(spanTree).join('\n\n'));
}, 240_000);

afterAll(async () => {
  await stack?.stop();
  await receiver.close();
});

function childrenOf(spans: readonly ReceivedSpan[], { spanId }: ReceivedSpan): readonly ReceivedSpan[] {
  return spans.filter(({ parentSpanId }) => parentSpanId === spanId);
}

describe('two calls at the same moment', () => {
  it('are two traces, each with the three programs in it', () => {
    expect(calls).toHaveLength(2);
    for (const spans of calls) {
      expect(new Set(spans.map(({ service }) => service))).toEqual(
        new Set(['trunkline-functions', 'trunkline-media-bridge', 'trunkline-sip-edge']),
      );
    }
  });

  it('have one span each that is the call, and every other one under it', () => {
    for (const spans of calls) {
      const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined);
      expect(roots.map(({ name, service }) => [name, service])).toEqual([['call', 'trunkline-functions']]);
      expect(roots[0]?.attributes).toMatchObject({ 'trunkline.outcome': 'handed-over' });
      const ids = new Set(spans.map(({ spanId }) => spanId));
      expect(ids.size).toBe(spans.length);
      expect(spans.filter(({ parentSpanId }) => parentSpanId !== undefined && !ids.has(parentSpanId))).toEqual([]);
    }
  });

  it('tell the way of the call through all of it', () => {
    for (const spans of calls) {
      const names = spans.map(({ name }) => name);
      expect(names).toEqual(
        expect.arrayContaining([
          'SIP leg',
          'AnswerCall',
          'incoming call',
          'admission',
          'answer',
          'callback',
          'media session',
          'hand-over',
          'CallConnection_TransferToParticipant',
          'REFER',
        ]),
      );
      expect(spans.find(({ name }) => name === 'REFER')?.attributes).toMatchObject({ outcome: 'accepted' });
      const reported = spans.flatMap(({ events }) => events.map(({ name }) => name));
      expect(reported).toEqual(expect.arrayContaining(['CallConnected', 'MediaStreamingStarted', 'call moved']));
    }
  });

  it('have a span a turn, its stages one after the other without a gap', () => {
    for (const spans of calls) {
      const turns = spans.filter(({ name }) => name === 'turn');
      // The second ends in a hand-over, which is announced with a fixed sentence.
      expect(turns.map((turn) => childrenOf(spans, turn).length)).toEqual([STAGES.length, STAGES.length - 1]);
      for (const turn of turns) {
        const stages = childrenOf(spans, turn)
          .filter(({ name }) => STAGES.includes(name))
          .toSorted((one, other) => STAGES.indexOf(one.name) - STAGES.indexOf(other.name));
        expect(stages.map(({ name }) => name)).toEqual(STAGES.slice(0, stages.length));
        expect(stages[0]?.startMs).toBeCloseTo(turn.startMs, 0);
        for (const [index, stage] of stages.entries()) {
          const next = stages[index + 1];
          if (next !== undefined) expect(next.startMs).toBeCloseTo(stage.endMs, 0);
          expect(stage.endMs).toBeLessThanOrEqual(turn.endMs + 1);
        }
      }
    }
  });

  it('tell nothing of who called and what was said', () => {
    const told = [...receiver.spans, ...receiver.metrics].map((one) =>
      JSON.stringify({ ...one, traceId: '', spanId: '', parentSpanId: '' }),
    );
    expect(told.filter((text) => CALLER_DATA.test(text))).toEqual([]);
  });

  it('are counted and timed', () => {
    expect([...new Set(receiver.metrics.map(({ name }) => name))]).toEqual(
      expect.arrayContaining([
        'trunkline.call.answer.duration',
        'trunkline.calls.ended',
        'trunkline.calls.active',
        'trunkline.calls.capacity',
        'trunkline.admission.decisions',
        'trunkline.turn.latency',
        'trunkline.replies',
        'trunkline.transfers',
        'trunkline.model.tokens',
        'trunkline.speech.audio',
      ]),
    );
    const stages = receiver.metrics
      .filter(({ name }) => name === 'trunkline.turn.latency')
      .flatMap(({ attributes }) => attributes.map(({ stage }) => stage));
    expect(new Set(stages)).toEqual(new Set([...STAGES, 'total']));
  });
});
