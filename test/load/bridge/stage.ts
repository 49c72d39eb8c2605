import { Ledger } from '../services/ledger.ts';
import { startOutside, type Outside } from '../services/outside.ts';
import { startBridgeProcess, type BridgeOptions, type BridgeProcess } from './bridge-process.ts';
import { answerCalls } from './call-rows.ts';
import { Caller, type Background } from './caller.ts';
import { FrameWheel } from './frame-wheel.ts';
import type { PaceFindings } from './pace.ts';
import { agentVoice } from './words.ts';

/** Calls come in one after the other: a whole office does not ring in the same millisecond. */
const CALLS_PER_SECOND = 20;

/** A bridge with everything around it, and callers on demand. */
export interface Stage {
  readonly bridge: BridgeProcess;
  readonly outside: Outside;
  readonly ledger: Ledger;
  readonly wheel: FrameWheel;
  /** Connects so many more callers, one after the other. `backgrounds`, one for each caller who has one from the beginning on. */
  call(
    count: number,
    pace: PaceFindings,
    signal: AbortSignal,
    backgrounds?: readonly (Background | undefined)[],
  ): Promise<Caller[]>;
  close(): Promise<void>;
}

export async function openStage(options: BridgeOptions, signal: AbortSignal): Promise<Stage> {
  const ledger = new Ledger();
  const voice = agentVoice();
  const outside = await startOutside(ledger, Buffer.from(voice.buffer, voice.byteOffset, voice.byteLength));
  const wheel = new FrameWheel();
  const callers: Caller[] = [];
  let numbers = 1;
  const bridge = await startBridgeProcess(outside.environment, options, signal).catch(async (error: unknown) => {
    await outside.close();
    throw error;
  });
  return {
    bridge,
    outside,
    ledger,
    wheel,
    call: async (count, pace, stop, backgrounds) => {
      const places = await answerCalls(bridge, outside, { from: numbers, count }, stop);
      numbers += count;
      const made: Caller[] = [];
      for (const call of places) {
        const background = backgrounds?.[made.length];
        const { headers } = outside;
        const caller = new Caller({ call, of: count, ledger, wheel, headers, pace, background });
        callers.push(caller);
        made.push(caller);
        await caller.connect();
        await pause(1_000 / CALLS_PER_SECOND, stop);
      }
      return made;
    },
    close: async () => {
      for (const caller of callers) caller.close();
      wheel.close();
      await bridge.stop();
      await outside.close();
    },
  };
}

/** Throws the signal's reason. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
