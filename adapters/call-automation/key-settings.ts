import * as z from 'zod';
import { KEY_SOURCES } from '#core/conversation/key-sources';

/** Where a caller's keys come from; functions and bridge have to be told alike. */
export const keySettings = z
  .object({ DTMF_SOURCE: z.enum(KEY_SOURCES, 'expected "media", "events" or "both"').default('media') })
  .transform((env) => env.DTMF_SOURCE);
