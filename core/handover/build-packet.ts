import * as z from 'zod';
import type { CallOffer } from '../call/offer.ts';
import type { TranscriptTurn } from '../conversation/transcript.ts';
import { customerOf, type CallerIdentity } from '../identity/caller-identity.ts';
import { clip, plainText } from '../plain-text.ts';
import { headerValue } from './inbound-headers.ts';
import type { HandoverPacket, HandoverReason } from './packet.ts';
import type { LanguagePack } from '../language/pack.ts';
import { redact } from '../redaction/redact.ts';
import { redactTurns } from '../redaction/redact-turns.ts';

/** Longer than a header takes; the session row keeps the rest. */
const SUMMARY_MAX_CHARS = 600;
const INTENT_MAX_CHARS = 80;
/** Of the caller's own words, where no model has put them shorter: they have to fit into a header beside the rest. */
const LAST_WORDS_MAX_CHARS = 300;

/** Of a model's words: far more than it is asked for. */
const READ_MAX_CHARS = 5_000;
/** Of the turns before a hand-over: what is told of them fits into a header. */
const TURNS_MAX = 60;

/** What is known of a call when a packet is built. */
export interface PacketFacts {
  readonly offer: CallOffer;
  readonly reason: HandoverReason;
  readonly turns: readonly TranscriptTurn[];
  readonly identity: CallerIdentity;
  readonly language: string;
  /** Languages in which a number may have been said. */
  readonly packs: readonly LanguagePack[];
  /** Canonical names of the headers that say why the IVR sent the caller, and who they are. */
  readonly reasonHeader: string;
  readonly customerIdHeader: string;
}

/** What a model may add. Each field is a stranger's word: bounded and redacted before it is used. */
export interface PacketWords {
  readonly summary?: string | undefined;
  readonly intent?: string | undefined;
  readonly sentiment?: HandoverPacket['sentiment'] | undefined;
}

/** Builds the packet, with the model's words where there are any and the caller's own where not: a hand-over never waits for a model. */
export function buildPacket(facts: PacketFacts, words: PacketWords = {}): HandoverPacket {
  const { offer } = facts;
  return {
    contextId: offer.contextId,
    reason: facts.reason,
    intent: bounded(words.intent, INTENT_MAX_CHARS, facts) ?? fallbackIntent(facts),
    summary: bounded(words.summary, SUMMARY_MAX_CHARS, facts) ?? fallbackSummary(facts),
    sentiment: words.sentiment ?? 'unknown',
    language: facts.language,
    verified: facts.identity.kind === 'proven',
    customerId: customerOf(facts.identity)?.id ?? headerValue(offer.headers, facts.customerIdHeader),
  };
}

const modelWords = z.object({
  summary: z.string().optional().catch(undefined),
  intent: z.string().optional().catch(undefined),
  sentiment: z.enum(['positive', 'neutral', 'negative', 'unknown']).optional().catch(undefined),
});

/** A model's JSON, or the arguments of its tool call. Anything else is no words at all. Never throws. */
export function readPacketWords(json: string): PacketWords {
  const start = json.indexOf('{');
  const end = json.lastIndexOf('}');
  if (start < 0 || end < start) return {};
  try {
    return modelWords.safeParse(JSON.parse(json.slice(start, end + 1))).data ?? {};
  } catch {
    return {};
  }
}

function bounded(text: string | undefined, maxChars: number, { packs }: PacketFacts): string | undefined {
  // Cut after redaction: half a number is none that is known.
  const clean = plainText(redact(clip(plainText(text ?? ''), READ_MAX_CHARS), packs));
  return clean === '' ? undefined : clip(clean, maxChars);
}

function fallbackIntent(facts: PacketFacts): string {
  return bounded(headerValue(facts.offer.headers, facts.reasonHeader), INTENT_MAX_CHARS, facts) ?? '';
}

/** The caller's own last words, in the order they were said. */
function fallbackSummary(facts: PacketFacts): string {
  const reason = fallbackIntent(facts);
  const said = lastWords(redactTurns(facts.turns.slice(-TURNS_MAX), facts.packs));
  const parts = [reason === '' ? '' : `Sent for: ${reason}.`, said === '' ? '' : `The caller said: ${said}`];
  return parts.filter((part) => part !== '').join(' ') || 'The caller has not said why they call.';
}

/** As many of the last turns as fit; of one that is too long by itself, its beginning. */
function lastWords(turns: readonly TranscriptTurn[]): string {
  const kept: string[] = [];
  let chars = 0;
  for (const turn of turns.toReversed()) {
    if (turn.by !== 'caller') continue;
    const text = clip(plainText(clip(turn.text, LAST_WORDS_MAX_CHARS * 4)), LAST_WORDS_MAX_CHARS);
    chars += text.length + 1;
    if (kept.length > 0 && chars > LAST_WORDS_MAX_CHARS) break;
    kept.unshift(text);
  }
  return kept.join(' ').trim();
}
