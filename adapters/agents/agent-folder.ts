import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Agent, AgentCatalogue } from '#core/agent/agent';
import type { AgentDefinition } from '#core/agent/definition';
import { parseAgent } from '#core/agent/parse';
import { localesOf } from '#core/language/locale';
import { ConfigurationError } from '../settings/load-settings.ts';
import { loadLanguages } from './language-folder.ts';

export interface AgentSettings {
  readonly folder: string;
  /** The agent that takes the calls; with one file in the folder it need not be said. */
  readonly name: string | undefined;
}

export const agentSettings = z
  .object({ AGENTS_DIR: z.string().default('agents'), AGENT: z.string().optional() })
  .transform((env): AgentSettings => ({ folder: env.AGENTS_DIR, name: env.AGENT }));

/** The agents of a folder, by name. Throws `ConfigurationError` with file, line and field of everything that is wrong in any of them. */
export function loadAgents(folder: string): ReadonlyMap<string, AgentDefinition> {
  const agents = new Map<string, AgentDefinition>();
  const problems: string[] = [];
  for (const path of agentFiles(folder)) {
    const parsed = parseAgent(readFileSync(path, 'utf8'), path);
    if (!parsed.ok) problems.push(...parsed.problems);
    else if (agents.has(parsed.agent.name))
      problems.push(`${path}: name: there is another agent "${parsed.agent.name}"`);
    else agents.set(parsed.agent.name, parsed.agent);
  }
  if (problems.length > 0) throw new ConfigurationError(`Invalid agents:\n${problems.join('\n')}`);
  return agents;
}

/** The agents of a folder with their languages, and which of them takes which call. Throws `ConfigurationError`. */
export function loadCatalogue({ folder, name }: AgentSettings): AgentCatalogue {
  const packs = loadLanguages(folder);
  const agents = new Map<string, Agent>();
  for (const definition of loadAgents(folder).values()) {
    agents.set(definition.name, { definition, locales: localesOf(definition, packs) });
  }
  const names = [...agents.keys()].join(', ');
  const wanted = name ?? (agents.size === 1 ? [...agents.keys()][0] : undefined);
  const standard = wanted === undefined ? undefined : agents.get(wanted);
  if (standard !== undefined) {
    return { standard, for: () => standard, named: (other) => agents.get(other), all: [...agents.values()] };
  }
  throw new ConfigurationError(
    agents.size === 0
      ? `No agent in ${folder} (AGENTS_DIR)`
      : `AGENT ${name === undefined ? 'is not set' : `names no agent in ${folder}`}: there are ${names}`,
  );
}

function agentFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((file) => /\.ya?ml$/.test(file))
      .sort()
      .map((file) => join(folder, file));
  } catch {
    throw new ConfigurationError(`Cannot read the folder ${folder} (AGENTS_DIR)`);
  }
}
