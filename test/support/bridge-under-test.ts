import { systemRandom } from '#adapters/random/random-numbers';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { pino } from 'pino';
import { acsTokenValidator } from '#adapters/acs-tokens/token-validator';
import { makeTicket } from '#adapters/acs-tokens/ticket';
import { systemClock } from '#adapters/clock/system-clock';
import { noTelemetry } from '#adapters/telemetry/no-telemetry';
import { httpTools } from '#adapters/http-tools/http-tools';
import { levelDbfs } from '#core/audio/level';
import type { CallState } from '#core/call/state';
import type { CallId } from '#core/ids';
import { FrameClock } from '../../media-bridge/audio/frame-clock.ts';
import { startBridge, type Bridge, type BridgeServices } from '../../media-bridge/server.ts';
import { callIn } from './call.ts';
import { startHttpRecorder } from './http-recorder.ts';
import { memoryCallBackRequests } from './memory-call-back-requests.ts';
import { memoryCallStore, type MemoryCallStore } from './memory-call-store.ts';
import { memoryCallerStore } from './memory-caller-store.ts';
import { memorySessionStore, type MemorySessionStore } from './memory-session-store.ts';
import { scriptedCallControl, type ScriptedCallControl } from './scripted-call-control.ts';
import { scriptedLanguageModel, type ScriptedLanguageModel } from './scripted-language-model.ts';
import { scriptedSpeechToText, type ScriptedSpeechToText } from './scripted-speech-to-text.ts';
import { scriptedTextToSpeech, type ScriptedTextToSpeech } from './scripted-text-to-speech.ts';
import { agentWith, onlyAgent } from './turn-play.ts';

export const ISSUER = 'https://acscallautomation.communication.azure.com';
export const AUDIENCE = 'a7c5e5ae-0000-4000-8000-2b6c1f5d7e90';
export const TICKET_SECRET = 'a secret of at least thirty-two characters';

export type BridgeLine = Readonly<Record<string, unknown>> & { readonly msg: string };

export interface TokenClaims {
  readonly issuer?: string;
  readonly audience?: string;
  readonly expiresInS?: number;
  /** Signs with a key nobody published. */
  readonly byStranger?: boolean;
}

export interface BridgeUnderTest {
  readonly bridge: Bridge;
  readonly calls: MemoryCallStore;
  readonly sessions: MemorySessionStore;
  readonly control: ScriptedCallControl;
  readonly model: ScriptedLanguageModel;
  readonly ears: ScriptedSpeechToText;
  readonly voice: ScriptedTextToSpeech;
  readonly lines: readonly BridgeLine[];
  /** Voice detectors made and not given back. */
  readonly openDetectors: number;
  /** The next line with this message, or one that is there already. */
  line(msg: string, matches?: (line: BridgeLine) => boolean): Promise<BridgeLine>;
  /** A call row in this state; the call whose media has just come up, when nothing is said. */
  putCall(state?: CallState): Promise<CallState>;
  token(claims?: TokenClaims): Promise<string>;
  ticket(callId: CallId, expiresInMs?: number): string;
  /** Where ACS would connect to, with a good ticket. */
  mediaUrl(callId: CallId, ticket?: string): string;
  close(): Promise<void>;
}

const noHttpTools = httpTools(
  [],
  { hosts: [], addresses: [], secrets: new Map(), allowInsecure: false },
  pino({ level: 'silent' }),
);

async function rsaKey(kid: string): Promise<{ privateKey: CryptoKey; jwk: Record<string, unknown>; kid: string }> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' } };
}

/** The bridge's real server and sessions with scripted services behind, and a key server in front. */
export async function startBridgeUnderTest(changes: Partial<BridgeServices> = {}): Promise<BridgeUnderTest> {
  const [key, stranger] = await Promise.all([rsaKey('key-1'), rsaKey('key-of-a-stranger')]);
  const keys = await startHttpRecorder();
  keys.respond({ status: 200, json: { keys: [key.jwk] } });
  const lines: BridgeLine[] = [];
  const waiters = new Set<() => void>();
  const log = pino(
    { level: 'debug' },
    {
      write: (text) => {
        lines.push(JSON.parse(text) as BridgeLine);
        for (const waiter of waiters) waiter();
      },
    },
  );
  const clock = systemClock();
  const [calls, sessions, control] = [memoryCallStore(), memorySessionStore(), scriptedCallControl()];
  const [model, ears, voice] = [scriptedLanguageModel(), scriptedSpeechToText(), scriptedTextToSpeech()];
  let openDetectors = 0;
  const bridge = await startBridge('127.0.0.1', 0, {
    agents: onlyAgent(agentWith()),
    validateToken: acsTokenValidator({ issuer: ISSUER, audience: AUDIENCE, jwksUrl: `${keys.url}/calling/keys` }),
    missingToken: 'refused',
    // Tests send frames when they have something to say.
    mediaSilenceMs: 0,
    ticketSecret: TICKET_SECRET,
    callbackBaseUrl: 'https://functions/api',
    keySource: 'media',
    transfer: { headerPrefix: 'X-', callerId: 'none' },
    calls,
    sessions,
    customers: undefined,
    // The bridge asks the directory itself.
    callers: memoryCallerStore({ kind: 'failed' }),
    identityProof: undefined,
    random: systemRandom,
    trunkHeader: 'trunk',
    queueStatus: undefined,
    callBacks: memoryCallBackRequests(),
    tools: { httpTools: noHttpTools, customers: undefined, knowledge: undefined, log },
    control,
    model,
    speechToText: ears,
    textToSpeech: voice,
    detectors: () => {
      openDetectors += 1;
      let open = true;
      return {
        played: () => undefined,
        judge: (frame) => (levelDbfs(frame) > -40 ? 'voice' : 'silence'),
        close: () => {
          if (open) openDetectors -= 1;
          open = false;
        },
      };
    },
    frameClock: new FrameClock(clock),
    telemetry: noTelemetry,
    clock,
    log,
    ...changes,
  });
  const ticket = (callId: CallId, expiresInMs = 60_000): string =>
    makeTicket(TICKET_SECRET, 'media', callId, Date.now() + expiresInMs);
  return {
    bridge,
    calls,
    sessions,
    control,
    model,
    ears,
    voice,
    lines,
    get openDetectors() {
      return openDetectors;
    },
    line: (msg, matches = () => true) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = lines.find((line) => line.msg === msg && matches(line));
          if (found === undefined) return;
          waiters.delete(look);
          resolve(found);
        };
        waiters.add(look);
        look();
      }),
    putCall: async (state = callIn.talking) => {
      const { signal } = new AbortController();
      const before = await calls.load(state.offer.callId, signal);
      await (before === undefined ? calls.create(state, signal) : calls.replace(before, state, signal));
      return state;
    },
    token: async ({ issuer = ISSUER, audience = AUDIENCE, expiresInS = 300, byStranger = false } = {}) => {
      const { kid, privateKey } = byStranger ? stranger : key;
      const nowS = Math.floor(Date.now() / 1000);
      const token = await new SignJWT()
        .setProtectedHeader({ alg: 'RS256', kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setExpirationTime(nowS + expiresInS)
        .sign(privateKey);
      return `Bearer ${token}`;
    },
    ticket,
    mediaUrl: (callId, given = ticket(callId)) =>
      `${bridge.url.replace('http:', 'ws:')}/media/${callId}${given === '' ? '' : `?ticket=${given}`}`,
    close: async () => {
      await bridge.close(0);
      await keys.close();
    },
  };
}
