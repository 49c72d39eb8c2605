import * as z from 'zod';

/** Where settings come from: `process.env`, or an object in a test. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One adapter's settings: reads its variables by their names and gives the adapter's configuration. */
type SettingsFragment = z.ZodType;

type Loaded<Fragments extends Readonly<Record<string, SettingsFragment>>> = {
  readonly [Name in keyof Fragments]: z.output<Fragments[Name]>;
};

/** Says every wrong setting at once, by the variable's name; never a value, since a value may be a secret. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/**
 * Reads each fragment from the same environment. Throws `ConfigurationError` naming every wrong setting of every fragment.
 *
 * An empty variable counts as absent: that is how `.env` files and the Azure portal leave a setting out.
 */
export function loadSettings<Fragments extends Readonly<Record<string, SettingsFragment>>>(
  deployable: string,
  fragments: Fragments,
  env: Environment,
): Loaded<Fragments> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const complaints = new Set<string>();
  const loaded: Record<string, unknown> = {};
  for (const [name, fragment] of Object.entries(fragments)) {
    const result = fragment.safeParse(given);
    if (result.success) loaded[name] = result.data;
    else for (const issue of result.error.issues) complaints.add(z.prettifyError({ issues: [issue] }));
  }
  if (complaints.size > 0) {
    throw new ConfigurationError(`Invalid ${deployable} configuration:\n${[...complaints].join('\n')}`);
  }
  return loaded as Loaded<Fragments>;
}

/** For `main.ts`: a wrong setting is the operator's to mend, so they get the list of what is wrong and no stack trace. Ends the process with status 1. */
export function exitOnConfigurationError<Config>(load: () => Config): Config {
  try {
    return load();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
