import * as z from 'zod';
import { parseYaml, type ParsedYaml, type YamlIssue } from '#core/yaml-file';

/** Limits of the SIP routing API (acs-facts 7.2). */
const TRUNKS_MAX = 250;
const ROUTES_MAX = 250;
const ROUTE_NAME_MAX_CHARS = 256;
const TEXT_MAX_CHARS = 1_024;
const FQDN_MAX_CHARS = 249;

const fqdn = z
  .string()
  .max(FQDN_MAX_CHARS)
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$/,
    'expected a host name in lower case, such as "sbc1.contoso.com"',
  );

const trunk = z.strictObject({
  fqdn: fqdn.describe('As the certificate of the SBC names it.'),
  port: z.number().int().min(1).max(65_535).default(5_061).describe('Where the SBC takes SIP over TLS.'),
});

const route = z.strictObject({
  name: z.string().min(1).max(ROUTE_NAME_MAX_CHARS),
  description: z.string().max(TEXT_MAX_CHARS).default(''),
  numberPattern: z
    .string()
    .min(1)
    .max(TEXT_MAX_CHARS)
    .refine(isPattern, 'not a regular expression')
    .describe('Of the dialled number, with its +; the service reads it as .NET does.'),
  trunks: z
    .array(fqdn)
    .max(TRUNKS_MAX)
    .default([])
    .describe('Tried one after the other; in which order is not promised.'),
});

const routingFile = z.strictObject({
  domains: z
    .array(fqdn)
    .min(1)
    .describe(
      'Domains that are verified for the resource; each trunk belongs to one. Verifying is done in the portal.',
    ),
  trunks: z.array(trunk).max(TRUNKS_MAX),
  routes: z.array(route).max(ROUTES_MAX).default([]).describe('In the order in which they are tried.'),
});

/** Where calls that leave the resource go: SBCs, and which numbers go to which. */
export type Routing = z.infer<typeof routingFile>;
export type Trunk = Routing['trunks'][number];
export type Route = Routing['routes'][number];

/** Reads the file a person keeps. Every problem at once, with its line. */
export function readRouting(text: string, fileName: string): ParsedYaml<Routing> {
  return parseYaml(text, fileName, {
    schema: routingFile,
    check: crossCheck,
    schemaFile: 'docs/direct-routing.md',
    example: 'domains: [contoso.com]',
  });
}

function crossCheck({ domains, trunks, routes }: Routing): YamlIssue[] {
  const names = trunks.map((one) => one.fqdn);
  return [
    ...trunks.flatMap((one, index): YamlIssue[] =>
      domains.some((domain) => one.fqdn === domain || one.fqdn.endsWith(`.${domain}`))
        ? []
        : [{ path: ['trunks', index, 'fqdn'], message: `in none of the domains (${domains.join(', ')})` }],
    ),
    ...twice(names).map((index): YamlIssue => ({ path: ['trunks', index, 'fqdn'], message: 'is there already' })),
    ...twice(routes.map(({ name }) => name)).map((index): YamlIssue => ({
      path: ['routes', index, 'name'],
      message: 'another route has this name',
    })),
    ...routes.flatMap((one, index) =>
      one.trunks.flatMap((name, place): YamlIssue[] =>
        names.includes(name)
          ? []
          : [{ path: ['routes', index, 'trunks', place], message: `no trunk is called "${name}"` }],
      ),
    ),
  ];
}

/** Where something stands that stood before. */
function twice(names: readonly string[]): number[] {
  return names.flatMap((name, index) => (names.indexOf(name) === index ? [] : [index]));
}

function isPattern(pattern: string): boolean {
  try {
    return new RegExp(pattern) instanceof RegExp;
  } catch {
    return false;
  }
}
