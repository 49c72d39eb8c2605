import {
  IncomingRequestMessage,
  LoggerFactory,
  Parser,
  URI,
  UserAgentCore,
  type IncomingInviteRequest,
  type IncomingResponseMessage,
} from 'sip.js/lib/core/index.js';
import { Flows, type Flow, type SipTransport } from './flow.ts';

/** One message as it went over the wire. */
export interface SipTrace {
  readonly atMs: number;
  readonly direction: 'in' | 'out';
  /** Which of our endpoints: the SBC or a queue's phone. */
  readonly endpoint: string;
  readonly remote: string;
  readonly startLine: string;
  readonly callId: string;
  readonly cseq: string;
  readonly message: string;
}

interface EndpointOptions {
  /** For the trace and the User-Agent header. */
  readonly name: string;
  /** The FQDN in Contact, From and Via. */
  readonly domain: string;
  readonly host: string;
  readonly ports?: { readonly tcp: number; readonly udp: number };
  readonly onTrace?: (trace: SipTrace) => void;
  /** An INVITE that begins a call. The core is this call's own. */
  readonly onInvite: (request: IncomingInviteRequest, call: CallCore) => void;
}

/** One call's SIP engine: all its transactions and dialogs, and nothing of any other call. */
export interface CallCore {
  readonly core: UserAgentCore;
  readonly flow: Flow;
  /** Aborts when the connection breaks or the endpoint closes. */
  readonly lost: AbortSignal;
  /** Everything of this call stops: timers, transactions, dialogs. */
  dispose(): void;
}

const MANDATORY_HEADERS = ['via', 'from', 'to', 'call-id', 'cseq'];

/** What a disposed call still answers: a retransmitted BYE or a late OPTIONS must not be met with silence. */
const LINGER_MS = 5_000;

/**
 * A SIP user agent: sockets, and one sip.js core a call. A core a call keeps calls apart, makes cleaning up one `dispose`, and
 * lets the SBC answer for any number (sip.js checks that the Request-URI's user is its own).
 */
export class SipEndpoint {
  readonly #options: EndpointOptions;
  readonly #calls = new Map<string, { readonly call: CallCore; readonly loss: AbortController }>();
  readonly #lingering = new Set<NodeJS.Timeout>();
  readonly #loggers = silentLoggers();
  #flows: Flows | undefined;

  private constructor(options: EndpointOptions) {
    this.#options = options;
  }

