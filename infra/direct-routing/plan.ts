import type { Route, Trunk } from './routing-file.ts';

/** What the resource has, or shall have. */
export interface RoutingState {
  readonly trunks: readonly Trunk[];
  /** In order: the first that fits a number is tried first. */
  readonly routes: readonly Route[];
}

export type Change =
  | { readonly kind: 'add-trunk'; readonly trunk: Trunk }
  | { readonly kind: 'change-trunk'; readonly trunk: Trunk; readonly formerPort: number }
  | { readonly kind: 'remove-trunk'; readonly trunk: Trunk }
  | { readonly kind: 'add-route'; readonly route: Route; readonly place: number }
  | { readonly kind: 'change-route'; readonly route: Route; readonly former: Route }
  | { readonly kind: 'move-route'; readonly route: Route; readonly place: number; readonly formerPlace: number }
  | { readonly kind: 'remove-route'; readonly route: Route };

/** What has to change, in the order in which it is done: routes never name a trunk that is not there. Empty when nothing has to. Pure. */
export function planOf(now: RoutingState, wanted: RoutingState): readonly Change[] {
  const trunkNow = new Map(now.trunks.map((trunk) => [trunk.fqdn, trunk]));
  const trunkWanted = new Set(wanted.trunks.map(({ fqdn }) => fqdn));
  return [
    ...wanted.trunks.flatMap((trunk): Change[] => {
      const former = trunkNow.get(trunk.fqdn);
      if (former === undefined) return [{ kind: 'add-trunk', trunk }];
      return former.port === trunk.port ? [] : [{ kind: 'change-trunk', trunk, formerPort: former.port }];
    }),
    ...routeChanges(now.routes, wanted.routes),
    ...now.trunks
      .filter(({ fqdn }) => !trunkWanted.has(fqdn))
      .map((trunk): Change => ({ kind: 'remove-trunk', trunk })),
  ];
}

function routeChanges(now: readonly Route[], wanted: readonly Route[]): Change[] {
  const former = new Map(now.map((route) => [route.name, route]));
  const names = wanted.map(({ name }) => name);
  // Places among those that stay: what is added or removed before a route does not move it.
  const staying = now.filter(({ name }) => names.includes(name)).map(({ name }) => name);
  const kept = names.filter((name) => former.has(name));
  return [
    ...wanted.flatMap((route, place): Change[] => {
      const before = former.get(route.name);
      if (before === undefined) return [{ kind: 'add-route', route, place }];
      const changed: Change[] = isSame(before, route) ? [] : [{ kind: 'change-route', route, former: before }];
      const formerPlace = staying.indexOf(route.name);
      const moved: Change[] =
        formerPlace === kept.indexOf(route.name) ? [] : [{ kind: 'move-route', route, place, formerPlace }];
      return [...changed, ...moved];
    }),
    ...now.filter(({ name }) => !names.includes(name)).map((route): Change => ({ kind: 'remove-route', route })),
  ];
}

function isSame(one: Route, other: Route): boolean {
  return (
    one.description === other.description &&
    one.numberPattern === other.numberPattern &&
    one.trunks.join() === other.trunks.join()
  );
}

/** The routes that a dialled number takes, in the order in which they are tried: the next one when all trunks of one are down (acs-facts 7.1). */
export function routesFor(number: string, routes: readonly Route[]): readonly Route[] {
  return routes.filter(({ numberPattern }) => new RegExp(numberPattern).test(number));
}
