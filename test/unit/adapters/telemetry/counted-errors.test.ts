import { describe, expect, it } from 'vitest';
import { countedEar } from '#adapters/telemetry/counted-ear';
import { countedErrors } from '#adapters/telemetry/counted-errors';
import { countedKeys } from '#adapters/telemetry/counted-keys';
import { countedTools } from '#adapters/telemetry/counted-tools';
import { PortError } from '#core/ports/error';
import type { ToolResult } from '#core/ports/tool-runner';
import { collect } from '../../../support/collect.ts';
import { recordingTelemetry } from '../../../support/recording-telemetry.ts';
import { final, scriptedSpeechToText } from '../../../support/scripted-speech-to-text.ts';
import { agentWith } from '../../../support/turn-play.ts';

const NAME = 'trunkline.service.errors';
const dropped = new PortError('speech-to-text', 'socket closed', { retryable: true, code: 'timeout' });
const listening = { languages: ['en-US'], phrases: [] } as const;
const { signal } = new AbortController();

describe('failed requests', () => {
  it('are counted by service and kind, and fail all the same', async () => {
    const telemetry = recordingTelemetry();
    const refused = new PortError('call-store', '403', { retryable: false, status: 403 });
    const port = countedErrors({ load: () => Promise.reject(refused), name: 'rows' }, telemetry);
    await expect(port.load()).rejects.toBe(refused);
    expect(port.name).toBe('rows');
    expect(telemetry.measured(NAME)).toEqual([{ name: NAME, attributes: { service: 'storage', kind: 'refused' } }]);
  });

  it('are counted once, however many wait for the same one', async () => {
    const telemetry = recordingTelemetry();
    const error = new PortError('queue-status', 'no answer', { retryable: true });
    const failing = Promise.reject(error);
    const queues = countedErrors({ read: () => failing }, telemetry);
    await Promise.allSettled([queues.read(), queues.read()]);
    expect(telemetry.measured(NAME)).toEqual([{ name: NAME, attributes: { service: 'tool', kind: 'unreachable' } }]);
  });

  it('are counted in the middle of a stream too', async () => {
    const telemetry = recordingTelemetry();
    const error = new PortError('language-model', '500', { retryable: true, status: 500 });
    const port = countedErrors(
      {
        async *reply() {
          yield await Promise.resolve('one');
          throw error;
        },
      },
      telemetry,
    );
    const tokens: string[] = [];
    await expect(
      (async () => {
        for await (const token of port.reply()) tokens.push(token);
      })(),
    ).rejects.toBe(error);
    expect(tokens).toEqual(['one']);
    expect(telemetry.measured(NAME)).toEqual([{ name: NAME, attributes: { service: 'model', kind: 'server' } }]);
  });

  it('of a stream that is left in the middle are none, and it gives back what it holds', async () => {
    const telemetry = recordingTelemetry();
    let isOpen = true;
    const port = countedErrors(
      {
        async *reply() {
          try {
            yield await Promise.resolve('one');
            yield 'two';
          } finally {
            isOpen = false;
          }
        },
      },
      telemetry,
    );
    for await (const token of port.reply()) if (token === 'one') break;
    expect(isOpen).toBe(false);
    expect(telemetry.measurements).toEqual([]);
  });

  it('are none when the caller has hung up, which aborts them', async () => {
    const telemetry = recordingTelemetry();
    const port = countedErrors({ load: () => Promise.reject(new DOMException('gone', 'AbortError')) }, telemetry);
    await expect(port.load()).rejects.toThrow('gone');
    expect(telemetry.measurements).toEqual([]);
  });
});

describe('a recogniser', () => {
  const counted = { name: NAME, attributes: { service: 'speech-in', kind: 'timeout' } };

  it('that does not open is counted', async () => {
    const telemetry = recordingTelemetry();
    const ear = scriptedSpeechToText();
    ear.failOpening(dropped);
    await expect(countedEar(ear, telemetry).open(listening, signal)).rejects.toBe(dropped);
    expect(telemetry.measured(NAME)).toEqual([counted]);
  });

  it('that opens, hears, and fails in the middle of the call is counted once', async () => {
    const telemetry = recordingTelemetry();
    const ear = scriptedSpeechToText();
    const lost = new PortError('speech-to-text', 'socket closed', { retryable: true, code: 'timeout' });
    const stream = await countedEar(ear, telemetry).open(listening, signal);
    const words = stream[Symbol.asyncIterator]();
    ear.recognise(final('hello'));
    expect(await words.next()).toMatchObject({ value: { text: 'hello' } });
    expect(telemetry.measurements).toEqual([]);
    ear.streams[0]?.fail(lost);
    await expect(words.next()).rejects.toBe(lost);
    expect(telemetry.measured(NAME)).toEqual([counted]);
  });

  it('gets its audio and its end as without being counted', async () => {
    const telemetry = recordingTelemetry();
    const ear = scriptedSpeechToText();
    const stream = await countedEar(ear, telemetry).open(listening, signal);
    stream.push(new Int16Array(320));
    await stream.close(dropped);
    expect(ear.streams[0]).toMatchObject({ samples: 320, closed: true, problem: dropped });
    expect(await collect(stream)).toEqual([]);
    expect(telemetry.measurements).toEqual([]);
  });
});

describe('keys that cannot be fetched', () => {
  it('are a failed request to the front, and a wrong token is none', async () => {
    const telemetry = recordingTelemetry();
    const verdict = (reason: 'keys-unavailable' | 'expired') => () =>
      Promise.resolve({ valid: false, reason } as const);
    await countedKeys(verdict('expired'), telemetry)('Bearer x');
    expect(telemetry.measurements).toEqual([]);
    expect(await countedKeys(verdict('keys-unavailable'), telemetry)('Bearer x')).toMatchObject({ valid: false });
    expect(telemetry.measured(NAME)).toEqual([
      { name: NAME, attributes: { service: 'call-control', kind: 'unreachable' } },
    ]);
  });
});

describe('a tool', () => {
  const toolsThat = (result: ToolResult) => ({
    runner: () => ({
      tools: [],
      changes: () => false,
      meanwhile: () => undefined,
      run: () => Promise.resolve(result),
    }),
    close: () => undefined,
  });

  it.each([
    ['done', 0],
    ['refused', 0],
    ['failed', 1],
  ] as const)('that was %s is counted %i times', async (outcome, times) => {
    const telemetry = recordingTelemetry();
    const tools = countedTools(toolsThat({ outcome, text: 'x' }), telemetry);
    const runner = tools.runner(agentWith({}), () => {
      throw new Error('asked for nothing');
    });
    await runner.run({ id: '1', name: 'look', argumentsJson: '{}' }, signal);
    const counted = { name: NAME, attributes: { service: 'tool', kind: 'other' } };
    expect(telemetry.measured(NAME)).toEqual(Array.from({ length: times }, () => counted));
  });
});
