/**
 * Route templates as HTTP functions write them: `calls/{callId}/events`, `{id:int}`, `{name?}`, `{*rest}`. Matching is without regard to
 * case in the literal parts, and the more literal route wins, as in ASP.NET Core routing.
 */
export interface Route {
  readonly template: string;
  readonly segments: readonly Segment[];
}

type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | {
      readonly kind: 'parameter';
      readonly name: string;
      readonly constraints: readonly Constraint[];
      readonly optional: boolean;
    }
  /** Takes all that is left, also nothing. Last only. */
  | { readonly kind: 'rest'; readonly name: string };

type Constraint = (value: string) => boolean;

export class RouteError extends Error {
  override readonly name = 'RouteError';
}

/** Longer paths match nothing. */
const PATH_MAX_SEGMENTS = 64;

/** Throws `RouteError` for a template that is not one. */
export function parseRoute(template: string): Route {
  const parts = template.replace(/^\/+|\/+$/g, '').split('/');
  const names = new Set<string>();
  const segments = parts.map((part, index): Segment => {
    const segment = parseSegment(part, template);
    if (segment.kind === 'literal') return segment;
    const isLast = index === parts.length - 1;
    if (!isLast && (segment.kind === 'rest' || segment.optional))
      throw new RouteError(`route "${template}": {${segment.name}} can only be the last part`);
    if (names.has(segment.name.toLowerCase()))
      throw new RouteError(`route "${template}": {${segment.name}} is there twice`);
    names.add(segment.name.toLowerCase());
    return segment;
  });
  return { template, segments };
}

/** The parameters when `path` (no prefix, no query; percent-encoded) fits, otherwise `undefined`. */
export function matchRoute(route: Route, path: string): Readonly<Record<string, string>> | undefined {
  const given = decodeSegments(path);
  if (!given) return undefined;
  const params: Record<string, string> = {};
  for (const [index, segment] of route.segments.entries()) {
    if (segment.kind === 'rest') {
      params[segment.name] = given.slice(index).join('/');
      return params;
    }
    const value = given[index];
    if (value === undefined) {
      if (segment.kind === 'parameter' && segment.optional) return params;
      return undefined;
    }
    if (segment.kind === 'literal') {
      if (segment.text.toLowerCase() !== value.toLowerCase()) return undefined;
    } else {
      if (value === '' || !segment.constraints.every((holds) => holds(value))) return undefined;
      params[segment.name] = value;
    }
  }
  return given.length > route.segments.length ? undefined : params;
}

/** Sorts the route to try first to the front: part by part, literal before constrained before free before rest. */
export function comparePrecedence(one: Route, other: Route): number {
  const length = Math.max(one.segments.length, other.segments.length);
  for (let index = 0; index < length; index += 1) {
    const difference = rank(one.segments[index]) - rank(other.segments[index]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function rank(segment: Segment | undefined): number {
  if (segment === undefined) return 0;
  if (segment.kind === 'literal') return 1;
  if (segment.kind === 'rest') return 4;
  return segment.constraints.length > 0 ? 2 : 3;
}

function decodeSegments(path: string): readonly string[] | undefined {
  const parts = path.replace(/^\/+|\/+$/g, '').split('/');
  if (parts.length > PATH_MAX_SEGMENTS) return undefined;
  try {
    return parts.map((part) => decodeURIComponent(part));
  } catch {
    // Not percent-encoding: no route has such a path.
    return undefined;
  }
}

function parseSegment(part: string, template: string): Segment {
  if (!/[{}]/.test(part)) return { kind: 'literal', text: part };
  const match =
    /^\{(?<rest>\*{0,2})(?<name>[A-Za-z_]\w{0,63})(?<constraints>(?::[a-z]+(?:\([^)]*\))?)*)(?<optional>\?)?\}$/.exec(
      part,
    );
  if (!match?.groups) throw new RouteError(`route "${template}": "${part}" is not understood`);
  const { rest = '', name = '', constraints = '', optional } = match.groups;
  if (rest !== '') return { kind: 'rest', name };
  const parsed = [...constraints.matchAll(/:([a-z]+)(?:\(([^)]*)\))?/g)].map(([, kind = '', argument]) =>
    parseConstraint(kind, argument, template),
  );
  return { kind: 'parameter', name, constraints: parsed, optional: optional !== undefined };
}

const GUID = /^\{?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\}?$/i;

function parseConstraint(kind: string, argument: string | undefined, template: string): Constraint {
  const numbers = (argument ?? '').split(',').map((text) => (text.trim() === '' ? NaN : Number(text)));
  const [first = NaN, second] = numbers;
  const needs = (count: number): void => {
    if (numbers.length < count || numbers.slice(0, count).some(Number.isNaN))
      throw new RouteError(`route "${template}": constraint ${kind} needs ${count === 1 ? 'a number' : 'two numbers'}`);
  };
  switch (kind) {
    case 'int':
      return isInteger(2 ** 31);
    case 'long':
      return isInteger(2 ** 63);
    case 'bool':
      return (value) => /^(true|false)$/i.test(value);
    case 'guid':
      return (value) => GUID.test(value);
    case 'alpha':
      return (value) => /^[a-z]*$/i.test(value);
    case 'decimal':
    case 'double':
    case 'float':
      return (value) => /^[+-]?\d+(\.\d+)?$/.test(value);
    case 'length':
      needs(second === undefined ? 1 : 2);
      return (value) => value.length >= first && value.length <= (second ?? first);
    case 'minlength':
      needs(1);
      return (value) => value.length >= first;
    case 'maxlength':
      needs(1);
      return (value) => value.length <= first;
    case 'min':
      needs(1);
      return (value) => isInteger(2 ** 63)(value) && Number(value) >= first;
    case 'max':
      needs(1);
      return (value) => isInteger(2 ** 63)(value) && Number(value) <= first;
    case 'range':
      needs(2);
      return (value) => isInteger(2 ** 63)(value) && Number(value) >= first && Number(value) <= (second ?? first);
    default:
      throw new RouteError(`route "${template}": constraint ${kind} is not known`);
  }
}

function isInteger(limit: number): Constraint {
  return (value) => /^[+-]?\d{1,19}$/.test(value) && Number(value) < limit && Number(value) >= -limit;
}
