import type { OutboundHeaders } from '#core/handover/headers';

/** What a contact centre makes of our headers with nothing but its standard library. */
export interface ReceivedHeaders {
  readonly userToUser: string | undefined;
  readonly custom: Readonly<Record<string, string>>;
}

export function decodeHeaders({ userToUser, prefix, custom }: OutboundHeaders): ReceivedHeaders {
  const [hex, encoding] = userToUser?.split(';') ?? [];
  return {
    userToUser: encoding === 'encoding=hex' ? Buffer.from(hex ?? '', 'hex').toString('utf8') : undefined,
    custom: Object.fromEntries(custom.map(({ name, value }) => [`${prefix}${name}`, decodeURIComponent(value)])),
  };
}
