import type { Log } from '#adapters/logging/logger';
import type { AgentCatalogue } from '#core/agent/agent';
import type { CallState } from '#core/call/state';
import type { KeySource } from '#core/conversation/key-sources';
import type { CallConnectionId } from '#core/ids';
import type { CallStore } from '#core/ports/call-store';
import type { CallerStore } from '#core/ports/caller-store';
import type { Clock } from '#core/ports/clock';
import type { CustomerDirectory } from '#core/ports/customer-directory';
import type { IdentityProof } from '#core/ports/identity-proof';
import type { RandomNumbers } from '#core/ports/random-numbers';
import type { SessionLease } from '#core/ports/session-store';
import type { SpeechToText } from '#core/ports/speech-to-text';
import type { Telemetry } from '#core/ports/telemetry';
import type { TextToSpeech } from '#core/ports/text-to-speech';
import type { FrameClock } from '../audio/frame-clock.ts';
import type { VoiceDetectors } from '../audio/voice-detector.ts';
import type { ErrandServices } from './errands.ts';
import type { HandoverServices } from './hand-over.ts';
import type { ToolServices } from './tool-runner.ts';

/** The members of a WebSocket that a media session uses. */
export interface MediaSocket {
  send(text: string): void;
  close(code: number, reason: string): void;
  /** Bytes handed over and not yet on the network. */
  readonly bufferedAmount: number;
}

/** What the calls of a bridge share. */
export interface SessionServices extends HandoverServices, ErrandServices {
  readonly agents: AgentCatalogue;
  readonly speechToText: SpeechToText;
  readonly textToSpeech: TextToSpeech;
  readonly calls: CallStore;
  /** Undefined when no source of customers is set. */
  readonly customers: CustomerDirectory | undefined;
  /** Whom the control plane has found. */
  readonly callers: CallerStore;
  /** Undefined when there is nothing to compare with: nobody can prove who they are. */
  readonly identityProof: IdentityProof | undefined;
  readonly random: RandomNumbers;
  /** Names the trunk of a call. */
  readonly trunkHeader: string;
  readonly tools: ToolServices;
  readonly detectors: VoiceDetectors;
  readonly frameClock: FrameClock;
  readonly telemetry: Telemetry;
  readonly keySource: KeySource;
  /** After so long without a frame a stream that had begun is given up; 0: never. */
  readonly mediaSilenceMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a media session begins with. */
export interface SessionStart {
  /** The call row, read before the socket was accepted. */
  readonly call: Exclude<CallState, { phase: 'ended' }>;
  readonly connectionId: CallConnectionId;
  /** The session row, claimed for this media session; with what an earlier one knew when the stream was lost and has come back. */
  readonly lease: SessionLease;
}

/** Why a media session ended. */
export type SessionEnd = 'socket-closed' | 'call-ended' | 'hung-up' | 'silent' | 'replaced' | 'drained' | 'broken';
