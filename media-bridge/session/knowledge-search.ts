import type { Log } from '#adapters/logging/logger';
import type { AgentDefinition } from '#core/agent/definition';
import { spokenPassage } from '#core/knowledge/spoken-passage';
import type { Locale } from '#core/language/locale';
import { clip, plainText } from '#core/plain-text';
import type { KnowledgeBase, Passage } from '#core/ports/knowledge-base';
import type { ToolResult, ToolRunner } from '#core/ports/tool-runner';
import { argumentsSchema, readArguments, type ToolParameters } from '#core/tools/parameters';
import type { CallOfTools } from './tool-runner.ts';

const ANSWER_BUDGET_MS = 5_000;
/** Of one passage, for the model to answer from. */
const PASSAGE_MAX_CHARS = 1_500;

const PARAMETERS: ToolParameters = {
  query: {
    type: 'string',
    description: 'What to look for: the words that matter, in the language of the call, without names and numbers.',
    required: true,
    maxLength: 500,
  },
};

/** `search_knowledge`, for agents that use the knowledge base. Never throws but the signal's reason. */
export function knowledgeSearch(knowledge: KnowledgeBase, { facts }: Pick<CallOfTools, 'facts'>, log: Log): ToolRunner {
  return {
    get tools() {
      const { knowledge: use } = facts().agent;
      if (use === undefined) return [];
      const about = use.about === undefined ? '' : `: ${use.about}`;
      const then =
        use.readOut === 'passage'
          ? ' The best passage is read out to the caller as it stands; do not repeat it, go on after it. Where nothing is found, say so.'
          : ' Answer from what is found and from nothing else; where nothing is found, say so.';
      return [
        {
          name: 'search_knowledge',
          description: `Search the knowledge base${about}.${then}`,
          parameters: argumentsSchema(PARAMETERS),
        },
      ];
    },
    changes: () => false,
    meanwhile: () => undefined,
    run: async (call, signal) => {
      signal.throwIfAborted();
      const reading = readArguments(PARAMETERS, call.argumentsJson);
      if (!reading.ok) return { outcome: 'refused', text: reading.problem };
      const query = String(reading.values.get('query'));
      const { agent, locale, offer } = facts();
      const { callId } = offer;
      try {
        const within = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_BUDGET_MS)]);
        const found = await knowledge.search(query, locale.language, within);
        log.info({ callId, found: found.length, source: found[0]?.source }, 'knowledge searched');
        return resultOf(found, agent.knowledge, locale);
      } catch (error) {
        signal.throwIfAborted();
        log.warn({ callId, err: error }, 'knowledge search failed');
        return { outcome: 'failed', text: 'The knowledge base could not be searched.' };
      }
    },
  };
}

function resultOf(found: readonly Passage[], use: AgentDefinition['knowledge'], { texts, pack }: Locale): ToolResult {
  const [best] = found;
  if (best === undefined || use === undefined) {
    return { outcome: 'done', text: 'Nothing in the knowledge base answers this.' };
  }
  if (use.readOut === 'model') {
    const text = JSON.stringify(
      found.map((passage) => ({ ...passage, text: clip(plainText(passage.text), PASSAGE_MAX_CHARS) })),
    );
    return { outcome: 'done', text, sources: found.map(({ source }) => source) };
  }
  return {
    outcome: 'done',
    text: JSON.stringify({ title: best.title, source: best.source, read_out: true }),
    // Apart: the intro is a prompt that is there as sound.
    spoken: [texts.knowledgeIntro, ...spokenPassage(best.text, use.spokenMaxChars, pack.abbreviations)],
    sources: [best.source],
  };
}
