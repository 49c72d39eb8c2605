import type { Clock } from '#core/ports/clock';
import { PortError, type PortName } from '#core/ports/error';
import type { Log } from '../logging/logger.ts';
import { guard } from '../resilience/guard.ts';
import type { Access } from './access.ts';
import { accessTokens, type AccessTokens } from './access-token.ts';
import type { ResolveHost } from './allowed-addresses.ts';
import { keptConnections, type Connections } from './connections.ts';
import { exchange, type Answer, type Exchange } from './exchange.ts';
import type { HostSettings } from './settings.ts';

/** What goes wrong on the way, and may go right at once. */
const CONNECTION_FAILURES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENETUNREACH', 'EAI_AGAIN']);

/** How a service is asked: each kind of service says more about itself. */
export interface ServiceSettings {
  readonly access: Access;
  readonly hosts: HostSettings;
  /** For one question, with its token and whatever is tried again. */
  readonly timeoutMs: number;
}

export interface OpenService<Settings extends ServiceSettings> {
  readonly settings: Settings;
  /**
   * One question within its time-out: any answer but a refusal of ours, a redirect or a failure of theirs. A GET whose connection failed is sent once
   * more; what was refused for its token, once more with a fresh one. Throws `PortError` of the port, and the signal's reason.
   */
  ask(port: PortName, question: Pick<Exchange, 'method' | 'url' | 'body'>, signal: AbortSignal): Promise<Answer>;
  /** Closes the connections that are kept. */
  close(): void;
}

export interface ServiceSurroundings {
  /** What the service as a whole fails as. */
  readonly port: PortName;
  readonly clock: Clock;
  readonly log: Log;
  readonly resolve?: ResolveHost;
}

/** Connections, access and health of one service, shared by whatever asks it. */
export function openService<Settings extends ServiceSettings>(
  settings: Settings,
  { port: own, clock, log, resolve }: ServiceSurroundings,
): OpenService<Settings> {
  const { access, hosts, timeoutMs } = settings;
  const connections = keptConnections(hosts.addresses, resolve);
  const tokens =
    access.by === 'client-credentials' ? accessTokens({ port: own, access, connections, clock, log }) : undefined;
  const health = guard(own, clock, log);

  return {
    settings,
    ask: async (port, question, signal) => {
      try {
        return await health.run(async () => {
          const timeOut = AbortSignal.timeout(timeoutMs);
          try {
            const bounded = AbortSignal.any([signal, timeOut]);
            return checked(own, await authorised(question, { settings, tokens, connections }, bounded));
          } catch (error) {
            signal.throwIfAborted();
            if (error instanceof PortError) throw error;
            const problem = timeOut.aborted ? `no answer within ${timeoutMs} ms` : 'no response';
            throw new PortError(own, problem, { retryable: true, cause: error });
          }
        }, signal);
      } catch (error) {
        throw error instanceof PortError ? ofPort(port, error) : error;
      }
    },
    close: () => connections.close(),
  };
}

interface Means {
  readonly settings: ServiceSettings;
  readonly tokens: AccessTokens | undefined;
  readonly connections: Connections;
}

async function authorised(
  question: Pick<Exchange, 'method' | 'url' | 'body'>,
  { settings: { access }, tokens, connections }: Means,
  signal: AbortSignal,
): Promise<Answer> {
  const fixed: Readonly<Record<string, string>> = access.by === 'key' ? { [access.header]: access.value } : {};
  if (tokens === undefined) return twiceAtMost({ ...question, headers: fixed }, connections, signal);
  for (let isFresh = false; ; isFresh = true) {
    const token = await tokens.get(signal);
    const sent = { ...question, headers: { authorization: `Bearer ${token}` } };
    const answer = await twiceAtMost(sent, connections, signal);
    if (answer.status !== 401 || isFresh) return answer;
    tokens.refused(token);
  }
}

async function twiceAtMost(sent: Exchange, connections: Connections, signal: AbortSignal): Promise<Answer> {
  try {
    return await exchange(connections, sent, signal);
  } catch (error) {
    signal.throwIfAborted();
    const code = (error as NodeJS.ErrnoException).code ?? '';
    // Anything but a GET may have been done although its answer is lost.
    if (sent.method !== 'GET' || !CONNECTION_FAILURES.has(code)) throw error;
    return exchange(connections, sent, signal);
  }
}

/** A redirect is no answer: it would take what proves us to a host that is not listed. */
function checked(own: PortName, answer: Answer): Answer {
  const { status, retryAfterMs } = answer;
  const isAnswer = (status >= 200 && status <= 299) || (status >= 400 && status <= 499);
  if (isAnswer && ![401, 403, 408, 429].includes(status)) return answer;
  throw new PortError(own, String(status), {
    retryable: status >= 500 || status === 408 || status === 429,
    status,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function ofPort(port: PortName, error: PortError): PortError {
  if (error.port === port) return error;
  const { retryable, status, code, retryAfterMs } = error;
  return new PortError(port, error.message.slice(error.port.length + 2), {
    retryable,
    cause: error,
    ...(status === undefined ? {} : { status }),
    ...(code === undefined ? {} : { code }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}
