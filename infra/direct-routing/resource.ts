import { SipRoutingClient } from '@azure/communication-phone-numbers';
import type { CallControlConfig } from '#adapters/call-automation/settings';
import { lazyAzureCredential } from '#adapters/identity/lazy-credential';
import type { Change, RoutingState } from './plan.ts';
import { readHealth, tryNumber, type PreviewAnswer, type PreviewHealth, type RoutingClient } from './preview.ts';
import type { Route } from './routing-file.ts';

/** One request, with what retries the SDK makes. */
const REQUEST_TIMEOUT_MS = 30_000;

/** The routing of one Communication Services resource, or of the edge. Throws what the SDK throws. */
export interface RoutedResource {
  read(): Promise<RoutingState>;
  /** Trunks that come, then the routes, then trunks that go: at no moment does a route name a trunk that is not there. */
  apply(changes: readonly Change[], wanted: RoutingState): Promise<void>;
  health(): Promise<PreviewAnswer<PreviewHealth>>;
  /** The routes of `state` that the resource itself says `number` takes, in order. */
  routesTaken(number: string, state: RoutingState): Promise<PreviewAnswer<readonly Route[]>>;
}

export function routedResource({
  endpoint,
  accessKey,
}: Pick<CallControlConfig, 'endpoint' | 'accessKey'>): RoutedResource {
  const clientWith: RoutingClient = (additionalPolicies = []) => {
    const options = { allowInsecureConnection: endpoint.startsWith('http://'), additionalPolicies };
    return accessKey === undefined
      ? new SipRoutingClient(endpoint, lazyAzureCredential(), options)
      : new SipRoutingClient(endpoint, { key: accessKey }, options);
  };
  const client = clientWith([]);
  const bounded = () => ({ abortSignal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
  return {
    read: async () => {
      const trunks = await all(client.listTrunks(bounded()));
      const routes = await all(client.listRoutes(bounded()));
      return {
        trunks: trunks.map(({ fqdn, sipSignalingPort }) => ({ fqdn: fqdn.toLowerCase(), port: sipSignalingPort })),
        routes: routes.map((route) => ({
          name: route.name,
          description: route.description ?? '',
          numberPattern: route.numberPattern,
          trunks: (route.trunks ?? []).map((fqdn) => fqdn.toLowerCase()),
        })),
      };
    },
    apply: async (changes, wanted) => {
      for (const change of changes) {
        if (change.kind === 'add-trunk' || change.kind === 'change-trunk')
          await client.setTrunk({ fqdn: change.trunk.fqdn, sipSignalingPort: change.trunk.port }, bounded());
      }
      if (changes.some(({ kind }) => kind.endsWith('-route'))) {
        await client.setRoutes(
          wanted.routes.map(({ name, description, numberPattern, trunks }) => ({
            name,
            numberPattern,
            trunks: [...trunks],
            ...(description === '' ? {} : { description }),
          })),
          bounded(),
        );
      }
      for (const change of changes)
        if (change.kind === 'remove-trunk') await client.deleteTrunk(change.trunk.fqdn, bounded());
    },
    health: () => readHealth(clientWith, bounded().abortSignal),
    routesTaken: (number, state) => tryNumber(clientWith, number, state, bounded().abortSignal),
  };
}

async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of pages) found.push(item);
  return found;
}
