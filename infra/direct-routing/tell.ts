import { unreachable } from '#core/unreachable';
import type { Change, RoutingState } from './plan.ts';
import { PREVIEW_VERSION, type PreviewAnswer, type PreviewHealth } from './preview.ts';
import type { Route } from './routing-file.ts';
import { isUnknown, problemsOf } from './trunk-health.ts';

/** One line a change, as a person reads a diff: `+` comes, `-` goes, `~` changes. */
export function tellChange(change: Change): string {
  switch (change.kind) {
    case 'add-trunk':
      return `+ trunk  ${change.trunk.fqdn}:${change.trunk.port}`;
    case 'change-trunk':
      return `~ trunk  ${change.trunk.fqdn}: port ${change.formerPort} -> ${change.trunk.port}`;
    case 'remove-trunk':
      return `- trunk  ${change.trunk.fqdn}:${change.trunk.port}`;
    case 'add-route':
      return `+ route  ${change.place + 1}. ${tellRoute(change.route)}`;
    case 'change-route':
      return `~ route  ${tellRoute(change.former)}\n     now  ${tellRoute(change.route)}`;
    case 'move-route':
      return `~ route  ${change.route.name}: tried ${change.place < change.formerPlace ? 'earlier' : 'later'}, as number ${change.place + 1}`;
    case 'remove-route':
      return `- route  ${tellRoute(change.route)}`;
    default:
      return unreachable(change);
  }
}

export function tellState({ trunks, routes }: RoutingState): string {
  const trunkLines = trunks.map(({ fqdn, port }) => `  ${fqdn}:${port}`);
  const routeLines = routes.map((route, place) => `  ${place + 1}. ${tellRoute(route)}`);
  return [
    `trunks: ${trunks.length}`,
    ...trunkLines,
    `routes, in the order in which they are tried: ${routes.length}`,
    ...routeLines,
  ].join('\n');
}

export function tellRoute({ name, numberPattern, trunks }: Route): string {
  return `${name}: ${numberPattern} -> ${trunks.length === 0 ? 'no trunk' : trunks.join(', ')}`;
}

export function tellHealth(answer: PreviewAnswer<PreviewHealth>): string {
  if (answer.kind === 'not-known')
    return `health of the SBCs: not told, the resource does not speak ${PREVIEW_VERSION} (${answer.reason})`;
  const { domains, trunks } = answer.value;
  const domainNames = [...domains].map(([name, enabled]) => (enabled ? name : `${name} (not enabled)`));
  return [
    ...(domainNames.length === 0 ? [] : [`domains: ${domainNames.join(', ')}`]),
    `health of the SBCs, as the resource tells it (${PREVIEW_VERSION}):`,
    ...trunks.flatMap((trunk) => [
      `  ${trunk.fqdn}: ${isUnknown(trunk) ? 'not known; it has not sent OPTIONS yet' : wordsOf(trunk)}`,
      ...problemsOf(trunk).map((problem) => `    UNHEALTHY: ${problem}`),
    ]),
  ].join('\n');
}

function wordsOf({ overall, reason, ping, tls }: PreviewHealth['trunks'][number]): string {
  return `${overall}${reason === undefined ? '' : ` (${reason})`}, OPTIONS ${ping}, certificate ${tls}`;
}

/** Who found out which routes a number takes. */
export function tellSource(answer: PreviewAnswer<unknown>): string {
  return answer.kind === 'answered'
    ? `answered by the resource (${PREVIEW_VERSION})`
    : `found by reading the patterns here: the resource does not speak ${PREVIEW_VERSION} (${answer.reason})`;
}
