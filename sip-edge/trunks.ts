/** The trunks file (YAML): which SBCs there are, how each proves who it is and how it is reached, and the voice routes to begin with. */
import { BlockList, isIP } from 'node:net';
import { parse as parseYaml } from 'yaml';
import * as z from 'zod';

const fqdn = z
  .string()
  .max(249)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/i, 'not a fully qualified domain name')
  .transform((name) => name.toLowerCase());

const trunkSchema = z
  .strictObject({
    /** The SBC's FQDN: the trunk's name, and what its certificate and its Contact must say. */
    fqdn,
    /** How requests go to it. A `tls` trunk is admitted over TLS only; the others over UDP or TCP. */
    transport: z.enum(['udp', 'tcp', 'tls']).default('tls'),
    /** Where it is reached when the FQDN is not to be looked up in DNS: an IP address or another name. */
    host: z.string().min(1).max(249).optional(),
    sipSignalingPort: z.number().int().min(1).max(65_535).default(5061),
    /** IP addresses or CIDR blocks its requests come from. Must not be empty without TLS; empty with TLS means anywhere. */
    sources: z.array(z.string().refine(isSource, 'not an IP address or CIDR block')).max(100).default([]),
    /** `source-address` admits a Contact that does not carry the FQDN, as small SIP clients send it. */
    identifiedBy: z.enum(['contact-fqdn', 'source-address']).default('contact-fqdn'),
  })
  .refine(({ transport, sources }) => transport === 'tls' || sources.length > 0, {
    message: 'a trunk without TLS needs its source addresses',
    path: ['sources'],
  });

const routeSchema = z.strictObject({
  name: z.string().min(1).max(256),
  numberPattern: z.string().min(1).max(1024).refine(isPattern, 'not a regular expression'),
  trunks: z.array(fqdn).max(250),
});

const fileSchema = z.strictObject({
  trunks: z.array(trunkSchema).max(250),
  routes: z.array(routeSchema).max(250).default([]),
});

export type Trunk = Readonly<z.infer<typeof trunkSchema>>;
type VoiceRoute = Readonly<z.infer<typeof routeSchema>>;

type TrunksFile =
  | { readonly ok: true; readonly trunks: readonly Trunk[]; readonly routes: readonly VoiceRoute[] }
  /** One sentence for each thing that is wrong. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads the text of a trunks file; never throws. */
export function parseTrunksFile(text: string): TrunksFile {
  let document: unknown;
  try {
    document = parseYaml(text, { maxAliasCount: 20 });
  } catch (error) {
    return { ok: false, problems: [error instanceof Error ? error.message : 'not YAML'] };
  }
  const read = fileSchema.safeParse(document);
  if (!read.success) {
    return { ok: false, problems: read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) };
  }
  const names = read.data.trunks.map((trunk) => trunk.fqdn);
  const twice = names.filter((name, index) => names.indexOf(name) !== index).map((name) => `${name} is there twice`);
  const unknown = read.data.routes.flatMap((route) =>
    route.trunks.filter((name) => !names.includes(name)).map((name) => `route ${route.name} names no trunk: ${name}`),
  );
  const problems = [...twice, ...unknown];
  return problems.length > 0 ? { ok: false, problems } : { ok: true, ...read.data };
}

/** A trunk known by name only, as the SIP routing API makes them: reached and proven as Direct Routing has it. */
export function trunkByName(name: string, sipSignalingPort: number): Trunk {
  return { fqdn: name.toLowerCase(), transport: 'tls', sipSignalingPort, sources: [], identifiedBy: 'contact-fqdn' };
}

/** Whether `address` is one of the sources of `trunk`. */
export function comesFrom(trunk: Trunk, address: string): boolean {
  const plain = address.replace(/^::ffff:(?=\d)/i, '');
  const blocks = new BlockList();
  for (const source of trunk.sources) {
    const [network = '', prefix] = source.split('/');
    const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) blocks.addAddress(network, family);
    else blocks.addSubnet(network, Number(prefix), family);
  }
  return blocks.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
}

function isSource(text: string): boolean {
  const match = /^([0-9a-f:.]+)(?:\/(\d{1,3}))?$/i.exec(text);
  const family = isIP(match?.[1] ?? '');
  const prefix = match?.[2];
  return family !== 0 && (prefix === undefined || Number(prefix) <= (family === 6 ? 128 : 32));
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}
