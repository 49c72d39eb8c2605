import type { IncomingMessage } from 'node:http';
import type { HttpFunction } from '../app/functions.ts';
import { comparePrecedence, matchRoute } from '../http/route-template.ts';
import type { Invocation } from '../worker/functions-worker.ts';
import type { RpcHttpRequest } from '../worker/rpc.ts';

export type RouteResult =
  | { readonly kind: 'found'; readonly target: HttpFunction; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: 'method-not-allowed'; readonly allow: readonly string[] }
  | { readonly kind: 'not-found' };

/** Finds the function for a method and a path without the route prefix. */
export function findRoute(functions: readonly HttpFunction[], method: string, path: string): RouteResult {
  const allow = new Set<string>();
  const byPrecedence = [...functions].sort((one, other) => comparePrecedence(one.route, other.route));
  for (const target of byPrecedence) {
    const params = matchRoute(target.route, path);
    if (!params) continue;
    if (target.methods.includes(method)) return { kind: 'found', target, params };
    for (const allowed of target.methods) allow.add(allowed);
  }
  return allow.size > 0 ? { kind: 'method-not-allowed', allow: [...allow] } : { kind: 'not-found' };
}

/** `baseUrl` stands in for a Host header that makes no URL. */
export function httpInvocation(
  { functionName, binding }: HttpFunction,
  request: IncomingMessage,
  params: Readonly<Record<string, string>>,
  bytes: Buffer,
  baseUrl: string,
): Invocation {
  const headers = Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
  const target = request.url ?? '/';
  const url = URL.parse(target, `http://${headers['host'] ?? ''}`) ?? URL.parse(target, baseUrl) ?? new URL(baseUrl);
  const http: RpcHttpRequest = {
    method: request.method ?? 'GET',
    url: url.href,
    headers,
    query: Object.fromEntries(url.searchParams),
    params,
    ...(bytes.byteLength === 0 ? {} : { body: { bytes } }),
  };
  const traceParent = headers['traceparent'];
  const traceState = headers['tracestate'];
  return {
    functionId: functionName,
    inputData: [{ name: binding, data: { http } }],
    triggerMetadata: {},
    ...(traceParent === undefined
      ? {}
      : { traceContext: traceState === undefined ? { traceParent } : { traceParent, traceState } }),
  };
}
