import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { Agent, AgentCatalogue } from '#core/agent/agent';
import { answersConflicts, chooseAgent } from '#core/agent/choose-agent';
import type { AgentDefinition } from '#core/agent/definition';
import { parseAgent } from '#core/agent/parse';
import { localesOf, primarySubtag, type LanguagePacks } from '#core/language/locale';
import { ConfigurationError } from '../settings/load-settings.ts';
import { loadLanguages } from './language-folder.ts';

export interface AgentSettings {
  readonly folder: string;
  /** The agent that takes the calls no other agent is there for; without it, the only one that says nothing under `answers`. */
  readonly name: string | undefined;
  /** Canonical name of the inbound header in which a trusted IVR or SBC names the trunk: ACS does not say on which trunk a call came. */
  readonly trunkHeader: string;
}

export const agentSettings = z
  .object({
    AGENTS_DIR: z.string().default('agents'),
    AGENT: z.string().optional(),
    TRUNK_HEADER: z
      .string()
      .regex(/^[A-Za-z0-9-]{1,64}$/, 'expected the name of a header, such as "trunk"')
      .default('trunk'),
  })
  .transform((env): AgentSettings => ({
    folder: env.AGENTS_DIR,
    name: env.AGENT,
    trunkHeader: env.TRUNK_HEADER,
  }));

/** Agents by name, each with the file it is written in. */
type Definitions = ReadonlyMap<string, { readonly definition: AgentDefinition; readonly path: string }>;

/**
 * The agents of a folder with their languages, and which of them takes which call. Throws `ConfigurationError` with file and field of everything that
 * is wrong in any of them, with the line for what one file alone can have wrong.
 */
export function loadCatalogue({ folder, name, trunkHeader }: AgentSettings): AgentCatalogue {
  const definitions = loadDefinitions(folder);
  const packs = loadLanguages(folder);
  refuse([...missingLanguages(definitions, packs), ...wrongAgentNames(definitions)]);
  const agents = new Map<string, Agent>();
  for (const [key, { definition }] of definitions) {
    agents.set(key, { definition, locales: localesOf(definition, packs) });
  }
  const all = [...agents.values()];
  const pathOf = (agent: string): string => definitions.get(agent)?.path ?? agent;
  refuse(
    answersConflicts(all).map(
      ({ first, second, path, what }) =>
        `${pathOf(second)}: ${path.join('.')}: ${what}: ${pathOf(first)} answers the same: leave it to one of them`,
    ),
  );
  const standard = standardAgent(agents, folder, name);
  return {
    standard,
    for: (offer) => chooseAgent(all, standard, offer, trunkHeader),
    named: (other) => agents.get(other),
    all,
  };
}

function standardAgent(agents: ReadonlyMap<string, Agent>, folder: string, name: string | undefined): Agent {
  const all = [...agents.values()];
  const names = [...agents.keys()].join(', ');
  if (name !== undefined) {
    const named = agents.get(name);
    if (named !== undefined) return named;
    throw new ConfigurationError(`AGENT names no agent in ${folder}: there are ${names}`);
  }
  const [standard, ...others] = all.length === 1 ? all : all.filter(saysNothingUnderAnswers);
  if (standard !== undefined && others.length === 0) return standard;
  const found = [standard, ...others].flatMap((agent) => (agent === undefined ? [] : [agent.definition.name]));
  throw new ConfigurationError(
    found.length === 0
      ? `Every agent in ${folder} says under "answers" which calls it takes (${names}): set AGENT to the one that takes the others`
      : `${found.join(', ')} in ${folder} have no "answers": set AGENT to the one that takes the calls nobody else is there for`,
  );
}

function saysNothingUnderAnswers({ definition: { answers } }: Agent): boolean {
  return answers.numbers.length === 0 && answers.trunks.length === 0 && Object.keys(answers.headers).length === 0;
}

function loadDefinitions(folder: string): Definitions {
  const agents = new Map<string, { definition: AgentDefinition; path: string }>();
  const problems: string[] = [];
  for (const path of agentFiles(folder)) {
    const parsed = parseAgent(readFileSync(path, 'utf8'), path);
    if (!parsed.ok) {
      problems.push(...parsed.problems);
      continue;
    }
    const other = agents.get(parsed.agent.name);
    if (other === undefined) agents.set(parsed.agent.name, { definition: parsed.agent, path });
    else problems.push(`${path}: name: ${other.path} is an agent "${parsed.agent.name}" already`);
  }
  refuse(problems);
  if (agents.size === 0) throw new ConfigurationError(`No agent in ${folder} (AGENTS_DIR)`);
  return agents;
}

function missingLanguages(definitions: Definitions, packs: LanguagePacks): string[] {
  return [...definitions.values()].flatMap(({ definition, path }) =>
    definition.languages.flatMap(({ language }, index) =>
      packs.has(primarySubtag(language))
        ? []
        : [
            `${path}: languages.${index}.language: there is no languages/${primarySubtag(language)}.yaml beside the agents`,
          ],
    ),
  );
}

/** To whom an agent may hand on. */
function wrongAgentNames(definitions: Definitions): string[] {
  const names = [...definitions.keys()].join(', ');
  return [...definitions.values()].flatMap(({ definition, path }) =>
    definition.agents.flatMap((name, index) => {
      const problem = (text: string): string[] => [`${path}: agents.${index}: ${text}`];
      if (name === definition.name) return problem('an agent cannot hand a caller to itself: remove it');
      return definitions.has(name) ? [] : problem(`no agent is called "${name}"; there are ${names}`);
    }),
  );
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new ConfigurationError(`Invalid agents:\n${problems.join('\n')}`);
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
