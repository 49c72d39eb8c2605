import * as z from 'zod';
import type { Clock } from '#core/ports/clock';
import { PortError, type PortName } from '#core/ports/error';
import { untilAborted } from '#core/until-aborted';
import type { Log } from '../logging/logger.ts';
import type { Access } from './access.ts';
import type { Connections } from './connections.ts';
import { exchange } from './exchange.ts';

/** Longer than a look-up may take: who asks next finds the token there. */
const REQUEST_BUDGET_MS = 5_000;
/** Of a token whose life nobody says (RFC 6749 section 5.1 recommends to). */
const LIFE_DEFAULT_S = 300;
const LIFE_MAX_S = 86_400;
/** Renewed so long before its end, while the old one is still good: nobody waits for it. */
const RENEW_BEFORE_MS = 60_000;
/** Of a token of short life. */
const RENEW_BEFORE_PART = 0.25;
/** After a renewal that failed, so long before the next. */
const RENEW_AGAIN_AFTER_MS = 5_000;

const tokenAnswer = z.object({
  access_token: z
    .string()
    .max(16_000)
    .regex(/^[\u{21}-\u{7e}]+$/u),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: z.coerce.number().min(0).optional().catch(undefined),
});

export interface AccessTokens {
  /** A token that is good now. Throws `PortError`, and the signal's reason. */
  get(signal: AbortSignal): Promise<string>;
  /** The service has refused this one: the next `get` asks for another. */
  refused(token: string): void;
}

interface Token {
  readonly text: string;
  readonly renewAtMs: number;
  readonly endsAtMs: number;
}

export interface AccessTokenOptions {
  /** Whose errors these are. */
  readonly port: PortName;
  readonly access: Extract<Access, { by: 'client-credentials' }>;
  readonly connections: Connections;
  readonly clock: Clock;
  readonly log: Log;
}

/** Tokens by client credentials: one kept, one request under way at most, whoever asks. */
export function accessTokens({ port, access, connections, clock, log }: AccessTokenOptions): AccessTokens {
  let kept: Token | undefined;
  let underWay: Promise<Token> | undefined;

  const fetchToken = (): Promise<Token> => {
    underWay ??= requestToken(port, access, connections, clock)
      .then((token) => (kept = token))
      .finally(() => (underWay = undefined));
    return underWay;
  };

  return {
    get: async (signal) => {
      const nowMs = clock.monotonicMs();
      if (kept === undefined || nowMs >= kept.endsAtMs) return (await untilAborted(fetchToken(), signal)).text;
      const current = kept;
      if (nowMs >= current.renewAtMs && underWay === undefined) {
        fetchToken().catch((error: unknown) => {
          if (kept === current) kept = { ...current, renewAtMs: clock.monotonicMs() + RENEW_AGAIN_AFTER_MS };
          log.warn({ port, err: error }, 'service token not renewed');
        });
      }
      return current.text;
    },
    refused: (token) => {
      if (kept?.text === token) kept = undefined;
    },
  };
}

async function requestToken(
  port: PortName,
  { tokenUrl, clientId, clientSecret, scope }: AccessTokenOptions['access'],
  connections: Connections,
  clock: Clock,
): Promise<Token> {
  // RFC 6749 section 2.3.1: both encoded as in a form before they are joined.
  const encoded = [clientId, clientSecret].map((text) => new URLSearchParams({ '': text }).toString().slice(1));
  const budget = AbortSignal.timeout(REQUEST_BUDGET_MS);
  const sent = {
    method: 'POST',
    url: tokenUrl,
    headers: {
      authorization: `Basic ${Buffer.from(encoded.join(':')).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      ...(scope === undefined ? {} : { scope }),
    }).toString(),
  };
  const requestedAtMs = clock.monotonicMs();
  const { status, body, retryAfterMs } = await exchange(connections, sent, budget).catch((error: unknown) => {
    throw failure(port, budget.aborted ? `no answer within ${REQUEST_BUDGET_MS} ms` : 'no response', {
      retryable: true,
      cause: error,
    });
  });
  if (status !== 200) {
    throw failure(port, String(status), {
      retryable: status >= 500 || status === 429,
      status,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }
  const reading = readToken(body);
  if (reading === undefined) throw failure(port, 'unreadable answer', { retryable: false });
  const lifeMs = Math.min(reading.expires_in ?? LIFE_DEFAULT_S, LIFE_MAX_S) * 1_000;
  return {
    text: reading.access_token,
    renewAtMs: requestedAtMs + lifeMs - Math.min(RENEW_BEFORE_MS, lifeMs * RENEW_BEFORE_PART),
    endsAtMs: requestedAtMs + lifeMs,
  };
}

function readToken(body: string): z.output<typeof tokenAnswer> | undefined {
  try {
    return tokenAnswer.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}

function failure(port: PortName, problem: string, details: ConstructorParameters<typeof PortError>[2]): PortError {
  return new PortError(port, `token: ${problem}`, details);
}
