import { readFile } from 'node:fs/promises';
import { callControlSettings } from '#adapters/call-automation/settings';
import { ConfigurationError, loadSettings, type Environment } from '#adapters/settings/load-settings';
import { parsePhoneNumber } from '#core/ids';
import { EXIT, type ExitStatus } from '../tool/exit-status.ts';
import { reasonOf } from '../tool/reason-of.ts';
import { planOf, routesFor, type Change, type RoutingState } from './plan.ts';
import { routedResource, type RoutedResource } from './resource.ts';
import { readRouting } from './routing-file.ts';
import { tellChange, tellHealth, tellRoute, tellSource, tellState } from './tell.ts';
import { hasPinged, problemsOf } from './trunk-health.ts';

const USAGE = `npm run direct-routing -- COMMAND
  plan FILE        what "apply" would change; exit status 1 when that is anything
  apply FILE       makes the resource as the file says
  status           trunks and routes of the resource, and the health of its SBCs; exit status 1 when one is unhealthy
  status --must-know   the same; exit status 1 also when the health of one is not known, or there is none
  test NUMBER      which routes a dialled number takes, in order
The resource: ACS_ENDPOINT, and ACS_ACCESS_KEY or the identity of who is signed in (az login).`;

/** For a watch that nobody reads while it is green. */
const MUST_KNOW = '--must-know';

/** One command line. Says what it does by `print`; never throws. */
export async function directRouting(
  [command = '', argument, ...more]: readonly string[],
  env: Environment,
  print: (text: string) => void,
): Promise<ExitStatus> {
  const misused = (text = USAGE): ExitStatus => {
    print(text);
    return EXIT.usage;
  };
  if (more.length > 0) return misused(`one argument too many: ${more.join(' ')}\n${USAGE}`);
  try {
    switch (command) {
      case 'plan':
      case 'apply':
        return argument === undefined ? misused() : await planOrApply(command, argument, resourceOf(env), print);
      case 'status':
        if (argument !== undefined && argument !== MUST_KNOW) return misused();
        return await tellStatus(resourceOf(env), print, argument === MUST_KNOW ? 'found' : 'fine');
      case 'test':
        return argument === undefined ? misused() : await test(argument, resourceOf(env), print);
      default:
        return misused();
    }
  } catch (error) {
    print(error instanceof ConfigurationError ? error.message : `not done: ${reasonOf(error)}`);
    return EXIT.found;
  }
}

async function planOrApply(
  command: 'plan' | 'apply',
  file: string,
  resource: RoutedResource,
  print: (text: string) => void,
): Promise<ExitStatus> {
  const wanted = readRouting(await textOf(file), file);
  if (!wanted.ok) throw new ConfigurationError(wanted.problems.join('\n'));
  const changes = planOf(await resource.read(), wanted.value);
  tellPlan(changes, wanted.value, print);
  if (changes.length === 0) return EXIT.fine;
  if (command === 'plan') return EXIT.found;
  await resource.apply(changes, wanted.value);
  // What counts is what the resource says afterwards, not what it was told.
  const left = planOf(await resource.read(), wanted.value);
  if (left.length === 0) {
    print('done');
    return EXIT.fine;
  }
  print(`not as wanted afterwards:\n${left.map(tellChange).join('\n')}`);
  return EXIT.found;
}

function tellPlan(changes: readonly Change[], wanted: RoutingState, print: (text: string) => void): void {
  for (const change of changes) print(tellChange(change));
  if (changes.length === 0) print('nothing to change');
  for (const { name, trunks } of wanted.routes)
    if (trunks.length === 0) print(`note: route ${name} has no trunk: calls end there`);
}

/** `whenUnknown`: how it ends when nothing is wrong as far as it is known, and not all is known. */
async function tellStatus(
  resource: RoutedResource,
  print: (text: string) => void,
  whenUnknown: 'fine' | 'found',
): Promise<ExitStatus> {
  const state = await resource.read();
  print(tellState(state));
  const health = await resource.health();
  print(tellHealth(health));
  const told = health.kind === 'answered' ? health.value.trunks : [];
  if (told.some((trunk) => problemsOf(trunk).length > 0)) return EXIT.found;
  const known = new Set(told.filter(hasPinged).map(({ fqdn }) => fqdn));
  const unknown = state.trunks.map(({ fqdn }) => fqdn).filter((fqdn) => !known.has(fqdn.toLowerCase()));
  if (unknown.length === 0 && state.trunks.length > 0) return EXIT.fine;
  if (whenUnknown === 'found') {
    print(
      unknown.length === 0 ? 'not known: there is no SBC' : `not known whether these are well: ${unknown.join(', ')}`,
    );
  }
  return EXIT[whenUnknown];
}

async function test(number: string, resource: RoutedResource, print: (text: string) => void): Promise<ExitStatus> {
  if (parsePhoneNumber(number) === undefined) {
    print(`${number} is no E.164 number such as +18005550142`);
    return EXIT.usage;
  }
  const state = await resource.read();
  const answer = await resource.routesTaken(number, state);
  const routes = answer.kind === 'answered' ? answer.value : routesFor(number, state.routes);
  if (routes.length === 0) print(`${number}: no route; a resource without numbers of its own cannot place this call`);
  routes.forEach((route, place) => print(`${place === 0 ? 'takes' : 'then '} ${tellRoute(route)}`));
  print(tellSource(answer));
  return routes.length === 0 ? EXIT.found : EXIT.fine;
}

function resourceOf(env: Environment): RoutedResource {
  return routedResource(loadSettings('direct-routing', { front: callControlSettings }, env).front);
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new ConfigurationError(`Cannot read ${file}: ${reasonOf(error)}`);
  }
}
