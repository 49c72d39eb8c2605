/** Trunks and voice routes as the published SIP routing API holds them (acs-facts 7.2), and its merge-patch rules. */
import * as z from 'zod';
import type { VoiceRouting } from '../leg.ts';

export const MAX_TRUNKS = 250;
const MAX_ROUTES = 250;

/** Host name of at most 249 characters, in labels. */
const fqdn = z
  .string()
  .max(249)
  .regex(
    /^(?=.{1,249}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/,
    'is not a host name',
  );

const trunk = z.object({ sipSignalingPort: z.number().int().min(1).max(65_535) });

const route = z.object({
  name: z.string().min(1).max(256),
  description: z.string().max(1024).optional(),
  numberPattern: z.string().min(1).max(1024).refine(isRegularExpression, 'is not a regular expression'),
  trunks: z.array(fqdn).max(250).optional(),
});

export const sipConfigurationPatchSchema = z.object({
  /** `null` removes a trunk, or all of them. */
  trunks: z.record(fqdn, trunk.nullable()).nullable().optional(),
  /** Replaces the whole list. */
  routes: z.array(route).max(MAX_ROUTES).nullable().optional(),
});

/** What numbers are tried on: a configuration that need not be in force. */
export const triedConfigurationSchema = z.object({ routes: z.array(route).max(MAX_ROUTES).default([]) });

type SipConfigurationPatch = z.infer<typeof sipConfigurationPatchSchema>;
type Trunk = z.infer<typeof trunk>;
type Route = z.infer<typeof route>;

export interface SipConfiguration {
  readonly trunks: Readonly<Record<string, Trunk>>;
  readonly routes: readonly Route[];
}

type PatchResult =
  | { readonly kind: 'changed'; readonly configuration: SipConfiguration }
  | { readonly kind: 'refused'; readonly reason: string };

/** JSON merge patch (RFC 7396) and the limits of the whole. Pure. */
export function applyPatch(before: SipConfiguration, patch: SipConfigurationPatch): PatchResult {
  const trunks = patch.trunks === null ? {} : { ...before.trunks };
  for (const [name, change] of Object.entries(patch.trunks ?? {})) {
    const key = name.toLowerCase();
    if (change === null) Reflect.deleteProperty(trunks, key);
    else trunks[key] = change;
  }
  const routes = patch.routes === null ? [] : (patch.routes ?? before.routes);
  if (Object.keys(trunks).length > MAX_TRUNKS) return { kind: 'refused', reason: `more than ${MAX_TRUNKS} trunks` };
  const unknown = routes
    .flatMap((entry) => entry.trunks ?? [])
    .find((name) => !Object.hasOwn(trunks, name.toLowerCase()));
  if (unknown !== undefined)
    return { kind: 'refused', reason: `a route names trunk ${unknown}, which is not configured` };
  const names = new Set(routes.map(({ name }) => name));
  if (names.size < routes.length) return { kind: 'refused', reason: 'two routes have the same name' };
  return { kind: 'changed', configuration: { trunks, routes } };
}

/** The routes whose pattern fits `number`, in their order. Pure. */
export function routesFitting(number: string, routes: SipConfiguration['routes']): SipConfiguration['routes'] {
  return routes.filter(({ numberPattern }) => new RegExp(numberPattern).test(number));
}

function isRegularExpression(pattern: string): boolean {
  try {
    return new RegExp(pattern) instanceof RegExp;
  } catch {
    return false;
  }
}

/** The configuration in force, read by the SIP side at every call it places. */
export class SipConfigurationStore implements VoiceRouting {
  #current: SipConfiguration;

  constructor(initial: SipConfiguration = { trunks: {}, routes: [] }) {
    this.#current = initial;
  }

  get current(): SipConfiguration {
    return this.#current;
  }

  patch(patch: SipConfigurationPatch): PatchResult {
    const result = applyPatch(this.#current, patch);
    if (result.kind === 'changed') this.#current = result.configuration;
    return result;
  }

  trunks(): readonly { readonly fqdn: string; readonly sipSignalingPort: number }[] {
    return Object.entries(this.#current.trunks).map(([name, { sipSignalingPort }]) => ({
      fqdn: name,
      sipSignalingPort,
    }));
  }

  routes(): readonly { readonly name: string; readonly numberPattern: string; readonly trunks: readonly string[] }[] {
    return this.#current.routes.map(({ name, numberPattern, trunks = [] }) => ({
      name,
      numberPattern,
      trunks: trunks.map((trunkName) => trunkName.toLowerCase()),
    }));
  }
}