  static async start(options: EndpointOptions): Promise<SipEndpoint> {
    const endpoint = new SipEndpoint(options);
    endpoint.#flows = await Flows.listen(options.host, options.ports ?? { tcp: 0, udp: 0 }, {
      onMessage: (message, flow) => endpoint.#receive(message, flow),
      onFlowLost: (flow) => endpoint.#dropFlow(flow),
    });
    return endpoint;
  }

  get host(): string {
    return this.#options.host;
  }

  get domain(): string {
    return this.#options.domain;
  }

  port(transport: SipTransport): number {
    const flows = this.#openFlows();
    return transport === 'tcp' ? flows.tcpPort : flows.udpPort;
  }

  /** An engine for a new call to the peer at `host:port`. `user` is the user part of our Contact. */
  async open(
    callId: string,
    user: string,
    to: { transport: SipTransport; host: string; port: number },
  ): Promise<CallCore> {
    const flow = await this.#openFlows().to(to.transport, to.host, to.port);
    return this.#makeCall(callId, user, flow);
  }

  async close(): Promise<void> {
    const flows = this.#flows;
    if (!flows) return;
    this.#flows = undefined;
    for (const timer of this.#lingering) clearTimeout(timer);
    for (const callId of [...this.#calls.keys()]) this.#lose(callId);
    await flows.close();
  }

  #openFlows(): Flows {
    if (!this.#flows) throw new Error(`SIP endpoint ${this.#options.name} is closed`);
    return this.#flows;
  }

  #makeCall(callId: string, user: string, flow: Flow): CallCore {
    const { domain, name, onInvite } = this.#options;
    const transport = flow.protocol === 'TCP' ? 'tcp' : 'udp';
    const port = this.port(transport);
    const uri = new URI('sip', user, domain, port, { transport });
    // sip.js compares users exactly, and a URI without one has `undefined` there, not the empty string.
    if (user === '') uri.user = undefined;
    const traced: Flow = {
      ...flow,
      send: (message) => {
        this.#trace('out', message, flow);
        return flow.send(message);
      },
    };
    const core = new UserAgentCore(
      {
        aor: uri,
        contact: { uri, pubGruu: undefined, tempGruu: undefined, toString: () => `<${uri.toString()}>` },
        displayName: '',
        loggerFactory: this.#loggers,
        hackViaTcp: false,
        routeSet: [],
        sipjsId: '',
        supportedOptionTags: ['histinfo'],
        supportedOptionTagsResponse: ['histinfo'],
        userAgentHeaderFieldValue: `${name}/1.0`,
        viaForceRport: true,
        viaHost: `${domain}:${port}`,
        authenticationFactory: () => undefined,
        transportAccessor: () => traced,
      },
      { onInvite: (request) => onInvite(request, call) },
    );
    const loss = new AbortController();
    const call: CallCore = { core, flow, lost: loss.signal, dispose: () => this.#retire(callId, call) };
    this.#calls.set(callId, { call, loss });
    return call;
  }

  #retire(callId: string, call: CallCore): void {
    if (this.#calls.get(callId)?.call !== call || !this.#flows) return;
    const timer = setTimeout(() => {
      this.#lingering.delete(timer);
      this.#lose(callId);
    }, LINGER_MS);
    timer.unref();
    this.#lingering.add(timer);
  }

  #dropFlow(flow: Flow): void {
    for (const [callId, { call }] of this.#calls) {
      if (call.flow === flow) this.#lose(callId);
    }
  }

  #lose(callId: string): void {
    const entry = this.#calls.get(callId);
    this.#calls.delete(callId);
    entry?.call.core.dispose();
    entry?.loss.abort();
  }

  #receive(text: string, flow: Flow): void {
    if (!this.#flows) return;
    const message = parse(text, this.#loggers);
    if (!message) return;
    this.#trace('in', text, flow);
    const known = this.#calls.get(message.callId)?.call;
    if (message instanceof IncomingRequestMessage) {
      const call = known ?? this.#makeCall(message.callId, message.ruri?.user ?? '', flow);
      call.core.receiveIncomingRequestFromTransport(message);
      // Without an INVITE there is no call to keep: an OPTIONS ping, a stray BYE.
      if (!known && message.method !== 'INVITE') this.#lose(message.callId);
    } else {
      known?.core.receiveIncomingResponseFromTransport(message);
    }
  }

  #trace(direction: 'in' | 'out', message: string, flow: Flow): void {
    const field = (name: string): string =>
      new RegExp(`^${name}[ \t]*:[ \t]*(.*)$`, 'im').exec(message)?.[1]?.trim() ?? '';
    this.#options.onTrace?.({
      atMs: Date.now(),
      direction,
      endpoint: this.#options.name,
      remote: flow.remote,
      startLine: message.slice(0, message.indexOf('\r\n')),
      callId: field('(?:call-id|i)'),
      cseq: field('cseq'),
      message,
    });
  }
}

/** `undefined` for what is no SIP message, or lacks what every message must have (RFC 3261 section 8.1.1). */
function parse(text: string, loggers: LoggerFactory): IncomingRequestMessage | IncomingResponseMessage | undefined {
  try {
    const message = Parser.parseMessage(text, loggers.getLogger('sip.parser'));
    return message && MANDATORY_HEADERS.every((name) => message.hasHeader(name)) ? message : undefined;
  } catch {
    return undefined;
  }
}

/** sip.js prints to the console unless told otherwise; the trace says what happened on the wire. */
function silentLoggers(): LoggerFactory {
  const factory = new LoggerFactory();
  factory.builtinEnabled = false;
  return factory;
}
