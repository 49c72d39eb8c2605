import type { SipRoutingClient, SipRoutingClientOptions } from '@azure/communication-phone-numbers';
import * as z from 'zod';
import type { RoutingState } from './plan.ts';
import type { Route } from './routing-file.ts';
import type { TrunkHealth } from './trunk-health.ts';

/** The version with health and tried numbers; the SDK's own (2023-03-01) has neither (acs-facts 7.2). */
export const PREVIEW_VERSION = '2024-11-15-preview';

/** What the service answers to a version or an operation that it does not have is not documented: any of these, a guess. */
const NOT_KNOWN_STATUSES: readonly unknown[] = [400, 404, 405, 501];

/** `not-known`: this resource does not speak the preview version; `reason` says how it put it. */
export type PreviewAnswer<T> =
  { readonly kind: 'answered'; readonly value: T } | { readonly kind: 'not-known'; readonly reason: string };

export interface PreviewHealth {
  /** By FQDN, as the service has it verified; true when it is in use. */
  readonly domains: ReadonlyMap<string, boolean>;
  readonly trunks: readonly TrunkHealth[];
}

/** A client whose requests `policy` may change before they are signed. */
export type RoutingClient = (policies: SipRoutingClientOptions['additionalPolicies']) => SipRoutingClient;

type Policy = NonNullable<SipRoutingClientOptions['additionalPolicies']>[number]['policy'];

interface Question {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** Values may be added by the service: a word is all that is asked of them. */
const word = z.string().regex(/^[A-Za-z]{1,64}$/);
const status = z.object({ status: word });

const configuration = z.object({
  domains: z.record(z.string().max(253), z.object({ enabled: z.boolean() })).default({}),
  trunks: z
    .record(
      z.string().max(253),
      z.object({
        health: z.object({ tls: status, ping: status, overall: status.extend({ reason: word.optional() }) }).optional(),
      }),
    )
    .default({}),
});

const routesForNumber = z.object({ matchingRoutes: z.array(z.object({ name: z.string() })).default([]) });

/** Throws what the SDK throws, but for a version that is not known; and when the answer is not as published. */
export async function readHealth(client: RoutingClient, signal: AbortSignal): Promise<PreviewAnswer<PreviewHealth>> {
  const question: Question = { method: 'GET', path: '/sip', query: { expand: 'trunks/health' } };
  return ask(client, question, signal, (answer) => {
    const { domains, trunks } = published(configuration, answer);
    return {
      domains: new Map(Object.entries(domains).map(([name, { enabled }]) => [name.toLowerCase(), enabled])),
      trunks: Object.entries(trunks).map(([fqdn, { health }]) => ({
        fqdn: fqdn.toLowerCase(),
        tls: health?.tls.status ?? 'unknown',
        ping: health?.ping.status ?? 'unknown',
        overall: health?.overall.status ?? 'unknown',
        reason: health?.overall.reason,
      })),
    };
  });
}

/** Which routes of `state` the resource itself would take `number` by, in order. Throws like `readHealth`. */
export async function tryNumber(
  client: RoutingClient,
  number: string,
  { trunks, routes }: RoutingState,
  signal: AbortSignal,
): Promise<PreviewAnswer<readonly Route[]>> {
  const question: Question = {
    method: 'POST',
    path: '/sip:testRoutesWithNumber',
    query: { targetPhoneNumber: number },
    body: {
      trunks: Object.fromEntries(trunks.map(({ fqdn, port }) => [fqdn, { sipSignalingPort: port }])),
      routes,
    },
  };
  return ask(client, question, signal, (answer) =>
    published(routesForNumber, answer).matchingRoutes.flatMap(
      ({ name }) => routes.find((one) => one.name === name) ?? [],
    ),
  );
}

/** The SDK has no call for these: one of its own is changed on its way, so that address, identity, signature and retries are its own. */
async function ask<T>(
  client: RoutingClient,
  question: Question,
  abortSignal: AbortSignal,
  read: (answer: string) => T,
): Promise<PreviewAnswer<T>> {
  let text = '';
  const policy: Policy = {
    name: 'previewOfSipRouting',
    sendRequest: async (request, next) => {
      const url = new URL(request.url);
      url.pathname = question.path;
      for (const [name, value] of Object.entries({ ...question.query, 'api-version': PREVIEW_VERSION }))
        url.searchParams.set(name, value);
      request.url = url.href;
      request.method = question.method;
      if (question.body !== undefined) {
        request.body = JSON.stringify(question.body);
        request.headers.set('content-type', 'application/json');
      }
      const response = await next(request);
      text = response.bodyAsText ?? '';
      return response;
    },
  };
  try {
    await client([{ position: 'perCall', policy }])
      .listTrunks({ abortSignal })
      .next();
  } catch (error) {
    const answered = statusOf(error);
    if (!NOT_KNOWN_STATUSES.includes(answered)) throw error;
    return { kind: 'not-known', reason: `HTTP ${answered}` };
  }
  return { kind: 'answered', value: read(text) };
}

function statusOf(error: unknown): number | undefined {
  const parsed = z.object({ statusCode: z.number() }).safeParse(error);
  return parsed.success ? parsed.data.statusCode : undefined;
}

function published<T>(schema: z.ZodType<T>, text: string): T {
  const read = schema.safeParse(jsonOf(text));
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new Error(
    `the resource answers what ${PREVIEW_VERSION} does not allow: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
  );
}

/** Undefined when it is none. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
