import type { BenchOptions, BenchPart, Figure } from '../report/figure.ts';
import { buildBridge, startBridgeProcess } from '../bridge/bridge-process.ts';
import { answerCalls } from '../bridge/call-rows.ts';
import { FrameWheel } from '../bridge/frame-wheel.ts';
import { agentVoice, callerWords } from '../bridge/words.ts';
import { Ledger } from '../services/ledger.ts';
import { startOutside } from '../services/outside.ts';
import { memoryOf, openProbe, socketsOf, timersOf } from './holdings.ts';
import { silenceGrowth } from './silence.ts';
import { visit, type VisitKind } from './visits.ts';

const SESSIONS = 5_000;
const QUICK_SESSIONS = 500;
const STEP_SESSIONS = 250;
/** Compiled code, caches and kept connections are there after so many. */
const WARM_UP_SESSIONS = 300;
/** Sessions under way at any time. */
const LANES = 24;

/** What each session of a round does. */
const ROUND: readonly VisitKind[] = [
  ...['during-greeting', 'mid-recognition', 'at-once', 'during-greeting', 'refused'],
  ...['mid-recognition', 'during-greeting', 'broken', 'at-once', 'during-reply'],
] as readonly VisitKind[];

/** Connections that the services keep for the next call come and go by a handful. */
const SOCKETS_MORE_MAX = 8;
const TIMERS_MORE_MAX = 3;
/** Memory is in pieces and V8 optimises code as it goes: what a session leaves behind has to be less than this. Looked for in the second half only. */
const BYTES_PER_SESSION_MAX = 1_024;

const SILENCE_MINUTES = 10;
const QUICK_SILENCE_MINUTES = 4;
/** With a service that settles: the SDK remembers each piece of audio it has sent, for as long as the call lasts. An hour of that is 16 MiB at most. */
const KIBIBYTES_PER_SILENT_MINUTE_MAX = 280;
const KIBIBYTE = 1_024;

const MS_PER_S = 1_000;

/** Thousands of media sessions opened and closed in one bridge, some at moments when nobody closes one: what is left of them. */
export const leaksPart: BenchPart = { name: 'leaks', run };

async function run(options: BenchOptions): Promise<readonly Figure[]> {
  return [...(await silence(options)), ...(await sessions(options))];
}

async function silence({ quick, progress, signal }: BenchOptions): Promise<readonly Figure[]> {
  const minutes = quick ? QUICK_SILENCE_MINUTES : SILENCE_MINUTES;
  progress(`${minutes} minutes of silence in one recogniser, twice`);
  const settled = (await silenceGrowth('settles', minutes, signal)) / KIBIBYTE;
  const mute = (await silenceGrowth('mute', minutes, signal)) / KIBIBYTE;
  return [
    {
      name: 'a minute of silence, memory it adds to a recogniser',
      unit: 'KiB',
      value: settled,
      runs: [settled],
      target: { max: KIBIBYTES_PER_SILENT_MINUTE_MAX },
      note: `over ${minutes} minutes; the service says now and then that it heard nothing`,
    },
    // No target: the SDK keeps a record of what is not settled, and the call bounds that, not the adapter (media-bridge/session/hearing.ts).
    {
      name: 'a minute of silence, memory it adds when the service is mute',
      unit: 'KiB',
      value: mute,
      runs: [mute],
      note: `over ${minutes} minutes; in a call Hearing replaces the recogniser after 2 minutes`,
    },
  ];
}

async function sessions({ quick, progress, signal }: BenchOptions): Promise<readonly Figure[]> {
  progress('bundling the bridge');
  await buildBridge();
  const ledger = new Ledger();
  const wheel = new FrameWheel();
  const voice = agentVoice();
  const outside = await startOutside(ledger, Buffer.from(voice.buffer, voice.byteOffset, voice.byteLength));
  const probe = await openProbe();
  try {
    const environment = { ...outside.environment, ...probe.environment };
    const bridge = await startBridgeProcess(environment, { thinkAhead: 'off' }, signal);
    try {
      const [words = []] = callerWords();
      const visitors = { ledger, wheel, headers: outside.headers, words };
      let number = 0;
      const wrong: VisitKind[] = [];
      const open = async (more: number): Promise<void> => {
        const last = number + more;
        const lane = async (): Promise<void> => {
          while (number < last) {
            number += 1;
            const kind = ROUND[number % ROUND.length] ?? 'at-once';
            const [call] = await answerCalls(bridge, outside, { from: number, count: 1 }, signal);
            if (call === undefined) continue;
            await visit(kind, call, visitors, signal).catch((error: unknown) => {
              signal.throwIfAborted();
              wrong.push(kind);
              progress(error instanceof Error ? error.message : String(error));
            });
          }
        };
        await Promise.all(Array.from({ length: LANES }, lane));
      };
      progress(`${WARM_UP_SESSIONS} sessions to warm up`);
      await open(WARM_UP_SESSIONS);
      const before = await probe.lookWhenQuiet(signal);
      const count = quick ? QUICK_SESSIONS : SESSIONS;
      const cpuBeforeMs = await bridge.cpuMs();
      let tookMs = 0;
      const openHalf = async (): Promise<void> => {
        const startMs = performance.now();
        for (let at = 0; at < count / 2; at += STEP_SESSIONS) {
          progress(`${STEP_SESSIONS} of ${count} sessions`);
          await open(STEP_SESSIONS);
        }
        tookMs += performance.now() - startMs;
      };
      await openHalf();
      const halfWay = await probe.lookWhenQuiet(signal);
      await openHalf();
      const cpuMs = ((await bridge.cpuMs()) ?? Number.NaN) - (cpuBeforeMs ?? Number.NaN);
      const after = await probe.lookWhenQuiet(signal);
      for (const [message, { times, first }] of bridge.complaints)
        progress(`${times} times ${message}, first ${first}`);
      const figure = (name: string, unit: string, value: number, rest: Partial<Figure> = {}): Figure => ({
        name: `${count} sessions opened and closed, ${name}`,
        unit,
        value,
        runs: [value],
        ...rest,
      });
      return [
        figure('sockets more than before', '', socketsOf(after) - socketsOf(before), {
          target: { max: SOCKETS_MORE_MAX },
          note: `${socketsOf(before)} before: kept connections`,
        }),
        figure('timers more than before', '', timersOf(after) - timersOf(before), {
          target: { max: TIMERS_MORE_MAX },
          note: `${timersOf(before)} before`,
        }),
        figure('memory left behind by each', 'bytes', ((memoryOf(after) - memoryOf(halfWay)) * 2) / count, {
          target: { max: BYTES_PER_SESSION_MAX },
          note: `of the second half, after garbage collection; ${mebibytes(memoryOf(before))} MiB before, ${mebibytes(memoryOf(after))} MiB after`,
        }),
        // Of all, the warm-up's included.
        figure('went otherwise than asked', '', wrong.length, {
          target: { max: 0 },
          ...(wrong.length > 0 ? { note: [...new Set(wrong)].join(', ') } : {}),
        }),
        figure('how fast', 'sessions/s', (count * MS_PER_S) / tookMs, {
          note: `${LANES} at a time`,
        }),
        figure("the bridge's CPU each", 'ms', cpuMs / count),
      ];
    } finally {
      await bridge.stop();
    }
  } finally {
    wheel.close();
    await outside.close();
  }
}

function mebibytes(bytes: number): string {
  return (bytes / 1_048_576).toFixed(1);
}
