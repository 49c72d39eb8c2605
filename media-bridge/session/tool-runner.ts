import type { HttpTools } from '#adapters/http-tools/http-tools';
import type { Log } from '#adapters/logging/logger';
import type { AgentDefinition } from '#core/agent/definition';
import type { ConversationFacts } from '#core/conversation/model-request';
import type { Customer, CustomerDirectory } from '#core/ports/customer-directory';
import type { KnowledgeBase } from '#core/ports/knowledge-base';
import type { ToolRunner } from '#core/ports/tool-runner';
import type { ToolContext } from '#core/tools/context';
import { customerLookup } from './customer-lookup.ts';
import { knowledgeSearch } from './knowledge-search.ts';

export interface ToolServices {
  readonly httpTools: HttpTools;
  /** Undefined when nobody can be looked up: the model is not offered to. */
  readonly customers: CustomerDirectory | undefined;
  readonly knowledge: KnowledgeBase | undefined;
  readonly log: Log;
}

/** One call, as its tools see it. */
export interface CallOfTools {
  /** As they are when a tool is called: agent, language and who the caller is change. */
  readonly facts: () => Pick<ConversationFacts, 'agent' | 'locale' | 'offer' | 'identity'>;
  /** The caller said who they are, and somebody is: a hint still, no proof. */
  readonly onCustomer: (customer: Customer) => void;
}

/** Everything that works for one call: what the agent of the moment declares, and what every agent can do. */
export function callToolRunner(services: ToolServices, call: CallOfTools): ToolRunner {
  const lookup = services.customers === undefined ? undefined : customerLookup(services.customers, call, services.log);
  const search = services.knowledge === undefined ? undefined : knowledgeSearch(services.knowledge, call, services.log);
  const declared = new Map<AgentDefinition, ToolRunner>();

  const declaredBy = (agent: AgentDefinition): ToolRunner => {
    const runner = declared.get(agent) ?? services.httpTools.runner(agent, () => contextOf(call));
    declared.set(agent, runner);
    return runner;
  };
  const runners = (): readonly ToolRunner[] =>
    [lookup, search, declaredBy(call.facts().agent)].filter((runner) => runner !== undefined);
  const runnerOf = (name: string): ToolRunner | undefined =>
    runners().find(({ tools }) => tools.some((tool) => tool.name === name));

  return {
    get tools() {
      return runners().flatMap(({ tools }) => tools);
    },
    changes: (asked) => runnerOf(asked.name)?.changes(asked) ?? false,
    meanwhile: (asked) => runnerOf(asked.name)?.meanwhile(asked),
    run: async (asked, signal) => {
      const runner = runnerOf(asked.name);
      if (runner === undefined) return { outcome: 'refused', text: 'There is no tool of that name.' };
      const result = await runner.run(asked, signal);
      return result.outcome === 'failed' && result.spoken === undefined
        ? { ...result, spoken: [call.facts().locale.texts.toolFailed] }
        : result;
    },
  };
}

function contextOf({ facts }: CallOfTools): ToolContext {
  const { offer, locale, identity } = facts();
  return {
    callId: offer.callId,
    from: offer.from.kind === 'number' ? offer.from.number : undefined,
    to: offer.to,
    language: locale.language,
    identity,
  };
}
